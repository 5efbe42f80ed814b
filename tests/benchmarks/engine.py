"""Draws per second of the compiled engine, numpy, a C++ loop and squigglepy on one model, side by side.

Run by hand: ``uv run --group bench python tests/benchmarks/engine.py [--draws 10M] [--threads 2]``;
without ``--group bench`` or without g++, squigglepy or C++ is left out.

All draw every uncertain input of the scenario, compute every quantity and keep the total and its
components. numpy gets the faster of its bit generators and its best block size, squigglepy its best block
size, C++ the fastest of its layouts; C++ computes the engine's own draws.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
from cpp_model import COMPILER, VECTOR_MATH, CppLoop, difference, fastest_loop
from measuring import Part, Timing, interleaved, load, machine, markdown, middle, paired, publish, timed
from numpy.random import PCG64, SFC64, Generator
from numpy_model import Array, Program, check_formulas, program
from squigglepy_model import INSTALLED, squigglepy_program

from simulator import Scenario, load_scenario
from simulator.kernel import Engine
from simulator.kernel.options import BLOCK
from simulator.scenario.reader import number
from simulator.statistics.estimates import percentile

Key = TypeVar("Key")

SCENARIO = Path(__file__).parents[2] / "configs" / "gpt4-class.yaml"
BIT_GENERATORS = {"PCG64": PCG64, "SFC64": SFC64}
BLOCKS = tuple(1 << power for power in range(9, 21))
TRIAL_DRAWS, TRIALS = 1 << 20, 3  # for the choice of block size and bit generator
CHECKED = (50.0, 90.0)
FARTHEST = 4.0  # combined standard errors between the engine and numpy


@dataclass(frozen=True)
class Case:
    """One program in the race: on how many threads or processes, in which blocks."""

    threads: int
    block: int
    work: Callable[[], object]


def apart(ours: Array, theirs: Array, level: float) -> float:
    """How many combined standard errors lie between a percentile of two sorted columns."""
    a, b = percentile(ours, level), percentile(theirs, level)
    return abs(a.value - b.value) / math.hypot(a.se, b.se)


def check_distributions(ours: Array, theirs: Array) -> str:
    """Stop where the totals of engine and numpy are not one distribution; otherwise say how near they are."""
    columns = np.sort(ours), np.sort(theirs)
    found = {level: apart(*columns, level) for level in CHECKED}
    text = ", ".join(f"P{level:g} {distance:.1f}" for level, distance in found.items())
    if not max(found.values()) < FARTHEST:
        raise SystemExit(f"the totals of the engine and numpy differ: {text} combined standard errors apart")
    return f"total_cost, engine to numpy, in combined standard errors: {text} (at most {FARTHEST:g})"


def trials(works: Mapping[Key, Callable[[], object]]) -> dict[Key, float]:
    """The least processor time that each takes, tried in turn."""
    rounds = [{key: timed(work).cpu for key, work in works.items()} for _ in range(TRIALS)]
    return {key: min(found[key] for found in rounds) for key in works}


def best_blocks(side: Program) -> tuple[str, int, str]:
    """A program's fastest bit generator and block size, and a line on all sizes tried with that generator."""
    cases = {
        (bits, block): partial(side.columns, Generator(make(1)), TRIAL_DRAWS, block)
        for (bits, make), block in product(BIT_GENERATORS.items(), BLOCKS)
    }
    times = trials(cases)
    bits, block = min(times, key=times.__getitem__)
    rates = ", ".join(f"2^{b.bit_length() - 1} {TRIAL_DRAWS / times[bits, b] / 1e6:.2f}" for b in BLOCKS)
    return bits, block, f"numpy with {bits}, million draws/s by block size: {rates}"


