"""Stored runs: what is read back is what was saved, or there is a ResultError and no number."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime
from errno import ENOSPC
from hashlib import sha256
from io import BytesIO
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import h5py
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from simulator import results
from simulator.errors import ResultError
from simulator.results import Contents, catalogue, check_name, data_sha256, load, save, slugify

IDENTITY = sha256(b"one").hexdigest()
SPARE = ".tmp-" + "0" * 32
PERCENTILES = {key: {"value": float(key), "se": 0.1, "ci95": [0.0, 99.0]} for key in ("5", "50", "80", "90")}
SUMMARY: dict[str, Any] = {
    "name": "a name",
    "scenario": "gpt4",
    "book": "seed",
    "run": None,
    "seed": 1,
    "draws": 50,
    "quantities": {"total_cost": {"unit": "USD", "sd": float("nan"), "percentiles": PERCENTILES}},
    "budget": None,
}


def a_tree(seed: int = 1, draws: int = 50) -> xr.DataTree:
    """A small tree with the dtypes, text and odd values that a run may hold."""
    random = np.random.default_rng(seed)
    draw = {
        name: ("draw", random.lognormal(size=draws), {"units": "days", "long_name": "训练 $", "source": ""})
        for name in ("gpu_price", "mfu")
    }
    statistics = xr.Dataset(
        {
            "value": (("quantity", "quantile"), np.array([[1.0, np.nan], [-0.0, np.inf]])),
            "fixed": ("quantity", np.array([True, False])),
            "counts": ("quantity", np.array([1, 2**62])),
            "scalar": ((), 3.5),
            "empty": ("nothing", np.empty(0)),
        },
        coords={
            "quantity": ["gpu_price", "mfu"],
            "quantile": [0.5, 0.9],
            "unit": ("quantity", ["USD", ""]),
            "label": ("quantile", np.array(["中位数", "é"], dtype=object)),
        },
    )
    attributes = {"traincost_version": "0", "seed": 2**63 - 1, "title": "", "share": 0.5}
    return xr.DataTree.from_dict(
        {"/": xr.Dataset(attrs=attributes), "inputs": xr.Dataset(draw), "statistics": statistics}
    )


def a_run(command: str = "traincost run", seed: int = 1) -> Contents:
    return Contents(a_tree(seed), "title: 训练\n", "# report\n", SUMMARY, command, {"mine.py": b"x = 1\n"})


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def contents_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def reseal(folder: Path) -> None:
    """Make the summary vouch for whatever the other files are now, as a forger would."""
    summary = json.loads((folder / "summary.json").read_bytes())
    del summary["sha256"]
    summary["files"] = {name: sha256((folder / name).read_bytes()).hexdigest() for name in summary["files"]}
    (folder / "summary.json").write_bytes(results._sealed(summary))


def forked(action: Callable[[], object]) -> int:
    """The wait status of a child process that does something: 0 if it did it without an exception."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        with suppress(BaseException):
            action()
            os._exit(0)
        os._exit(1)
    return child


def status(child: int) -> int:
    return os.waitpid(child, 0)[1]


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here cuts the power."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    return save(a_run(), tmp_path / "results", "GPT 4", IDENTITY)


