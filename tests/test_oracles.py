"""The engine against closed forms, and its points against what makes them a Sobol' net."""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
import pytest
from oracle_models import LOGS, MU, PRIORS, SAMPLERS, SIGMA, draws_of, engine, fewer, summary_of
from scipy.special import ndtri
from scipy.stats import qmc

from simulator.assembly import assembled
from simulator.distributions import Uniform
from simulator.extensions import lever_names
from simulator.kernel import Engine
from simulator.kernel.dimensions import DIMENSIONS, RESERVED, dimensions
from simulator.kernel.options import LANES
from simulator.kernel.sampler import fold
from simulator.kernel.sobol import DIGITS, directions, scrambling
from simulator.statistics.estimates import Estimate

DRAWS = {"random": 1_000_000, "sobol": 1 << 18}
CALL = 10.450583572185565  # Black & Scholes 1973, doi:10.1086/260062
LEVELS = (10.0, 50.0, 90.0, 99.0)
NAMES = ("mfu", "gpu_price", "pue", "a", "z")  # of the package's own, and of a user's
MIDDLING, WIDE = 4, 10  # powers of two


def told(found: Estimate, exact: float) -> bool:
    """Whether an estimate is within four of its standard errors of the truth."""
    return abs(found.value - exact) < 4 * found.se


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_call_is_worth_what_black_and_scholes_say(sampler: str) -> None:
    """The mean of a kinked formula is the closed form within four standard errors, by nets within 1e-4."""
    found = summary_of(engine(sampler), "option_cost", DRAWS[sampler]).mean
    assert told(found, CALL)
    assert sampler == "random" or abs(found.value / CALL - 1) < 1e-4


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_sum_of_lognormals(sampler: str) -> None:
    """Mean and variance are the sums of the terms' own, within four standard errors."""
    found = summary_of(engine(sampler), "sum_cost", DRAWS[sampler])
    logs = [LOGS[name] for name in "abc"]
    variances, fourth = zip(*(moments(mu, sigma) for mu, sigma in logs), strict=True)
    variance = sum(variances)
    excess = sum(m - 3 * v**2 for v, m in zip(variances, fourth, strict=True))
    assert told(found.mean, sum(exp(mu + sigma**2 / 2) for mu, sigma in logs))
    assert abs(found.sd**2 - variance) < 4 * sqrt((2 * variance**2 + excess) / DRAWS[sampler])


def moments(mu: float, sigma: float) -> tuple[float, float]:
    """Variance and fourth central moment of a lognormal, from its raw moments exp(k mu + k² sigma²/2)."""
    m, m2, m3, m4 = (exp(k * mu + k**2 * sigma**2 / 2) for k in (1, 2, 3, 4))
    return m2 - m**2, m4 - 4 * m * m3 + 6 * m**2 * m2 - 3 * m**4


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_percentiles_of_a_product_of_lognormals(sampler: str) -> None:
    """P10, P50, P90, P99 and the mean are the lognormal's own within four standard errors."""
    found = summary_of(engine(sampler), "product_cost", DRAWS[sampler], LEVELS)
    for level in LEVELS:
        assert told(found.percentiles[level], exp(MU + SIGMA * ndtri(level / 100))), level
    assert told(found.mean, exp(MU + SIGMA**2 / 2))


def test_half_a_percent_is_told_from_nothing() -> None:
    """By nets four standard errors are less than 0.5% of each figure, so that these oracles see as much."""
    machine, draws = engine("sobol"), DRAWS["sobol"]
    found = [summary_of(machine, name, draws) for name in ("option_cost", "sum_cost", "product_cost")]
    estimates = [estimate for summary in found for estimate in (summary.mean, summary.percentiles[50.0])]
    assert all(0 < 4 * e.se < 0.005 * e.value for e in estimates)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_first_of_more_draws_are_the_same(sampler: str) -> None:
    """The first n of 2n draws are the n draws, and those made later are their continuation."""
    machine = engine(sampler)
    columns, fewer_columns = machine.columns(NAMES, 140_000), machine.columns(NAMES, 70_000)
    later = np.empty((1, 1024))
    machine.fill(["z"], 1 << 16, later)
    assert all((columns[name][:70_000] == fewer_columns[name]).all() for name in NAMES)
    assert (later[0] == columns["z"][1 << 16 : (1 << 16) + 1024]).all()


@pytest.mark.parametrize(
    ("sampler", "names"), [("random", ("b", "mfu", "pue")), ("sobol", ("mfu", "pue"))], ids=SAMPLERS
)
def test_other_inputs_come_and_go(sampler: str, names: tuple[str, ...]) -> None:
    """Draws of a name stay when other inputs leave the model; by nets, those of the package's own names."""
    smaller = Engine(fewer(), {name: PRIORS[name] for name in ("b", "mfu", "pue")}, 1, sampler)
    before, after = engine(sampler).columns(names, 5000), smaller.columns(names, 5000)
    assert all((before[name] == after[name]).all() for name in names)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_uniforms_leave_out_both_ends(sampler: str) -> None:
    """No uniform draw is 0 or 1."""
    found = draws_of(Uniform(0.0, 1.0), 1 << 20, sampler=sampler)
    assert 0.0 < found.min() < found.max() < 1.0


