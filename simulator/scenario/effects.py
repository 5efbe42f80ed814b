"""Whether levers have an effect in a scenario, and what keeps them from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from simulator.assembly import assembled
from simulator.cards import card, lever_formulas
from simulator.distributions import Point
from simulator.extensions import lever_inputs, lever_names
from simulator.model import INNER, Model
from simulator.scenario.entries import Prior
from simulator.switches import switch_of
from simulator.units import PROCUREMENT

LEVELS, DRAWS = (0.1, 0.5, 0.9), 13  # of all inputs alike, and at random: where levers are tried


def idle_levers(
    files: Iterable[Path], levers: Sequence[str], model: Model, priors: Mapping[str, Prior]
) -> Iterator[str]:
    """A sentence on each lever that leaves what is given as it is, or changes nothing at all."""
    for lever in levers:
        if not lever.endswith(".py") and card(lever).kind == "trend":
            continue  # its years are given where it is evaluated
        free = assembled(files, [other for other in levers if other != lever], [lever])
        if given := given_of(free, model.pinned, lever):
            yield f"lever {lever} changes nothing of {' and '.join(given)}, which the scenario gives"
        if not _moves(free.pin(model.pinned), switch_of(lever), priors):
            reason = fixed_inputs(lever, priors)
            yield f"lever {lever} changes nothing" + (f", as {reason}" if reason else "")


def unused(names: Iterable[str], model: Model) -> Iterator[str]:
    """A sentence on each name that is given for levers of which none is applied."""
    known = {*model.units, *model.pruned}
    for name in names:
        if name in lever_inputs() and name not in known:
            users = ", ".join(lever for lever in lever_names() if name in names_of_lever(lever))
            yield f"{name} is given in vain, as no lever is applied that uses it ({users})"


def given_of(free: Model, given: Iterable[str], lever: str) -> list[str]:
    """What is given of what a lever would change; in the free model it is in play and nothing is given."""
    switch = switch_of(lever)
    return [name for name in given if name in free.units and switch in free.roots(name)]


def names_of_lever(lever: str) -> set[str]:
    """What a lever reads or makes."""
    return {name for formula in lever_formulas(lever) for name in (formula.name, *formula.arguments)}


def fixed_inputs(lever: str, priors: Mapping[str, Prior]) -> str:
    """The constants among what a lever reads beside what it changes: ``procurement is own``."""
    formulas = lever_formulas(lever)
    changed = {formula.name for formula in formulas}
    read = dict.fromkeys(name for formula in formulas for name in formula.arguments if name not in changed)
    found = {name: priors[name].distribution for name in read if name in priors}
    return " and ".join(
        f"{name} is {_word(name, value.value)}" for name, value in found.items() if isinstance(value, Point)
    )


def _word(name: str, value: float) -> str:
    words = {number: word for word, number in PROCUREMENT.items()}
    return words[value] if name == "procurement" else f"{value:g}"


def _moves(model: Model, switch: str, priors: Mapping[str, Prior]) -> bool:
    """Whether a lever in play changes any quantity at any of some points."""
    inputs = [name for name in model.inputs if name != switch]
    if any(name not in priors for name in inputs):
        return True  # an input that the lever makes needless
    shown = [name for name in model.formulas if INNER not in name]
    for values in _points(inputs, priors):
        try:
            on, off = (model.evaluate({**values, switch: flag}) for flag in (1.0, 0.0))
        except (ArithmeticError, ValueError):
            return True
        if any(on[name] != off[name] for name in shown):
            return True
    return False


def _points(inputs: Sequence[str], priors: Mapping[str, Prior]) -> Iterator[dict[str, float]]:
    """Values of all inputs: all low, in the middle, high, and at random, the same each time."""
    random = Random(1)
    shares = [[level] * len(inputs) for level in LEVELS]
    shares += [[random.random() for _ in inputs] for _ in range(DRAWS)]
    for share in shares:
        yield {name: float(priors[name].distribution.ppf(u)) for name, u in zip(inputs, share, strict=True)}
