"""Percentiles, chances and their errors, against closed forms."""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
import pytest

from simulator.distributions import distribution
from simulator.kernel import Engine
from simulator.model import build, read_formula
from simulator.numbers import quantity, with_error
from simulator.statistics import chance_at_most, constant, percentile, summarise
from simulator.units import Component, Ratio

DRAWS = 1_000_000
# X = A B C / (D E), logs normal: mu and sigma of each
LOGS = {"a": (1.0, 0.3), "b": (2.0, 0.2), "c": (0.5, 0.4), "d": (-0.2, 0.15), "e": (-0.1, 0.1)}
MU, SIGMA = 3.8, sqrt(0.3225)
Z = {5: -1.6448536269514722, 10: -1.2815515655446004, 50: 0.0, 80: 0.8416212335729143, 90: 1.2815515655446004}


def product_cost(a: Ratio, b: Ratio, c: Ratio, d: Ratio, e: Ratio) -> Component:
    """A product of lognormals, whose quantiles are known exactly."""
    return a * b * c / (d * e)


@pytest.fixture(scope="module")
def draws() -> np.ndarray:
    """A million draws of the product, by the engine."""
    given = [read_formula(product_cost)]
    priors = {name: distribution("lognormal", {"mu": m, "sigma": s}) for name, (m, s) in LOGS.items()}
    return Engine(build(given), priors, 1).columns(["total_cost"], DRAWS)["total_cost"]


@pytest.mark.parametrize("level", sorted(Z))
def test_percentiles_of_a_product_of_lognormals(draws: np.ndarray, level: int) -> None:
    """Every percentile is within four of its standard errors of the closed form, and the error is right."""
    found = percentile(np.sort(draws), level)
    exact = exp(MU + SIGMA * Z[level])
    assert abs(found.value - exact) < 4 * found.se
    density = exp(-(Z[level] ** 2) / 2) / sqrt(2 * np.pi) / (SIGMA * exact)
    p = level / 100
    assert found.se == pytest.approx(sqrt(p * (1 - p) / DRAWS) / density, rel=0.1)
    assert found.low < exact < found.high


def test_mean_of_a_product_of_lognormals(draws: np.ndarray) -> None:
    """The mean is within four standard errors of exp(mu + sigma²/2)."""
    found = summarise(draws, [50])
    assert abs(found.mean - 52.52293861) < 4 * found.mean_se
    assert found.sd == pytest.approx(52.52293861 * sqrt(exp(SIGMA**2) - 1), rel=0.02)


def test_intervals_cover_nineteen_times_in_twenty() -> None:
    """In 2,000 samples of 1,000 lognormals the 95% interval of P90 holds the truth 95% ± 1.5 of the time."""
    samples = np.sort(np.random.default_rng(5).lognormal(0, 1, (2000, 1000)), axis=1)
    exact = exp(Z[90])
    held = sum(e.low < exact < e.high for e in (percentile(row, 90) for row in samples))
    assert 0.935 < held / 2000 < 0.98


def test_percentile_is_the_order_statistic() -> None:
    """The percentile is the ⌈np⌉-th smallest draw."""
    assert percentile(np.arange(1.0, 11.0), 25).value == 3
    assert percentile(np.arange(1.0, 11.0), 90).value == 9


def test_what_cannot_be_estimated_is_nan() -> None:
    """Too few draws beyond a percentile leave its interval open."""
    assert np.isnan(percentile(np.arange(10.0), 99).high)
    assert np.isnan(percentile(np.arange(10.0), 99).se)


def test_chances() -> None:
    """A chance of 1/2 has its binomial error; one of 0 has an interval that is not empty."""
    half = chance_at_most(np.arange(1.0, 401.0), 200)
    assert half.value == 0.5
    assert half.se == pytest.approx(0.025)
    never = chance_at_most(np.arange(1.0, 401.0), 0)
    assert never.value == 0 and never.low == 0 and 0 < never.high < 0.02


def test_a_constant_has_no_error() -> None:
    """A fixed value is its own percentile, exactly."""
    found = constant(3.0, [5, 95], 100)
    assert found.percentiles[95].value == 3.0
    assert found.percentiles[95].se == 0.0
    assert found.counts.sum() == 100


def test_histograms_count_every_draw(draws: np.ndarray) -> None:
    """The bins of a histogram hold all draws and their edges rise."""
    found = summarise(draws, [50])
    assert found.counts.sum() == DRAWS
    assert (np.diff(found.edges) > 0).all()
    assert len(found.edges) == len(found.counts) + 1


def test_no_digit_below_the_error() -> None:
    """A number is never printed more exactly than its error allows."""
    assert quantity(128_345_678, 300_000, "USD") == "$128M"
    assert quantity(1_234_567, 200_000, "USD") == "$1.2M"
    assert with_error(1_234_567, 23_000, "USD") == "$1.23M ± 0.02"
    assert quantity(999_700, 0, "USD") == "$1.00M"


def test_a_mean_that_rests_on_few_draws_is_told_apart() -> None:
    """One draw carries most of a heavy tail's variance, and next to nothing of a normal's."""
    rng = np.random.default_rng(1)
    assert summarise(rng.lognormal(0, 4, 10_000), [50]).largest_share > 0.2
    assert summarise(rng.normal(0, 1, 10_000), [50]).largest_share < 0.01
