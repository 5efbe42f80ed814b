"""A comparison as tables: statistics side by side, and what made each of them move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import fsum, isfinite, nan
from typing import Any

from simulator.comparison.compare import NO_CHANGE, Change, Comparison, Contribution, Statistic, Together
from simulator.comparison.differences import AND, CORRELATIONS, LEVER, given, lever_key
from simulator.reports.data import finite
from simulator.reports.layout import Row, Sheet
from simulator.reports.numbers import error_text, percent, percent_error, rounded, with_error
from simulator.scenario.scenario import Scenario
from simulator.statistics.estimates import Estimate

SIDES = ("statistic", "base", "new", "change", "±", "of base", "±")
HEAD = ("base", "new", "adds", "±", "alone", "last")
MEANINGS = (
    "±: one standard error of the paired difference, of the simulation and not of the priors",
    "adds: the Shapley value, the mean of what it adds over all orders in which the differences can be taken "
    "over; these add up to the change",
    "alone: by itself on top of the base; last: on top of all others; base, new: an input's median, "
    "beside which its spread counts",
)
WIDEST = 12  # characters of a value in a table
CLEARLY = 2.0  # standard errors: a step of less is not in the first sentence
HEADLINE = 3  # steps that the first sentence names


def compare_sheet(comparison: Comparison, about: Mapping[str, Any], notes: Sequence[str], top: int) -> Sheet:
    """The comparison as tables, records and one object; ``about`` names both sides."""
    changes = dict(sorted(comparison.changes.items(), key=_order))
    asked = {level: change for level, change in changes.items() if change.contributions}
    sides = [SIDES, *(_side(statistic(level), change) for level, change in changes.items())]
    return Sheet(
        above=(f"What moved {_named(comparison)}", *_sentences(comparison, about, asked), *notes),
        tables=(sides, *(_table(comparison, level, change, top) for level, change in asked.items())),
        below=(*_sums(asked), *(MEANINGS if asked else MEANINGS[:1])),
        records=[
            record for level, change in changes.items() for record in _records(comparison, level, change)
        ],
        data={**_data(comparison, about), "notes": list(notes)},
    )


def _sentences(
    comparison: Comparison, about: Mapping[str, Any], asked: Mapping[Statistic, Change]
) -> Iterator[str]:
    """Which sides, on which draws, what differs, and what moved."""
    how, between = comparison.settings, comparison.between
    yield f"Base: {about['base']}"
    yield f"New: {about['new']}"
    yield f"{how.draws:,} draws, seed {how.seed}, sampler {how.sampler}, the same on both sides"
    if not between.everything and all(change.change == NO_CHANGE for change in comparison.changes.values()):
        yield "The two sides do not differ"
        return
    if between.structure:
        yield f"Structure: base {given(between.base)}; new {given(between.new)}"
    yield from _picked(comparison)
    for level, change in asked.items():
        yield _headline(statistic(level), change, comparison.unit)


def statistic(level: Statistic) -> str:
    """A statistic as it is written: p90, mean."""
    return "mean" if level is None else f"p{level:g}"


def _picked(comparison: Comparison) -> list[str]:
    """What the plan's words that differ stand for."""
    words = {word: " to ".join(ends) for word, ends in comparison.between.words.items()}
    return [
        f"{part.name}: {', '.join(words[word] for word in part.name.split(AND))}, with the priors picked by "
        f"it: {', '.join(part.inputs)}"
        for part in comparison.between.parts
        if part.inputs and part.inputs != (part.name,)
    ]


def _named(comparison: Comparison) -> str:
    """The quantity, with a unit that its numbers do not show."""
    shown = comparison.unit in ("USD", "1")
    return comparison.quantity + ("" if shown else f" ({comparison.unit})")


def _headline(name: str, change: Change, unit: str) -> str:
    """What moved, which way, and the three largest steps.

    ``P90 rose by $9.1M ± 0.2: gpu_price +7.4M, electricity_price +2.3M, mfu -600k``
    """
    found = change.change
    told = [(what, value) for what, value in change.steps if _is_clear(value)]
    steps = ", ".join(f"{what} {_signed(value)}" for what, value in told[:HEADLINE]) or "no step is clear"
    if not _is_clear(found):
        return f"{_spelt(name)} has not clearly moved ({with_error(found.value, found.se, unit)}): {steps}"
    word = "rose" if found.value > 0.0 else "fell"
    return f"{_spelt(name)} {word} by {with_error(abs(found.value), found.se, unit)}: {steps}"


def _is_clear(found: Estimate) -> bool:
    return abs(found.value) > CLEARLY * found.se


def _spelt(name: str) -> str:
    return "The mean" if name == "mean" else name.upper()


def _order(item: tuple[Statistic, Change]) -> float:
    return -1.0 if item[0] is None else item[0]


def _side(name: str, change: Change) -> Row:
    base, new, moved = change.base, change.new, change.change
    share = change.relative
    return (
        name if name == "mean" else name.upper(),
        rounded(base.value, base.se),
        rounded(new.value, new.se),
        _signed(moved),
        error_text(moved.se),
        _signed_share(share),
        percent_error(share.se) if isfinite(share.se) else "–",
    )


def _signed(found: Estimate | None) -> str:
    """A change with its sign."""
    if found is None:
        return "–"
    text = rounded(found.value, found.se)
    return f"+{text}" if found.value > 0.0 and text != "0" else text


