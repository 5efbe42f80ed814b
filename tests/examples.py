"""The outputs that README.md and results/example show; run this file to write them anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner

from simulator import load_scenario
from simulator.cli import main
from simulator.comparison.compare import compare
from simulator.pictures import picture
from simulator.plots import save
from simulator.replay import simulated
from simulator.reports.compare import compare_sheet
from simulator.reports.report import as_markdown, as_table
from simulator.simulation import Settings, run
from simulator.summary import limits, summarised

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
LLAMA = ROOT / "configs" / "llama31-405b.yaml"
MARKET = ROOT / "configs" / "books" / "market-2025-03.yaml"
REPORT = ROOT / "results" / "example" / "report.md"
SET_NEW = ("electricity_price=0.12", "plan.accelerator_count=20_000")
PICTURES = {kind: REPORT.with_name(f"{kind}.png") for kind in ("tornado", "s-curve")}


def default_summary() -> dict[str, object]:
    """The summary that ``traincost run configs/gpt4-class.yaml`` prints."""
    scenario = load_scenario(ROOT / "configs" / "gpt4-class.yaml")
    return summarised(run(scenario, Settings(), keep=1, limits=limits(scenario, None)))


def readme_with(outputs: Mapping[str, str]) -> str:
    """README.md with real outputs in their places."""
    text = README.read_text()
    for place, output in outputs.items():
        before, rest = text.split(f"<!-- {place} -->")
        _, after = rest.split(f"<!-- /{place} -->")
        text = f"{before}<!-- {place} -->\n```text\n{output}\n```\n<!-- /{place} -->{after}"
    return text


def compared_output() -> str:
    """What the README's ``traincost compare`` prints of the P90, with fewer draws."""
    base, quotes = load_scenario(LLAMA), ROOT / "configs" / "quotes" / "a100-h100-2024-08.csv"
    with TemporaryDirectory() as folder:
        book = Path(folder) / "my-book.yaml"
        words = [
            "fit",
            str(quotes),
            "--input",
            "gpu_price",
            "--where",
            "chip=H100-SXM,kind=purchase",
            "--force",
        ]
        CliRunner().invoke(main, [*words, "--update", str(MARKET), "-o", str(book)], catch_exceptions=False)
        new = load_scenario(LLAMA, book=book, settings=SET_NEW)
    found = compare(base, new, Settings(200_000), asked=(90.0,))
    about = {"base": "llama31-405b, market-2025-03", "new": f"llama31-405b, my-book, {'; '.join(SET_NEW)}"}
    return compare_sheet(found, about, [], 12).text("table")


def outputs(summary: dict[str, object]) -> dict[str, str]:
    """The outputs that the README shows, by their places."""
    return {"example": as_table([summary]), "compare": compared_output()}


def report_of(summary: dict[str, object]) -> str:
    """The example report."""
    return as_markdown([summary]) + "\n"


def draw(folder: Path) -> list[Path]:
    """The pictures of the default run, drawn into a folder."""
    found = simulated(load_scenario(ROOT / "configs" / "gpt4-class.yaml"), Settings())
    return [
        save(picture(kind, [found], budget=1e9, top=10), folder / place.name)
        for kind, place in PICTURES.items()
    ]


if __name__ == "__main__":
    found = default_summary()
    draw(REPORT.parent)
    README.write_text(readme_with(outputs(found)))
    REPORT.write_text(report_of(found))
