"""Folders of runs: whole at any instant, whoever is killed and whoever else writes."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from errno import EACCES, ENOSPC
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from results_cases import IDENTITY, a_run, contents_of, names

from simulator.errors import ResultError
from simulator.results import catalogue, folders, load, save, store

pytestmark = pytest.mark.usefixtures("no_waiting")
SPARE = ".tmp-" + "0" * 32


@pytest.fixture(params=["exchange", "rename"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Systems that can and that cannot exchange two folders in one step."""
    if request.param == "rename":
        monkeypatch.setattr(folders, "_exchanged", lambda one, other: False)
    return str(request.param)


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


def test_the_same_identity_replaces_itself(tmp_path: Path, system: str) -> None:
    """A run saved again takes the place of the former, whole, and nothing else is left."""
    first = save(replace(a_run("first"), files={"old.py": b""}), tmp_path, "x", IDENTITY)
    second = save(a_run("second"), tmp_path, "x", IDENTITY)
    assert first == second and names(tmp_path) == {first.name} and "old.py" not in names(first)
    assert load(first).tree.attrs["command"] == "second"


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
    """A run that a killed program moved aside comes back; where its place is taken, saving removes it."""
    root = stored.parent
    aside = root / f".old-{'a' * 32}-{stored.name}"
    stored.rename(aside)
    save(a_run(), root, "other", IDENTITY) if by == "save" else catalogue(root)
    assert load(stored).tree.attrs["command"] == "traincost run" and not aside.exists()
    shutil.copytree(stored, aside)
    save(a_run(), root, "other", IDENTITY) if by == "save" else catalogue(root)
    assert load(stored).tree.attrs["command"] == "traincost run" and aside.exists() == (by == "catalogue")


OPERATIONS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.fsync"}


def interrupted(root: Path, files: dict[str, bytes], step: int, act: Callable[[], None]) -> int:
    """The status of a child that saves a run and acts at its step-th operation on the file system."""

    def action() -> None:
        steps = count()

        def hook(event: str, _: Any) -> None:
            if event in OPERATIONS and next(steps) == step:
                act()

        os.fsync = lambda _: hook("os.fsync", ())
        store._files = lambda *_: files
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
    old, new = (store._files(a_run(command), folder, "x") for command in ("old", "new"))
    seen = []
    for step in count():
        folders.write_folder(old, folder)
        ended = interrupted(tmp_path, new, step, kill)
        assert [row.get("error") for row in catalogue(tmp_path)] == [None]
        assert {name for name in names(tmp_path) if not name.startswith((".tmp-", ".old-"))} == {folder.name}
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
    old, new = (store._files(a_run(command), folder, "x") for command in ("old", "new"))
    codes: list[int] = []
    while codes[-1:] != [3]:
        folders.write_folder(old, folder)
        codes.append(os.waitstatus_to_exitcode(interrupted(tmp_path, new, len(codes), fill)))
        assert contents_of(folder) in (old, new)
        left = {name for name in names(tmp_path) if not name.startswith(".old-")}
        assert codes[-1] != 2 or len(catalogue(tmp_path)) == len(left) == 1
    assert 1 not in codes and codes.count(2) > 15


def test_a_new_run_killed_at_every_step(tmp_path: Path) -> None:
    """A run that is killed while it is first saved is there whole or not at all."""
    folder = tmp_path / "results" / f"x-{IDENTITY[:12]}"
    files = store._files(a_run(), folder, "x")
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
    assert names(stored.parent) == {stored.name} and load(stored).tree.attrs["command"] == "traincost run"


def test_roots_that_cannot_hold_runs(tmp_path: Path) -> None:
    """A root that is a file, lies under one or cannot be written is one ResultError naming the path."""
    (tmp_path / "file").write_text("x")
    for root in (tmp_path / "file", tmp_path / "file/below", tmp_path / ("n" * 300)):
        with pytest.raises(ResultError, match=f"{re.escape(str(root))}.*cannot be stored.*choose another"):
            save(a_run(), root, "x", IDENTITY)
    assert (tmp_path / "file").read_text() == "x"


def test_a_refusal_is_not_a_lack_of_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system refuses to write, the error asks for the right to, not for room."""

    def refused(files: object, folder: Path) -> None:
        raise PermissionError(EACCES, os.strerror(EACCES))

    monkeypatch.setattr(store, "write_folder", refused)
    with pytest.raises(
        ResultError, match="Permission denied; get the right to write there, or choose another"
    ):
        save(a_run(), tmp_path, "x", IDENTITY)


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
        assert all(load(folder).tree.attrs["command"] in set("01234") for _ in range(8))
    assert [status(child) for child in children] == [0] * 4
    assert names(tmp_path) == {folder.name} and load(folder).tree.attrs["command"] in set("1234")


def test_savers_of_different_runs(tmp_path: Path, system: str) -> None:
    """Four programs that save different runs into one root leave all of them."""

    def saver(number: int) -> Callable[[], object]:
        hashes = [sha256(b"%d" % (number * 10 + i)).hexdigest() for i in range(2)]
        return lambda: [save(a_run(str(number)), tmp_path / "root", "x", each) for each in hashes]

    assert [status(child) for child in [forked(saver(number)) for number in range(4)]] == [0] * 4
    rows = catalogue(tmp_path / "root")
    assert len(rows) == 8 == len(names(tmp_path / "root")) and not any("error" in row for row in rows)
    assert all(load(Path(row["run"])) for row in rows[:2])
