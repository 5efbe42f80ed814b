"""The outputs that README.md and results/example show; run this file to write them anew."""

from __future__ import annotations

from pathlib import Path

from simulator import load_scenario
from simulator.pictures import picture
from simulator.plots import save
from simulator.replay import simulated
from simulator.reports.report import as_markdown, as_table
from simulator.simulation import Settings, run
from simulator.summary import limits, summarised

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
REPORT = ROOT / "results" / "example" / "report.md"
PICTURES = {kind: REPORT.with_name(f"{kind}.png") for kind in ("tornado", "s-curve")}


def default_summary() -> dict[str, object]:
    """The summary that ``traincost run configs/gpt4-class.yaml`` prints."""
    scenario = load_scenario(ROOT / "configs" / "gpt4-class.yaml")
    return summarised(run(scenario, Settings(), keep=1, limits=limits(scenario, None)))


def readme_with(summary: dict[str, object]) -> str:
    """README.md with the real output in its place."""
    text = README.read_text()
    before, rest = text.split("<!-- example -->")
    _, after = rest.split("<!-- /example -->")
    return f"{before}<!-- example -->\n```text\n{as_table([summary])}\n```\n<!-- /example -->{after}"


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
    README.write_text(readme_with(found))
    REPORT.write_text(report_of(found))
