"""Statistics of columns of draws, their errors those of 16 parts of the run: draw k is in part k mod 16.

The parts are independent randomisations under Sobol' sampling, disjoint samples otherwise. Whatever is
computed from statistics of the same draws is computed from those of each part, too, which then show its
error: so differences are paired, each draw against itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, exp, hypot, pi, sqrt
from typing import Any

import numpy as np
from scipy.special import ndtri

from simulator.kernel.options import LANES
from simulator.statistics.estimates import T95, Z95, Estimate, chance_of_replicates, over_replicates, rank

Array = np.ndarray[Any, np.dtype[Any]]

FEWEST_IN_LANE, FEWEST_BEYOND = 8, 2  # draws of a part, and those of it beyond a percentile


def statistics(column: Array, levels: Sequence[float | None]) -> Array:
    r"""Percentiles, or the mean where there is no level, of all draws and of each part: (level, 1 + LANES).

    A part's percentile is linear in its draws, :math:`q + (p - F_l(q)) / f(q)`, with the density f of all
    draws: a part's own order statistic would not see the few draws that change sides where a small change
    moves a percentile (Bahadur 1966, doi:10.1214/aoms/1177699450).

    >>> statistics(np.arange(1.0, 1601.0), (50.0, None))[:, 0].tolist()
    [800.0, 800.5]
    """
    ordered = np.sort(column)
    return np.array([_mean(column) if p is None else _percentile(column, ordered, p) for p in levels])


def _mean(column: Array) -> Array:
    return np.array([column.mean(), *(column[lane::LANES].mean() for lane in range(LANES))])


def _percentile(column: Array, ordered: Array, level: float) -> Array:
    value = float(ordered[max(rank(len(ordered), level), 0)])
    below = np.array([np.mean(column[lane::LANES] <= value) for lane in range(LANES)])
    with np.errstate(invalid="ignore"):
        return np.array([value, *(value + (below.mean() - below) * sparsity(ordered, level / 100.0))])


def sparsity(ordered: Array, p: float) -> float:
    r"""How fast a percentile rises with its level, 1 / f(q): a quotient over Hall and Sheather's width.

    .. math:: h = n^{-1/3} z_{0.975}^{2/3} \left( \frac{1.5 \varphi(z_p)^2}{2 z_p^2 + 1} \right)^{1/3}

    >>> round(sparsity(np.arange(10_000.0), 0.9))
    10000

    P. Hall and S. Sheather 1988, doi:10.1111/j.2517-6161.1988.tb01735.x.
    """
    count, z = len(ordered), float(ndtri(p))
    density = exp(-z * z) / (2.0 * pi)
    width = count ** (-1 / 3) * Z95 ** (2 / 3) * (1.5 * density / (2.0 * z * z + 1.0)) ** (1 / 3)
    low, high = (min(max(round(count * (p + side * width)), 1), count) - 1 for side in (-1.0, 1.0))
    with np.errstate(invalid="ignore"):  # of infinite draws nothing is told
        return float((ordered[high] - ordered[low]) * count / max(high - low, 1))


def estimated(found: Array) -> Estimate:
    """What was computed from all draws, first, with the error that the parts after it show.

    The error is nan where it is not finite in every part.
    """
    if not np.isfinite(found[1:]).all():
        return Estimate(float(found[0]), *[float("nan")] * 3)
    return over_replicates(float(found[0]), found[1:])


def paired(found: Array, step: float) -> Estimate:
    """What was computed from statistics of the same draws, in which a few draws may change sides unseen.

    ``step`` is the distance of neighbouring draws there (:func:`step_of`); two of them are in the error, but
    where nothing moved at all.
    """
    told = estimated(found)
    return widened(told, sqrt(2.0) * step) if found.any() else told


def widened(found: Estimate, error: float) -> Estimate:
    """An estimate with another, independent error.

    >>> widened(Estimate(1.0, 3.0, 0.0, 0.0), 4.0).se
    5.0
    """
    if error == 0.0:
        return found
    se = hypot(found.se, error)
    return Estimate(found.value, se, found.value - T95 * se, found.value + T95 * se)


def step_of(column: Array, level: float | None) -> float:
    """How far apart neighbouring draws are at a percentile; 0 for a mean, which every draw moves.

    >>> step_of(np.arange(10_000.0), 90.0), step_of(np.arange(10.0), None)
    (1.0, 0.0)
    """
    return 0.0 if level is None else sparsity(np.sort(column), level / 100.0) / len(column)


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
    >>> found = difference(x + 2.0, x, 50)
    >>> found.value, round(found.se, 3)
    (2.0, 1.414)
    """
    found = statistics(column, (level,)) - statistics(other, (level,))
    return paired(found[0], step_of(column, level))


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
