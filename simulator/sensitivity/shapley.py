r"""Shapley effects: shares of a quantity's variance that add up to 1 though inputs are correlated.

.. math:: \phi_i = \frac{1}{d!} \sum_\pi \left( v(\pi_{<i} \cup i) - v(\pi_{<i}) \right), \quad
          v(u) = \mathrm{Var}(E[Y | X_u]) / \mathrm{Var}(Y)

Owen & Prieur 2017, doi:10.1137/16M1097717; by random orders as Song, Nelson & Staum 2016,
doi:10.1137/15M1048070. In an order the inputs of one sample are exchanged for those of another from the last
on, the correlated ones drawn anew given those before them, which a Gaussian copula allows exactly.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from simulator.kernel.philox import random_order
from simulator.kernel.twins import Twins
from simulator.statistics.estimates import T95, Estimate, replicate_error
from simulator.threads import in_threads
from simulator.watch import UNWATCHED, Watch

Array = np.ndarray[Any, np.dtype[Any]]

POINTS_AN_ORDER = 2048
FEWEST_ORDERS = 16


def shapley_effects(
    twins: Twins,
    quantity: str,
    groups: Mapping[str, Collection[str]],
    points: int,
    *,
    threads: int | None = None,
    watch: Watch = UNWATCHED,
) -> dict[str, Estimate]:
    """The Shapley effects of groups of inputs, by the groups' names, with their errors over random orders.

    A group's effect is the sum of its inputs'. Every 2048 points have a random order of their own, taken
    forwards and backwards.
    """
    count = max(FEWEST_ORDERS, points // POINTS_AN_ORDER)
    watch.expect(2 * count * POINTS_AN_ORDER * (len(twins.names) + 1))
    found = np.array(in_threads(partial(_both_ways, twins, quantity, watch), range(count), threads))
    parts = found / found.sum(axis=1).mean()
    place = {name: number for number, name in enumerate(twins.names)}
    return {
        name: _effect(parts[:, [place[member] for member in group]].sum(axis=1), parts.sum(axis=1))
        for name, group in groups.items()
    }


def _effect(part: Array, whole: Array) -> Estimate:
    """A share with its error over orders; its interval is by Student's t of as few as there may be."""
    share = float(part.mean())
    error = replicate_error(part - share * whole)
    return Estimate(share, error, share - T95 * error, share + T95 * error)


def _both_ways(twins: Twins, quantity: str, watch: Watch, number: int) -> Array:
    """What each input adds to the variance explained, over one order and its reverse."""
    order = random_order(twins.engine.seed, number, len(twins.names))
    first = number * POINTS_AN_ORDER
    forwards = _added(twins, quantity, order, first)
    backwards = _added(twins, quantity, order[::-1], first)
    watch.done(2 * POINTS_AN_ORDER * (len(order) + 1))
    return (forwards + backwards) / 2.0


def _added(twins: Twins, quantity: str, order: Sequence[int], first: int) -> Array:
    """E[Var(Y | those before)] less E[Var(Y | it too)], for every input, in the order of the engine."""
    names = [twins.names[place] for place in order]
    follow = tuple(name for name in names if name in twins.engine.copula.names)
    kept = twins.draws(twins.mixture((), follow), quantity, first, POINTS_AN_ORDER)
    left = np.array(
        [
            np.mean(
                (kept - twins.draws(twins.mixture(names[k:], follow), quantity, first, POINTS_AN_ORDER)) ** 2
            )
            for k in range(len(names))
        ]
        + [0.0]
    )
    added = np.empty(len(names))
    added[order] = (left[:-1] - left[1:]) / 2.0
    return added
