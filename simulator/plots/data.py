"""What the pictures show: spreads of quantities, parts of a sum, estimates by number of draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from simulator.errors import Complaint, InputError
from simulator.reports.numbers import percent

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Spread:
    """The distribution of a quantity in one run: a histogram, and the percentiles that were looked up.

    >>> halves = Spread("a run", "mfu", "1", np.array([0.0, 1.0, 3.0]), np.array([5, 5]), {90.0: 2.5})
    >>> halves.at(50), halves.at(90), halves.below(1.0), halves.below(9.0)
    (1.0, 2.5, 0.5, 1.0)
    """

    label: str
    quantity: str
    unit: str
    edges: Array  # (bar + 1,)
    counts: Array  # (bar,): draws
    percentiles: Mapping[float, float]  # by level, 0 to 100

    def at(self, level: float) -> float:
        """The percentile of a level between 0 and 100: looked up, or else read off the curve."""
        if level in self.percentiles:
            return float(self.percentiles[level])
        values, chances = self.curve
        after = int(np.searchsorted(chances, level / 100.0))
        if after == 0 or after == len(chances):
            return float(values[min(after, len(values) - 1)])
        below, above = chances[after - 1], chances[after]
        step = (level / 100.0 - below) / (above - below)
        return float(values[after - 1] + step * (values[after] - values[after - 1]))

    def below(self, value: float) -> float:
        """The chance of being at or below a value."""
        values, chances = self.curve
        return float(np.interp(value, values, chances, left=0.0, right=1.0))

    def chance(self, value: float) -> str:
        """The chance of being at or below a value; far out, where draws are few, what it is beyond.

        >>> tail = Spread("", "", "", np.array([0.0, 1.0, 2.0, 3.0, 40.0]), np.array([33, 33, 33, 1]), {})
        >>> tail.chance(2.0), tail.chance(30.0), tail.chance(-1.0)
        ('66%', '>99%', '<1%')
        """
        (first, last), least = self.usual, 1.0 / self.counts.sum()
        if value > last:
            return f">{percent(min(self.below(last), 1.0 - least))}"
        if value < first:
            return f"<{percent(max(self.below(first), least))}"
        return percent(self.below(value))

    @property
    def usual(self) -> tuple[float, float]:
        """Between which values bars are of usual width: an outer bar may be long."""
        edges, bars = self.edges, np.diff(self.edges)
        widest = 2.0 * np.median(bars)
        first = edges[0] if bars[0] <= widest else edges[1]
        last = edges[-1] if bars[-1] <= widest else edges[-2]
        return float(first), float(last)

    @cached_property
    def curve(self) -> tuple[Array, Array]:
        """Values in rising order and the chance of being at or below each: bars' ends and percentiles."""
        known = [(value, level / 100.0) for level, value in self.percentiles.items() if np.isfinite(value)]
        ends = zip(self.edges.tolist(), self.cumulative.tolist(), strict=True)
        points = np.array(sorted([*known, *ends]))
        return points[:, 0], np.maximum.accumulate(points[:, 1])

    @property
    def cumulative(self) -> Array:
        """The share of the draws at or below each edge."""
        found: Array = np.concatenate([[0.0], np.cumsum(self.counts) / self.counts.sum()])
        return found


def check_finite(spread: Spread) -> None:
    """Raise :class:`InputError` for a quantity that no axis can hold."""
    if not np.isfinite(spread.edges).all() or not spread.counts.sum():
        what = f"{spread.quantity} is not a finite number in every draw, or there are no draws"
        raise InputError([Complaint(spread.label, what, "choose another quantity")])


@dataclass(frozen=True)
class Part:
    """One component of a sum: its mean, P10 and P90."""

    name: str
    unit: str
    mean: float
    low: float
    high: float

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing of it to see."""
        return self.mean == self.low == self.high == 0.0


@dataclass(frozen=True)
class Converged:
    """An estimate after so many draws, with its 95% interval."""

    draws: int
    value: float
    low: float
    high: float
