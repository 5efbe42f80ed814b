r"""What it is worth to know more before deciding: everything (EVPI), or one input or quantity (EVPPI).

.. math:: \mathrm{EVPI} = \min_d E[C_d] - E[\min_d C_d], \quad
          \mathrm{EVPPI}_j = \min_d E[C_d] - E[\min_d E[C_d | X_j]]

E[C_d | X_j] is had by regression of cost differences on X_j over the one sample (Strong, Oakley & Brennan
2014, doi:10.1177/0272989X13505910), on a natural cubic spline of its normal scores. A minimum taken over
the draws that it was fitted to promises too much. So the rule "which option at which value" is learnt on 15
parts of the run and paid for on the 16th, in turn: what it saves there is free of that bias. A rule that is
not quite the best saves less, so the estimate errs low, if anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from simulator.statistics.estimates import Estimate, over_replicates
from simulator.statistics.lanes import mean, parts

Array = np.ndarray[Any, np.dtype[Any]]

KNOTS = ndtri(np.array([0.025, 0.1833, 0.3417, 0.5, 0.6583, 0.8167, 0.975]))  # Harrell 2015, table 2.3
FEW_VALUES = 12  # of a discrete input, each with a mean of its own
NEGLIGIBLE = 1e-9  # of the largest eigenvalue: a direction in which the columns do not vary


@dataclass(frozen=True)
class Coded:
    """An input's draws as normal scores, or as the numbers of its values where these are few."""

    scores: Array
    values: int  # how many, where they are few; 0 otherwise

    def columns(self, chosen: Array) -> Array:
        """What a cost difference is regressed on, a column a row."""
        if self.values:
            return np.asarray(np.arange(float(self.values))[:, np.newaxis] == chosen, dtype=float)
        return spline(chosen)


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


def coded(draws: Array) -> Coded:
    """An input's draws as a regression wants them; ties share a score."""
    values, places, counts = np.unique(draws, return_inverse=True, return_counts=True)
    if len(values) <= FEW_VALUES:
        return Coded(places.astype(float), len(values))
    return Coded(ndtri((np.cumsum(counts) - counts / 2.0) / len(draws))[places], 0)


def spline(scores: Array) -> Array:
    """Natural cubic splines through seven knots: straight beyond the outer ones; a column a row.

    >>> spline(np.array([-5.0, -4.0])).tolist()
    [[1.0, 1.0], [-5.0, -4.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    """
    beyond = np.maximum(scores - KNOTS[:, np.newaxis], 0.0)
    cubes = beyond * beyond * beyond
    slopes = (cubes[:-1] - cubes[-1]) / (KNOTS[-1] - KNOTS[:-1])[:, np.newaxis]
    return np.vstack([np.ones(len(scores)), scores, slopes[:-1] - slopes[-1]])


def evppi(costs: Array, known: Coded) -> Estimate:
    """The value of knowing one input or quantity before deciding; its error is over the parts.

    ``costs`` is (options, draws), the draws a multiple of 16.
    """
    lanes = np.moveaxis(parts(costs), 1, 0)  # (part, option, draw)
    designs = np.array([known.columns(scores) for scores in parts(known.scores)])
    fits = _leaving_out(designs, lanes[:, 1:] - lanes[:, :1])
    totals = lanes.mean(axis=2)
    first = (totals.sum(axis=0) - totals).argmin(axis=1)  # the option chosen without knowing more
    saved = np.empty(len(lanes))
    for number, (cost, design, fit) in enumerate(zip(lanes, designs, fits, strict=True)):
        expected = np.einsum("dk,kn->dn", fit, design)  # of every option above the first
        chosen = np.vstack([np.zeros((1, expected.shape[1])), expected]).argmin(axis=0)
        saved[number] = (cost[first[number]] - np.take_along_axis(cost, chosen[np.newaxis], 0)[0]).mean()
    return over_replicates(float(saved.mean()), saved)


def _leaving_out(designs: Array, differences: Array) -> Iterator[Array]:
    """For each part the coefficients (difference, column) that all other parts give.

    Not by matrix products of BLAS, whose threads wait for each other where they are more than processors.
    """
    squares = np.einsum("pkn,pln->pkl", designs, designs)
    products = np.einsum("pkn,pdn->pkd", designs, differences)
    for own_squares, own_products in zip(squares, products, strict=True):
        inverse = np.linalg.pinv(squares.sum(axis=0) - own_squares, NEGLIGIBLE, hermitian=True)
        yield (inverse @ (products.sum(axis=0) - own_products)).T