def in_processes(work: Callable[[int, int], object], draws: int, processes: int) -> None:
    """The draws shared out over forked processes, each with its own seed; nothing is sent back."""
    fork = get_context("fork")
    running = [fork.Process(target=work, args=(seed, draws // processes)) for seed in range(processes)]
    for process in running:
        process.start()
    for process in running:
        process.join()
    if any(process.exitcode for process in running):
        raise SystemExit("a process of the numpy side failed")


def engine_of(scenario: Scenario) -> Engine:
    """The compiled engine, compiled."""
    engine = Engine(scenario.model, scenario.distributions, seed=1)
    engine.columns(["total_cost"], BLOCK)
    return engine


def engine_cases(engine: Engine, kept: Sequence[str], draws: int, threads: int) -> dict[str, Case]:
    """The engine on all threads and on one."""
    return {
        f"engine, {_threads(n)}": Case(n, BLOCK, partial(engine.columns, kept, draws, threads=n))
        for n in dict.fromkeys((threads, 1))
    }


def numpy_cases(run: Callable[[int, int], Array], block: int, draws: int, processes: int) -> dict[str, Case]:
    """numpy in one process and in several."""
    several = partial(in_processes, run, draws, processes)
    return {
        "numpy": Case(1, block, partial(run, 1, draws)),
        f"numpy, {processes} processes": Case(processes, block, several),
    }


def cpp_cases(
    engine: Engine, kept: Sequence[str], draws: int, threads: int
) -> tuple[dict[str, Case], list[str]]:
    """C++ with the engine's own exp and log, and with vectorised ones; lines on what ran."""
    if COMPILER is None:
        return {}, ["no g++ here, so no C++"]
    cases: dict[str, Case] = {}
    notes = []
    for name, flags in {"C++": (), "C++ with libmvec": VECTOR_MATH}.items():
        try:
            loop = fastest_loop(engine, kept, flags)
        except subprocess.CalledProcessError:
            notes.append(f"{name} does not compile here")
            continue
        cases |= _on_threads(name, loop, kept, draws, threads)
        notes.append(f"{name}: {loop.description}; at most {difference(loop):.1g} from the engine's values")
    return cases, notes


def _on_threads(name: str, loop: CppLoop, kept: Sequence[str], draws: int, threads: int) -> dict[str, Case]:
    return {
        f"{name}, {_threads(n)}": Case(n, BLOCK, partial(loop.columns, kept, draws, n))
        for n in dict.fromkeys((threads, 1))
    }


def _threads(number_of: int) -> str:
    return f"{number_of} thread{'s' if number_of > 1 else ''}"


def squigglepy_cases(
    scenario: Scenario, kept: Sequence[str], draws: int
) -> tuple[dict[str, Case], list[str]]:
    """squigglepy at its best block size; a line where it is not installed."""
    if not INSTALLED:
        return {}, ["squigglepy is not installed, so it is left out (uv run --group bench ...)"]
    side, rng = squigglepy_program(scenario, kept), Generator(PCG64(1))
    times = trials({block: partial(side.columns, rng, TRIAL_DRAWS, block) for block in BLOCKS})
    block = min(times, key=times.__getitem__)
    note = "squigglepy samples every input and coerces to bounds; the formulas are numpy's"
    return {"squigglepy": Case(1, block, partial(side.columns, rng, draws, block))}, [note]


HEADS = (
    *("", "threads", "block", "million draws/s", "wall s", "CPU s", "of it system s"),
    *("ratio to numpy", "CPU ratio", "user CPU ratio", "engine to it", "CPU", "user CPU"),
)
PARTS: tuple[Part, ...] = ("wall", "cpu", "user")


def rows(timings: Mapping[str, list[Timing]], cases: Mapping[str, Case], draws: int) -> list[list[str]]:
    """One row a case; ratios are medians over the repeats, of times in the same repeat.

    The engine is compared on as many threads as the case has.
    """

    def rate(name: str, base: str, part: Part) -> str:
        return f"{paired(timings[base], timings[name], part):.2f}"

    return [
        [
            *(name, str(case.threads), str(case.block)),
            f"{draws / middle(timings[name], 'wall') / 1e6:.2f}",
            *(f"{middle(timings[name], part):.2f}" for part in ("wall", "cpu", "system")),
            *(rate(name, "numpy", part) for part in PARTS),
            *(rate(f"engine, {_threads(case.threads)}", name, part) for part in PARTS),
        ]
        for name, case in cases.items()
    ]


def measured(draws: int, threads: int, repeats: int) -> str:
    """The report."""
    began, scenario = load(), load_scenario(SCENARIO)
    kept = [*scenario.model.components, "total_cost"]
    engine, numpy_side = engine_of(scenario), program(scenario, kept)
    check_formulas(scenario.model, numpy_side)
    cpp, cpp_notes = cpp_cases(engine, kept, draws, threads)
    bits, block, search = best_blocks(numpy_side)
    squigglepy, squigglepy_notes = squigglepy_cases(scenario, kept, draws)

    def run(seed: int, count: int) -> Array:
        return numpy_side.columns(Generator(BIT_GENERATORS[bits](seed)), count, block)

    likeness = check_distributions(engine.columns(["total_cost"], draws)["total_cost"], run(1, draws)[-1])
    cases = {
        **engine_cases(engine, kept, draws, threads),
        **cpp,
        **numpy_cases(run, block, draws, threads),
        **squigglepy,
    }
    timings = interleaved({name: case.work for name, case in cases.items()}, repeats)
    notes = [
        machine(("numpy", "scipy", "numba")),
        f"medians of {repeats} interleaved repeats; load average {began} before, {load()} after",
        *(search, likeness, *cpp_notes, *squigglepy_notes),
    ]
    return "\n".join(
        [
            f"# {draws:,} draws of {scenario.name}: {len(numpy_side.draws)} uncertain inputs, "
            f"{len(numpy_side.steps)} quantities, {len(kept)} columns kept",
            *("", markdown(HEADS, rows(timings, cases, draws)), ""),
            *(f"* {note}" for note in notes),
        ]
    )


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--draws", default="10M", help="draws of each run")
    parser.add_argument("--threads", type=int, default=2, help="threads of engine and C++, numpy's processes")
    parser.add_argument("--repeats", type=int, default=7, help="interleaved repeats")
    parser.add_argument("--output", type=Path, help="write the report to this file as well")
    options = parser.parse_args()
    draws = number(options.draws)
    if draws is None or draws < 100_000 or options.repeats < 1 or options.threads < 1:
        parser.error("give at least 100,000 draws, 1 repeat and 1 thread")
    began = time.perf_counter()
    report = measured(int(draws), options.threads, options.repeats)
    publish(f"{report}\n* measured in {time.perf_counter() - began:.0f} s", options.output)


if __name__ == "__main__":
    main()
