"""A decision between owning and renting as tables: costs and regrets, break-even points, what to ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from simulator.decision.breakeven import Even
from simulator.decision.decision import Decision, Outcome, Percentiles, Term
from simulator.decision.options import OWN
from simulator.reports.decision_data import data, ordered, records, told
from simulator.reports.layout import Row, Sheet
from simulator.reports.numbers import chance_of, error_text, percent, percent_error, quantity, rounded
from simulator.statistics.estimates import Estimate

UNITS = {"gpu_hour_price": "USD", "fleet_utilization": "1"}
NONE = "none"
EXPLAINED = (
    "regret: what an option costs above the cheapest, draw by draw; own = rent: the rental price, or the "
    "utilization of one's own fleet, at which both cost the same; none: at no price, at none up to 100%",
    "EVPI: what knowing everything before choosing saves on average; EVPPI: what knowing one thing saves, as "
    "far as these draws tell it from nothing; ±: one standard error of the simulation, not of the priors",
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
                _worth("knowing one input", found.evppi, found.evpi, top),
                _worth("knowing what several make", _distinct(found.together), found.evpi, top),
            )
            if len(rows) > 1
        ),
        below=(*EXPLAINED, *_apart(found), *_always(found), *_unearned(found), *found.notes),
        records=[{**record, **about} for record in records(found)],
        data=data(found, about),
    )


def _sentences(found: Decision) -> Iterator[str]:
    for outcome in found.outcomes:
        if outcome.own_cheaper:
            yield f"P(own cheaper than {outcome.name}): {_with_error(outcome.own_cheaper)}"
    yield f"Cheapest on average: {_named(found.best)}{_if_filled(found)}"
    if found.year_used:
        used = found.year_used[50.0]
        yield (
            "own is charged for the hours used, over fleet_utilization: other work keeps the fleet busy for "
            f"the rest of its life. The programme alone would take up {percent(used.value, used.se)} of one "
            "year of it (P50)"
        )
    yield _unknowing(found)
    for term in found.terms:
        share, paid = term.used[50.0], term.paid[50.0]
        yield (
            f"{term.option} is charged for the hours used alone. Of a commitment to all accelerators for "
            f"{term.years:g} year{'s' if term.years > 1 else ''} the programme would use "
            f"{percent(share.value, share.se)} (P50); were the whole of it paid, an hour used would cost "
            f"{_money(paid)} (P50)"
        )
    if found.acquisition:
        average, median = found.acquisition
        yield (
            f"Cash to buy the whole cluster, not like for like: mean {_money(average)}, P50 {_money(median)}"
        )
    how = found.settings
    yield f"{how.draws:,} draws, seed {how.seed}, sampler {how.sampler}"


def _unknowing(found: Decision) -> str:
    """What is lost by choosing at once; a loss that no draw shows is not said to be none."""
    best = found.best.name
    if found.evpi.value == 0.0:
        return f"{best} is the cheapest in every draw: what knowing more is worth cannot be told from nothing"
    lost = f"{_money(found.evpi)} on average above what turns out to be the cheapest"
    return f"Choosing {best} without knowing more costs {lost} (EVPI)"


def _always(found: Decision) -> Iterator[str]:
    """Where owning is cheaper whatever the rent, or however little the fleet is used; silent if never."""
    if found.price and found.price.always.value > 0.0:
        yield f"P(renting dearer at any price, however low): {chance_of(found.price.always)}"
    for even in found.utilization:
        if even.always.value > 0.0:
            yield f"P(own cheaper than {even.against} at any utilization): {chance_of(even.always)}"


def _named(outcome: Outcome) -> str:
    return f"{outcome.name}, {_money(outcome.mean)}"


def _idle(found: Decision) -> list[str]:
    """The commitments of which the programme would mostly use a part."""
    return [term.option for term in found.terms if term.used[50.0].value < 1.0]


def _if_filled(found: Decision) -> str:
    """What the cheapest option hangs on where it leaves capacity over, and the cheapest of the others."""
    left_over = (OWN, *_idle(found))
    if found.best.name not in left_over:
        return ""
    hangs = (
        "other work keeps the fleet busy" if found.best.name == OWN else "others pay for the rest of its term"
    )
    others = [outcome for outcome in found.outcomes if outcome.name not in left_over]
    best = min(others, key=lambda outcome: outcome.mean.value, default=None)
    return f", if {hangs}" + (f"; with nothing left over: {_named(best)}" if best else "")


def _apart(found: Decision) -> Iterator[str]:
    """That the prices compared move independently, which makes knowing more worth more than it may be."""
    if found.independent:
        yield (
            "gpu_price and gpu_hour_price are drawn apart; correlations: in the scenario, were they to move "
            "together, would bring the options closer and EVPI down"
        )


def _unearned(found: Decision) -> Iterator[str]:
    """How to leave out commitments that would not be used up."""
    if idle := _idle(found):
        without = " ".join(f"--without '{name}'" for name in idle)
        yield f"To leave out a commitment that would not be used up: {without}"


def _with_error(found: Estimate) -> str:
    told = chance_of(found)
    return f"{told} ± {percent_error(found.se)}" if 0.0 < found.value < 1.0 else told


def _costs(found: Decision) -> list[Row]:
    levels = [f"P{level:g}" for level in found.best.percentiles]
    heads = (f"{found.quantity}, USD", "mean", "±", *levels, "cheapest")
    rows = [(o.name, *_spread(o.mean, o.percentiles), chance_of(o.cheapest)) for o in found.outcomes]
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
        chance_of(even.never),
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
    return (term.option, *(percent(e.value, e.se) for e in term.used.values()), chance_of(term.used_up))


def _distinct(worth: Mapping[str, Estimate]) -> dict[str, Estimate]:
    """Those that are told from nothing; of quantities that say the same, the first."""
    first = {each.value: name for name, each in reversed(list(worth.items()))}
    return {name: each for name, each in worth.items() if told(each) and first[each.value] == name}


def _worth(what: str, worth: Mapping[str, Estimate], evpi: Estimate, top: int) -> list[Row]:
    """The most valuable, the others in one row: of what is not told from nothing only a bound is known.

    The bound is no less than the error of the EVPI: a draw in a thousand may change the choice unseen.
    """
    inputs = ordered(worth)
    shown = [(name, each) for name, each in inputs if told(each)][:top]
    rows: list[Row] = [(what, "EVPPI, USD", "±")]
    if evpi.value == 0.0:
        return rows
    rows += [(name, rounded(e.value, e.se), error_text(e.se)) for name, e in shown]
    if others := inputs[len(shown) :]:
        most = max(2.0 * evpi.se, *(each.high for _, each in others))
        plural = "s" if len(others) > 1 else ""
        rows.append((f"{len(others)} other{plural}, each", f"≤ {rounded(most, most / 10.0)}", ""))
    return rows


def _money(found: Estimate) -> str:
    """Dollars as people say them: errors of the simulation are in the tables."""
    return quantity(found.value, found.se, "USD")
