"""What the README shows is what happens."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import CONFIGS, MARKET, ROOT
from examples import PICTURES, README, REPORT, default_summary, draw, outputs, readme_with, report_of

from simulator import load_scenario
from simulator.cli import main
from simulator.sensitivity.analysis import sensitivity
from simulator.simulation import Settings

TEXT = README.read_text()
STORED = ("verify", "report", "plot")  # commands shown that take a run by its name
DEFAULT = str(CONFIGS / "gpt4-class.yaml")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", TEXT, flags=re.DOTALL)
COMMANDS = [
    line.partition("traincost ")[2]
    for language, block in BLOCKS
    if not language
    for line in block.replace("\\\n", "").splitlines()
    if "uv run traincost" in line
]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_in_the_readme_work(command: str, tmp_path: Path) -> None:
    """Every traincost command shown runs (here with fewer draws, into another folder)."""
    words, few, folder = shlex.split(command), ["-n", "4096"], str(tmp_path)
    if words[0] in STORED:
        CliRunner().invoke(main, ["run", DEFAULT, "--name", words[1], "-o", folder, *few])
        words += ["--results", folder]
    words += ["-o", folder] if words[0] in ("run", "runs", "batch") else []
    words = [
        file
        for word in words
        for file in (sorted(map(str, ROOT.glob(word))) or [word] if "*." in word else [word])
    ]
    words += few if any(word.endswith(".yaml") for word in words[1:]) and words[0] != "fit" else []
    words = [str(tmp_path / word) if word.endswith((".png", ".svg")) else word for word in words]
    if "my-book.yaml" in words and words[0] != "fit":
        (tmp_path / "my-book.yaml").write_text(f"title: Mine\nextends: {MARKET}\n")
    words = [str(tmp_path / word) if word == "my-book.yaml" else word for word in words]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("path", [REPORT, *PICTURES.values()], ids=lambda path: path.name)
def test_examples_are_small_and_shown(path: Path) -> None:
    """The committed examples are linked from the README and small."""
    assert path.relative_to(ROOT).as_posix() in TEXT
    assert path.stat().st_size < 200_000


def test_example_pictures_can_be_drawn_anew(tmp_path: Path) -> None:
    """The pictures shown are those that tests/examples.py draws, of the same size."""
    for drawn, shown in zip(draw(tmp_path), PICTURES.values(), strict=True):
        assert drawn.read_bytes()[16:24] == shown.read_bytes()[16:24]  # width and height of a PNG


def test_every_command_is_in_the_readme() -> None:
    """No command is a secret."""
    table = TEXT[TEXT.index("| command |") :]
    for name in main.commands:
        assert re.search(rf"`{name}\b", table)


def test_the_outputs_shown_are_real() -> None:
    """README and example hold what the default command prints today; tests/examples.py writes them."""
    summary = default_summary()
    assert readme_with(outputs(summary)) == TEXT
    assert report_of(summary) == REPORT.read_text()


def test_the_shares_stated_are_real() -> None:
    """What the README says of groups' shares of the variance is what sensitivity computes, to the percent."""
    found = sensitivity(load_scenario(DEFAULT), Settings(1 << 16, 1, "sobol")).groups
    stated = re.findall(r"(hardware|programme|throughput)\D*? (\d+)%\D*?(\d+)%", TEXT)
    assert len(stated) == 3
    for group, first, total in stated:
        assert 100.0 * found[group].first.value == pytest.approx(float(first), abs=0.8)
        assert 100.0 * found[group].total.value == pytest.approx(float(total), abs=0.8)


def test_python_in_the_readme_runs() -> None:
    """The Python example works as shown."""
    (code,) = (block for language, block in BLOCKS if language == "python" and "simulate(" in block)
    names: dict[str, object] = {}
    exec(code.replace("100_000", "1_000"), names)
    assert names["table"] is not None


def test_the_scenario_and_file_shown_work(tmp_path: Path) -> None:
    """The scenario of the README loads; with the file of formulas shown it asks for the new input."""
    (scenario,) = (block for language, block in BLOCKS if language == "yaml")
    (formulas,) = (block for language, block in BLOCKS if language == "python" and "insurance" in block)
    path = tmp_path / "plan.yaml"
    path.write_text(scenario.replace("books/", f"{CONFIGS}/books/"))
    assert load_scenario(path).model.components
    (tmp_path / "insurance.py").write_text(formulas)
    path.write_text(path.read_text() + "formulas: [insurance.py]\n")
    assert "insurance_cost" in load_scenario(path, settings=["premium_share=1%"]).model.components


def test_the_repository_speaks_of_itself_alone() -> None:
    """No lock file with download addresses, and all seven top-level entries."""
    assert "uv.lock" in (ROOT / ".gitignore").read_text()
    for name in ("pyproject.toml", "README.md", "simulator", "configs", "tests", "notebooks", "results"):
        assert (ROOT / name).exists()
