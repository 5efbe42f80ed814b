"""Comparisons as pictures: waterfalls of a change, curves of both sides."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator import plots
from simulator.comparison.compare import Change, Comparison, Statistic
from simulator.pictures.sizes import HEIGHT, WIDTH

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = np.ndarray[Any, np.dtype[Any]]

BARS = 200  # of a curve drawn from a column of draws


def comparison_picture(
    kind: str, comparison: Comparison, labels: Sequence[str], level: Statistic, top: int
) -> Figure:
    """A comparison as a waterfall of one statistic, or as the curves of both sides."""
    if kind == "overlay":
        figure, ax = plots.figure(WIDTH, HEIGHT)
        spreads = [
            _of_column(comparison, label, column)
            for label, column in zip(labels, comparison.columns, strict=True)
        ]
        plots.s_curve(ax, spreads, level=level or 50.0)
        return figure
    change, rises = comparison.changes[level], _rises(comparison.changes[level], top)
    notes = tuple(f"{found.formula}: {', '.join(found.members)}" for found in change.together)
    figure, ax = plots.figure(WIDTH, plots.height_of(len(rises), (*labels, *notes)))
    name = "mean" if level is None else f"P{level:g}"
    subtitle = f"{labels[0]} to {labels[1]}"
    plots.waterfall(ax, change.base.value, rises, comparison.quantity, comparison.unit, name, subtitle, notes)
    return figure


def _rises(change: Change, top: int) -> list[plots.Rise]:
    """The steps of a change, the smallest together."""
    rises = [plots.Rise(name, value.value, value.se) for name, value in change.steps if value.value]
    left = fsum(rise.value for rise in rises[top:])
    others = [plots.Rise(f"{len(rises) - top} others", left, float("nan"))] if len(rises) > top else []
    return [*rises[:top], *others]


def _of_column(comparison: Comparison, label: str, column: Array) -> plots.Spread:
    """The distribution of a column, in bars of as many draws each."""
    edges = np.unique(np.quantile(column, np.linspace(0.0, 1.0, BARS + 1)))
    counts = np.histogram(column, edges)[0] if len(edges) > 1 else np.array([len(column)])
    edges = edges if len(edges) > 1 else np.repeat(edges, 2)
    return plots.Spread(label, comparison.quantity, comparison.unit, edges, counts, {})
