"""True errors of Sobol' and plain sampling on one scenario's total, against what the runs report of them.

Run by hand: ``uv run python tests/benchmarks/sobol.py [--runs 100] [--output FILE]``; 2 minutes.

The truth is the mean over all Sobol' runs, whose own error is a tenth of a run's.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from measuring import load, machine, markdown, publish
from replicating import Question, Replications, keep_tables, replicated

from simulator import load_scenario

SCENARIO = Path(__file__).parents[2] / "configs" / "gpt4-class.yaml"
DRAWS = 1 << 20
GOALS = {"mean": 30.0, "P50": 2.2, "P90": 1.9}  # how many times smaller an error by nets shall be
HEADS = (
    *("total_cost", "truth", "plain error ppm", "in theory", "Sobol' error ppm", "in theory / Sobol'"),
    *("±", "goal", "se / error, plain", "Sobol'"),
)


def question() -> Question:
    """The total of the default scenario."""
    scenario = load_scenario(SCENARIO)
    return Question(
        scenario.model, scenario.distributions, "total_cost", (50.0, 90.0), copula=scenario.copula
    )


def runs_of(asked: Question, sampler: str, runs: int) -> list[Replications]:
    """Every statistic, as runs with different seeds report it."""
    return list(replicated([asked.asked(sampler, DRAWS, seed)[0] for seed in range(1, runs + 1)]))


def row(name: str, plain: Replications, nets: Replications) -> list[str]:
    """Errors in millionths of the truth, their ratio, and what is reported of them."""
    truth, runs = float(nets.values.mean()), len(nets.values)
    error, theory, net_error = plain.true_error(truth), plain.reported_error, nets.true_error(truth)
    net_error *= math.sqrt(runs / (runs - 1))  # the truth is their own mean
    ratio = theory / net_error
    return [
        *(name, f"{truth:.7g}", *(f"{1e6 * size / truth:.1f}" for size in (error, theory, net_error))),
        *(f"{ratio:.2f}", f"{ratio / math.sqrt(2 * runs):.2f}", f"{GOALS[name]:g}"),
        *(f"{theory / error:.2f}", f"{nets.reported_error / net_error:.2f}"),
    ]


def measured(runs: int) -> str:
    """The report."""
    keep_tables()
    began, asked = load(), question()
    plain, nets = runs_of(asked, "random", runs), runs_of(asked, "sobol", runs)
    table = [row(*found) for found in zip(asked.statistics, plain, nets, strict=True)]
    lines = [
        "# Errors of Sobol' and plain sampling, gpt4-class",
        "",
        markdown(HEADS, table),
        "",
        f"* {machine(('numpy', 'scipy', 'numba'))}; load average {began} before, {load()} after",
        f"* {runs} seeds by each sampler, {DRAWS:,} draws each; errors are root mean squares",
        f"* in theory: the standard errors that plain runs report; ratios have an error of 1 / √(2 · {runs})",
    ]
    return "\n".join(lines)


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=100, help="by each sampler")
    parser.add_argument("--output", type=Path, help="write the report to this file as well")
    options = parser.parse_args()
    publish(measured(options.runs), options.output)


if __name__ == "__main__":
    main()
