"""Rank correlations as a heat map."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from simulator.plots.data import Array
from simulator.plots.frame import Frame, fit, measure, pixels
from simulator.plots.style import DARK, SMALL, styled

WORTH_WRITING = 0.05
NOTES = (
    "A name ends its row and heads its column.",
    f"Red: both rise together; blue: one falls as the other rises; no number: below {WORTH_WRITING}.",
)
DARK_CELL = 0.55  # numbers are white from here on


@styled
def correlation(ax: Axes, names: Sequence[str], matrix: Array, label: str = "") -> Axes:
    """Draw the lower triangle of a matrix of rank correlations; each name stands at the end of its row.

    Red pairs rise together, in blue ones one falls as the other rises; what is below 0.05 has no number.
    """
    below = np.tril(np.ones(matrix.shape, bool), -1)
    colours = mpl.colormaps["RdBu_r"].with_extremes(bad="white")
    ax.pcolormesh(np.where(below, matrix, np.nan), cmap=colours, vmin=-1.0, vmax=1.0, ec="white", lw=0.5)
    ax.set_xlim(0.0, max(len(names) - 1, 1))
    ax.set_ylim(len(names), min(1, len(names) - 1))
    ax.set_axis_off()
    for place, name in enumerate(names):
        ax.annotate(
            name, (place, place + 0.5 if place else 1.0), (4.0, 0.0 if place else 3.0), fontsize=SMALL,
            textcoords="offset points", va="center" if place else "bottom", annotation_clip=False,
        )  # fmt: skip
    fit(ax, Frame("Rank correlations (Spearman)", label, NOTES))
    _write(ax, matrix)
    return ax


def _write(ax: Axes, matrix: Array) -> None:
    """Numbers in the cells that are large enough to hold them."""
    n, own = len(matrix), ax.get_window_extent()
    width, height = measure(ax, "-.88")
    if width + pixels(ax, 2.0) > own.width / max(n - 1, 1) or height > own.height / max(n - 1, 1):
        return
    for row, column in zip(*np.tril_indices(n, -1), strict=True):
        rho = float(matrix[row, column])
        if abs(rho) >= WORTH_WRITING:
            text = f"{rho:.2f}".replace("0.", ".")
            colour = "white" if abs(rho) >= DARK_CELL else DARK
            ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=SMALL, color=colour)
