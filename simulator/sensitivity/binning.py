"""A quantity's draws cut into bins of an input, and its statistics in each bin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np

from simulator.kernel.options import LANES
from simulator.statistics.estimates import rank

Array = np.ndarray[Any, np.dtype[Any]]

FEWEST_IN_BIN = 16 * LANES  # draws: of a bin so full hardly ever a part of the run is empty
OUTER = (10.0, 90.0)  # percentiles that stand for an input's ends
FEWEST_BEYOND = 2 * LANES  # draws of a bin beyond a percentile of it
MOST_ATOMS, FIRST_LOOK = 64, 4096  # an input of more values than these in its first draws is continuous


@dataclass(frozen=True)
class Binned:
    """A quantity's draws in rising order, with the bin of an input and the part of the run of each."""

    values: Array
    lanes: Array
    bins: Array
    given: Array  # the input
    inputs: Array  # its median in each bin, rising
    rare: Array  # values of the input that share a bin since they were drawn too seldom
    outer: tuple[float, float]  # the input's P10 and P90, or its extreme values where it has few

    @property
    def count(self) -> int:
        """How many bins there are."""
        return len(self.inputs)

    def over_bins(self, level: float | None) -> Array:
        """A statistic in every bin: a percentile, or the mean where there is no level."""
        return statistic(self.values, self.bins, self.count, level)

    def over_parts(self, level: float | None) -> Array:
        """The same in every bin of every part of the run: (bin, LANES)."""
        return statistic(self.values, self._cells, self.count * LANES, level).reshape(self.count, LANES)

    def sums(self) -> Array:
        """n, x, y, xx, xy and yy of every bin of every part of the run: (6, bin, LANES).

        x is the input less its bin's median, y the quantity less its mean, both in units of their spread.
        """
        y = self.values - self.values.mean()
        y /= float(np.abs(y).max()) or 1.0
        x = self.given - self.inputs[self.bins]
        x /= float(np.abs(x).max()) or 1.0
        size = self.count * LANES
        weights = (None, x, y, x * x, x * y, y * y)
        found = [np.bincount(self._cells, weight, size).reshape(self.count, LANES) for weight in weights]
        return np.array(found, dtype=float)

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

    def cut(self, given: Array, most: int, rarest: int) -> Binned:
        """By bins of an input: its values where they are few, else at most so many of as many draws each.

        Draws of the same value share a bin, and values drawn less often than ``rarest`` one with a neighbour.
        """
        rising = np.sort(given)
        values = np.unique(rising) if len(np.unique(given[:FIRST_LOOK])) <= MOST_ATOMS else rising
        few = len(values) <= MOST_ATOMS
        looked_at = values if few else rising[np.arange(most) * len(rising) // most]
        begins, ends = (np.searchsorted(rising, looked_at, side) for side in ("left", "right"))
        fewest = rarest if few else max(rarest, len(rising) // most // 2)
        starts = apart(np.union1d(begins, ends).tolist(), len(rising), fewest)
        bins = (np.searchsorted(rising[starts], given, side="right") - 1).astype(np.uint16)
        middles = (np.array(starts) + np.array([*starts[1:], len(rising)]) - 1) // 2
        rare = values[ends - begins < rarest] if few else np.empty(0)
        low, high = (0, -1) if few else (rank(len(rising), level) for level in OUTER)
        outer = (float(rising[low]), float(rising[high]))
        return Binned(
            self.values, self.lanes, bins[self.order], given[self.order], rising[middles], rare, outer
        )


def apart(ranks: Sequence[int], draws: int, fewest: int) -> list[int]:
    """The first of some rising ranks, and those of the others at which bins of so many draws can begin.

    >>> apart([0, 5, 6, 8, 10], 10, 3)
    [0, 5]
    """
    kept = [ranks[0]]
    for start in ranks:
        if start - kept[-1] >= fewest <= draws - start:
            kept.append(start)
    return kept


def bins_of(draws: int, most: int, level: float | None = None) -> int:
    """How many bins so many draws fill, at most so many, if a percentile of each is to be told.

    >>> bins_of(1_000_000, 10), bins_of(1000, 10), bins_of(10_000, 10, 99.0)
    (10, 3, 3)
    """
    return min(most, draws // fewest_in_bin(level))


def fewest_in_bin(level: float | None) -> int:
    """The fewest draws of a bin that tell its mean (no level) or a percentile.

    >>> fewest_in_bin(None), fewest_in_bin(99.0)
    (256, 3200)
    """
    if level is None:
        return FEWEST_IN_BIN
    return max(FEWEST_IN_BIN, ceil(100.0 * FEWEST_BEYOND / min(level, 100.0 - level)))


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
