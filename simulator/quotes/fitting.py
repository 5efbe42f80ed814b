"""A dated prior of a price, fitted to quotes, with all that tells how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import ndtr

from simulator.distributions import Distribution, Lognormal, distribution
from simulator.quotes.backtest import BAND, LEVELS, Backtest, backtest
from simulator.quotes.horizons import Horizon, years
from simulator.quotes.level import Forecast, Market, fit_level
from simulator.quotes.reading import Table
from simulator.quotes.selecting import Catalogue, Overhead, Priced, Selection, canonical, select

FAR = 0.2  # weight below which a quote is told of by line: a z of 4.6, beyond chance
DIGITS = 4  # of the percentiles in a book
Z90 = 1.6448536269514722  # normal quantile of 0.95


@dataclass(frozen=True)
class Finding:
    """A price prior: the quotes it rests on, the model, what it says for a date, and its backtest."""

    name: str
    unit: str
    path: Path
    where: Mapping[str, str]
    selection: Selection
    horizon: Horizon
    market: Market
    overhead: Overhead | None  # of the server prices among the quotes
    backtest: Backtest
    bad: tuple[str, ...]  # rows that were skipped

    @property
    def quotes(self) -> tuple[Priced, ...]:
        """The quotes used, oldest first."""
        return self.selection.quotes

    @property
    def as_of(self) -> date:
        """The last day whose quotes were used."""
        return self.selection.as_of

    @property
    def holds(self) -> date:
        """The day for which the prior holds."""
        return self.horizon.after(self.as_of)

    @property
    def servers(self) -> int:
        """How many of the quotes are server prices, divided by the overhead."""
        return sum(quote.server for quote in self.quotes)

    @property
    def mostly_servers(self) -> bool:
        """Whether the quotes' own basis is the server's: that of the larger part."""
        return 2 * self.servers > len(self.quotes)

    @property
    def vendors(self) -> tuple[str, ...]:
        """Who quoted, as far as the file says."""
        return tuple(dict.fromkeys(quote.vendor for quote in self.quotes if quote.vendor))

    @property
    def forecast(self) -> Forecast:
        """The log price of the input itself."""
        return self.market.forecast(years(self.holds))

    @property
    def in_server(self) -> Forecast:
        """The log price with the server's overhead, less the logarithm of its median."""
        return self.market.forecast(years(self.holds), server=True)

    @property
    def prices(self) -> int:
        """How many prices the quotes tell: all but those that repeat one."""
        return len({quote.run for quote in self.quotes})

    @property
    def quoted(self) -> Forecast:
        """The log price in the quotes' own basis."""
        return self.at(years(self.holds))

    def at(self, when: float) -> Forecast:
        """The log price at a date in years in the quotes' own basis."""
        found = self.market.forecast(when, server=self.mostly_servers)
        shift = log(self.overhead.median) if self.overhead and self.mostly_servers else 0.0
        return Forecast(found.mean + shift, found.sd, found.level_sd)

    @property
    def shape(self) -> Distribution:
        """The prior, its percentiles rounded as a book has them."""
        return distribution("lognormal", self.spec["lognormal"])

    @property
    def spec(self) -> dict[str, Any]:
        """Family and unit, as a book has them."""
        mean, sd = self.forecast.mean, self.forecast.sd
        ends = {"p5": _rounded(exp(mean - Z90 * sd)), "p95": _rounded(exp(mean + Z90 * sd))}
        return {"lognormal": ends, "unit": self.unit}

    @property
    def percentiles(self) -> dict[float, float]:
        """Percentiles of the prior."""
        return {level: float(self.shape.ppf(level / 100.0)) for level in LEVELS}

    @property
    def quote_percentiles(self) -> dict[float, float]:
        """The same in the quotes' own basis."""
        if not self.mostly_servers:
            return self.percentiles
        shape = Lognormal(self.quoted.mean, self.quoted.sd)
        return {level: float(shape.ppf(level / 100.0)) for level in LEVELS}

    @property
    def far_off(self) -> list[Priced]:
        """Quotes so far from the others that they hardly count."""
        return [run for run, w in zip(self.market.runs, self.market.weights, strict=True) if w < FAR]

    @property
    def fit(self) -> dict[str, float | int | None]:
        """How the chosen prices lie about the fitted level: residual sd, number within the band, distance.

        The distance is Kolmogorov and Smirnov's, of the prices' places in their predictions from the uniform.
        """
        runs = self.market.runs
        told = [self.market.forecast(run.when, server=run.server) for run in runs]
        errors = np.array([run.log_price - each.mean for run, each in zip(runs, told, strict=True)])
        places = np.sort(ndtr(errors / np.array([each.sd for each in told])))
        steps, inside = np.arange(len(runs) + 1) / len(runs), np.abs(places - 0.5) <= BAND / 2.0
        distance = max(np.max(steps[1:] - places), np.max(places - steps[:-1]))
        return {
            "price_runs": len(runs),
            "votes": self.market.votes,
            "scatter": self.market.scatter,
            "residual_sd": float(np.sqrt(np.mean(errors**2))),
            "inside80": int(inside.sum()),
            "ks_distance": float(distance),
        }


def fit_quotes(
    table: Table,
    name: str,
    unit: str,
    where: Mapping[str, str],
    catalogue: Catalogue,
    *,
    as_of: date | None = None,
    horizon: Horizon | None = None,
    skip_bad: bool = False,
) -> Finding:
    """Fit a prior of an input to the quotes that the filters choose, and score the model over every chip.

    Raises :class:`InputError` where the filters choose nothing or the quotes have no basis in common.
    """
    ahead = horizon or Horizon()
    chosen = select(table, name, where, as_of, catalogue, skip_bad=skip_bad)
    servers = [quote.chip for quote in chosen.quotes if quote.server]
    overhead = catalogue.overheads[servers[0]] if servers else None
    return Finding(
        name,
        unit,
        table.path,
        canonical(where, catalogue.aliases),
        chosen,
        ahead,
        fit_level(chosen.quotes, overhead.sd if overhead else 0.0),
        overhead,
        backtest(chosen.by_chip, ahead, catalogue.overheads),
        tuple(str(complaint) for complaint in (*table.bad, *chosen.bad)),
    )


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
