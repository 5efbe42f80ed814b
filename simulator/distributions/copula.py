"""Inputs that move together: rank correlations, and the Gaussian copula that has them.

>>> prices = copula({("gpu_price", "gpu_hour_price"): 0.6})
>>> prices.names, prices.factor.round(6).tolist()
(('gpu_hour_price', 'gpu_price'), [[1.0, 0.0], [0.618034, 0.786151]])
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import asin, ceil, floor, fsum, pi, sin, sqrt
from typing import NamedTuple

import numpy as np

from simulator.distributions.checks import Array, require
from simulator.errors import DistributionError

Pair = tuple[str, str]

ROUNDING = 1e-12  # of an eigenvalue: far above that of 60 names, 60 x 2.2e-16, and far below what draws show
NO_PIVOT = 1e-14  # a variance left over that is rounding, of sums of squares of at most 1
ONE_POINT = 1e-6  # an interval this narrow is one value and the root of rounding


@dataclass(frozen=True)
class Copula:
    r"""The Gaussian copula with these rank correlations: each input keeps its own distribution.

    .. math:: X_i = Q_i(\Phi(Z_i)), \quad Z = L \varepsilon \sim N(0, R), \quad
              R_{ij} = L_i \cdot L_j = 2 \sin(\pi \rho_{ij} / 6)

    ``spearman`` holds rho: the full symmetric matrix, rows and columns in the order of ``names``, which
    are sorted. Valid for continuous distributions, whose Spearman correlation is that of the normals;
    its relation to theirs: K. Pearson, On further methods of determining correlation, 1907.
    """

    names: tuple[str, ...]
    spearman: tuple[tuple[float, ...], ...]

    @cached_property
    def normal(self) -> Array:
        """The correlations R of the normals, names by names.

        >>> copula({("a", "b"): 0.5}).normal.round(6).tolist()
        [[1.0, 0.517638], [0.517638, 1.0]]
        """
        size = len(self.names)
        return np.array([[pearson(rho) for rho in row] for row in self.spearman]).reshape(size, size)

    @cached_property
    def factor(self) -> Array:
        """The lower triangle L with L Lᵀ = R, names by names; R may be singular.

        The column of a name that follows wholly from those before it is 0. A name at 1 or -1 with one
        before it has that one's row, or its opposite, to the bit. L Lᵀ is R to rounding, and within
        2e-6 where R is singular only to rounding.

        >>> copula({("a", "b"): -1}).factor.tolist()
        [[1.0, 0.0], [-1.0, 0.0]]
        """
        size = len(self.names)
        rows = [[*row, *[0.0] * (size - len(row))] for row in _triangle(self.normal.tolist())]
        return np.array(rows).reshape(size, size) + 0.0  # no -0.0

    def reordered(self, order: Sequence[str]) -> Copula:
        """The same copula, its names in another order: of what follows from what, in ``factor``.

        >>> copula({("a", "b"): 0.5}).reordered(["b", "a"]).names
        ('b', 'a')
        """
        places = [self.names.index(name) for name in order]
        return Copula(tuple(order), tuple(tuple(self.spearman[i][j] for j in places) for i in places))


NO_CORRELATION = Copula((), ())


def copula(pairs: Mapping[Pair, float]) -> Copula:
    """The copula with these Spearman correlations; pairs not given are 0, names of no other pairs left out.

    Raises :class:`DistributionError` where no such normals exist, with the pair that mends it by the
    smallest change, and what it may be.

    >>> copula({("a", "b"): 0.9, ("b", "c"): 0.9, ("a", "c"): -0.5})
    Traceback (most recent call last):
    ...
    simulator.errors.DistributionError: correlations contradict each other: ...
    """
    given = _checked(pairs)
    names = tuple(sorted({name for pair, rho in given.items() if rho != 0.0 for name in pair}))
    found = Copula(names, tuple(tuple(_between(given, one, other) for other in names) for one in names))
    if not is_semidefinite(found.normal):
        raise DistributionError(f"correlations contradict each other{_contradiction(found, given)}")
    return found


def pearson(spearman: float) -> float:
    """The correlation of two normals that have this Spearman correlation.

    >>> pearson(1), round(pearson(0.6), 6)
    (1.0, 0.618034)
    """
    return float(spearman) if abs(spearman) == 1.0 else 2.0 * sin(pi * spearman / 6.0)


def is_semidefinite(matrix: Array) -> bool:
    """Whether no combination of the normals has a negative variance, rounding aside.

    >>> [is_semidefinite(np.array([[1.0, r], [r, 1.0]])) for r in (0.5, 1.0, 1.1)]
    [True, True, False]
    """
    return matrix.size == 0 or float(np.linalg.eigvalsh(matrix)[0]) >= -ROUNDING


def _checked(pairs: Mapping[Pair, float]) -> dict[Pair, float]:
    """The pairs with their names in order; each once, of two names, between -1 and 1."""
    found: dict[Pair, float] = {}
    for (one, other), rho in pairs.items():
        pair = (min(one, other), max(one, other))
        require(one != other, f"correlation: {one} stands twice in its pair")
        require(pair not in found, f"correlation: {one} and {other} are given twice")
        require(-1.0 <= rho <= 1.0, f"correlation of {one} and {other} is {rho}; it must be between -1 and 1")
        found[pair] = float(rho)
    return found


def _between(given: Mapping[Pair, float], one: str, other: str) -> float:
    return 1.0 if one == other else given.get((min(one, other), max(one, other)), 0.0)


def _triangle(matrix: Sequence[Sequence[float]]) -> list[list[float]]:
    """Cholesky's rows, each up to its diagonal; sums are exact before they are rounded."""
    rows: list[list[float]] = []
    for place, given in enumerate(matrix):
        twin = next((before for before in range(place) if abs(given[before]) == 1.0), None)
        if twin is None:
            rows.append(_row(given, rows))
        else:
            rows.append([*(given[twin] * part for part in rows[twin]), *[0.0] * (place - twin)])
    return rows


