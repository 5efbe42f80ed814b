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
WINDOW = 0.4  # times n**-0.2: the share of the draws on either side that count
FEWEST_DRAWS = 64 * LANES


@dataclass(frozen=True)
class Part:
    """A component's share in the total at a percentile, and in the way there from the median."""

    value: Estimate
    contingency: Estimate


@dataclass(frozen=True)
class Allocation:
    """The total at a percentile, component by component."""

    level: float
    parts: Mapping[str, Part]
    total: Part


def allocated(columns: Mapping[str, Array], total: str, parts: Sequence[str], level: float) -> Allocation:
    """The total's value at a percentile, and its distance from the median, shared out among its parts.

    ``columns`` holds as many draws of each name. Errors are those that 16 parts of them show.
    Raises :class:`InputError` for fewer than 1,024 draws.
    """
    if len(columns[total]) < FEWEST_DRAWS:
        what = f"{len(columns[total]):,} draws are too few to share out a percentile of {total}"
        raise InputError([Complaint("--allocate", what, f"run the scenario with {FEWEST_DRAWS:,} or more")])
    values = np.array([columns[name] for name in (*parts, total)])
    lanes = [values[:, lane::LANES] for lane in range(LANES)]
    at, base = (np.array([_at(draws, p) for draws in (values, *lanes)]) for p in (level, BASE))
    found = [Part(_over_lanes(high), _over_lanes(high - low)) for high, low in zip(at.T, base.T, strict=True)]
    return Allocation(level, dict(zip(parts, found[:-1], strict=True)), found[-1])


def _over_lanes(values: Array) -> Estimate:
    """The value of all draws, with the error that its lanes show."""
    return over_replicates(float(values[0]), values[1:])


def _at(draws: Array, level: float) -> Array:
    """Every row's expectation where the last row, the total, is at a percentile."""
    total = draws[-1]
    weights = _weights(total, np.sort(total), level)
    near = weights != 0.0
    return np.asarray(draws[:, near] @ weights[near])


def _weights(total: Array, ordered: Array, level: float) -> Array:
    """What each draw counts: a parabola about the percentile, tilted so that the total comes out right."""
    n = len(ordered)
    place, reach = rank(n, level), max(1, int(WINDOW * n**0.8))
    value = ordered[max(place, 0)]
    width = max(ordered[min(place + reach, n - 1)] - value, value - ordered[max(place - reach, 0)])
    apart = (total - value) / width if width > 0.0 else np.where(total == value, 0.0, np.inf)
    kernel = np.maximum(0.0, 1.0 - apart * apart)
    apart = np.where(kernel > 0.0, apart, 0.0)
    whole, first, second = kernel.sum(), kernel @ apart, kernel @ (apart * apart)
    spread = whole * second - first * first
    return np.asarray(kernel * (second - first * apart) / spread if spread > 0.0 else kernel / whole)
