"""Draws of every family against its own cdf, with a control that must fail.

The distance is Anderson and Darling's; its distribution is Marsaglia & Marsaglia's (2004,
doi:10.18637/jss.v009.i02), and in the tail that of the largest term of its sum of squares of normals. An
error of scale shows best in the mean square of the draws' normal scores, which is looked at too.
"""

from __future__ import annotations

from math import erfc, exp, sqrt

import numpy as np
import pytest
from oracle_models import draws_of
from scipy import stats
from scipy.special import ndtri

from simulator.distributions import (
    FAMILIES,
    Beta,
    Discrete,
    Distribution,
    Lognormal,
    Normal,
    Pert,
    Quantiles,
    Triangular,
    distribution,
    truncate,
)

FALSE_ALARM = 1e-6
TAIL = 6.0  # from here, where the probability is 1e-3, the largest term is taken for all, 5% too small
LEAST = 2.0**-53  # a share of probability, in place of 0 where a stretched draw leaves the support

FORMS = {
    f"{family} {form}": distribution(family, form.example) for family in FAMILIES for form in FAMILIES[family]
}
CONTINUOUS = {name: prior for name, prior in FORMS.items() if prior.continuous}
TABLES = {
    "discrete": Discrete((1, 2), (0.7, 0.3)),
    "discrete, many": Discrete(tuple(range(40)), tuple(1 + k % 7 for k in range(40))),
    "discrete, rare": Discrete((-1, 0, 5), (0.0005, 0.999, 0.0005)),
    "discrete, cut": truncate(Discrete((1, 2, 3, 4), (1, 2, 3, 4)), low=1.5, high=3.5),
}
SHAPED = {
    "shifted lognormal": Lognormal(0.0, 0.5, 2.0),
    "wide lognormal": Lognormal(0.0, 2.0),
    "u-shaped beta": Beta(0.5, 0.25),
    "narrow beta": Beta(200.0, 300.0),
    "quantiles, many": Quantiles((0, 0.05, 0.1, 0.5, 0.9, 0.95, 1), (1, 2, 2.5, 3, 7, 8, 20)),
    "cut normal": truncate(Normal(3.0, 1.0), low=2.0, high=4.0),
    "upper tail of a normal": truncate(Normal(3.0, 1.0), low=6.5),
    "cut lognormal": truncate(Lognormal(0.0, 1.0), low=0.5, high=4.0),
    "cut triangular": truncate(Triangular(0.0, 1.0, 4.0), low=0.5, high=3.0),
    "cut pert": truncate(Pert(0.25, 0.375, 0.5), low=0.3125, high=0.4375),
    "cut beta": truncate(Beta(2.0, 5.0), low=0.1),
    "cut quantiles": truncate(Quantiles((0, 0.25, 0.5, 1), (0, 1, 3, 4)), low=0.5, high=3.5),
}
ONE_A_FAMILY = {
    family: distribution(family, forms[0].example)
    for family, forms in FAMILIES.items()
    if family not in ("discrete", "point")
}
MANY, FEW = 10_000_000, 100_000
SEEN_BY_MANY, SEEN_BY_FEW = 1.002, 1.02  # errors of scale that so many draws must tell


def distance(u: np.ndarray) -> float:
    """Anderson and Darling's distance from the uniform distribution; u is sorted."""
    n = len(u)
    odd = 2.0 * np.arange(1, n + 1) - 1.0
    low, high = np.maximum(u, LEAST), np.maximum(1.0 - u[::-1], LEAST)
    return float(-n - np.sum(odd * (np.log(low) + np.log(high))) / n)


def chance_beyond(z: float) -> float:
    """The probability of a greater distance where all is right, for any number of draws that is large."""
    if z >= TAIL:
        return sqrt(3.0) * erfc(sqrt(z))
    if z >= 2.0:
        a = (0.43424 - (0.082433 - (0.008056 - 0.0003146 * z) * z) * z) * z
        return -float(np.expm1(-exp(1.0776 - (2.30695 - a) * z)))
    b = (0.0347962 - (0.011672 - 0.00168691 * z) * z) * z
    return 1.0 - exp(-1.2337141 / z) / sqrt(z) * (2.00012 + (0.247105 - (0.0649821 - b) * z) * z)


def stretched(draws: np.ndarray, prior: Distribution, factor: float) -> np.ndarray:
    """The draws as they would be with a scale that is off by a factor."""
    middle = float(prior.ppf(0.5))
    return middle + factor * (draws - middle)


