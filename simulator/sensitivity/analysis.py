"""Whose uncertainty is in a quantity: indices of every input and of every room of formulas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

from simulator.errors import Complaint, InputError
from simulator.kernel.options import LANES
from simulator.kernel.sobol import whole_nets
from simulator.kernel.twins import Twins
from simulator.model import Model
from simulator.scenario.scenario import Scenario
from simulator.sensitivity.indices import Indices, sobol_indices
from simulator.sensitivity.shapley import shapley_effects
from simulator.sensitivity.tails import tail_notes
from simulator.simulation import Settings, check_settings, engine
from simulator.statistics.estimates import Estimate
from simulator.watch import UNWATCHED, Watch

GIVEN = "given"
GROUP = "group "  # before a group's name, which may be an input's too
LOOKED_AT = 1 << 20  # draws that tell whether the tail is heavy
FEWEST_POINTS = 16 * LANES


@dataclass(frozen=True)
class Sensitivity:
    """The indices of a quantity; Shapley effects only where inputs are correlated."""

    quantity: str
    unit: str
    settings: Settings
    inputs: Mapping[str, Indices]
    groups: Mapping[str, Indices]
    members: Mapping[str, tuple[str, ...]]
    shapley: Mapping[str, Estimate]
    group_shapley: Mapping[str, Estimate]
    notes: tuple[str, ...] = ()


def groups(model: Model, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Inputs by the file of the first formula that uses them: hardware, energy, data, people ...

    Components that the scenario gives are only added up; their group is ``given``.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        user = model.formulas[model.consumers[name][0]]
        group = GIVEN if name in model.components else user.where.partition(".")[0]
        found[group] = (*found.get(group, ()), name)
    return found


def sensitivity(
    scenario: Scenario, settings: Settings, quantity: str = "total_cost", watch: Watch = UNWATCHED
) -> Sensitivity:
    """Sobol' indices of every uncertain input and of groups; Shapley effects if inputs are correlated.

    ``settings.draws`` is the number of base points; the model is evaluated some hundred times at each.
    Raises :class:`InputError` for a quantity that is not the model's, does not vary or is not finite.
    """
    check_settings(settings)
    scenario.check_name(quantity)
    twins = Twins(engine(scenario, settings))
    if not twins.names:
        what = "no input of it is uncertain, so that there is nothing to tell apart"
        raise InputError([Complaint(scenario.name, what, "give a prior to what is not known")])
    points = _points(settings)
    members = groups(scenario.model, twins.names)
    asked = {**{name: (name,) for name in twins.names}, **{GROUP + name: m for name, m in members.items()}}
    found = sobol_indices(twins, quantity, asked, points, threads=settings.threads, watch=watch)
    effects: dict[str, Estimate] = {}
    if not found or any(isnan(index.first.value) for index in found.values()):
        what = f"{quantity} does not vary, or is not a finite number in some draws"
        raise InputError([Complaint(scenario.name, what, "traincost run says which")])
    if scenario.copula.names:
        effects = shapley_effects(twins, quantity, asked, points, threads=settings.threads, watch=watch)
    return Sensitivity(
        quantity=quantity,
        unit=scenario.model.units[quantity].symbol,
        settings=Settings(points, settings.seed, settings.sampler, settings.threads),
        inputs={name: found[name] for name in twins.names},
        groups={name: found[GROUP + name] for name in members},
        members=members,
        shapley={name: effects[name] for name in twins.names if effects},
        group_shapley={name: effects[GROUP + name] for name in members if effects},
        notes=tail_notes(quantity, twins.draws(twins.mixture(()), quantity, 0, min(points, LOOKED_AT))),
    )


def _points(settings: Settings) -> int:
    """Base points: whole nets, or as many in each of 16 parts."""
    points = max(settings.draws, FEWEST_POINTS)
    return whole_nets(points) if settings.sampler == "sobol" else -(-points // LANES) * LANES
