"""Predicted intervals and what came, each over its own median, on one logarithmic axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulator.plots.frame import Frame, fit
from simulator.plots.rows import BAR
from simulator.plots.style import BLUE, DARK, MUTED, SMALL, VERMILLION, styled

TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
MARGIN = 1.1  # beyond the outermost
DECADES = tuple(10.0**power for power in range(-9, 10))  # what is farther from the median is not drawn
THIN = 1.06  # either side of what is predicted exactly: as wide as a line
PREDICTED: dict[str, Any] = {"fc": BLUE, "alpha": 0.35}  # looks of what is predicted


@dataclass(frozen=True)
class Predicted:
    """A prediction over its median, and what came over the same."""

    name: str
    low: float
    high: float
    came: float

    @property
    def missed(self) -> bool:
        """Whether what came lies outside."""
        return not self.low <= self.came <= self.high


@styled
def predictions(ax: Axes, found: Sequence[Predicted], heading: str, subtitle: str = "") -> Axes:
    """Draw each interval with what came, those that missed marked."""
    for place, each in enumerate(found):
        ax.barh(place, each.high - each.low, BAR, each.low, **PREDICTED)
        ax.plot([each.came], [place], "D", color=VERMILLION if each.missed else DARK, ms=5.0)
    ends = [end for each in found for end in (each.low, each.high, each.came)] or [0.5, 2.0]
    _over_median(ax, [each.name for each in found], (min(ends) / MARGIN, max(ends) * MARGIN), TICKS)
    ax.set_xlabel("over the predicted median")
    handles = _legend(("published", "outside"), ls="", marker="D", ms=5.0)
    fit(ax, Frame(heading, subtitle, (), handles))
    return ax


@dataclass(frozen=True)
class Said:
    """A prediction over its median, and a range that was said over the same; open ends are infinite."""

    name: str
    low: float
    high: float
    said_low: float
    said_high: float
    missed: bool


@styled
def sayings(ax: Axes, found: Sequence[Said], heading: str, subtitle: str = "") -> Axes:
    """Draw each interval with what was said, an arrow where that leads off the axis, misses marked."""
    ends = [e for each in found for e in (each.low, each.high, each.said_low, each.said_high)]
    finite = [end for end in ends if 0.0 < end < inf] or [0.5, 2.0]
    low = max(min(finite) / MARGIN**3, DECADES[0])
    high = min(max(finite) * MARGIN**3, DECADES[-1])
    for place, each in enumerate(found):
        left, right = min(each.low, 1.0 / THIN), max(each.high, THIN)
        ax.barh(place, right - left, BAR, left, **PREDICTED)
        _range_said(ax, place, each, (low, high))
    _over_median(ax, [each.name for each in found], (low, high), DECADES)
    ax.set_xlabel("over the predicted median, logarithmic")
    handles = _legend(("said, consistent", "low, high or impossible"), lw=2.0, marker="|", ms=7.0)
    fit(ax, Frame(heading, subtitle, (), handles))
    return ax


def _range_said(ax: Axes, place: int, said: Said, limits: tuple[float, float]) -> None:
    """What was said, as a line within the limits of the axis, its ends marked."""
    colour = VERMILLION if said.missed else DARK
    begin, end = (min(max(value, limits[0]), limits[1]) for value in (said.said_low, said.said_high))
    ax.plot([begin, end], [place, place], color=colour, lw=2.0, solid_capstyle="butt")
    for shown, value, arrow in ((begin, said.said_low, "<"), (end, said.said_high, ">")):
        marker, size = ("|", 7.0) if shown == value else (arrow, 5.0)
        ax.plot([shown], [place], marker, color=colour, ms=size)


def _over_median(ax: Axes, names: Sequence[str], limits: tuple[float, float], ticks: Sequence[float]) -> None:
    """A row a name, the first on top, over a logarithmic axis whose 1 is the predicted median."""
    low, high = limits
    shown = [tick for tick in ticks if low <= tick <= high]
    ax.axvline(1.0, color=MUTED, lw=0.8)
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ax.set_xticks(shown, [f"{tick:g}×" for tick in shown])
    ax.minorticks_off()
    ax.set_yticks(range(len(names)), names, fontsize=SMALL)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(max(len(names), 1) - 0.4, -0.6)


def _legend(labels: tuple[str, str], **looks: Any) -> tuple[Artist, ...]:
    """The band, what lies in it, and what misses it."""
    lines = (
        Line2D([], [], color=colour, label=label, **looks)
        for colour, label in zip((DARK, VERMILLION), labels, strict=True)
    )
    return (Patch(**PREDICTED, label="predicted, P5 to P95"), *lines)
