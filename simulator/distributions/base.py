"""What every shape of a prior can do, and what may be done to any of them: truncate it, scale it.

A distribution is its quantile function. ``ppf(u)`` counts probability from the bottom and ``isf(v)``
from the top, so that neither tail is lost to cancellation; ``cdf`` and ``sf`` lead back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from simulator.distributions.checks import Array, array, interval, require, require_factor

Quantile = Callable[[Array], Array]

End = tuple[float, float, Array]  # a bound; the share next to it that is one step; distances 1, 2, 3 steps in

LEAST_MASS = 1e-6  # a truncation that leaves less of a prior than this contradicts it
END_STEP = 1e-4  # balances the cubic's error, step**3, against rounding, 1e-16 / step
END_NODES = np.array([1.0, 2.0, 3.0])
EDGE = 1e-12  # a kink this close to a bound is the bound


class Distribution(ABC):
    """The shape of a prior: a frozen dataclass with a quantile function.

    A family gives ``support``, ``ppf``, ``cdf`` and ``describe``. It also gives ``isf`` and ``sf`` where
    counting from the bottom would lose the upper tail, and ``kinks`` where ``ppf`` is not smooth.
    What the methods mean stands here, once; a family's own docstring gives its formula and its refusals.
    """

    # False where all probability sits on ``values``, the first i of them holding ``cumulative[i]``.
    continuous: ClassVar[bool] = True

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """The lowest and the highest value; -inf and inf where there is none."""

    @abstractmethod
    def ppf(self, u: ArrayLike) -> Array:
        """The quantile function: the value that a share ``u`` of the probability lies below; 0 <= u <= 1."""

    @abstractmethod
    def cdf(self, x: ArrayLike) -> Array:
        """The probability of a value at or below ``x``."""

    @abstractmethod
    def describe(self, factor: float = 1.0) -> str:
        """The shape of ``factor`` times the value in a few words, for tables."""

    def isf(self, v: ArrayLike) -> Array:
        """The value that a share ``v`` of the probability lies above: ppf(1 - v)."""
        return self.ppf(1.0 - array(v))

    def sf(self, x: ArrayLike) -> Array:
        """The probability of a value above ``x``: 1 - cdf(x)."""
        return array(1.0 - self.cdf(x))

    @property
    def kinks(self) -> tuple[float, ...]:
        """The probabilities, within (0, 1), at which ``ppf`` is not smooth."""
        return ()

    def truncated(self, low: float = -inf, high: float = inf) -> Distribution:
        """The distribution given that its value lies within [low, high]."""
        return Truncated(self, low, high)

    def scaled(self, factor: float) -> Distribution:
        """The distribution of ``factor`` times the value, as after a change of unit."""
        return Scaled(self, factor)


class Mirrored(Distribution):
    """A family that holds its own mirror image: its upper tail is the lower tail of -X."""

    @abstractmethod
    def mirrored(self) -> Distribution:
        """The distribution of -X."""

    def isf(self, v: ArrayLike) -> Array:
        """The value that a share ``v`` of the probability lies above."""
        return array(-self.mirrored().ppf(v))

    def sf(self, x: ArrayLike) -> Array:
        """The probability of a value above ``x``."""
        return self.mirrored().cdf(-array(x))


@dataclass(frozen=True)
class Truncated(Distribution):
    r"""A continuous distribution given that its value lies within [low, high].

    .. math:: Q(u) = F^{-1}(F(low) + u (F(high) - F(low)))

    This is truncation, not clipping: no probability piles up at a bound.
    Next to a bound the distance from it is kept to about 11 digits, so that values next to 0 are too.
    Refused: low >= high; a truncation that leaves less than 1e-6 of the probability.

    >>> from simulator.distributions import Normal
    >>> half = Truncated(Normal(0, 1), low=0)
    >>> round(float(half.ppf(0.5)), 6), half.describe()
    (0.67449, 'normal, mean 0, sd 1 truncated to [0, inf)')
    """

    base: Distribution
    low: float = -inf
    high: float = inf

    def __post_init__(self) -> None:
        require_mass(self.base, self.low, self.high, self._mass)

    @property
    def support(self) -> tuple[float, float]:
        """The bounds, or the base's own where they are narrower."""
        low, high = self.base.support
        return max(low, self.low), min(high, self.high)

    def ppf(self, u: ArrayLike) -> Array:
        return self._at(array(u), 1.0 - array(u))

    def isf(self, v: ArrayLike) -> Array:
        return self._at(1.0 - array(v), array(v))

    def cdf(self, x: ArrayLike) -> Array:
        low, high = self.support
        return np.minimum(mass_between(self.base, low, np.clip(x, low, high)) / self._mass, 1.0)

    def sf(self, x: ArrayLike) -> Array:
        low, high = self.support
        return np.minimum(mass_between(self.base, np.clip(x, low, high), high) / self._mass, 1.0)

    @property
    def kinks(self) -> tuple[float, ...]:
        """The base's kinks that are left, as shares of what is left."""
        shares = ((kink - self._cut_below) / self._mass for kink in self.base.kinks)
        return tuple(share for share in shares if EDGE < share < 1.0 - EDGE)

    def truncated(self, low: float = -inf, high: float = inf) -> Distribution:
        return Truncated(self.base, max(self.low, low), min(self.high, high))

    def describe(self, factor: float = 1.0) -> str:
        return f"{self.base.describe(factor)} truncated to {interval(factor * self.low, factor * self.high)}"

    def _at(self, below: Array, above: Array) -> Array:
        """The values with these shares of what is left on their two sides."""
        values = self._inside(below, above)
        for share, (bound, step, distances) in ((below, self._low_end), (above, self._high_end)):
            near = share < step
            values[near] = bound + cubic(share[near] / step, distances)
        return np.clip(values, *self.support)

    def _inside(self, below: Array, above: Array) -> Array:
        """The values as the base gives them, which next to a bound are rounded at the base's own scale."""
        u = self._cut_below + below * self._mass
        v = self._cut_above + above * self._mass
        return from_nearer_end(self.base.ppf, self.base.isf, u, v)

    def _from_low(self, below: Array) -> Array:
        return self._inside(below, 1.0 - below)

    def _from_high(self, above: Array) -> Array:
        return self._inside(1.0 - above, above)

    def _end(self, bound: float, cut: float, kinks: Iterable[float], inside: Quantile) -> End:
        """The values over a share next to a bound in which they bend little; no share if nothing is cut."""
        step = END_STEP * min(1.0, cut / self._mass, *kinks)
        return bound, step, inside(step * END_NODES) - bound if cut else END_NODES

    @cached_property
    def _low_end(self) -> End:
        return self._end(self.low, self._cut_below, self.kinks, self._from_low)

    @cached_property
    def _high_end(self) -> End:
        return self._end(self.high, self._cut_above, (1.0 - kink for kink in self.kinks), self._from_high)

    @cached_property
    def _cut_below(self) -> float:
        return float(self.base.cdf(self.low))

    @cached_property
    def _cut_above(self) -> float:
        return float(self.base.sf(self.high))

    @cached_property
    def _mass(self) -> float:
        return float(mass_between(self.base, self.low, self.high))


