"""Summaries of counted draws: every percentile looked up by its rank, with its error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import fsum, sqrt
from typing import Any

import numpy as np

from simulator.kernel.bins import BARS
from simulator.kernel.options import LANES
from simulator.kernel.reductions import LEAST, MOST, SQUARES, SUM
from simulator.statistics.census import Census, Picked
from simulator.statistics.estimates import (
    FEWEST_MET,
    Z95,
    Estimate,
    Summary,
    chance,
    chance_of_replicates,
    over_replicates,
    percentile,
    rank,
    ranks,
    read_off_bins,
)
from simulator.watch import UNWATCHED, Watch

Array = np.ndarray[Any, np.dtype[Any]]

EIGHTH = LANES // 8  # of a stratum, in ranks: about the error that tests/benchmarks/intervals.py finds
MOST_PICKED = 1 << 23  # draws held in the second pass
MOST_LOOKED_AT = 1 << 27  # draws: of more, another pass takes minutes


@dataclass(frozen=True)
class Seen:
    """What a second look found in chosen bins: values in rising order, the bin of each, how often it came."""

    values: Array
    numbers: Array
    counts: Array

    def at(self, number: int, offset: int) -> float:
        """The draw at an offset, from 0, among those of a bin."""
        first, last = np.searchsorted(self.numbers, [number, number + 1])
        place = np.searchsorted(np.cumsum(self.counts[first:last]), offset, side="right")
        return float(self.values[first + place])


@dataclass(frozen=True)
class Ranked:
    """Draws in rising order: exact in the bins that were looked into, else as far as counts tell."""

    cumulative: Array  # draws in a bin and in all before it
    edges: Callable[[int], tuple[float, float]]  # of a bin
    atoms: Mapping[int, float]  # values of positive probability, by the bins that hold them
    seen: Seen | None

    def __len__(self) -> int:
        return int(self.cumulative[-1])

    def __getitem__(self, rank: int) -> float:
        number = self.bin(rank)
        before = int(self.cumulative[number - 1]) if number else 0
        if self.seen:
            return self.seen.at(number, rank - before)
        if number in self.atoms:
            return self.atoms[number]
        low, high = self.edges(number)
        return low + (high - low) * (rank - before + 0.5) / int(self.cumulative[number] - before)

    def bin(self, rank: int) -> int:
        """The bin that holds a rank."""
        return int(np.searchsorted(self.cumulative, rank, side="right"))

    def width(self, rank: int) -> float:
        """The range in which the value of a rank may lie: 0 where it is exact."""
        low, high = self.edges(self.bin(rank))
        return 0.0 if self.seen else high - low


@dataclass(frozen=True)
class Column:
    """One column of a census, with what a second look found in chosen bins."""

    census: Census
    number: int
    bins: Array  # (bin, lane): draws
    picked: Picked | None = None  # this column's

    def ranked(self, lane: int | None = None) -> Ranked:
        """The draws of a lane, or of all, in rising order."""
        cumulative = np.cumsum(self.bins.sum(axis=1) if lane is None else self.bins[:, lane])
        seen = self._seen(self.picked, lane) if self.picked else None
        return Ranked(cumulative, self._edges, self._atoms, seen)

    @cached_property
    def _atoms(self) -> dict[int, float]:
        found = self.census.layout.atoms[self.number]
        found = found[~np.isnan(found)]
        return dict(
            zip(self.census.layout.bin_numbers(self.number, found).tolist(), found.tolist(), strict=True)
        )

    def _seen(self, picked: Picked, lane: int | None) -> Seen:
        """The picked draws and the atoms met, of a lane or of all."""
        found = picked.values if lane is None else picked.values[picked.lanes == lane]
        met = picked.met[self.number].sum(axis=1) if lane is None else picked.met[self.number][:, lane]
        atoms = self.census.layout.atoms[self.number]
        values = np.append(found, atoms[met > 0])
        counts = np.append(np.ones(len(found), np.int64), met[met > 0])
        order = np.argsort(values, kind="stable")
        numbers = self.census.layout.bin_numbers(self.number, values[order])
        return Seen(values[order], numbers, counts[order])

    def _edges(self, number: int) -> tuple[float, float]:
        """The range of a bin, no wider than the column's; the first and the last reach out to its ends."""
        low, high = self.census.layout.edges(self.number, number)
        least, most = self.extremes
        first, last = number == 0, number == len(self.bins) - 1
        return least if first else max(low, least), most if last else min(high, most)

    @property
    def extremes(self) -> tuple[float, float]:
        """The least and the greatest draw."""
        moments = self.census.counts.moments[self.number]
        return float(moments[LEAST].min()), float(moments[MOST].max())

    def chosen(self, levels: Sequence[float]) -> Array:
        """Flags of the bins that hold a wanted rank, of all draws or of a lane's."""
        flags = np.zeros(len(self.bins), np.uint8)
        everything = self.ranked()
        for level in levels:
            for place in (*ranks(len(everything), level), *_about(len(everything), level)):
                flags[everything.bin(place or 0)] = 1
        for lane in range(self.bins.shape[1] if self.bins.shape[1] > 1 else 0):
            own = self.ranked(lane)
            for level in levels:
                flags[own.bin(rank(len(own), level))] = 1
        return flags

    def summary(self, levels: Sequence[float]) -> Summary:
        """What is kept of the column."""
        (low, high), draws = self.extremes, self.census.draws
        if low == high:
            return never_seen_to_vary(low, levels, draws)
        mean, sd = self._moments()
        everything = self.ranked()
        replicates = self._replicates(levels)
        farthest = max(mean.value - low, high - mean.value)
        return Summary(
            mean=mean,
            sd=sd,
            largest_share=(farthest / sd) ** 2 / (draws - 1) if sd > 0.0 else 0.0,
            low=low,
            high=high,
            percentiles={level: self._percentile(everything, level, replicates) for level in levels},
            resolution=0.0,
            edges=self._picture(),
            counts=self.census.counts.heights[self.number],
            replicates=replicates,
        )

    def _percentile(self, everything: Ranked, level: float, replicates: Mapping[float, Array]) -> Estimate:
        if level not in replicates:
            return percentile(everything, level)
        low, value, high = (everything[place] for place in _about(len(everything), level))
        return over_replicates(value, replicates[level], (high - low) / 2.0)

    def uncertain(self, summary: Summary) -> Summary:
        """A summary whose percentiles' errors contain the width of the bins that they were read off."""
        everything = self.ranked()
        widths = {level: everything.width(rank(len(everything), level)) for level in summary.percentiles}
        found = {level: read_off_bins(summary.percentiles[level], width) for level, width in widths.items()}
        return replace(summary, percentiles=found, resolution=max(widths.values(), default=0.0))

    def _replicates(self, levels: Sequence[float]) -> dict[float, Array]:
        """Each randomisation's percentiles, where it can tell them; none where all draws are one sample."""
        if self.bins.shape[1] == 1:
            return {}
        lanes = [self.ranked(lane) for lane in range(self.bins.shape[1])]
        least = 100.0 * FEWEST_MET / len(lanes[0])
        told = [level for level in levels if least <= level <= 100.0 - least]
        return {level: np.array([lane[rank(len(lane), level)] for lane in lanes]) for level in told}

    def _moments(self) -> tuple[Estimate, float]:
        """The mean with its error, and the standard deviation."""
        n, moments = self.census.draws, self.census.counts.moments[self.number]
        centre, factor = self.census.layout.frames[self.number].tolist()
        shift, squares = fsum(moments[SUM]) / n, fsum(moments[SQUARES])
        spread = sqrt(max(0.0, squares - n * shift * shift) / (n - 1)) if n > 1 else float("nan")
        mean, sd = centre + shift / factor, spread / factor
        if self.bins.shape[1] > 1:
            return over_replicates(mean, centre + moments[SUM] * LANES / n / factor), sd
        error = sd / sqrt(n)
        return Estimate(mean, error, mean - Z95 * error, mean + Z95 * error), sd

    def _picture(self) -> Array:
        """The ends of the picture's bars: the first and last reach out to the least and greatest draw."""
        begin, bars = self.census.layout.scales[self.number]
        inner = begin + np.arange(1, BARS) / bars if bars > 0.0 else np.full(BARS - 1, begin)
        low, high = self.extremes
        return np.concatenate([[low], np.minimum(inner, high), [high]])


