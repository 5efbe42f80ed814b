"""Damaged runs as their users meet them: no command shows a number from one, whatever was done to it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from random import Random

import h5py
import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner, Result
from comparison_cases import rented
from results_cases import contents_of

from simulator.cli import main

READERS = (
    ("report",),
    ("report", "--allocate", "p90"),
    ("verify",),
    ("tornado",),
    ("check", "--max", "p80=1"),
)
FLIPS = 200


def traincost(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="traincost")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder with two runs of one scenario."""
    place = tmp_path_factory.mktemp("damage")
    for seed in (1, 2):
        done = traincost("run", rented(place), "-n", 200, "--seed", seed, "-o", place / "results")
        assert done.exit_code == 0, done.output
    return place / "results"


@pytest.fixture
def runs(saved: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Two runs of one's own: one to damage and another."""
    one, other = sorted(shutil.copytree(saved, tmp_path / "results").iterdir())
    return one, other


def assert_refused(done: Result, run: Path) -> None:
    """A command ended with one message that names the run, and printed nothing."""
    assert (done.exit_code, done.stdout) == (1, ""), done.output
    assert isinstance(done.exception, SystemExit)
    assert str(run) in done.stderr and done.stderr.count("Error: ") == 1 and "Traceback" not in done.stderr


def flipped(good: bytes, number: int) -> Iterator[bytes]:
    """A file with one bit changed, at random places."""
    random = Random(7)
    for place in random.sample(range(len(good)), number):
        yield good[:place] + bytes([good[place] ^ (1 << random.randrange(8))]) + good[place + 1 :]


def test_flipped_bits(runs: tuple[Path, Path]) -> None:
    """One bit changed at any of 200 random places in run.nc: the commands that read it say so."""
    run, other = runs
    commands = cycle((("report", run), ("verify", run), ("compare", run, other)))
    for bad, command in zip(flipped((run / "run.nc").read_bytes(), FLIPS), commands, strict=False):
        (run / "run.nc").write_bytes(bad)
        assert_refused(traincost(*command), run)


def test_flipped_bits_in_summaries(runs: tuple[Path, Path]) -> None:
    """One bit changed anywhere in a summary: neither the list nor the report shows a number of that run."""
    run, other = runs
    for bad in flipped((run / "summary.json").read_bytes(), FLIPS):
        (run / "summary.json").write_bytes(bad)
        assert_refused(traincost("report", run), run)
        rows = json.loads(traincost("runs", "-o", run.parent, "--format", "json").stdout)
        assert [row["run"] for row in rows] == [str(other), str(run)]
        assert {key for key, value in rows[1].items() if value is not None} == {"run", "error"}


def truncated(run: Path, other: Path, part: str, share: float) -> None:
    content = (run / part).read_bytes()
    (run / part).write_bytes(content[: int(len(content) * share)])


def gone(run: Path, other: Path, part: str) -> None:
    (run / part).unlink()


def of_another_run(run: Path, other: Path, part: str) -> None:
    shutil.copy(other / part, run / part)


def exchanged(run: Path, other: Path) -> None:
    """Two runs whole in each other's place."""
    for folder, contents in zip((run, other), map(contents_of, (other, run)), strict=True):
        for name, content in contents.items():
            (folder / name).write_bytes(content)


def foreign_netcdf(run: Path, other: Path) -> None:
    xr.Dataset({"total_cost": ("draw", np.ones(9))}).to_netcdf(run / "run.nc", engine="h5netcdf")


def foreign_hdf5(run: Path, other: Path) -> None:
    with h5py.File(run / "run.nc", "w") as file:
        file["total_cost"] = np.ones(9)


def no_file_at_all(run: Path, other: Path) -> None:
    (run / "run.nc").unlink()
    (run / "run.nc").mkdir()


def edited(run: Path, other: Path) -> None:
    """A cheaper run, by hand."""
    text = (run / "summary.json").read_text()
    (run / "summary.json").write_text(text.replace('"mean": ', '"mean": 0.', 1))


SHARES = (0.0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
PARTS = ("run.nc", "summary.json", "scenario.resolved.yaml")
DAMAGE: dict[str, Callable[[Path, Path], None]] = {
    **{f"{p} to {share:.0%}": partial(truncated, part=p, share=share) for p in PARTS for share in SHARES},
    **{f"no {part}": partial(gone, part=part) for part in (*PARTS, "report.md")},
    **{
        f"another's {part}": partial(of_another_run, part=part)
        for part in ("run.nc", "summary.json", "report.md")
    },
    **{act.__name__: act for act in (exchanged, foreign_netcdf, foreign_hdf5, no_file_at_all, edited)},
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damage(runs: tuple[Path, Path], damage: Callable[[Path, Path], None]) -> None:
    """A file cut short, empty, gone, foreign or another run's: every command that reads the run says so."""
    run, other = runs
    damage(run, other)
    for command, *options in READERS:
        assert_refused(traincost(command, run, *options), run)
    assert_refused(traincost("compare", run, other), run)
    assert_refused(traincost("plot", run, "-o", run.parent / "plot.png"), run)
    assert not (run.parent / "plot.png").exists()
