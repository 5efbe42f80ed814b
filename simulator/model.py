"""A model is a set of formulas; their signatures are the graph.

Whatever no formula computes is an input. From names and annotations alone follow the inputs, the
order of evaluation, the unit check, the components of the total, and the plain-Python reference.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

from simulator import formulas
from simulator.errors import ModelError
from simulator.glossary import MEANINGS
from simulator.units import Unit

COMPLIANCE, DIRECT, TOTAL = "compliance_cost", "direct_cost", "total_cost"
GENERATED = (DIRECT, TOTAL)
INNER = "__"  # in the names of what is there before or after a lever


@dataclass(frozen=True)
class Formula:
    """A quantity and how it is computed from others."""

    name: str
    function: Callable[..., float]
    arguments: tuple[str, ...]
    units: tuple[Unit, ...]
    unit: Unit
    meaning: str
    where: str

    @property
    def is_sum(self) -> bool:
        """Whether the model made this formula itself, as a sum of components."""
        return self.function is add

    def value(self, known: Mapping[str, float]) -> float:
        """The quantity from others; an ArithmeticError that names them where it has no real value."""
        given = {argument: known[argument] for argument in self.arguments}
        try:
            value = self.function(*given.values())
            reason = "its value is not a real number" if isinstance(value, complex) else ""
        except TypeError:  # Python compares no complex numbers
            reason = "a root of a negative number is not a real number"
        except (ArithmeticError, ValueError) as error:
            reason = str(error)
        if reason:
            values = " and ".join(f"{name} {value:.4g}" for name, value in given.items()) or "nothing"
            raise ArithmeticError(f"{self.name} ({self.where}) cannot be computed from {values}: {reason}")
        return value


def add(*terms: float) -> float:
    """The sum from left to right.

    >>> add(1.0, 2.0, 3.0)
    6.0
    """
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def read_formula(function: Callable[..., float]) -> Formula:
    """A formula from a function's signature; every argument and the result need a unit."""
    where = f"{Path(inspect.getfile(function)).name}:{function.__code__.co_firstlineno}"
    hints = get_type_hints(function, include_extras=True)
    parameters = inspect.signature(function).parameters
    if any(p.kind is not p.POSITIONAL_OR_KEYWORD or p.default is not p.empty for p in parameters.values()):
        raise ModelError(
            f"{where}: {function.__name__}: arguments are plain names, without defaults or stars"
        )
    arguments = tuple(parameters)
    units = [
        _unit(hints.get(name), f"{where}: {function.__name__}: {name}") for name in (*arguments, "return")
    ]
    meaning = (inspect.getdoc(function) or "").split("\n")[0].rstrip(".")
    return Formula(function.__name__, function, arguments, tuple(units[:-1]), units[-1], meaning, where)


def _unit(hint: object, where: str) -> Unit:
    units = [mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Unit)]
    if not units:
        raise ModelError(f"{where} has no unit; annotate it with a name from simulator.units")
    return units[0]


def formulas_of(module: ModuleType) -> list[Formula]:
    """The formulas a module defines, in the order of its text; imported and underscored names are not."""
    own = [
        f
        for name, f in vars(module).items()
        if inspect.isfunction(f) and f.__module__ == module.__name__ and not name.startswith("_")
    ]
    return [read_formula(function) for function in own]


# The order in which files are read is the order of components in the total.
FILES = (
    "workload",
    "reliability",
    "throughput",
    "hardware",
    "energy",
    "programme",
    "data",
    "people",
    "governance",
)


@cache
def shipped_formulas() -> tuple[Formula, ...]:
    """Every formula of the package."""
    found = {module.name for module in pkgutil.iter_modules(formulas.__path__)}
    names = [*FILES, *sorted(found - set(FILES))]
    return tuple(
        f for name in names for f in formulas_of(importlib.import_module(f"{formulas.__name__}.{name}"))
    )


