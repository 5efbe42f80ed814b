"""What the shapes share: arrays of doubles, words for messages, and the refusals."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.errors import DistributionError

Array = NDArray[np.float64]

LARGEST = 1e100  # sums, ratios and powers of the parameters then stay within the range of a double
LEAST = 1e-100


def array(x: ArrayLike) -> Array:
    """The numbers as an array of doubles."""
    return np.asarray(x, dtype=np.float64)


def interval(low: float, high: float) -> str:
    """The interval as mathematics writes it.

    >>> interval(1, inf)
    '[1, inf)'
    """
    return f"{'(' if low == -inf else '['}{low:g}, {high:g}{')' if high == inf else ']'}"


def brief(value: float) -> str:
    """A computed parameter for tables: four digits say what it is.

    >>> brief(25690.46), brief(0.152225), brief(280e9)
    ('25690', '0.1522', '2.8e+11')
    """
    return f"{float(f'{value:.4g}'):g}"


def listed(words: Iterable[str]) -> str:
    """The words with commas between them.

    >>> listed(["p5", "p95"])
    'p5, p95'
    """
    return ", ".join(words)


def require(condition: bool, complaint: str) -> None:
    """Refuse the distribution with this complaint unless the condition holds."""
    if not condition:
        raise DistributionError(complaint)


def require_finite(family: str, **parameters: float) -> None:
    """Refuse a parameter that is nan, infinite or absurdly large."""
    for name, value in parameters.items():
        require(
            abs(value) <= LARGEST,
            f"{family}: {name} must be a finite number of at most {LARGEST:g}; got {value!s:.24}",
        )


def require_positive(family: str, **parameters: float) -> None:
    """Refuse a parameter that is not above 0."""
    require_finite(family, **parameters)
    for name, value in parameters.items():
        require(value >= LEAST, f"{family}: {name} must be above 0; got {value:g}")


def require_rising(family: str, **parameters: float) -> None:
    """Refuse two parameters of which the first is not below the second."""
    require_finite(family, **parameters)
    (low, bottom), (high, top) = parameters.items()
    require(bottom < top, f"{family}: {low} must be below {high}; got {low} {bottom:g} and {high} {top:g}")


def require_factor(factor: float) -> None:
    """Refuse a factor that is no finite number above 0."""
    require(LEAST <= factor <= LARGEST, f"scale: the factor must be above 0 and finite; got {factor:g}")
