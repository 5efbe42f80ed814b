"""How a percentile settles as draws are added."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from simulator.plots.data import Converged
from simulator.plots.frame import Frame, fit
from simulator.plots.labels import axis_text, scale_axis, scale_decades, value_text
from simulator.plots.style import BLUE, styled


@styled
def convergence(
    ax: Axes, points: Sequence[Converged], quantity: str, unit: str, level: float, label: str = ""
) -> Axes:
    """Draw a percentile with its 95% interval against the number of draws."""
    draws = np.array([float(point.draws) for point in points])
    values, low, high = (np.array([getattr(p, end) for p in points]) for end in ("value", "low", "high"))
    if len(points) > 1:
        ax.fill_between(draws, low, high, color=BLUE, alpha=0.22, lw=0)
    ax.vlines(draws, low, high, color=BLUE, lw=1.0, alpha=0.6)
    ax.plot(draws, values, "o-", color=BLUE, ms=4.0)
    _axes(ax, draws, np.concatenate([values, low, high]))
    name = f"P{level:g} of {quantity}"
    ax.set_ylabel(axis_text(name, unit))
    scale_axis(ax.yaxis, unit, 1e3)
    untold = ("Dots without a band: so few draws tell no interval",) if np.isnan(low + high).any() else ()
    fit(ax, Frame(f"{name} by number of draws", label, (_note(points[-1], unit), *untold)))
    return ax


def _axes(
    ax: Axes,
    draws: np.ndarray[tuple[int], np.dtype[np.float64]],
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> None:
    ax.set_xscale("log")
    ax.set_xlim(draws.min() / 1.3, draws.max() * 1.3)
    scale_decades(ax.xaxis, "")
    ax.set_xlabel("draws")
    ax.grid(axis="y")
    bottom, top = float(np.nanmin(values)), float(np.nanmax(values))
    margin = 0.08 * (top - bottom) or 0.05 * abs(top) or 0.5
    ax.set_ylim(bottom - margin, top + margin)


def _note(last: Converged, unit: str) -> str:
    reach = 3.0 * (last.high - last.low)
    low, value, high = (value_text(v, unit, reach) for v in (last.low, last.value, last.high))
    return f"Band: 95% interval. After {last.draws:,} draws: {value}, from {low} to {high}"
