"""Distributions given value by value: a point, a discrete table, a table of quantiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from math import fsum, inf
from operator import itemgetter
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from simulator.distributions.base import Distribution, Mirrored, require_mass
from simulator.distributions.checks import Array, array, listed, require, require_factor, require_finite
from simulator.distributions.percentiles import Percentile


@dataclass(frozen=True)
class Discrete(Distribution):
    """A value out of a table, each with its weight; weights are positive and are made to add up to 1.

    The table is sorted by value, and equal values are merged.

    >>> nodes = Discrete(values=(4, 2, 4), weights=(1, 2, 1))
    >>> nodes.values, nodes.cumulative, float(nodes.ppf(0.6))
    ((2.0, 4.0), (0.5, 1.0), 4.0)
    """

    values: tuple[float, ...]
    weights: tuple[float, ...]

    continuous: ClassVar[bool] = False

    def __post_init__(self) -> None:
        require_table("discrete", "values", self.values, "weights", self.weights)
        require(len(self.values) > 0, "discrete: values must not be empty")
        for weight in self.weights:
            require(weight > 0, f"discrete: weights must be above 0; got {weight:g}; leave the value out")
        values, weights = zip(*merged(self.values, self.weights), strict=True)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "weights", weights)

    @property
    def cumulative(self) -> tuple[float, ...]:
        """The probability at or below each value; the last is exactly 1."""
        return (*list(accumulate(self.weights))[:-1], 1.0)

    @property
    def support(self) -> tuple[float, float]:
        return self.values[0], self.values[-1]

    def ppf(self, u: ArrayLike) -> Array:
        """The lowest value with at least a share ``u`` of the probability at or below it."""
        return array(self.values)[np.searchsorted(self.cumulative, u)]

    def cdf(self, x: ArrayLike) -> Array:
        return array([0.0, *self.cumulative])[np.searchsorted(self.values, x, side="right")]

    def truncated(self, low: float = -inf, high: float = inf) -> Distribution:
        """The table without the values outside [low, high]."""
        table = zip(self.values, self.weights, strict=True)
        inside = [(value, weight) for value, weight in table if low <= value <= high]
        require_mass(self, low, high, fsum(weight for _, weight in inside))
        values, weights = zip(*inside, strict=True)
        return Discrete(values, weights)

    def scaled(self, factor: float) -> Distribution:
        require_factor(factor)
        return Discrete(tuple(factor * value for value in self.values), self.weights)

    def describe(self, factor: float = 1.0) -> str:
        table = zip(self.values, self.weights, strict=True)
        return f"discrete, {listed(f'{factor * value:g} ({weight:.3g})' for value, weight in table)}"


@dataclass(frozen=True)
class Point(Distribution):
    """A value known for certain.

    >>> float(Point(0.3).ppf(0.9)), Point(0.3).cumulative
    (0.3, (1.0,))
    """

    value: float

    continuous: ClassVar[bool] = False

    def __post_init__(self) -> None:
        require_finite("point", value=self.value)

    @property
    def values(self) -> tuple[float, ...]:
        """The value, as a table of one."""
        return (self.value,)

    @property
    def cumulative(self) -> tuple[float, ...]:
        """The probability at or below the value: 1."""
        return (1.0,)

    @property
    def support(self) -> tuple[float, float]:
        return self.value, self.value

    def ppf(self, u: ArrayLike) -> Array:
        return np.full(np.shape(u), float(self.value))

    def cdf(self, x: ArrayLike) -> Array:
        return array(array(x) >= self.value)

    def truncated(self, low: float = -inf, high: float = inf) -> Distribution:
        """The value itself, which must lie within [low, high]."""
        require_mass(self, low, high, float(low <= self.value <= high))
        return self

    def scaled(self, factor: float) -> Distribution:
        require_factor(factor)
        return Point(factor * self.value)

    def describe(self, factor: float = 1.0) -> str:
        return f"point {factor * self.value:g}"


@dataclass(frozen=True)
class Quantiles(Mirrored):
    """A table of quantiles with straight lines between them.

    Probabilities rise strictly from 0 to 1, and so do the values: there are no flat pieces.

    >>> price = Quantiles(probabilities=(0, 0.5, 1), values=(1, 2, 6))
    >>> float(price.ppf(0.75)), price.kinks
    (4.0, (0.5,))
    """

    probabilities: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        require_table("quantiles", "probabilities", self.probabilities, "values", self.values)
        for name, column in (("probabilities", self.probabilities), ("values", self.values)):
            for lower, upper in pairwise(column):
                require(lower < upper, f"quantiles: {name} must rise; got {lower:g} and then {upper:g}")
        ends = (*self.probabilities[:1], *self.probabilities[-1:])
        require(
            ends == (0.0, 1.0), f"quantiles: probabilities must go from 0 to 1; got {listed(map(str, ends))}"
        )

    @classmethod
    def from_percentiles(cls, *points: Percentile) -> Quantiles:
        """The table of these percentiles, p0 and p100 among them."""
        names = [point.name for point in points]
        ends = {points[0].probability, points[-1].probability} if points else set()
        require(ends == {0.0, 1.0}, f"quantiles: p0 and p100 must be given; got {listed(names) or 'nothing'}")
        return cls(tuple(point.probability for point in points), tuple(point.value for point in points))

    @property
    def support(self) -> tuple[float, float]:
        return self.values[0], self.values[-1]

    def ppf(self, u: ArrayLike) -> Array:
        return np.clip(np.interp(array(u), self.probabilities, self.values), *self.support)

    def cdf(self, x: ArrayLike) -> Array:
        return np.clip(np.interp(array(x), self.values, self.probabilities), 0.0, 1.0)

    @property
    def kinks(self) -> tuple[float, ...]:
        """The probabilities between the first and the last."""
        return self.probabilities[1:-1]

    def mirrored(self) -> Quantiles:
        probabilities = tuple(1.0 - share for share in reversed(self.probabilities))
        return Quantiles(probabilities, tuple(-value for value in reversed(self.values)))

    def describe(self, factor: float = 1.0) -> str:
        table = zip(self.probabilities, self.values, strict=True)
        return f"quantiles, {listed(f'p{100 * share:g} {factor * value:g}' for share, value in table)}"


def merged(values: Iterable[float], weights: Iterable[float]) -> Iterator[tuple[float, float]]:
    """Every value once, in rising order, with its share of the weights.

    >>> list(merged([4, 2, 4], [1, 2, 1]))
    [(2.0, 0.5), (4.0, 0.5)]
    """
    table = sorted(zip(values, weights, strict=True))
    total = fsum(weight for _, weight in table)
    for value, group in groupby(table, key=itemgetter(0)):
        yield float(value), fsum(weight for _, weight in group) / total


def require_table(
    family: str, left: str, left_column: tuple[float, ...], right: str, right_column: tuple[float, ...]
) -> None:
    """Refuse two columns of different length, or one with a number that is not finite."""
    require(
        len(left_column) == len(right_column),
        f"{family}: {left} and {right} must be equally many; got {len(left_column)} and {len(right_column)}",
    )
    for name, column in ((left, left_column), (right, right_column)):
        for value in column:
            require_finite(family, **{name: value})