@pytest.fixture(params=["exchange", "rename"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Systems that can and that cannot exchange two folders in one step."""
    if request.param == "rename":
        monkeypatch.setattr(results, "_exchanged", lambda one, other: False)
    return str(request.param)


# ---------------------------------------------------------------------------------- what is kept


def test_round_trip(stored: Path) -> None:
    """A run read back has the same tree, attributes, hash, summary and files."""
    run, tree = load(stored), a_tree()
    xr.testing.assert_equal(run.tree, tree)
    hashes = {data_sha256(run.tree), data_sha256(tree), run.attrs["data_sha256"], run.summary["data_sha256"]}
    assert len(hashes) == 1
    for node in tree.subtree:
        for name, variable in node.variables.items():
            assert run.tree[node.path].variables[name].attrs == variable.attrs
    assert {key: run.attrs[key] for key in tree.attrs} == tree.attrs
    assert run.path == stored and run.scenario.read_text() == "title: 训练\n"
    assert names(stored) == {"run.nc", "scenario.resolved.yaml", "report.md", "summary.json", "mine.py"}
    assert (stored / "mine.py").read_bytes() == b"x = 1\n"
    assert stored.name == f"gpt-4-{IDENTITY[:12]}" and names(stored.parent) == {stored.name}
    with pytest.raises(FrozenInstanceError):
        run.path = stored  # type: ignore[misc]


def test_run_nc_alone_names_its_run(stored: Path) -> None:
    """The path of run.nc stands for its folder."""
    assert load(stored / "run.nc").path == stored


def test_any_reader_of_netcdf(stored: Path) -> None:
    """The file opens with xarray alone, and every array with a dimension carries a checksum."""
    with xr.open_datatree(stored / "run.nc", engine="h5netcdf", decode_timedelta=False) as tree:
        assert tree["statistics"]["quantity"].values.tolist() == ["gpu_price", "mfu"]
    with h5py.File(stored / "run.nc") as file:
        assert all(file[f"inputs/{name}"].fletcher32 for name in ("gpu_price", "mfu"))
        assert all(file[f"statistics/{name}"].fletcher32 for name in ("value", "quantity", "unit", "label"))


def test_the_summary(stored: Path) -> None:
    """The summary holds what was given, null for nan, and what was added, as strict JSON."""
    summary = json.loads((stored / "summary.json").read_text(), parse_constant=pytest.fail)
    assert list(summary)[: len(SUMMARY)] == list(SUMMARY)
    assert summary["quantities"]["total_cost"]["sd"] is None
    assert summary["quantities"]["total_cost"]["percentiles"] == PERCENTILES
    assert summary["name"] == "a name" and summary["run"] == stored.as_posix()
    assert abs((datetime.fromisoformat(summary["created_at"]) - datetime.now(UTC)).total_seconds()) < 60
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

    monkeypatch.setattr(results, "datetime", Clock)
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
    assert load(again).attrs["data_sha256"] == load(stored).attrs["data_sha256"]


def test_a_command_of_any_bytes(tmp_path: Path) -> None:
    """A command line that is no UTF-8, or is empty, is stored."""
    for command in ("traincost run b\udcff.yaml", ""):
        run = load(save(a_run(command), tmp_path, "x", IDENTITY))
        assert run.attrs["command"] == command.replace("\udcff", "\\udcff")


def test_nothing_heavy_is_imported() -> None:
    """Importing the module loads neither xarray nor HDF5 nor numpy."""
    code = "import sys, simulator.results; print({'xarray', 'h5py', 'h5netcdf', 'numpy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"set()\n"


# ------------------------------------------------------------------------------------------ hash


def test_hash_against_its_definition() -> None:
    """The hash is SHA-256 over headers and bytes written out by hand."""
    later, sooner = {"x": ("i", np.array([1.0, 2.0], ">f8"))}, {"t": ("i", ["é", "ab"])}
    tree = xr.DataTree.from_dict({"/b": xr.Dataset(later), "/a": xr.Dataset(sooner)})
    text = b'["/a", "t", "text", [2]]' + b"2:\xc3\xa92:ab"
    number = b'["/b", "x", "<f8", [2]]' + np.array([1.0, 2.0], "<f8").tobytes()
    assert data_sha256(tree) == sha256(text + number).hexdigest()


def test_hash_ignores_how_arrays_are_held() -> None:
    """Byte order, memory order, kind of text, order of names and attributes do not matter."""
    table = np.arange(6.0).reshape(2, 3)
    one = xr.Dataset({"a": (("i", "j"), table), "t": ("i", ["x", "yy"])}, attrs={"k": 1})
    two = xr.Dataset(
        {"t": ("i", np.array(["x", "yy"], object)), "a": (("i", "j"), np.asfortranarray(table).astype(">f8"))}
    )
    assert data_sha256(xr.DataTree(one)) == data_sha256(xr.DataTree(two))


@pytest.mark.parametrize(
    "other",
    [
        {"a": ("i", [1.0, 2.0000000000000004])},
        {"a": ("i", [1, 2])},
        {"a": ("i", np.array([1.0, 2.0], "f4"))},
        {"a": (("i", "j"), [[1.0, 2.0]])},
        {"b": ("i", [1.0, 2.0])},
        {"a": ("i", [1.0, 2.0]), "b": 0.0},
        {"a": ("i", ["1", "2"])},
    ],
)
def test_hash_sees_every_change(other: dict[str, Any]) -> None:
    """A value, dtype, shape, name, number of variables or kind that differs gives another hash."""
    assert data_sha256(xr.DataTree(xr.Dataset({"a": ("i", [1.0, 2.0])}))) != data_sha256(
        xr.DataTree(xr.Dataset(other))
    )


# ---------------------------------------------------------------------------------------- damage


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


def places_of_numbers(data: bytes) -> Iterator[int]:
    """A byte of every chunk and of every scalar in a file."""
    with h5py.File(BytesIO(data)) as file:
        for name in (
            "inputs/mfu",
            "statistics/value",
            "statistics/counts",
            "statistics/quantity",
            "statistics/unit",
        ):
            yield file[name].id.get_chunk_info(0).byte_offset
        yield file["statistics/scalar"].id.get_offset()


def test_flipped_numbers_behind_a_forged_summary(stored: Path) -> None:
    """Where the summary vouches for a changed file, checks inside it still see a changed number or word."""
    good = (stored / "run.nc").read_bytes()
    for place in places_of_numbers(good):
        for bit in (1, 128):
            bad = bytearray(good)
            bad[place] ^= bit
            (stored / "run.nc").write_bytes(bad)
            reseal(stored)
            with pytest.raises(ResultError, match=r"filter returned failure|numbers in run\.nc are not"):
                load(stored)


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
    """A part of another run in place of one's own is refused."""
    other = save(a_run(seed=2), stored.parent, "other", sha256(b"two").hexdigest())
    shutil.copy(other / "run.nc", stored)
    with pytest.raises(ResultError, match=r"run\.nc is not what was saved"):
        load(stored)
    shutil.copy(other / "summary.json", stored)
    assert load(stored).summary["data_sha256"] == data_sha256(a_tree(2))


def test_numbers_that_disagree_with_their_hash(stored: Path) -> None:
    """A number changed with a tool that mends checksums is seen by the hash over the data."""
    with h5py.File(stored / "run.nc", "r+") as file:
        file["inputs/mfu"][0] += 1
    reseal(stored)
    with pytest.raises(ResultError, match=r"numbers in run\.nc are not those that were saved"):
        load(stored)


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
    (stored / "summary.json").write_bytes(body.encode() + results._seal(body.encode()))
    with pytest.raises(ResultError):
        load(stored)
    assert set(catalogue(stored.parent)[0]) == {"run", "error"}


# --------------------------------------------------------------------------------- hostile files


def external_link(file: h5py.File, secret: Path) -> None:
    file["x"] = h5py.ExternalLink(str(secret), "/x")


def soft_link(file: h5py.File, secret: Path) -> None:
    file["x"] = h5py.SoftLink("/y")


def two_names(file: h5py.File, secret: Path) -> None:
    file["x"] = np.ones(3)
    file["y"] = file["x"]


def a_cycle(file: h5py.File, secret: Path) -> None:
    file.create_group("a")["back"] = file["/"]


def external_storage(file: h5py.File, secret: Path) -> None:
    file.create_dataset("x", (16,), "u1", external=[(str(secret), 0, 16)])


def virtual(file: h5py.File, secret: Path) -> None:
    layout = h5py.VirtualLayout((16,), "u1")
    layout[:] = h5py.VirtualSource(str(secret), "x", (16,))
    file.create_virtual_dataset("x", layout)


def terabytes(file: h5py.File, secret: Path) -> None:
    file.create_dataset("x", (10**12,), "f8", chunks=(10**6,))


def a_thousandfold(file: h5py.File, secret: Path) -> None:
    file.create_dataset("x", (10**7,), "f8", chunks=(10**6,))


def a_huge_chunk(file: h5py.File, secret: Path) -> None:
    file.create_dataset("x", (1,), "f8", maxshape=(None,), chunks=(10**8,))


def packed(file: h5py.File, secret: Path) -> None:
    file.create_dataset("x", data=np.zeros(10**5), compression="gzip")


def text_of_any_length(file: h5py.File, secret: Path) -> None:
    file.create_dataset("x", data=["a" * 1000] * 10, dtype=h5py.string_dtype())


def compound(file: h5py.File, secret: Path) -> None:
    file["x"] = np.zeros(3, [("a", "f8"), ("b", "i4")])


def references(file: h5py.File, secret: Path) -> None:
    file.create_dataset("x", data=[file.ref], dtype=h5py.ref_dtype)


def a_named_type(file: h5py.File, secret: Path) -> None:
    file["x"] = np.dtype("f8")


def no_value(file: h5py.File, secret: Path) -> None:
    file["x"] = h5py.Empty("f8")


def odd_attribute(file: h5py.File, secret: Path) -> None:
    file.attrs["x"] = np.zeros(2, [("a", "f8"), ("b", "i4")])


def many_words(file: h5py.File, secret: Path) -> None:
    file.attrs.create("x", ["a" * 1000] * 10, dtype=h5py.string_dtype())


def deep(file: h5py.File, secret: Path) -> None:
    file.create_group("/".join("g" * 300))


def wide(file: h5py.File, secret: Path) -> None:
    for number in range(200):
        file.create_group(str(number))


def not_ours(file: h5py.File, secret: Path) -> None:
    del file.attrs["data_sha256"]


def not_netcdf(file: h5py.File, secret: Path) -> None:
    file["x"] = np.ones((3, 4))


HOSTILE = [
    (external_link, "holds a link: x"),
    (soft_link, "holds a link: x"),
    (two_names, "holds a link: x"),
    (a_cycle, "holds a link: back"),
    (external_storage, "in another file or packed"),
    (virtual, "in another file or packed"),
    (terabytes, "declares 8,000,000,000,000 bytes"),
    (a_thousandfold, "declares 80,000,000 bytes"),
    (a_huge_chunk, "declares 800,000,000 bytes"),
    (packed, "in another file or packed"),
    (text_of_any_length, "neither numbers nor text: its values"),
    (compound, "neither numbers nor text: its values"),
    (references, "neither numbers nor text: its values"),
    (a_named_type, "cannot be read"),
    (no_value, "cannot be read"),
    (odd_attribute, "neither numbers nor text: x"),
    (many_words, "neither numbers nor text: x"),
    (deep, "too many things"),
    (wide, "too many things"),
    (not_ours, "was not written by this program"),
    (not_netcdf, "cannot be read"),
]


@pytest.mark.parametrize(("build", "reason"), HOSTILE, ids=lambda value: getattr(value, "__name__", ""))
def test_hostile_files(stored: Path, tmp_path: Path, build: Callable[..., None], reason: str) -> None:
    """A file made to read other files, to fill the memory or to puzzle the reader is refused."""
    secret = tmp_path / "secret"
    with h5py.File(secret, "w") as file:
        file["x"] = np.full(16, 7, "u1")
    with h5py.File(stored / "run.nc", "w") as file:
        file.attrs.update({"data_sha256": data_sha256(xr.DataTree()), "created_at": "", "command": ""})
        build(file, secret)
    reseal(stored)
    start = time.perf_counter()
    with pytest.raises(ResultError, match=reason):
        load(stored)
    assert time.perf_counter() - start < 5


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


# --------------------------------------------------------------------------------------- replace


def test_the_same_identity_replaces_itself(tmp_path: Path, system: str) -> None:
    """A run saved again takes the place of the former, whole, and nothing else is left."""
    first = save(replace(a_run("first"), files={"old.py": b""}), tmp_path, "x", IDENTITY)
    second = save(a_run("second"), tmp_path, "x", IDENTITY)
    assert first == second and names(tmp_path) == {first.name} and "old.py" not in names(first)
    assert load(first).attrs["command"] == "second"


def test_everything_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file and its folder reach the disk before the folder is put in place, and then the root does."""
    seen: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: seen.append(os.fstat(handle).st_ino))
    rename = Path.rename
    monkeypatch.setattr(Path, "rename", lambda old, new: (seen.append(0), rename(old, new))[1])
    folder = save(a_run(), tmp_path, "x", IDENTITY)
    place = seen.index(0)
    assert set(seen[:place]) == {path.stat().st_ino for path in (*folder.iterdir(), folder)}
    assert seen[place + 1 :] == [tmp_path.stat().st_ino]


def test_leftovers_are_swept(stored: Path) -> None:
    """Temporary folders older than an hour go at the next save; younger ones and strangers stay."""
    root = stored.parent
    for name, age in ((SPARE, 3700), (SPARE.replace("0", "1"), 3500), (".tmp-mine", 9999)):
        (root / name).mkdir()
        (root / name / "run.nc").write_bytes(b"x")
        os.utime(root / name, (time.time() - age,) * 2)
    save(a_run(), root, "GPT 4", IDENTITY)
    assert names(root) == {stored.name, SPARE.replace("0", "1"), ".tmp-mine"}


@pytest.mark.parametrize("by", ["save", "catalogue"])
def test_a_run_moved_aside_is_put_back(stored: Path, by: str) -> None:
    """A run that a killed program moved aside comes back, unless its place has been taken."""
    root = stored.parent
    aside = root / f".old-{'a' * 32}-{stored.name}"
    stored.rename(aside)
    save(a_run(), root, "other", IDENTITY) if by == "save" else catalogue(root)
    assert load(stored).attrs["command"] == "traincost run" and not aside.exists()
    shutil.copytree(stored, aside)
    save(a_run(), root, "other", IDENTITY) if by == "save" else catalogue(root)
    assert load(stored).attrs["command"] == "traincost run" and not aside.exists()


OPERATIONS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.fsync"}


def interrupted(root: Path, files: dict[str, bytes], step: int, act: Callable[[], None]) -> int:
    """The status of a child that saves a run and acts at its step-th operation on the file system."""

    def action() -> None:
        steps = count()

        def hook(event: str, _: Any) -> None:
            if event in OPERATIONS and next(steps) == step:
                act()

        os.fsync = lambda _: hook("os.fsync", ())
        results._files = lambda *_: files
        sys.addaudithook(hook)
        try:
            save(a_run(), root, "x", IDENTITY)
        except ResultError as error:
            os._exit(2 if str(root) in str(error) and "No space left" in str(error) else 1)
        os._exit(3 if next(steps) <= step else 0)

    return status(forked(action))


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fill() -> None:
    raise OSError(ENOSPC, os.strerror(ENOSPC))


def test_killed_at_every_step(tmp_path: Path, system: str) -> None:
    """SIGKILL before every operation on the file system leaves the old run or the new one, whole."""
    folder = tmp_path / f"x-{IDENTITY[:12]}"
    old, new = (results._files(a_run(command), folder, "x") for command in ("old", "new"))
    seen = []
    for step in count():
        results._store(old, folder)
        ended = interrupted(tmp_path, new, step, kill)
        assert [row.get("error") for row in catalogue(tmp_path)] == [None]
        assert {name for name in names(tmp_path) if not name.startswith(".tmp-")} == {folder.name}
        found = contents_of(folder)
        assert found in (old, new)
        seen.append("old" if found == old else "new")
        if ended != signal.SIGKILL:
            break
    assert os.waitstatus_to_exitcode(ended) == 3
    assert seen.count("old") > 15 and seen.count("new") > 3


def test_a_full_disk_at_every_step(tmp_path: Path, system: str) -> None:
    """An operation that fails is one ResultError naming the folder, and leaves the old run alone."""
    folder = tmp_path / f"x-{IDENTITY[:12]}"
    old, new = (results._files(a_run(command), folder, "x") for command in ("old", "new"))
    codes: list[int] = []
    while codes[-1:] != [3]:
        results._store(old, folder)
        codes.append(os.waitstatus_to_exitcode(interrupted(tmp_path, new, len(codes), fill)))
        assert contents_of(folder) in (old, new)
        assert codes[-1] != 2 or len(catalogue(tmp_path)) == len(names(tmp_path)) == 1
    assert 1 not in codes and codes.count(2) > 15


def test_a_new_run_killed_at_every_step(tmp_path: Path) -> None:
    """A run that is killed while it is first saved is there whole or not at all."""
    folder = tmp_path / "results" / f"x-{IDENTITY[:12]}"
    files = results._files(a_run(), folder, "x")
    for step in count():
        shutil.rmtree(folder.parent, ignore_errors=True)
        ended = interrupted(folder.parent, files, step, kill)
        assert not folder.exists() or contents_of(folder) == files
        if ended != signal.SIGKILL:
            break
    assert contents_of(folder) == files


@pytest.mark.parametrize("limit", [0, 1, 4096, 20_000])
def test_a_limit_on_file_size(stored: Path, limit: int) -> None:
    """A file system that takes no more bytes gives one ResultError and leaves what was there."""

    def action() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        with pytest.raises(ResultError, match="the run cannot be stored: File too large; make room"):
            save(a_run("new"), stored.parent, "GPT 4", IDENTITY)

    assert status(forked(action)) == 0
    assert names(stored.parent) == {stored.name} and load(stored).attrs["command"] == "traincost run"


def test_roots_that_cannot_hold_runs(tmp_path: Path) -> None:
    """A root that is a file, lies under one or cannot be written is one ResultError naming the path."""
    (tmp_path / "file").write_text("x")
    for root in (tmp_path / "file", tmp_path / "file/below", tmp_path / ("n" * 300)):
        with pytest.raises(ResultError, match=f"{re.escape(str(root))}.*cannot be stored.*choose another"):
            save(a_run(), root, "x", IDENTITY)
    assert (tmp_path / "file").read_text() == "x"


@pytest.mark.parametrize("taken", ["file", "link"])
def test_a_place_taken_by_something_else(tmp_path: Path, taken: str) -> None:
    """A file or a link where the folder should stand is left alone."""
    place = tmp_path / f"x-{IDENTITY[:12]}"
    (tmp_path / "else").mkdir()
    place.write_text("x") if taken == "file" else place.symlink_to(tmp_path / "else")
    with pytest.raises(ResultError, match="cannot be stored"):
        save(a_run(), tmp_path, "x", IDENTITY)
    assert names(tmp_path) == {place.name, "else"} and not names(tmp_path / "else")


def test_savers_of_the_same_run(tmp_path: Path, system: str) -> None:
    """Four programs that save one run all succeed, a reader sees a whole run at any time, and one remains."""
    folder = save(a_run("0"), tmp_path, "x", IDENTITY)

    def saver(number: int) -> Callable[[], object]:
        return lambda: [save(a_run(str(number)), tmp_path, "x", IDENTITY) for _ in range(2)]

    children = [forked(saver(number)) for number in range(1, 5)]
    if system == "exchange":
        assert all(load(folder).attrs["command"] in set("01234") for _ in range(8))
    assert [status(child) for child in children] == [0] * 4
    assert names(tmp_path) == {folder.name} and load(folder).attrs["command"] in set("1234")


def test_savers_of_different_runs(tmp_path: Path, system: str) -> None:
    """Four programs that save different runs into one root leave all of them."""

    def saver(number: int) -> Callable[[], object]:
        hashes = [sha256(b"%d" % (number * 10 + i)).hexdigest() for i in range(2)]
        return lambda: [save(a_run(str(number)), tmp_path / "root", "x", each) for each in hashes]

    assert [status(child) for child in [forked(saver(number)) for number in range(4)]] == [0] * 4
    rows = catalogue(tmp_path / "root")
    assert len(rows) == 8 == len(names(tmp_path / "root")) and not any("error" in row for row in rows)
    assert all(load(Path(row["run"])) for row in rows[:2])


# ------------------------------------------------------------------------------------- catalogue


def test_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows come newest first, from summaries alone; what cannot be read comes last with its error."""
    root = tmp_path / "results"
    assert catalogue(root) == []
    folders = []
    for day in (1, 3, 2):
        marker = type("Clock", (datetime,), {"now": classmethod(lambda cls, tz, day=day: cls(2025, 1, day))})
        monkeypatch.setattr(results, "datetime", marker)
        folders.append(save(a_run(), root, f"day {day}", sha256(b"%d" % day).hexdigest()))
        (folders[-1] / "run.nc").unlink()
    (root / "stranger").mkdir()
    (root / ".hidden").mkdir()
    (root / "note.txt").write_text("x")
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
        "total_cost": {"50": 50.0, "80": 80.0, "90": 90.0},
    }
    assert rows[3]["error"].endswith("summary.json is missing; run its scenario again")


def ordered(folders: list[Path]) -> list[str]:
    return [folders[1].name, folders[2].name, folders[0].name, "stranger"]


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


# ----------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("gpt4-class", "gpt4-class"),
        ("GPT-4: a (very) big run!", "gpt-4-a-very-big-run"),
        ("", "run"),
        ("...", "run"),
        ("训练", "run"),
        ("../../etc/passwd", "etc-passwd"),
        ("/etc/x\n", "etc-x"),
        ("．．／x", "x"),
        ("-rf", "rf"),
        ("a\0b", "a-b"),
        ("CON", "_con"),
        ("com1.v2", "_com1.v2"),
        ("console", "console"),
        ("v1.2.", "v1.2"),
        ("_x_", "_x_"),
        ("\u202egnp", "gnp"),
        ("x" * 300, "x" * 100),
        ("x" * 99 + ". y", "x" * 99),
    ],
)
def test_slugify(text: str, slug: str) -> None:
    """Any text gives a name that every file system takes."""
    assert slugify(text) == slug


