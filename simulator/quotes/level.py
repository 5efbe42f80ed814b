r"""A model of scattered, moving, few prices: a mean-reverting level, and vendors around it.

.. math:: y_i = m + u(t_i) + e_i, \quad \mathrm{cov}(u(s), u(t)) = \lambda^2 e^{-|s - t| / \tau},
    \quad e_i \sim N(0, \sigma^2 / (v_i w_i))

y is the logarithm of a price. u is an Ornstein-Uhlenbeck process, so that what was known of the level fades
with the horizon and the band widens to a limit. Vendors scatter around it by sigma: a prediction is of the
price that one more vendor asks, not of the average. A price that a vendor repeats is one piece of
information, at its last date; where no vendor is named, only copies of one day are one. A vendor with several
prices has one vote, shared between them (v); weights are relative, and the largest is one vote. Far-off
quotes weigh less, w = min(1, 5 / (4 + z^2)), as if errors had Student's t with 4 degrees of freedom (Lange,
Little and Taylor 1989, doi:10.1080/01621459.1989.10478852). sigma solves

.. math:: \sigma^2 \left(1 + \sum v_i - \mathrm{tr} H\right) = \sigma_0^2 + \sum v_i w_i e_i^2 / c,
    \quad c = E[w(z) z^2], \; z \sim N(0, 1)

with one vendor's worth of prior information (Kass and Wasserman 1995, doi:10.1080/01621459.1995.10476592).
c makes sigma the standard deviation of normal errors, which the weights would understate (Huber 1964,
doi:10.1214/aoms/1177703732, proposal 2). H takes the prices to the fitted level, and its trace is what the
level takes from their scatter by following them (Hastie and Tibshirani 1990, Generalized additive models,
section 3.5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from simulator.quotes.selecting import Priced, Run
from simulator.quotes.smoothing import Array, smoothed

SCATTER = (
    0.4  # sigma before any quote: 90% within a factor of 0.5 to 2 (Cottier et al. 2024, arXiv:2405.21015)
)
PRIOR_VOTES = 1.0  # what that is worth, in vendors
TAILS = 4.0  # degrees of freedom of the errors
CONSISTENCY = 0.7666161001134  # c, by quadrature
MOST = 200  # price runs looked at, the latest: older ones say next to nothing
HALF = 0.5 - 1e-9  # of the votes, whatever rounding makes of them
ROUNDS, SETTLED = 200, 1e-4  # of the reweighting: sigma is wanted to three digits


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
    centre: float  # of the log prices, near 0 of which the level is worked out
    precisions: Array  # of the log prices

    def forecast(self, when: float, *, server: bool = False) -> Forecast:
        """The log price that one more vendor asks at a date in years, bare or with its server."""
        times, servers, values = _columns(self.runs)
        level, variance = smoothed(
            np.append(times, when),
            np.append(servers, float(server)),
            np.append(values - self.centre, 0.0),
            np.append(self.precisions, 0.0),
            self.overhead_sd,
        )
        known = float(variance[-1])
        return Forecast(self.centre + float(level[-1]), sqrt(known + self.scatter**2), sqrt(known))


def fit_level(quotes: Sequence[Priced], overhead_sd: float = 0.0) -> Market:
    """Fit the level of some quotes, of which there must be one; ``overhead_sd`` is common to server prices.

    >>> from datetime import date
    >>> day, price = date(2024, 1, 1), np.log(3.0)
    >>> asked = [Priced(day, "H100-SXM", f"v{k}", 3.0, price, False, 1.0, k) for k in range(8)]
    >>> seen = fit_level(asked).forecast(asked[-1].when)
    >>> round(float(np.exp(seen.mean)), 6), round(seen.sd, 2)
    (3.0, 0.15)
    """
    return fit_runs(price_runs(quotes)[-MOST:], overhead_sd)


def fit_runs(runs: Sequence[Priced], overhead_sd: float) -> Market:
    """The same of prices without repetitions, oldest first."""
    (times, servers, values), votes = _columns(runs), _votes(runs)
    centre, variance, total = _median(values, votes), SCATTER**2, float(votes.sum())
    errors = values - centre
    for _ in range(ROUNDS):
        weights: Array = np.asarray(np.minimum(1.0, (TAILS + 1.0) / (TAILS + errors**2 / variance)))
        precisions = votes * weights / variance
        level, spread = smoothed(times, servers, values - centre, precisions, overhead_sd)
        before, errors = errors, values - centre - level
        squares = float(np.sum(votes * weights * errors**2)) / CONSISTENCY
        trace = float(np.sum(precisions * spread))
        found = (PRIOR_VOTES * SCATTER**2 + squares + variance * trace) / (PRIOR_VOTES + total)
        moved = float(np.max(np.abs(errors - before)))
        if abs(found - variance) < SETTLED * variance and moved < SETTLED * sqrt(variance):
            break
        variance = found
    return Market(tuple(runs), weights, total, sqrt(variance), overhead_sd, centre, precisions)


def price_runs(quotes: Sequence[Priced]) -> tuple[Priced, ...]:
    """Every price of every vendor once, at its last date; without a vendor, once a day."""
    last: dict[Run, Priced] = {}
    for quote in sorted(quotes, key=lambda quote: (quote.day, quote.line)):
        see(last, quote)
    return tuple(last.values())


def see(last: dict[Run, Priced], quote: Priced) -> None:
    """Put a quote after the prices seen so far, in place of the one that it repeats."""
    last.pop(quote.run, None)
    last[quote.run] = quote


def _columns(runs: Sequence[Priced]) -> tuple[Array, Array, Array]:
    """Dates in years, which are server prices, and logarithms of prices."""
    rows = [(run.when, float(run.server), run.log_price) for run in runs]
    times, servers, values = np.array(rows).T
    return times, servers, values


def _votes(runs: Sequence[Priced]) -> Array:
    """A vendor's vote, shared between its prices, times the relative weight; a nameless quote has its own."""
    prices, heaviest = Counter(run.vendor for run in runs), max(run.weight for run in runs)
    return np.array([run.weight / heaviest / (prices[run.vendor] if run.vendor else 1) for run in runs])


def _median(values: Array, votes: Array) -> float:
    """The middle of the values by votes, the lower of two: where the reweighting begins."""
    order = np.argsort(values, kind="stable")
    shares = np.cumsum(votes[order])
    return float(values[order][np.searchsorted(shares, shares[-1] * HALF)])
