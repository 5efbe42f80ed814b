"""Shapes of priors: the quantile functions are exact, and what is no distribution is refused with its remedy.

Oracles: mpmath to 40 digits in both tails, scipy.stats in the middle, closed forms for truncation.
"""

import subprocess
import sys
from dataclasses import FrozenInstanceError, fields
from math import inf, nan

import mpmath as mp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from simulator.distributions import (
    FAMILIES,
    Beta,
    Discrete,
    Lognormal,
    Loguniform,
    Normal,
    Pert,
    Point,
    Quantiles,
    Scaled,
    Triangular,
    Truncated,
    Uniform,
    distribution,
    mass_outside,
    truncate,
)
from simulator.errors import DistributionError

mp.mp.dps = 40

TAIL = [1e-16, 2.0**-53 * 1.5, 1e-13, 1e-10, 1e-7, 1e-4]
MIDDLE = [0.01, 0.1, 0.3, 0.49, 0.5, 0.51, 0.7, 0.9, 0.99, 1 - 1e-6, 1 - 2.0**-53]
GRID = np.linspace(0.001, 0.999, 401)
FORMS = [(family, form) for family, forms in FAMILIES.items() for form in forms]
EXAMPLES = [pytest.param(distribution(family, form.example), id=f"{family} {form}") for family, form in FORMS]
BY_PERCENTILES = [pytest.param(f, form.example, id=f"{f} {form}") for f, form in FORMS if form.percentiles]


# Oracles in 40 digits: the probability below x.


def normal_cdf(mean, sd):
    return lambda x: mp.ncdf((x - mean) / mp.mpf(sd))


def lognormal_cdf(mu, sigma, shift=0.0):
    return lambda x: mp.ncdf((mp.log(x - shift) - mu) / mp.mpf(sigma))


def uniform_cdf(low, high):
    return lambda x: (x - low) / (mp.mpf(high) - low)


def loguniform_cdf(low, high):
    return lambda x: mp.log(x / low) / mp.log(mp.mpf(high) / low)


def triangular_cdf(low, mode, high):
    width = mp.mpf(high) - low

    def cdf(x):
        if x < mode:
            return (x - low) ** 2 / (width * (mode - low))
        return 1 - (high - x) ** 2 / (width * (high - mode))

    return cdf


def beta_cdf(a, b, low=0.0, high=1.0):
    width = mp.mpf(high) - low

    def tail(a, b, share):
        return share**a * mp.hyp2f1(a, 1 - b, a + 1, share) / (a * mp.beta(a, b))

    def cdf(x):
        share = (x - low) / width
        return tail(a, b, share) if share < 0.5 else 1 - tail(b, a, (high - x) / width)

    return cdf


def pert_cdf(low, mode, high):
    width = mp.mpf(high) - low
    return beta_cdf(1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width, low, high)


def truncated_cdf(cdf, low, high=inf):
    below = cdf(mp.mpf(low))
    left = (1 if high == inf else cdf(mp.mpf(high))) - below
    return lambda x: (cdf(x) - below) / left


EXACT = {
    "normal": (Normal(3, 0.25), normal_cdf(3, 0.25)),
    "lognormal": (Lognormal(2.5, 0.42), lognormal_cdf(2.5, 0.42)),
    "wide lognormal": (Lognormal(-20.0, 5.0), lognormal_cdf(-20.0, 5.0)),
    "shifted lognormal": (Lognormal(0.0, 0.5, 2.0), lognormal_cdf(0.0, 0.5, 2.0)),
    "uniform": (Uniform(0, 3), uniform_cdf(0, 3)),
    "negative uniform": (Uniform(-3, 0), uniform_cdf(-3, 0)),
    "loguniform": (Loguniform(1e-3, 1e9), loguniform_cdf(1e-3, 1e9)),
    "triangular": (Triangular(0, 0.25, 2), triangular_cdf(0, 0.25, 2)),
    "triangular from its mode": (Triangular(1, 1, 3), triangular_cdf(1, 1, 3)),
    "triangular to its mode, 0": (Triangular(-2, 0, 0), triangular_cdf(-2, 0, 0)),
    "pert": (Pert(0, 0.25, 1), pert_cdf(0, 0.25, 1)),
    "pert from its mode": (Pert(0.5, 0.5, 2), pert_cdf(0.5, 0.5, 2)),
    "negative pert": (Pert(-2, -0.5, 0), pert_cdf(-2, -0.5, 0)),
    "beta": (Beta(2, 5), beta_cdf(2, 5)),
    "u-shaped beta": (Beta(0.5, 0.25), beta_cdf(0.5, 0.25)),
    "narrow beta": (Beta(200, 300), beta_cdf(200, 300)),
    "truncated normal": (Truncated(Normal(3, 1), 2, 4), truncated_cdf(normal_cdf(3, 1), 2, 4)),
    "upper tail of a normal": (Truncated(Normal(3, 1), 6.5), truncated_cdf(normal_cdf(3, 1), 6.5)),
    "truncated lognormal": (Truncated(Lognormal(0, 1), 0.5), truncated_cdf(lognormal_cdf(0, 1), 0.5)),
    "truncated pert": (
        Truncated(Pert(0.25, 0.375, 0.5), 0.3125, 0.4375),
        truncated_cdf(pert_cdf(0.25, 0.375, 0.5), 0.3125, 0.4375),
    ),
    "scaled": (Scaled(Uniform(0, 3), 0.25), uniform_cdf(0, 0.75)),
}
FROM_ZERO = {
    "normal": (Truncated(Normal(3, 1.5), 0), truncated_cdf(normal_cdf(3, 1.5), 0)),
    "normal, mostly cut": (Truncated(Normal(-1, 1), 0), truncated_cdf(normal_cdf(-1, 1), 0)),
    "uniform": (Truncated(Uniform(-1, 4), 0), truncated_cdf(uniform_cdf(-1, 4), 0)),
    "triangular": (Truncated(Triangular(-1, 2, 4), 0), truncated_cdf(triangular_cdf(-1, 2, 4), 0)),
}


