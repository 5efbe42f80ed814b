"""Statistics of columns of draws, their errors those of 16 parts of the run: draw k is in part k mod 16.

The parts are independent randomisations under Sobol' sampling, disjoint samples otherwise. Whatever is computed
from statistics of the same draws is computed from those of each part, too, which then show its error: so
differences are paired, each draw against itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np

from simulator.kernel.options import LANES
from simulator.statistics.estimates import Estimate, chance_of_replicates, over_replicates, rank

Array = np.ndarray[Any, np.dtype[Any]]

FEWEST_IN_LANE, FEWEST_BEYOND = 8, 2  # draws of a part, and those of it beyond a percentile


def statistics(column: Array, levels: Sequence[float | None]) -> Array:
    """Percentiles, or the mean where there is no level, of all draws and of each part: (level, 1 + LANES).

    >>> statistics(np.arange(1.0, 1601.0), (50.0, None))[:, 0].tolist()
    [800.0, 800.5]
    """
    ordered = [np.sort(column), *(np.sort(column[lane::LANES]) for lane in range(LANES))]
    return np.array([[_statistic(part, level) for part in ordered] for level in levels])


def _statistic(ordered: Array, level: float | None) -> float:
    return float(ordered.mean() if level is None else ordered[max(rank(len(ordered), level), 0)])


def estimated(found: Array) -> Estimate:
    """What was computed from all draws, first, with the error that the parts after it show.

    The error is nan where it is not finite in every part.
    """
    if not np.isfinite(found[1:]).all():
        return Estimate(float(found[0]), *[float("nan")] * 3)
    return over_replicates(float(found[0]), found[1:])


def fewest_draws(level: float | None) -> int:
    """The fewest draws whose parts tell a statistic's error.

    >>> fewest_draws(None), fewest_draws(90.0), fewest_draws(99.5)
    (128, 320, 6400)
    """
    beyond = FEWEST_IN_LANE if level is None else ceil(100.0 * FEWEST_BEYOND / min(level, 100.0 - level))
    return LANES * max(FEWEST_IN_LANE, beyond)


def mean(column: Array) -> Estimate:
    """The mean of draws.

    >>> round(mean(np.arange(32.0)).value, 6)
    15.5
    """
    return estimated(statistics(column, (None,))[0])


def percentile(column: Array, level: float) -> Estimate:
    """The order statistic ⌈np⌉ of draws.

    >>> percentile(np.arange(1.0, 1601.0), 50).value
    800.0
    """
    return estimated(statistics(column, (level,))[0])


def difference(column: Array, other: Array, level: float | None) -> Estimate:
    """How much a statistic differs between two quantities of the same draws.

    >>> x = np.arange(1600.0)
    >>> difference(x + 2.0, x, 50)
    Estimate(value=2.0, se=0.0, low=2.0, high=2.0)
    """
    return estimated((statistics(column, (level,)) - statistics(other, (level,)))[0])


def parts(values: Array) -> Array:
    """Draws along the last axis, a part a row: (…, n) to (…, 16, n / 16)."""
    return np.moveaxis(values.reshape(*values.shape[:-1], -1, LANES), -1, -2)


def chance(happens: Array) -> Estimate:
    """The chance of what happens in some draws.

    >>> chance(np.arange(1600) % 32 < 16).value
    0.5
    """
    lanes = parts(happens)
    return chance_of_replicates(lanes.sum(axis=-1).astype(float), lanes.shape[-1])
