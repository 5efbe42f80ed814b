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

Part = Literal["wall", "cpu"]


@dataclass(frozen=True)
class Timing:
    """Seconds that one run took: on the clock, and of processor time over all threads and children."""

    wall: float
    cpu: float


def timed(work: Callable[[], object]) -> Timing:
    """How long one call takes; what it returns is dropped at once."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    work()
    return Timing(time.perf_counter() - wall, cpu_seconds() - cpu)


def cpu_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def interleaved(cases: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, list[Timing]]:
    """Timings of every case, one of each in turn, so that a change of load meets them all."""
    found: dict[str, list[Timing]] = {name: [] for name in cases}
    for _ in range(repeats):
        for name, work in cases.items():
            found[name].append(timed(work))
    return found


def wall(timings: Sequence[Timing]) -> float:
    """The median time on the clock.

    >>> wall([Timing(1.0, 0.5), Timing(3.0, 0.5), Timing(2.0, 0.5)])
    2.0
    """
    return median(timing.wall for timing in timings)


def cpu(timings: Sequence[Timing]) -> float:
    """The median processor time."""
    return median(timing.cpu for timing in timings)


def paired(slow: Sequence[Timing], fast: Sequence[Timing], part: Part) -> float:
    """The median over repeats of how many times as long ``slow`` took.

    >>> paired([Timing(2.0, 2.0), Timing(9.0, 9.0)], [Timing(1.0, 1.0), Timing(3.0, 3.0)], "wall")
    2.5
    """
    pairs = zip(slow, fast, strict=True)
    return median((a.wall / b.wall if part == "wall" else a.cpu / b.cpu) for a, b in pairs)


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
