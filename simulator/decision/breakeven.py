"""Where owning and renting cost the same, draw by draw: at which rental price, at which use of the fleet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from simulator.errors import SimulatorError

Array = np.ndarray[Any, np.dtype[np.float64]]
Points = Sequence[tuple[Array, Array]]  # (x, y), each an array over draws

STRAIGHT = 1e-6  # of the largest cost in a draw: a third point farther off the line than this bends it


class NoLineError(SimulatorError):
    """A cost is no straight line in an input, or the input cannot be moved."""


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
