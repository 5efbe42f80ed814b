r"""Sobol' indices: the share of a quantity's variance that an input, or a group of inputs, accounts for.

.. math:: S_u = \frac{\mathrm{Var}(E[Y | X_u])}{\mathrm{Var}(Y)}, \quad
          T_u = \frac{E[\mathrm{Var}(Y | X_{-u})]}{\mathrm{Var}(Y)}

Of two independent samples a and b, z is a with u exchanged and w is b with u exchanged. The mean of
(a - z)(w - b) / 2 is Var(E[Y | X_u]), with an error that vanishes with the effect itself (Owen 2013,
doi:10.1145/2457459.2457460); that of (a - z)² / 2 is E[Var(Y | X_-u)] (Jansen 1999,
doi:10.1016/S0010-4655(98)00154-4). Of a group they are the closed indices.

Where inputs are correlated, u comes first in the order in which they follow each other for the first-order
index, which then holds what moves with u, and last for the total index, which then does not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from simulator.kernel.options import LANES
from simulator.kernel.twins import Twins
from simulator.statistics.estimates import Estimate, over_replicates
from simulator.threads import in_threads
from simulator.watch import UNWATCHED, Watch

Array = np.ndarray[Any, np.dtype[np.float64]]

TASK = 4096  # base points that one thread takes at a time
TASKS_A_ROUND = 64  # whose sums are added up, in order, before the next are begun


@dataclass(frozen=True)
class Exchange:
    """What is exchanged between two samples, and the order in which correlated inputs follow each other."""

    names: frozenset[str]
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class Indices:
    """The first-order and the total index of an input or a group, each with its error."""

    first: Estimate
    total: Estimate


@dataclass(frozen=True)
class Moments:
    """Sums over base points, a lane a column."""

    products: Array  # (exchange, 2, LANES): (a - z)(w - b) / 2 and ((a - z)² + (b - w)²) / 4
    values: Array  # (2, LANES): of all evaluations, less a centre, and of their squares

    def __add__(self, other: Moments) -> Moments:
        return Moments(self.products + other.products, self.values + other.values)


def exchanges(names: Collection[str], correlated: Sequence[str]) -> tuple[Exchange, Exchange]:
    """What is exchanged for the first-order and for the total index of some inputs: mostly the same.

    >>> first, total = exchanges({"a"}, ["a", "b"])
    >>> first.order, total.order
    (('a', 'b'), ('b', 'a'))
    """
    own = [name for name in correlated if name in names]
    others = [name for name in correlated if name not in names]
    if not own or not others:
        return (Exchange(frozenset(names)),) * 2
    return Exchange(frozenset(names), (*own, *others)), Exchange(frozenset(names), (*others, *own))


def sobol_indices(
    twins: Twins,
    quantity: str,
    groups: Mapping[str, Collection[str]],
    points: int,
    *,
    threads: int | None = None,
    watch: Watch = UNWATCHED,
) -> dict[str, Indices]:
    """The indices of groups of inputs, by the groups' names; an input alone is a group of one.

    ``points`` is a multiple of 16. All indices are nan where the quantity does not vary.
    """
    pairs = {name: exchanges(group, twins.engine.copula.names) for name, group in groups.items()}
    wanted = list(dict.fromkeys(exchange for pair in pairs.values() for exchange in pair))
    moments = _moments(twins, quantity, wanted, points, threads, watch)
    place = {exchange: number for number, exchange in enumerate(wanted)}
    evaluations = points * _evaluations(wanted)
    return {
        name: Indices(
            _share(moments, place[first], 0, points, evaluations),
            _share(moments, place[total], 1, points, evaluations),
        )
        for name, (first, total) in pairs.items()
    }


def _evaluations(wanted: Sequence[Exchange]) -> int:
    """How often the model is evaluated at each base point."""
    return 2 * len(wanted) + 2 * len({exchange.order for exchange in wanted})


def _share(moments: Moments, place: int, which: int, points: int, evaluations: int) -> Estimate:
    """An index: a mean product over the variance, its error that of 16 parts, within [0, 1]."""
    product, values = moments.products[place, which], moments.values / (evaluations / LANES)
    mean = float(values[0].mean())
    variances: Array = values[1] - 2.0 * mean * values[0] + mean * mean
    variance = float(variances.mean())
    if not variance > 0.0:
        return Estimate(*[float("nan")] * 4)
    share = float(product.sum()) / points / variance
    residuals = (product / (points / LANES) - share * variances) / variance
    found = over_replicates(share, share + residuals)
    return Estimate(*np.clip([found.value, found.se, found.low, found.high], 0.0, 1.0).tolist())


def _moments(
    twins: Twins,
    quantity: str,
    wanted: Sequence[Exchange],
    points: int,
    threads: int | None,
    watch: Watch,
) -> Moments:
    centre = float(twins.draws(twins.mixture(()), quantity, 0, min(TASK, points)).mean())
    task = partial(_task, twins, quantity, _mixtures(twins, wanted), centre, points, watch)
    watch.expect(points * _evaluations(wanted))
    found = Moments(np.zeros((len(wanted), 2, LANES)), np.zeros((2, LANES)))
    for start in range(0, points, TASK * TASKS_A_ROUND):
        round_ = range(start, min(points, start + TASK * TASKS_A_ROUND), TASK)
        found = sum(in_threads(task, round_, threads), found)
    return (
        found if np.isfinite(found.values).all() else Moments(found.products * np.nan, found.values * np.nan)
    )


def _mixtures(twins: Twins, wanted: Sequence[Exchange]) -> dict[tuple[str, ...], list[Any]]:
    """By order: the streams of a and b, then the number and the streams z and w of every exchange."""
    everything = frozenset(twins.names)
    found: dict[tuple[str, ...], list[Any]] = {}
    for number, exchange in enumerate(wanted):
        order = exchange.order
        own = found.setdefault(order, [(twins.mixture((), order), twins.mixture(everything, order))])
        mixed = (twins.mixture(names, order) for names in (exchange.names, everything - exchange.names))
        own.append((number, *mixed))
    return found


def _task(
    twins: Twins,
    quantity: str,
    mixtures: Mapping[tuple[str, ...], list[Any]],
    centre: float,
    points: int,
    watch: Watch,
    start: int,
) -> Moments:
    """The sums over the base points from a first one on."""
    count = min(TASK, points - start)
    products = {}
    values = np.zeros((2, LANES))

    @np.errstate(all="ignore")  # of infinite draws nothing is told
    def evaluated(streams: Any) -> Array:
        draws = twins.draws(streams, quantity, start, count).reshape(-1, LANES) - centre
        values[0] += draws.sum(axis=0)
        values[1] += (draws * draws).sum(axis=0)
        return draws

    for (first, second), *exchanged in mixtures.values():
        a, b = evaluated(first), evaluated(second)
        for number, one, other in exchanged:
            z, w = evaluated(one), evaluated(other)
            mixed = ((a - z) * (w - b)).sum(axis=0) / 2.0
            products[number] = (mixed, ((a - z) ** 2 + (b - w) ** 2).sum(axis=0) / 4.0)
        watch.done(count * (2 + 2 * len(exchanged)))
    return Moments(np.array([products[number] for number in sorted(products)]), values)
