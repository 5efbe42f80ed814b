"""Cost by year under growing demand and improving hardware; data that runs out; what a budget affords.

Everything is evaluated on the same draws: those of a scenario with the lever ``growth``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import sqrt
from typing import Any

import numpy as np

from simulator.errors import Complaint, InputError
from simulator.kernel import Engine
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, check_settings, engine
from simulator.statistics.estimates import Estimate
from simulator.statistics.lanes import chance, estimated, fewest_draws, percentile, statistics
from simulator.watch import UNWATCHED, Watch

Array = np.ndarray[Any, np.dtype[np.float64]]

GROWTH = "growth"  # the lever
AHEAD, SCALE, DOUBLING = "years_ahead", "compute_scale", "compute_doubling_time"
DEMAND = 0.0  # the scale of the model that demand asks for
COST, SIZE, STOCK = "total_cost", "active_parameters", "text_stock"
LEVELS = (5.0, 20.0, 50.0, 80.0, 95.0)
SHOWN = (COST, "tokens__with_growth", "cluster_growth", "compute_growth")
GROWING = ("accelerator_hours", *SHOWN)
AFFORDABLE = 80.0  # the confidence with which a budget is kept, in percent
BUDGETS = (1e6, 1e7, 1e8, 1e9, 1e10, 1e11)
SMALLEST, LARGEST = 1e-9, 1e9  # of the plan's compute
CLOSE = 1.005  # of a size that a budget affords
FEWEST_DRAWS, MOST_DRAWS = fewest_draws(5.0), 1 << 21  # five columns of which are in memory
MOST_YEARS = 30


@dataclass(frozen=True)
class Year:
    """What the model of a year costs and takes."""

    ahead: int
    cost: Mapping[float, Estimate]
    compute: Estimate  # median, over the plan's
    cluster: Estimate  # median of accelerators over the plan's
    tokens: Estimate  # median
    parameters: float  # median
    short: Mapping[str, Estimate]  # the chance that it takes more text than there is, by book
    within: Estimate | None  # the chance to keep the budget


@dataclass(frozen=True)
class Affordable:
    """The largest model that a budget buys with confidence, as parameters by year; None where none."""

    budget: float
    parameters: Mapping[int, float | None]


@dataclass(frozen=True)
class Forecast:
    """A scenario's model of this and later years."""

    settings: Settings
    years: tuple[Year, ...]
    growth: Estimate  # of the median cost a year, as a factor
    budget: float | None
    affordable: tuple[Affordable, ...]
    stocks: Mapping[str, Estimate]  # median of the text there is, by book
    first: int | None  # the calendar year of the plan


def forecast(
    scenario: Scenario,
    settings: Settings,
    years: int,
    *,
    budget: float | None = None,
    budgets: Sequence[float] = BUDGETS,
    others: Sequence[Scenario] = (),
    watch: Watch = UNWATCHED,
) -> Forecast:
    """Forecast a scenario that has the lever ``growth``; the text stocks of ``others`` are looked at, too.

    Raises :class:`InputError` where what grows is given, and for too few or many draws or years.
    """
    _check(scenario, settings, years)
    settings = replace(settings, draws=settings.parted_draws)
    future = _Future(scenario, engine(scenario, settings), settings, watch)
    watch.expect((years + 1) * settings.draws)
    stocks = {each.book: _stock(each, settings) for each in (scenario, *others)}
    drawn = {ahead: future.columns(SHOWN, ahead) for ahead in range(years + 1)}
    size, word = float(scenario.priors[SIZE].distribution.ppf(0.5)), scenario.words.get("year", "")
    return Forecast(
        settings,
        tuple(_year(ahead, columns, size, stocks, budget) for ahead, columns in drawn.items()),
        _growth(drawn[0][COST], drawn[years][COST], years),
        budget,
        tuple(
            _affordable(future, limit, size, years) for limit in sorted({*budgets, *filter(None, [budget])})
        ),
        {book: percentile(stock, 50.0) for book, stock in stocks.items()},
        int(word) if word.isdecimal() else None,
    )


