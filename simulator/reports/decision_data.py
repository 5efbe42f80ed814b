"""A decision between owning and renting for programs: as one object, and as records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.decision.breakeven import Even
from simulator.decision.decision import Decision, Outcome, Percentiles
from simulator.decision.options import PRICE
from simulator.reports.data import finite, with_interval, with_se
from simulator.statistics.estimates import Estimate


def told(worth: Estimate) -> bool:
    """Whether it is above what chance makes of nothing."""
    return worth.low > 0.0


def ordered(worth: Mapping[str, Estimate]) -> list[tuple[str, Estimate]]:
    return sorted(worth.items(), key=lambda item: (-item[1].value * told(item[1]), -item[1].high, item[0]))


def data(found: Decision, about: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "quantity": found.quantity,
        "unit": "USD",
        "options": {outcome.name: _option(outcome) for outcome in found.outcomes},
        "best": found.best.name,
        "p_own_cheaper": {o.name: with_interval(o.own_cheaper) for o in found.outcomes if o.own_cheaper},
        "break_even": {
            "gpu_hour_price": _even_data(found.price) if found.price else None,
            "fleet_utilization": {even.against: _even_data(even) for even in found.utilization},
        },
        "commitment": {
            term.option: {
                "years": term.years,
                "used": _percentiles(term.used),
                "p_used_up": with_interval(term.used_up),
                "usd_per_used_hour": _percentiles(term.paid),
            }
            for term in found.terms
        },
        "year_used": _percentiles(found.year_used) if found.year_used else None,
        "acquisition_cost": found.acquisition
        and {
            "mean": with_interval(found.acquisition[0]),
            "percentiles": {"50": with_interval(found.acquisition[1])},
        },
        "evpi": with_interval(found.evpi),
        "evppi": {name: with_interval(each) for name, each in ordered(found.evppi)},
        "evppi_quantities": {name: with_interval(each) for name, each in ordered(found.together)},
        "notes": list(found.notes),
        **about,
    }


def _option(outcome: Outcome) -> dict[str, Any]:
    return {
        "cost": {"mean": with_interval(outcome.mean), "percentiles": _percentiles(outcome.percentiles)},
        "p_cheapest": with_interval(outcome.cheapest),
        "regret": {
            "mean": with_interval(outcome.regret),
            "percentiles": _percentiles(outcome.regret_percentiles),
        },
    }


def _even_data(even: Even) -> dict[str, Any]:
    return {
        "unit": "USD/accelerator-hour" if even.name == PRICE else "1",
        "percentiles": _percentiles(even.percentiles),
        "p_none": with_interval(even.never),
        "p_any": with_interval(even.always),
    }


def _percentiles(found: Percentiles) -> dict[str, Any]:
    return {f"{level:g}": with_interval(each) for level, each in found.items()}


def records(found: Decision) -> Iterator[dict[str, Any]]:
    """Every number as a record: of which kind, of what, which statistic."""
    for outcome in found.outcomes:
        yield _record("cost", outcome.name, "mean", outcome.mean)
        yield from _levels("cost", outcome.name, outcome.percentiles)
        yield _record("cheapest", outcome.name, "probability", outcome.cheapest)
        yield _record("regret", outcome.name, "mean", outcome.regret)
        yield from _levels("regret", outcome.name, outcome.regret_percentiles)
        if outcome.own_cheaper:
            yield _record("own_cheaper", outcome.name, "probability", outcome.own_cheaper)
    for even in (*([found.price] if found.price else []), *found.utilization):
        yield from _levels(f"break_even {even.name}", even.against, even.percentiles)
        yield _record(f"break_even {even.name}", even.against, "p_none", even.never)
        yield _record(f"break_even {even.name}", even.against, "p_any", even.always)
    for term in found.terms:
        yield from _levels("commitment used", term.option, term.used)
        yield _record("commitment used", term.option, "p_used_up", term.used_up)
        yield from _levels("usd_per_used_hour", term.option, term.paid)
    if found.year_used:
        yield from _levels("year used", "own", found.year_used)
    if found.acquisition:
        yield _record("acquisition_cost", "", "mean", found.acquisition[0])
        yield _record("acquisition_cost", "", "p50", found.acquisition[1])
    yield _record("evpi", "", "mean", found.evpi)
    for kind, worth in (("evppi", found.evppi), ("evppi_quantity", found.together)):
        for name, each in ordered(worth):
            yield _record(kind, name, "mean", each)


def _levels(kind: str, name: str, percentiles: Percentiles) -> Iterator[dict[str, Any]]:
    for level, each in percentiles.items():
        yield _record(kind, name, f"p{level:g}", each)


def _record(kind: str, name: str, statistic: str, found: Estimate) -> dict[str, Any]:
    ends = {"ci95_low": finite(found.low), "ci95_high": finite(found.high)}
    return {"kind": kind, "name": name, "statistic": statistic, **with_se(found), **ends}