@given(st.text())
def test_slugs_of_any_text(text: str) -> None:
    """A slug fits the pattern, is no device of Windows, and is its own slug."""
    slug = slugify(text)
    assert re.match(r"[a-z0-9_][a-z0-9_.-]{0,99}\Z", slug) and not slug.endswith(".")
    assert slug.split(".")[0] not in results.RESERVED and slugify(slug) == slug


@pytest.mark.parametrize("name", ["a", "GPT-4 class, 2025", "训练 v1.2", "x" * 100, "-rf", "CON", "50% off"])
def test_names_that_can_be_used(name: str) -> None:
    """A label is free text."""
    check_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "../../x",
        "/etc/x",
        "a/b",
        "a\\b",
        ".hidden",
        "．．／x",
        "a\0b",
        "a\nb",
        "x" * 101,
        "\u202ex",
        "\udcff",
    ],
)
def test_names_that_cannot_be_used(name: str) -> None:
    """A name that looks like a path, or cannot be printed, is refused with what to do."""
    with pytest.raises(ResultError, match=r"give 1 to 100 printable|leave out slashes"):
        check_name(name)


@pytest.mark.parametrize("name", ["../mine.py", ".mine.py", "a/b.py"])
def test_formula_files_stay_in_the_folder(tmp_path: Path, name: str) -> None:
    """A formula file cannot be written beside the folder."""
    with pytest.raises(ResultError, match="looks like a path"):
        save(replace(a_run(), files={name: b""}), tmp_path / "results", "x", IDENTITY)
    assert not names(tmp_path)


def test_identities_stay_in_the_root(tmp_path: Path) -> None:
    """No slug and no identity leads out of the root."""
    assert save(a_run(), tmp_path, "../../x", "../../../etc/abc").parent == tmp_path
