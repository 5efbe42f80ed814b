"""A progress bar on a terminal's stderr, for runs that last longer than a moment."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from time import monotonic
from typing import TYPE_CHECKING

from simulator.reports.layout import shortened
from simulator.watch import UNWATCHED, Watch

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE = 1.5  # seconds before a bar is shown
LONGEST_TEXT, BAR_WIDTH = 24, 16  # characters: with the rate, the share and the time left, a line of 80


@contextmanager
def watching(quiet: bool) -> Iterator[Watch]:
    """A bar that goes when the work is done or interrupted; none where stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield UNWATCHED
        return
    bar = Bar()
    try:
        yield bar
    finally:
        bar.close()


class Bar(Watch):
    """Draws a second, time left, and how large the error is; first of all, that a loop is being compiled.

    Of many runs one more bar: how many have ended, and how long the others will take.
    """

    def __init__(self) -> None:
        self._lock, self._begin = Lock(), 0.0
        self._made, self._expected, self._text = 0, 0, "draws"
        self._ended, self._cases = 0, 0
        self._shown: tuple[Progress, TaskID] | None = None
        self._whole: TaskID | None = None
        self._timer = Timer(PATIENCE, self._show)
        self._timer.daemon = True
        self._timer.start()

    def expect(self, draws: int) -> None:
        with self._lock:
            self._expected += draws
            self._begin = self._begin or monotonic()

    def done(self, draws: int) -> None:
        with self._lock:
            self._made += draws
            self._update()

    def say(self, text: str) -> None:
        with self._lock:
            self._text = shortened(text, LONGEST_TEXT)
            self._update()

    def expect_cases(self, count: int) -> None:
        with self._lock:
            self._cases += count

    def case_ended(self) -> None:
        with self._lock:
            self._ended += 1
            self._made, self._expected, self._begin = 0, 0, 0.0
            self._update()

    def close(self) -> None:
        """Take the bar away."""
        self._timer.cancel()
        with self._lock:
            if self._shown:
                self._shown[0].stop()
                self._shown = None

    def _show(self) -> None:
        with self._lock:
            self._shown = _started()
            self._update()

    def _update(self) -> None:
        if not self._shown:
            return
        progress, task = self._shown
        if self._cases:
            if self._whole is None:
                self._whole = progress.add_task("", total=self._cases)
            text = f"{self._ended} of {self._cases} cases"
            progress.update(self._whole, completed=self._ended, description=text)
        if self._made:
            rate = self._made / (monotonic() - self._begin) / 1e6
            text = f"{self._text}, {rate:.1f} million a second"
            progress.update(task, total=self._expected, completed=self._made, description=text)


def _started() -> tuple[Progress, TaskID]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(BAR_WIDTH),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    progress.start()
    return progress, progress.add_task("getting ready (a first run compiles)", total=None)
