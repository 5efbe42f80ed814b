r"""What makes up a percentile: the total's value there shared out among its components, adding up.

.. math:: c_i(p) = E[C_i | T = Q_p], \quad \sum_i c_i(p) = Q_p

Estimated by a straight line through the draws near the percentile (local linear regression, Fan 1992,
doi:10.1080/01621459.1992.10476255): every component has the same weights, which give the total itself
exactly Q_p. A component that falls where the total is high may have less than its mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.errors import Complaint, InputError
from simulator.kernel.options import LANES
from simulator.statistics.estimates import Estimate, over_replicates, rank

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

    ``columns`` holds as many draws of each name. Errors are those that 16 parts of them show.
    Raises :class:`InputError` where too few draws lie near a percentile.
    """
    values = np.array([columns[name] for name in (*parts, total)])
    lanes = [values[:, lane::LANES] for lane in range(LANES)]
    at, base = (
        np.array([_at(draws, p, window(values.shape[1], p)) for draws in (values, *lanes)])
        for p in (level, BASE)
    )
    found = [Part(_over_lanes(high), _over_lanes(high - low)) for high, low in zip(at.T, base.T, strict=True)]
    return Allocation(level, values.shape[1], dict(zip(parts, found[:-1], strict=True)), found[-1])


def _over_lanes(values: Array) -> Estimate:
    """The value of all draws, with the error that its lanes show."""
    return over_replicates(float(values[0]), values[1:])


def window(draws: int, level: float) -> float:
    """The share of the draws on either side of a percentile that count.

    Raises :class:`InputError` where that is too few of them.

    >>> round(window(1_000_000, 80.0), 4), round(window(1_000_000, 99.0), 4)
    (0.0252, 0.003)
    """
    share: float = min(WINDOW * draws**-0.2, MOST_OF_TAIL * min(level, 100.0 - level) / 100.0)
    if share * draws < FEWEST_IN_WINDOW:
        what = f"{draws:,} draws are too few to share out P{level:g}"
        raise InputError([Complaint("--allocate", what, "run the scenario with more, or ask nearer to p50")])
    return share


def _at(draws: Array, level: float, share: float) -> Array:
    """Every row's expectation where the last row, the total, is at a percentile."""
    order = np.argsort(draws[-1], kind="stable")
    place = rank(len(order), level)
    reach = max(1, int(share * len(order)))
    near = order[max(place - reach, 0) : place + reach + 1]
    apart = (np.arange(max(place - reach, 0), max(place - reach, 0) + len(near)) - place) / (reach + 1)
    return np.asarray(
        draws[:, near] @ _weights(draws[-1, near], float(draws[-1, order[place]]), 1.0 - apart**2)
    )


def _weights(total: Array, value: float, kernel: Array) -> Array:
    """A kernel of draws near a value of the total, tilted so that the total comes out as that value."""
    scale = float(np.ptp(total)) or 1.0
    apart = (total - value) / scale
    whole, first, second = kernel.sum(), kernel @ apart, kernel @ (apart * apart)
    spread = whole * second - first * first
    return np.asarray(kernel * (second - first * apart) / spread if spread > 0.0 else kernel / whole)
