"""One entry of a book or scenario: a distribution, its unit, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from simulator.distributions import FAMILIES, Distribution, Point, distribution, mass_outside, truncate
from simulator.errors import Complaint, DistributionError, did_you_mean
from simulator.scenario.ageing import Ageing, aged, read_ageing
from simulator.scenario.dates import text
from simulator.scenario.reader import Node
from simulator.units import Unit, conversion

Complain = Callable[[Complaint], None]

PROVENANCE = ("unit", "source", "as_of", "note", "origin", "picked_by")
WORDS = ("source", "as_of", "note")
SINGLE = (
    *("title", "description", "book", "extends", "family", "quantity", "label", "size", "experiments"),
    *("origin", *WORDS),
)  # fields of any file that hold one word, sentence, number or date
FIELDS = (*PROVENANCE, "truncate", "ageing", "value", *FAMILIES)
NEGLIGIBLE = 1e-12  # mass outside a domain that is rounding


@dataclass(frozen=True)
class Prior:
    """What is believed of one name, in the model's unit, and on whose word."""

    name: str
    distribution: Distribution
    unit: str
    spec: Mapping[str, Any]  # as written: family and parameters, truncation, unit
    source: str
    as_of: str
    note: str
    where: str  # file and line
    origin: str  # the book, "scenario", "plan" or "--set"
    picked_by: tuple[str, ...] = ()  # the plan's words that chose it among a book's
    ageing: Ageing | None = None  # where the entry says how its price ages
    unaged: Distribution | None = None  # as written, where it has been aged

    @property
    def is_fixed(self) -> bool:
        """Whether it is one value."""
        return isinstance(self.distribution, Point)


def constant(name: str, value: float, unit: Unit, where: str, origin: str) -> Prior:
    """A fixed value in the model's unit, as a plan gives it."""
    return Prior(
        name, Point(value), unit.symbol, {"value": value, "unit": unit.symbol}, origin, "", "", where, origin
    )


def read_prior(
    name: str, node: Node, unit: Unit, origin: str, complain: Complain, priced_at: date | None = None
) -> Prior | None:
    """The prior an entry spells, aged to a date if one is given, or None after every complaint about it."""
    complaints: list[Complaint] = []
    entry = (
        node.value if isinstance(node.value, dict) else {"value": node, "unit": Node(unit.symbol, node.where)}
    )
    _check_fields(name, node, entry, complaints)
    factor = _factor(name, node, entry, unit, complaints)
    shape = None if complaints else _shape(name, node, entry, factor, complaints)
    ageing, unaged = None if shape is None else read_ageing(name, entry, priced_at, complaints), None
    if ageing and ageing.years > 0.0 and priced_at:
        entry, unaged = aged(name, entry, ageing, priced_at), shape
        shape = _shape(name, node, entry, factor, complaints)
    if shape is not None:
        _check_domain(name, node, shape, unit, complaints)
    for complaint in complaints:
        complain(complaint)
    if shape is None or complaints:
        return None
    spec = {key: entry[key].plain() for key in entry if key not in (*WORDS, "origin", "picked_by")}
    spec.setdefault("unit", unit.symbol)
    words = {key: text(entry[key].value) if key in entry else "" for key in WORDS}
    origin = str(entry["origin"].value) if "origin" in entry else origin
    return Prior(
        name,
        shape,
        unit.symbol,
        spec,
        **words,
        where=node.where,
        origin=origin,
        picked_by=tuple(entry["picked_by"].plain()) if "picked_by" in entry else (),
        ageing=ageing,
        unaged=unaged,
    )


def _check_fields(name: str, node: Node, entry: Mapping[str, Node], complaints: list[Complaint]) -> None:
    """Complain of unknown fields, and of none or two distributions."""
    for key, child in entry.items():
        if key not in FIELDS:
            remedy = did_you_mean(key, FIELDS) or "the families are " + ", ".join(FAMILIES)
            complaints.append(Complaint(child.where, f"{name}: unknown field or family {key}", remedy))
    worded(entry, complaints.append)
    picked = entry["picked_by"].plain() if "picked_by" in entry else []
    if not isinstance(picked, list) or not all(isinstance(word, str) for word in picked):
        complaints.append(Complaint(entry["picked_by"].where, f"{name}: picked_by is no list of words"))
    shapes = [key for key in entry if key == "value" or key in FAMILIES]
    if not complaints and len(shapes) != 1:
        what = (
            f"{name}: {' and '.join(shapes)} are both given"
            if shapes
            else f"{name}: no distribution or value"
        )
        complaints.append(Complaint(node.where, what, "write one of value, " + ", ".join(FAMILIES)))


