"""A tornado as a table: what an input's two ends make of a quantity, and how much all bars so far explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import fsum, isfinite
from typing import Any

from simulator.reports.layout import Row, Sheet
from simulator.reports.numbers import error_text, percent, percent_error, plain, quantity, rounded
from simulator.sensitivity.tornado import BINNED, SWING, VARIANCE, Bar, Tornado

About = Mapping[str, Any]

HEADS = {
    SWING: ("input", "low", "high", "at low", "at high", "swing", "cum."),
    BINNED: ("input", "low", "high", "at low", "at high", "swing", "±", "cum."),
    VARIANCE: ("input", "low", "high", "share", "±", "cum."),
}
UNRESOLVED, NOISE, NOTHING = " ~", " (noise)", " (none)"
MARKS = {
    NOTHING: "none: the same at all of the input's percentiles looked at",
    UNRESOLVED: "~: not clearly longer than the bar below it",
    NOISE: "noise: no longer than a bar of nothing could be by chance",
}
NUMBERS = ("low_input", "high_input", "low", "high", "swing", "se", "explained")


def tornado_sheet(tornado: Tornado, about: About, top: int) -> Sheet:
    """The widest bars in a table, the others in its last row; every bar as a record and for programs.

    ``about`` says of which run or scenario.
    """
    cumulative = list(accumulate(bar.explained for bar in tornado.bars))
    bars = [_record(bar, total) for bar, total in zip(tornado.bars, cumulative, strict=True)]
    head = {key: getattr(tornado, key) for key in ("kind", "metric", "quantity", "unit", "baseline")}
    rows = [_row(tornado.kind, bar, total) for bar, total in zip(tornado.bars, cumulative, strict=True)][:top]
    return Sheet(
        above=(f"{tornado.title}, {about['scenario']}", *_sentences(tornado)),
        tables=([HEADS[tornado.kind], *rows, *_others(tornado, top)],),
        below=_meanings(rows),
        records=[{**bar, **head, **about} for bar in bars],
        data={**head, "how": tornado.how, "bars": bars, "notes": list(tornado.notes), **about},
    )


def _meanings(rows: Sequence[Row]) -> tuple[str, ...]:
    """What the marks behind names mean, or why there are no rows."""
    if not rows:
        return ("No input of it is uncertain",)
    return tuple(meaning for mark, meaning in MARKS.items() if any(row[0].endswith(mark) for row in rows))


def _record(bar: Bar, cumulative: float) -> dict[str, Any]:
    numbers = {key: getattr(bar, key) for key in NUMBERS}
    return {
        "input": bar.input,
        "input_unit": bar.unit,
        **{key: value if isfinite(value) else None for key, value in numbers.items()},
        "cumulative": cumulative,
        "rises": bar.rises,
        "noise": bar.is_noise,
        "resolved": bar.clear_of_next,
    }


def _sentences(tornado: Tornado) -> list[str]:
    baseline = quantity(tornado.baseline, 0.0, tornado.unit)
    ends = f"at low (downside), at high (upside): {tornado.quantity} with the input at that end"
    shares = "cum.: share of the sum of squared swings so far"
    lines = {
        SWING: [f"Baseline: {baseline}, every input at its median: not the median cost", f"{ends}; {shares}"],
        VARIANCE: ["low, high: the input's P10 and P90, extremes of few values; cum.: shares so far"],
    }
    default = [f"Baseline: {baseline} over all draws", f"{ends}; ±: of the swing; {shares}"]
    return [tornado.how[:1].upper() + tornado.how[1:], *lines.get(tornado.kind, default), *tornado.notes]


def _row(kind: str, bar: Bar, cumulative: float) -> Row:
    """The cells under the heads of a kind."""
    mark = NOISE if bar.is_noise else NOTHING if not bar.swing else "" if bar.clear_of_next else UNRESOLVED
    named = (bar.input + mark, *(_compact(end) for end in (bar.low_input, bar.high_input)))
    if kind == VARIANCE:
        return (*named, percent(bar.swing, bar.se), percent_error(bar.se), percent(cumulative))
    values = tuple(rounded(value, bar.se) for value in (bar.low, bar.high, bar.swing))
    error = () if kind == SWING else (error_text(bar.se),)
    return (*named, *values, *error, percent(cumulative))


def _compact(value: float) -> str:
    """A number with three digits, its exponent without needless ones."""
    return rounded(value, 0.0).replace("e-0", "e-").replace("e+0", "e+")


def _others(tornado: Tornado, top: int) -> list[Row]:
    """A row of the bars that are not shown, with the share of what all explain that is theirs."""
    others = tornado.bars[top:]
    if not others:
        return []
    blanks = [""] * (len(HEADS[tornado.kind]) - 2)
    left = percent(fsum(bar.explained for bar in others))
    whole = percent(plain(fsum(bar.explained for bar in tornado.bars)))
    return [(f"{len(others)} others ({left})", *blanks, whole)]