def assert_exact(prior, cdf, values, shares, digits):
    """The exact quantiles at these shares lie within so many digits of the values."""
    low, high = map(mp.mpf, prior.support)
    for value, share in zip(values.tolist(), shares, strict=True):
        margin = abs(mp.mpf(value)) * mp.mpf(10) ** -digits
        assert cdf(max(value - margin, low)) <= share <= cdf(min(value + margin, high)), (value, share)


@pytest.mark.parametrize("name", EXACT)
def test_quantiles_are_exact_from_the_bottom(name):
    """ppf agrees with 40 digits to 1e-13 of the value from u = 1e-16 to 1 - 2**-53."""
    prior, cdf = EXACT[name]
    u = TAIL + MIDDLE
    assert_exact(prior, cdf, prior.ppf(u), map(mp.mpf, u), digits=13)


@pytest.mark.parametrize("name", EXACT)
def test_quantiles_are_exact_from_the_top(name):
    """isf agrees with 40 digits to 1e-13 of the value down to v = 2**-53, where 1 - v has no digits left."""
    prior, cdf = EXACT[name]
    v = [2.0**-53, *TAIL, 0.01, 0.3, 0.5, 0.7]
    assert_exact(prior, cdf, prior.isf(v), [1 - mp.mpf(share) for share in v], digits=13)


@pytest.mark.parametrize("name", FROM_ZERO)
def test_a_truncation_at_zero_keeps_the_digits_of_values_next_to_zero(name):
    """Values next to a bound at 0 have ten digits of their own, though the base rounds at its own scale."""
    prior, cdf = FROM_ZERO[name]
    u = [*TAIL, 0.99e-4, 1.01e-4, 3e-4, *MIDDLE]
    assert_exact(prior, cdf, prior.ppf(u), map(mp.mpf, u), digits=10)