def _signed_share(share: Estimate) -> str:
    if not isfinite(share.value):
        return "–"
    return ("-" if share.value < 0.0 else "+" if share.value > 0.0 else "") + percent(
        abs(share.value), share.se
    )


def _table(comparison: Comparison, level: Statistic, change: Change, top: int) -> list[Row]:
    """What made a statistic move, the largest parts first, the smallest together."""
    name = statistic(level)
    shown, others = change.contributions[:top], change.contributions[top:]
    rows = [(part.what, *map(_cell, _values(comparison, part)), *_parts(part)) for part in shown]
    if others:
        errors = max(part.value.se for part in others)
        rest = Estimate(fsum(part.value.value for part in others), errors, nan, nan)
        name_of_rest = f"{len(others)} other{'s' if len(others) > 1 else ''}"
        rows.append((name_of_rest, "", "", _signed(rest), "–", "–", "–"))
    total = ("change", "", "", _signed(change.change), error_text(change.change.se), "", "")
    return [(f"{name if level is None else name.upper()} by what differs", *HEAD), *rows, total]


def _parts(part: Contribution) -> tuple[str, ...]:
    return _signed(part.value), error_text(part.value.se), _signed(part.alone), _signed(part.last)


def _values(comparison: Comparison, part: Contribution) -> tuple[float | str | None, ...]:
    """What a difference is on either side."""
    between = comparison.between
    if words := [between.words[word] for word in part.what.split(AND) if word in between.words]:
        return ", ".join(base for base, _ in words), ", ".join(new for _, new in words)
    return tuple(_value(side, part) for side in (between.base, between.new))


def _value(scenario: Scenario, part: Contribution) -> float | str | None:
    """An input's median, a lever's state, how many correlations there are."""
    if part.what in scenario.priors:
        return _of_input(scenario, part.what)
    if part.kind == LEVER:
        return "on" if part.what in map(lever_key, scenario.levers) else "off"
    return float(len(scenario.correlations)) if part.kind == CORRELATIONS else None


def _of_input(scenario: Scenario, name: str) -> float | str:
    """An input's median; a word where its unit is a choice of words."""
    median, words = (
        float(scenario.priors[name].distribution.ppf(0.5)),
        scenario.model.units[name].symbol.split("|"),
    )
    return words[round(median)] if len(words) > 1 else median


def _cell(value: float | str | None) -> str:
    """A value in a narrow column; what is too long for it stands above the table."""
    text = rounded(value, 0.0) if isinstance(value, float) else value or ""
    return text if len(text) <= WIDEST else ""


def _sums(asked: Mapping[Statistic, Change]) -> list[str]:
    """Sentences on parts that hang on the order and are better looked at together."""
    return [
        f"{_spelt(statistic(level))}: {', '.join(found.members)} meet in {found.formula}, and one by one "
        f"their parts hang on the order; together {with_error(found.value.value, found.value.se, '')}"
        for level, change in asked.items()
        for found in change.together
    ]


def _records(comparison: Comparison, level: Statistic, change: Change) -> list[dict[str, Any]]:
    """The change, then what adds up to it."""
    head = {"quantity": comparison.quantity, "unit": comparison.unit, "statistic": statistic(level)}
    ends = {"base": finite(change.base.value), "new": finite(change.new.value)}
    whole = {"what": "change", "kind": "change", **ends, **_estimate("contribution", change.change)}
    parts = [
        {**head, **_contribution(part), **dict(zip(("base", "new"), _values(comparison, part), strict=True))}
        for part in change.contributions
    ]
    empty = {"alone": None, "last": None}
    return [
        {**head, **whole, **empty},
        *({key: part[key] for key in (*head, *whole, *empty)} for part in parts),
    ]


def _data(comparison: Comparison, about: Mapping[str, Any]) -> dict[str, Any]:
    how = comparison.settings
    return {
        "quantity": comparison.quantity,
        "unit": comparison.unit,
        **about,
        "seed": how.seed,
        "draws": how.draws,
        "sampler": how.sampler,
        "statistics": {
            statistic(level): _moved(comparison, change, level in comparison.asked)
            for level, change in comparison.changes.items()
        },
    }


def _moved(comparison: Comparison, change: Change, asked: bool) -> dict[str, Any]:
    return {
        "base": finite(change.base.value),
        "base_se": finite(change.base.se),
        "new": finite(change.new.value),
        "new_se": finite(change.new.se),
        **_estimate("change", change.change),
        "change_ci95": [finite(change.change.low), finite(change.change.high)],
        **_estimate("relative", change.relative),
        "attribution": [
            {**_contribution(part), **dict(zip(("base", "new"), _values(comparison, part), strict=True))}
            for part in change.contributions
        ]
        if asked
        else None,
        "together": [_together(found) for found in change.together],
    }


def _contribution(part: Contribution) -> dict[str, Any]:
    return {
        "what": part.what,
        "kind": part.kind,
        "contribution": finite(part.value.value),
        "se": finite(part.value.se),
        "alone": finite(part.alone.value) if part.alone else None,
        "last": finite(part.last.value) if part.last else None,
    }


def _together(found: Together) -> dict[str, Any]:
    return {
        "formula": found.formula,
        "members": list(found.members),
        **_estimate("contribution", found.value),
    }


def _estimate(name: str, found: Estimate) -> dict[str, Any]:
    se = "se" if name == "contribution" else f"{name}_se"
    return {name: finite(found.value), se: finite(found.se)}
