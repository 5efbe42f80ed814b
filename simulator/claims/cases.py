"""The cases of claims with their disclosed facts, and draws of what is asked of them.

Scenarios in which the same quantities are given, under the same levers, have the same formulas. They share
one compiled loop: of what the claims ask of any of them, and no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from simulator.claims.reading import Claims
from simulator.scenario.loader import load_scenario
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, engine

Array = np.ndarray[Any, np.dtype[np.float64]]
Words = tuple[str, ...]
Kind = tuple[frozenset[str], frozenset[str]]

PLAN = "plan."  # what is laid over the plan changes no formula


@dataclass(frozen=True, eq=False)
class Cases:
    """Scenarios that claims speak of, each loaded once; settings and levers are laid over all of them."""

    source: Claims
    settings: Settings
    book: str | Path | None = None
    laid_over: Sequence[str] = ()
    levers: Sequence[str] = ()

    @cached_property
    def _loaded(self) -> Callable[[Path, Words, Words], Scenario]:
        """The loader, which remembers what it has loaded."""
        own = () if self.source.formulas is None else (str(self.source.formulas),)

        @cache
        def load(case: Path, given: Words, applied: Words) -> Scenario:
            return load_scenario(
                case,
                book=self.book or self.source.book,
                settings=(*given, *self.laid_over),
                levers=(*applied, *self.levers, *own),
            )

        return load

    @cached_property
    def _asked(self) -> Mapping[Kind, set[str]]:
        return asked(self.source)

    def scenario(self, case: Path, given: Words = (), levers: Words = ()) -> Scenario:
        """A case with disclosed facts and levers."""
        return self._loaded(case, given, levers)

    def draws(self, case: Path, quantity: str, given: Words = (), levers: Words = ()) -> Array:
        """Draws of a quantity of such a scenario. Raises :class:`InputError` for one that it lacks."""
        scenario, how = self.scenario(case, given, levers), self.settings
        scenario.check_name(quantity)
        names = {quantity, *self._asked[kind(given, levers)]} & scenario.model.units.keys()
        machine = engine(scenario, how, names)
        return machine.columns([quantity], how.first_draws, threads=how.threads)[quantity]


def kind(given: Words, levers: Words) -> Kind:
    """What decides which formulas a scenario has: the quantities that are given, and the levers.

    >>> kind(("plan.year=2024", "energy=1287"), ())
    (frozenset({'energy'}), frozenset())
    """
    return frozenset(fact.split("=")[0] for fact in given if not fact.startswith(PLAN)), frozenset(levers)


def asked(source: Claims) -> Mapping[Kind, set[str]]:
    """The quantities that a file's claims ask of scenarios of each kind."""
    names: dict[Kind, set[str]] = defaultdict(set)
    for claim in source.claims:
        if claim.quantity:
            names[kind(claim.given, claim.levers)].add(claim.quantity)
            changed = ((*claim.given, *claim.against), (*claim.levers, *claim.against_levers))
            names[kind(*changed)].add(claim.quantity)
    if source.power_law:
        names[kind((), ())].add(source.power_law.quantity)
    return names
