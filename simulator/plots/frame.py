"""A picture's frame: heading above, legend and notes below, and the axes fitted into what is left.

Lengths are in the figure's pixels, places in fractions of the figure, so that nothing depends on its dots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from simulator.plots.style import MUTED, POINT, SIZE, SMALL

PAD = 5.0  # points around everything and between blocks
LEAST = 0.1  # of the slot: axes are never narrower or lower
MOST = 0.87  # of the slot: about the width of axes with ticks on the left


@dataclass(frozen=True)
class Frame:
    """What stands around the axes."""

    heading: str
    subtitle: str = ""
    notes: tuple[str, ...] = ()
    handles: tuple[Artist, ...] = ()  # of the legend, each with its label


def pixels(ax: Axes, points: float) -> float:
    """A length in the figure's pixels."""
    return points * ax.get_figure(root=True).dpi / POINT  # type: ignore[union-attr]


def measure(ax: Axes, text: str, size: float = SMALL, weight: str = "normal") -> tuple[float, float]:
    """Width and height of a text."""
    probe = ax.text(0.0, 0.0, text, fontsize=size, fontweight=weight)
    box = probe.get_window_extent()
    probe.remove()
    return box.width, box.height


def wrapped(ax: Axes, text: str, width: float, size: float = SMALL, hang: str = "") -> str:
    """A text broken into lines no wider than this; later ones begin with ``hang``."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines[-1].strip() else lines[-1] + word
        if lines[-1].strip() and measure(ax, longer, size)[0] > width:
            lines.append(hang + word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def slot(ax: Axes) -> Bbox:
    """The part of the figure that is the axes' own, a little inside its ends."""
    figure, place = ax.figure, ax.get_subplotspec()
    box = place.get_position(figure) if place else ax.get_position(original=True)  # type: ignore[arg-type]
    whole = figure.bbox
    found = Bbox.from_extents(
        box.x0 * whole.width, box.y0 * whole.height, box.x1 * whole.width, box.y1 * whole.height
    )
    return found.padded(-pixels(ax, PAD))


def across(ax: Axes) -> float:
    """About how wide axes will be, in points."""
    return MOST * float(slot(ax).width) / pixels(ax, 1.0)


def fit(ax: Axes, frame: Frame, above: float = 0.0) -> None:
    """Draw a frame once, keep ``above`` free over the axes, and fit them into what is left."""
    clear(ax)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_axisbelow(True)
    room = slot(ax)
    top = _heading(ax, frame, room) - above
    bottom = _foot(ax, frame, room)
    inner = Bbox.from_extents(room.x0, min(bottom, top - LEAST * room.height), room.x1, top)
    _place(ax, inner)
    for _ in range(4):
        outer, own = ax.get_tightbbox(), ax.get_window_extent()
        assert outer is not None
        x0, x1 = own.x0 + inner.x0 - outer.x0, own.x1 + inner.x1 - outer.x1
        y0, y1 = own.y0 + inner.y0 - outer.y0, own.y1 + inner.y1 - outer.y1
        right, high = max(x1, x0 + LEAST * room.width), max(y1, y0 + LEAST * room.height)
        _place(ax, Bbox.from_extents(x0, y0, right, high))


def clear(ax: Axes) -> None:
    """Remove what an earlier fit drew."""
    for artist in [*ax.texts, *ax.get_children()]:
        if artist.get_gid() == "frame" and artist.axes is ax:
            artist.remove()


def _place(ax: Axes, box: Bbox) -> None:
    whole = ax.figure.bbox
    ax.set_position(
        (box.x0 / whole.width, box.y0 / whole.height, box.width / whole.width, box.height / whole.height)
    )


def _heading(ax: Axes, frame: Frame, room: Bbox) -> float:
    """Draw the heading and the subtitle; return where they end."""
    heading = wrapped(ax, frame.heading, 0.9 * room.width, SIZE + 1.0)  # bold is wider than what was measured
    top = _block(ax, heading, room.x0, room.y1, fontsize=SIZE + 1.0, fontweight="bold")
    if frame.subtitle:
        text = wrapped(ax, frame.subtitle, room.width)
        top = _block(ax, text, room.x0, top - pixels(ax, 2.0), fontsize=SMALL, color=MUTED)
    return top - pixels(ax, PAD)


def _foot(ax: Axes, frame: Frame, room: Bbox) -> float:
    """Draw notes and, over them, the legend; return where they begin."""
    bottom: float = room.y0
    if frame.notes:
        text = "\n".join(wrapped(ax, note, room.width, hang="    ") for note in frame.notes)
        height = measure(ax, text)[1]
        _block(ax, text, room.x0, bottom + height, fontsize=SMALL, color=MUTED)
        bottom += height + pixels(ax, PAD)
    return bottom + _legend(ax, frame.handles, room, bottom)


def _block(ax: Axes, text: str, x: float, y: float, **looks: Any) -> float:
    """A text with its upper left corner at a place of the figure; return where it ends."""
    whole = ax.figure.bbox
    drawn: Text = ax.text(
        x / whole.width, y / whole.height, text, transform=ax.figure.transSubfigure,
        ha="left", va="top", gid="frame", **looks,
    )  # fmt: skip
    drawn.set_in_layout(False)
    end: float = drawn.get_window_extent().y0
    return end


def _legend(ax: Axes, handles: Sequence[Artist], room: Bbox, bottom: float) -> float:
    """A legend in as many columns as fit; return its height."""
    whole, labels = ax.figure.bbox, [wrapped(ax, str(h.get_label()), 0.9 * room.width) for h in handles]
    for columns in range(len(handles), 0, -1):
        legend = ax.legend(
            handles, labels, ncols=columns, loc="lower left", borderaxespad=0.0, borderpad=0.0,
            bbox_to_anchor=(room.x0 / whole.width, bottom / whole.height),
            bbox_transform=ax.figure.transSubfigure, columnspacing=1.2, handlelength=1.8,
        )  # fmt: skip
        legend.set_in_layout(False)
        box = legend.get_window_extent()
        if box.width <= room.width:
            break
    return float(box.height) + pixels(ax, PAD) if handles else 0.0
