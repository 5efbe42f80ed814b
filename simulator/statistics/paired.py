"""Statistics of columns of the same draws, so that their differences are paired: each draw against itself.

A statistic is a percentile or, where there is no level, the mean. Beside its value over all draws it is told
for each of 16 parts of them, disjoint samples or independent randomisations; whatever is computed from
statistics is computed from those of each part, too, and the parts show its error.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np

from simulator.kernel.options import LANES
from simulator.statistics.estimates import Estimate, over_replicates, rank

Array = np.ndarray[Any, np.dtype[np.float64]]

FEWEST_IN_LANE, FEWEST_BEYOND = 8, 2  # draws of a part, and those of it beyond a percentile


def statistics(column: Array, levels: Sequence[float | None]) -> Array:
    """Statistics of all draws and of each part: (level, 1 + LANES).

    >>> statistics(np.arange(1.0, 1601.0), (50.0, None))[:, 0].tolist()
    [800.0, 800.5]
    """
    parts = [np.sort(column), *(np.sort(column[lane::LANES]) for lane in range(LANES))]
    return np.array([[_statistic(part, level) for part in parts] for level in levels])


def _statistic(ordered: Array, level: float | None) -> float:
    return float(ordered.mean() if level is None else ordered[max(rank(len(ordered), level), 0)])


def estimated(parts: Array) -> Estimate:
    """What was computed from all draws, first, with the error that the parts after it show."""
    return over_replicates(float(parts[0]), parts[1:])


def fewest_draws(level: float | None) -> int:
    """The fewest draws whose parts tell a statistic's error.

    >>> fewest_draws(None), fewest_draws(90.0), fewest_draws(99.5)
    (128, 320, 6400)
    """
    beyond = FEWEST_IN_LANE if level is None else ceil(100.0 * FEWEST_BEYOND / min(level, 100.0 - level))
    return LANES * max(FEWEST_IN_LANE, beyond)
