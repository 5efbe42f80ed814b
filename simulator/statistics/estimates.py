"""What a column of draws says: percentiles, mean, spread, chances, each with its Monte Carlo error.

A percentile is the order statistic ⌈np⌉; under plain sampling its interval is read off the ranks that a
binomial count of draws below it takes with 95% probability, and is free of assumptions about the
distribution. Under Sobol' sampling every error is that of 16 independent randomisations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, hypot, isfinite, sqrt
from typing import Any, Protocol

import numpy as np
from scipy.special import betaincinv

Array = np.ndarray[Any, np.dtype[np.float64]]

Z95 = 1.959963984540054  # standard normal quantile of 0.975
T95 = 2.131449545559323  # Student's t quantile of 0.975 with 15 degrees of freedom
FEWEST_MET = 4  # events a randomisation, of which an error can be told from their differences


@dataclass(frozen=True)
class Estimate:
    """A number with its Monte Carlo standard error and 95% interval."""

    value: float
    se: float
    low: float
    high: float


@dataclass(frozen=True)
class Summary:
    """What is kept of one name's draws."""

    mean: Estimate
    sd: float
    largest_share: float  # of the variance that the draw farthest from the mean carries
    low: float
    high: float
    percentiles: Mapping[float, Estimate]
    resolution: float  # width of the widest bin that a percentile was read off; 0 where they are exact
    edges: Array
    counts: np.ndarray[Any, np.dtype[np.int64]]
    replicates: Mapping[
        float, Array
    ]  # percentiles of each randomisation, where it has draws enough to tell them

    def estimate(self, level: float | None) -> Estimate:
        """A percentile, or the mean where there is no level."""
        return self.mean if level is None else self.percentiles[level]

    def difference(self, upper: float, lower: float) -> tuple[float, float] | None:
        r"""One percentile less another, with its standard error; None where one was not asked for.

        Under plain sampling their correlation is :math:`\sqrt{p (1 - q) / (q (1 - p))}`.
        """
        if not {upper, lower} <= set(self.percentiles):
            return None
        high, low = self.percentiles[upper], self.percentiles[lower]
        if {upper, lower} <= set(self.replicates):
            error = replicate_error(self.replicates[upper] - self.replicates[lower])
        else:
            p, q = lower / 100.0, upper / 100.0
            error = spread_of_difference(low.se, high.se, sqrt(p * (1.0 - q) / (q * (1.0 - p))))
        return high.value - low.value, error


class Ordered(Protocol):
    """Draws in rising order, of which some may be looked up."""

    def __len__(self) -> int: ...

    def __getitem__(self, rank: int, /) -> float: ...


def read_off_bins(found: Estimate, width: float) -> Estimate:
    """An estimate whose value may lie anywhere in a bin: its error and interval are as much wider."""
    return Estimate(found.value, hypot(found.se, width), found.low - width, found.high + width)


def percentile(ordered: Ordered, level: float) -> Estimate:
    r"""The percentile of draws in rising order, with its error.

    The interval runs between the ranks :math:`np \mp 1.96 \sqrt{np(1-p)}`, the standard error is half
    the distance between the ranks one standard deviation away. nan where the ranks fall outside.

    >>> percentile(np.arange(1.0, 1001.0), 50)
    Estimate(value=500.0, se=16.5, low=469.0, high=532.0)
    """
    value, low, high, below, above = (
        float("nan") if rank is None else float(ordered[rank]) for rank in ranks(len(ordered), level)
    )
    return Estimate(value, (above - below) / 2.0, low, high)


def ranks(n: int, level: float) -> tuple[int | None, ...]:
    """Ranks, from 0, of a percentile, its interval's ends, and one standard deviation below and above.

    >>> ranks(1000, 50)
    (499, 468, 531, 483, 516)
    """
    p = level / 100.0
    spread = sqrt(n * p * (1.0 - p))
    value = min(max(rank(n, level), 0), n - 1)
    return (value, *_around(n, n * p, Z95 * spread), *_around(n, n * p, spread))