@pytest.mark.parametrize(
    ("prior", "oracle"),
    [
        (Normal(-1, 2), stats.norm(-1, 2)),
        (Lognormal(1, 0.5), stats.lognorm(0.5, scale=np.e)),
        (Lognormal(1, 0.5, -3), stats.lognorm(0.5, loc=-3, scale=np.e)),
        (Uniform(-2, 5), stats.uniform(-2, 7)),
        (Loguniform(2, 300), stats.loguniform(2, 300)),
        (Triangular(1, 2, 5), stats.triang(0.25, 1, 4)),
        (Pert(1, 2, 5), stats.beta(2, 4, 1, 4)),
        (Beta(0.7, 3, -1, 4), stats.beta(0.7, 3, -1, 5)),
        (Truncated(Normal(2, 3), -1, 4), stats.truncnorm(-1, 2 / 3, 2, 3)),
        (Truncated(Normal(0, 1), 4.5), stats.truncnorm(4.5, inf)),
        (Scaled(Pert(1, 2, 5), 10), stats.beta(2, 4, 10, 40)),
    ],
    ids=lambda value: value.describe() if hasattr(value, "describe") else "",
)
def test_the_four_functions_agree_with_scipy(prior, oracle):
    """ppf, isf, cdf and sf agree with scipy.stats to 1e-11 over the middle of the distribution."""
    x = oracle.ppf(GRID)
    np.testing.assert_allclose(prior.ppf(GRID), x, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(prior.isf(GRID), oracle.isf(GRID), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(prior.cdf(x), oracle.cdf(x), rtol=1e-11)
    np.testing.assert_allclose(prior.sf(x), oracle.sf(x), rtol=1e-11)


# What must hold for every family; a new one joins through its examples in FAMILIES.


@pytest.mark.parametrize("prior", EXAMPLES)
def test_every_family_is_a_frozen_value(prior):
    """A prior is hashable, equal to its equals, cannot be changed, and describes itself in one line."""
    assert {prior: 1}[prior] == 1
    with pytest.raises(FrozenInstanceError):
        setattr(prior, fields(prior)[0].name, 1.0)
    assert prior.describe() and "\n" not in prior.describe()


@pytest.mark.parametrize("prior", EXAMPLES)
def test_every_family_keeps_to_its_support_and_rises(prior):
    """Quantiles lie within the support, never fall as u rises, and reach no nan from 0 to 1."""
    u = np.sort(np.concatenate([[0, 1], TAIL, GRID, 1 - np.array(TAIL)]))
    for values in (prior.ppf(u), prior.isf(u)[::-1]):
        low, high = prior.support
        assert (values >= low).all() and (values <= high).all()
        assert (np.diff(values) >= 0).all()


@pytest.mark.parametrize("prior", EXAMPLES)
def test_every_family_counts_alike_from_both_ends(prior):
    """isf(v) is ppf(1 - v), and sf is 1 - cdf."""
    v = np.array([0.001, 0.2, 0.35, 0.5, 0.8, 0.999])
    np.testing.assert_allclose(prior.isf(v), prior.ppf(1 - v), rtol=1e-12)
    x = prior.ppf(v)
    np.testing.assert_allclose(prior.sf(x), 1 - prior.cdf(x), atol=1e-15)
    low, high = prior.support
    assert prior.cdf(low - 1) == 0 and prior.cdf(high) == 1 and prior.sf(high) == 0 and prior.sf(low - 1) == 1


@pytest.mark.parametrize("prior", EXAMPLES)
def test_every_family_takes_numbers_lists_and_tables(prior):
    """Each function answers in the shape that it was asked in."""
    for function in (prior.ppf, prior.isf, prior.cdf, prior.sf):
        assert np.shape(function(0.25)) == () and np.shape(function([0.25, 0.5])) == (2,)
        assert np.shape(function(np.full((2, 3), 0.25))) == (2, 3)
        assert function([0.25, 0.75])[1] == function(0.75)


@pytest.mark.parametrize("prior", EXAMPLES)
def test_every_family_scales_and_truncates(prior):
    """A change of unit multiplies the quantiles; a truncation to the support changes nothing."""
    u = np.array([0.001, 0.3, 0.6, 0.999])
    np.testing.assert_allclose(prior.scaled(4.0).ppf(u), 4 * prior.ppf(u), rtol=1e-15)
    np.testing.assert_allclose(prior.scaled(4.0).cdf(4 * prior.ppf(u)), prior.cdf(prior.ppf(u)), rtol=1e-15)
    low, high = prior.support
    np.testing.assert_allclose(prior.truncated(low - 1, high + 1).ppf(u), prior.ppf(u), rtol=1e-15)


@pytest.mark.parametrize("prior", EXAMPLES)
def test_every_family_is_the_inverse_of_its_cdf(prior):
    """cdf(ppf(u)) is u, or, where values carry probability of their own, at least u."""
    u = np.concatenate([TAIL, GRID])
    if prior.continuous:
        np.testing.assert_allclose(prior.cdf(prior.ppf(u)), u, rtol=1e-12, atol=4e-15)
        np.testing.assert_allclose(prior.sf(prior.isf(u)), u, rtol=1e-12, atol=4e-15)
    else:
        assert (prior.cdf(prior.ppf(u)) >= u).all()
        assert prior.cumulative[-1] == 1.0 and len(prior.values) == len(prior.cumulative)


@pytest.mark.parametrize("prior", [case for case in EXAMPLES if case.values[0].continuous])
def test_every_family_names_its_kinks(prior):
    """Away from the kinks that it names, the quantile function has a continuous slope."""
    assert all(0 < kink < 1 for kink in prior.kinks)
    u, step = np.linspace(0.05, 0.95, 901), 1e-6
    turn = np.abs(prior.ppf(u - step) - 2 * prior.ppf(u) + prior.ppf(u + step)) / step
    smooth = np.abs(u[:, None] - np.array([*prior.kinks, inf])).min(axis=1) > 2 * step
    assert turn[smooth].max() < 1e-2 * np.ptp(prior.ppf([0.05, 0.95]))


# Properties over the parameters.

WHERE = st.floats(-1e6, 1e6)
WIDTH = st.floats(1e-3, 1e6)
SHARE = st.floats(0, 1)
SHAPE = st.floats(0.2, 200)
U = st.lists(st.floats(1e-16, 1 - 2.0**-53), min_size=2, max_size=20)
PRIORS = st.one_of(
    st.builds(Normal, WHERE, WIDTH),
    st.builds(Lognormal, st.floats(-20, 40), st.floats(1e-3, 5), WHERE),
    st.builds(lambda low, width: Uniform(low, low + width), WHERE, WIDTH),
    st.builds(lambda low, ratio: Loguniform(low, low * (1 + ratio)), WIDTH, WIDTH),
    st.builds(lambda low, width, mode: Triangular(low, low + mode * width, low + width), WHERE, WIDTH, SHARE),
    st.builds(lambda low, width, mode: Pert(low, low + mode * width, low + width), WHERE, WIDTH, SHARE),
    st.builds(lambda a, b, low, width: Beta(a, b, low, low + width), SHAPE, SHAPE, WHERE, WIDTH),
    st.builds(
        lambda low, steps: Quantiles(
            tuple(np.linspace(0, 1, len(steps) + 1).tolist()), tuple(low + np.cumsum([0, *steps]))
        ),
        WHERE,
        st.lists(WIDTH, min_size=1, max_size=6),
    ),
)


def scale_of(prior):
    """The size of the numbers in play: what rounding is relative to."""
    return float(np.abs(prior.ppf([1e-16, 0.5, 1 - 2.0**-53])).max())


@settings(max_examples=150, deadline=None)
@given(PRIORS, U)
def test_quantiles_rise_within_the_support(prior, u):
    """For any parameters, quantiles are finite, lie within the support and rise but for rounding."""
    values = prior.ppf(np.sort(u))
    low, high = prior.support
    assert np.isfinite(values).all() and (values >= low).all() and (values <= high).all()
    assert (np.diff(values) >= -4e-16 * scale_of(prior)).all()


@settings(max_examples=150, deadline=None)
@given(PRIORS, st.floats(0.01, 0.99))
def test_the_cdf_leads_back(prior, u):
    """For any parameters, cdf(ppf(u)) and sf(isf(u)) are u, to what the rounding of the value permits."""
    for value, back in ((prior.ppf(u), prior.cdf), (prior.isf(u), prior.sf)):
        rounding = 4e-15 * scale_of(prior)
        assert min(back(value - rounding), back(value + rounding)) - 1e-12 <= u
        assert u <= max(back(value - rounding), back(value + rounding)) + 1e-12


@settings(max_examples=150, deadline=None)
@given(PRIORS, SHARE, SHARE, U)
def test_truncation_keeps_exactly_to_its_bounds(prior, one, other, u):
    """For any parameters and bounds, no quantile lies outside the bounds, not by one bit, and none is nan."""
    low, high = (float(x) for x in prior.ppf(np.sort([0.001 + 0.998 * one, 0.001 + 0.998 * other])))
    assume(low < high and mass_outside(prior, low, high) < 1 - 1e-5)
    cut = truncate(prior, low=low, high=high)
    for values in (cut.ppf(u), cut.isf(u)):
        assert (values >= low).all() and (values <= high).all()
    assert all(0 < kink < 1 for kink in cut.kinks)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-5, 5), st.floats(1e-6, 1e6)), min_size=1, max_size=30),
    st.floats(1e-16, 1 - 2.0**-53),
)
def test_a_discrete_table_ends_at_exactly_one(table, u):
    """For any weights, cumulative rises to exactly 1, and ppf is the first value at which it reaches u."""
    prior = Discrete(*zip(*table, strict=True))
    assert prior.cumulative[-1] == 1.0 and list(prior.values) == sorted({float(value) for value, _ in table})
    assert prior.ppf(u) == next(x for x, top in zip(prior.values, prior.cumulative, strict=True) if top >= u)


