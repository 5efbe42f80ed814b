"""The distribution of a quantity, with its percentiles and the figures that others have published."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from simulator.plots.data import Spread, check_finite
from simulator.plots.frame import Frame, across, fit, pixels
from simulator.plots.histograms import Picture, picture
from simulator.plots.labels import axis_text, scale_axis, value_text
from simulator.plots.lanes import Mark, lane_height, spread_out, write_above
from simulator.plots.style import BLUE, DARK, MUTED, SMALL, styled
from simulator.reports.numbers import percent, stated

MARKED = (10.0, 50.0, 90.0)
LANE = 24.0  # points under the curve, where published figures stand
CLOSE = 0.25  # of the range: how far it is stretched for a published figure


@styled
def distribution(ax: Axes, spread: Spread, published: Sequence[tuple[str, float]] = ()) -> Axes:
    """Draw the density of a quantity with its P10, P50 and P90; published figures are numbered below it.

    The axis ends where the histogram's last bar begins (P99.5, or P95 of a very skewed quantity); a note
    says what share of the draws lies beyond.
    """
    check_finite(spread)
    bars = picture(spread)
    marks = _marks(spread)
    _draw_values(ax, bars) if len(bars.values) else _draw_bars(ax, bars, spread)
    low, high = _limits(ax, [value for _, value in published])
    ax.set_xlim(low, high)
    ax.set_xlabel(axis_text(spread.quantity, spread.unit))
    frame = Frame(f"Distribution of {spread.quantity}", spread.label, _notes(spread, bars, published))
    above = lane_height(ax, marks)
    scale_axis(ax.xaxis, spread.unit, across(ax))
    fit(ax, frame, above)
    _number(ax, [value for _, value in published])
    write_above(ax, marks)
    return ax


def _marks(spread: Spread) -> list[Mark]:
    """Percentiles to write above; one where all are the same."""
    values = {level: spread.at(level) for level in MARKED}
    reach = max(values.values()) - min(values.values())
    if reach == 0.0:
        all_same = spread.edges[0] == spread.edges[-1]
        names = "every draw" if all_same else ", ".join(f"P{level:g}" for level in MARKED)
        return [Mark(values[50.0], f"{names}\n{value_text(values[50.0], spread.unit)}")]
    return [Mark(v, f"P{level:g}\n{value_text(v, spread.unit, reach)}") for level, v in values.items()]


def _draw_bars(ax: Axes, bars: Picture, spread: Spread) -> None:
    """Bars as one outline, darker between P10 and P90, with a line at each percentile."""
    heights = bars.heights
    ax.stairs(heights, bars.edges, fill=True, color=BLUE, alpha=0.22, lw=0)
    middle = ax.stairs(heights, bars.edges, fill=True, color=BLUE, alpha=0.3, lw=0)
    low, high = spread.at(MARKED[0]), spread.at(MARKED[-1])
    middle.set_clip_path(Rectangle((low, 0.0), high - low, 2.0 * heights.max(), transform=ax.transData))
    ax.stairs(heights, bars.edges, color=BLUE, lw=1.2, baseline=None)
    top = 1.06 * float(heights.max())
    for level in MARKED:
        bold = level == 50.0
        ax.vlines(spread.at(level), 0.0, top, color=DARK, lw=1.2 if bold else 0.8, ls="-" if bold else "--")
    ax.set_ylim(0.0, top)
    ax.set_ylabel("density")
    ax.set_yticks([])


def _draw_values(ax: Axes, bars: Picture) -> None:
    """A few values, each with its share."""
    ax.vlines(bars.values, 0.0, 100.0 * bars.shares, color=BLUE, lw=4.0)
    ax.set_ylim(0.0, 106.0 * float(bars.shares.max()))
    ax.set_ylabel("share of the draws")
    scale_axis(ax.yaxis, "%", 1e3)
    reach = float(np.ptp(bars.values)) or abs(float(bars.values[0])) or 1.0
    ax.set_xlim(float(bars.values[0]) - 0.1 * reach, float(bars.values[-1]) + 0.1 * reach)


def _limits(ax: Axes, published: Sequence[float]) -> tuple[float, float]:
    """The range to draw, stretched a little if that brings a published figure in."""
    low, high = (float(end) for end in ax.dataLim.intervalx) if ax.patches else ax.get_xlim()
    reach = CLOSE * (high - low)
    near = [value for value in published if low - reach <= value <= high + reach]
    ends = [low, high, *(v - 0.1 * reach for v in near), *(v + 0.1 * reach for v in near)]
    return min(ends), max(ends)


def _number(ax: Axes, published: Sequence[float]) -> None:
    """Number published figures in a lane under the curve; those outside stand at its end, with an arrow."""
    if not published:
        return
    own, (low, high) = ax.get_window_extent(), ax.get_xlim()
    lane = pixels(ax, LANE)
    ax.set_ylim(-ax.get_ylim()[1] * lane / max(own.height - lane, lane))
    ax.axhline(0.0, color=MUTED, lw=0.7)
    values = [min(max(value, low), high) for value in published]
    places = [float(ax.transData.transform((value, 0.0))[0]) for value in values]
    found = spread_out(places, [pixels(ax, 22.0)] * len(places), own.x0, own.x1)
    for number, (value, place, x) in enumerate(zip(values, places, found, strict=True)):
        _circle(ax, _sign(number + 1, published[number], (low, high)), value, (x - place) / pixels(ax, 1.0))


def _sign(number: int, value: float, ends: tuple[float, float]) -> str:
    """A number, with an arrow where its value is outside the picture."""
    return f"◂{number}" if value < ends[0] else f"{number}▸" if value > ends[1] else str(number)


def _circle(ax: Axes, text: str, value: float, offset: float) -> None:
    ax.annotate(
        text, (value, 0.0), (offset, -15.0), textcoords="offset points", ha="center", va="center",
        fontsize=SMALL, color=DARK, annotation_clip=False,
        bbox={"boxstyle": "circle,pad=0.15", "fc": "white", "ec": DARK, "lw": 0.8},
        arrowprops={"arrowstyle": "-", "color": DARK, "lw": 0.8, "shrinkA": 0.0, "shrinkB": 0.0,
                    "relpos": (0.5, 1.0)},
    )  # fmt: skip


def _notes(spread: Spread, bars: Picture, published: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    """Published figures by number, and what lies outside the picture."""
    notes = [
        f"({number}) {stated(value, spread.unit)}: {label} ({spread.chance(value)} at or below)"
        for number, (label, value) in enumerate(published, 1)
    ]
    first, last = (value_text(float(end), spread.unit) for end in (bars.edges[0], bars.edges[-1]))
    least, most = (value_text(float(end), spread.unit) for end in (spread.edges[0], spread.edges[-1]))
    if len(bars.values) == 1 and least != most:
        notes.append(f"Drawn: the value that nearly all draws take; others reach from {least} to {most}")
    if bars.below > 0.0:
        notes.append(f"Not drawn: {percent(bars.below)} of the draws below {first}, down to {least}")
    if bars.beyond > 0.0:
        notes.append(f"Not drawn: {percent(bars.beyond)} of the draws above {last}, up to {most}")
    return tuple(notes)
