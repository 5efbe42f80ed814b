r"""The level of prices at any date, given some, at a cost that grows with their number alone.

.. math:: m + u(t), \quad \mathrm{cov}(u(s), u(t)) = \lambda^2 e^{-|s - t| / \tau}

u remembers its last value alone, and so the inverse of its covariance at ordered dates has three diagonals
(Rue and Held 2005, Gaussian Markov random fields, doi:10.1201/9780203492024, chapter 1): one factorization
from either end tells all that the prices say.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg.lapack import dptsv, dpttrf

Array = np.ndarray[Any, np.dtype[np.float64]]

REVERSION = (
    2.0  # years, tau: rental of the H100 fell from 2023 and rose again from 2025-10; 1 to 5 score alike
)
YEARLY = 0.23  # by which medians of A100 and H100 rental moved a year, root mean square, 2021 to 2025
# lambda: u(t + 1) - u(t) has the variance 2 lambda^2 (1 - exp(-1 / tau)).
MOVEMENT = YEARLY / np.sqrt(2.0 * (1.0 - np.exp(-1.0 / REVERSION)))
VAGUE = 10.0  # sd of m: nothing is known of it beforehand


def smoothed(
    times: Array, servers: Array, values: Array, precisions: Array, overhead_sd: float
) -> tuple[Array, Array]:
    """Mean and variance of the level at some dates in years, given values there of these precisions.

    A precision of 0 asks without telling. Where ``servers`` is 1 the level includes a factor of
    ``overhead_sd``, common to all.

    >>> level, variance = smoothed(*np.array([[2024.0, 2025.0], [0, 0], [1.1, 0.0], [25.0, 0.0]]), 0.0)
    >>> level.round(3), variance.round(3)
    (array([1.1  , 1.099]), array([0.04 , 0.093]))
    """
    days, place = np.unique(times, return_inverse=True)
    common = np.column_stack([np.full(len(times), VAGUE), overhead_sd * servers])  # of m and the overhead
    columns, sums = np.column_stack([common, values]), np.zeros((len(days), 3))
    np.add.at(sums, place, precisions[:, None] * columns)
    diagonal, beside = _precision_of_movement(days)
    diagonal += np.bincount(place, precisions)
    down, _, found, _ = dptsv(diagonal, beside, sums)
    up, *_ = dpttrf(diagonal[::-1], beside[::-1])
    within = 1.0 / (down + up[::-1] - diagonal)  # variance of u where m and the overhead are known
    products = columns.T @ (precisions[:, None] * columns) - sums.T @ found
    covariance = np.linalg.inv(np.eye(2) + products[:2, :2])
    factors = covariance @ products[:2, 2]
    apart = common - found[place, :2]
    level = found[place, 2] + apart @ factors
    return level, within[place] + np.einsum("ij,jk,ik->i", apart, covariance, apart)


def _precision_of_movement(days: Array) -> tuple[Array, Array]:
    """The diagonal of the inverse covariance of u at ordered days, and what stands beside it."""
    kept = np.exp(-np.diff(days) / REVERSION)
    lost = -np.expm1(-2.0 * np.diff(days) / REVERSION)
    diagonal = np.ones(len(days))
    diagonal[:-1] += kept**2 / lost
    diagonal[1:] += kept**2 / lost
    beside = -kept / lost if len(days) > 1 else np.zeros(1)  # LAPACK wants one
    return diagonal / MOVEMENT**2, beside / MOVEMENT**2
