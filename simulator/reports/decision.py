"""A decision between owning and renting as tables: costs and regrets, break-even points, what to ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from simulator.decision.breakeven import Even
from simulator.decision.decision import Decision, Outcome, Percentiles, Term
from simulator.reports.decision_data import data, ordered, records, told
from simulator.reports.layout import Row, Sheet
from simulator.reports.numbers import chance, error_text, percent, quantity, rounded, with_error
from simulator.statistics.estimates import Estimate

UNITS = {"gpu_hour_price": "USD", "fleet_utilization": "1"}
NONE = "none"
EXPLAINED = (
    "regret: what an option costs above the cheapest, draw by draw; own = rent: the rental price, or the "
    "utilization of one's own fleet, at which both cost the same; none: at no price, at none up to 100%",
    "EVPI: what knowing everything before choosing saves on average; EVPPI: what knowing one thing saves; "
    "<: not told from 0, and less than this; 0: no value of it changes the choice; ±: one standard error",
    "All options are evaluated on the same draws, so rental prices of all terms rise and fall together; "
    "EVPPI of gpu_hour_price is that of a quote for each of them",
)


def decision_sheet(found: Decision, about: Mapping[str, Any], top: int) -> Sheet:
    """The tables of a decision; every number with its error for programs.

    Keys of the data: ``options`` (by name: ``cost``, ``regret``, each with mean and percentiles,
    ``p_cheapest``), ``p_own_cheaper`` (by rental option), ``break_even`` (``gpu_hour_price``, and
    ``fleet_utilization`` by rental option: ``percentiles``, null where there is none, ``p_none``, and
    ``p_any``, where owning is cheaper at any), ``commitment`` (by option: ``used``, the share of it, and
    ``usd_per_used_hour``), ``evpi``, ``evppi`` (by input) and ``evppi_quantities``.
    """
    return Sheet(
        above=(f"Own or rent, {found.quantity}, {about['scenario']}", *_sentences(found)),
        tables=tuple(
            rows
            for rows in (
                _costs(found),
                _regrets(found),
                _evens(found),
                _terms(found),
                _worth("knowing one input", ordered(found.evppi), top),
                _worth("knowing what several make", _distinct(found.together), top),
            )
            if len(rows) > 1
        ),
        below=(*EXPLAINED, *_always(found), *_unearned(found), *found.notes),
        records=[{**record, **about} for record in records(found)],
        data=data(found, about),
    )


def _sentences(found: Decision) -> Iterator[str]:
    for outcome in found.outcomes:
        if outcome.own_cheaper:
            yield f"P(own cheaper than {outcome.name}): {_with_error(outcome.own_cheaper)}"
    yield f"Cheapest on average: {_named(found.best)}{_if_filled(found)}"
    above = f"costs {_money(found.evpi)} above the cheapest"
    yield f"Choosing {found.best.name} without knowing more {above} (EVPI)"
    for term in found.terms:
        share, paid = term.used[50.0], term.paid[50.0]
        yield (
            f"{term.option} is charged for the hours used alone. Of a commitment to all accelerators for "
            f"{term.years:g} year{'s' if term.years > 1 else ''} the programme would use "
            f"{percent(share.value, share.se)} (P50); were the whole of it paid, an hour used would cost "
            f"{with_error(paid.value, paid.se, 'USD')} (P50)"
        )
    if found.acquisition:
        average, median = found.acquisition
        yield (
            f"Cash to buy the whole cluster, not like for like: mean {_money(average)}, P50 {_money(median)}"
        )
    how = found.settings
    yield f"{how.draws:,} draws, seed {how.seed}, sampler {how.sampler}"


def _always(found: Decision) -> Iterator[str]:
    """Where owning is cheaper whatever the rent, or however little the fleet is used; silent if never."""
    if found.price and found.price.always.value > 0.0:
        yield f"P(renting dearer at any price, however low): {_chance(found.price.always)}"
    for even in found.utilization:
        if even.always.value > 0.0:
            yield f"P(own cheaper than {even.against} at any utilization): {_chance(even.always)}"


def _named(outcome: Outcome) -> str:
    return f"{outcome.name}, {_money(outcome.mean)}"


def _idle(found: Decision) -> list[str]:
    """The commitments of which the programme would mostly use a part."""
    return [term.option for term in found.terms if term.used[50.0].value < 1.0]


def _if_filled(found: Decision) -> str:
    """What the cheapest option hangs on where its term is not used up, and which is cheapest if it is not."""
    idle = _idle(found)
    if found.best.name not in idle:
        return ""
    others = [outcome for outcome in found.outcomes if outcome.name not in idle]
    best = min(others, key=lambda outcome: outcome.mean.value)
    return f", if others pay for the rest of its term; of what leaves none over: {_named(best)}"


def _unearned(found: Decision) -> Iterator[str]:
    """How to leave out commitments that would not be used up."""
    if idle := _idle(found):
        without = " ".join(f"--without '{name}'" for name in idle)
        yield f"To leave out a commitment that would not be used up: {without}"


def _with_error(found: Estimate) -> str:
    told = chance(found.value, found.se, found.low, found.high)
    return f"{told} ± {percent(found.se)}" if 0.0 < found.value < 1.0 else told


def _money(found: Estimate) -> str:
    return with_error(found.value, found.se, "USD")


def _costs(found: Decision) -> list[Row]:
    levels = [f"P{level:g}" for level in found.best.percentiles]
    heads = (f"{found.quantity}, USD", "mean", "±", *levels, "cheapest")
    rows = [(o.name, *_spread(o.mean, o.percentiles), _chance(o.cheapest)) for o in found.outcomes]
    return [heads, *rows]


def _regrets(found: Decision) -> list[Row]:
    levels = [f"P{level:g}" for level in found.best.regret_percentiles]
    rows = [(o.name, *_spread(o.regret, o.regret_percentiles)) for o in found.outcomes]
    return [("regret, USD", "mean", "±", *levels), *rows]


def _spread(mean: Estimate, percentiles: Percentiles) -> tuple[str, ...]:
    """A mean with its error, and percentiles."""
    return rounded(mean.value, mean.se), error_text(mean.se), *_cells(percentiles)


def _cells(percentiles: Percentiles) -> tuple[str, ...]:
    return tuple(rounded(e.value, e.se) for e in percentiles.values())


def _chance(found: Estimate) -> str:
    return chance(found.value, found.se, found.low, found.high)


def _evens(found: Decision) -> list[Row]:
    """The break-even points; none where a percentile lies where there is none."""
    evens = [*([found.price] if found.price else []), *found.utilization]
    if not evens:
        return []
    levels = [f"P{level:g}" for level in evens[0].percentiles]
    return [("own = rent at", *levels, NONE), *(_even(even) for even in evens)]


def _even(even: Even) -> Row:
    unit = UNITS[even.name]
    return (
        f"{even.name}" if unit == "USD" else f"utilization, {even.against}",
        *(_point(e, unit) for e in even.percentiles.values()),
        _chance(even.never),
    )


def _point(found: Estimate, unit: str) -> str:
    if not isfinite(found.value):
        return NONE
    return quantity(found.value, found.se, unit) if unit == "USD" else percent(found.value, found.se)


def _terms(found: Decision) -> list[Row]:
    if not found.terms:
        return []
    levels = [f"P{level:g}" for level in found.terms[0].used]
    return [("share of the term used", *levels, "all of it"), *(_term(term) for term in found.terms)]


def _term(term: Term) -> Row:
    return (term.option, *(percent(e.value, e.se) for e in term.used.values()), _chance(term.used_up))


def _distinct(worth: Mapping[str, Estimate]) -> list[tuple[str, Estimate]]:
    """Those that are told from nothing; of quantities that say the same, the first."""
    first = {each.value: name for name, each in reversed(list(worth.items()))}
    return [(name, each) for name, each in ordered(worth) if told(each) and first[each.value] == name]


def _worth(what: str, ordered: Sequence[tuple[str, Estimate]], top: int) -> list[Row]:
    """The most valuable, the others in one row, by what the largest could be."""
    shown = [(name, e) for name, e in ordered if e.high > 0.0][:top]
    rows: list[Row] = [(what, "EVPPI, USD", "±"), *((name, *_saving(each)) for name, each in shown)]
    if others := ordered[len(shown) :]:
        most = max(each.high for _, each in others)
        rows.append(
            (
                f"{len(others)} other{'s' if len(others) > 1 else ''}, each",
                f"≤ {rounded(most, most / 10.0)}" if most else "0",
                "",
            )
        )
    return rows


def _saving(worth: Estimate) -> tuple[str, str]:
    if told(worth):
        return rounded(worth.value, worth.se), error_text(worth.se)
    return f"< {rounded(worth.high, worth.high / 10.0)}", ""