# Percentiles by name.


@pytest.mark.parametrize(("family", "example"), BY_PERCENTILES)
def test_named_percentiles_are_hit(family, example):
    """Every family that takes percentiles has them."""
    prior = distribution(family, example)
    for name, value in example.items():
        assert prior.ppf(float(name[1:]) / 100) == pytest.approx(value, rel=1e-12)


PERCENTS = st.lists(st.sampled_from([0.1, 1, 2.5, 5, 10, 25, 50, 75, 90, 95, 97.5, 99.9]), unique=True)
TWO = PERCENTS.filter(lambda found: len(found) >= 2).map(lambda found: sorted(found[:2]))
THREE = PERCENTS.filter(lambda found: len(found) >= 3).map(lambda found: sorted(found[:3]))


def named(percents, values):
    """Percentiles as a file names them."""
    return {f"p{percent:g}": float(value) for percent, value in zip(percents, values, strict=True)}


@pytest.mark.parametrize("family", ["normal", "lognormal", "uniform", "loguniform", "beta"])
@settings(max_examples=40, deadline=None)
@given(TWO, st.floats(0.1, 0.99), st.floats(0.01, 0.5))
def test_any_two_percentiles_are_hit(family, percents, first, rest):
    """Any two rising percentiles between 0 and 1 are hit to 1e-9."""
    values = first, first + rest * (1 - first)
    prior = distribution(family, named(percents, values))
    np.testing.assert_allclose(prior.ppf(np.array(percents) / 100), values, rtol=1e-9)


