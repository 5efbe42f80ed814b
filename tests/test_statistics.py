"""Percentiles, chances and their errors, against closed forms."""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
import pytest
from counting import summarise

from simulator.distributions import distribution
from simulator.kernel import Engine
from simulator.model import build, read_formula
from simulator.reports.numbers import quantity, with_error
from simulator.statistics.estimates import chance, percentile, rank
from simulator.statistics.lanes import difference
from simulator.statistics.summaries import constant
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
    assert abs(found.mean.value - 52.52293861) < 4 * found.mean.se
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


def test_rounding_moves_no_rank() -> None:
    """⌈np⌉ is that of the percentage as written: 7% of 20,000 is 1,400, though 0.07 is a little more."""
    assert rank(20_000, 7) == 1399
    assert rank(1_000_000, 0.1) == 999


ODD_COLUMNS = {
    "lognormal": lambda rng, n: rng.lognormal(3, 2, n),
    "normal about 0": lambda rng, n: rng.normal(0, 1, n),
    "nearly 0": lambda rng, n: rng.normal(0, 1e-300, n),
    "negative": lambda rng, n: -rng.lognormal(0, 1, n),
    "0 one time in three": lambda rng, n: np.where(rng.random(n) < 1 / 3, 0.0, rng.lognormal(0, 1, n)),
    "three values": lambda rng, n: rng.choice([-1.0, 0.0, 7.5], n),
    "at most 1": lambda rng, n: np.minimum(1.0, rng.lognormal(0, 1, n)),
    "narrow": lambda rng, n: 1e9 + rng.random(n),
    "rare and huge": lambda rng, n: np.where(rng.random(n) < 1e-5, 1e30, rng.random(n)),
    "first draws alike": lambda rng, n: np.where(np.arange(n) < 20_000, 5.0, rng.normal(0, 1, n)),
    "wide": lambda rng, n: 10.0 ** rng.uniform(-100, 100, n),
}


@pytest.mark.parametrize("kind", ODD_COLUMNS)
@pytest.mark.parametrize("lanes", [1, 16])
def test_counting_finds_what_sorting_finds(kind: str, lanes: int) -> None:
    """Percentiles and their intervals by counting in bins are those of the sorted draws, to the bit."""
    draws = ODD_COLUMNS[kind](np.random.default_rng(3), 160_000)
    found, ordered = summarise(draws, [0.1, 5, 50, 80, 99.9], lanes=lanes), np.sort(draws)
    for level, estimate in found.percentiles.items():
        expected = percentile(ordered, level)
        assert estimate.value == expected.value
        if lanes == 1:
            np.testing.assert_array_equal(
                [estimate.se, estimate.low, estimate.high], [expected.se, expected.low, expected.high]
            )
        else:
            replicates = [percentile(np.sort(draws[lane::16]), level).value for lane in range(16)]
            assert found.replicates[level].tolist() == replicates
    assert (found.low, found.high, found.resolution) == (ordered[0], ordered[-1], 0.0)
    assert found.mean.value == pytest.approx(draws.mean(), rel=1e-12, abs=1e-12 * np.abs(draws).mean())
    assert found.sd == pytest.approx(draws.std(ddof=1), rel=1e-9)
    assert found.counts.sum() == len(draws)


def test_bins_alone_tell_percentiles_to_their_resolution(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the draws of the wanted bins cannot be held, a percentile is off by at most its resolution."""
    monkeypatch.setattr("simulator.statistics.summaries.MOST_PICKED", 0)
    draws = np.random.default_rng(3).lognormal(3, 2, 160_000)
    found, ordered = summarise(draws, [5, 50, 95]), np.sort(draws)
    errors = {
        level: abs(e.value - percentile(ordered, level).value) for level, e in found.percentiles.items()
    }
    assert 0 < max(errors.values()) <= found.resolution
    assert found.resolution < 2**-12 * found.percentiles[95].value


def test_what_cannot_be_estimated_is_nan() -> None:
    """Too few draws beyond a percentile leave its interval open."""
    assert np.isnan(percentile(np.arange(10.0), 99).high)
    assert np.isnan(percentile(np.arange(10.0), 99).se)


def test_chances() -> None:
    """A chance of 1/2 has its binomial error; one of 0 has an interval that is not empty."""
    half = chance(200, 400)
    assert half.value == 0.5
    assert half.se == pytest.approx(0.025)
    never = chance(0, 400)
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


@pytest.mark.parametrize("size", [1e155, 1e304])
def test_huge_draws_are_no_crash(size: float) -> None:
    """Finite draws whose squares overflow have percentiles, and an infinite spread."""
    draws = np.random.default_rng(1).uniform(-size, size, 20_000)
    found = summarise(draws, [50, 80])
    assert found.percentiles[80].value == percentile(np.sort(draws), 80).value
    assert found.difference(80, 50) is not None


def test_bars_rise_where_many_draws_are_the_greatest() -> None:
    """The edges of a picture rise strictly, also where a draw in ten is the greatest value."""
    draws = np.minimum(1.0, np.random.default_rng(1).uniform(0, 1.1, 20_000))
    found = summarise(draws, [50])
    assert (np.diff(found.edges) > 0).all()
    assert found.counts[-1] >= np.count_nonzero(draws == 1.0)


def test_a_small_change_is_not_told_too_surely() -> None:
    """Of 300 pairs of samples that differ by little, 1 in 25 has its P90's change below the truth, at most.

    Few draws change sides where a cost moves a little; limits at the true change must not pass by that.
    """
    random, passed = np.random.default_rng(8), 0
    truth = 1.2815515655446004 * (np.sqrt(1.0 + 0.02**2) - 1.0)
    for _ in range(300):
        x = random.normal(size=400)
        passed += difference(x + 0.02 * random.normal(size=400), x, 90.0).high < truth
    assert passed <= 12
