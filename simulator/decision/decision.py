"""A scenario's options on the same draws: costs, regrets, break-even points, what knowing more is worth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from simulator.decision.breakeven import Even, break_even
from simulator.decision.information import binned, evpi, evppi, regrets
from simulator.decision.options import DECIDED, INCLUDED, OWN, PRICE, Load, Option, options, shared
from simulator.errors import Complaint, InputError
from simulator.kernel.options import LANES
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, check_settings
from simulator.statistics.estimates import Estimate
from simulator.statistics.lanes import chance, mean, percentile
from simulator.threads import in_threads
from simulator.units import HOURS_PER_YEAR
from simulator.watch import UNWATCHED, Watch

Array = np.ndarray[Any, np.dtype[np.float64]]
Percentiles = Mapping[float, Estimate]

COST_LEVELS, REGRET_LEVELS = (50.0, 80.0, 90.0), (50.0, 90.0, 95.0)
TERM_LEVELS = (5.0, 50.0, 95.0)
FEWEST_DRAWS = 128 * LANES  # a P95 of a part then has six draws above it
MOST_DRAWS = 1 << 22  # whose costs and inputs, some 250 bytes a draw, are in memory together
SHOWN, BARS = (0.001, 0.99), 256  # of a cost's draws in a picture
EVENED = 4  # times that costs are drawn anew for break-even points
AT_A_TIME = 8  # inputs and quantities whose draws are in memory together
BOUGHT = "gpu_price"
PROGRAMME = ("experiment_multiplier", "post_training_share", "evaluation_share")  # runs, in final runs


@dataclass(frozen=True)
class Outcome:
    """What one option costs."""

    name: str
    mean: Estimate
    percentiles: Percentiles
    cheapest: Estimate  # the chance that it is
    regret: Estimate
    regret_percentiles: Percentiles
    own_cheaper: Estimate | None  # the chance that owning costs less; None for owning
    histogram: tuple[Array, Array]  # edges and counts, for a picture


@dataclass(frozen=True)
class Term:
    """How much of a committed rent's hours the programme would use, and what an hour used then costs."""

    option: str
    years: float
    used: Percentiles  # share of accelerator_count times the years
    used_up: Estimate  # the chance that the programme needs all of them, or more
    paid: Percentiles  # USD an hour used, were the whole term paid


@dataclass(frozen=True)
class Decision:
    """The options of a scenario, and what it is worth to know more before choosing."""

    quantity: str
    settings: Settings
    outcomes: tuple[Outcome, ...]
    price: Even | None
    utilization: tuple[Even, ...]
    terms: tuple[Term, ...]
    year_used: Percentiles | None  # share of the whole cluster's year that the programme takes up
    independent: bool  # whether the prices of buying and of renting are drawn apart
    acquisition: tuple[Estimate, Estimate] | None  # cash for the whole cluster: mean and median
    evpi: Estimate
    evppi: Mapping[str, Estimate]
    together: Mapping[str, Estimate]  # of a quantity that several inputs make
    notes: tuple[str, ...]

    @property
    def best(self) -> Outcome:
        """The option that is cheapest on average."""
        return min(self.outcomes, key=lambda outcome: outcome.mean.value)


