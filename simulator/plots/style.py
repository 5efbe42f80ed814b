"""The style of every picture: sober, the same on every machine, readable at half a page's width."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl

P = ParamSpec("P")
R = TypeVar("R")

SIZE, SMALL = 10.0, 9.0  # points, in a figure 6.5 inches wide
POINT = 72.0  # of an inch

# Okabe and Ito 2008, "Color Universal Design": told apart by the colour-blind, and in grey.
BLUE, ORANGE, GREEN, VERMILLION, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7"
DARK, MUTED, NOISE, FAINT = "#222222", "#5A5A5A", "#B4B4B4", "#DDDDDD"
RUNS = (BLUE, VERMILLION, GREEN, PURPLE, DARK)
DASHES = ("-", "--", "-.", ":")

STYLE: dict[Any, Any] = {
    "text.parse_math": False,  # dollars are dollars
    "text.color": DARK,
    "font.family": "DejaVu Sans",
    "font.size": SIZE,
    "axes.labelsize": SIZE,
    "axes.labelcolor": DARK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.7,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": DARK,
    "ytick.labelcolor": DARK,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "hatch.linewidth": 0.6,
    "figure.facecolor": "white",
    "figure.dpi": 200,
    "savefig.dpi": 200,
    "svg.fonttype": "path",
    "svg.hashsalt": "traincost",
}


@contextmanager
def in_style() -> Iterator[None]:
    """Draw in the house style, whatever the reader's own matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """A function that draws in the house style."""

    @wraps(draw)
    def in_house(*args: P.args, **kwargs: P.kwargs) -> R:
        with in_style():
            return draw(*args, **kwargs)

    return in_house
