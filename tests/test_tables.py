"""The sampler's tables of cubics, as the compiled code reads them, against exact quantile functions."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from test_distributions import EXACT, FORMS, FROM_ZERO, assert_exact

from simulator.distributions import (
    Beta,
    Distribution,
    Lognormal,
    Loguniform,
    Normal,
    Pert,
    Quantiles,
    Scaled,
    Triangular,
    Uniform,
    distribution,
    truncate,
)
from simulator.kernel.sampler import kinked, smooth
from simulator.kernel.tables import quantile_table

ORACLES = {**EXACT, **{f"from zero: {name}": found for name, found in FROM_ZERO.items()}}
TAIL = np.array([1.1e-9, 3e-9, 1e-8, 2.3e-8, 1e-7, 4e-7])
MIDDLE = np.array([1e-6, 7e-6, 1e-4, 1.3e-3, 0.011, 0.047, 0.13, 0.26, 0.38, 0.49, 0.49999])
PRIORS = {
    **{f"{family} {form}": distribution(family, form.example) for family, form in FORMS},
    "two pieces": truncate(Triangular(0.0, 1.0, 4.0), low=0.5, high=3.0),
    "mode cut away": truncate(Triangular(0.0, 1.0, 4.0), low=1.5),
    "mode next to an end": Triangular(0.0, 1e-3, 1.0),
    "mode nearly at an end": Triangular(1.0, 2.0 - 1e-9, 2.0),
    "cut table": truncate(Quantiles((0, 0.25, 0.5, 1), (0, 1, 3, 4)), low=0.5, high=3.5),
    "long table": Quantiles((0, 0.01, 0.05, 0.1, 0.5, 0.9, 0.95, 0.99, 1), (1, 2, 4, 5, 6, 7, 9, 20, 90)),
    "table across 0": Quantiles((0, 0.3, 0.6, 1), (-5, -1, 2, 10)),
    "cut lognormal": truncate(Lognormal(0.0, 1.5), low=0.5, high=4.0),
    "cut log-uniform": truncate(Loguniform(1e-3, 1e6), low=1.0, high=1e3),
    "cut beta": truncate(Beta(0.5, 0.5), low=0.01, high=0.9),
    "cut pert": truncate(Pert(0.0, 0.1, 1.0), low=0.05, high=0.9),
    "cut uniform": truncate(Uniform(-1.0, 4.0), low=0.0),
    "half a normal": truncate(Normal(0.0, 1.0), low=0.0),
    "far tail of a normal": truncate(Normal(0.0, 1.0), low=4.5),
    "cut and scaled": Scaled(truncate(Normal(50.0, 20.0), low=0.0, high=110.0), 0.01),
    "normal about 0": Normal(0.0, 1.0),
}
CONTINUOUS = {name: prior for name, prior in PRIORS.items() if prior.continuous}


def drawn(prior: Distribution, v: np.ndarray, upper: bool) -> np.ndarray:
    """What the compiled sampler makes of these folded u: with upper, of u = 1 - v."""
    table, sides, out = quantile_table(prior), np.full(len(v), upper, dtype=np.uint64), np.empty(len(v))
    bits, coefficients = np.uint64(table.bits), np.ascontiguousarray(table.coefficients)
    if table.has_kinks:
        kinked(len(v), bits, coefficients, table.breaks, *prior.support, v, sides, out)
    else:
        smooth(len(v), bits, coefficients, *prior.support, v, sides, out)
    return out


@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize("upper", [False, True], ids=["lower", "upper"])
def test_tables_are_near_forty_digits(name: str, upper: bool) -> None:
    """Drawn values are 40-digit quantiles to 1e-6 from u = 1e-6, to 1e-4 from u = 1e-9, in both tails."""
    prior, cdf = ORACLES[name]
    for v, digits in ((TAIL, 4), (MIDDLE, 6)):
        shares = [1 - mp.mpf(share) if upper else mp.mpf(share) for share in v.tolist()]
        assert_exact(prior, cdf, drawn(prior, v, upper), shares, digits)


@pytest.mark.parametrize("name", CONTINUOUS)
@pytest.mark.parametrize("upper", [False, True], ids=["lower", "upper"])
def test_tables_are_near_everywhere(name: str, upper: bool) -> None:
    """At 20,000 u, drawn values are within 1e-6, and beyond 1e-6 within 1e-4, of exact quantile functions."""
    prior = CONTINUOUS[name]
    for smallest, tolerance in ((1e-6, 1e-6), (1e-9, 1e-4), (2.0**-53, 1e-4)):
        v = np.exp(np.random.default_rng(1).uniform(np.log(smallest), np.log(0.4999999), 20_000))
        exact = prior.isf(v) if upper else prior.ppf(v)
        across = prior.support[0] < 0.0 < prior.support[1]
        least = float(np.ptp(prior.ppf([0.25, 0.75]))) if across else 0.0
        assert (np.abs(drawn(prior, v, upper) - exact) <= tolerance * np.maximum(np.abs(exact), least)).all()


@pytest.mark.parametrize("name", CONTINUOUS)
def test_tables_keep_to_the_support(name: str) -> None:
    """From the least u to the greatest, drawn values are finite, rise, and lie within the support."""
    prior = CONTINUOUS[name]
    v = np.concatenate([[2.0**-53, 2.0**-52], np.geomspace(1e-15, 0.4999999, 5000), [0.5 - 2.0**-54]])
    values = np.concatenate([drawn(prior, v, False), drawn(prior, v, True)[::-1]])
    low, high = prior.support
    rounding = 1e-6 * np.abs(values)
    assert np.isfinite(values).all()
    assert (values >= low - rounding).all() and (values <= high + rounding).all()
    assert (np.diff(values) >= -rounding[1:]).all()
