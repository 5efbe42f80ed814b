"""Whole-process times of the command line against the bare imports it cannot do without.

Run by hand: ``uv run python tests/benchmarks/bench_startup.py [--pairs 9]``.

``traincost run`` of a million draws, its compiled loop in the cache, is compared with importing numba and
xarray; ``traincost --help`` with importing click. One of each in turn, after a round that fills the
caches: bytecode, and the compiled loop. Both lie in a temporary folder, so that no other cache matters.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from measuring import Timing, interleaved, load, machine, markdown, middle, paired, publish

ROOT = Path(__file__).parents[2]
TRAINCOST = Path(sys.executable).with_name("traincost")
SCENARIO = "configs/gpt4-class.yaml"
RUN_BASE, RUN = "import numba, xarray", "traincost run -n 1M"
HELP_BASE, HELP = "import click", "traincost --help"
PAIRS = ((RUN_BASE, RUN, 2.5), (HELP_BASE, HELP, 3.0))  # what, against what, at most how many times as long
HEADS = ("process", "wall s", "CPU s", "of it system s", "ratio", "CPU ratio", "goal")


def commands(folder: Path) -> dict[str, list[str]]:
    """The command of every case; results go to the folder."""
    return {
        RUN_BASE: [sys.executable, "-c", RUN_BASE],
        RUN: [str(TRAINCOST), "run", SCENARIO, "-n", "1M", "-o", str(folder / "results")],
        HELP_BASE: [sys.executable, "-c", HELP_BASE],
        HELP: [str(TRAINCOST), "--help"],
    }


def environment(folder: Path) -> dict[str, str]:
    """This process's environment with all caches on and in the folder."""
    given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**given, "PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "XDG_CACHE_HOME": str(folder / "cache")}


def process(command: list[str], variables: Mapping[str, str]) -> None:
    """Run a command to its end; stop where it fails."""
    done = subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")


def measured(pairs: int) -> dict[str, list[Timing]]:
    """Timings of every case."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        cases: dict[str, Callable[[], object]] = {
            case: partial(process, command, environment(folder)) for case, command in commands(folder).items()
        }
        interleaved(cases, repeats=1)
        return interleaved(cases, pairs)


def rows(timings: Mapping[str, list[Timing]]) -> list[list[str]]:
    """Two rows a pair; ratios are medians over the pairs."""
    found = []
    for base, command, goal in PAIRS:
        ours, bare = timings[command], timings[base]
        ratios = [f"{paired(ours, bare, 'wall'):.2f}", f"{paired(ours, bare, 'cpu'):.2f}", f"{goal:g}"]
        found.append([base, *_seconds(bare), "1.00", "1.00", ""])
        found.append([command, *_seconds(ours), *ratios])
    return found


def _seconds(timings: list[Timing]) -> list[str]:
    return [
        f"{middle(timings, 'wall'):.3f}",
        f"{middle(timings, 'cpu'):.3f}",
        f"{middle(timings, 'system'):.3f}",
    ]


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--pairs", type=int, default=9, help="interleaved repeats, at least 7")
    parser.add_argument("--output", type=Path, help="write the report to this file as well")
    options = parser.parse_args()
    if options.pairs < 7:
        parser.error("give at least 7 pairs")
    began, timings = load(), measured(options.pairs)
    lines = [
        "# Start-up: whole processes, caches warm",
        "",
        markdown(HEADS, rows(timings)),
        "",
        f"* {machine(('click', 'numba', 'xarray'))}",
        f"* medians of {options.pairs} interleaved pairs; load average {began} before, {load()} after",
    ]
    publish("\n".join(lines), options.output)


if __name__ == "__main__":
    main()