def decide(
    load: Load,
    settings: Settings,
    quantity: str = "total_cost",
    *,
    without: Sequence[str] = (),
    watch: Watch = UNWATCHED,
) -> Decision:
    """Compare owning with renting at each commitment that has a price.

    ``load`` reads the scenario with more settings laid over it; options named in ``without`` are left out;
    draws are rounded up to a multiple of 16.
    Raises :class:`InputError` for too few or too many draws, and for a quantity that the options leave alone.
    """
    check_settings(settings)
    settings = _whole(settings)
    found, notes = options(load, settings, without)
    _check_decided(found[0].scenario, quantity)
    inputs = _uncertain(found)
    known = (*inputs, *_made(found, inputs, quantity))
    watch.expect(settings.draws * (len(found) + EVENED + len(known)))
    costs = _costs(found, quantity, watch)
    price, utilization, bent = break_even(found, costs, quantity)
    watch.done(EVENED * settings.draws)
    worth = _worth(found, costs, known, watch)
    used_a_year = _used_a_year(found[0])
    return Decision(
        quantity=quantity,
        settings=settings,
        outcomes=_outcomes(found, costs),
        price=price,
        utilization=utilization,
        terms=() if used_a_year is None else tuple(_terms(found, used_a_year)),
        year_used=None if used_a_year is None else _percentiles(used_a_year, TERM_LEVELS),
        independent=_drawn_apart(found),
        acquisition=_acquisition(found[0]),
        evpi=evpi(costs),
        evppi={name: worth[name] for name in inputs},
        together={name: each for name, each in worth.items() if name not in inputs},
        notes=(*notes, *bent),
    )


def _check_decided(scenario: Scenario, quantity: str) -> None:
    """Raise :class:`InputError` for a quantity that is not all that owning and renting differ in.

    A rent contains electricity and operations, which owning is charged beside the hardware.
    """
    scenario.check_name(quantity)
    model = scenario.model
    parts = [DECIDED, *(name for name in INCLUDED if name in model.formulas)]
    if missing := [name for name in parts if name not in model.ancestors(quantity)]:
        what = f"owning and renting cannot be compared by {quantity}: it has no {', '.join(missing)} in it"
        raise InputError([Complaint("--quantity", what, "name for instance total_cost or final_run_cost")])


def _whole(settings: Settings) -> Settings:
    """As many draws in each of 16 parts, if neither too few nor too many."""
    draws = settings.parted_draws
    if not FEWEST_DRAWS <= settings.draws <= draws <= MOST_DRAWS:
        remedy = f"take {FEWEST_DRAWS:,} to {MOST_DRAWS:,}; they are all in memory"
        raise InputError([Complaint("--draws", f"{settings.draws:,} draws to decide on", remedy)])
    return replace(settings, draws=draws)


def _costs(found: Sequence[Option], quantity: str, watch: Watch) -> Array:
    """What each option costs in each draw; it must be money, finite, and not the same for all."""
    base = found[0].scenario
    rows = []
    for option in found:
        rows.append(option.columns([quantity])[quantity])
        watch.done(len(rows[0]))
    costs = np.array(rows)
    if not np.isfinite(costs).all():
        what = f"{quantity} is not a finite number in some draws"
        raise InputError([Complaint(base.name, what, "traincost run says which")])
    if base.model.units[quantity].symbol != "USD" or bool((costs == costs[0]).all()):
        what = f"{quantity} does not differ between owning and renting in USD"
        remedy = "name a cost, for instance total_cost or final_run_cost"
        raise InputError([Complaint("--quantity", what, remedy)])
    return costs


def _outcomes(found: Sequence[Option], costs: Array) -> tuple[Outcome, ...]:
    cheapest, apart, edges = costs.argmin(axis=0), regrets(costs), _edges(costs)
    return tuple(
        Outcome(
            name=option.name,
            mean=mean(cost),
            percentiles=_percentiles(cost, COST_LEVELS),
            cheapest=chance(cheapest == number),
            regret=mean(regret),
            regret_percentiles=_percentiles(regret, REGRET_LEVELS),
            own_cheaper=chance(costs[0] < cost) if option.name != OWN else None,
            histogram=(edges, np.histogram(cost, edges)[0]),
        )
        for number, (option, cost, regret) in enumerate(zip(found, costs, apart, strict=True))
    )


def _edges(costs: Array) -> Array:
    """Edges of bars for all options: of one width, and one at each end for what lies beyond."""
    low, high = np.quantile(costs, SHOWN[0], axis=1).min(), np.quantile(costs, SHOWN[1], axis=1).max()
    return np.unique([costs.min(), *np.linspace(low, high, BARS + 1), costs.max()])


