"""Batches on a Dask cluster: the same bytes, whoever dies; what cannot work is refused with its reason."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from comparison_cases import rented

from simulator.batch import cluster
from simulator.batch.cases import Case, cases, read_sweeps
from simulator.batch.cluster import Errand, on_cluster
from simulator.batch.running import Ended, one_by_one
from simulator.batch.software import SOFTWARE
from simulator.errors import InputError
from simulator.results import catalogue
from simulator.results.folders import sweep
from simulator.simulation import Settings

distributed = pytest.importorskip("distributed", reason="needs the extra: uv sync --extra cluster")
KilledWorker, LocalCluster = distributed.KilledWorker, distributed.LocalCluster

SEEDS = "1,2,3,4,5,6,7,8"


def few(folder: Path, seeds: str = "1,2") -> list[Case]:
    """Cases of 2,000 draws, one a seed."""
    return cases([str(rented(folder))], read_sweeps([f"seed={seeds}"]), Settings(draws=2000))


def inside(workers: int) -> LocalCluster:
    """A cluster of threads of this process."""
    sizes = {"n_workers": workers, "threads_per_worker": 1}
    return LocalCluster(**sizes, processes=False, dashboard_address=":0", silence_logs=50)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with inside(1) as found:
        yield found.scheduler_address


def hashes(ended: list[Ended]) -> dict[int, str]:
    return {each.case.settings.seed: each.row["data_sha256"] for each in ended}


def test_a_worker_stores_what_this_process_does(tmp_path: Path, address: str) -> None:
    """The same hashes, the cases as they were given, no mark left; a second time they are resumed."""
    found = few(tmp_path)
    here = list(one_by_one(found, tmp_path / "here", "traincost batch"))
    there = list(on_cluster(found, tmp_path / "there", "traincost batch", address))
    assert hashes(there) == hashes(here)
    runs = {Path(each.row["run"]).relative_to(tmp_path / "there") for each in there}
    assert runs == {Path(each.row["run"]).relative_to(tmp_path / "here") for each in here}
    assert {each.case for each in there} == set(found)
    assert [path.name for path in (tmp_path / "there").iterdir() if path.name.startswith(".")] == []
    again = on_cluster(found, tmp_path / "there", "traincost batch", address, resume=True)
    assert all(each.resumed for each in again)


def test_a_case_that_fails_says_where(tmp_path: Path, address: str) -> None:
    """A file that a worker does not find is one failed case with its reason and the worker's machine."""
    found = [replace(few(tmp_path)[0], path=str(tmp_path / "missing.yaml"))]
    (ended,) = on_cluster(found, tmp_path, "traincost batch", address)
    assert ended.status == "failed"
    assert "missing.yaml" in str(ended.error)
    assert f"(on {os.uname().nodename})" in str(ended.error)


