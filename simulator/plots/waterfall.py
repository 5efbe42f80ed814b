"""Waterfalls: how a value becomes another, difference by difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import isfinite

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from simulator.plots.frame import Frame
from simulator.plots.labels import axis_text, value_text
from simulator.plots.lanes import Mark, lane_height, write_above
from simulator.plots.rows import Row, Segment, draw
from simulator.plots.style import BLUE, DARK, MUTED, VERMILLION, styled
from simulator.reports.numbers import quantity as with_digits
from simulator.statistics.estimates import T95

RISE, FALL = VERMILLION, BLUE
HALO = 3.0  # points, around a number that a line crosses


@dataclass(frozen=True)
class Rise:
    """What one difference adds, with its standard error, nan where it cannot be told."""

    name: str
    value: float
    se: float


@styled
def waterfall(
    ax: Axes, begin: float, rises: Sequence[Rise], quantity: str, unit: str, name: str, subtitle: str = "",
    notes: tuple[str, ...] = (),
) -> Axes:  # fmt: skip
    """Draw each rise or fall of a statistic from where the one above it ends, from the base to the new."""
    levels = list(accumulate((rise.value for rise in rises), initial=begin))
    end = levels[-1]
    reach = max(levels) - min(levels)
    rows = [_row(rise, level, unit, reach) for rise, level in zip(rises, levels, strict=False)]
    for place, level in enumerate(levels[1:-1]):
        ax.plot([level, level], [place, place + 1], color=MUTED, lw=0.8)
    marks = _marks(ax, begin, end, unit, reach)
    handles = [Patch(fc=RISE, label="adds"), Patch(fc=FALL, label="takes away")]
    whisker = Line2D([], [], color=DARK, lw=1.1, marker="|", ms=6.0, label="95% error")
    shown = (*handles, whisker) if any(rise.se > 0.0 for rise in rises) else tuple(handles)
    ax.set_xlabel(axis_text(quantity, unit))
    frame = Frame(f"What moved the {name} of {quantity}", subtitle, notes, shown)
    draw(
        ax,
        rows or [Row(("nothing differs",), (Segment(begin, begin, RISE),))],
        frame,
        unit,
        lane_height(ax, marks),
    )
    for text in ax.texts:
        text.set_path_effects([withStroke(linewidth=HALO, foreground="white")])
    write_above(ax, marks)
    return ax


def _row(rise: Rise, level: float, unit: str, reach: float) -> Row:
    end = level + rise.value
    told = (
        with_digits(rise.value, rise.se, unit) if isfinite(rise.se) else value_text(rise.value, unit, reach)
    )
    text = (("+" if rise.value > 0.0 else "") + told,)
    whisker = (end - T95 * rise.se, end + T95 * rise.se) if rise.se > 0.0 else None
    segment = Segment(level, end, RISE if rise.value > 0.0 else FALL)
    return Row((rise.name,), (segment,), right=text, whisker=whisker)


def _marks(ax: Axes, begin: float, end: float, unit: str, reach: float) -> list[Mark]:
    """A line at each end; one where they are the same."""
    ends = {"base": begin, "new": end} if begin != end else {"base, new": begin}
    for value in ends.values():
        ax.axvline(value, color=DARK, lw=1.1)
    return [Mark(value, f"{name}\n{value_text(value, unit, reach)}") for name, value in ends.items()]
