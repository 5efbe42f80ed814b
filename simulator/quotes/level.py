r"""A model of scattered, moving, few prices: a mean-reverting level, and vendors around it.

.. math:: y_i = m + u(t_i) + e_i, \quad \mathrm{cov}(u(s), u(t)) = \lambda^2 e^{-|s - t| / \tau},
    \quad e_i \sim N(0, \sigma^2 / (v_i w_i))

y is the logarithm of a price. u is an Ornstein-Uhlenbeck process, so that what was known of the level fades
with the horizon and the band widens to a limit. Vendors scatter around it by sigma: a prediction is of the
price that one more vendor asks, not of the average. A price that a vendor repeats is one piece of
information, at its last date; a vendor with several prices has one vote, shared between them (v). Far-off
quotes weigh less, w = min(1, 5 / (4 + z^2)), as if errors had Student's t with 4 degrees of freedom (Lange,
Little and Taylor 1989, doi:10.1080/01621459.1989.10478852). sigma^2 is estimated with one vendor's worth of
prior information (Kass and Wasserman 1995, doi:10.1080/01621459.1995.10476592).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from simulator.quotes.selecting import Priced

Array = np.ndarray[Any, np.dtype[np.float64]]

REVERSION = (
    2.0  # years, tau: rental of the H100 fell from 2023 and rose again from 2025-10; 1 to 5 score alike
)
# lambda: medians of A100 and H100 rental moved by 0.23 a year (root mean square, 2021 to 2025), and
# u(t + 1) - u(t) has the variance 2 lambda^2 (1 - exp(-1 / tau)).
MOVEMENT = 0.23 / sqrt(2.0 * (1.0 - np.exp(-1.0 / REVERSION)))
SCATTER = (
    0.4  # sigma before any quote: 90% within a factor of 0.5 to 2 (Cottier et al. 2024, arXiv:2405.21015)
)
PRIOR_VOTES = 1.0  # what that is worth, in vendors
TAILS = 4.0  # degrees of freedom of the errors
VAGUE = 10.0  # sd of m: nothing is known of it beforehand
MOST = 200  # price runs looked at, the latest: older ones say next to nothing
ROUNDS, SETTLED = 200, 1e-10  # of the reweighting


@dataclass(frozen=True)
class Forecast:
    """A normal distribution of a log price, and how well its centre is known."""

    mean: float
    sd: float
    level_sd: float


@dataclass(frozen=True)
class Market:
    """A fitted level: what is needed to say what a vendor asks at any date."""

    runs: tuple[Priced, ...]
    weights: Array  # of the runs, 0 to 1: below 1 for those far off
    votes: float
    scatter: float  # sigma
    overhead_sd: float
    centre: float
    inverse: Array  # of the covariance of the log prices
    solved: Array  # that inverse times the log prices, less the centre

    def forecast(self, when: float, *, server: bool = False) -> Forecast:
        """The log price that one more vendor asks at a date in years, bare or with its server."""
        times, servers = _columns(self.runs)
        across = _covariance(np.array([when]), times) + self.overhead_sd**2 * float(server) * servers
        own = VAGUE**2 + MOVEMENT**2 + self.overhead_sd**2 * float(server)
        known = across[0] @ self.inverse @ across[0]
        level = max(own - float(known), 0.0)
        return Forecast(
            self.centre + float(across[0] @ self.solved), sqrt(level + self.scatter**2), sqrt(level)
        )


def fit_level(quotes: Sequence[Priced], overhead_sd: float = 0.0) -> Market:
    """Fit the level of some quotes, of which there must be one; ``overhead_sd`` is common to server prices.

    >>> from datetime import date
    >>> day, price = date(2024, 1, 1), np.log(3.0)
    >>> asked = [Priced(day, "H100-SXM", f"v{k}", 3.0, price, False, 1.0, k) for k in range(8)]
    >>> seen = fit_level(asked).forecast(asked[-1].when)
    >>> round(float(np.exp(seen.mean)), 6), round(seen.sd, 2)
    (3.0, 0.15)
    """
    runs = price_runs(quotes)[-MOST:]
    times, servers = _columns(runs)
    values = np.array([run.log_price for run in runs])
    votes = _votes(runs)
    prior = _covariance(times, times) + overhead_sd**2 * np.outer(servers, servers)
    centre, freedom = _median(values, votes), PRIOR_VOTES + max(float(votes.sum()) - 1.0, 0.0)
    level, variance = np.full(len(runs), centre), SCATTER**2
    for _ in range(ROUNDS):
        before, errors = variance, values - level
        weights: Array = np.asarray(np.minimum(1.0, (TAILS + 1.0) / (TAILS + errors**2 / variance)))
        variance = (PRIOR_VOTES * SCATTER**2 + float(np.sum(votes * weights * errors**2))) / freedom
        inverse: Array = np.asarray(np.linalg.inv(prior + np.diag(variance / (votes * weights))))
        solved = inverse @ (values - centre)
        level = centre + prior @ solved
        if abs(variance - before) < SETTLED * variance:
            break
    return Market(runs, weights, float(votes.sum()), sqrt(variance), overhead_sd, centre, inverse, solved)


def price_runs(quotes: Sequence[Priced]) -> tuple[Priced, ...]:
    """Every price of every vendor once, at its last date."""
    last = {quote.run: quote for quote in sorted(quotes, key=lambda quote: (quote.day, quote.line))}
    return tuple(sorted(last.values(), key=lambda quote: (quote.day, quote.line)))


def _columns(runs: Sequence[Priced]) -> tuple[Array, Array]:
    return np.array([run.when for run in runs]), np.array([float(run.server) for run in runs])


def _votes(runs: Sequence[Priced]) -> Array:
    """A vendor's vote, shared between its prices, times the weight given; a nameless quote has its own."""
    prices = Counter(run.vendor for run in runs)
    return np.array([run.weight / (prices[run.vendor] if run.vendor else 1) for run in runs])


def _covariance(one: Array, other: Array) -> Array:
    """The covariance of the level at some dates and at others."""
    apart = np.abs(one[:, None] - other[None, :])
    return np.asarray(VAGUE**2 + MOVEMENT**2 * np.exp(-apart / REVERSION))


def _median(values: Array, votes: Array) -> float:
    """The middle of the values by votes: where the reweighting begins."""
    order = np.argsort(values, kind="stable")
    shares = np.cumsum(votes[order])
    return float(values[order][np.searchsorted(shares, shares[-1] / 2.0)])
