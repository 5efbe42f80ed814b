"""Horizontal bars, one a row: names on the left, two lines of text at the ends of each bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from matplotlib.axes import Axes

from simulator.plots.frame import Frame, fit, measure, pixels
from simulator.plots.labels import scale_axis
from simulator.plots.style import DARK, MUTED, SIZE, SMALL

ROW, REST = 0.4, 2.1  # inches: a row; heading, axis, legend and a note or two
NOTE, CHARACTERS = 0.16, 90  # inches a line of notes, characters in it
BAR = 0.56  # of a row
BESIDE = 4.0  # points between a bar and its text

Lines = tuple[str, ...]


@dataclass(frozen=True)
class Segment:
    """A piece of a bar."""

    begin: float
    end: float
    colour: str
    hatched: bool = False


@dataclass(frozen=True)
class Row:
    """A bar with its name, what is written at its ends, and an error or range."""

    name: Lines
    segments: tuple[Segment, ...]
    left: Lines = ()
    right: Lines = ()
    whisker: tuple[float, float] | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest place that the row takes."""
        places = [end for s in self.segments for end in (s.begin, s.end)] + [*(self.whisker or ())]
        finite = [place for place in places if isfinite(place)] or [0.0]
        return min(finite), max(finite)


def height_of(rows: int, notes: Sequence[str] = ()) -> float:
    """Inches that a breakdown or a tornado of so many rows needs, at a width of 6.5.

    >>> height_of(12), height_of(12, ["a note"]) > height_of(12)
    (6.9, True)
    """
    lines = sum(1 + len(note) // CHARACTERS for note in notes)
    return round(ROW * max(rows, 1) + REST + NOTE * lines, 2)


def draw(ax: Axes, rows: Sequence[Row], frame: Frame, unit: str, above: float = 0.0) -> None:
    """Draw rows, the first on top, in a frame."""
    for place, row in enumerate(rows):
        _bar(ax, place, row)
        _lines(ax, row.name, 0.0, place, "right", -6.0, (SIZE, SMALL))
    ax.set_ylim(max(len(rows), 1) - 0.4, -0.6)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    _limits(ax, rows)
    fit(ax, frame, above)
    _limits(ax, rows)
    scale_axis(ax.xaxis, unit, ax.get_window_extent().width / pixels(ax, 1.0))
    fit(ax, frame, above)
    for place, row in enumerate(rows):
        _lines(ax, row.left, row.ends[0], place, "right", -BESIDE, (SMALL, SMALL), data=True)
        _lines(ax, row.right, row.ends[1], place, "left", BESIDE, (SMALL, SMALL), data=True)


def _bar(ax: Axes, place: int, row: Row) -> None:
    """The longest piece below, so that none is hidden."""
    for piece in sorted(row.segments, key=lambda s: -abs(s.end - s.begin)):
        thick = 0.5 * BAR if piece.hatched else BAR
        looks = (
            {"hatch": "/////", "fc": "white", "ec": MUTED, "lw": 0.8}
            if piece.hatched
            else {"fc": piece.colour}
        )
        ax.barh(place, piece.end - piece.begin, thick, piece.begin, **looks)
    if row.whisker:
        ax.plot(row.whisker, [place, place], color=DARK, lw=1.1, marker="|", ms=6.0)


def _lines(
    ax: Axes, lines: Lines, x: float, place: int, side: str, offset: float, sizes: tuple[float, float],
    data: bool = False,
) -> None:  # fmt: skip
    """Text centred on a row: one line, or a dark one over a grey one."""
    shown = [line for line in lines if line]
    anchors = (("center", 0.0),) if len(shown) == 1 else (("bottom", 0.5), ("top", -1.5))
    for line, (anchor, lift), size, colour in zip(shown, anchors, sizes, (DARK, MUTED), strict=False):
        note = ax.annotate(
            line, (x, place), (offset, lift), textcoords="offset points", ha=side, va=anchor, fontsize=size,
            color=colour, xycoords="data" if data else ("axes fraction", "data"), annotation_clip=False,
        )  # fmt: skip
        note.set_in_layout(not data)


def _limits(ax: Axes, rows: Sequence[Row]) -> None:
    """Give the bars what their texts leave of the width."""
    width = ax.get_window_extent().width
    left, right = (_widest(ax, [getattr(row, side) for row in rows]) for side in ("left", "right"))
    low, high = (
        min((row.ends[0] for row in rows), default=0.0),
        max((row.ends[1] for row in rows), default=0.0),
    )
    reach = (high - low) or abs(high) or 1.0
    if high == low:
        low, high = low - reach / 2.0, high + reach / 2.0
    scale = (high - low) / max(width - left - right, 0.1 * width)
    ax.set_xlim(low - left * scale, high + right * scale)


def _widest(ax: Axes, texts: Sequence[Lines]) -> float:
    """Room for the widest text, and a little."""
    widths = [measure(ax, line)[0] for lines in texts for line in lines if line]
    return max(widths, default=0.0) + pixels(ax, 2.5 * BESIDE)
