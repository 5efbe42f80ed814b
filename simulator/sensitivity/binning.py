"""A quantity's draws cut into bins of an input, and its statistics in each bin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from simulator.kernel.options import LANES
from simulator.statistics.estimates import rank

Array = np.ndarray[Any, np.dtype[Any]]

FEWEST_IN_BIN = 8 * LANES
MOST_ATOMS, FIRST_LOOK = 64, 4096  # an input of more values than these in its first draws is continuous


@dataclass(frozen=True)
class Binned:
    """A quantity's draws in rising order, with the bin of an input and the part of the run of each."""

    values: Array
    lanes: Array
    bins: Array
    inputs: Array  # the median of the input in each bin, rising

    @property
    def count(self) -> int:
        """How many bins there are."""
        return len(self.inputs)

    @property
    def sizes(self) -> Array:
        """The number of draws in every bin of every part of the run: (bin, LANES)."""
        return np.bincount(self._cells, minlength=self.count * LANES).reshape(self.count, LANES)

    def over_bins(self, level: float | None) -> Array:
        """A statistic in every bin: a percentile, or the mean where there is no level."""
        return statistic(self.values, self.bins, self.count, level)

    def over_parts(self, level: float | None) -> Array:
        """The same in every bin of every part of the run: (bin, LANES)."""
        return statistic(self.values, self._cells, self.count * LANES, level).reshape(self.count, LANES)

    @cached_property
    def _cells(self) -> Array:
        return self.bins * np.uint16(LANES) + self.lanes


@dataclass(frozen=True)
class Ordered:
    """A quantity's draws in rising order: from a column of them."""

    column: Array

    @cached_property
    def order(self) -> Array:
        """Which draw each is."""
        return np.argsort(self.column, kind="stable")

    @cached_property
    def values(self) -> Array:
        """The draws."""
        return self.column[self.order]

    @cached_property
    def lanes(self) -> Array:
        """The part of the run that each belongs to."""
        return (self.order % LANES).astype(np.uint16)

    def cut(self, given: Array, most: int) -> Binned:
        """By bins of an input: its values where they are few, else at most so many of as many draws each."""
        rising = np.sort(given)
        lowest = _lowest(given, rising, most)
        bins = (np.searchsorted(lowest, given, side="right") - 1).astype(np.uint16)
        numbers = np.searchsorted(rising, lowest)
        middles = (numbers + np.append(numbers[1:], len(given)) - 1) // 2
        return Binned(self.values, self.lanes, bins[self.order], rising[middles])


def bins_of(draws: int, most: int) -> int:
    """How many bins so many draws fill, at most so many.

    >>> bins_of(1_000_000, 10), bins_of(500, 10)
    (10, 3)
    """
    return max(2, min(most, draws // FEWEST_IN_BIN))


def _lowest(given: Array, rising: Array, most: int) -> Array:
    """The lowest value of each bin. A value drawn too seldom shares the bin of the next lower one."""
    if len(np.unique(given[:FIRST_LOOK])) <= MOST_ATOMS:
        values, sizes = np.unique(rising, return_counts=True)
        kept = sizes >= FEWEST_IN_BIN
        kept[0] = True
        return values[kept]
    count = bins_of(len(given), most)
    lowest: Array = rising[np.arange(count) * len(given) // count]
    return lowest


def statistic(ordered: Array, cells: Array, count: int, level: float | None) -> Array:
    """A percentile, or the mean, of the values in each cell, which stand in rising order; nan where none is.

    >>> statistic(np.array([1.0, 2.0, 5.0]), np.array([0, 1, 0]), 2, None).tolist()
    [3.0, 2.0]
    >>> statistic(np.array([1.0, 2.0, 5.0]), np.array([0, 1, 0]), 2, 90.0).tolist()
    [5.0, 2.0]
    """
    sizes = np.bincount(cells, minlength=count)
    if level is None:
        sums, none = np.bincount(cells, ordered, count), np.full(count, np.nan)
        return np.asarray(np.divide(sums, sizes, none, where=sizes > 0))
    ranks = np.array([rank(size, level) if size else 0 for size in sizes.tolist()])
    places = np.minimum(np.cumsum(sizes) - sizes + np.maximum(ranks, 0), len(ordered) - 1)
    return np.where(sizes > 0, ordered[np.argsort(cells, kind="stable")[places]], np.nan)
