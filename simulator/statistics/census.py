"""A run's draws counted without being kept: bins, sums, chances; then, once more, the draws in chosen bins.

A run is two passes over the same draws. The first counts all of them; the second picks out those in the
bins where the wanted ranks lie, so that every percentile is the order statistic itself. Where those are
too many to hold, a percentile is read off its bin, whose width is its stated resolution. Memory is
bounded whatever the number of draws, and no count depends on the order of addition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from queue import SimpleQueue
from typing import Any, TypeVar

import numpy as np

from simulator.kernel.bins import BARS, Layout, layout
from simulator.kernel.options import CHUNK, LANES, TASK
from simulator.kernel.reductions import LEAST, MOST, SQUARES, START, reductions
from simulator.threads import Progress, in_threads, nothing, processors

Array = np.ndarray[Any, np.dtype[Any]]
Part = TypeVar("Part")
Fill = Callable[[int, Array], None]  # columns of draws from a first one on, one row a column

FIRST_LOOK = 1 << 14  # draws after which bins are laid out
TASKS_A_ROUND = 256  # whose sums are added up, in order, before the next are begun
COUNTS_BYTES = 1 << 29  # of all threads' counts together


@dataclass(frozen=True)
class Counts:
    """What the first pass counts of some columns."""

    moments: Array  # (column, 4, LANES): sum and sum of squares in the layout's frame, least, most
    heights: Array  # (column, BARS)
    within: Array  # (question, LANES)

    @classmethod
    def none(cls, columns: int, questions: int) -> Counts:
        """Before anything is counted."""
        moments = np.zeros((columns, 4, LANES))
        moments[:, LEAST], moments[:, MOST] = np.inf, -np.inf
        return cls(moments, np.zeros((columns, BARS), np.int64), np.zeros((questions, LANES), np.int64))

    def add(self, other: Counts) -> None:
        """Count in what another counted of later draws."""
        self.moments[:, : SQUARES + 1] += other.moments[:, : SQUARES + 1]
        np.minimum(self.moments[:, LEAST], other.moments[:, LEAST], out=self.moments[:, LEAST])
        np.maximum(self.moments[:, MOST], other.moments[:, MOST], out=self.moments[:, MOST])
        self.heights[:] += other.heights
        self.within[:] += other.within


@dataclass(frozen=True)
class Picked:
    """The draws that the second pass found in chosen bins, in no order."""

    values: Array
    owners: Array  # column of each
    lanes: Array  # lane of each
    met: Array  # (column, atom, LANES): how often each atom occurred

    def part(self, chosen: Any) -> Picked:
        """A copy of some of the draws, with all that was met."""
        return Picked(self.values[chosen], self.owners[chosen], self.lanes[chosen], self.met)


def joined(parts: Sequence[Picked], met: Array) -> Picked:
    """The draws of all parts, with what was met of atoms in all."""
    values = np.concatenate([part.values for part in parts])
    owners = np.concatenate([part.owners for part in parts])
    return Picked(values, owners, np.concatenate([part.lanes for part in parts]), met)


class Census:
    """The draws that ``fill`` makes of some columns, counted as far as :meth:`count` was asked to.

    ``first`` holds the first draws of every column, after which bins are laid out; ``questions`` are
    columns and limits: how many draws are at or below is counted.
    """

    def __init__(
        self,
        fill: Fill,
        first: Array,
        *,
        digits: int,
        lanes: int = 1,
        questions: Sequence[tuple[int, float]] = (),
        threads: int | None = None,
    ) -> None:
        self.fill, self.columns, self.threads = fill, len(first), threads or processors()
        self.layout: Layout = layout(first, digits, lanes)
        self.asked = np.array([column for column, _ in questions], dtype=np.int64)
        self.limits = np.array([limit for _, limit in questions], dtype=np.float64)
        self.counts = Counts.none(len(first), len(questions))
        self.draws = 0
        self._reduce = reductions()
        size = max(1, 4 * self.layout.bins * lanes)
        self._bins: SimpleQueue[Array] = SimpleQueue()
        self._all_bins = [np.zeros(self.layout.bins * lanes, np.uint32) for _ in range(self._copies(size))]
        for bins in self._all_bins:
            self._bins.put(bins)

    def _copies(self, size: int) -> int:
        """How many threads may count at the same time."""
        return max(1, min(self.threads, COUNTS_BYTES // size))

    def count(self, draws: int, progress: Progress = nothing) -> None:
        """Count on, up to this many draws; from the last ones counted, a whole number of tasks."""
        for part in self._in_order(
            self.draws, draws, lambda start, stop: self._counted(start, stop, progress)
        ):
            self.counts.add(part)
        self.draws = draws

    def _in_order(self, start: int, stop: int, work: Callable[[int, int], Part]) -> Iterator[Part]:
        """What tasks give, in their order, whichever thread does them."""
        tasks = [(first, min(first + TASK, stop)) for first in range(start, stop, TASK)]
        for k in range(0, len(tasks), TASKS_A_ROUND):
            yield from in_threads(lambda task: work(*task), tasks[k : k + TASKS_A_ROUND], self.threads)

    def _counted(self, start: int, stop: int, progress: Progress) -> Counts:
        plan, part = self.layout, Counts.none(self.columns, len(self.asked))
        for columns in self._chunks(start, stop):
            bins = self._bins.get()
            try:
                self._reduce["tally"](
                    columns, plan.places, plan.lanes, bins, plan.frames, part.moments,
                    plan.scales, part.heights, self.asked, self.limits, part.within,
                )  # fmt: skip
            finally:
                self._bins.put(bins)
        progress(stop - start)
        return part

    def _chunks(self, start: int, stop: int) -> Iterator[Array]:
        """The columns' draws, as many at a time as fit the cache, in memory that is used again."""
        memory = np.empty((self.columns, CHUNK))
        for first in range(start, stop, CHUNK):
            columns = memory if stop - first >= CHUNK else np.empty((self.columns, stop - first))
            self.fill(first, columns)
            yield columns

    def bins(self, column: int) -> Array:
        """How many draws each bin of a column holds in each lane: (bin, lane)."""
        start, size = int(self.layout.places[column, START]), int(self.layout.sizes[column])
        part = slice(start, start + size * self.layout.lanes)
        total = sum((bins[part].astype(np.int64) for bins in self._all_bins[1:]), self._all_bins[0][part])
        return np.asarray(total, dtype=np.int64).reshape(size, self.layout.lanes)

    def pick(self, chosen: Array, progress: Progress = nothing) -> Picked:
        """All draws in the chosen bins: flags for every bin of every column."""
        parts, met = [], self._none_met()
        for part in self._in_order(
            0, self.draws, lambda start, stop: self._picked(start, stop, chosen, progress)
        ):
            parts.append(replace(part, met=part.met[:0]))
            met += part.met
        return joined(parts, met)

    def _picked(self, start: int, stop: int, chosen: Array, progress: Progress) -> Picked:
        plan, room, parts = self.layout, self.columns * CHUNK, []
        found = Picked(np.empty(room), np.empty(room, np.uint16), np.empty(room, np.uint8), self._none_met())
        for columns in self._chunks(start, stop):
            count = self._reduce["pick"](
                columns, self._places_of_flags, chosen, plan.atoms,
                found.met, found.values, found.owners, found.lanes,
            )  # fmt: skip
            parts.append(replace(found.part(np.arange(count)), met=found.met[:0]))
        progress(stop - start)
        return joined(parts, found.met)

    def _none_met(self) -> Array:
        return np.zeros((*self.layout.atoms.shape, LANES), np.int64)

    @cached_property
    def _places_of_flags(self) -> Array:
        places = self.layout.places.copy()
        places[:, START] //= self.layout.lanes
        return places
