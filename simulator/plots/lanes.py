"""Labels in a lane beside the axes: moved apart where they would touch, joined to their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from simulator.plots.frame import measure, pixels
from simulator.plots.style import DARK, MUTED, POINT, SMALL

RISE = 9.0  # points between the axes and the labels above them
APART = 7.0  # points between labels


@dataclass(frozen=True)
class Mark:
    """A value with what is written above it."""

    value: float
    text: str
    colour: str = DARK


def spread_out(centres: Sequence[float], widths: Sequence[float], low: float, high: float) -> list[float]:
    """Centres moved as little as it takes for intervals of some widths not to overlap, nor leave a range.

    >>> spread_out([1.0, 1.2, 8.0], [1.0, 1.0, 1.0], 0.0, 10.0)
    [0.6, 1.6, 8.0]
    >>> spread_out([0.0, 9.9], [1.0, 1.0], 0.0, 10.0)
    [0.5, 9.5]
    """
    order = sorted(range(len(centres)), key=lambda i: centres[i])
    clusters: list[list[int]] = []
    for i in order:
        clusters.append([i])
        while len(clusters) > 1 and _touch(clusters[-2], clusters[-1], centres, widths, low, high):
            clusters[-2:] = [clusters[-2] + clusters[-1]]
    found = [0.0] * len(centres)
    for cluster in clusters:
        place = _begin(cluster, centres, widths, low, high)
        for i in cluster:
            found[i] = place + widths[i] / 2.0
            place += widths[i]
    return found


def _begin(
    cluster: Sequence[int], centres: Sequence[float], widths: Sequence[float], low: float, high: float
) -> float:
    """Where intervals laid side by side begin, so that they are near their centres on average."""
    before, wanted = 0.0, 0.0
    for i in cluster:
        wanted += centres[i] - before - widths[i] / 2.0
        before += widths[i]
    return max(low, min(wanted / len(cluster), high - before))


def _touch(
    one: Sequence[int],
    other: Sequence[int],
    centres: Sequence[float],
    widths: Sequence[float],
    low: float,
    high: float,
) -> bool:
    end = _begin(one, centres, widths, low, high) + sum(widths[i] for i in one)
    return end > _begin(other, centres, widths, low, high)


def lane_height(ax: Axes, marks: Sequence[Mark]) -> float:
    """The room that marks take above the axes."""
    return max((measure(ax, mark.text)[1] for mark in marks), default=0.0) + pixels(ax, RISE + 3.0)


def write_above(ax: Axes, marks: Sequence[Mark]) -> None:
    """Write marks above the axes, side by side, joined to their values."""
    own = ax.get_window_extent()
    places = [float(ax.transData.transform((mark.value, 0.0))[0]) for mark in marks]
    widths = [measure(ax, mark.text)[0] + pixels(ax, APART) for mark in marks]
    found = spread_out(places, widths, own.x0, own.x1)
    for mark, place, x in zip(marks, places, found, strict=True):
        note = ax.annotate(
            mark.text, (mark.value, 1.0), ((x - place) * POINT / pixels(ax, POINT), RISE),
            xycoords=("data", "axes fraction"), textcoords="offset points", ha="center", va="bottom",
            color=mark.colour, fontsize=SMALL, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": MUTED, "lw": 0.7, "shrinkA": 0.0, "shrinkB": 0.0,
                        "relpos": (0.5, 0.0)},
        )  # fmt: skip
        note.set_in_layout(False)
