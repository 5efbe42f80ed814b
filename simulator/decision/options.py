"""The options of a scenario: own the machines, or rent them at each commitment that has a price."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from simulator.distributions import Distribution, Point
from simulator.errors import Complaint, InputError, did_you_mean
from simulator.kernel import Engine
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, engine

Array = np.ndarray[Any, np.dtype[np.float64]]
Load = Callable[[tuple[str, ...]], Scenario]  # a scenario with more settings laid over it

OWN, RENT = "own", "rent"
PRICE = "gpu_hour_price"
NO_PRICE = (f"{PRICE} has no entry for", f"{PRICE} has no prior or value")
COMMITMENTS = ("on-demand", "1y", "3y")
DECIDED = "hardware_cost"  # which, given, leaves nothing to decide
INCLUDED = ("energy_cost", "operations_cost")  # in a rent, and nothing beside it
COMPARED = 4096  # first draws, in which inputs of the same prior must be the same in all options


@dataclass(frozen=True)
class Option:
    """A way to procure the machines: the scenario with that procurement, and how it is run."""

    name: str
    commitment: str  # of rent; empty where there is none
    scenario: Scenario
    settings: Settings

    @cached_property
    def engine(self) -> Engine:
        """The engine, whose streams are those of every other option."""
        return engine(self.scenario, self.settings)

    def columns(self, names: Sequence[str], draws: int | None = None) -> dict[str, Array]:
        """Draws of some names, all of them unless a number is given."""
        return self.engine.columns(names, draws or self.settings.draws, threads=self.settings.threads)

    def scaled(self, name: str, factor: float, wanted: Sequence[str]) -> dict[str, Array]:
        """Draws with one input a multiple of what it is in each: its stream and its company stay."""
        machine = self.engine
        priors = {**machine.priors, name: machine.priors[name].scaled(factor)}
        moved = Engine(machine.model, priors, machine.seed, machine.sampler, machine.copula)
        return moved.columns(wanted, self.settings.draws, threads=self.settings.threads)


def options(
    load: Load, settings: Settings, without: Sequence[str] = ()
) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    """The options of a scenario, own first, but for those left out, and a note on each that has no price.

    Raises :class:`InputError` where fewer than two are left, where a given quantity leaves nothing to decide,
    or where the draws would not be paired.
    """
    base = load(())
    _check_open(base)
    own = Option(OWN, "", load((f"plan.procurement={OWN}",)), settings)
    rented, notes = _rented(load, base, settings)
    names = [option.name for option in rented]
    if wrong := [name for name in without if name not in names]:
        remedy = did_you_mean(wrong[0], names) or f"there are {', '.join(names) or 'none'}"
        raise InputError([Complaint("--without", f"there is no option {wrong[0]} to leave out", remedy)])
    found = (own, *(option for option in rented if option.name not in without))
    if len(found) < 2:
        what = "no rent has a price and is not left out, so that there is nothing to compare owning with"
        remedy = f"give {PRICE} under priors:, or --set '{PRICE}={{lognormal: {{p5: …, p95: …}}}}'"
        raise InputError([Complaint(base.name, what, remedy), *(Complaint(base.name, n) for n in notes)])
    _check_paired(found)
    return found, notes


def _check_open(base: Scenario) -> None:
    """Raise :class:`InputError` for given costs that would be the same whether owned or rented."""
    complaints = []
    if DECIDED in base.model.pinned:
        what = f"{DECIDED} is given, so that own and rent do not differ"
        remedy = f"take {DECIDED} out; accelerator_hours or {PRICE} may be given"
        complaints.append(Complaint(base.name, what, remedy))
    for name in INCLUDED:
        if name in base.model.pinned and base.distributions[name] != Point(0.0):
            what = f"{name} is given, and would be charged beside a rent that contains it"
            remedy = f"take {name} out; what it is made of may be given"
            complaints.append(Complaint(base.priors[name].where, what, remedy))
    if complaints:
        raise InputError(complaints)


def _rented(load: Load, base: Scenario, settings: Settings) -> tuple[list[Option], tuple[str, ...]]:
    """Rent at each commitment that has a price; one option where none depends on the commitment."""
    found: list[Option] = []
    notes: list[str] = []
    words = dict.fromkeys(filter(None, (*COMMITMENTS, base.words.get("commitment", ""))))
    for word in words:
        try:
            scenario = load((f"plan.procurement={RENT}", f"plan.commitment={word}"))
        except InputError as error:
            if not all(complaint.what.startswith(NO_PRICE) for complaint in error.complaints):
                raise
            notes.append(f"{RENT} {word} is left out: {error.complaints[0].what}")
            continue
        found.append(Option(f"{RENT} {word}", word, scenario, settings))
    if len(found) > 1 and all(option.scenario.priors == found[0].scenario.priors for option in found):
        about = f"one option of {RENT}: its price does not depend on the commitment here"
        return [Option(RENT, "", found[0].scenario, settings)], (about,)
    return found, tuple(notes)


def _check_paired(found: Sequence[Option]) -> None:
    """Raise :class:`InputError` where an input of the same prior is drawn differently in two options."""
    names = shared(option.scenario.distributions for option in found)
    first, *others = (option.columns(names, COMPARED) for option in found)
    for name in names:
        if any(not np.array_equal(first[name], other[name]) for other in others):
            what = f"{name} is not drawn alike in all options: what it is correlated with is fixed in some"
            raise InputError([Complaint(found[0].scenario.name, what, "take those correlations out")])


def shared(priors: Iterable[Mapping[str, Distribution]]) -> list[str]:
    """The names that have the same prior everywhere.

    >>> shared([{"a": 1, "b": 2}, {"a": 1, "b": 3}])
    ['a']
    """
    first, *others = priors
    return [name for name, prior in first.items() if all(other.get(name) == prior for other in others)]
