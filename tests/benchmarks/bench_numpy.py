"""Draws per second of the compiled engine against the same model on numpy arrays, side by side.

Run by hand: ``uv run python tests/benchmarks/bench_numpy.py [--draws 10M] [--threads 2]``.

Both sides draw every uncertain input of the scenario, compute every quantity and keep the total and
its components. numpy gets the faster of its bit generators and its best block size.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from measuring import Timing, interleaved, load, machine, markdown, middle, paired, publish, timed
from numpy.random import PCG64, SFC64, Generator
from numpy_model import Array, Program, check_formulas, program

from simulator import Scenario, load_scenario
from simulator.kernel import Engine
from simulator.kernel.options import BLOCK
from simulator.scenario.reader import number
from simulator.statistics import percentile

SCENARIO = Path(__file__).parents[2] / "configs" / "gpt4-class.yaml"
BIT_GENERATORS = {"PCG64": PCG64, "SFC64": SFC64}
BLOCKS = tuple(1 << power for power in range(9, 21))
TRIAL_DRAWS, TRIALS = 1 << 20, 3  # for the choice of block size and bit generator
CHECKED = (50.0, 90.0)
FARTHEST = 4.0  # combined standard errors between the two sides


def apart(ours: Array, theirs: Array, level: float) -> float:
    """How many combined standard errors lie between a percentile of two sorted columns."""
    a, b = percentile(ours, level), percentile(theirs, level)
    return abs(a.value - b.value) / math.hypot(a.se, b.se)


def check_distributions(ours: Array, theirs: Array) -> str:
    """Stop where the two sides' totals are not one distribution; otherwise say how near they are."""
    columns = np.sort(ours), np.sort(theirs)
    found = {level: apart(*columns, level) for level in CHECKED}
    text = ", ".join(f"P{level:g} {distance:.1f}" for level, distance in found.items())
    if not max(found.values()) < FARTHEST:
        raise SystemExit(f"the totals of the two sides differ: {text} combined standard errors apart")
    return f"total_cost of the two sides apart, in combined standard errors: {text} (at most {FARTHEST:g})"


def best_blocks(numpy_side: Program) -> tuple[str, int, str]:
    """numpy's fastest bit generator and block size, and a line on all sizes tried with that generator."""
    cases = {
        (bits, block): partial(numpy_side.columns, Generator(make(1)), TRIAL_DRAWS, block)
        for (bits, make), block in product(BIT_GENERATORS.items(), BLOCKS)
    }
    rounds = [{key: timed(work).cpu for key, work in cases.items()} for _ in range(TRIALS)]
    times = {key: min(found[key] for found in rounds) for key in cases}
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


HEADS = (
    *("", "threads", "block", "million draws/s", "wall s", "CPU s", "of it system s"),
    *("ratio", "CPU ratio", "user CPU ratio"),
)


def rows(
    timings: Mapping[str, list[Timing]], shape: Mapping[str, tuple[int, int]], draws: int
) -> list[list[str]]:
    """One row a case; ratios are medians over the repeats, each repeat against numpy's in the same repeat."""
    return [
        [
            *(name, str(shape[name][0]), str(shape[name][1])),
            *(f"{draws / middle(found, 'wall') / 1e6:.2f}", f"{middle(found, 'wall'):.2f}"),
            *(f"{middle(found, 'cpu'):.2f}", f"{middle(found, 'system'):.2f}"),
            *(
                f"{paired(timings['numpy'], found, 'wall'):.2f}",
                f"{paired(timings['numpy'], found, 'cpu'):.2f}",
            ),
            f"{paired(timings['numpy'], found, 'user'):.2f}",
        ]
        for name, found in timings.items()
    ]


def measured(draws: int, threads: int, repeats: int) -> str:
    """The report."""
    began, scenario = load(), load_scenario(SCENARIO)
    kept = [*scenario.model.components, "total_cost"]
    engine, numpy_side = engine_of(scenario), program(scenario, kept)
    check_formulas(scenario.model, numpy_side)
    bits, block, search = best_blocks(numpy_side)

    def run(seed: int, count: int) -> Array:
        return numpy_side.columns(Generator(BIT_GENERATORS[bits](seed)), count, block)

    likeness = check_distributions(engine.columns(["total_cost"], draws)["total_cost"], run(1, draws)[-1])
    several = f"numpy, {threads} processes"
    cases: dict[str, Callable[[], object]] = {
        "engine": partial(engine.columns, kept, draws, threads=threads),
        "numpy": partial(run, 1, draws),
        "engine, 1 thread": partial(engine.columns, kept, draws, threads=1),
        several: partial(in_processes, run, draws, threads),
    }
    shape = {"engine": (threads, BLOCK), "numpy": (1, block)}
    shape |= {"engine, 1 thread": (1, BLOCK), several: (threads, block)}
    timings = interleaved(cases, repeats)
    return "\n".join(
        [
            f"# {draws:,} draws of {scenario.name}: {len(numpy_side.draws)} uncertain inputs, "
            f"{len(numpy_side.steps)} quantities, {len(kept)} columns kept",
            "",
            markdown(HEADS, rows(timings, shape, draws)),
            "",
            f"* {machine(('numpy', 'scipy', 'numba'))}",
            f"* medians of {repeats} interleaved repeats; load average {began} before, {load()} after",
            f"* {search}",
            f"* {likeness}",
        ]
    )


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--draws", default="10M", help="draws of each run")
    parser.add_argument("--threads", type=int, default=2, help="threads of the engine, processes of numpy")
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
