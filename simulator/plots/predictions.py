"""Predicted intervals and what came, each over its own median, on one logarithmic axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulator.plots.frame import Frame, fit
from simulator.plots.rows import BAR
from simulator.plots.style import BLUE, DARK, MUTED, SMALL, VERMILLION, styled

TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
MARGIN = 1.1  # beyond the outermost
FARTHEST = 9  # powers of ten from the median that are drawn
THIN = 1.06  # either side of what is predicted exactly: as wide as a line


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
        ax.barh(place, each.high - each.low, BAR, each.low, fc=BLUE, alpha=0.35)
        colour = VERMILLION if each.missed else DARK
        ax.plot([each.came], [place], "D", color=colour, ms=5.0)
    ax.axvline(1.0, color=MUTED, lw=0.8)
    ends = [end for each in found for end in (each.low, each.high, each.came)] or [0.5, 2.0]
    low, high = min(ends) / MARGIN, max(ends) * MARGIN
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ticks = [tick for tick in TICKS if low <= tick <= high]
    ax.set_xticks(ticks, [f"{tick:g}×" for tick in ticks])
    ax.minorticks_off()
    ax.set_yticks(range(len(found)), [each.name for each in found], fontsize=SMALL)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(max(len(found), 1) - 0.4, -0.6)
    ax.set_xlabel("over the predicted median")
    band = Patch(fc=BLUE, alpha=0.35, label="predicted, P5 to P95")
    came, missed = (
        Line2D([], [], ls="", marker="D", ms=5.0, color=colour, label=label)
        for colour, label in ((DARK, "published"), (VERMILLION, "outside"))
    )
    fit(ax, Frame(heading, subtitle, (), (band, came, missed)))
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
    low = max(min(finite) / MARGIN**3, 10.0**-FARTHEST)
    high = min(max(finite) * MARGIN**3, 10.0**FARTHEST)
    for place, each in enumerate(found):
        left, right = min(each.low, 1.0 / THIN), max(each.high, THIN)
        ax.barh(place, right - left, BAR, left, fc=BLUE, alpha=0.35)
        colour = VERMILLION if each.missed else DARK
        begin, end = (min(max(said, low), high) for said in (each.said_low, each.said_high))
        ax.plot([begin, end], [place, place], color=colour, lw=2.0, solid_capstyle="butt")
        for value, open_end, marker in (
            (begin, begin != each.said_low, "<"),
            (end, end != each.said_high, ">"),
        ):
            ax.plot([value], [place], marker if open_end else "|", color=colour, ms=5.0 if open_end else 7.0)
    ax.axvline(1.0, color=MUTED, lw=0.8)
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ticks = [10.0**power for power in range(-FARTHEST, FARTHEST + 1) if low <= 10.0**power <= high]
    ax.set_xticks(ticks, [f"{tick:g}×" for tick in ticks])
    ax.minorticks_off()
    ax.set_yticks(range(len(found)), [each.name for each in found], fontsize=SMALL)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(max(len(found), 1) - 0.4, -0.6)
    ax.set_xlabel("over the predicted median, logarithmic")
    band = Patch(fc=BLUE, alpha=0.35, label="predicted, P5 to P95")
    said, missed = (
        Line2D([], [], lw=2.0, marker="|", ms=7.0, color=colour, label=label)
        for colour, label in ((DARK, "said, consistent"), (VERMILLION, "low, high or impossible"))
    )
    fit(ax, Frame(heading, subtitle, (), (band, said, missed)))
    return ax
