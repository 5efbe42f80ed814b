"""Disks that are full and folders that nobody may write: one message, exit code 1 and nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from comparison_cases import rented
from results_cases import contents_of, names

IS_ROOT = os.name == "posix" and os.geteuid() == 0
OVERRIDES = "-dac_override,-dac_read_search"  # by which root writes and reads what it may not
AS_ANYBODY = ["setpriv", f"--bounding-set={OVERRIDES}", f"--inh-caps={OVERRIDES}"] if IS_ROOT else []
SMALL = 64 << 10  # bytes; a run is larger
FEW = ("-n", 200, "--quiet")

pytestmark = pytest.mark.skipif(
    os.name != "posix" or (IS_ROOT and not shutil.which("setpriv")), reason="here every folder can be written"
)


def traincost(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process that may write only what its user may."""
    command = [*AS_ANYBODY, sys.executable, "-m", "simulator", *map(str, arguments)]
    env = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def assert_refused(done: subprocess.CompletedProcess[str], *why: str) -> None:
    """A command ended with one line that says why."""
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("Error: ") and all(word in done.stderr for word in why)


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder that nobody may write."""
    folder = tmp_path / "read only"
    folder.mkdir(mode=0o555)
    yield folder
    folder.chmod(0o755)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system that is too small for a run."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = IS_ROOT and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "none", place], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("this system lets nobody mount a file system")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_disk_that_is_full(tmp_path: Path, small_disk: Path) -> None:
    """A run that finds no room is one message and leaves no byte."""
    done = traincost("run", rented(tmp_path), *FEW, "-o", small_disk)
    assert_refused(
        done, f"{small_disk}/rented-", "cannot be stored: No space left on device; make room there"
    )
    assert not names(small_disk)


@pytest.mark.slow
def test_a_batch_on_a_disk_that_is_full(tmp_path: Path, small_disk: Path) -> None:
    """Each case of a batch that finds no room says so, and the batch ends with exit code 1."""
    cases = ("batch", rented(tmp_path), "--sweep", "seed=1,2", "--format", "json")
    done = traincost(*cases, *FEW, "-o", small_disk)
    found = json.loads(done.stdout)["cases"]
    assert done.returncode == 1 and [case["status"] for case in found] == ["failed"] * 2
    assert all("No space left on device; make room there" in case["error"] for case in found)
    assert "Traceback" not in done.stderr and not names(small_disk)


@pytest.mark.parametrize("below", ["", pytest.param("results", marks=pytest.mark.slow)])
def test_a_folder_that_nobody_may_write(tmp_path: Path, read_only: Path, below: str) -> None:
    """A run whose results cannot be written is one message."""
    output = read_only / below
    done = traincost("run", rented(tmp_path), *FEW, "-o", output)
    assert_refused(
        done, f"{output}/rented-", "cannot be stored: Permission denied; get the right to write there"
    )
    assert not names(read_only)


@pytest.mark.parametrize("scheduler", [(), pytest.param(("--scheduler", "local:1"), marks=pytest.mark.slow)])
def test_a_batch_in_a_folder_that_nobody_may_write(
    tmp_path: Path, read_only: Path, scheduler: tuple[str, ...]
) -> None:
    """A batch whose results cannot be written is one message, before any case is run."""
    if scheduler:
        pytest.importorskip("distributed")
    words = ("batch", rented(tmp_path), "--sweep", "seed=1,2", *FEW, "-o", read_only, *scheduler)
    assert_refused(traincost(*words), f"{read_only}: runs cannot be stored: Permission denied; get the right")
    assert not names(read_only)


def test_runs_in_a_folder_that_nobody_may_write(stored: Path) -> None:
    """What would delete a run there is refused, and the run is as it was."""
    before = contents_of(stored)
    stored.parent.chmod(0o555)
    done = traincost("runs", "prune", "--where", "draws=50", "-o", stored.parent, "--format", "csv")
    stored.parent.chmod(0o755)
    assert done.returncode == 1 and f"{stored}: cannot be deleted: Permission denied" in done.stderr
    assert contents_of(stored) == before and names(stored.parent) == {stored.name}


@pytest.mark.slow
def test_no_home_and_no_cache(tmp_path: Path, read_only: Path) -> None:
    """Without a home, a cache and a place for temporary files that can be written, a run is as ever."""
    nowhere = {"HOME": "/proc/nowhere", "XDG_CACHE_HOME": str(read_only), "TMPDIR": str(read_only)}
    command = ("run", rented(tmp_path), *FEW, "--format", "json", "-o", tmp_path / "results")
    poor, rich = traincost(*command, **nowhere), traincost(*command)
    assert (poor.returncode, poor.stdout, poor.stderr) == (0, rich.stdout, "")
    assert not names(read_only)
