"""Reading runs: a run is as it was saved, or there is a ResultError and no number."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from random import Random

import h5py
import numpy as np
import pytest
from results_cases import SUMMARY, a_run, a_tree, reseal

from simulator.errors import ResultError
from simulator.results import catalogue, data_sha256, load, save, sealing, store

pytestmark = pytest.mark.usefixtures("no_waiting")
STRANGER = "stranger-0123456789ab"


# ------------------------------------------------------------------------------------------- damage


def flips(size: int, number: int) -> Iterator[tuple[int, int]]:
    """Positions spread over a whole file, each with a bit to flip."""
    random = Random(size)
    for step in range(number):
        yield min(size - 1, int((step + random.random()) * size / number)), 1 << random.randrange(8)


@pytest.mark.parametrize("part", ["run.nc", "summary.json", "scenario.resolved.yaml", "report.md", "mine.py"])
def test_flipped_bits(stored: Path, part: str) -> None:
    """One flipped bit anywhere in any file is seen."""
    good = (stored / part).read_bytes()
    for place, bit in flips(len(good), 250 if part == "run.nc" else 100):
        bad = bytearray(good)
        bad[place] ^= bit
        (stored / part).write_bytes(bad)
        with pytest.raises(ResultError, match=re.escape(str(stored))):
            load(stored)
    (stored / part).write_bytes(good)
    assert data_sha256(load(stored).tree) == data_sha256(a_tree())


def test_flipped_bits_in_the_catalogue(stored: Path) -> None:
    """One flipped bit anywhere in a summary gives a row with an error and no number."""
    good = (stored / "summary.json").read_bytes()
    for place, bit in flips(len(good), 100):
        bad = bytearray(good)
        bad[place] ^= bit
        (stored / "summary.json").write_bytes(bad)
        assert [set(row) for row in catalogue(stored.parent)] == [{"run", "error"}]


@pytest.mark.parametrize("forge", [False, True])
@pytest.mark.parametrize("part", ["run.nc", "summary.json", "scenario.resolved.yaml"])
def test_truncation(stored: Path, part: str, forge: bool) -> None:
    """A file cut short at every twentieth of its length is refused, even if the summary vouches for it."""
    good = (stored / part).read_bytes()
    for share in range(20):
        (stored / part).write_bytes(good[: len(good) * share // 20])
        if forge and part == "run.nc":
            reseal(stored)
        with pytest.raises(ResultError):
            load(stored)


@pytest.mark.parametrize("part", ["run.nc", "summary.json", "scenario.resolved.yaml", "report.md", "mine.py"])
def test_missing_parts(stored: Path, part: str) -> None:
    """A part that is gone is named."""
    (stored / part).unlink()
    with pytest.raises(ResultError, match=f"{re.escape(part)} is missing; run its scenario again"):
        load(stored)


def test_parts_of_two_runs(stored: Path) -> None:
    """A part of another run in place of one's own is refused, and so is the whole of it."""
    other = save(a_run(seed=2), stored.parent, "other", sha256(b"two").hexdigest())
    shutil.copy(other / "run.nc", stored)
    with pytest.raises(ResultError, match=r"run\.nc is not what was saved"):
        load(stored)
    shutil.copy(other / "summary.json", stored)
    with pytest.raises(ResultError, match=r"this is the run other-.* in the place of another"):
        load(stored)
    rows = {row["run"]: row.get("error", "") for row in catalogue(stored.parent)}
    assert rows[other.as_posix()] == "" and "in the place of another" in rows[stored.as_posix()]


def test_no_such_run(tmp_path: Path) -> None:
    """Paths that are no run folders are refused with what to do."""
    (tmp_path / "file").write_text("x")
    for path in ("nothing", "n" * 300, "nul\0", "surrogate\udcff"):
        with pytest.raises(ResultError, match="no such run; list the stored ones"):
            load(tmp_path / path)
    for path in (".", "run.nc", "file", "file/run.nc"):
        with pytest.raises(ResultError, match=r"summary\.json is missing"):
            load(tmp_path / path)


@pytest.mark.parametrize(
    "body", ["", "{", "[1", "[" * 100_000, '{"a": 1', '{"files": 3', '{"files": {"../x": ""}']
)
def test_odd_summaries(stored: Path, body: str) -> None:
    """A sealed summary that is not one of ours is refused without a traceback."""
    (stored / "summary.json").write_bytes(body.encode() + sealing._seal(body.encode()))
    with pytest.raises(ResultError):
        load(stored)
    assert set(catalogue(stored.parent)[0]) == {"run", "error"}


# ---------------------------------------------------------------------------------------- strangers


