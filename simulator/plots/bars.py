"""What a sum is made of: a bar of the mean for each component, with its range."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from matplotlib.axes import Axes

from simulator.plots.data import Part
from simulator.plots.frame import Frame
from simulator.plots.labels import value_text
from simulator.plots.rows import Row, Segment, draw
from simulator.plots.style import BLUE, MUTED, styled

NOTE = "Bars, dark figures: mean. Whiskers, grey figures: P10 to P90. Means add up, percentiles do not."


@styled
def breakdown(ax: Axes, parts: Sequence[Part], label: str = "") -> Axes:
    """Draw the mean of each component, the largest on top, with whiskers from P10 to P90.

    Those that are 0 are named below.
    """
    ordered = sorted((part for part in parts if not part.is_nothing), key=lambda part: -part.mean)
    nothing = ", ".join(part.name for part in parts if part.is_nothing)
    notes = (NOTE, f"Left out, since they are 0: {nothing}") if nothing else (NOTE,)
    unit = parts[0].unit if parts else ""
    ax.set_xlabel("" if unit in {"1", "USD"} else unit)
    rows = [_row(part) for part in ordered] or [Row(("no components",), (Segment(0.0, 0.0, BLUE),))]
    total = f"mean of the total {value_text(fsum(part.mean for part in parts), unit)}"
    draw(ax, rows, Frame("Components of the total", ", ".join(filter(None, (label, total))), notes), unit)
    ax.axvline(0.0, color=MUTED, lw=0.9)
    return ax


def _row(part: Part) -> Row:
    mean, low, high = (value_text(value, part.unit) for value in (part.mean, part.low, part.high))
    return Row(
        name=(part.name,),
        segments=(Segment(0.0, part.mean, BLUE),),
        right=(mean, f"{low} – {high}"),
        whisker=(part.low, part.high),
    )