@dataclass(frozen=True)
class Model:
    """Formulas by name, in an order in which each can be computed from those before it.

    >>> model = build(shipped_formulas())
    >>> model.components[0], "mfu" in model.inputs, "total_cost" in model.formulas
    ('hardware_cost', True, True)
    """

    formulas: Mapping[str, Formula]
    components: tuple[str, ...]
    pinned: tuple[str, ...] = ()
    pruned: tuple[str, ...] = ()

    @cached_property
    def inputs(self) -> dict[str, Unit]:
        """What no formula computes, each with its unit and the values all its users allow."""
        return {name: unit for name, unit in self.units.items() if name not in self.formulas}

    @cached_property
    def units(self) -> dict[str, Unit]:
        """The unit of every name; of an input, on the domain that all its users share."""
        return _units(self.formulas.values(), self.pinned_units)

    @cached_property
    def pinned_units(self) -> dict[str, Unit]:
        """The unit of each pinned quantity, as its formula declared it."""
        return {name: unit for name, unit in self._declared if name in self.pinned}

    _declared: tuple[tuple[str, Unit], ...] = ()

    @cached_property
    def consumers(self) -> dict[str, list[str]]:
        """For every name, the formulas that use it."""
        users: dict[str, list[str]] = {name: [] for name in self.units}
        for formula in self.formulas.values():
            for argument in formula.arguments:
                users[argument].append(formula.name)
        return users

    def meaning(self, name: str) -> str:
        """One sentence on a name; of an input that nobody described, what it is used for."""
        if name in self.formulas:
            return self.formulas[name].meaning
        return MEANINGS.get(name, "Input of " + ", ".join(self.consumers.get(name, [])))

    def evaluate(self, values: Mapping[str, float]) -> dict[str, float]:
        """Every quantity from the inputs, in plain Python: the reference the kernel is tested against."""
        known = dict(values)
        for formula in self.formulas.values():
            known[formula.name] = formula.value(known)
        return known

    def pin(self, names: Iterable[str]) -> Model:
        """The model in which these quantities are inputs; what only they needed is pruned."""
        given = set(names)
        names = tuple(name for name in self.formulas if name in given)
        if refused := [name for name in names if name in GENERATED]:
            raise ModelError(
                f"{refused[0]} is the sum of its components and cannot be given; give a component instead"
            )
        components = _standing_for_their_parts(self.components, [self.formulas[name] for name in names])
        kept = {name: formula for name, formula in self.formulas.items() if name not in names}
        kept |= {name: total for name, total in _totals(components).items() if name in kept}
        kept = _without_unused(kept, {name for name, users in self.consumers.items() if users})
        declared = tuple((name, self.formulas[name].unit) for name in names)
        pinned = self.pinned + names
        model = replace(
            self, formulas=kept, components=components, pinned=pinned, _declared=self._declared + declared
        )
        gone = tuple(name for name in self.units if name not in model.units and INNER not in name)
        return replace(model, pruned=self.pruned + gone)

    def ancestors(self, name: str) -> Iterator[str]:
        """Everything that ``name`` is computed from, itself included, each once."""
        seen, todo = set(), [name]
        while todo:
            current = todo.pop()
            if current not in seen:
                seen.add(current)
                yield current
                todo += self.formulas[current].arguments if current in self.formulas else ()

    def only(self, names: Iterable[str]) -> Model:
        """The model without what these names are not computed from; an input keeps one formula that uses it.

        >>> list(build(shipped_formulas()).only(["training_flop"]).formulas)
        ['training_flop']
        """
        names = tuple(names)
        users = [user for name in names if name not in self.formulas for user in self.consumers[name][:1]]
        needed = {found for name in (*names, *users) for found in self.ancestors(name)}
        kept = {name: formula for name, formula in self.formulas.items() if name in needed}
        components, pinned = (
            tuple(name for name in some if name in needed) for some in (self.components, self.pinned)
        )
        return replace(self, formulas=kept, components=components, pinned=pinned)

    def roots(self, name: str) -> set[str]:
        """The inputs that ``name`` is computed from."""
        return {found for found in self.ancestors(name) if found not in self.formulas}


def _without_unused(formulas: dict[str, Formula], once_used: set[str]) -> dict[str, Formula]:
    """The formulas without those that were used before and no longer are."""
    while True:
        used = {argument for formula in formulas.values() for argument in formula.arguments}
        kept = {name: f for name, f in formulas.items() if name in used or name not in once_used}
        if len(kept) == len(formulas):
            return kept
        formulas = kept


def build(given: Iterable[Formula]) -> Model:
    """A model from formulas: sums added, units checked, ordered.

    Raises :class:`ModelError` with every complaint about units, or with the cycle.
    """
    named = {formula.name: formula for formula in given}
    direct = [name for name, formula in named.items() if formula.unit.component and name != COMPLIANCE]
    components = (*direct, COMPLIANCE) if COMPLIANCE in named else tuple(direct)
    named |= _totals(components)
    _units(named.values(), {})
    return Model({name: named[name] for name in _order(named)}, components)


def _totals(components: tuple[str, ...]) -> dict[str, Formula]:
    """The two sums that the model makes itself."""
    direct = tuple(name for name in components if name != COMPLIANCE)
    return {
        DIRECT: _sum(DIRECT, direct, "All components but compliance"),
        TOTAL: _sum(TOTAL, components, "The programme: all components, from left to right"),
    }


def _sum(name: str, terms: tuple[str, ...], meaning: str) -> Formula:
    dollars = Unit("USD", low=float("-inf"))
    return Formula(name, add, terms, (dollars,) * len(terms), dollars, meaning, "generated")


def _standing_for_their_parts(components: tuple[str, ...], given: Iterable[Formula]) -> tuple[str, ...]:
    """The components once sums of some of them are given: such a sum takes the place of its parts."""
    found = list(components)
    for formula in given:
        parts = set(formula.arguments)
        if formula.unit.symbol == "USD" and formula.name not in found and parts and parts <= set(found):
            place = min(found.index(part) for part in parts)
            found = [name for name in found if name not in parts]
            found.insert(place, formula.name)
    return tuple(found)


def _units(given: Iterable[Formula], known: Mapping[str, Unit]) -> dict[str, Unit]:
    """The unit of every name, or a ModelError that lists each disagreement."""
    given = list(given)
    units, makers = dict(known), {formula.name: formula for formula in given}
    units.update({name: formula.unit for name, formula in makers.items()})
    complaints = []
    for formula in given:
        for argument, wanted in zip(formula.arguments, formula.units, strict=True):
            unit = units.setdefault(argument, wanted)
            if unit.symbol != wanted.symbol:
                use = f"{formula.where}: {formula.name} wants {argument} in {wanted.symbol}"
                complaints.append(f"{use}, it is in {unit.symbol}")
            elif argument not in makers and argument not in known:
                units[argument] = unit.narrowed(wanted)
    if complaints:
        raise ModelError("units disagree:\n  " + "\n  ".join(complaints))
    return units


def _order(named: Mapping[str, Formula]) -> list[str]:
    """Names in an order of evaluation that keeps the order of the files where it can."""
    graph = {name: [a for a in formula.arguments if a in named] for name, formula in named.items()}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise ModelError(
            "quantities depend on each other in a circle: " + " <- ".join(error.args[1])
        ) from None