@pytest.mark.parametrize(
    "truth",
    [
        st.builds(Lognormal, st.floats(-5, 5), st.floats(1e-3, 3), st.floats(-100, 100)),
        st.builds(lambda low, width, mode: Pert(low, low + mode * width, low + width), WHERE, WIDTH, SHARE),
        st.builds(
            lambda low, width, mode: Triangular(low, low + mode * width, low + width), WHERE, WIDTH, SHARE
        ),
    ],
    ids=["lognormal", "pert", "triangular"],
)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_three_feasible_percentiles_are_hit(truth, data):
    """The percentiles of a distribution of the family are taken, and hit to 1e-9 of their range."""
    percents, prior = data.draw(THREE), data.draw(truth)
    values = prior.ppf(np.array(percents) / 100)
    assume(np.diff(values).min() > 1e-6 * np.abs(values).max())
    found = distribution(type(prior).__name__.lower(), named(percents, values))
    np.testing.assert_allclose(found.ppf(np.array(percents) / 100), values, atol=1e-9 * np.ptp(values))


@pytest.mark.parametrize("truth", [Lognormal(1, 0.4, 2), Pert(1, 2, 5), Triangular(1, 2, 5), Beta(2.5, 4)])
def test_percentiles_lead_back_to_the_parameters(truth):
    """The percentiles of a known distribution give back its parameters."""
    percents = (10, 90) if isinstance(truth, Beta) else (10, 50, 90)
    values = truth.ppf(np.array(percents) / 100)
    found = distribution(type(truth).__name__.lower(), named(percents, values))
    for field in fields(truth):
        assert getattr(found, field.name) == pytest.approx(getattr(truth, field.name), rel=1e-8)


@pytest.mark.parametrize(
    ("family", "parameters"),
    [
        ("lognormal", {"p5": 2, "p95": 6, "shift": 1}),
        ("beta", {"p5": 2, "p95": 6, "low": 1, "high": 9}),
        ("quantiles", {"p100": 9, "p95": 6, "p0": 1, "p5": 2}),
    ],
)
def test_percentiles_go_with_the_optional_parameters(family, parameters):
    """A shift or an interval may be fixed beside the percentiles, which may stand in any order."""
    assert distribution(family, parameters).ppf([0.05, 0.95]) == pytest.approx([2, 6], rel=1e-12)
    assert distribution(family, parameters).support[0] == 1


def test_percentiles_are_those_of_the_untruncated_family():
    """A truncation after the fact moves the percentiles: they are not refitted."""
    prior = truncate(distribution("lognormal", {"p5": 1.05, "p95": 1.16}), low=1.05)
    assert prior.ppf(0.05) > 1.05 and prior.support == (1.05, inf)


@pytest.mark.parametrize("family", ["triangular", "pert", "lognormal"])
def test_the_feasible_range_is_the_true_one(family):
    """The middle percentile is taken just inside the stated range, and refused just outside it."""
    with pytest.raises(DistributionError) as refusal:
        distribution(family, {"p10": 5, "p50": 9.9, "p90": 10})
    low, high = map(float, str(refusal.value).split("between ")[1].split(";")[0].split(" and "))
    for inside in (low + 1e-4, high - 1e-4):
        assert distribution(family, {"p10": 5, "p50": inside, "p90": 10}).ppf(0.5) == pytest.approx(inside)
    for outside in (low - 1e-4, high + 1e-4):
        with pytest.raises(DistributionError):
            distribution(family, {"p10": 5, "p50": outside, "p90": 10})


def test_the_feasible_range_ends_with_the_mode_at_an_end():
    """A triangle's middle percentile is lowest with mode = low, where Q(u) = 1 - sqrt(1 - u)."""
    bottom, middle, top = (1 - (1 - u) ** 0.5 for u in (0.1, 0.5, 0.9))
    found = distribution("triangular", {"p10": bottom, "p50": middle, "p90": top})
    assert (found.low, found.mode, found.high) == pytest.approx((0, 0, 1), abs=1e-12)


# Truncation is not clipping.


def test_truncation_piles_nothing_up_at_a_bound():
    """No quantile but the first is the bound, where clipping would put the whole tail."""
    prior = truncate(Normal(0, 1), low=0)
    assert (prior.ppf(GRID) > 0).all() and (prior.ppf([1e-16, 1e-9]) > 0).all()
    np.testing.assert_allclose(prior.ppf(GRID), Normal(0, 1).ppf(0.5 + GRID / 2), rtol=1e-12)


