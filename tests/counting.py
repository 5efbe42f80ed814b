"""Columns of known draws, counted as a run's are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.statistics.census import FIRST_LOOK, Census
from simulator.statistics.estimates import Summary
from simulator.statistics.summaries import summaries


def census(columns: np.ndarray, **how: int) -> Census:
    """A census of columns, one a row, that has counted all their draws."""

    def fill(first: int, out: np.ndarray) -> None:
        out[:] = columns[:, first : first + out.shape[1]]

    found = Census(fill, columns[:, :FIRST_LOOK].copy(), **{"digits": 12, **how})
    found.count(columns.shape[1])
    return found


def summarise_all(columns: np.ndarray, levels: Sequence[float], **how: int) -> list[Summary]:
    """The summary of every column."""
    return summaries(census(columns, **how), levels)


def summarise(draws: np.ndarray, levels: Sequence[float], **how: int) -> Summary:
    """The summary of one column."""
    return summarise_all(draws[None], levels, **how)[0]
