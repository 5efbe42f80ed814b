"""How often the reported 95% intervals hold the truth, for mean, percentiles and chances, by both samplers.

Run by hand: ``uv run python tests/benchmarks/intervals.py [--runs 2000] [--output FILE]``; 3 minutes.

The truth is in closed form or that of a far longer Sobol' run.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from math import exp
from pathlib import Path

import numpy as np
from measuring import machine, markdown, publish
from replicating import Flags, Question, Replications, keep_tables, replicated

from simulator import load_scenario
from simulator.distributions import Beta, Lognormal, Triangular
from simulator.model import build, read_formula
from simulator.summary import HEAVY
from simulator.units import Component, Ratio

SCENARIO = Path(__file__).parents[2] / "configs" / "gpt4-class.yaml"
DRAWS = {"random": 10_000, "sobol": 1 << 14}
LEVELS = (5.0, 50.0, 90.0, 95.0)
NOMINAL, GOAL = 0.95, 0.015
LONG_SEED = 1 << 40  # of the runs that give the truth: none of the seeds 1, 2, ...
HEADS = ("", "sampler", "statistic", "truth", "covered %", "goal met", "se over error", "bias")

ONE_INPUT = """\
Where a quantity hangs on one input alone, each randomisation of n points has exactly one point in every n-th
part of the input's probability. Its own percentile ⌈np⌉ then stays in one such part wherever p falls within
it, and varies less than the percentile of all draws does, and where n p is whole the percentile of all draws
is the greatest of those below (P50). The reported error therefore holds an eighth of such a part besides: too
much at some levels, too little at none. The mean of a heavy tail rests on each randomisation's one point in
the last part."""


@dataclass(frozen=True)
class Case:
    """A question with its true answers."""

    title: str
    question: Question
    truth: tuple[float, ...]


def smooth_cost(
    experiment_multiplier: Ratio,
    mfu: Ratio,
    preparation_months: Ratio,
    gpu_price: Ratio,
    staff_pay: Ratio,
    label_price: Ratio,
) -> Component:
    """Hardware, staff and labels in the simplest form."""
    return experiment_multiplier * gpu_price / mfu + preparation_months * staff_pay + label_price


SMOOTH = Question(
    build([read_formula(smooth_cost)]),
    {
        "experiment_multiplier": Lognormal(math.log(2.0), 0.4),
        "gpu_price": Lognormal(math.log(3.0), 0.25),
        "mfu": Beta(20.0, 30.0),
        "preparation_months": Triangular(3.0, 6.0, 12.0),
        "staff_pay": Triangular(0.5, 1.0, 2.0),
        "label_price": Lognormal(0.0, 0.5),
    },
    "total_cost",
    LEVELS,
)
# E[1 / beta(a, b)] = (a + b - 1) / (a - 1); a triangle's mean is that of its corners.
SMOOTH_MEAN = 6.0 * exp(0.4**2 / 2 + 0.25**2 / 2) * 49.0 / 19.0 + 7.0 * 3.5 / 3.0 + exp(0.5**2 / 2)


def heavy_cost(label_price: Ratio) -> Component:
    """One lognormal."""
    return label_price


HEAVY_TAIL = Question(
    build([read_formula(heavy_cost)]), {"label_price": Lognormal(0.0, 2.0)}, "total_cost", (50.0, 90.0)
)
Z90 = 1.2815515655446004


def gpt4() -> Question:
    """The total of the default scenario."""
    scenario = load_scenario(SCENARIO)
    return Question(scenario.model, scenario.distributions, "total_cost", LEVELS, copula=scenario.copula)


def case(title: str, question: Question, draws: int, mean: float | None = None) -> Case:
    """A question with the answers of a long Sobol' run, and a round limit near P80."""
    found = question.asked("sobol", draws, LONG_SEED)[1]
    limit = float(f"{found.mean.value + 0.8 * found.sd:.2g}")
    asked = question.below(limit)
    answers, _ = asked.asked("sobol", draws, LONG_SEED)
    if mean is not None and not abs(answers[0].value / mean - 1.0) < 1e-6:
        raise SystemExit(f"{title}: the long run's mean {answers[0].value} is not {mean}")
    return Case(title, asked, tuple(answer.value for answer in answers))


def cases() -> list[Case]:
    """All questions with their truths."""
    heavy = Case("lognormal, σ = 2", HEAVY_TAIL, (exp(2.0), 1.0, exp(2.0 * Z90)))
    return [
        case("smooth, 6 inputs", SMOOTH, 1 << 26, SMOOTH_MEAN),
        case("gpt4-class", gpt4(), 1 << 24),
        heavy,
    ]


def rows(case: Case, sampler: str, runs: int) -> tuple[list[list[str]], str]:
    """A row a statistic, and how often the mean was warned about."""
    asked = [case.question.asked(sampler, DRAWS[sampler], seed) for seed in range(1, runs + 1)]
    found = replicated([estimates for estimates, _ in asked])
    columns = dict(zip(case.question.statistics, zip(found, case.truth, strict=True), strict=True))
    table = [[case.title, sampler, name, *_row(*column)] for name, column in columns.items()]
    warned = np.array([summary.largest_share > HEAVY for _, summary in asked])
    held = columns["mean"][0].holds(case.truth[0])
    return table, f"{case.title}, {sampler}: {_warned(warned, held)}"


def _row(found: Replications, truth: float) -> list[str]:
    covered, ratio = found.holds(truth).mean(), found.reported_error / found.true_error(truth)
    bias = (found.values.mean() - truth) / found.true_error(truth)
    met = "yes" if abs(covered - NOMINAL) <= GOAL else "no"
    return [f"{truth:.5g}", f"{100 * covered:.1f}", met, f"{ratio:.2f}", f"{bias:+.2f}"]


def _warned(warned: Flags, held: Flags) -> str:
    """In how many runs the mean is warned about, and what the others hold."""
    share, missed, told = warned.mean(), np.sum(~held), np.sum(warned & ~held)
    silent = f"of {np.sum(~warned)} without a warning {np.sum(held & ~warned)} hold the mean"
    return f"{share:.1%} warned; of {missed} that miss the mean {told} warned; {silent}"


def measured(runs: int) -> str:
    """The report."""
    keep_tables()
    found = [rows(asked, sampler, runs) for asked in cases() for sampler in DRAWS]
    table, notes = [row for part, _ in found for row in part], [note for _, note in found]
    error = 100 * math.sqrt(NOMINAL * (1.0 - NOMINAL) / runs)
    lines = [
        "# Coverage of the reported 95% intervals",
        "",
        f"* {machine(('numpy', 'scipy', 'numba'))}",
        f"* {runs:,} runs each, seeds from 1; random {DRAWS['random']:,} draws, sobol {DRAWS['sobol']:,}",
        f"* goal {100 * NOMINAL:g} ± {100 * GOAL:g}; a share has a binomial error of {error:.1f} points",
        "* se over error: reported to true, as root mean squares; bias: of the estimate, in true errors",
        "",
        markdown(HEADS, table),
        "",
        f"Warnings of a mean, which stand where one draw carries more than {HEAVY:.0%} of the variance:",
        "",
        *(f"* {note}" for note in notes),
        "",
        ONE_INPUT,
    ]
    return "\n".join(lines)


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=2000, help="of each question by each sampler")
    parser.add_argument("--output", type=Path, help="write the report to this file as well")
    options = parser.parse_args()
    publish(measured(options.runs), options.output)


if __name__ == "__main__":
    main()
