r"""What it is worth to know more before deciding: everything (EVPI), or one input or quantity (EVPPI).

.. math:: \mathrm{EVPI} = \min_d E[C_d] - E[\min_d C_d], \quad
          \mathrm{EVPPI}_j = \min_d E[C_d] - E[\min_d E[C_d | X_j]]

E[C_d | X_j] is had by regression of cost differences on X_j over the one sample (Strong, Oakley & Brennan
2014, doi:10.1177/0272989X13505910), on a natural cubic spline of its normal scores. Draws of like score are
counted in one bin, so that the regression is on bins and not on draws. A minimum taken over the draws that it
was fitted to promises too much. So the rule "which option in which bin" is learnt on 15 parts of the run and
paid for on the 16th, in turn: what it saves there is free of that bias. A rule that is not quite the best
saves less, so the estimate errs low, if anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from simulator.kernel.options import LANES
from simulator.statistics.estimates import Estimate, over_replicates
from simulator.statistics.lanes import mean

Array = np.ndarray[Any, np.dtype[Any]]

KNOTS = np.linspace(-3.0, 3.0, 7)  # choices are often made in a tail, which knots within ±2 do not bend to
EDGES = ndtr(np.linspace(-4.0, 4.0, 1023))  # a choice that changes within a bin costs 1e-5 of what it saves
LOOKED_AT = 1 << 16  # first draws, of which the edges of bins are quantiles
FEW_VALUES = 12  # of a discrete input, each with a mean of its own
NEGLIGIBLE = 1e-9  # of the largest eigenvalue: a direction in which the columns do not vary


@dataclass(frozen=True)
class Binned:
    """The bin of every draw of an input or quantity, and the columns of a regression on bins."""

    bins: Array  # (draw,)
    design: Array  # (bin, column)


def regrets(costs: Array) -> Array:
    """What each option costs above the cheapest, draw by draw: (options, draws).

    >>> regrets(np.array([[3.0, 1.0], [2.0, 4.0]])).tolist()
    [[1.0, 0.0], [0.0, 3.0]]
    """
    return np.asarray(costs - costs.min(axis=0))


def evpi(costs: Array) -> Estimate:
    """The value of perfect information: the mean regret of the option that is cheapest on average.

    >>> round(evpi(np.array([[0.0] * 32, [1.0, -1.0] * 16])).value, 6)
    0.5
    """
    return mean(regrets(costs)[int(costs.mean(axis=1).argmin())])


def binned(draws: Array) -> Binned:
    """Draws as a regression wants them: few values each by itself, many by a spline of their normal scores.

    >>> binned(np.array([3.0, 1.0, 3.0])).bins.tolist()
    [1, 0, 1]
    """
    edges = np.unique(np.quantile(draws[:LOOKED_AT], EDGES, method="inverted_cdf"))[:-1]
    bins = np.searchsorted(edges, draws)
    if len(edges) < FEW_VALUES:
        return Binned(bins, np.eye(len(edges) + 1))
    counts = np.bincount(bins)
    return Binned(bins, spline(ndtri((np.cumsum(counts) - counts / 2.0) / len(draws))).T)


def spline(scores: Array) -> Array:
    """Natural cubic splines through seven knots: straight beyond the outer ones; a column a row.

    >>> spline(np.array([-5.0, -4.0])).tolist()
    [[1.0, 1.0], [-5.0, -4.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    """
    beyond = np.maximum(scores - KNOTS[:, np.newaxis], 0.0)
    cubes = beyond * beyond * beyond
    slopes = (cubes[:-1] - cubes[-1]) / (KNOTS[-1] - KNOTS[:-1])[:, np.newaxis]
    return np.vstack([np.ones(len(scores)), scores, slopes[:-1] - slopes[-1]])


def evppi(costs: Array, known: Binned) -> Estimate:
    """The value of knowing one input or quantity before deciding; its error is over the parts.

    ``costs`` is (options, draws), the draws a multiple of 16.
    """
    counts, sums = _summed(costs, known)
    totals = sums.sum(axis=2)
    first = (totals.sum(axis=0) - totals).argmin(axis=1)  # the option chosen without knowing more
    expected = _elsewhere(known.design, counts, sums)
    paid = np.take_along_axis(sums, expected.argmin(axis=1)[:, np.newaxis], 1).sum(axis=(1, 2))
    saved = (totals[np.arange(LANES), first] - paid) / counts.sum(axis=1)
    return over_replicates(float(saved.mean()), saved)


def _summed(costs: Array, known: Binned) -> tuple[Array, Array]:
    """Draws in each bin, (part, bin), and what options cost above the first there, (part, option, bin)."""
    width = len(known.design)
    cells = known.bins + width * (np.arange(len(known.bins)) % LANES)
    counts, *sums = (
        np.bincount(cells, weights, LANES * width).reshape(LANES, width)
        for weights in (None, *(cost - costs[0] for cost in costs))
    )
    return counts, np.stack(sums, axis=1)


def _elsewhere(design: Array, counts: Array, sums: Array) -> Array:
    """What options are expected to cost in each bin by the regression on all other parts: as the sums are."""
    squares = np.einsum("bk,pb,bl->pkl", design, counts.astype(float), design)
    products = np.einsum("pob,bk->pok", sums, design)
    others = np.linalg.pinv(squares.sum(axis=0) - squares, NEGLIGIBLE, hermitian=True)
    return np.asarray((products.sum(axis=0) - products) @ others @ design.T)
