"""How well the model would have told prices: each new price from what was known before, over all chips."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from scipy.special import ndtri

from simulator.quotes.horizons import Horizon
from simulator.quotes.level import MOST, Market, fit_runs, see
from simulator.quotes.selecting import Overhead, Priced, Run
from simulator.statistics.estimates import clopper_pearson

Array = np.ndarray[Any, np.dtype[np.float64]]
Naive = Callable[[Sequence[Priced]], Array]

LEVELS = (5.0, 10.0, 50.0, 90.0, 95.0)
SHARES = np.array(LEVELS) / 100.0
LOW, HIGH = LEVELS.index(10.0), LEVELS.index(90.0)
BAND = 0.80
FEWEST_EARLIER = 3
FEWEST_SCORED = 20
MOST_SCORED, MOST_IN_ALL = 300, 1500  # of a chip, the latest, and of all: enough to judge, and soon done
LATEST = 5  # quotes whose spread the naive model takes for the next one's


@dataclass(frozen=True)
class Score:
    """One price that was told before it was known."""

    chip: str
    vendor: str
    day: str
    inside: bool
    loss: float
    naive: Mapping[str, float]


@dataclass(frozen=True)
class Backtest:
    """All scores of the same filters over every chip."""

    scores: tuple[Score, ...]

    @property
    def scored(self) -> int:
        """How many prices were told."""
        return len(self.scores)

    @property
    def inside(self) -> int:
        """How many of them lay within the 80% band."""
        return sum(score.inside for score in self.scores)

    @property
    def coverage(self) -> float | None:
        """The share of them within the 80% band."""
        return self.inside / self.scored if self.scores else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95% interval of that share."""
        return clopper_pearson(self.inside, self.scored) if self.scores else None

    @property
    def loss(self) -> float | None:
        """The mean pinball loss in log price."""
        return float(np.mean([score.loss for score in self.scores])) if self.scores else None

    @property
    def naive(self) -> dict[str, float | None]:
        """The same of the naive models."""
        return {
            name: float(np.mean([score.naive[name] for score in self.scores])) if self.scores else None
            for name in NAIVE
        }

    @property
    def vendors(self) -> int:
        """How many vendors' prices were told, as far as they are named."""
        return len({score.vendor for score in self.scores} - {""})

    @property
    def verdict(self) -> str:
        """What the coverage says of the band."""
        if self.interval is None or self.scored < FEWEST_SCORED:
            return "too few to judge"
        low, high = self.interval
        if low <= BAND <= high:
            return "in line with 80%"
        return "the band is too narrow" if high < BAND else "the band is too wide"

    def by_chip(self) -> list[tuple[str, Backtest]]:
        """The scores of every chip."""
        chips = dict.fromkeys(score.chip for score in self.scores)
        return [(chip, Backtest(tuple(s for s in self.scores if s.chip == chip))) for chip in chips]


def backtest(
    by_chip: Mapping[str, Sequence[Priced]], horizon: Horizon, overheads: Mapping[str, Overhead]
) -> Backtest:
    """Tell every price from those known a horizon before it, at least three of them.

    A vendor's price counts once, when it is first seen: repeating it would only flatter the model. The naive
    models, too, see every price once, the latest as many as the model does, which is the better for them; of
    fewer than three prices they would tell next to no spread, and the model would look good beside them.

    What the model assumes beforehand, how far the level moves and vendors scatter, is not learnt here but set
    in advance, from prices of 2021 to 2025: of quotes of those years the scores are no test of it.
    """
    most = max(1, min(MOST_SCORED, MOST_IN_ALL // max(1, len(by_chip))))
    scores = [
        _score(quote, fit_runs(runs, overheads[chip].sd if chip in overheads else 0.0))
        for chip, quotes in sorted(by_chip.items())
        for quote, runs in _origins(quotes, horizon, most)
    ]
    return Backtest(tuple(scores))


def _origins(quotes: Sequence[Priced], horizon: Horizon, most: int) -> Iterator[tuple[Priced, list[Priced]]]:
    """The latest prices when they are first seen, with the latest that were known a horizon before."""
    ordered = sorted(quotes, key=lambda one: (one.day, one.line))
    first = {quote.run: quote for quote in reversed(ordered)}
    known: dict[Run, Priced] = {}
    seen = 0
    for quote in [one for one in ordered if first[one.run] is one][-most:]:
        until = horizon.before(quote.day)
        while ordered[seen].day <= until and ordered[seen].day < quote.day:
            see(known, ordered[seen])
            seen += 1
        if len(known) >= FEWEST_EARLIER:
            yield quote, list(islice(reversed(known.values()), MOST))[::-1]


def _score(quote: Priced, market: Market) -> Score:
    forecast, value = market.forecast(quote.when, server=quote.server), quote.log_price
    told = forecast.mean + forecast.sd * ndtri(SHARES)
    return Score(
        quote.chip,
        quote.vendor,
        quote.day.isoformat(),
        bool(told[LOW] <= value <= told[HIGH]),
        pinball(told, value),
        {name: pinball(naive(market.runs), value) for name, naive in NAIVE.items()},
    )


def pinball(told: Array, value: float) -> float:
    """The mean pinball loss of the five percentiles told.

    >>> round(pinball(np.array([0.0, 0.0, 0.0, 0.0, 0.0]), 1.0), 12)
    0.5
    """
    over = value - told
    return float(np.mean(np.where(over >= 0.0, SHARES * over, (SHARES - 1.0) * over)))


def _last_quotes(runs: Sequence[Priced]) -> Array:
    """The spread of the last five prices."""
    return np.asarray(np.quantile([run.log_price for run in runs[-LATEST:]], SHARES))


def _constant(runs: Sequence[Priced]) -> Array:
    """The lognormal of the prices so far."""
    values = np.array([run.log_price for run in runs])
    sd = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return np.asarray(values.mean() + sd * ndtri(SHARES))


NAIVE: Mapping[str, Naive] = {"last_quotes": _last_quotes, "constant": _constant}