def test_a_truncated_lognormal_is_the_exponential_of_a_truncated_normal():
    """Truncation commutes with the logarithm."""
    prior = truncate(Lognormal(1, 0.5), low=2, high=9)
    oracle = stats.truncnorm((np.log(2) - 1) / 0.5, (np.log(9) - 1) / 0.5, 1, 0.5)
    np.testing.assert_allclose(np.log(prior.ppf(GRID)), oracle.ppf(GRID), rtol=1e-11)


def test_truncation_moves_the_kinks():
    """A kink keeps its value and takes the probability that is left below it."""
    prior = truncate(Triangular(0, 1, 4), low=0.5, high=3)
    assert len(prior.kinks) == 1 and prior.ppf(prior.kinks[0]) == pytest.approx(1)
    assert truncate(Triangular(0, 1, 4), low=1).kinks == ()
    table = Quantiles((0, 0.25, 0.5, 1), (0, 1, 3, 4))
    assert truncate(table, low=1).kinks == pytest.approx((1 / 3,))


def test_truncations_add_up():
    """Truncating twice is truncating once to both intervals, and None is no bound."""
    once = truncate(Normal(0, 1), low=-1, high=2)
    assert truncate(truncate(Normal(0, 1), low=-1), high=2) == once
    assert once.support == (-1, 2) and truncate(Normal(0, 1)).support == (-inf, inf)


def test_tables_stay_tables():
    """A discrete table or a point, truncated or scaled, still is one, and its weights add up to 1 again."""
    table = Discrete((1, 2, 4), (1, 1, 2))
    assert truncate(table, low=1.5) == Discrete((2, 4), (1, 2))
    assert table.scaled(10) == Discrete((10, 20, 40), (1, 1, 2))
    assert truncate(Point(3), low=3, high=4) == Point(3) and Point(3).scaled(2) == Point(6)
    assert Scaled(Uniform(0, 1), 2).scaled(3) == Scaled(Uniform(0, 1), 6)


@pytest.mark.parametrize(
    ("prior", "low", "high", "mass"),
    [
        (Normal(0, 1), 0, inf, 0.5),
        (Uniform(-1, 3), 0, 2, 0.5),
        (Uniform(0, 1), 0, 1, 0.0),
        (Scaled(Uniform(0, 110), 0.01), 0, 1.1, 0.0),
        (Discrete((0, 1, 2), (1, 1, 2)), 0, 1, 0.5),
        (Discrete((0, 1, 2), (1, 1, 2)), 1, inf, 0.25),
        (Point(1), 1, 2, 0.0),
        (Lognormal(0, 1), 0, inf, 0.0),
        (truncate(Normal(0, 1), low=0), 0, inf, 0.0),
    ],
)
def test_mass_outside_counts_both_sides_and_no_bound(prior, low, high, mass):
    """The probability outside an interval leaves out what sits on its ends."""
    assert mass_outside(prior, low, high) == pytest.approx(mass, abs=0)


# Every refusal says what is wrong and how to mend it.

