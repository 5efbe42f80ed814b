"""Where owning and renting cost the same, draw by draw: at which rental price, at which use of the fleet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.decision.options import PRICE, RENT, Option
from simulator.errors import SimulatorError
from simulator.statistics.estimates import Estimate
from simulator.statistics.lanes import chance, percentile

Array = np.ndarray[Any, np.dtype[np.float64]]
Percentiles = Mapping[float, Estimate]
Points = Sequence[tuple[Array, Array]]  # (x, y), each an array over draws

LEVELS = (5.0, 25.0, 50.0, 75.0, 95.0)
UTILIZATION = "fleet_utilization"
FACTORS = (1.0, 0.75, 0.5)  # of an input, for a line through its outer ones
STRAIGHT = 1e-6  # of the largest cost in a draw: a third point farther off the line than this bends it


class NoLineError(SimulatorError):
    """A cost is no straight line in an input, or the input cannot be moved."""


@dataclass(frozen=True)
class Even:
    """A break-even point over the draws; nan in the percentiles where there is none."""

    name: str
    against: str
    percentiles: Percentiles
    never: Estimate  # no price at all, no utilization up to 100%
    always: Estimate  # the price is below 0; owning is cheaper at any utilization


def line(points: Points) -> tuple[Array, Array]:
    """Intercept and slope, in each draw, of the line through two points; a third must lie on it.

    Raises :class:`NoLineError` where it does not in some draw, and where the points are one.

    >>> x = np.array([1.0])
    >>> [float(part[0]) for part in line([(x, 3 * x + 2), (2 * x, 6 * x + 2), (4 * x, 12 * x + 2)])]
    [2.0, 3.0]
    """
    (x, y), (x1, y1), (x2, y2) = points
    if bool(np.any(x == x2)):
        raise NoLineError("it is 0, or without bounds, in some draws")
    slope = (y2 - y) / (x2 - x)
    intercept = y - slope * x
    allowed = STRAIGHT * np.maximum.reduce([np.abs(y), np.abs(y1), np.abs(y2)])
    if bool(np.any(np.abs(intercept + slope * x1 - y1) > allowed)):
        raise NoLineError("the cost is no straight line in it")
    return intercept, slope


def even_price(own: Array, intercept: Array, slope: Array) -> Array:
    """The price at which a rent of intercept + slope · price costs what owning costs; inf where none does.

    >>> even_price(np.array([10.0, 10.0]), np.array([4.0, 4.0]), np.array([2.0, 0.0])).tolist()
    [3.0, inf]
    """
    price: Array = np.full(own.shape, np.inf)
    np.divide(own - intercept, slope, out=price, where=slope > 0.0)
    return price


def even_utilization(rent: Array, intercept: Array, slope: Array) -> Array:
    """The utilization above which owning, at intercept + slope / utilization, costs less than renting.

    inf where it does at none, however high; 0 where it does at any.

    >>> ten = np.array([10.0, 10.0, 10.0])
    >>> even_utilization(ten, np.array([4.0, 12.0, 9.0]), np.array([3.0, 3.0, 0.0])).tolist()
    [0.5, inf, 0.0]
    """
    found: Array = np.where((slope <= 0.0) & (intercept + slope < rent), 0.0, np.inf)
    np.divide(slope, rent - intercept, out=found, where=(slope > 0.0) & (rent > intercept))
    return found


def break_even(
    found: Sequence[Option], costs: Array, quantity: str
) -> tuple[Even | None, tuple[Even, ...], list[str]]:
    """The break-even price and utilizations, and a note on each that there is none of."""
    own, rented, notes = found[0], found[1], []
    price: Even | None = None
    utilization: tuple[Even, ...] = ()
    try:
        if PRICE in own.scenario.model.inputs:
            price = _even_price(costs[0], *line(_points(rented, costs[1], PRICE, quantity)))
    except NoLineError as error:
        notes.append(f"no break-even {PRICE}: {error}")
    try:
        if UTILIZATION in own.scenario.model.inputs:
            ends = line([(_inverse(x), y) for x, y in _points(own, costs[0], UTILIZATION, quantity)])
            utilization = tuple(
                _even_utilization(option.name, cost, *ends)
                for option, cost in zip(found[1:], costs[1:], strict=True)
            )
    except NoLineError as error:
        notes.append(f"no break-even 1 / {UTILIZATION}: {error}")
    return price, utilization, notes


def _inverse(shares: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / shares)


def _points(option: Option, cost: Array, name: str, quantity: str) -> list[tuple[Array, Array]]:
    """An input and the cost with that input as it is, and at two multiples of it."""
    moved = [option.scaled(name, factor, (name, quantity)) for factor in FACTORS[1:]]
    return [(option.columns([name])[name], cost), *((each[name], each[quantity]) for each in moved)]


def _even_price(own: Array, intercept: Array, slope: Array) -> Even:
    prices = even_price(own, intercept, slope)
    return Even(PRICE, RENT, _told(prices, np.inf), chance(np.isinf(prices)), chance(prices < 0.0))


def _even_utilization(against: str, rent: Array, intercept: Array, slope: Array) -> Even:
    shares = even_utilization(rent, intercept, slope)
    return Even(UTILIZATION, against, _told(shares, 1.0), chance(shares > 1.0), chance(shares == 0.0))


def _told(values: Array, most: float) -> Percentiles:
    """The percentiles that exist: those at or beyond what can be are nan."""
    found = {level: percentile(values, level) for level in LEVELS}
    none = Estimate(*[float("nan")] * 4)
    return {level: e if np.isfinite(e.value) and e.value <= most else none for level, e in found.items()}
