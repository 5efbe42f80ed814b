"""How a price ages: ``ageing: {drift: -0.10, volatility: 0.25}``, both per year, of the log price.

Nothing ages unless the scenario says for when its prices are to hold (``priced_at:``). The numbers hold at
the entry's ``as_of``, or at ``since:``, which an aged prior has once it is written out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import inf, isfinite

from simulator.distributions import Lognormal, distribution, mass_outside
from simulator.errors import Complaint, DistributionError
from simulator.scenario.dates import days_between, read_date, text
from simulator.scenario.reader import Node

LOGNORMAL = "lognormal"
RATES = ("drift", "volatility")
EXAMPLE = "write for example ageing: {drift: -0.10, volatility: 0.25}, per year"
DAYS_PER_YEAR = 365.25
TOLD_BEYOND = 0.01  # less beyond a truncation moves no percentile by more than one


@dataclass(frozen=True)
class Ageing:
    """Drift and volatility of a log price per year, and how many years it is to age: 0 if not asked."""

    drift: float
    volatility: float
    years: float = 0.0
    beyond: float = 0.0  # the share of what has aged that lies beyond the entry's truncation

    def lost(self, name: str) -> str:
        """That a truncation made for a younger price cuts into the aged one; empty where it hardly does.

        >>> Ageing(-0.1, 0.25, 2.0, beyond=0.123).lost("gpu_price")
        '12.3% of the aged prior of gpu_price lies beyond its truncation'
        """
        told = self.beyond > TOLD_BEYOND
        return f"{self.beyond:.1%} of the aged prior of {name} lies beyond its truncation" if told else ""


def read_ageing(
    name: str, entry: Mapping[str, Node], priced_at: date | None, complaints: list[Complaint]
) -> Ageing | None:
    """How an entry ages, or None where it does not say so or after every complaint about it."""
    if "ageing" not in entry:
        return None
    node, found = entry["ageing"], len(complaints)
    content = node.value if isinstance(node.value, dict) else {}
    rates = {key: content[key].value for key in RATES if key in content}
    for what, remedy in (*_faults(content, rates), *_unfit(entry)):
        complaints.append(Complaint(node.where, f"{name}: {what}", remedy))
    since = content.get("since", entry.get("as_of"))
    read_date(since, f"{name}: the date of what ages", complaints.append)
    if since is None or since.value is None:
        complaints.append(Complaint(node.where, f"{name}: ageing wants a date", "write as_of: 2025-03"))
    if since is None or len(complaints) > found:
        return None
    days = days_between(text(since.value), priced_at) if priced_at else None
    years = (days or 0) / DAYS_PER_YEAR
    ageing = Ageing(float(rates["drift"]), float(rates["volatility"]), years)
    try:
        beyond = _beyond(entry, _older(entry, ageing))
    except DistributionError as error:
        complaints.append(Complaint(node.where, f"{name}: {error}"))
        return None
    has_aged = years > 0.0 or "since" in content
    return replace(ageing, beyond=beyond) if has_aged else ageing


def _faults(content: Mapping[str, Node], rates: Mapping[str, object]) -> list[tuple[str, str]]:
    """What is wrong with the rates."""
    if set(rates) != set(RATES) or not set(content) <= {*RATES, "since"}:
        return [("ageing wants drift and volatility", EXAMPLE)]
    return [
        (f"{key} of ageing is {value}", f"give a finite number{' >= 0' if key == 'volatility' else ''}")
        for key, value in rates.items()
        if isinstance(value, bool)
        or not isinstance(value, int | float)
        or not isfinite(value)
        or (key == "volatility" and value < 0)
    ]


def _unfit(entry: Mapping[str, Node]) -> list[tuple[str, str]]:
    """Why the prior cannot age: only a lognormal can."""
    if LOGNORMAL in entry:
        return []
    return [("only a lognormal prior can age", "take ageing out, or write lognormal: {p5: …, p95: …}")]


def _older(entry: Mapping[str, Node], ageing: Ageing) -> Lognormal:
    """The lognormal of an entry, untruncated, once it has aged."""
    young = distribution(LOGNORMAL, entry[LOGNORMAL].plain())
    assert isinstance(young, Lognormal)
    return young.aged(max(ageing.years, 0.0), ageing.drift, ageing.volatility)


def _beyond(entry: Mapping[str, Node], older: Lognormal) -> float:
    """The share of the aged price that lies outside the entry's truncation."""
    bounds = entry["truncate"].plain() if "truncate" in entry else {}
    return mass_outside(older, bounds.get("low", -inf), bounds.get("high", inf))


def aged(name: str, entry: Mapping[str, Node], ageing: Ageing, priced_at: date) -> dict[str, Node]:
    """The entry with its price aged to a date, from which on it would age further; truncation is kept.

    Its note says what was done, and what the truncation takes where that is more than a little.
    """
    where, older = entry[LOGNORMAL].where, _older(entry, ageing)
    since = text(entry["ageing"].value.get("since", entry.get("as_of")).value)
    rates = {"drift": ageing.drift, "volatility": ageing.volatility, "since": priced_at}
    said = (
        f"Aged {ageing.years:.2f} years from {since} to {priced_at}: drift {ageing.drift:g}, "
        f"volatility {ageing.volatility:g} a year."
    )
    lost = ageing.lost(name)
    notes = [*([text(entry["note"].value)] if "note" in entry else []), said, *([f"{lost}."] if lost else [])]
    return {
        **entry,
        LOGNORMAL: Node({"mu": Node(older.mu, where), "sigma": Node(older.sigma, where)}, where),
        "ageing": Node({key: Node(value, where) for key, value in rates.items()}, where),
        "note": Node(" ".join(notes), where),
    }
