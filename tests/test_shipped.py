"""Files of the repository that commands take where none is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import GPT4, ROOT

from simulator import shipped
from simulator.cli import main


def test_the_nearest_file_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the current folder comes before that of the checkout, which does from anywhere."""
    monkeypatch.chdir(tmp_path)
    name = "configs/claims/claims.yaml"
    assert shipped.shipped(name) == ROOT / name
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).touch()
    assert shipped.shipped(name) == Path(name)


def test_published_runs_are_predicted_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user's own table needs nothing beside it: the scenario it is laid over is the repository's."""
    head = "model,chip,params_active,tokens,chip_count,chip_hours,hours_scope,published_month,region"
    row = "mine,A100,7e9,1e12,512,1e5,published,2023-01,US"
    (tmp_path / "mine.csv").write_text(f"{head}\n{row}\n")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["backtest", "mine.csv", "-n", "1024", "--format", "csv"])
    assert done.exit_code == 0 and "mine,accelerator_hours,100000.0," in done.stdout, done.output


@pytest.mark.parametrize(
    ("command", "instead"),
    [
        (["claims"], "a file of your own"),
        (["backtest"], "a file of your own"),
        (["forecast", str(GPT4)], "a book with --stock-of"),
    ],
)
def test_a_package_without_its_repository_says_so(
    command: list[str], instead: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Installed alone and run elsewhere, a command says which file is not there and what to do."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shipped, "HERE", tmp_path)
    done = CliRunner().invoke(main, command)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: configs/") and f", or name {instead}" in done.stderr
