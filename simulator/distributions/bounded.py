"""Distributions on an interval with closed forms: uniform, log-uniform, triangular."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import ArrayLike

from simulator.distributions.base import Distribution, Mirrored
from simulator.distributions.checks import (
    LARGEST,
    Array,
    array,
    brief,
    listed,
    require,
    require_positive,
    require_rising,
)
from simulator.distributions.percentiles import Percentile, mode_from_percentiles

SMALLEST = 5e-324  # the least positive double


@dataclass(frozen=True)
class Uniform(Mirrored):
    """The uniform distribution on [low, high]; low < high.

    >>> float(Uniform(10, 20).ppf(0.25))
    12.5
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        require_rising("uniform", low=self.low, high=self.high)

    @classmethod
    def from_percentiles(cls, lower: Percentile, upper: Percentile) -> Uniform:
        """The uniform distribution with these two percentiles."""
        return cls(*ends(lower.value, upper.value, lower, upper))

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def ppf(self, u: ArrayLike) -> Array:
        return place(self.low, self.high, array(u), 1.0 - array(u))

    def cdf(self, x: ArrayLike) -> Array:
        return share_below(x, self.low, self.high)

    def mirrored(self) -> Uniform:
        return Uniform(-self.high, -self.low)

    def describe(self, factor: float = 1.0) -> str:
        return f"uniform({brief(factor * self.low)}, {brief(factor * self.high)})"


@dataclass(frozen=True)
class Loguniform(Distribution):
    """The log-uniform distribution on [low, high], equal probability per order of magnitude; 0 < low < high.

    >>> round(float(Loguniform(1, 100).ppf(0.5)), 12)
    10.0
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        require_rising("loguniform", low=self.low, high=self.high)
        require_positive("loguniform", low=self.low)

    @classmethod
    def from_percentiles(cls, lower: Percentile, upper: Percentile) -> Loguniform:
        """The log-uniform distribution with these two percentiles, both above 0."""
        require(lower.value > 0, f"loguniform: {lower.name} must be above 0; got {lower.value:g}")
        low, high = ends(log(lower.value), log(upper.value), lower, upper)
        require(
            max(-low, high) < log(LARGEST),
            f"loguniform: {lower} and {upper} put its ends beyond the range of a double; write lognormal",
        )
        return cls(exp(low), exp(high))

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def ppf(self, u: ArrayLike) -> Array:
        return self._at(array(u), 1.0 - array(u))

    def isf(self, v: ArrayLike) -> Array:
        return self._at(1.0 - array(v), array(v))

    def cdf(self, x: ArrayLike) -> Array:
        return share_below(np.log(np.clip(x, self.low, self.high)), log(self.low), log(self.high))

    def describe(self, factor: float = 1.0) -> str:
        return f"log-uniform({brief(factor * self.low)}, {brief(factor * self.high)})"

    def _at(self, below: Array, above: Array) -> Array:
        """The value with these shares of the probability on its two sides, reached from the nearer end."""
        length = log(self.high) - log(self.low)
        rising, falling = self.low * np.exp(length * below), self.high * np.exp(-length * above)
        return np.clip(np.where(below <= 0.5, rising, falling), *self.support)


@dataclass(frozen=True)
class Triangular(Mirrored):
    r"""The triangular distribution; low <= mode <= high, low < high.

    .. math:: Q(u) = low + \sqrt{u (mode - low)(high - low)} \quad\text{below the mode}

    >>> round(float(Triangular(0, 1, 4).ppf(0.25)), 12)
    1.0
    """

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        require_mode("triangular", self.low, self.mode, self.high)

    @classmethod
    def from_percentiles(cls, lower: Percentile, middle: Percentile, upper: Percentile) -> Triangular:
        """The triangular distribution with these three percentiles."""

        def quantile(mode: float, u: float) -> float:
            return float(cls(0.0, mode, 1.0).ppf(u))

        return cls(*mode_from_percentiles(quantile, (lower, middle, upper), "triangular"))

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def ppf(self, u: ArrayLike) -> Array:
        u, peak = array(u), self._peak
        v, rest = 1.0 - u, 1.0 - peak
        rising, falling = np.sqrt(u * peak), np.sqrt(v * rest)  # from low; from high
        below = np.where(u <= peak, rising, (u + v * peak) / (1.0 + falling))  # 1 - falling, not cancelled
        above = np.where(u <= peak, (v + u * rest) / (1.0 + rising), falling)
        return place(self.low, self.high, below, above)

    def cdf(self, x: ArrayLike) -> Array:
        peak, share = self._peak, share_below(x, self.low, self.high)
        rise, fall = np.minimum(share, peak), np.maximum(share, peak)
        rising = rise * (rise / max(peak, SMALLEST))
        falling = (fall * (2.0 - fall) - peak) / max(1.0 - peak, SMALLEST)
        return array(np.where(share <= peak, rising, falling))

    @property
    def kinks(self) -> tuple[float, ...]:
        """The probability below the mode, where the density turns."""
        return (self._peak,) if 0.0 < self._peak < 1.0 else ()

    def mirrored(self) -> Triangular:
        return Triangular(-self.high, -self.mode, -self.low)

    def describe(self, factor: float = 1.0) -> str:
        corners = (factor * corner for corner in (self.low, self.mode, self.high))
        return f"triangular({listed(map(brief, corners))})"

    @property
    def _peak(self) -> float:
        """The share of the interval, and of the probability, below the mode."""
        return (self.mode - self.low) / (self.high - self.low)


def place(low: float, high: float, below: Array, above: Array) -> Array:
    """The point a share ``below`` of the way up from low, ``above`` of the way down from high."""
    width = high - low
    return array(np.where(below <= 0.5, low + width * below, high - width * above))


def share_below(x: ArrayLike, low: float, high: float) -> Array:
    """The share of [low, high] that lies below ``x``."""
    return array((np.clip(x, low, high) - low) / (high - low))


def require_mode(family: str, low: float, mode: float, high: float) -> None:
    """Refuse a mode outside [low, high], or an empty interval."""
    require_rising(family, low=low, high=high)
    require(
        low <= mode <= high,
        f"{family}: mode must lie between low {low:g} and high {high:g}; got {mode:g}",
    )


def ends(below: float, above: float, lower: Percentile, upper: Percentile) -> tuple[float, float]:
    """The ends of the straight line through two values at their probabilities, at 0 and at 1.

    >>> ends(2.0, 3.0, Percentile("p25", 0.25, 2.0), Percentile("p75", 0.75, 3.0))
    (1.5, 3.5)
    """
    width = (above - below) / (upper.probability - lower.probability)
    return below - lower.probability * width, above + (1.0 - upper.probability) * width
