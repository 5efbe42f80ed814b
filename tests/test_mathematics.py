"""exp, expm1, log and log10 of the compiled loops against exact values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from numba import njit

from simulator.kernel import mathematics
from simulator.kernel.options import OPTIONS

MOST_ERROR = 5e-16
CORNERS = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 5e-324, 1e-310, 2.0**-1022, 1.7e308]
EDGES = [709.78, 709.79, -708.5, -745.0, -745.2, -746.0, 1000.0, -1000.0, 1e300, -1e300]


def on_arrays(function: Callable[..., Any]) -> Callable[[Any], Any]:
    """A loop over an array, compiled as the formulas are."""

    @njit(**OPTIONS)
    def loop(x, out):  # type: ignore[no-untyped-def]
        for i in range(len(x)):
            out[i] = function(x[i])

    def call(x: Any) -> Any:
        out = np.empty_like(x)
        loop(x, out)
        return out

    return call


def values(name: str) -> Any:
    """Arguments over a function's whole range, thickest where it is hardest."""
    rng = np.random.default_rng(1)
    if name.startswith("exp"):
        parts = [rng.uniform(-700, 709, 2000), rng.uniform(-1, 1, 2000), rng.normal(0, 1e-6, 500)]
    else:
        parts = [
            np.exp(rng.uniform(-700, 700, 2000)),
            rng.uniform(0.5, 2, 2000),
            1 + rng.normal(0, 1e-6, 500),
        ]
    return np.concatenate(parts)


@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log10"])
def test_within_5e_16_of_the_exact_value(name: str) -> None:
    """Each function is within 5e-16, relative, of mpmath over its whole range."""
    x = values(name)
    found = on_arrays(getattr(mathematics, name))(x)
    with mpmath.workprec(120):
        for argument, value in zip(x.tolist(), found.tolist(), strict=True):
            exact = getattr(mpmath, name)(mpmath.mpf(argument))
            assert abs(value - exact) <= MOST_ERROR * abs(exact), argument


@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log10"])
def test_corners_are_numpys(name: str) -> None:
    """Zeros, infinities, nan, the smallest and the largest floats give what numpy gives."""
    x = np.array(CORNERS + EDGES)
    found = on_arrays(getattr(mathematics, name))(x)
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(x)
    np.testing.assert_allclose(found, expected, rtol=1e-15, atol=5e-324)
