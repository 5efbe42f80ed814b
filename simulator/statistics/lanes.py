"""Statistics of columns of draws, their errors those of 16 parts of the run: draw k is in part k mod 16.

The parts are independent randomisations under Sobol' sampling, disjoint samples otherwise.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator.kernel.options import LANES
from simulator.statistics.estimates import Estimate, chance_of_replicates, over_replicates, rank

Array = np.ndarray[Any, np.dtype[Any]]


def parts(values: Array) -> Array:
    """Draws along the last axis, a part a row: (…, n) to (…, 16, n / 16)."""
    return np.moveaxis(values.reshape(*values.shape[:-1], -1, LANES), -1, -2)


def mean(values: Array) -> Estimate:
    """The mean of draws.

    >>> round(mean(np.arange(32.0)).value, 6)
    15.5
    """
    return over_replicates(float(values.mean()), parts(values).mean(axis=-1))


def percentile(values: Array, level: float) -> Estimate:
    """The order statistic ⌈np⌉ of draws; its error is nan where it is not finite in every part.

    >>> percentile(np.arange(1.0, 1601.0), 50).value
    800.0
    """
    place = rank(len(values), level)
    value, replicates = float(np.partition(values, place)[place]), _of_parts(values, level)
    if not np.isfinite(replicates).all():
        return Estimate(value, *[float("nan")] * 3)
    return over_replicates(value, replicates)


def _of_parts(values: Array, level: float) -> Array:
    lanes = parts(values)
    place = max(rank(lanes.shape[-1], level), 0)
    return np.asarray(np.partition(lanes, place, axis=-1)[:, place])


def chance(happens: Array) -> Estimate:
    """The chance of what happens in some draws.

    >>> chance(np.arange(1600) % 32 < 16).value
    0.5
    """
    lanes = parts(happens)
    return chance_of_replicates(lanes.sum(axis=-1).astype(float), lanes.shape[-1])


def difference(values: Array, others: Array, level: float) -> Estimate:
    """How much a percentile differs between two quantities of the same draws.

    >>> x = np.arange(1600.0)
    >>> difference(x + 2.0, x, 50)
    Estimate(value=2.0, se=0.0, low=2.0, high=2.0)
    """
    apart = percentile(values, level).value - percentile(others, level).value
    return over_replicates(apart, _of_parts(values, level) - _of_parts(others, level))
