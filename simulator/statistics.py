"""What a column of draws says: percentiles, mean, spread, chances, each with its Monte Carlo error.

A percentile is the order statistic ⌈np⌉; its interval is read off the ranks that a binomial count of
draws below it takes with 95% probability, and is free of assumptions about the distribution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]

Z95 = 1.959963984540054  # standard normal quantile of 0.975
HISTOGRAM_BINS = 200
HISTOGRAM_TOP = 0.995  # the last bin runs from here to the largest draw


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

    mean: float
    mean_se: float
    sd: float
    largest_share: float  # of the variance that the draw farthest from the mean carries
    low: float
    high: float
    percentiles: Mapping[float, Estimate]
    edges: Array
    counts: np.ndarray[Any, np.dtype[np.int64]]


def summarise(draws: Array, levels: Sequence[float]) -> Summary:
    """The summary of a column of draws, which it sorts, at percentile levels between 0 and 100.

    >>> summary = summarise(np.arange(1.0, 101.0), [50, 90])
    >>> summary.mean, summary.percentiles[90].value
    (50.5, 90.0)
    """
    draws.sort()
    ordered = draws
    mean = float(np.mean(draws))
    farthest = max(mean - float(ordered[0]), float(ordered[-1]) - mean)
    sd = float(np.std(draws, ddof=1)) if len(draws) > 1 else float("nan")
    edges = histogram_edges(ordered)
    return Summary(
        mean=mean,
        mean_se=sd / sqrt(len(draws)),
        sd=sd,
        largest_share=farthest**2 / (sd**2 * (len(draws) - 1)) if sd > 0.0 else 0.0,
        low=float(ordered[0]),
        high=float(ordered[-1]),
        percentiles={level: percentile(ordered, level) for level in levels},
        edges=edges,
        counts=np.diff(np.searchsorted(ordered, edges[1:-1], side="right"), prepend=0, append=len(ordered)),
    )


def percentile(ordered: Array, level: float) -> Estimate:
    r"""The percentile of draws in rising order, with its error.

    The interval runs between the ranks :math:`np \mp 1.96 \sqrt{np(1-p)}`, the standard error is half
    the distance between the ranks one standard deviation away. nan where the ranks fall outside.

    >>> percentile(np.arange(1.0, 1001.0), 50)
    Estimate(value=500.0, se=16.5, low=469.0, high=532.0)
    """
    n, p = len(ordered), level / 100.0
    spread = sqrt(n * p * (1.0 - p))
    value = float(ordered[min(max(ceil(n * p) - 1, 0), n - 1)])
    low, high = _ranks(ordered, n * p, Z95 * spread)
    below, above = _ranks(ordered, n * p, spread)
    return Estimate(value, (above - below) / 2.0, low, high)


def _ranks(ordered: Array, centre: float, distance: float) -> tuple[float, float]:
    """The order statistics this far below and above a rank; nan where there is none."""
    low, high = floor(centre - distance), ceil(centre + distance) + 1
    below = float(ordered[low - 1]) if low >= 1 else float("nan")
    above = float(ordered[high - 1]) if high <= len(ordered) else float("nan")
    return below, above


def constant(value: float, levels: Sequence[float], draws: int) -> Summary:
    """The summary of a name that has one value in every draw."""
    exact = Estimate(value, 0.0, value, value)
    edges, counts = np.full(HISTOGRAM_BINS + 1, value), np.zeros(HISTOGRAM_BINS, dtype=np.int64)
    counts[-1] = draws
    return Summary(value, 0.0, 0.0, 0.0, value, value, dict.fromkeys(levels, exact), edges, counts)


def exactly(certain: bool) -> Estimate:
    """The chance of what holds in every draw, or in none."""
    chance = float(certain)
    return Estimate(chance, 0.0, chance, chance)


def histogram_edges(ordered: Array) -> Array:
    """Edges of a histogram: equal bins up to the 99.5th percentile, one more to the largest draw."""
    top = ordered[ceil(HISTOGRAM_TOP * len(ordered)) - 1]
    return np.append(np.linspace(ordered[0], top, HISTOGRAM_BINS), ordered[-1])


def chance_at_most(draws: Array, limit: float) -> Estimate:
    r"""The chance of a draw at or below a limit, with Wilson's interval.

    .. math:: \hat p \pm \sqrt{\hat p (1 - \hat p) / n}

    >>> chance_at_most(np.arange(1.0, 101.0), 80.0).value
    0.8

    Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    n = len(draws)
    p = float(np.count_nonzero(draws <= limit)) / n
    z = Z95**2 / n
    centre, half = p + z / 2.0, Z95 * sqrt(p * (1.0 - p) / n + z / (4.0 * n))
    low = 0.0 if p == 0.0 else (centre - half) / (1.0 + z)
    high = 1.0 if p == 1.0 else (centre + half) / (1.0 + z)
    return Estimate(p, sqrt(p * (1.0 - p) / n), low, high)
