"""Figures made and stored: the same bytes from every run, and a whole file or none."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from uuid import uuid4

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from simulator.errors import Complaint, InputError
from simulator.plots.style import in_style, styled

NAMELESS: dict[str, dict[str, str | None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
}


@styled
def figure(width_in: float, height_in: float) -> tuple[Figure, Axes]:
    """A figure of so many inches with one pair of axes."""
    made = Figure(figsize=(width_in, height_in))
    FigureCanvasAgg(made)
    made.subplots_adjust(0.0, 0.0, 1.0, 1.0)
    return made, made.add_subplot()


def save(figure: Figure, path: str | os.PathLike[str]) -> Path:
    """Store a figure as PNG (200 dots an inch) or SVG, by the name's ending.

    Raises :class:`InputError` for another ending, :class:`OSError` where the file cannot be written;
    a file that was there is then as it was.
    """
    place = Path(path)
    _write(_encoded(figure, check_ending(place)), place)
    return place


def check_ending(place: Path) -> str:
    """The ending of a picture's name, or :class:`InputError` where no picture can be written there."""
    suffix = place.suffix.lower()
    if suffix not in NAMELESS:
        what = f"a picture cannot be written as {suffix or 'a file without an ending'}"
        raise InputError([Complaint(str(place), what, "end its name with .png or .svg")])
    if place.is_dir() or not place.parent.is_dir():
        what = "this is a folder" if place.is_dir() else f"there is no folder {place.parent}"
        raise InputError([Complaint(str(place), what, "name a file in a folder that is there")])
    return suffix


def _encoded(figure: Figure, suffix: str) -> bytes:
    buffer = BytesIO()
    with in_style():
        figure.savefig(buffer, format=suffix[1:], dpi=200, metadata=NAMELESS[suffix])
    return buffer.getvalue()


def _write(content: bytes, place: Path) -> None:
    """Write beside the place, bring to the disk, put in place."""
    temporary = place.with_name(f".tmp-{uuid4().hex}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(place)
    except OSError as error:
        error.filename = str(place)  # the user's own, not the temporary one
        raise
    finally:
        temporary.unlink(missing_ok=True)
