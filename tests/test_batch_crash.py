"""Batches that are killed, run twice at once or spread over a cluster: nothing lost or half-written."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from comparison_cases import rented

from simulator.results import catalogue

SEEDS = ",".join(map(str, range(1, 41)))
FEW_SEEDS = "1,2,3,4,5,6"


def started(path: Path, folder: Path, seeds: str, *more: str) -> subprocess.Popen[str]:
    """A batch in a process of its own."""
    words = ("batch", str(path), "--sweep", f"seed={seeds}", "-n", "4096", "-o", str(folder), *more)
    command = [sys.executable, "-m", "simulator", *words, "--format", "json", "--quiet"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """The cases of a batch that ended well."""
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    cases: list[dict[str, Any]] = json.loads(out)["cases"]
    return cases


def hashes(rows: list[dict[str, Any]]) -> dict[int, str]:
    return {row["seed"]: row["data_sha256"] for row in rows}


def killed_and_resumed(path: Path, folder: Path, seeds: str, instants: list[float]) -> list[dict[str, Any]]:
    """Kill a batch at some instants after its start, look at what is there each time, then let it end."""
    finished: dict[int, str] = {}
    for instant in instants:
        process = started(path, folder, seeds, "--resume")
        time.sleep(instant)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        seen = catalogue(folder)
        assert not [row for row in seen if "error" in row]
        assert finished.items() <= hashes(seen).items()
        finished = hashes(seen)
    return ended(started(path, folder, seeds, "--resume"))


def test_a_killed_batch_loses_nothing(tmp_path: Path) -> None:
    """Killed twice and resumed, a batch holds what an undisturbed one does, to the hash."""
    path = rented(tmp_path)
    whole = ended(started(path, tmp_path / "whole", FEW_SEEDS))
    found = killed_and_resumed(path, tmp_path / "killed", FEW_SEEDS, [2.5, 3.2])
    assert hashes(found) == hashes(whole)
    assert len(catalogue(tmp_path / "killed")) == 6


def test_two_batches_at_once_mix_nothing(tmp_path: Path) -> None:
    """Two processes on one folder, half of their cases the same: every run is there once, and whole."""
    path, folder = rented(tmp_path), tmp_path / "both"
    both = [started(path, folder, seeds) for seeds in ("1,2,3", "2,3,4")]
    found = [hashes(ended(process)) for process in both]
    assert found[0].items() & found[1].items() == {(2, found[0][2]), (3, found[0][3])}
    assert hashes(catalogue(folder)) == found[0] | found[1]


@pytest.mark.slow
def test_killed_at_200_instants(tmp_path: Path) -> None:
    """200 kills spread over a batch of 40 cases, then the rest: as undisturbed."""
    path, instants = rented(tmp_path), random.Random(1)
    whole = ended(started(path, tmp_path / "whole", SEEDS))
    times = [instants.uniform(1.0, 6.0) for _ in range(200)]
    assert hashes(killed_and_resumed(path, tmp_path / "killed", SEEDS, times)) == hashes(whole)


@pytest.mark.slow
def test_a_cluster_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two workers of a Dask cluster store what one process does."""
    pytest.importorskip("distributed")
    path = rented(tmp_path)
    alone = ended(started(path, tmp_path / "alone", FEW_SEEDS))
    spread = ended(started(path, tmp_path / "spread", FEW_SEEDS, "--scheduler", "local:2"))
    assert hashes(alone) == hashes(spread)