@pytest.mark.parametrize(
    ("word", "u"),
    [
        (0, 2.0**-53),
        ((1 << 51) - 1, 0.5 - 2.0**-53),
        (1 << 51, 0.5 + 2.0**-53),
        ((1 << 52) - 1, 1 - 2.0**-53),
    ],
)
def test_the_extreme_words_stay_inside(word: int, u: float) -> None:
    """The least, the greatest and the middle words fold to u = (word + 1/2) / 2**52."""
    v, upper = np.empty(1), np.empty(1, dtype=np.uint64)
    fold(np.uint64(word), 0, v, upper)
    assert 0.0 < v[0] < 0.5
    assert (1.0 - v[0] if upper[0] else v[0]) == u


def test_directions_are_those_of_scipy() -> None:
    """In every dimension of the package's the first 1,024 points are scipy's, which go in Gray's order."""
    count = len(DIMENSIONS)
    theirs = qmc.Sobol(count, scramble=False, bits=30).random(1 << WIDE)
    number = np.arange(1 << WIDE)
    gray = number ^ (number >> 1)
    for dimension in range(count):
        ours = points(dimension, 1 << WIDE) / 2.0**DIGITS
        np.testing.assert_array_equal(ours[gray], theirs[:, dimension])


def test_every_shipped_name_has_a_dimension_of_its_own() -> None:
    """Inputs of formulas and levers stand in the list once each, below where users' names begin."""
    for lever in lever_names():
        assert set(assembled((), (lever,)).inputs) <= set(DIMENSIONS)
    assert len(set(DIMENSIONS)) == len(DIMENSIONS) <= RESERVED


def points(dimension: int, count: int) -> np.ndarray:
    """The unscrambled points of a dimension as words of 52 digits."""
    found = np.zeros(count, dtype=np.uint64)
    for bit, column in enumerate(directions(dimension)[: count.bit_length() - 1]):
        found[(np.arange(count) >> bit & 1).astype(bool)] ^= column
    return found


def test_draws_are_scrambled_points() -> None:
    """A draw's u is the parity of each matrix row with the point's digits, shifted, in each randomisation."""
    column = draws_of(Uniform(0.0, 1.0), LANES << MIDDLING, sampler="sobol").reshape(-1, LANES)
    rows, shifts = scrambling(1, "a")
    for lane in range(LANES):
        for number, word in enumerate(points(dimensions(PRIORS)["a"], 1 << MIDDLING).tolist()):
            digits = "".join(str((int(row) & word).bit_count() % 2) for row in rows[lane])
            expected = (int(digits, 2) ^ int(shifts[lane])) + 0.5
            assert column[number, lane] == pytest.approx(expected / 2.0**DIGITS, rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_each_randomisation_is_a_net(name: str) -> None:
    """Of the first 2**m points of a randomisation, one falls into each of 2**m equal intervals."""
    machine = engine("sobol", priors={**PRIORS, name: Uniform(0.0, 1.0)})
    column = machine.columns([name], LANES << WIDE)[name].reshape(-1, LANES)
    for m in range(WIDE + 1):
        places = np.floor(column[: 1 << m] * 2**m).astype(int)
        assert (np.sort(places, axis=0) == np.arange(1 << m)[:, None]).all()
    assert len(np.unique(column)) == column.size


def test_the_first_two_dimensions_are_a_net_together() -> None:
    """The first 2**m points of dimensions 0 and 1 fall one into each box of 2**-k by 2**-(m - k)."""
    first, second = (points(dimension, 1 << MIDDLING) for dimension in (0, 1))
    for k in range(MIDDLING + 1):
        boxes = zip(first >> np.uint64(DIGITS - k), second >> np.uint64(DIGITS - MIDDLING + k), strict=True)
        assert len(set(boxes)) == 1 << MIDDLING


def test_randomisations_are_independent() -> None:
    """No two of the 16 randomisations, and no two seeds, share a point, and their means are uncorrelated."""
    columns = [
        draws_of(Uniform(0.0, 1.0), LANES << MIDDLING, seed, "sobol").reshape(-1, LANES)
        for seed in range(1, 101)
    ]
    means = np.array([column.mean(axis=0) for column in columns]) - 0.5
    assert len(np.unique(columns)) == len(columns) * (LANES << MIDDLING)
    correlation = np.corrcoef(means.T)[np.triu_indices(LANES, 1)]
    assert np.abs(correlation).max() < 4.5 / sqrt(len(columns))
