"""How old the evidence behind a cost is, on whose word it stands, and what variance rests on it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Any

import numpy as np

from simulator.distributions import Distribution
from simulator.errors import Complaint, InputError
from simulator.kernel import Engine
from simulator.kernel.options import LANES
from simulator.kernel.sobol import whole_nets
from simulator.kernel.twins import Twins
from simulator.scenario.dates import days_between
from simulator.scenario.entries import Prior
from simulator.scenario.scenario import Scenario
from simulator.sensitivity.indices import Indices, sobol_indices
from simulator.sensitivity.shapley import shapley_effects
from simulator.simulation import Settings, check_settings, engine
from simulator.statistics.estimates import Estimate, exactly
from simulator.statistics.lanes import difference, percentile
from simulator.watch import UNWATCHED, Watch

Array = np.ndarray[Any, np.dtype[np.float64]]

UNSOURCED, OLD, EITHER, FRESH, GUESSED = "unsourced", "old", "either", "fresh", "guessed"
PLAN = "plan"
SET = "set "  # before a set's name, which may be an input's too
FEWEST_POINTS = 16 * LANES
LEVELS = (50.0, 90.0)


@dataclass(frozen=True)
class Evidence:
    """What a prior rests on, and the share of the variance that rests on it."""

    prior: Prior
    age: int | None  # days; None where it is undated
    is_old: bool
    is_later: bool  # than the day of the audit
    share: Estimate | None  # its total index; None where it is fixed

    @property
    def is_unsourced(self) -> bool:
        """Whether nobody is named for it."""
        return not self.prior.source.strip()

    @property
    def is_guess(self) -> bool:
        """Whether its source calls it a guess, or its note does with a capital, as the books write.

        "The high end is a guess" in a note confesses one end and not the prior.
        """
        return bool(re.search(r"\bguess", self.prior.source, re.I) or re.search(r"\bGuess", self.prior.note))


@dataclass(frozen=True)
class Share:
    """The share of the variance of some priors together; Shapley effect only where inputs are correlated."""

    members: tuple[str, ...]
    indices: Indices | None  # None where nothing varies
    shapley: Estimate | None = None


@dataclass(frozen=True)
class Aged:
    """A percentile with and without ageing, and what ageing adds."""

    level: float
    unaged: Estimate
    aged: Estimate
    added: Estimate


@dataclass(frozen=True)
class Audit:
    """The evidence behind a quantity."""

    quantity: str
    unit: str
    as_of: date
    older_than: int
    settings: Settings
    evidence: tuple[Evidence, ...]
    shares: Mapping[str, Share]
    ageing: tuple[Aged, ...]
    priced_at: str


def audit(
    scenario: Scenario,
    settings: Settings,
    as_of: date,
    *,
    older_than: int = 180,
    quantity: str = "total_cost",
    watch: Watch = UNWATCHED,
) -> Audit:
    """Age and source of every prior, and Sobol' indices of sets: unsourced, old, either, neither, guessed.

    A prior is old if it is undated or older than so many days; a month stands for its last day. What the plan
    fixes is a decision, and not old.
    ``settings.draws`` is the number of base points. Where inputs are correlated, sets have Shapley effects
    as well. Raises :class:`InputError` for a quantity that is not the model's or not finite.
    """
    check_settings(settings)
    scenario.check_name(quantity)
    points = max(settings.draws, FEWEST_POINTS)
    points = whole_nets(points) if settings.sampler == "sobol" else -(-points // LANES) * LANES
    how = Settings(points, settings.seed, settings.sampler, settings.threads)
    found = [_evidence(prior, as_of, older_than) for prior in scenario.priors.values()]
    twins = Twins(engine(scenario, how))
    sets = _sets([each for each in found if each.prior.name in twins.names])
    alone, shares = _shares(scenario, twins, quantity, sets, how, watch)
    return Audit(
        quantity=quantity,
        unit=scenario.model.units[quantity].symbol,
        as_of=as_of,
        older_than=older_than,
        settings=how,
        evidence=tuple(_with_share(each, alone) for each in found),
        shares=shares,
        ageing=_ageing(scenario, quantity, how),
        priced_at=scenario.priced_at,
    )


def _evidence(prior: Prior, as_of: date, older_than: int) -> Evidence:
    days = days_between(prior.as_of, as_of)
    if days is None:
        return Evidence(prior, None, prior.origin != PLAN, False, None)
    return Evidence(prior, max(days, 0), prior.origin != PLAN and days > older_than, days < 0, None)


def _with_share(found: Evidence, alone: Mapping[str, Indices]) -> Evidence:
    index = alone.get(found.prior.name)
    return Evidence(found.prior, found.age, found.is_old, found.is_later, index.total if index else None)


def _sets(uncertain: Collection[Evidence]) -> dict[str, tuple[str, ...]]:
    """The uncertain inputs without a source, the old ones, either kind, the others; and the guesses."""
    unsourced = {each.prior.name for each in uncertain if each.is_unsourced}
    old = {each.prior.name for each in uncertain if each.is_old}
    everything = [each.prior.name for each in uncertain]
    members = {UNSOURCED: unsourced, OLD: old, EITHER: unsourced | old}
    members[FRESH] = set(everything) - members[EITHER]
    members[GUESSED] = {each.prior.name for each in uncertain if each.is_guess}
    return {name: tuple(n for n in everything if n in chosen) for name, chosen in members.items()}


def _shares(
    scenario: Scenario,
    twins: Twins,
    quantity: str,
    sets: Mapping[str, tuple[str, ...]],
    how: Settings,
    watch: Watch,
) -> tuple[dict[str, Indices], dict[str, Share]]:
    """The indices of every uncertain input, and those of the sets; a set of none or of all needs no draws."""
    partly = {name: m for name, m in sets.items() if 0 < len(m) < len(twins.names)}
    asked = {**{name: (name,) for name in twins.names}, **{SET + name: m for name, m in partly.items()}}
    if not asked:
        return {}, {name: Share(members, None) for name, members in sets.items()}
    found = sobol_indices(twins, quantity, asked, how.draws, threads=how.threads, watch=watch)
    if any(isnan(index.first.value) for index in found.values()):
        _check_finite(scenario, twins.engine, quantity)
        return {}, {name: Share(members, None) for name, members in sets.items()}
    effects: Mapping[str, Estimate] = {}
    if scenario.copula.names:
        made = shapley_effects(twins, quantity, partly, how.draws, threads=how.threads, watch=watch)
        effects = {name: made.get(name) or exactly(bool(members)) for name, members in sets.items()}
    shares = {
        name: Share(members, found.get(SET + name) or _certain(bool(members)), effects.get(name))
        for name, members in sets.items()
    }
    return {name: found[name] for name in twins.names}, shares


def _certain(everything: bool) -> Indices:
    """The indices of all inputs together, or of none."""
    return Indices(exactly(everything), exactly(everything))


def _check_finite(scenario: Scenario, machine: Engine, quantity: str) -> None:
    if not np.isfinite(machine.columns([quantity], FEWEST_POINTS)[quantity]).all():
        what = f"{quantity} is not a finite number in some draws"
        raise InputError([Complaint(scenario.name, what, "traincost run says which")])


def _ageing(scenario: Scenario, quantity: str, how: Settings) -> tuple[Aged, ...]:
    """Percentiles with and without ageing, on the same draws; none where nothing was aged."""
    unaged = {name: prior.unaged for name, prior in scenario.priors.items() if prior.unaged}
    if not unaged:
        return ()
    now, then = _drawn(scenario, {}, quantity, how), _drawn(scenario, unaged, quantity, how)
    return tuple(
        Aged(level, percentile(then, level), percentile(now, level), difference(now, then, level))
        for level in LEVELS
    )


def _drawn(scenario: Scenario, others: Mapping[str, Distribution], quantity: str, how: Settings) -> Array:
    """Draws of a quantity with some priors in the place of the scenario's."""
    priors = {**scenario.distributions, **others}
    machine = Engine(scenario.model, priors, how.seed, how.sampler, scenario.copula)
    return machine.columns([quantity], how.draws, threads=how.threads)[quantity]
