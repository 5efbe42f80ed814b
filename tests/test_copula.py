"""The Gaussian copula: its matrices, what can stand together, and what is said of what cannot."""

from __future__ import annotations

import re
from itertools import combinations
from math import asin, pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr

from simulator.distributions import NO_CORRELATION, Copula
from simulator.distributions.copula import copula, is_semidefinite, pearson
from simulator.errors import DistributionError

correlation = st.floats(-1, 1).map(lambda rho: round(rho, 3))


def name(place: int) -> str:
    """Names in alphabetical order."""
    return f"x{place:02}"


def of_matrix(spearman: np.ndarray) -> dict[tuple[str, str], float]:
    """The pairs of a matrix of Spearman correlations."""
    places = combinations(range(len(spearman)), 2)
    return {(name(i), name(j)): float(spearman[i, j]) for i, j in places}


def spearman_of(normal: np.ndarray) -> np.ndarray:
    """The Spearman correlations of normals: Pearson's relation backwards."""
    return 6 / pi * np.arcsin(np.clip(normal, -1, 1) / 2)


def correlations_of(directions: np.ndarray) -> np.ndarray:
    """The correlations of sums of independent normals: the cosines between their rows."""
    unit = directions / np.sqrt((directions**2).sum(axis=1))[:, np.newaxis]
    return unit @ unit.T


def refusal(pairs: dict[tuple[str, str], float]) -> str:
    """What is said of correlations that contradict each other."""
    with pytest.raises(DistributionError) as error:
        copula(pairs)
    return str(error.value)


def values_in(message: str) -> tuple[float, float]:
    """The ends of the interval that a refusal proposes."""
    found = re.search(r"; (?:between (\S+) and )?(\S+) would do", message)
    assert found, message
    return float(found[1] or found[2]), float(found[2])


@given(correlation)
def test_normals_correlate_by_pearsons_relation(rho: float) -> None:
    """The relation turned back gives the Spearman correlation asked for."""
    assert 6 / pi * asin(pearson(rho) / 2) == pytest.approx(rho, abs=1e-12)


def test_ranks_of_the_normals_correlate_as_asked() -> None:
    """Normals made with the factor have the Spearman correlations asked for, in any monotone clothes."""
    asked = {("a", "b"): 0.6, ("a", "c"): -0.3, ("b", "c"): 0.2}
    found = copula(asked)
    normals = found.factor @ np.random.default_rng(1).standard_normal((3, 200_000))
    measured = spearmanr([np.exp(normals[0]), normals[1] ** 3, normals[2]], axis=1).statistic
    np.testing.assert_allclose(measured, found.spearman, atol=0.01)


def test_a_copula_is_the_same_however_it_is_written() -> None:
    """The order of names and pairs does not matter, and pairs at 0 are as good as not given."""
    found = copula({("b", "a"): 0.5, ("c", "d"): 0.0, ("a", "d"): 0.25})
    assert found == copula({("d", "a"): 0.25, ("a", "b"): 0.5})
    assert found == Copula(("a", "b", "d"), ((1.0, 0.5, 0.25), (0.5, 1.0, 0.0), (0.25, 0.0, 1.0)))
    assert hash(found)


def test_no_pair_is_no_correlation() -> None:
    """Without pairs, or with pairs at 0 alone, there is no name and both matrices are empty."""
    assert copula({}) == copula({("a", "b"): 0.0}) == NO_CORRELATION
    assert NO_CORRELATION.normal.shape == NO_CORRELATION.factor.shape == (0, 0)


@settings(deadline=None)
@given(st.integers(2, 12).flatmap(lambda n: arrays(float, (n, n + 1), elements=st.floats(-1, 1))))
def test_the_factor_is_a_root_of_the_matrix(directions: np.ndarray) -> None:
    """The factor is lower triangular, its diagonal is not negative, and its square is the matrix."""
    normal = correlations_of(directions + 2 * np.eye(*directions.shape))
    found = copula(of_matrix(spearman_of(normal)))
    np.testing.assert_allclose(found.factor @ found.factor.T, found.normal, rtol=0, atol=1e-13)
    assert np.array_equal(found.factor, np.tril(found.factor))
    assert (np.diag(found.factor) >= 0).all()


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_a_singular_matrix_has_a_factor_too(rank: int, seed: int) -> None:
    """What follows from names before it adds no column of its own, and the square is still the matrix."""
    directions = np.random.default_rng(seed).standard_normal((8, rank))
    found = copula(of_matrix(spearman_of(correlations_of(directions))))
    np.testing.assert_allclose(found.factor @ found.factor.T, found.normal, rtol=0, atol=1e-6)
    assert np.abs(found.factor[:, rank:]).max() < 1e-3


@pytest.mark.parametrize("size", [20, 60])
@pytest.mark.parametrize("rank", [3, 60])
def test_many_names_are_no_trouble(size: int, rank: int) -> None:
    """Of 60 names, singular or not, the factor is right to more digits than any draws can tell."""
    directions = np.random.default_rng(size).standard_normal((size, rank))
    found = copula(of_matrix(spearman_of(correlations_of(directions))))
    np.testing.assert_allclose(found.factor @ found.factor.T, found.normal, rtol=0, atol=1e-8)


@given(st.lists(st.sampled_from([-1, 1]), min_size=1, max_size=6), correlation)
def test_a_name_at_one_is_another_to_the_bit(signs: list[int], rho: float) -> None:
    """Twins and opposites have the same row of the factor, whatever stands before them."""
    pairs = {("a", "b"): rho, **{("b", name(k)): float(sign) for k, sign in enumerate(signs)}}
    pairs |= {("a", name(k)): sign * rho for k, sign in enumerate(signs)}
    pairs |= {(name(j), name(k)): float(signs[j] * signs[k]) for j, k in combinations(range(len(signs)), 2)}
    found = copula(pairs)
    row = dict(zip(found.names, found.factor, strict=True))
    for k, sign in enumerate(signs):
        assert np.array_equal(row[name(k)], sign * row["b"])
        assert not found.factor[:, found.names.index(name(k))].any()


