"""The progress bar, on a terminal that is none."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import GPT4

from simulator.terminal import bar
from simulator.watch import UNWATCHED


def test_no_bar_where_nobody_looks() -> None:
    """Where stderr is no terminal, or with --quiet, nothing is drawn."""
    with bar.watching(quiet=False) as watch:
        assert watch is UNWATCHED
    with bar.watching(quiet=True) as watch:
        assert watch is UNWATCHED


def on_a_terminal(*arguments: str) -> bytes:
    """What a command writes to a terminal's stderr."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "simulator", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, stdin=theirs)
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 65536):
            seen += piece
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait() == 0
    return seen


@pytest.mark.slow
def test_a_bar_shows_the_error_fall(tmp_path: Path) -> None:
    """A long run on a terminal shows draws a second and the error, and takes the bar away at its end."""
    seen = on_a_terminal("run", str(GPT4), "--precision", "p90=0.05%", "-o", str(tmp_path))
    assert b"million a second" in seen
    assert b"total_cost p90" in seen
    assert b"stored: " in seen.rstrip().splitlines()[-1]


def test_a_bar_counts_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar that is shown tells the share done and the error, and stops when it is closed."""
    told: list[Any] = []

    class Shown:
        def update(self, task: int, **words: Any) -> None:
            told.append((words["completed"], words["total"], words["description"]))

        def stop(self) -> None:
            told.append("stopped")

    monkeypatch.setattr(bar, "PATIENCE", 0.0)
    monkeypatch.setattr(bar, "_started", lambda: (Shown(), 0))
    watch = bar.Bar()
    watch.expect(100)
    time.sleep(0.2)
    watch.done(50)
    watch.say("p90 ± 1%")
    watch.close()
    watch.done(50)
    assert [step[:2] for step in told[:2]] == [(50, 100), (50, 100)]
    assert told[1][2].startswith("p90 ± 1%, ")
    assert told[2:] == ["stopped"]


def test_a_bar_of_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many runs a second bar tells how many have ended; the draws of each are counted anew."""
    told: list[Any] = []

    class Shown:
        def add_task(self, text: str, total: int) -> int:
            return 1

        def update(self, task: int, **words: Any) -> None:
            told.append((task, words["completed"], words["description"].split(",")[0]))

        def stop(self) -> None:
            pass

    monkeypatch.setattr(bar, "PATIENCE", 0.0)
    monkeypatch.setattr(bar, "_started", lambda: (Shown(), 0))
    watch = bar.Bar()
    watch.expect_cases(3)
    time.sleep(0.2)
    watch.say("a")
    for _ in range(2):
        watch.expect(100)
        watch.done(60)
        watch.case_ended()
    watch.close()
    assert [step for step in told if step[0] == 0] == [(0, 60, "a"), (0, 60, "a")]
    assert told[-1] == (1, 2, "2 of 3 cases")