def _about(draws: int, level: float) -> tuple[int, int, int]:
    """Ranks an eighth of a stratum below a percentile's, at it and above.

    A net has one point in each of as many equal strata of an input as it has points: an error that its
    randomisations do not show, and all there is where a quantity depends on one input.
    """
    place = rank(draws, level)
    return max(place - EIGHTH, 0), place, min(place + EIGHTH, draws - 1)


def constant(value: float, levels: Sequence[float], draws: int) -> Summary:
    """The summary of a name that has one value in every draw."""
    exact = Estimate(value, 0.0, value, value)
    edges, counts = np.full(BARS + 1, value), np.zeros(BARS, dtype=np.int64)
    counts[-1] = draws
    found = dict.fromkeys(levels, exact)
    return Summary(exact, 0.0, 0.0, value, value, found, 0.0, edges, counts, {})


def never_seen_to_vary(value: float, levels: Sequence[float], draws: int) -> Summary:
    """The summary of a name that had one value in all draws and may have others: its mean is not certain."""
    nothing = float("nan")
    return replace(constant(value, levels, draws), mean=Estimate(value, nothing, nothing, nothing))


def summaries(census: Census, levels: Sequence[float], watch: Watch = UNWATCHED) -> list[Summary]:
    """The summary of every column of a census, at percentile levels between 0 and 100."""
    columns = [Column(census, number, census.bins(number)) for number in range(census.columns)]
    flags = [column.chosen(levels) for column in columns]
    looked = _worth_a_look(columns, flags)
    if looked:
        watch.expect(census.draws)
        chosen = [own if number in looked else np.zeros_like(own) for number, own in enumerate(flags)]
        columns = _looked_into(columns, looked, census.pick(np.concatenate(chosen), watch.done))
    return [column.uncertain(column.summary(levels)) for column in columns]