def test_what_follows_wholly_from_others_has_an_empty_column() -> None:
    """A name that is the sum of two independent ones leaves nothing of its own."""
    directions = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [1, 2, 3]])
    found = copula(of_matrix(spearman_of(correlations_of(directions))))
    assert not found.factor[:, 2].any()
    assert found.factor[3, 3] == pytest.approx(3 / 14**0.5)


@settings(deadline=None)
@given(st.integers(3, 8).flatmap(lambda n: st.lists(correlation, min_size=n * (n - 1) // 2, max_size=28)))
def test_refused_is_what_has_a_negative_eigenvalue(values: list[float]) -> None:
    """Pairs stand together exactly where numpy finds no eigenvalue of the transformed matrix below 0."""
    size = next(n for n in range(9, 2, -1) if n * (n - 1) // 2 <= len(values))
    matrix = np.eye(size)
    for (i, j), value in zip(combinations(range(size), 2), values, strict=False):
        matrix[i, j] = matrix[j, i] = value
    pairs = {(name(i), name(j)): matrix[i, j] for i, j in combinations(range(size), 2)}
    normal = np.where(abs(matrix) == 1, matrix, 2 * np.sin(pi * matrix / 6))
    if np.linalg.eigvalsh(normal).min() < -1e-11:
        assert "contradict each other" in refusal(pairs)
    else:
        copula(pairs)


@given(correlation, correlation, correlation)
def test_three_names_stand_together_by_their_determinant(ab: float, ac: float, bc: float) -> None:
    """Three correlations are possible exactly where 1 + 2abc - a² - b² - c² is not negative."""
    a, b, c = (2 * np.sin(pi * rho / 6) for rho in (ab, ac, bc))
    determinant = 1 + 2 * a * b * c - a**2 - b**2 - c**2
    if determinant < -1e-9:
        assert "would do" in refusal({("a", "b"): ab, ("a", "c"): ac, ("b", "c"): bc})
    elif determinant > 1e-9:
        assert copula({("a", "b"): ab, ("a", "c"): ac, ("b", "c"): bc}) is not None


def test_it_is_the_transformed_matrix_that_must_be_possible() -> None:
    """Spearman correlations that are a possible matrix themselves may be none of normals."""
    rho = -0.5
    matrix = np.full((3, 3), rho) + 1.5 * np.eye(3)
    assert is_semidefinite(matrix)
    assert "between -0.44 and 1 would do" in refusal({("a", "b"): rho, ("a", "c"): rho, ("b", "c"): rho})


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (
            {("a", "b"): 0.3, ("b", "c"): -0.4, ("a", "c"): 0.95},
            "a and c at 0.95 cannot stand beside the others; between -0.99 and 0.71 would do",
        ),
        (
            {("a", "b"): 1, ("a", "c"): 0.5},
            "a and b at 1 cannot stand beside the others (pairs not given are 0); between -0.84 and 0.84",
        ),
        (
            {("a", "b"): 1, ("a", "c"): 1, ("b", "c"): 1, ("a", "d"): 0.5, ("b", "d"): 0.5, ("c", "d"): 0.2},
            "c and d at 0.2 cannot stand beside the others; 0.5 would do",
        ),
        (
            {(a, b): 0.9 for a, b in combinations("abcd", 2) if a + b != "cd"},
            "c and d, not given and so 0, cannot stand beside the others; between 0.7",
        ),
        (
            dict.fromkeys(combinations("abcde", 2), -0.9),
            "at -0.9 most of all; a change of one pair alone would not do",
        ),
    ],
)
def test_the_worst_pair_is_named(pairs: dict[tuple[str, str], float], message: str) -> None:
    """A contradiction names the pair that mends it with the smallest change, and the values that would."""
    assert message in refusal(pairs)


@settings(deadline=None, max_examples=60)
@given(st.integers(3, 7), st.integers(0, 2**32 - 1), correlation)
def test_the_values_proposed_would_do(size: int, seed: int, rho: float) -> None:
    """Both ends of the interval are accepted; a little beyond the ends is not, nor is a smaller change."""
    matrix = spearman_of(correlations_of(np.random.default_rng(seed).standard_normal((size, size + 1))))
    pairs = {pair: round(value, 3) for pair, value in of_matrix(matrix).items()}
    pairs[name(0), name(1)] = rho
    try:
        copula(pairs)
    except DistributionError as error:
        named = re.search(r": (\w+) and (\w+) at", str(error))
        assert named, str(error)
        low, high = values_in(str(error))
        for value in (low, high):
            copula({**pairs, (named[1], named[2]): value})
        for value in (low - 0.011, high + 0.011):
            if abs(value) < 1:
                refusal({**pairs, (named[1], named[2]): value})


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ({("a", "a"): 0.5}, "a stands twice"),
        ({("a", "b"): 0.5, ("b", "a"): 0.5}, "b and a are given twice"),
        ({("a", "b"): 1.5}, "correlation of a and b is 1.5; it must be between -1 and 1"),
        ({("a", "b"): float("nan")}, "is nan"),
    ],
)
def test_pairs_that_are_none_are_refused(pairs: dict[tuple[str, str], float], message: str) -> None:
    """A name with itself, a pair in both orders and a number that is no correlation are refused."""
    assert message in refusal(pairs)
