"""Fan charts: bands of percentiles year by year, and the median through them."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulator.plots.frame import Frame, fit
from simulator.plots.labels import axis_text, scale_decades
from simulator.plots.style import BLUE, DARK, VERMILLION, styled

SHADES = (0.18, 0.38)  # of the outer and the inner band
MOST_LABELS = 12  # years that fit beside each other


@styled
def fan(
    ax: Axes, years: Sequence[str], bands: dict[float, Sequence[float]], quantity: str, unit: str,
    heading: str, subtitle: str = "", budget: tuple[float, str] | None = None,
) -> Axes:  # fmt: skip
    """Draw percentiles by year, the outer pair light, the inner dark, the median a line, on decades."""
    places = range(len(years))
    levels = sorted(bands)
    handles: list[Patch | Line2D] = []
    for low, high, shade in zip(levels, reversed(levels), SHADES, strict=False):
        ax.fill_between(places, bands[low], bands[high], fc=BLUE, alpha=shade, lw=0.0)
        handles.append(Patch(fc=BLUE, alpha=shade, label=f"P{low:g} to P{high:g}"))
    middle = levels[len(levels) // 2]
    ax.plot(places, bands[middle], color=DARK, marker="o", ms=4.0)
    handles.append(Line2D([], [], color=DARK, marker="o", ms=4.0, label=f"P{middle:g}"))
    if budget:
        ax.axhline(budget[0], color=VERMILLION, ls="--")
        handles.append(Line2D([], [], color=VERMILLION, ls="--", label=budget[1]))
    ax.set_yscale("log")
    ax.grid(axis="y")
    every = -(-len(years) // MOST_LABELS)
    ax.set_xticks(places[::every], years[::every])
    ax.set_xlim(-0.15, len(years) - 0.85)
    ax.set_ylabel(axis_text(quantity, unit))
    scale_decades(ax.yaxis, unit)
    fit(ax, Frame(heading, subtitle, (), tuple(handles)))
    return ax
