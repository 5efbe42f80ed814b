"""Tornados: how far each input alone moves a quantity, widest first.

A ``swing`` moves one input from its P10 to its P90 while the others stay at their medians: one number at
each end, without Monte Carlo error. ``binned`` and ``variance`` read a run's own draws, so that they see
interactions and correlations; each of their bars carries the error that 16 parts of the run show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import fsum, isfinite
from typing import Any

import numpy as np

from simulator.statistics.estimates import T95, replicate_error

Array = np.ndarray[Any, np.dtype[Any]]
Columns = Callable[[Sequence[str]], Mapping[str, Array]]  # draws of names

WIDEST = 3  # bars that decide what a tornado is read for
SWING, BINNED, VARIANCE = "swing", "binned", "variance"


@dataclass(frozen=True)
class Bar:
    """What one input does to a quantity."""

    input: str
    unit: str
    low_input: float
    high_input: float
    low: float  # the quantity at the low input
    high: float  # and at the high one
    rises: bool  # with the input
    se: float = 0.0  # of the swing
    explained: float = 0.0  # this bar's share of what all bars explain
    note: str = ""  # what is to be known of it
    clear_of_next: bool = True  # whether the next bar is shorter beyond the noise
    replicates: Array = field(
        default_factory=lambda: np.zeros(0), repr=False
    )  # the swing in each part of a run

    @property
    def swing(self) -> float:
        """How far apart the ends are."""
        return abs(self.high - self.low)

    @property
    def is_noise(self) -> bool:
        """Whether a bar of nothing could be as long, 1 time in 20, or its error cannot be told."""
        return self.se != 0.0 and not self.swing > T95 * self.se


@dataclass(frozen=True)
class Tornado:
    """Bars of every uncertain input, widest first, about a baseline."""

    kind: str
    metric: str
    quantity: str
    unit: str
    baseline: float
    bars: tuple[Bar, ...]
    how: str  # what the bars show, in words
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Kind, metric and quantity."""
        if self.kind == SWING:
            return f"Tornado: swing of {self.quantity}"
        if self.kind == VARIANCE:
            return f"Tornado: contribution to the variance of {self.quantity}"
        metric = self.metric if self.metric == "mean" else self.metric.upper()
        return f"Tornado: change in the {metric} of {self.quantity}, binned"


def ranked(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    """Bars widest first, with shares of all squared swings and whether the next is clearly shorter."""
    found = sorted(bars, key=lambda bar: (-bar.swing, bar.input))
    squares = [bar.swing**2 if isfinite(bar.swing) else 0.0 for bar in found]
    whole = fsum(squares)
    clear = [_is_clear(*pair) for pair in pairwise(found)]
    return tuple(
        replace(bar, explained=square / whole if whole else 0.0, clear_of_next=is_clear)
        for bar, square, is_clear in zip(found, squares, [*clear, True], strict=bool(found))
    )


def missed(bars: Sequence[Bar], others: Sequence[Bar]) -> list[str]:
    """The inputs of the three widest of other bars that are clearly not among the three widest of these."""
    widest, rest = bars[:WIDEST], {bar.input: bar for bar in bars[WIDEST:]}
    theirs = [rest[bar.input] for bar in others[:WIDEST] if bar.input in rest and bar.swing > 0.0]
    return [bar.input for bar in theirs if _is_clear(widest[-1], bar)]


def _is_clear(bar: Bar, following: Bar) -> bool:
    """Whether one bar is longer than another beyond what 16 parts of a run tell."""
    if not len(bar.replicates):
        return bar.swing > following.swing
    error = replicate_error(bar.replicates - following.replicates)
    return bar.swing - following.swing > T95 * error
