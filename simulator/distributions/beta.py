"""The beta distribution on any interval, and the PERT, a beta written with its mode."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betainccinv, betaincinv

from simulator.distributions.base import Mirrored
from simulator.distributions.bounded import place, require_mode, share_below
from simulator.distributions.checks import (
    Array,
    array,
    brief,
    interval,
    listed,
    require,
    require_positive,
    require_rising,
)
from simulator.distributions.percentiles import Percentile, beta_from_percentiles, mode_from_percentiles

LEAST_SHAPE, LARGEST_SHAPE = 1e-6, 1e9  # quantiles are exact to 1e-10 in between
PERT_LAMBDA = 4.0  # weight of the mode: Malcolm et al. 1959, doi:10.1287/opre.7.5.646


@dataclass(frozen=True)
class Beta(Mirrored):
    r"""The beta distribution on [low, high]; a and b from 1e-6 to 1e9, low < high.

    .. math:: Q(u) = low + (high - low) \, I^{-1}_u(a, b)

    >>> round(float(Beta(2, 5).ppf(0.5)), 6)
    0.26445
    """

    a: float
    b: float
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        require_positive("beta", a=self.a, b=self.b)
        for name, shape in (("a", self.a), ("b", self.b)):
            require(
                LEAST_SHAPE <= shape <= LARGEST_SHAPE,
                f"beta: {name} must lie between {LEAST_SHAPE:g} and {LARGEST_SHAPE:g}; got {shape:g}; "
                "write point or normal for a narrower prior, discrete for two heaps",
            )
        require_rising("beta", low=self.low, high=self.high)

    @classmethod
    def from_mean(cls, mean: float, sd: float, low: float = 0.0, high: float = 1.0) -> Beta:
        """The beta with this mean and standard deviation; sd below sqrt((mean - low)(high - mean))."""
        require_rising("beta", low=low, high=high)
        require(low < mean < high, f"beta: mean must lie between low {low:g} and high {high:g}; got {mean:g}")
        limit = ((mean - low) * (high - mean)) ** 0.5
        require(
            0 < sd < limit, f"beta: with mean {mean:g}, sd must be above 0 and below {limit:g}; got {sd:g}"
        )
        share, size = (mean - low) / (high - low), (limit / sd) * (limit / sd) - 1
        return cls(share * size, (1 - share) * size, low, high)

    @classmethod
    def from_percentiles(
        cls, lower: Percentile, upper: Percentile, low: float = 0.0, high: float = 1.0
    ) -> Beta:
        """The beta on [low, high] with these two percentiles, both inside."""
        require_rising("beta", low=low, high=high)
        for point in (lower, upper):
            require(
                low < point.value < high,
                f"beta: {point.name} must lie between low {low:g} and high {high:g}; got {point.value:g}",
            )
        return cls(*beta_from_percentiles(lower, upper, low, high), low, high)

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def ppf(self, u: ArrayLike) -> Array:
        below = array(betaincinv(self.a, self.b, u))
        above = np.array(1.0 - below)
        betainccinv(self.b, self.a, u, out=above, where=below > 0.5)
        return place(self.low, self.high, below, above)

    def cdf(self, x: ArrayLike) -> Array:
        return array(betainc(self.a, self.b, share_below(x, self.low, self.high)))

    def mirrored(self) -> Beta:
        return Beta(self.b, self.a, -self.high, -self.low)

    def describe(self, factor: float = 1.0) -> str:
        low, high = factor * self.low, factor * self.high
        where = "" if (low, high) == (0, 1) else f" on {interval(low, high)}"
        return f"beta({brief(self.a)}, {brief(self.b)}){where}"


@dataclass(frozen=True)
class Pert(Mirrored):
    r"""The PERT distribution: a smooth triangle; low <= mode <= high, low < high.

    .. math:: Beta\left(1 + 4 \frac{mode - low}{high - low},\; 1 + 4 \frac{high - mode}{high - low}\right)

    on [low, high], of mean (low + 4 mode + high) / 6.

    >>> round(float(Pert(0.2, 0.3, 0.5).ppf(0.5)), 6)
    0.312744
    """

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        require_mode("pert", self.low, self.mode, self.high)

    @classmethod
    def from_percentiles(cls, lower: Percentile, middle: Percentile, upper: Percentile) -> Pert:
        """The PERT with these three percentiles."""

        def quantile(mode: float, u: float) -> float:
            return float(cls(0.0, mode, 1.0).ppf(u))

        return cls(*mode_from_percentiles(quantile, (lower, middle, upper), "pert"))

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def ppf(self, u: ArrayLike) -> Array:
        return self._beta.ppf(u)

    def cdf(self, x: ArrayLike) -> Array:
        return self._beta.cdf(x)

    def mirrored(self) -> Pert:
        return Pert(-self.high, -self.mode, -self.low)

    def describe(self, factor: float = 1.0) -> str:
        corners = (factor * corner for corner in (self.low, self.mode, self.high))
        return f"PERT({listed(map(brief, corners))})"

    @cached_property
    def _beta(self) -> Beta:
        width = self.high - self.low
        a = 1.0 + PERT_LAMBDA * (self.mode - self.low) / width
        b = 1.0 + PERT_LAMBDA * (self.high - self.mode) / width
        return Beta(a, b, self.low, self.high)