def _row(given: Sequence[float], rows: Sequence[Sequence[float]]) -> list[float]:
    """The row with these products with the rows above it and the length 1."""
    row: list[float] = []
    for wanted, above in zip(given, rows, strict=False):
        left = fsum([wanted, *(-part * other for part, other in zip(row, above, strict=False))])
        row.append(left / above[-1] if above[-1] else 0.0)
    variance = fsum([1.0, *(-part * part for part in row)])
    return [*row, sqrt(variance) if variance > NO_PIVOT else 0.0]


class Mend(NamedTuple):
    """A pair that alone can end a contradiction: by how much it must move, and where to."""

    change: float
    was_not_given: bool
    pair: Pair
    low: float
    high: float


def _contradiction(found: Copula, given: Mapping[Pair, float]) -> str:
    """The pair that mends the matrix with the smallest change, or the one that does most harm."""
    mends = list(_mends(found, given))
    if not mends:
        (one, other), rho = _most_harmful(found)
        return f", {one} and {other} at {rho:g} most of all; a change of one pair alone would not do"
    _, was_not_given, (one, other), low, high = min(mends)
    at = ", not given and so 0," if was_not_given else f" at {given[one, other]:g}"
    others = "the others" if was_not_given or _is_full(found, given) else "the others (pairs not given are 0)"
    return f": {one} and {other}{at} cannot stand beside {others}; {_range(low, high)} would do"


def _is_full(found: Copula, given: Mapping[Pair, float]) -> bool:
    return all(pair in given for pair in combinations(found.names, 2))


def _mends(found: Copula, given: Mapping[Pair, float]) -> Iterator[Mend]:
    """Every pair that can: those of which either name may be left out to leave what is sound."""
    size = len(found.names)
    spare = [k for k in range(size) if is_semidefinite(_without(found.normal, k))]
    for i, j in combinations(spare, 2):
        low, high = _interval(found.normal, i, j)
        pair, rho = (found.names[i], found.names[j]), found.spearman[i][j]
        yield Mend(round(max(low - rho, rho - high), 9), pair not in given, pair, low, high)


def _without(matrix: Array, k: int) -> Array:
    return np.delete(np.delete(matrix, k, axis=0), k, axis=1)


def _interval(matrix: Array, i: int, j: int) -> tuple[float, float]:
    r"""The Spearman correlations of names i and j that leave the matrix semidefinite, as the rest stands.

    .. math:: a \cdot b \pm \sqrt{(1 - a \cdot a) (1 - b \cdot b)}

    Here a and b are what the rest explains of the two names, in the rest's own principal directions.
    """
    rest = [k for k in range(len(matrix)) if k not in (i, j)]
    variances, directions = np.linalg.eigh(matrix[np.ix_(rest, rest)])
    kept = variances > NO_PIVOT
    shares = directions[:, kept].T @ matrix[np.ix_(rest, [i, j])] / np.sqrt(variances[kept])[:, np.newaxis]
    unexplained = np.maximum(1.0 - (shares**2).sum(axis=0), 0.0)
    middle, reach = float(shares[:, 0] @ shares[:, 1]), sqrt(float(unexplained.prod()))
    low, high = (6.0 / pi * asin(min(max(end, -1.0), 1.0) / 2.0) for end in (middle - reach, middle + reach))
    return low, high


def _range(low: float, high: float) -> str:
    """The interval in words, its ends rounded inward.

    >>> _range(-0.2849, 0.4651), _range(0.50000001, 0.50000002)
    ('between -0.28 and 0.46', '0.500000015')
    """
    if high - low < ONE_POINT:
        return f"{(low + high) / 2.0:.9g}"
    for scale in (1e2, 1e4, 1e7):
        bottom, top = ceil(low * scale) / scale, floor(high * scale) / scale
        if bottom < top:
            break
    return f"between {bottom:.9g} and {top:.9g}"


def _most_harmful(found: Copula) -> tuple[Pair, float]:
    """The pair that adds most to the negative variance of the worst combination."""
    worst = np.linalg.eigh(found.normal)[1][:, 0]
    parts = np.triu(found.normal * np.outer(worst, worst), k=1)
    i, j = np.unravel_index(int(parts.argmin()), parts.shape)
    return (found.names[i], found.names[j]), found.spearman[i][j]
