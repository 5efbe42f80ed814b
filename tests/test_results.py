"""Stored runs: what is read back is what was saved."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from results_cases import IDENTITY, PERCENTILES, SUMMARY, a_run, a_tree, contents_of, names

from simulator.errors import ResultError
from simulator.results import catalogue, data_sha256, load, save, store

pytestmark = pytest.mark.usefixtures("no_waiting")


def test_round_trip(stored: Path) -> None:
    """A run read back has the same tree, attributes, hash, summary and files."""
    run, tree = load(stored), a_tree()
    xr.testing.assert_equal(run.tree, tree)
    hashes = {
        data_sha256(run.tree),
        data_sha256(tree),
        run.tree.attrs["data_sha256"],
        run.summary["data_sha256"],
    }
    assert len(hashes) == 1
    for node in tree.subtree:
        for name, variable in node.variables.items():
            assert run.tree[node.path].variables[name].attrs == variable.attrs
    assert {key: run.tree.attrs[key] for key in tree.attrs} == tree.attrs
    assert run.path == stored and run.scenario.read_text() == "title: 训练\n"
    assert names(stored) == {"run.nc", "scenario.resolved.yaml", "report.md", "summary.json", "mine.py"}
    assert (stored / "mine.py").read_bytes() == b"x = 1\n"
    assert stored.name == f"gpt-4-{IDENTITY[:12]}" and names(stored.parent) == {stored.name}
    with pytest.raises(FrozenInstanceError):
        run.path = stored  # type: ignore[misc]


def test_run_nc_alone_names_its_run(stored: Path) -> None:
    """The path of run.nc stands for its folder."""
    assert load(stored / "run.nc").path == stored


def test_the_summary(stored: Path) -> None:
    """The summary holds what was given, null for nan, and what was added, as strict JSON."""
    summary = json.loads((stored / "summary.json").read_text(), parse_constant=pytest.fail)
    assert list(summary)[: len(SUMMARY)] == list(SUMMARY)
    assert summary["quantities"]["total_cost"]["sd"] is None
    assert summary["quantities"]["total_cost"]["percentiles"] == PERCENTILES
    assert summary["name"] == "a name" and summary["run"] == stored.as_posix()
    assert abs((datetime.fromisoformat(summary["created_at"]) - datetime.now(UTC)).total_seconds()) < 60
    assert {"run": stored.as_posix(), **summary.pop("listing")} == catalogue(stored.parent)[0]
    assert {**summary, "files": 0, "sha256": 0} == {**load(stored).summary, "files": 0, "sha256": 0}


def test_a_run_without_a_name_is_called_by_its_slug(tmp_path: Path) -> None:
    """A summary without a name takes the slug."""
    nameless = {key: value for key, value in SUMMARY.items() if key != "name"}
    assert load(save(replace(a_run(), summary=nameless), tmp_path, "A B", IDENTITY)).summary["name"] == "a-b"


def test_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same run saved twice at the same second gives the same bytes in every file."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Clock:
            return cls(2025, 6, 1, tzinfo=tz)

    monkeypatch.setattr(store, "datetime", Clock)
    first = contents_of(save(a_run(), tmp_path, "x", IDENTITY))
    assert contents_of(save(a_run(), tmp_path, "x", IDENTITY)) == first
    assert b"2025-06-01T00:00:00Z" in first["run.nc"]


def test_saving_leaves_the_tree_as_it_was(tmp_path: Path) -> None:
    """The attributes that are added go into the file, not into the caller's tree."""
    contents = a_run()
    save(contents, tmp_path, "x", IDENTITY)
    assert "created_at" not in contents.tree.attrs


def test_a_read_tree_can_be_saved_again(stored: Path, tmp_path: Path) -> None:
    """A tree read back is stored again with the same hash."""
    again = save(replace(a_run(), tree=load(stored).tree), tmp_path, "again", IDENTITY)
    assert load(again).tree.attrs["data_sha256"] == load(stored).tree.attrs["data_sha256"]


def test_a_command_of_any_bytes(tmp_path: Path) -> None:
    """A command line that is no UTF-8, or is empty, is stored."""
    for command in ("traincost run b\udcff.yaml", ""):
        run = load(save(a_run(command), tmp_path, "x", IDENTITY))
        assert run.tree.attrs["command"] == command.replace("\udcff", "\\udcff")


def test_nothing_heavy_is_imported() -> None:
    """Importing the module loads neither xarray nor HDF5 nor numpy."""
    code = "import sys, simulator.results; print({'xarray', 'h5py', 'h5netcdf', 'numpy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"set()\n"


@pytest.mark.parametrize("name", ["../mine.py", ".mine.py", "a/b.py"])
def test_formula_files_stay_in_the_folder(tmp_path: Path, name: str) -> None:
    """A formula file cannot be written beside the folder."""
    with pytest.raises(ResultError, match="looks like a path"):
        save(replace(a_run(), files={name: b""}), tmp_path / "results", "x", IDENTITY)
    assert not names(tmp_path)


def test_identities_stay_in_the_root(tmp_path: Path) -> None:
    """No slug and no identity leads out of the root."""
    assert save(a_run(), tmp_path, "../../x", "../../../etc/abc").parent == tmp_path
