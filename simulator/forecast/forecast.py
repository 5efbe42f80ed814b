"""Cost by year under growing demand and improving hardware; data that runs out; what a budget affords.

Everything is evaluated on the same draws: those of a scenario with the lever ``growth``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import hypot, inf, log, nan, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from simulator.currency import name_in
from simulator.distributions import Point
from simulator.errors import Complaint, InputError
from simulator.kernel import Engine
from simulator.scenario.loader import load_scenario
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, check_settings, engine
from simulator.statistics.estimates import Estimate
from simulator.statistics.lanes import chance, estimated, fewest_draws, percentile, statistics
from simulator.units import USD_SYMBOL
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
CLOSE = 1.002  # of the compute that a budget affords
STEP = 1.1  # of compute, over which it is seen how fast cost grows
FEWEST_DRAWS, MOST_DRAWS = fewest_draws(5.0), 1 << 21  # five columns of which are in memory
MOST_YEARS = 30


@dataclass(frozen=True)
class Year:
    """What the model of a year costs and takes."""

    ahead: int
    cost: Mapping[float, Estimate]  # in the currency of the forecast
    dollars: Mapping[float, Estimate]
    compute: Estimate  # median, over the plan's
    cluster: Estimate  # median of accelerators over the plan's
    tokens: Estimate  # median
    parameters: float  # median
    short: Mapping[str, Estimate]  # the chance that it takes more text than there is, by book
    within: Estimate | None  # the chance to keep the budget


@dataclass(frozen=True)
class Size:
    """Active parameters with their Monte Carlo error; ``beyond``: these or more, none larger was tried."""

    parameters: float
    se: float
    beyond: bool = False


@dataclass(frozen=True)
class Affordable:
    """The largest model that a budget buys with confidence, by year; None where none."""

    budget: float
    sizes: Mapping[int, Size | None]


@dataclass(frozen=True)
class Forecast:
    """A scenario's model of this and later years."""

    settings: Settings
    currency: str  # of costs and budgets
    years: tuple[Year, ...]
    growth: Estimate  # of the median cost a year, as a factor
    budget: float | None
    affordable: tuple[Affordable, ...]
    stocks: Mapping[str, Estimate]  # median of the text there is, by book
    first: int | None  # the calendar year of the plan

    @property
    def smallest(self) -> float:
        """Active parameters of the smallest model that was tried."""
        return self.years[0].parameters * sqrt(SMALLEST)


