r"""What makes up a percentile: the total's value there shared out among its components, adding up.

.. math:: c_i(p) = E[C_i | T = Q_p], \quad \sum_i c_i(p) = Q_p

Estimated by a straight line through the draws near the percentile (local linear regression, Fan 1992,
doi:10.1080/01621459.1992.10476255): every component has the same weights, which give the total itself
exactly Q_p. The line is as long on either side of the percentile, so that it does not reach over a gap, and
shorter where the draws thin out. A component that falls where the total is high may have less than its mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from typing import Any

import numpy as np
from scipy.linalg import hadamard

from simulator.errors import Complaint, InputError
from simulator.kernel.options import LANES
from simulator.statistics.estimates import T95, Estimate, rank

Array = np.ndarray[Any, np.dtype[Any]]

BASE = 50.0  # the percentile that contingency is counted from
WINDOW, MOST_OF_TAIL = 0.4, 0.3  # times n**-0.2, and times the share beyond: what counts on either side
FEWEST_IN_WINDOW = 4 * LANES


@dataclass(frozen=True)
class Part:
    """A component's share in the total at a percentile, and in the way there from the median."""

    value: Estimate
    contingency: Estimate


@dataclass(frozen=True)
class Allocation:
    """The total at a percentile, component by component."""

    level: float
    draws: int  # looked at
    parts: Mapping[str, Part]
    total: Part


def allocated(columns: Mapping[str, Array], total: str, parts: Sequence[str], level: float) -> Allocation:
    """The total's value at a percentile, and its distance from the median, shared out among its parts.

    ``columns`` holds as many draws of each name. Errors are those that halves of them show.
    Raises :class:`InputError` where too few draws lie near a percentile.
    """
    values = np.array([columns[name] for name in (*parts, total)])
    order = np.argsort(values[-1], kind="stable")
    orders = (order, *halves(order))
    at, base = (_over_halves(values, orders, p) for p in (level, BASE))
    found = [Part(_estimate(high), _estimate(high - low)) for high, low in zip(at.T, base.T, strict=True)]
    return Allocation(level, len(order), dict(zip(parts, found[:-1], strict=True)), found[-1])


def halves(order: Array) -> list[Array]:
    """15 times a half of the draws and the other half, each of 8 of their 16 parts, in the order given.

    Any two halves have half of their parts in common, so that of what is linear in the draws 15 differences
    show the very error that 16 parts do; of what jumps, such as a percentile beside a gap, halves still show
    it as often as there is reason to (balanced repeated replication: McCarthy 1969, doi:10.2307/1402116).
    """
    lanes = (order % LANES).astype(np.uint8)
    chosen = ((signs > 0)[lanes] for signs in hadamard(LANES)[1:])
    return [order[half] for one in chosen for half in (one, ~one)]


def _estimate(values: Array) -> Estimate:
    """The value of all draws, with the error that their halves show."""
    value, apart = float(values[0]), (values[1::2] - values[2::2]) / 2.0
    error = hypot(*apart) / sqrt(len(apart))
    return Estimate(value, error, value - T95 * error, value + T95 * error)


def window(draws: int, level: float) -> float:
    """The share of the draws on either side of a percentile that count, at most.

    Raises :class:`InputError` where that is too few of them.

    >>> round(window(1_000_000, 80.0), 4), round(window(1_000_000, 99.0), 4)
    (0.0252, 0.003)
    """
    share: float = min(WINDOW * draws**-0.2, MOST_OF_TAIL * min(level, 100.0 - level) / 100.0)
    if share * draws < FEWEST_IN_WINDOW:
        what = f"{draws:,} draws are too few to share out P{level:g}"
        raise InputError([Complaint("--allocate", what, "run the scenario with more, or ask nearer to p50")])
    return share


def _over_halves(draws: Array, orders: Sequence[Array], level: float) -> Array:
    """Every row's expectation at a percentile: of all draws, then of their halves."""
    share = fitting(draws[-1], orders[0], level, window(len(orders[0]), level))
    return np.array([_at(draws, order, level, share) for order in orders])


def fitting(total: Array, order: Array, level: float, share: float) -> float:
    """The share halved until the draws within it lie about as densely below the percentile as above.

    >>> total, order = np.append(np.arange(8100.0), 20_000.0 + np.arange(1900.0)), np.arange(10_000)
    >>> fitting(total, order, 80.0, 0.1), fitting(total, order, 50.0, 0.1)
    (0.0125, 0.1)
    """
    place, reach = rank(len(order), level), int(share * len(order))
    near = _near(total, order, place, reach)
    fewer, more = sorted((place - near.start, near.stop - 1 - place))
    atom = total[order[near.start]] == total[order[near.stop - 1]]
    if atom or 2 * fewer >= more or reach < 2 * FEWEST_IN_WINDOW:
        return share
    return fitting(total, order, level, share / 2.0)


def _near(total: Array, order: Array, place: int, reach: int) -> slice:
    """The places around one that count: as far below it in value as above, so that no gap is bridged."""
    first = max(place - reach, 0)
    around = total[order[first : place + reach + 1]]
    value = total[order[place]]
    distance = min(value - around[0], around[-1] - value)
    low, high = np.searchsorted(around, value - distance), np.searchsorted(around, value + distance, "right")
    return slice(first + int(low), first + int(high))


def _at(draws: Array, order: Array, level: float, share: float) -> Array:
    """Every row's expectation where the last row, the total, is at a percentile."""
    place, reach = rank(len(order), level), max(1, int(share * len(order)))
    near = _near(draws[-1], order, place, reach)
    apart = (np.arange(near.start, near.stop) - place) / (reach + 1)
    found = draws[:, order[near]]
    return np.asarray(found @ _weights(found[-1], float(draws[-1, order[place]]), 1.0 - apart**2))


def _weights(total: Array, value: float, kernel: Array) -> Array:
    """A kernel of draws near a value of the total, tilted so that the total comes out as that value."""
    scale = float(np.ptp(total)) or 1.0
    apart = (total - value) / scale
    whole, first, second = kernel.sum(), kernel @ apart, kernel @ (apart * apart)
    spread = whole * second - first * first
    return np.asarray(kernel * (second - first * apart) / spread if spread > 0.0 else kernel / whole)