def _check(scenario: Scenario, settings: Settings, years: int) -> None:
    """Raise :class:`InputError` with every complaint."""
    check_settings(settings)
    complaints = []
    if fixed := [name for name in GROWING if DOUBLING not in scenario.model.roots(name)]:
        what = f"{', '.join(fixed)} cannot grow, since the scenario gives what would make it grow"
        complaints.append(Complaint(scenario.name, what, "take it out of priors:"))
    if not FEWEST_DRAWS <= settings.first_draws <= MOST_DRAWS:
        remedy = f"take {FEWEST_DRAWS:,} to {MOST_DRAWS:,}"
        complaints.append(Complaint("--draws", f"{settings.first_draws:,} draws", remedy))
    if not 1 <= years <= MOST_YEARS:
        complaints.append(Complaint("--years", f"{years} years", f"look 1 to {MOST_YEARS} years ahead"))
    if complaints:
        raise InputError(complaints)


@dataclass(frozen=True)
class _Future:
    """A scenario whose model may be of another year and another size."""

    scenario: Scenario
    machine: Engine
    settings: Settings
    watch: Watch

    def columns(self, names: Sequence[str], ahead: int, scale: float = DEMAND) -> dict[str, Array]:
        """Draws of some names of the model that many years ahead, of the size asked for or of another."""
        given, how = {AHEAD: float(ahead), SCALE: scale}, self.settings
        found = self.machine.columns(names, how.draws, given=given, threads=how.threads)
        self.watch.done(how.draws)
        if not all(np.isfinite(column).all() for column in found.values()):
            what = f"the model {ahead} years ahead is beyond all numbers in some draws"
            raise InputError([Complaint(self.scenario.name, what, "look fewer --years ahead")])
        return found

    def cost(self, ahead: int, scale: float) -> float:
        """The cost that is kept with the confidence asked for."""
        self.watch.expect(self.settings.draws)
        column = self.columns([COST], ahead, scale)[COST]
        return float(np.quantile(column, AFFORDABLE / 100.0, method="inverted_cdf"))


def _stock(scenario: Scenario, settings: Settings) -> Array:
    return engine(scenario, settings).columns([STOCK], settings.draws, threads=settings.threads)[STOCK]


def _year(
    ahead: int,
    columns: Mapping[str, Array],
    size: float,
    stocks: Mapping[str, Array],
    budget: float | None,
) -> Year:
    cost, tokens, cluster, compute = (columns[name] for name in SHOWN)
    grown = percentile(compute, 50.0)
    return Year(
        ahead=ahead,
        cost={level: percentile(cost, level) for level in LEVELS},
        compute=grown,
        cluster=percentile(cluster, 50.0),
        tokens=percentile(tokens, 50.0),
        parameters=size * sqrt(grown.value),
        short={book: chance(tokens > stock) for book, stock in stocks.items()},
        within=None if budget is None else chance(cost <= budget),
    )


def _growth(first: Array, last: Array, years: int) -> Estimate:
    """The factor by which the median grows a year."""
    medians = [statistics(column, (50.0,))[0] for column in (first, last)]
    return estimated(np.power(medians[1] / medians[0], 1.0 / years))


def _affordable(future: _Future, budget: float, size: float, years: int) -> Affordable:
    scales = {ahead: _largest(partial(future.cost, ahead), budget) for ahead in range(years + 1)}
    return Affordable(budget, {ahead: s and size * sqrt(s) for ahead, s in scales.items()})


def _largest(cost: Callable[[float], float], budget: float) -> float | None:
    """The largest scale whose cost keeps a budget; None where the smallest does not.

    >>> round(_largest(lambda scale: 1.0 + scale, 5.0), 1), _largest(lambda scale: 9.0, 5.0)
    (4.0, None)
    """
    low, high = SMALLEST, LARGEST
    if cost(low) > budget:
        return None
    while high / low > CLOSE:
        middle = sqrt(low * high)
        low, high = (middle, high) if cost(middle) <= budget else (low, middle)
    return low