def test_foreign_hdf5_without_a_summary(tmp_path: Path) -> None:
    """An HDF5 file that lies alone is refused before it is opened."""
    with h5py.File(tmp_path / "run.nc", "w") as file:
        file["x"] = np.ones(3)
    with pytest.raises(ResultError, match=r"summary\.json is missing"):
        load(tmp_path / "run.nc")


def test_links_that_lead_elsewhere(stored: Path, tmp_path: Path) -> None:
    """A link to a run in the same root is followed; one out of it, or in place of a part, is not."""
    inside, outside = stored.parent / "latest", tmp_path / "outside"
    inside.symlink_to(stored.name)
    outside.symlink_to(stored)
    assert load(inside).summary["data_sha256"] == load(stored).summary["data_sha256"]
    with pytest.raises(ResultError, match="link that leads elsewhere"):
        load(outside)
    assert [row["run"] for row in catalogue(stored.parent)] == [stored.as_posix()]
    (stored / "run.nc").rename(tmp_path / "run.nc")
    (stored / "run.nc").symlink_to(tmp_path / "run.nc")
    with pytest.raises(ResultError, match=r"run\.nc is not a plain file"):
        load(stored)


@pytest.mark.parametrize("part", ["run.nc", "summary.json"])
def test_pipes(stored: Path, part: str) -> None:
    """A pipe in place of a part is refused, not waited for."""
    (stored / part).unlink()
    os.mkfifo(stored / part)
    with pytest.raises(ResultError, match="not a plain file"):
        load(stored)


# ---------------------------------------------------------------------------------------- catalogue


def test_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows come newest first, from summaries alone; what cannot be read comes last with its error."""
    root = tmp_path / "results"
    assert catalogue(root) == []
    folders = []
    for day in (1, 3, 2):
        marker = type("Clock", (datetime,), {"now": classmethod(lambda cls, tz, day=day: cls(2025, 1, day))})
        monkeypatch.setattr(store, "datetime", marker)
        folders.append(save(a_run(), root, f"day {day}", sha256(b"%d" % day).hexdigest()))
        (folders[-1] / "run.nc").unlink()
    (root / STRANGER).mkdir()
    rows = catalogue(root)
    assert [row["run"] for row in rows] == [(root / name).as_posix() for name in ordered(folders)]
    assert rows[0] == {
        "run": folders[1].as_posix(),
        "name": "a name",
        "scenario": "gpt4",
        "book": "seed",
        "seed": 1,
        "draws": 50,
        "created_at": "2025-01-03T00:00:00Z",
        "data_sha256": data_sha256(a_tree()),
        "settings": [],
        "total_cost": {"50": 50.0, "80": 80.0, "90": 90.0},
        "total_cost_se": {"50": 0.1, "80": 0.1, "90": 0.1},
    }
    assert rows[3]["error"].endswith("summary.json is missing; run its scenario again")


def ordered(folders: list[Path]) -> list[str]:
    return [folders[1].name, folders[2].name, folders[0].name, STRANGER]


@pytest.mark.parametrize(
    "name",
    [
        "example",
        STRANGER[:-1],
        f"{STRANGER}c",
        STRANGER.upper(),
        f"{STRANGER}\n",
        f".{STRANGER}",
        "é-训练",
        f"a\n{STRANGER}",
        f"\x1b[31m{STRANGER}",
    ],
)
def test_what_is_no_run_is_passed_over(stored: Path, name: str) -> None:
    """Folders whose names have no 12 hex digits or cannot be printed, hidden ones, files, links are none."""
    shutil.copytree(stored, stored.parent / name)
    (stored.parent / STRANGER).write_text("x")
    (stored.parent / f"link-{STRANGER}").symlink_to(stored.name)
    assert [row["run"] for row in catalogue(stored.parent)] == [stored.as_posix()]


def test_catalogue_without_percentiles_or_total(tmp_path: Path) -> None:
    """Percentiles that were not asked for are None."""
    cost = {"total_cost": {"percentiles": {"50": {"value": 1.0}}}}
    for number, quantities in enumerate(({}, cost)):
        identity = sha256(b"%d" % number).hexdigest()
        save(replace(a_run(), summary={**SUMMARY, "quantities": quantities}), tmp_path, str(number), identity)
    found = {row["run"][-14]: row["total_cost"] for row in catalogue(tmp_path)}
    assert found == {"0": dict.fromkeys(("50", "80", "90")), "1": {"50": 1.0, "80": None, "90": None}}


def test_a_root_that_is_a_file(tmp_path: Path) -> None:
    """A file has no runs to list, and that is said."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(ResultError, match="cannot be listed: Not a directory; name a folder of runs"):
        catalogue(tmp_path / "file")
