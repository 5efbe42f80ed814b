"""Limits and whether they are kept, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from simulator.gate import MAX, OVER, PASS, UNDECIDED, Limit, Verdict, decision
from simulator.reports.data import finite
from simulator.reports.layout import Row, Sheet
from simulator.reports.numbers import ROUNDING, exponent, stated, to_error

HEAD = ("limit", "at most", "found", "95% interval", "decision")
WORDS = {
    PASS: "Pass: every limit is kept",
    OVER: "Over: a limit is broken",
    UNDECIDED: "Undecided: the Monte Carlo error is too large to tell",
}
FINEST = 0.01  # of the standard error: no end is shown finer
RULE = "Kept: the whole 95% interval of the Monte Carlo error is at or below the limit; broken: above it"


def check_sheet(
    verdicts: Sequence[Verdict],
    units: Mapping[str, str],
    about: Mapping[str, Any],
    sentences: Sequence[str] = (),
) -> Sheet:
    """Every limit in a row; ``about`` says of which run and against which, ``sentences`` what they are."""
    whole = decision(verdicts)
    records = [_record(verdict) for verdict in verdicts]
    return Sheet(
        above=(f"Budget check of {about['name']}: {whole}", WORDS[whole], *sentences),
        tables=([HEAD, *(_row(verdict, units[verdict.limit.quantity]) for verdict in verdicts)],),
        below=(*_needed(verdicts), RULE),
        records=records,
        data={"decision": whole, "limits": records, **about, "notes": list(sentences)},
    )


def _record(verdict: Verdict) -> dict[str, Any]:
    limit, found = verdict.limit, verdict.found
    return {
        "kind": limit.kind,
        "quantity": limit.quantity,
        "statistic": limit.statistic,
        "limit": limit.limit,
        "relative": limit.relative,
        "value": finite(found.value),
        "se": finite(found.se),
        "low": finite(found.low),
        "high": finite(found.high),
        "draws": verdict.draws,
        "decision": verdict.decision,
        "draws_to_decide": verdict.draws_to_decide,
    }


def _row(verdict: Verdict, unit: str) -> Row:
    limit, found = verdict.limit, verdict.found
    most = f"{100.0 * limit.limit:g}%" if limit.relative else stated(limit.limit, unit)
    value, low, high = (
        _text(number, _told(verdict), unit, limit.relative) for number in (found.value, found.low, found.high)
    )
    return _name(limit, unit), most, value, f"{low} to {high}", verdict.decision


def _told(verdict: Verdict) -> float:
    """The error that digits are shown for: smaller where an end of the interval is near the limit."""
    found = verdict.found
    nearest = min(abs(end - verdict.limit.limit) for end in (found.low, found.high))
    error = min(found.se, max(nearest, FINEST * found.se))
    return error if error > ROUNDING * abs(found.value) else 0.0


def _name(limit: Limit, unit: str) -> str:
    """The statistic, of which quantity and in which unit where its numbers do not show them."""
    name = "" if limit.quantity == "total_cost" else f"{limit.quantity} "
    shown = "" if limit.relative or unit in ("USD", "1") else f" ({unit})"
    return f"{'' if limit.kind == MAX else 'increase of '}{name}{limit.statistic}{shown}"


def _needed(verdicts: Sequence[Verdict]) -> list[str]:
    """What would decide the undecided."""
    return [
        f"{_name(verdict.limit, '1')}: {verdict.doubt or _more(verdict.draws, verdict.draws_to_decide)}"
        for verdict in verdicts
        if verdict.decision == UNDECIDED
    ]


def _more(draws: int, wanted: int | None) -> str:
    if wanted is None:
        return f"of {draws:,} draws; how many would decide cannot be told"
    return f"of {draws:,} draws; about {wanted:,} would decide, 9 times in 10, were the value as found"


def _text(value: float, se: float, unit: str, relative: bool) -> str:
    """A value with the digits that its error supports."""
    if not isfinite(value):
        return "unknown"
    if not relative:
        return to_error(value, se, unit)
    return f"{100.0 * value:.{max(0, -exponent(100.0 * se)) if se > 0.0 else 1}f}%"