NORMAL = "write normal: {mean: 3, sd: 0.5} or {p5: 2, p95: 4}"
REFUSED = [
    ("normall", {}, "there is no distribution called 'normall'; Did you mean normal?"),
    ("gamma", {}, "there is no distribution called 'gamma'; the families are normal, lognormal, uniform, "),
    ("normal", 3, f"normal: got 3 for its parameters; {NORMAL}"),
    ("normal", {}, f"normal: mean, sd missing; {NORMAL}"),
    ("normal", {"mean": 1}, f"normal: sd missing; {NORMAL}"),
    ("normal", {"mean": 1, "sdd": 2}, "normal: there is no parameter 'sdd'; Did you mean sd?"),
    ("normal", {"mean": 1, "spread": 2}, f"normal: there is no parameter 'spread'; {NORMAL}"),
    ("normal", {"mean": 1, "sd": -2}, "normal: sd must be above 0; got -2"),
    ("normal", {"mean": 1, "sd": 0}, "normal: sd must be above 0; got 0"),
    ("normal", {"mean": "x", "sd": 2}, "normal: mean must be a number; got 'x'"),
    ("normal", {"mean": True, "sd": 2}, "normal: mean must be a number; got True"),
    ("normal", {"mean": nan, "sd": 2}, "normal: mean must be a finite number of at most 1e+100; got nan"),
    ("normal", {"mean": 1, "sd": inf}, "normal: sd must be a finite number of at most 1e+100; got inf"),
    (
        "normal",
        {"mean": 10**400, "sd": 1},
        "normal: mean must be a finite number of at most 1e+100; got 10",
    ),
    ("normal", {"mean": 1, "p5": 3, "p95": 4}, f"normal: got mean, p5, p95; {NORMAL}"),
    (
        "normal",
        {"p10": 5, "p50": 5.5, "p90": 10},
        "normal: takes 2 percentiles; got p10, p50, p90; lognormal, triangular, pert, quantiles would take 3",
    ),
    ("point", {"p5": 3, "p6": 4}, "point: takes no percentiles; got p5, p6"),
    (
        "lognormal",
        {"p5": 10, "p95": 3},
        "lognormal: p5=10 and p95=3: a higher percentile needs a larger value",
    ),
    ("normal", {"p5": 3, "p95": 3}, "normal: p5=3 and p95=3: a higher percentile needs a larger value"),
    ("normal", {"p5": 3, "p5.0": 4}, "normal: p5=3 and p5.0=4 are one percentile"),
    ("normal", {"p0": 3, "p95": 4}, "normal: p0 must lie between p0 and p100; only quantiles take these two"),
    ("normal", {"p5": 3, "p120": 4}, "normal: p120 must lie between p0 and p100"),
    ("lognormal", {"p5": -1, "p95": 3}, "lognormal: p5 must be above 0; got -1; write normal, or give three"),
    ("lognormal", {"p5": 2, "p95": 3, "shift": 2.5}, "lognormal: p5 must be above 2.5; got 2"),
    ("lognormal", {"median": -2, "sigma": 0.4}, "lognormal: median must be above 0; got -2"),
    ("lognormal", {"mu": 1, "sigma": 0}, "lognormal: sigma must be above 0; got 0"),
    ("lognormal", {"mu": 20_000, "sigma": 0.4}, "lognormal: mu 20000 with sigma 0.4 leaves the range of a"),
    (
        "lognormal",
        {"p10": 5, "p50": 8, "p90": 10},
        "lognormal with p10=5, p90=10 needs p50 between 5 and 7.5; got 8; it must be skewed to the right: "
        "move it, or write normal or quantiles",
    ),
    (
        "triangular",
        {"p10": 5, "p50": 9, "p90": 10},
        "triangular with p10=5, p90=10 needs p50 between 6.90983 and 8.09017; got 9; move it, or write",
    ),
    (
        "pert",
        {"p10": 5, "p50": 5.5, "p90": 10},
        "pert with p10=5, p90=10 needs p50 between 6.55946 and 8.44054; got 5.5; move it, or write quantiles",
    ),
    ("uniform", {"low": 3, "high": 3}, "uniform: low must be below high; got low 3 and high 3"),
    ("loguniform", {"low": 0, "high": 1}, "loguniform: low must be above 0; got 0"),
    ("loguniform", {"p5": 0, "p95": 1}, "loguniform: p5 must be above 0; got 0"),
    (
        "triangular",
        {"low": 1, "mode": 4, "high": 3},
        "triangular: mode must lie between low 1 and high 3; got",
    ),
    ("pert", {"low": 1, "mode": 0, "high": 3}, "pert: mode must lie between low 1 and high 3; got 0"),
    ("pert", {"low": 3, "mode": 2, "high": 1}, "pert: low must be below high; got low 3 and high 1"),
    ("beta", {"a": 0, "b": 1}, "beta: a must be above 0; got 0"),
    ("beta", {"a": 1, "b": -1}, "beta: b must be above 0; got -1"),
    (
        "beta",
        {"a": 1e12, "b": 1},
        "beta: a must lie between 1e-06 and 1e+09; got 1e+12; write point",
    ),
    ("beta", {"mean": 2, "sd": 0.1}, "beta: mean must lie between low 0 and high 1; got 2"),
    ("beta", {"mean": 0.5, "sd": 0.6}, "beta: with mean 0.5, sd must be above 0 and below 0.5; got 0.6"),
    ("beta", {"p5": 0.2, "p95": 1.5}, "beta: p95 must lie between low 0 and high 1; got 1.5"),
    (
        "beta",
        {"p5": 0.3, "p95": 0.3000001},
        "beta: p5=0.3 and p95=0.3000001 are too close together; write normal",
    ),
    ("beta", {"p50": 1e-4, "p50.01": 0.99}, "beta: p50=0.0001 and p50.01=0.99 leave too little probability"),
    (
        "discrete",
        {"values": [1, 2], "weights": [1]},
        "discrete: values and weights must be equally many; got 2 ",
    ),
    (
        "discrete",
        {"values": [1, 2], "weights": [1, 0]},
        "discrete: weights must be above 0; got 0; leave the",
    ),
    ("discrete", {"values": 3, "weights": [1]}, "discrete: values must be a list of numbers; got 3"),
    ("discrete", {"values": [1, "a"], "weights": [1, 1]}, "discrete: values[1] must be a number; got 'a'"),
    ("discrete", {"values": [], "weights": []}, "discrete: values must not be empty"),
    ("quantiles", {}, "quantiles: p0 and p100 must be given; got nothing"),
    ("quantiles", {"p5": 3, "p6": 4}, "quantiles: p0 and p100 must be given; got p5, p6"),
    (
        "quantiles",
        {"p0": 1, "p50": 1, "p100": 2},
        "quantiles: p0=1 and p50=1: a higher percentile needs a larger",
    ),
    ("quantiles", {"p0": 1, "p120": 3, "p100": 2}, "quantiles: p120 must lie between p0 and p100"),
    ("point", {"value": "three"}, "point: value must be a number; got 'three'"),
]


