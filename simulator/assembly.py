"""A model from layers: the shipped formulas, a user's files of formulas, levers.

A layer's functions join the model: a new name is added, a known name is replaced, and a function with
its own name among its arguments wraps the value it replaces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from simulator.cards import card, excluded, lever_formulas
from simulator.errors import ModelError
from simulator.extensions import user_module
from simulator.model import COMPLIANCE, GENERATED, Formula, Model, build, formulas_of, shipped_formulas
from simulator.switches import label_of, reading, switched, uncounted

Join = Callable[[list[Formula], Formula, str], list[Formula]]


def joined(base: list[Formula], new: Formula, label: str) -> list[Formula]:
    """The formulas with another added, replaced or wrapped."""
    known = {formula.name: place for place, formula in enumerate(base)}
    if new.name not in known:
        return wrapped_input(base, new, label) if new.name in new.arguments else [*base, new]
    place = known[new.name]
    if new.name not in new.arguments:
        return [*base[:place], new, *base[place + 1 :]]
    old = replace(uncounted(base[place]), name=f"{new.name}__without_{label}")
    return [*base[:place], old, reading(new, {new.name: old.name}), *base[place + 1 :]]


def wrapped_input(base: list[Formula], new: Formula, label: str) -> list[Formula]:
    """An input keeps its name and its prior; those who used it now use the wrapped value."""
    wrapped = replace(new, name=f"{new.name}__with_{label}")
    return [*(reading(formula, {new.name: wrapped.name}) for formula in base), wrapped]


@dataclass(frozen=True)
class Layer:
    """Formulas of one origin, which goes into the names of what they wrap, and how they join others."""

    formulas: Sequence[Formula]
    origin: str  # a lever's name, or a file's path
    join: Join = joined

    def joined_to(self, base: list[Formula], new: Formula) -> list[Formula]:
        """The formulas with one of this layer's."""
        return self.join(base, new, label_of(self.origin))


def assembled(files: Iterable[Path], applied: Iterable[str], in_play: Iterable[str] = ()) -> Model:
    """The shipped model with a user's files of formulas, then levers, laid over it in their order.

    Levers that are in play come last, each under a switch of its own.
    Raises :class:`ModelError` for levers that exclude each other, and for two of one name.
    """
    files, applied = tuple(files), tuple(applied)
    _check_compatible([*map(str, files), *applied])
    layers = [
        *(Layer(formulas_of(user_module(file)), str(file)) for file in files),
        *(Layer(lever_formulas(name), name) for name in applied),
        *(Layer(lever_formulas(name), name, switched) for name in in_play),
    ]
    return build(laid_over(shipped_formulas(), layers))


def laid_over(base: Iterable[Formula], layers: Iterable[Layer]) -> list[Formula]:
    """The formulas with those of layers added, replaced or wrapped.

    Inputs are wrapped last, so that whoever reads one reads it wrapped, whatever the order.
    """
    merged, wraps = list(base), []
    for layer in layers:
        if refused := [sentence for formula in layer.formulas if (sentence := _refusal(formula, merged))]:
            raise ModelError("\n  ".join(refused))
        for formula in layer.formulas:
            if _wraps_input(formula, merged):
                wraps.append((formula, layer))
            else:
                merged = layer.joined_to(merged, formula)
    for formula, layer in wraps:
        merged = layer.joined_to(merged, formula)
    return _compliance_last(merged)


def _wraps_input(new: Formula, base: Iterable[Formula]) -> bool:
    return new.name in new.arguments and all(formula.name != new.name for formula in base)


def _check_compatible(origins: Sequence[str]) -> None:
    """Raise :class:`ModelError` with the reason of each pair of levers or files that cannot be combined."""
    if found := dict.fromkeys(filter(None, (_clash(*pair) for pair in combinations(origins, 2)))):
        raise ModelError("\n  ".join(found))


def _clash(one: str, other: str) -> str:
    """Why two levers, or files, cannot be combined; empty if they can. One would hide another of its name."""
    if one == other:
        return f"lever {one} is named twice"
    if label_of(one) == label_of(other):
        return f"{one} and {other} would have one name, {label_of(one)}: rename a file"
    if one.endswith(".py") or other.endswith(".py"):
        return ""
    return excluded(card(one), card(other))


def _refusal(new: Formula, base: list[Formula]) -> str:
    """Why a formula cannot join the others, or nothing; what is in the total stays, what is not stays out."""
    units = {formula.name: formula.unit for formula in base}
    if new.name in GENERATED:
        return f"{new.where}: {new.name} is the sum of the components; write a component instead"
    if new.name in units and units[new.name].component and not new.unit.component:
        return f"{new.where}: {new.name} is a component; annotate it -> Component"
    shipped = {argument for formula in shipped_formulas() for argument in formula.arguments}
    is_counted = new.name in units and units[new.name].component
    if new.unit.component and not is_counted and new.name in (*units, *shipped, *new.arguments):
        remedy = "annotate it with its own unit, or give the component another name"
        return f"{new.where}: {new.name} is no component; {remedy}"
    return ""


def _compliance_last(merged: list[Formula]) -> list[Formula]:
    """The order of components: compliance is charged on all others."""
    return sorted(merged, key=lambda formula: formula.name == COMPLIANCE)
