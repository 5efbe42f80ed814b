"""One run with seed after seed: what is reported of one name, and how that compares with the truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np

from simulator.distributions import NO_CORRELATION, Copula, Distribution
from simulator.kernel import Engine, sampler, tables
from simulator.kernel.options import LANES
from simulator.model import Model
from simulator.simulation import DIGITS, FEWER_DIGITS
from simulator.statistics.census import FIRST_LOOK, Census
from simulator.statistics.estimates import Estimate, Summary
from simulator.statistics.summaries import chance_within, summaries

Array = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


def keep_tables() -> None:
    """Make each table once: they are the same for every seed, and would take most of the time."""
    sampler.quantile_table = cache(tables.quantile_table)


@dataclass(frozen=True)
class Question:
    """What is asked of a model: the mean of a name, some percentiles, the chance of no more than a limit."""

    model: Model
    priors: Mapping[str, Distribution]
    name: str
    levels: tuple[float, ...] = ()
    limit: float | None = None
    copula: Copula = NO_CORRELATION

    @property
    def statistics(self) -> list[str]:
        """What the answers are, in their order."""
        chances = [] if self.limit is None else [f"P(cost ≤ {self.limit:g})"]
        return ["mean", *(f"P{level:g}" for level in self.levels), *chances]

    def below(self, limit: float) -> Question:
        """The same question, the chance of no more than a limit asked for, too."""
        return replace(self, limit=limit)

    def asked(self, sampler: str, draws: int, seed: int) -> tuple[list[Estimate], Summary]:
        """The answers of one run, and its summary."""
        machine = Engine(self.model, self.priors, seed, sampler, self.copula)
        census = self._census(machine, min(FIRST_LOOK, draws))
        census.count(draws)
        found = summaries(census, self.levels)[0]
        chances = [] if self.limit is None else [chance_within(census, 0)]
        return [found.mean, *(found.percentiles[level] for level in self.levels), *chances], found

    def _census(self, machine: Engine, look: int) -> Census:
        """A census as a run lays it out, of one name."""
        first, fill = np.empty((1, look)), partial(machine.fill, [self.name])
        fill(0, first)
        apart = machine.sampler == "sobol"
        return Census(
            fill,
            first,
            digits=DIGITS - FEWER_DIGITS if apart else DIGITS,
            lanes=LANES if apart else 1,
            questions=[] if self.limit is None else [(0, self.limit)],
        )


@dataclass(frozen=True)
class Replications:
    """One statistic as many runs report it."""

    values: Array
    errors: Array
    low: Array
    high: Array

    def holds(self, truth: float) -> Flags:
        """Whether each run's 95% interval holds the truth."""
        return (self.low <= truth) & (truth <= self.high)

    def true_error(self, truth: float) -> float:
        """The root of the mean square distance from the truth."""
        return float(np.sqrt(np.mean((self.values - truth) ** 2)))

    @property
    def reported_error(self) -> float:
        """The root of the mean square standard error."""
        return float(np.sqrt(np.mean(self.errors**2)))


def replicated(runs: Sequence[Sequence[Estimate]]) -> Iterator[Replications]:
    """One entry a statistic, from the answers of every run."""
    for estimates in zip(*runs, strict=True):
        rows = [(e.value, e.se, e.low, e.high) for e in estimates]
        yield Replications(*np.array(rows).T)
