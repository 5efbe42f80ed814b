"""Quantile functions as tables of cubics, so that the sampler knows one way to draw every shape.

With u folded to its distance v from the nearer end, v = min(u, 1 - u), the range of v is cut into
octaves and each octave into 2**bits cells, so that a cell's number is the top bits of the float v
and both tails keep their relative accuracy out to v = 2**-53. In a cell the quantile function is a
cubic through four of its points, or two cubics where the function has a kink inside the cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from simulator.distributions import Distribution
from simulator.errors import DistributionError

Array = np.ndarray[Any, np.dtype[Any]]

OCTAVES = 52  # v runs from 2**-53 up to, not including, 2**-1
LOWEST_EXPONENT = -53
TOLERANCE = 1e-7  # relative error asked of a table, checked where cubics are worst
FINEST = 8  # bits; a table this fine has 2 * 52 * 256 cells
MOST_TABLES = 256  # kept for the next model with the same priors; one takes 50 kB to 2 MB
NODES = np.array([0.0, 0.25, 0.75, 1.0])  # Chebyshev-Lobatto points: neighbours share their ends
TO_POWERS = np.linalg.inv(np.vander(NODES, 4, increasing=True))
PROBES = np.array([0.1, 0.5, 0.9])


@dataclass(frozen=True)
class QuantileTable:
    """Cubics in v for every cell: the left four columns below the cell's break, the right four above."""

    bits: int
    coefficients: Array
    breaks: Array

    @property
    def has_kinks(self) -> bool:
        """Whether any cell holds two cubics."""
        return bool(np.isfinite(self.breaks).any())


def cell_edges(bits: int) -> tuple[Array, Array]:
    """Lower and upper ends of the cells of one side, from v = 2**-53 to 1/2."""
    number = np.arange(OCTAVES << bits)
    lower = np.ldexp(1.0 + (number & ((1 << bits) - 1)) / (1 << bits), LOWEST_EXPONENT + (number >> bits))
    return lower, np.append(lower[1:], 0.5)


@lru_cache(maxsize=MOST_TABLES)
def quantile_table(distribution: Distribution) -> QuantileTable:
    """The table of a distribution, as fine as its shape needs.

    Raises :class:`DistributionError` where even the finest table misses the tolerance or has two kinks
    in a cell.
    """
    floor = _smallest_scale(distribution)
    for bits in range(3, FINEST + 1):
        low = _side(distribution.ppf, distribution.kinks, bits, floor)
        high = _side(distribution.isf, tuple(1.0 - kink for kink in distribution.kinks), bits, floor)
        if low and high:
            return QuantileTable(bits, *(np.concatenate(pair) for pair in zip(low, high, strict=True)))
    raise DistributionError(
        f"{distribution.describe()} cannot be tabulated: its percentiles stand too close together"
    )


def _smallest_scale(distribution: Distribution) -> float:
    """Below this an error counts as absolute: the quartile range where values change sign, else nothing."""
    low, high = distribution.support
    if low < 0.0 < high:
        quartiles = distribution.ppf(np.array([0.25, 0.75]))
        return float(quartiles[1] - quartiles[0])
    return float(np.finfo(float).tiny)


def _side(
    quantile: Callable[[Array], Array], kinks: tuple[float, ...], bits: int, floor: float
) -> tuple[Array, Array] | None:
    """Coefficients and breaks of one side; None where cells of this size are too coarse."""
    lower, upper = cell_edges(bits)
    breaks = np.full(len(lower), np.inf)
    for kink in kinks:
        cell = int(np.searchsorted(lower, kink, side="right")) - 1
        if kink < 0.5 and lower[max(cell, 0)] < kink:
            if np.isfinite(breaks[cell]):
                return None
            breaks[cell] = kink
    split = np.where(np.isfinite(breaks), breaks, upper)
    left, left_error = _cubics(quantile, lower, split, floor)
    right, right_error = _cubics(quantile, np.where(split < upper, split, lower), upper, floor)
    if max(left_error, right_error) > TOLERANCE:
        return None
    return np.hstack([left, right]), breaks


def _cubics(
    quantile: Callable[[Array], Array], lower: Array, upper: Array, floor: float
) -> tuple[Array, float]:
    """Coefficients in powers of v of the cubic over each interval, and the worst relative error seen."""
    width = (upper - lower)[:, None]
    scaled = quantile(lower[:, None] + width * NODES) @ TO_POWERS.T
    coefficients = _shift(scaled, lower, upper - lower)
    v = lower[:, None] + width * PROBES
    exact = quantile(v)
    found = _horner(coefficients, v)
    error = np.abs(found - exact) / np.maximum(np.abs(exact), floor)
    return coefficients, float(error.max())


def _shift(scaled: Array, lower: Array, width: Array) -> Array:
    """Coefficients in powers of v from those in powers of (v - lower) / width."""
    a0, a1, a2, a3 = (scaled[:, power] / width**power for power in range(4))
    low = -lower
    return np.column_stack(
        [a0 + low * (a1 + low * (a2 + low * a3)), a1 + low * (2 * a2 + 3 * low * a3), a2 + 3 * low * a3, a3]
    )


def _horner(coefficients: Array, v: Array) -> Array:
    c0, c1, c2, c3 = (coefficients[:, power, None] for power in range(4))
    result: Array = c0 + v * (c1 + v * (c2 + v * c3))
    return result