@pytest.mark.parametrize(("family", "parameters", "message"), REFUSED)
def test_a_refusal_says_what_is_wrong_and_how_to_mend_it(family, parameters, message):
    """Parameters that describe no distribution are refused, by family, key, value and remedy."""
    with pytest.raises(DistributionError) as refusal:
        distribution(family, parameters)
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize(
    ("prior", "low", "high", "message"),
    [
        (Normal(0, 1), 3, 2, "truncate: low must be below high; got low 3 and high 2"),
        (Normal(0, 1), nan, None, "truncate: low must be below high; got low nan"),
        (
            Normal(0, 1),
            6,
            None,
            "normal, mean 0, sd 1 truncated to [6, inf) leaves 9.9e-10 of its probability, ",
        ),
        (
            Uniform(0, 1),
            2,
            None,
            "uniform(0, 1) truncated to [2, inf) leaves 0 of its probability, and at least",
        ),
        (
            Discrete((1, 2), (1, 1)),
            5,
            None,
            "discrete, 1 (0.5), 2 (0.5) truncated to [5, inf) leaves 0 of its",
        ),
        (Point(3), None, 2, "point 3 truncated to (-inf, 2] leaves 0 of its probability"),
    ],
)
def test_a_truncation_that_contradicts_the_prior_is_refused(prior, low, high, message):
    """A truncation must leave an interval and a millionth of the probability; the message says how much."""
    with pytest.raises(DistributionError) as refusal:
        truncate(prior, low=low, high=high)
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize("factor", [0, -1, inf, nan])
@pytest.mark.parametrize("prior", [Uniform(0, 1), Discrete((1, 2), (1, 1)), Point(3)])
def test_a_factor_is_a_finite_number_above_zero(prior, factor):
    """No unit is zero, negative or infinite times another."""
    with pytest.raises(DistributionError, match="the factor must be above 0 and finite"):
        prior.scaled(factor)


@pytest.mark.parametrize(
    ("prior", "text"),
    [
        (Lognormal.from_median(20_000, 0.42), "lognormal, median 20000, sigma 0.42"),
        (Lognormal.from_median(5, 0.5, 2), "lognormal, median 5, sigma 0.5, shift 2"),
        (Pert(0.2, 0.3, 0.5), "PERT(0.2, 0.3, 0.5)"),
        (truncate(Pert(0.9, 1.1, 1.3), low=1), "PERT(0.9, 1.1, 1.3) truncated to [1, inf)"),
        (Beta(2, 5), "beta(2, 5)"),
        (Beta(2, 5, 0, 10), "beta(2, 5) on [0, 10]"),
        (Scaled(Triangular(1, 2, 3), 0.01), "triangular(0.01, 0.02, 0.03)"),
        (
            Scaled(truncate(Normal(3, 1), low=0, high=9), 100),
            "normal, mean 300, sd 100 truncated to [0, 900]",
        ),
        (
            Scaled(Scaled(Lognormal.from_median(5, 0.5, 2), 10), 2),
            "lognormal, median 100, sigma 0.5, shift 40",
        ),
        (Scaled(Beta(2, 5), 0.01), "beta(2, 5) on [0, 0.01]"),
        (Scaled(Quantiles((0, 0.5, 1), (1, 2, 5)), 10), "quantiles, p0 10, p50 20, p100 50"),
        (Lognormal(10.153877, 0.152225), "lognormal, median 25690, sigma 0.1522"),
        (Point(16_384), "point 16384"),
        (Loguniform(1, 10), "log-uniform(1, 10)"),
        (Discrete((2, 1), (3, 1)), "discrete, 1 (0.25), 2 (0.75)"),
        (Quantiles((0, 0.5, 1), (1, 2, 5)), "quantiles, p0 1, p50 2, p100 5"),
    ],
)
def test_a_prior_describes_itself(prior, text):
    """The description names the family and its parameters in the words of the field."""
    assert prior.describe() == text


def test_a_beta_by_its_mean_has_that_mean():
    """Mean and standard deviation are those of the interval, not of [0, 1]."""
    prior = distribution("beta", {"mean": 4, "sd": 1.5, "low": 1, "high": 9})
    oracle = stats.beta(prior.a, prior.b, 1, 8)
    assert (oracle.mean(), oracle.std()) == pytest.approx((4, 1.5))


def test_importing_costs_no_solver_and_no_statistics():
    """Start-up does not pay for scipy.stats or scipy.optimize."""
    heavy = "{'scipy.stats', 'scipy.optimize'}"
    code = f"import sys, simulator.distributions; print({heavy} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
