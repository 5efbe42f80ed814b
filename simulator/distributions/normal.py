"""The normal distribution and the lognormal, which is the normal of the logarithm."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, hypot, inf, log, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from simulator.distributions.base import Distribution
from simulator.distributions.checks import Array, array, brief, require, require_finite, require_positive
from simulator.distributions.percentiles import Percentile, sigma_from_percentiles

WIDEST_EXPONENT = 700.0  # exp of anything below is a double
WIDEST_Z = 9.0  # beyond the normal quantile of 1e-16, -8.2


@dataclass(frozen=True)
class Normal(Distribution):
    r"""The normal distribution; sd > 0.

    .. math:: Q(u) = mean + sd \, \Phi^{-1}(u)

    >>> round(float(Normal(0.4, 0.05).ppf(0.95)), 6)
    0.482243
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        require_finite("normal", mean=self.mean)
        require_positive("normal", sd=self.sd)

    @classmethod
    def from_percentiles(cls, lower: Percentile, upper: Percentile) -> Normal:
        """The normal distribution with these two percentiles."""
        mean, sd = line(lower.value, upper.value, lower, upper)
        return cls(mean, sd)

    @property
    def support(self) -> tuple[float, float]:
        return -inf, inf

    def ppf(self, u: ArrayLike) -> Array:
        return array(self.mean + self.sd * ndtri(u))

    def isf(self, v: ArrayLike) -> Array:
        return array(self.mean - self.sd * ndtri(v))

    def cdf(self, x: ArrayLike) -> Array:
        return array(ndtr((array(x) - self.mean) / self.sd))

    def sf(self, x: ArrayLike) -> Array:
        return array(ndtr((self.mean - array(x)) / self.sd))

    def describe(self, factor: float = 1.0) -> str:
        return f"normal, mean {brief(factor * self.mean)}, sd {brief(factor * self.sd)}"


@dataclass(frozen=True)
class Lognormal(Distribution):
    r"""The lognormal distribution: ln(X - shift) is normal with mean mu and standard deviation sigma > 0.

    .. math:: Q(u) = shift + \exp(\mu + \sigma \Phi^{-1}(u))

    Refused: a mu and sigma whose quantiles leave the range of a double.

    >>> price = Lognormal.from_median(20_000, 0.42)
    >>> round(float(price.ppf(0.95))), price.describe()
    (39908, 'lognormal, median 20000, sigma 0.42')
    """

    mu: float
    sigma: float
    shift: float = 0.0

    def __post_init__(self) -> None:
        require_finite("lognormal", mu=self.mu, shift=self.shift)
        require_positive("lognormal", sigma=self.sigma)
        require(
            abs(self.mu) + WIDEST_Z * self.sigma <= WIDEST_EXPONENT,
            f"lognormal: mu {self.mu:g} with sigma {self.sigma:g} leaves the range of a double; "
            "both are of ln x, not of x",
        )

    @classmethod
    def from_median(cls, median: float, sigma: float, shift: float = 0.0) -> Lognormal:
        """The lognormal with this median, the shift included; sigma is of ln(x - shift)."""
        require(median > shift, f"lognormal: median must be above {shift:g}; got {median:g}")
        return cls(log(median - shift), sigma, shift)

    @classmethod
    def from_two_percentiles(cls, lower: Percentile, upper: Percentile, shift: float = 0.0) -> Lognormal:
        """The lognormal with these two percentiles, which lie above the shift."""
        require(
            lower.value > shift,
            f"lognormal: {lower.name} must be above {shift:g}; got {lower.value:g}; "
            "write normal, or give three percentiles",
        )
        mu, sigma = line(log(lower.value - shift), log(upper.value - shift), lower, upper)
        return cls(mu, sigma, shift)

    @classmethod
    def from_three_percentiles(cls, lower: Percentile, middle: Percentile, upper: Percentile) -> Lognormal:
        """The shifted lognormal with these three percentiles, which must be skewed to the right."""
        points = (lower, middle, upper)
        low, mid, high = (float(ndtri(point.probability)) for point in points)
        sigma = sigma_from_percentiles((low, mid, high), points)
        above_shift = (upper.value - lower.value) / expm1(sigma * (high - low))
        return cls(log(above_shift) - sigma * low, sigma, lower.value - above_shift)

    def aged(self, years: float, drift: float, volatility: float) -> Lognormal:
        r"""What is believed of a price some years later, its logarithm having walked at random meanwhile.

        .. math:: \mu' = \mu + d t, \quad \sigma'^2 = \sigma^2 + v^2 t

        Drift d and volatility v are per year, of the log price; years t >= 0. Refused: a shift, above which
        alone the price would walk.

        >>> old = Lognormal.from_median(2.0, 0.3)
        >>> old.aged(4.0, -0.1, 0.2).describe()
        'lognormal, median 1.341, sigma 0.5'

        Osborne 1959, doi:10.1287/opre.7.2.145 (prices whose logarithm is a random walk).
        """
        require(self.shift == 0.0, "lognormal: one with a shift cannot age; write it with two percentiles")
        return Lognormal(self.mu + drift * years, hypot(self.sigma, volatility * sqrt(years)))

    @property
    def support(self) -> tuple[float, float]:
        return self.shift, inf

    def ppf(self, u: ArrayLike) -> Array:
        return array(self.shift + np.exp(self.mu + self.sigma * ndtri(u)))

    def isf(self, v: ArrayLike) -> Array:
        return array(self.shift + np.exp(self.mu - self.sigma * ndtri(v)))

    def cdf(self, x: ArrayLike) -> Array:
        return array(ndtr(self._z(x)))

    def sf(self, x: ArrayLike) -> Array:
        return array(ndtr(-self._z(x)))

    def describe(self, factor: float = 1.0) -> str:
        shift = f", shift {brief(factor * self.shift)}" if self.shift else ""
        median = factor * (self.shift + exp(self.mu))
        return f"lognormal, median {brief(median)}, sigma {brief(self.sigma)}{shift}"

    def _z(self, x: ArrayLike) -> Array:
        """The normal quantile at ``x``; -inf at and below the shift."""
        with np.errstate(divide="ignore"):
            return (np.log(np.maximum(array(x) - self.shift, 0.0)) - self.mu) / self.sigma


def line(below: float, above: float, lower: Percentile, upper: Percentile) -> tuple[float, float]:
    """The mean and standard deviation of the normal with these values at the two probabilities.

    >>> mean, sd = line(2.0, 4.0, Percentile("p50", 0.5, 2.0), Percentile("p90", 0.9, 4.0))
    >>> mean, round(sd, 6)
    (2.0, 1.560608)
    """
    z, top = float(ndtri(lower.probability)), float(ndtri(upper.probability))
    sd = (above - below) / (top - z)
    return below - z * sd, sd
