"""Claims as a table: what was said, what is predicted, and the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import inf, isfinite
from typing import Any

from simulator.claims.judging import (
    CONSISTENT,
    HIGH,
    IMPOSSIBLE,
    LEVELS,
    LOW,
    NEVER,
    NOT_COMPUTED,
    Implied,
    Judged,
)
from simulator.claims.power_law import Fitted
from simulator.claims.reading import Claim, Claims
from simulator.currency import SIGNS
from simulator.reports.data import percentiles
from simulator.reports.layout import Row, Sheet, cut
from simulator.reports.numbers import rounded, stated
from simulator.reports.sentences import laid_over

VERDICTS = (CONSISTENT, LOW, HIGH, IMPOSSIBLE, NOT_COMPUTED)
LONGEST = 22  # letters of what a claim is of
EXPLAINED = (
    "consistent: some of what was said lies within P5 to P95 of the prediction; low, high: all of it beyond; "
    f"impossible: beyond all but {100.0 * NEVER:g}% of the draws, and by arithmetic on given figures; u: the "
    "predicted chance of no more than was said, of a range its middle",
    "Disclosed facts of a case are given, what is judged never is; the priors are not the documents'",
)


def claims_sheet(
    found: Sequence[Judged], law: Fitted | None, source: Claims, about: Mapping[str, Any]
) -> Sheet:
    """The table of claims; each as a record and for programs.

    Keys of the data: ``claims`` (a list: ``id``, ``quantity``, ``low``, ``high``, ``unit``, ``percentile``,
    ``verdict``, ``predicted``, ``arithmetic``, ``case``, ``basis``, ``statement``, ``covered_by`` …),
    ``verdicts`` (counts) and ``power_law`` (``exponent``, ``claimed``).
    """
    records = [_record(each) for each in found]
    counts = Counter(each.verdict for each in found)
    return Sheet(
        above=(source.title, *_sentences(counts, law, source, about)),
        tables=(_rows(found),),
        below=(*EXPLAINED, *_remarks(found), *_covered(found)),
        records=[{**_flat(record), **about} for record in records],
        data={
            "claims": records,
            "verdicts": {verdict: counts[verdict] for verdict in VERDICTS},
            "power_law": _law(law),
            **about,
        },
    )


def _sentences(
    counts: Counter[str], law: Fitted | None, source: Claims, about: Mapping[str, Any]
) -> Iterator[str]:
    yield ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS)
    for key, document in source.documents.items():
        yield f"{key}: {document}"
    yield f"Book: {about['book']}; {about['draws']:,} draws, seed {about['seed']}, sampler {about['sampler']}"
    yield from laid_over(about, "every case")
    if law:
        low, middle, high = (f"{law.exponent[level].value:.2f}" for level in (5.0, 50.0, 95.0))
        yield (
            f"Cost grows with parameters to the power {middle} ({low} to {high}, P5 to P95) over "
            f"{', '.join(law.cases)}; by the documents' own figures {law.claimed:.2f}"
        )


def _rows(found: Sequence[Judged]) -> list[Row]:
    heads = ("id", "quantity", "said", "P5", "P50", "P95", "u", "verdict")
    return [heads, *(_row(each) for each in found if each.chances is not None)]


def _row(found: Judged) -> Row:
    claim = found.claim
    numbers = (rounded(e.value, max(e.se, abs(e.value) / 100.0)) for e in found.predicted.values())
    return (claim.id, _name(claim), said(found), *numbers, f"{found.percentile:.3f}", found.verdict)


def _name(claim: Claim) -> str:
    """What a claim is of, with its unit where that has room, and is no money, which has its sign."""
    unit = "" if claim.unit == "1" or _sign(claim) else claim.unit
    whole = f"{claim.subject}, {unit}" if unit else claim.subject
    return whole if len(whole) <= LONGEST else cut(claim.subject, LONGEST)


def _sign(claim: Claim) -> str:
    return SIGNS.get(claim.unit.split("/")[0], "")


def said(found: Judged) -> str:
    """What was said, with the digits in which it was; of money with its sign."""
    low, high = (stated(end, "1") for end in (found.claim.low, found.claim.high))
    sign = _sign(found.claim)
    if found.claim.high == inf:
        return f"≥ {sign}{low}"
    if found.claim.low == -inf:
        return f"≤ {sign}{high}"
    return f"{sign}{low}" if found.claim.low == found.claim.high else f"{sign}{low}-{high}"


def _remarks(found: Sequence[Judged]) -> Iterator[str]:
    """What each claim that was judged implies, and what is to be said of how it was read."""
    for each in found:
        if each.implied:
            yield f"{each.claim.id} {told(each.implied)}"
        if each.verdict != NOT_COMPUTED and each.claim.note:
            yield f"{each.claim.id}: {each.claim.note}"


def told(found: Implied) -> str:
    """The arithmetic of a claim in words, to two digits.

    >>> told(Implied("watts_per_accelerator", "W", (12.28, 17.54), 617.3))
    'implies watts_per_accelerator of 12 to 18 W, where 620 is predicted'
    """
    *ends, predicted = (stated(float(f"{value:.2g}"), "1") for value in (*found.values, found.predicted))
    unit = "" if found.unit == "1" else f" {found.unit}"
    return f"implies {found.quantity} of {' to '.join(ends)}{unit}, where {predicted} is predicted"


def _covered(found: Sequence[Judged]) -> Iterator[str]:
    for each in found:
        if each.verdict == NOT_COMPUTED:
            yield f"{each.claim.id}, not computed: {each.claim.statement}: {each.claim.covered_by}"


def _record(found: Judged) -> dict[str, Any]:
    claim = found.claim
    return {
        "id": claim.id,
        "quantity": claim.quantity or None,
        "low": claim.low if isfinite(claim.low) else None,
        "high": claim.high if isfinite(claim.high) else None,
        "unit": claim.unit or None,
        "percentile": found.percentile,
        "verdict": found.verdict,
        "predicted": percentiles(found.predicted),
        "arithmetic": told(found.implied) if found.implied else None,
        "case": claim.case.stem if claim.case else None,
        "given": list(claim.given),
        "basis": claim.basis or None,
        "compared_as": claim.ratio or None,
        "statement": claim.statement,
        "document": claim.document,
        "as_of": claim.as_of or None,
        "covered_by": claim.covered_by or None,
        "note": claim.note or None,
    }


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record with a column a percentile, and no lists."""
    percentiles = {f"p{level:g}": record["predicted"].get(f"{level:g}", {}).get("value") for level in LEVELS}
    rest = {key: value for key, value in record.items() if key != "predicted"}
    return {**rest, "given": "; ".join(record["given"]), **percentiles}


def _law(law: Fitted | None) -> dict[str, Any] | None:
    if law is None:
        return None
    return {
        "quantity": law.quantity,
        "cases": list(law.cases),
        "exponent": percentiles(law.exponent),
        "claimed": law.claimed,
    }
