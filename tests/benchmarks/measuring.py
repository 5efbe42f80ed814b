"""What the benchmarks share: interleaved timing, paired ratios, and a note on the machine."""

from __future__ import annotations

import os
import platform
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Literal

Part = Literal["wall", "cpu", "system", "user"]


@dataclass(frozen=True)
class Timing:
    """Seconds that one run took: on the clock, and of processor time over all threads and children.

    ``system`` is the part of ``cpu`` spent in the kernel, most of it on memory used for the first time.
    """

    wall: float
    cpu: float
    system: float = 0.0

    @property
    def user(self) -> float:
        """Processor time in the program itself."""
        return self.cpu - self.system


def timed(work: Callable[[], object]) -> Timing:
    """How long one call takes; what it returns is dropped at once."""
    wall, (user, system) = time.perf_counter(), cpu_seconds()
    work()
    wall, (user_now, system_now) = time.perf_counter() - wall, cpu_seconds()
    return Timing(wall, user_now - user + system_now - system, system_now - system)


def cpu_seconds() -> tuple[float, float]:
    """User and system time of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime for usage in used), sum(usage.ru_stime for usage in used)


def interleaved(cases: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, list[Timing]]:
    """Timings of every case, one of each in turn, so that a change of load meets them all.

    Every other round goes backwards: what ran before leaves caches and memory in a state of its own.
    """
    found: dict[str, list[Timing]] = {name: [] for name in cases}
    for turn in range(repeats):
        for name in list(cases)[:: -1 if turn % 2 else 1]:
            found[name].append(timed(cases[name]))
    return found


def middle(timings: Sequence[Timing], part: Part) -> float:
    """The median of one part of the timings.

    >>> middle([Timing(1.0, 0.5), Timing(3.0, 0.5), Timing(2.0, 0.5)], "wall")
    2.0
    """
    return float(median(getattr(timing, part) for timing in timings))


def paired(slow: Sequence[Timing], fast: Sequence[Timing], part: Part) -> float:
    """The median over repeats of how many times as long ``slow`` took.

    >>> paired([Timing(2.0, 2.0), Timing(9.0, 9.0)], [Timing(1.0, 1.0), Timing(3.0, 3.0)], "wall")
    2.5
    """
    pairs = zip(slow, fast, strict=True)
    return float(median(getattr(a, part) / getattr(b, part) for a, b in pairs))


def processor() -> str:
    """The processor's name as the kernel gives it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def machine(packages: Sequence[str]) -> str:
    """One line on the day, the processor and the versions."""
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    cores = len(os.sched_getaffinity(0))
    return f"{date.today()}; {processor()}, {cores} cores; Python {platform.python_version()}, {versions}"


def load() -> str:
    """How many processes wanted a processor, over the last 1 and 5 minutes."""
    return "{:.2f}, {:.2f}".format(*os.getloadavg()[:2])


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, its columns aligned.

    >>> print(markdown(["name", "s"], [["a", "1.5"]]))
    | name |   s |
    |------|----:|
    | a    | 1.5 |
    """
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    rule = "|".join(["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])])
    return "\n".join([_row(heads, widths), f"|{rule}|", *(_row(row, widths) for row in rows)])


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (f"{cell:{'>' if place else '<'}{widths[place]}}" for place, cell in enumerate(cells))
    return "| " + " | ".join([first, *others]) + " |"


def publish(text: str, output: Path | None) -> None:
    """Print a report, and write it to a file where one is named."""
    print(text)
    if output:
        output.write_text(text + "\n")
