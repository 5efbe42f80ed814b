"""Levers in play: laid over the formulas under switches, inputs of the model that are on (1) or off (0).

One compiled loop, whose arguments the switches are, so evaluates all levers and every portfolio of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from simulator.model import Formula
from simulator.units import Unit

SWITCH = Unit("off|on", high=1)


def label_of(origin: str) -> str:
    """What stands for a lever or a file in the names of what it wraps, and of its switch.

    >>> label_of("moe"), label_of("ours/half price.py")
    ('moe', 'half_price')
    """
    return re.sub(r"\W", "_", Path(origin).stem)


def switch_of(lever: str) -> str:
    """The input that switches a lever.

    >>> switch_of("moe")
    'use_moe'
    """
    return f"use_{label_of(lever)}"


def either(on: float, with_lever: float, without: float) -> float:
    """One of two values.

    >>> either(1.0, 2.0, 3.0), either(0.0, 2.0, 3.0)
    (2.0, 3.0)
    """
    return with_lever if on != 0.0 else without


def only_if(on: float, with_lever: float) -> float:
    """A value, or nothing.

    >>> only_if(0.0, 2.0)
    0.0
    """
    return with_lever if on != 0.0 else 0.0


def switched(base: list[Formula], new: Formula, lever: str) -> list[Formula]:
    """The formulas with one of a lever's under its switch: off, every quantity is as it was."""
    known = {formula.name: place for place, formula in enumerate(base)}
    if new.name in known:
        return _over_quantity(base, known[new.name], new, lever)
    if new.name in new.arguments:
        return _over_input(base, new, lever)
    return _added(base, new, lever) if new.unit.component else [*base, new]


def _over_quantity(base: list[Formula], place: int, new: Formula, lever: str) -> list[Formula]:
    """A quantity replaced or wrapped, and the choice between it and the old one."""
    old = replace(uncounted(base[place]), name=f"{new.name}__without_{lever}")
    made = replace(reading(uncounted(new), {new.name: old.name}), name=f"{new.name}__with_{lever}")
    choice = _choice(new, lever, made.name, old.name)
    return [*base[:place], old, made, choice, *base[place + 1 :]]


def _over_input(base: list[Formula], new: Formula, lever: str) -> list[Formula]:
    """An input wrapped: those who used it now use the choice between it and the wrapped value."""
    name = f"{new.name}__after_{lever}"
    made = replace(new, name=f"{new.name}__with_{lever}")
    choice = replace(_choice(new, lever, made.name, new.name), name=name)
    return [*(reading(formula, {new.name: name}) for formula in base), made, choice]


def _added(base: list[Formula], new: Formula, lever: str) -> list[Formula]:
    """A component that is there only with the lever."""
    made = replace(uncounted(new), name=f"{new.name}__with_{lever}")
    arguments = (switch_of(lever), made.name)
    choice = replace(new, function=only_if, arguments=arguments, units=(SWITCH, made.unit))
    return [*base, made, choice]


def _choice(new: Formula, lever: str, with_lever: str, without: str) -> Formula:
    unit, arguments = uncounted(new).unit, (switch_of(lever), with_lever, without)
    return replace(new, function=either, arguments=arguments, units=(SWITCH, unit, unit))


def uncounted(formula: Formula) -> Formula:
    """A formula that is no component of the total."""
    return replace(formula, unit=replace(formula.unit, component=False))


def reading(formula: Formula, renamed: Mapping[str, str]) -> Formula:
    """A formula that reads some of its arguments under other names."""
    return replace(formula, arguments=tuple(renamed.get(name, name) for name in formula.arguments))
