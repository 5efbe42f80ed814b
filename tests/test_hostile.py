"""Input made to mislead, to exhaust or to crash: every reader answers with a value or an error of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bombs import KINDS
from click.testing import CliRunner
from conftest import GPT4, ROOT
from fuzz import fuzz, refused
from hypothesis import HealthCheck, given, settings
from results_cases import reseal
from schemas import BOOKS, SCENARIOS, written

from simulator import load_scenario, simulate
from simulator.cli import main
from simulator.errors import InputError, ResultError, SimulatorError
from simulator.quotes.reading import MOST_ROWS, read_quotes
from simulator.results import catalogue, find, load
from simulator.results.sealing import sealed

BOUNDED = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def loads_or_is_refused(path: Path, **options: Any) -> None:
    """The scenario runs, or an error says what is wrong where; a model of other formulas is not compiled."""
    try:
        scenario = load_scenario(path, **options)
    except InputError as error:
        assert refused(error) and error.complaints
        return
    if scenario.model.pinned:
        return
    try:
        assert set(simulate(scenario, draws=64, seed=1, threads=1)["quantities"].sizes.values()) == {64}
    except SimulatorError as error:
        assert refused(error)


@given(SCENARIOS)
@BOUNDED
def test_any_scenario_runs_or_is_refused(tmp_path_factory: pytest.TempPathFactory, tree: Any) -> None:
    """Whatever the schema's fields hold, a scenario runs or its complaints say what and where."""
    path = tmp_path_factory.getbasetemp() / "any-scenario.yaml"
    path.write_text(written(tree), encoding="utf-8", errors="replace")
    loads_or_is_refused(path)


@given(BOOKS)
@BOUNDED
def test_any_book_is_used_or_refused(tmp_path_factory: pytest.TempPathFactory, tree: Any) -> None:
    """Whatever a book's entries are, by key or not, a scenario runs with it or its complaints say why not."""
    path = tmp_path_factory.getbasetemp() / "any-book.yaml"
    path.write_text(written(tree), encoding="utf-8", errors="replace")
    loads_or_is_refused(GPT4, book=path)


def test_mutilated_inputs_of_every_kind(capsys: pytest.CaptureFixture[str]) -> None:
    """Of some hundred mutilated inputs none escapes as another error."""
    assert fuzz(100, 7, "") == 0, capsys.readouterr().out


def test_bombs(tmp_path: Path) -> None:
    """Nothing that is made to exhaust a machine takes more than a second or 200 MB before it is refused."""
    command = [sys.executable, str(ROOT / "tests" / "bombs.py"), str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
    found = json.loads(told.stdout)
    assert len(found["bombs"]) == sum(len(bombs) for bombs, _ in KINDS.values())
    harmless = {"a.yaml: lines of text", "sweep: words"}
    for name, bomb in found["bombs"].items():
        assert bomb["seconds"] < 1.0, (name, bomb)
        assert bomb["said"].startswith("InputError") or name in harmless, (name, bomb)
    assert found["megabytes"] < 200


@pytest.mark.parametrize(
    "name",
    ["../../x", "/etc/x", "a\0b", "\u202ex", "x" * 300, "-rf", "CON", "a.", "a\n", "．．／x", "\udcff"],
)
def test_odd_names_find_no_run(stored: Path, name: str) -> None:
    """No name, however odd, leads to a run that it does not begin."""
    with pytest.raises(ResultError, match="there is no such run"):
        load(find(name, stored.parent))


def test_a_link_among_the_results_is_not_followed(stored: Path, tmp_path: Path) -> None:
    """A link of a run's name that leads out of the results is not listed and not read."""
    elsewhere = tmp_path / "elsewhere" / stored.name
    elsewhere.parent.mkdir()
    stored.rename(elsewhere)
    stored.symlink_to(elsewhere)
    assert catalogue(stored.parent) == []
    with pytest.raises(ResultError, match="a link that leads elsewhere"):
        load(stored)


@pytest.mark.parametrize(
    ("field", "value"),
    [("total_cost", {"50": [], "80": 1, "90": 1}), ("total_cost", 3), ("settings", 3), ("created_at", 3)],
)
def test_a_forged_listing_is_an_error_of_its_row(stored: Path, field: str, value: Any) -> None:
    """A summary that vouches for a listing of another kind is listed as unreadable."""
    summary = json.loads((stored / "summary.json").read_bytes())
    del summary["sha256"]
    summary["listing"][field] = value
    (stored / "summary.json").write_bytes(sealed(summary))
    (row,) = catalogue(stored.parent)
    assert "listing is not one that this program writes" in row["error"]


def test_a_forged_listing_cannot_write_to_the_terminal(stored: Path) -> None:
    """Control characters in the texts of a listing are spelled out."""
    reseal(stored)
    summary = json.loads((stored / "summary.json").read_bytes())
    del summary["sha256"]
    summary["listing"] |= {"book": "\x1b[2J", "settings": ["\u202e"]}
    (stored / "summary.json").write_bytes(sealed(summary))
    (row,) = catalogue(stored.parent)
    assert (row["book"], row["settings"]) == ("\\x1b[2J", ["\\u202e"])


@pytest.mark.parametrize("key", ["title", "quantities", "components", "plan", "sampler"])
def test_a_forged_summary_is_an_error_of_its_report(stored: Path, key: str) -> None:
    """A summary that vouches for itself and holds another kind of thing ends in one message, exit code 1."""
    summary = json.loads((stored / "summary.json").read_bytes())
    del summary["sha256"]
    summary[key] = "\x1b[2J"
    (stored / "summary.json").write_bytes(sealed(summary))
    told = CliRunner().invoke(main, ["report", str(stored)])
    assert told.exit_code == 1 and "is not one that this program writes" in told.output
    assert "\x1b" not in told.output and load(stored).summary[key] == "\\x1b[2J"


def test_too_many_quotes(tmp_path: Path) -> None:
    """A table of more rows than anybody has quotes is refused on the way."""
    path = tmp_path / "quotes.csv"
    path.write_text("date,price\n" + "2024-01-01,1\n" * MOST_ROWS)
    with pytest.raises(InputError, match="more than 50,000 rows"):
        read_quotes(path)


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    """A pipe in the place of a table is refused, not waited for."""
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(InputError, match="no regular file"):
        read_quotes(tmp_path / "pipe.csv")