def test_workers_of_other_software_are_refused(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One complaint each of the scheduler and the worker, before anything is run."""
    monkeypatch.setattr(cluster, "SOFTWARE", {**SOFTWARE, "numpy": "1.0"})
    with pytest.raises(InputError) as raised:
        list(on_cluster(few(tmp_path), tmp_path / "results", "traincost batch", address))
    assert [complaint.where.split()[0] for complaint in raised.value.complaints] == ["scheduler", "worker"]
    assert f"numpy {SOFTWARE['numpy']}, not 1.0" in str(raised.value)
    assert catalogue(tmp_path / "results") == []


def test_a_worker_that_does_not_see_the_results_is_refused(tmp_path: Path) -> None:
    """A folder without the batch's mark is another one, though it has the same path."""
    errand = Errand(tmp_path, ".tmp-none", SOFTWARE, "traincost batch", False)
    ended = cluster._in_worker(few(tmp_path)[0], errand)
    assert ended.status == "failed"
    assert f"does not see the folder {tmp_path}" in str(ended.error)


def test_a_mark_outlives_the_clearing_of_leftovers(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of hours keeps its mark, though every run that is stored clears files older than an hour."""

    def after_two_hours(case: Case, root: Path, *more: object) -> Ended:
        for mark in root.glob(".tmp-*"):
            os.utime(mark, (mark.stat().st_mtime - 7200.0,) * 2)
        time.sleep(0.3)
        sweep(root)
        return Ended(case, {}, "done")

    monkeypatch.setattr(cluster, "LOOK", 0.05)
    monkeypatch.setattr(cluster, "run_case", after_two_hours)
    ended = list(on_cluster(few(tmp_path, "1,2,3"), tmp_path / "r", "traincost batch", address))
    assert [each.error for each in ended] == [None] * 3
    assert not list((tmp_path / "r").iterdir())


def test_without_workers_it_is_said_then_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How to start one is said once; after some time each case has that reason."""
    monkeypatch.setattr(cluster, "LOOK", 0.1)
    monkeypatch.setattr(cluster, "PATIENCE", 0.35)
    said: list[str] = []
    with inside(0) as none:
        where = none.scheduler_address
        ended = list(on_cluster(few(tmp_path), tmp_path, "traincost batch", where, say=said.append))
    assert said == [f"{where} has no workers; start one: uv run dask worker {where} --nthreads 1"]
    assert [each.status for each in ended] == ["failed", "failed"]
    assert "--resume" in str(ended[0].error)


class Future:
    """A task that ended in some way."""

    def __init__(self, status: str, error: Exception | None = None) -> None:
        self.status, self._error = status, error

    def exception(self) -> Exception | None:
        return self._error


@pytest.mark.parametrize(
    ("future", "reason"),
    [
        (Future("cancelled"), "the scheduler is gone"),
        (Future("error", KilledWorker("task", None, 3)), "memory"),
        (Future("error", RuntimeError("odd")), "RuntimeError: odd"),
    ],
)
def test_what_never_came_back_has_a_reason(tmp_path: Path, future: Any, reason: str) -> None:
    """A scheduler that is gone, workers that died, whatever else."""
    ended = cluster._ended(future, few(tmp_path)[0])
    assert (ended.status, reason in str(ended.error)) == ("failed", True)


@pytest.mark.parametrize("scheduler", ["local:", "local:0", "local:two", "nowhere"])
def test_no_scheduler_is_one_message(tmp_path: Path, scheduler: str) -> None:
    """A number of workers that is none, an address that is none."""
    with pytest.raises(InputError, match=f"--scheduler {scheduler}"):
        list(on_cluster(few(tmp_path), tmp_path, "traincost batch", scheduler))


def test_a_late_scheduler_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody listens, how to start one is said."""
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 0.2)
    with pytest.raises(InputError, match="start one: uv run dask scheduler"):
        list(on_cluster(few(tmp_path), tmp_path, "traincost batch", "tcp://127.0.0.1:9"))


def started(folder: Path, *more: str, draws: str = "2000") -> subprocess.Popen[str]:
    """A batch on two workers of this machine, in a session of its own."""
    words = ("batch", str(rented(folder)), "--sweep", f"seed={SEEDS}", "-n", draws, "-o", str(folder / "r"))
    command = [sys.executable, "-m", "simulator", *words, "--scheduler", "local:2", "--format", "json", *more]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, **pipes, text=True, start_new_session=True, env=_environment(folder))


def _environment(folder: Path) -> dict[str, str]:
    """Temporary files go where the test looks for what is left of them."""
    (folder / "tmp").mkdir(exist_ok=True)
    return {**os.environ, "TMPDIR": str(folder / "tmp")}


def left(folder: Path) -> list[str]:
    """Processes whose command names the test's folder, and temporary files."""
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    processes = [line for line in running.splitlines() if f"{folder}/tmp" in line]
    return [*processes, *map(str, (folder / "tmp").iterdir())]


def after_first(folder: Path, kill: signal.Signals) -> tuple[int, str]:
    """Signal a batch and all its group once a case has ended; its exit code and what it then says."""
    process = started(folder, draws="2M")
    assert process.stderr is not None
    assert "done" in process.stderr.readline()
    os.killpg(process.pid, kill)
    _, err = process.communicate(timeout=60)
    return process.returncode, err


def test_an_interrupted_cluster_is_silent_and_leaves_nothing(tmp_path: Path) -> None:
    """Exit code 130, no word of Dask's, no process, no temporary file; what ended is there."""
    code, err = after_first(tmp_path, signal.SIGINT)
    assert code == 130
    assert not {"Traceback", "distributed", "Exception"} & set(err.split())
    assert left(tmp_path) == []
    assert 1 <= len(catalogue(tmp_path / "r")) < 8


@pytest.mark.slow
def test_killed_it_ends_with_all_its_processes_and_resumes(tmp_path: Path) -> None:
    """Nothing is left some seconds after kill -9, and --resume gives the hashes of an undisturbed batch."""
    code, _ = after_first(tmp_path, signal.SIGKILL)
    assert code == -signal.SIGKILL
    end = time.monotonic() + 30
    while left(tmp_path) and time.monotonic() < end:
        time.sleep(0.3)
    assert left(tmp_path) == []
    out, err = started(tmp_path, "--resume", draws="2M").communicate(timeout=300)
    rows = json.loads(out)["cases"]
    assert any(row["resumed"] for row in rows), err
    here = one_by_one(cases([str(rented(tmp_path))], read_sweeps([f"seed={SEEDS}"]), Settings(2_000_000)),
                      tmp_path / "here", "traincost batch")  # fmt: skip
    assert {row["seed"]: row["data_sha256"] for row in rows} == hashes(list(here))


@pytest.mark.slow
def test_a_worker_that_dies_costs_nothing(tmp_path: Path) -> None:
    """With one of two workers killed half-way, every case is done, and the exit code is 0."""
    process = started(tmp_path, draws="2M")
    assert process.stderr is not None
    process.stderr.readline()
    serving = subprocess.run(
        ["pgrep", "-f", f"simulator.batch.local 2 {tmp_path}"], capture_output=True, text=True, check=True
    )
    workers = subprocess.run(
        ["pgrep", "-P", serving.stdout.split()[0], "-f", "spawn_main"],
        capture_output=True,
        text=True,
        check=True,
    )
    os.kill(int(workers.stdout.split()[0]), signal.SIGKILL)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, [row["status"] for row in json.loads(out)["cases"]]) == (0, ["done"] * 8), err
    assert left(tmp_path) == []