def _worth_a_look(columns: Sequence[Column], flags: Sequence[Array]) -> set[int]:
    """The columns whose draws in flagged bins can be held, those with the fewest first.

    None if most cannot, or if there are too many draws for another pass over all of them.
    """
    if columns and columns[0].census.draws > MOST_LOOKED_AT:
        return set()
    expected = [_expected(column, own) for column, own in zip(columns, flags, strict=True)]
    order = np.argsort(expected, kind="stable")
    held = np.cumsum(np.array(expected)[order])
    looked = order[held <= MOST_PICKED].tolist()
    return set(looked) if 2 * len(looked) >= len(columns) else set()


def _expected(column: Column, flags: Array) -> int:
    """About how many draws a second look finds in flagged bins, those of positive probability left out."""
    plan = column.census.layout
    known = ~np.isnan(plan.atoms[column.number])
    found = column.bins.sum(axis=1)
    numbers = plan.bin_numbers(column.number, plan.atoms[column.number][known])
    np.subtract.at(found, numbers, (plan.shares[column.number][known] * column.census.draws).astype(np.int64))
    return int(np.maximum(found, 0)[flags.astype(bool)].sum())


def _looked_into(columns: Sequence[Column], looked: set[int], picked: Picked) -> list[Column]:
    """The columns, those looked into each with its own picked draws."""
    order = np.argsort(picked.owners, kind="stable")
    ends = np.searchsorted(picked.owners[order], np.arange(len(columns) + 1))
    parts = [order[begin:end] for begin, end in pairwise(ends)]
    return [
        replace(column, picked=picked.part(part)) if column.number in looked else column
        for column, part in zip(columns, parts, strict=True)
    ]


def estimated(census: Census, number: int, level: float | None) -> Summary:
    """The summary of a column as counts tell it, as if bins had no width, with a percentile if asked."""
    return Column(census, number, census.bins(number)).summary(() if level is None else (level,))


def chance_within(census: Census, question: int) -> Estimate:
    """The chance that a question of the census asks for."""
    within = census.counts.within[question]
    if census.layout.lanes == 1:
        return chance(int(within.sum()), census.draws)
    return chance_of_replicates(within, census.draws // LANES)