def _terms(found: Sequence[Option], used_a_year: Array) -> Iterator[Term]:
    """The share of every committed rent that the programme's accelerator-hours would use."""
    for option in found:
        if years := re.fullmatch(r"(\d+)y", option.commitment):
            share = used_a_year / float(years[1])
            paid = option.columns([PRICE])[PRICE] / np.minimum(share, 1.0)
            used, at = _percentiles(share, TERM_LEVELS), _percentiles(paid, TERM_LEVELS)
            yield Term(option.name, float(years[1]), used, chance(share >= 1.0), at)


def _used_a_year(own: Option) -> Array | None:
    """The programme's accelerator-hours over those of all accelerators in a year, in each draw."""
    names = ("accelerator_hours", "accelerator_count", *PROGRAMME)
    if not set(names) <= set(own.scenario.names):
        return None
    drawn = own.columns(names)
    runs = sum((drawn[name] for name in PROGRAMME), np.zeros(own.settings.draws))
    return np.asarray(drawn["accelerator_hours"] * runs / (drawn["accelerator_count"] * HOURS_PER_YEAR))


def _percentiles(column: Array, levels: Sequence[float]) -> Percentiles:
    return {level: percentile(column, level) for level in levels}


def _drawn_apart(found: Sequence[Option]) -> bool:
    """Whether the prices of owning and renting vary, and no correlation ties them."""
    vary = all(any(_varies(option, name) for option in found) for name in (BOUGHT, PRICE))
    tied = any({BOUGHT, PRICE} <= set(each.between) for o in found for each in o.scenario.correlations)
    return vary and not tied


def _acquisition(own: Option) -> tuple[Estimate, Estimate] | None:
    if "acquisition_cost" not in own.scenario.names:
        return None
    cash = own.columns(["acquisition_cost"])["acquisition_cost"]
    return mean(cash), percentile(cash, 50.0)


def _uncertain(found: Sequence[Option]) -> tuple[str, ...]:
    """The inputs that vary in some option."""
    names = found[0].scenario.model.inputs
    return tuple(name for name in names if any(_varies(option, name) for option in found))


def _made(found: Sequence[Option], inputs: Sequence[str], quantity: str) -> list[str]:
    """The quantities on the way to the cost that two uncertain inputs or more make, alike in all options."""
    model = found[0].scenario.model
    alike = shared(option.scenario.distributions for option in found)
    return [
        name
        for name in model.formulas
        if name in model.ancestors(quantity)
        and model.roots(name) <= set(alike)
        and len(model.roots(name) & set(inputs)) > 1
    ]


def _worth(found: Sequence[Option], costs: Array, names: Sequence[str], watch: Watch) -> dict[str, Estimate]:
    """The EVPPI of inputs and quantities, none below 0; the draws of a few are in memory together."""

    def one(draws: Array) -> Estimate:
        worth = evppi(costs, binned(draws))
        watch.done(len(draws))
        return Estimate(max(worth.value, 0.0), worth.se, max(worth.low, 0.0), max(worth.high, 0.0))

    worth: dict[str, Estimate] = {}
    for start in range(0, len(names), AT_A_TIME):
        drawn = _drawn(found, names[start : start + AT_A_TIME])
        each = in_threads(one, drawn.values(), found[0].settings.threads)
        worth.update(zip(drawn, each, strict=True))
    return worth


def _drawn(found: Sequence[Option], names: Sequence[str]) -> dict[str, Array]:
    """Draws of names; of an input that does not vary where owning, from the first option in which it does."""
    own, *others = found
    elsewhere = {n: o for n in names for o in reversed(others) if _varies(o, n) and not _varies(own, n)}
    drawn = own.columns([name for name in names if name not in elsewhere])
    return {**drawn, **{name: option.columns([name])[name] for name, option in elsewhere.items()}}


def _varies(option: Option, name: str) -> bool:
    return name in option.scenario.priors and not option.scenario.priors[name].is_fixed
