"""Tornados: what each input does to a quantity, the widest on top."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulator.plots.frame import Frame
from simulator.plots.labels import axis_text, value_text
from simulator.plots.lanes import Mark, lane_height, write_above
from simulator.plots.rows import Row, Segment, draw
from simulator.plots.style import BLUE, DARK, MUTED, NOISE, ORANGE, styled
from simulator.reports.numbers import percent
from simulator.sensitivity.tornado import VARIANCE, Bar, Tornado
from simulator.statistics.estimates import T95

LOW, HIGH = ORANGE, BLUE  # the quantity at the low and at the high input; and what falls or rises with it
FORK = ((0.0, 1.0), (1.0, 1.0), (1.0, -1.0), (0.0, -1.0))  # the bracket in the legend
BESIDE, DEPTH = 1.012, 0.012  # of the axes' width: where brackets stand, how deep they are


@styled
def tornado(ax: Axes, tornado: Tornado, top: int = 12, label: str = "") -> Axes:
    """Draw the widest bars and, as one hatched bar, the others combined.

    Swings run from the quantity at the low input to that at the high one, about the baseline; for the kind
    ``variance`` a bar is a share in percent (already where the tornado's unit is ``%``, else times 100).
    """
    moving = _moving(tornado)
    shown, others = moving[:top], moving[top:]
    rows = [_row(tornado, bar) for bar in shown] + ([_others(tornado, others)] if others else [])
    rows = rows or [Row(("no input moves it",), (Segment(tornado.baseline, tornado.baseline, NOISE),))]
    shares = tornado.kind == VARIANCE
    marks = [] if shares else [Mark(tornado.baseline, f"baseline\n{_text(tornado, tornado.baseline)}")]
    handles = (*_sides(shown, shares), *_signs(shown, len(others), shares))
    frame = Frame(
        tornado.title,
        ", ".join(filter(None, (label, tornado.how))),
        (*_still(len(tornado.bars) - len(moving)), *tornado.notes),
        handles,
    )
    ax.set_xlabel("share of the variance" if shares else axis_text(tornado.quantity, tornado.unit))
    ax.axvline(0.0 if shares else tornado.baseline, color=DARK, lw=1.1)
    _brackets(ax, shown)
    draw(ax, rows, frame, "%" if shares else tornado.unit, lane_height(ax, marks) if marks else 0.0)
    write_above(ax, marks)
    return ax


def rows_of(tornado: Tornado, top: int = 12) -> int:
    """How many rows are drawn, for :func:`height_of`."""
    return min(len(_moving(tornado)), top + 1)


def _moving(tornado: Tornado) -> tuple[Bar, ...]:
    """The bars of inputs that have an effect."""
    return tuple(bar for bar in tornado.bars if bar.swing > 0.0 or bar.se > 0.0)


def _still(count: int) -> tuple[str, ...]:
    """A note on inputs that are left out."""
    return (
        (f"Left out: {count} input{'s' if count > 1 else ''} with the same result at both ends",)
        if count
        else ()
    )


def _text(tornado: Tornado, value: float) -> str:
    """The quantity, with the digits that tell the ends of the bars apart."""
    ends = [end for bar in tornado.bars for end in (bar.low, bar.high)]
    return value_text(value, tornado.unit, max(ends) - min(ends) if ends else 0.0)


def _row(tornado: Tornado, bar: Bar) -> Row:
    return _share(tornado, bar) if tornado.kind == VARIANCE else _swing(tornado, bar)


def _name(bar: Bar) -> tuple[str, ...]:
    return (bar.input, "" if bar.unit == "1" else bar.unit)


def _swing(tornado: Tornado, bar: Bar) -> Row:
    """Two pieces from the baseline, one to each end; the input's and the quantity's values beside them."""
    base = tornado.baseline
    low = (value_text(bar.low_input, bar.unit), _text(tornado, bar.low))
    high = (value_text(bar.high_input, bar.unit), _text(tornado, bar.high))
    left, right = (low, high) if bar.low <= bar.high else (high, low)
    outer = max(bar.low, bar.high, key=lambda end: abs(end - base))
    return Row(
        name=_name(bar),
        segments=(
            Segment(base, bar.low, NOISE if bar.is_noise else LOW),
            Segment(base, bar.high, NOISE if bar.is_noise else HIGH),
        ),
        left=left,
        right=right,
        whisker=(outer - T95 * bar.se, outer + T95 * bar.se) if bar.se > 0.0 else None,
    )


def _share(tornado: Tornado, bar: Bar) -> Row:
    """A bar from 0 to a share in percent."""
    factor = _percent(tornado)
    share, se = bar.swing * factor, bar.se * factor
    return Row(
        name=(bar.input,),
        segments=(Segment(0.0, share, NOISE if bar.is_noise else HIGH if bar.rises else LOW),),
        right=(percent(share / 100.0, se / 100.0),),
        whisker=(share - T95 * se, share + T95 * se) if bar.se > 0.0 else None,
    )


def _percent(tornado: Tornado) -> float:
    return 1.0 if tornado.unit == "%" else 100.0


def _others(tornado: Tornado, others: Sequence[Bar]) -> Row:
    """The bars that are not shown, combined: shares add up, swings as the root of the sum of squares."""
    name = (f"{len(others)} other{'s' if len(others) > 1 else ''}", "combined")
    if tornado.kind == VARIANCE:
        share = max(0.0, sum(bar.explained for bar in others)) * _percent(tornado)
        return Row(name, (Segment(0.0, share, MUTED, hatched=True),), right=(percent(share / 100.0),))
    base = tornado.baseline
    low = base - hypot(*(max(0.0, base - min(bar.low, bar.high)) for bar in others))
    high = base + hypot(*(max(0.0, max(bar.low, bar.high) - base) for bar in others))
    ends = (Segment(base, low, MUTED, hatched=True), Segment(base, high, MUTED, hatched=True))
    return Row(name, ends, ("", _text(tornado, low)), ("", _text(tornado, high)))


def _sides(bars: Sequence[Bar], shares: bool) -> list[Artist]:
    """What the colours mean."""
    names = ("falls with the input", "rises with the input") if shares else ("low input", "high input")
    noise = [Patch(fc=NOISE, label="no more than noise")] if any(bar.is_noise for bar in bars) else []
    return [Patch(fc=LOW, label=names[0]), Patch(fc=HIGH, label=names[1]), *noise]


def _signs(bars: Sequence[Bar], others: int, shares: bool) -> list[Artist]:
    """What whiskers, brackets and hatching mean, where there are any."""
    found: list[Artist] = []
    if any(bar.se > 0.0 for bar in bars):
        what = "share" if shares else "swing"
        found.append(Line2D([], [], color=DARK, lw=1.1, marker="|", ms=6.0, label=f"95% error of the {what}"))
    if any(not bar.clear_of_next for bar in bars[:-1]):
        looks = {"marker": FORK, "mfc": "none", "mec": DARK, "ms": 8.0, "ls": "none"}
        found.append(Line2D([], [], label="order not resolved", **looks))  # type: ignore[arg-type]
    if others:
        how = "sum" if shares else "root of the sum of squares"
        found.append(Patch(fc="white", ec=MUTED, hatch="/////", label=f"others: {how}"))
    return found


def _brackets(ax: Axes, bars: Sequence[Bar]) -> None:
    """Join the rows whose order is not resolved, at the right margin."""
    for first, last in runs([bar.clear_of_next for bar in bars]):
        ax.plot(
            [BESIDE, BESIDE + DEPTH, BESIDE + DEPTH, BESIDE],
            [first - 0.2, first - 0.2, last + 0.2, last + 0.2],
            color=DARK, lw=1.1, transform=ax.get_yaxis_transform(), clip_on=False, gid="bracket",
        )  # fmt: skip


def runs(clear: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last row of each run of rows of which none is clear of the next.

    >>> runs([True, False, False, True, True]), runs([False, True]), runs([True, False])
    ([(1, 3)], [(0, 1)], [])
    """
    found: list[tuple[int, int]] = []
    for row, is_clear in enumerate(clear[:-1]):
        if not is_clear:
            first = found.pop()[0] if found and found[-1][1] == row else row
            found.append((first, row + 1))
    return found