@dataclass(frozen=True)
class Scaled(Distribution):
    """The distribution of ``factor`` times a value; factor > 0.

    >>> from simulator.distributions import Uniform
    >>> percent = Scaled(Uniform(10, 30), 0.01)
    >>> float(percent.ppf(0.5)), percent.describe()
    (0.2, 'uniform(0.1, 0.3)')
    """

    base: Distribution
    factor: float

    def __post_init__(self) -> None:
        require_factor(self.factor)

    @property
    def support(self) -> tuple[float, float]:
        low, high = self.base.support
        return self.factor * low, self.factor * high

    def ppf(self, u: ArrayLike) -> Array:
        return array(self.factor * self.base.ppf(u))

    def isf(self, v: ArrayLike) -> Array:
        return array(self.factor * self.base.isf(v))

    def cdf(self, x: ArrayLike) -> Array:
        return self.base.cdf(array(x) / self.factor)

    def sf(self, x: ArrayLike) -> Array:
        return self.base.sf(array(x) / self.factor)

    @property
    def kinks(self) -> tuple[float, ...]:
        """The base's kinks: a unit moves no probability."""
        return self.base.kinks

    def scaled(self, factor: float) -> Distribution:
        return Scaled(self.base, self.factor * factor)

    def describe(self, factor: float = 1.0) -> str:
        return self.base.describe(factor * self.factor)


def truncate(base: Distribution, *, low: float | None = None, high: float | None = None) -> Distribution:
    """The distribution given that its value lies within [low, high]; None is no bound.

    Refused: low >= high; a truncation that leaves less than 1e-6 of the probability.

    >>> from simulator.distributions import Uniform
    >>> float(truncate(Uniform(0, 10), low=4).ppf(0.5))
    7.0
    """
    return base.truncated(-inf if low is None else low, inf if high is None else high)


def mass_outside(base: Distribution, low: float, high: float) -> float:
    """The probability of a value outside [low, high]; exactly 0 where the support lies within.

    >>> from simulator.distributions import Normal, Uniform
    >>> round(mass_outside(Normal(0, 1), -2, 2), 6), mass_outside(Uniform(0, 1), 0, 1)
    (0.0455, 0.0)
    """
    lowest, highest = base.support
    below = 0.0 if low <= lowest else float(base.cdf(np.nextafter(low, -inf)))
    above = 0.0 if highest <= high else float(base.sf(high))
    return below + above


def mass_between(base: Distribution, low: ArrayLike, high: ArrayLike) -> Array:
    """The probability of a value within (low, high], taken from the tail that cancels less."""
    top = base.cdf(high)
    return array(np.where(top <= 0.5, top - base.cdf(low), base.sf(low) - base.sf(high)))


def from_nearer_end(ppf: Quantile, isf: Quantile, below: Array, above: Array) -> Array:
    """The values with these shares of the probability on their two sides, each from its nearer end."""
    values, near = np.empty(below.shape), below <= 0.5
    values[near], values[~near] = ppf(below[near]), isf(above[~near])
    return values


def cubic(s: Array, distances: Array) -> Array:
    """The cubic through 0 at s = 0 and through the three distances at s = 1, 2, 3.

    >>> cubic(np.array([1.0, 4.0]), np.array([1.0, 8.0, 27.0]))
    array([ 1., 64.])
    """
    first, second, third = distances
    return array(
        s * (first * (s - 2) * (s - 3) / 2 - second * (s - 1) * (s - 3) / 2 + third * (s - 1) * (s - 2) / 6)
    )


def require_mass(base: Distribution, low: float, high: float, mass: float) -> None:
    """Refuse a truncation to [low, high] that is no interval, or that leaves too little probability."""
    require(low < high, f"truncate: low must be below high; got low {low:g} and high {high:g}")
    require(
        mass >= LEAST_MASS,
        f"{base.describe()} truncated to {interval(low, high)} leaves {mass:.2g} of its probability, "
        f"and at least {LEAST_MASS:g} is needed; widen the bounds or move the prior",
    )