def shares(draws: np.ndarray, prior: Distribution) -> np.ndarray:
    """The probabilities below the draws, in rising order: uniform where the draws are the prior's."""
    return np.sort(prior.cdf(draws))


def chance_of(u: np.ndarray) -> float:
    """The probability that uniform draws are as far from uniform as these, by distance or by scale."""
    return min(1.0, 2.0 * min(chance_beyond(distance(u)), chance_of_scale(u)))


def chance_of_scale(u: np.ndarray) -> float:
    """The probability that the mean square of so many normal scores is as far from 1."""
    scores = ndtri(np.clip(u, LEAST, 1.0 - LEAST))
    return erfc(abs(float(np.mean(scores**2)) - 1.0) * sqrt(len(u)) / 2.0)


def chance_of_counts(draws: np.ndarray, prior: Discrete) -> float:
    """The probability of counts as far from the weights as these."""
    values, counts = np.unique(draws, return_counts=True)
    assert values.tolist() == list(prior.values)
    return float(stats.chisquare(counts, np.array(prior.weights) * len(draws)).pvalue)


def off(prior: Discrete, draws: int) -> Discrete:
    """The table with its first weight ten standard errors of so many draws higher."""
    first, *others = prior.weights
    wrong = first + 10 * sqrt(first * (1 - first) / draws)
    return Discrete(prior.values, (wrong, *(weight * (1 - wrong) / (1 - first) for weight in others)))


def assert_right(prior: Distribution, draws: int, factor: float) -> None:
    """The engine's draws pass, neither too far nor too near, and a wrong scale is found out."""
    found = draws_of(prior, draws)
    u = shares(found, prior)
    assert chance_of(u) > FALSE_ALARM
    assert chance_beyond(distance(u)) < 1.0 - FALSE_ALARM
    assert chance_of(shares(stretched(found, prior, factor), prior)) < FALSE_ALARM


def assert_counts_right(prior: Discrete, draws: int) -> None:
    """The counts of the engine's draws pass, neither too far nor too near."""
    assert FALSE_ALARM < chance_of_counts(draws_of(prior, draws), prior) < 1.0 - FALSE_ALARM


@pytest.mark.parametrize(("z", "chance"), [(0.20, 0.99), (0.774, 0.5), (2.492, 0.05), (3.878, 0.01)])
def test_distances_have_their_known_chances(z: float, chance: float) -> None:
    """The distance's distribution has its tabulated percentage points (Stephens 1974, to three digits)."""
    assert chance_beyond(z) == pytest.approx(chance, rel=0.01)


def test_the_tail_continues_the_middle() -> None:
    """Where the largest term takes over, it agrees with the whole to 5%."""
    assert chance_beyond(TAIL) == pytest.approx(chance_beyond(np.nextafter(TAIL, 0.0)), rel=0.05)


def test_right_draws_are_seldom_far() -> None:
    """Of 2,000 samples of numpy's uniforms 1% are beyond the 1% point, within three of its errors."""
    samples = np.sort(np.random.default_rng(1).random((2000, 500)), axis=1)
    beyond = sum(chance_beyond(distance(row)) < 0.01 for row in samples)
    assert abs(beyond - 20) < 3 * sqrt(20)


@pytest.mark.parametrize("prior", [*CONTINUOUS.values(), *SHAPED.values()], ids=[*CONTINUOUS, *SHAPED])
def test_draws_follow_their_cdf(prior: Distribution) -> None:
    """100,000 draws of every way to write a family pass, and a 2% error in scale does not."""
    assert_right(prior, FEW, SEEN_BY_FEW)


@pytest.mark.parametrize("prior", TABLES.values(), ids=TABLES)
def test_draws_follow_their_weights(prior: Discrete) -> None:
    """100,000 draws of a discrete table pass a chi-square test."""
    assert_counts_right(prior, FEW)


@pytest.mark.slow
@pytest.mark.parametrize("prior", [*ONE_A_FAMILY.values(), *SHAPED.values()], ids=[*ONE_A_FAMILY, *SHAPED])
def test_many_draws_follow_their_cdf(prior: Distribution) -> None:
    """Ten million draws of every family pass, and a 0.2% error in scale does not."""
    assert_right(prior, MANY, SEEN_BY_MANY)


@pytest.mark.slow
@pytest.mark.parametrize("prior", TABLES.values(), ids=TABLES)
def test_many_draws_follow_their_weights(prior: Discrete) -> None:
    """Ten million draws of a discrete table pass a chi-square test, and one wrong weight does not."""
    assert_counts_right(prior, MANY)
    assert chance_of_counts(draws_of(prior, MANY), off(prior, MANY)) < FALSE_ALARM