def worded(content: Mapping[str, Node], complain: Complain) -> dict[str, Node]:
    """The fields but for those that hold a list or a mapping where one word belongs: these are complaints."""
    wrong = {key for key, child in content.items() if key in SINGLE and isinstance(child.value, list | dict)}
    for key in wrong:
        complain(Complaint(content[key].where, f"{key} is a list or a mapping", f"write {key}: and a text"))
    return {key: child for key, child in content.items() if key not in wrong}


def _factor(
    name: str, node: Node, entry: Mapping[str, Node], unit: Unit, complaints: list[Complaint]
) -> float:
    """What turns the entry's unit into the model's."""
    if "unit" not in entry and node.where.startswith("--"):
        return 1.0  # an option speaks the model's unit
    if "unit" not in entry:
        complaints.append(Complaint(node.where, f"{name}: the unit is missing", f"write unit: {unit.symbol}"))
        return 1.0
    written = str(entry["unit"].plain())
    factor = conversion(written, unit.symbol)
    if factor is None:
        what = f"{name}: the unit is {written}, the model counts it in {unit.symbol}"
        complaints.append(
            Complaint(entry["unit"].where, what, f"write unit: {unit.symbol} and the numbers in it")
        )
    return factor or 1.0


def _shape(
    name: str, node: Node, entry: Mapping[str, Node], factor: float, complaints: list[Complaint]
) -> Distribution | None:
    family = next(key for key in entry if key == "value" or key in FAMILIES)
    where = entry[family].where
    try:
        parameters = entry[family].plain()
        shape = distribution(
            "point" if family == "value" else family,
            {"value": parameters} if family == "value" else parameters,
        )
        if "truncate" in entry:
            where = entry["truncate"].where
            shape = truncate(shape, **_bounds(entry["truncate"].plain()))
        return shape if factor == 1.0 else shape.scaled(factor)
    except DistributionError as error:
        complaints.append(Complaint(where, f"{name}: {error}"))
    return None


def _bounds(given: Any) -> dict[str, float]:
    if not isinstance(given, dict) or not given or not set(given) <= {"low", "high"}:
        raise DistributionError("truncate wants {low: …, high: …}, one of them or both")
    for key, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise DistributionError(f"truncate: {key} is {value}, not a number")
    return given


def _check_domain(
    name: str, node: Node, shape: Distribution, unit: Unit, complaints: list[Complaint]
) -> None:
    """Complain where values may fall that the unit cannot take."""
    outside = mass_outside(shape, unit.low, unit.high)
    if outside <= NEGLIGIBLE:
        return
    low, high = shape.support
    if low == high:
        what, remedy = f"{name} is {low:g}, it must be {unit.domain}", ""
    else:
        bounds = [
            f"{end}: {b:g}" for end, b in (("low", unit.low), ("high", unit.high)) if abs(b) != float("inf")
        ]
        what = f"{name} must be {unit.domain}; {outside:.2g} of the prior's mass lies outside"
        remedy = f"add truncate: {{{', '.join(bounds)}}}"
    complaints.append(Complaint(node.where, what, remedy))


def ageing_notes(priors: Mapping[str, Prior], priced_at: date | str | None) -> list[str]:
    """Which priors were aged to a date, which held at it already, which are of a later one; and what was cut.

    Empty where no date is asked for.
    """
    if not priced_at:
        return []
    ageing = {name: prior.ageing for name, prior in sorted(priors.items()) if prior.ageing}
    aged_ones = ", ".join(name for name, each in ageing.items() if each.years > 0.0)
    there = ", ".join(name for name, each in ageing.items() if each.years == 0.0)
    late = ", ".join(name for name, each in ageing.items() if each.years < 0.0)
    nothing = "nothing" if ageing else "nothing; no prior says how it ages"
    return [
        f"aged to {priced_at}: {aged_ones or nothing}",
        *([f"already at that date: {there}"] if there else []),
        *([f"of a date after {priced_at}, and left as they are: {late}"] if late else []),
        *(lost for name, each in ageing.items() if (lost := each.lost(name))),
    ]