def rank(n: int, level: float) -> int:
    """Rank, from 0, of the order statistic ⌈np⌉, free of the rounding of n p.

    >>> rank(20_000, 7), rank(10, 25)
    (1399, 2)
    """
    return ceil(n * Fraction(repr(float(level))) / 100) - 1


def fewest_for_interval(level: float) -> int:
    """The fewest independent draws that tell a percentile's interval.

    >>> fewest_for_interval(50.0), fewest_for_interval(99.9)
    (8, 5662)
    """
    count = 2
    while None in ranks(count, level):
        count += max(1, count // 1000)
    return count


def _around(n: int, centre: float, distance: float) -> tuple[int | None, int | None]:
    """Ranks this far below and above a centre; None where there is none."""
    low, high = floor(centre - distance) - 1, ceil(centre + distance)
    return (low if low >= 0 else None), (high if high < n else None)


def over_replicates(value: float, replicates: Array, within: float = 0.0) -> Estimate:
    """An estimate with the error that independent randomisations show, by Student's t.

    ``within`` is an error that they share and so do not show.
    """
    error = hypot(replicate_error(replicates), within)
    return Estimate(value, error, value - T95 * error, value + T95 * error)


def replicate_error(replicates: Array) -> float:
    """The standard error of the mean of independent values, without overflow.

    >>> replicate_error(np.array([1e300, 3e300]))
    1e+300
    """
    scale = float(np.abs(replicates).max())
    if scale == 0.0 or not isfinite(scale):
        return 0.0 * scale
    return scale * float(np.std(replicates / scale, ddof=1)) / sqrt(len(replicates))


def spread_of_difference(a: float, b: float, correlation: float) -> float:
    """The standard error of a difference, without overflow.

    >>> spread_of_difference(3.0, 4.0, 0.0), spread_of_difference(1e300, 1e300, 0.5)
    (5.0, 1e+300)
    >>> spread_of_difference(1.0, float("nan"), 0.5)
    nan
    """
    if not (isfinite(a) and isfinite(b)):
        return float("nan")
    scale = max(a, b)
    if scale == 0.0:
        return 0.0
    x, y = a / scale, b / scale
    return scale * sqrt(max(0.0, x * x + y * y - 2.0 * correlation * x * y))


def exactly(certain: bool) -> Estimate:
    """The chance of what holds in every draw, or in none."""
    chance = float(certain)
    return Estimate(chance, 0.0, chance, chance)


def chance(within: int, draws: int) -> Estimate:
    r"""The chance of an event met in some of the draws, with Wilson's interval.

    .. math:: \hat p \pm \sqrt{\hat p (1 - \hat p) / n}

    >>> chance(80, 100).value
    0.8

    Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    p, z = within / draws, Z95**2 / draws
    centre, half = p + z / 2.0, Z95 * sqrt(p * (1.0 - p) / draws + z / (4.0 * draws))
    low = 0.0 if within == 0 else (centre - half) / (1.0 + z)
    high = 1.0 if within == draws else (centre + half) / (1.0 + z)
    return Estimate(p, sqrt(p * (1.0 - p) / draws), low, high)


def chance_of_replicates(within: Array, draws: int) -> Estimate:
    """The chance of an event met so often in each of some randomisations of so many draws.

    Where it was met, or missed, too seldom for them to show their error, that of as many independent draws.
    """
    met, whole = int(within.sum()), draws * len(within)
    if min(met, whole - met) < FEWEST_MET * len(within):
        return chance(met, whole)
    found = over_replicates(met / whole, within / draws)
    return Estimate(found.value, found.se, max(found.low, 0.0), min(found.high, 1.0))


def clopper_pearson(inside: int, count: int) -> tuple[float, float]:
    """The exact 95% interval of a share.

    >>> [round(end, 4) for end in clopper_pearson(8, 10)]
    [0.4439, 0.9748]

    C. Clopper and E. Pearson 1934, doi:10.1093/biomet/26.4.404.
    """
    low = float(betaincinv(inside, count - inside + 1, 0.025)) if inside else 0.0
    high = float(betaincinv(inside + 1, count - inside, 0.975)) if inside < count else 1.0
    return low, high