def growing(settings: Sequence[str] = (), levers: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
    """What is laid over a scenario and the levers, with the lever ``growth`` at no year ahead.

    >>> growing(["mfu=0.4"], ["moe"])
    {'settings': ('mfu=0.4', 'years_ahead=0'), 'levers': ('moe', 'growth')}
    """
    lever = () if GROWTH in levers else (GROWTH,)
    now = () if any(each.startswith(AHEAD) for each in settings) else (f"{AHEAD}=0",)
    return {"settings": (*settings, *now), "levers": (*levers, *lever)}


def load_growing(
    path: str | Path,
    *,
    book: str | Path | None = None,
    settings: Sequence[str] = (),
    levers: Sequence[str] = (),
) -> Scenario:
    """Read a scenario that can be forecast. Raises :class:`InputError` as ``load_scenario`` does.

    >>> load_growing("configs/gpt4-class.yaml").levers
    ('growth',)
    """
    return load_scenario(path, book=book, **growing(settings, levers))


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
    """Forecast a scenario of :func:`load_growing`; the text stocks of ``others`` are looked at, too.

    Costs and budgets are in the scenario's currency. Raises :class:`InputError` where what grows is given,
    and for too few or many draws or years.
    """
    _check(scenario, settings, years, budget)
    settings = replace(settings, draws=settings.parted_draws)
    names, cost = shown(scenario), name_in(COST, scenario.currency)
    future = _Future(scenario, engine(scenario, settings, (*names, STOCK)), settings, watch)
    watch.expect((years + 1) * settings.draws)
    stocks = {each.book: _stock(each, settings) for each in (scenario, *others)}
    limits = {*budgets, *([budget] if budget else [])}
    drawn = {ahead: future.columns(names, ahead) for ahead in range(years + 1)}
    size = scenario.medians[SIZE]
    return Forecast(
        settings,
        scenario.currency or USD_SYMBOL,
        tuple(_year(ahead, columns, cost, size, stocks, budget) for ahead, columns in drawn.items()),
        _growth(drawn[0][cost], drawn[years][cost], years),
        budget,
        tuple(_affordable(future, limit, size, years) for limit in sorted(limits)),
        {book: percentile(stock, 50.0) for book, stock in stocks.items()},
        _calendar_year(scenario),
    )


def _calendar_year(scenario: Scenario) -> int | None:
    """The year of the plan; None where it is no number."""
    word = scenario.words.get("year", "")
    return int(word) if word.isdecimal() else None


def shown(scenario: Scenario) -> tuple[str, ...]:
    """The names whose draws are looked at, the cost in dollars and in the scenario's currency among them."""
    return tuple(dict.fromkeys((*SHOWN, name_in(COST, scenario.currency))))


def _check(scenario: Scenario, settings: Settings, years: int, budget: float | None) -> None:
    """Raise :class:`InputError` with every complaint."""
    check_settings(settings)
    if GROWTH not in scenario.levers:
        what = f"there is no lever {GROWTH}"
        raise InputError([Complaint(scenario.name, what, "load the scenario by load_growing")])
    complaints = []
    for name in (AHEAD, SCALE):
        if scenario.distributions.get(name, Point(0.0)) != Point(0.0):
            what = f"{name} is given, of which a forecast takes its own"
            complaints.append(Complaint(scenario.name, what, "take it out of --set or priors:"))
    if fixed := [name for name in GROWING if DOUBLING not in scenario.model.roots(name)]:
        what = f"{', '.join(fixed)} cannot grow, since the scenario gives what would make it grow"
        complaints.append(Complaint(scenario.name, what, "take it out of --set or priors:"))
    if not FEWEST_DRAWS <= settings.first_draws <= MOST_DRAWS:
        remedy = f"take {FEWEST_DRAWS:,} to {MOST_DRAWS:,}"
        complaints.append(Complaint("--draws", f"{settings.first_draws:,} draws", remedy))
    if not 1 <= years <= MOST_YEARS:
        complaints.append(Complaint("--years", f"{years} years", f"look 1 to {MOST_YEARS} years ahead"))
    if budget is not None and not 0.0 < budget < inf:
        complaints.append(Complaint("--budget", f"{budget:g} is no budget", "give an amount above 0"))
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

    def cost(self, ahead: int, scale: float) -> Estimate:
        """The cost, in the scenario's currency, that is kept with the confidence asked for."""
        self.watch.expect(self.settings.draws)
        name = name_in(COST, self.scenario.currency)
        return percentile(self.columns([name], ahead, scale)[name], AFFORDABLE)


def _stock(scenario: Scenario, settings: Settings) -> Array:
    machine = engine(scenario, settings, (*shown(scenario), STOCK))
    return machine.columns([STOCK], settings.draws, threads=settings.threads)[STOCK]


def _year(
    ahead: int,
    columns: Mapping[str, Array],
    named: str,
    size: float,
    stocks: Mapping[str, Array],
    budget: float | None,
) -> Year:
    dollars, tokens, cluster, compute = (columns[name] for name in SHOWN)
    cost = columns[named]
    grown = percentile(compute, 50.0)
    return Year(
        ahead=ahead,
        cost={level: percentile(cost, level) for level in LEVELS},
        dollars={level: percentile(dollars, level) for level in LEVELS},
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
    found = {ahead: _largest(partial(future.cost, ahead), budget) for ahead in range(years + 1)}
    return Affordable(budget, {ahead: _sized(scale, size) for ahead, scale in found.items()})


def _sized(scale: Estimate | None, size: float) -> Size | None:
    """The model of so much of the plan's compute: parameters grow with its root."""
    if scale is None:
        return None
    parameters = size * sqrt(scale.value)
    return Size(parameters, parameters * scale.se / scale.value / 2.0, scale.value >= LARGEST)


def _largest(cost: Callable[[float], Estimate], budget: float) -> Estimate | None:
    """The largest scale tried whose cost keeps a budget; None where that of the smallest does not.

    >>> line = lambda scale: Estimate(1.0 + scale, 0.0, 0.0, 0.0)
    >>> round(_largest(line, 5.0).value, 1), _largest(line, 0.5), _largest(line, 1e30).value == LARGEST
    (4.0, None, True)
    """
    low, high = SMALLEST, LARGEST
    if cost(low).value > budget:
        return None
    if cost(high).value <= budget:
        return Estimate(high, 0.0, high, high)
    while high / low > CLOSE:
        middle = sqrt(low * high)
        low, high = (middle, high) if cost(middle).value <= budget else (low, middle)
    error = low * hypot(_relative_error(cost, low), CLOSE - 1.0)
    return Estimate(low, error, low - error, high + error)


def _relative_error(cost: Callable[[float], Estimate], scale: float) -> float:
    """The error of a scale that comes of its cost's: the less cost grows with it, the larger."""
    there, before = cost(scale), cost(scale / STEP)
    growth = log(there.value / before.value) / log(STEP) if before.value > 0.0 else 0.0
    return there.se / there.value / growth if growth > 0.0 else nan
