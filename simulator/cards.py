"""What a lever says of itself in the docstring of its module.

The first line is its title. Lines that begin with a key say more: ``Kind: engineering`` or ``policy``;
``Excludes: NAME (reason)``, a line for each lever that it cannot be combined with; ``Extends: NAME
(reason)``, a lever whose formulas and exclusions it has, too, but for its own of the same name;
``Quality: WORD (more)``, what becomes of the model, ``same`` if not said; ``Assumes:`` what must be so for
the saving to be had.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from simulator.errors import ModelError
from simulator.extensions import lever
from simulator.model import Formula, formulas_of

KINDS = ("engineering", "policy", "accounting", "trend")
KEYED = re.compile(r"^(Kind|Excludes|Extends|Quality|Assumes): (.+(?:\n    .+)*)$", re.MULTILINE)
EXPLAINED = re.compile(r"([^(]+?) \((.+)\)")
SAME, SHARED = "same", "shared"  # qualities: nothing is lost; others have a say in the model
ANOTHER = "another model"  # what is bought is something else


@dataclass(frozen=True)
class Card:
    """A lever's title, its kind, what is lost or presumed with it, and why it excludes others."""

    name: str
    title: str
    kind: str
    quality: str  # in a word or two
    loss: str  # more of that
    assumes: str
    extends: str  # the lever that it is with something more
    excludes: Mapping[str, str]  # the reason by lever


@cache
def card(name: str) -> Card:
    """The card of a shipped lever.

    >>> card("straight_line_depreciation").kind, card("distillation").quality
    ('accounting', '5% lost')
    """
    return read_card(name, lever(name))


def read_card(name: str, module: ModuleType) -> Card:
    """The card in a module's docstring. Raises :class:`ModelError` where it says no kind that there is."""
    text = inspect.getdoc(module) or ""
    found = [(key, " ".join(words.split())) for key, words in KEYED.findall(text)]
    first = dict(reversed(found))
    if first.get("Kind") not in KINDS:
        raise ModelError(f"lever {name}: its docstring has no line Kind: WORD, one of {', '.join(KINDS)}")
    extends, reason = _explained(first.get("Extends", ""))
    inherited = {**card(extends).excludes, extends: reason} if extends else {}
    quality, loss = _explained(first.get("Quality", SAME))
    return Card(
        name,
        text.split("\n", 1)[0].rstrip("."),
        first["Kind"],
        quality,
        loss,
        first.get("Assumes", ""),
        extends,
        inherited | dict(_explained(words) for key, words in found if key == "Excludes"),
    )


def _explained(words: str) -> tuple[str, str]:
    """A word or more, and what stands behind in brackets."""
    found = EXPLAINED.fullmatch(words)
    return (found[1], found[2]) if found else (words, "")


def lever_formulas(name: str) -> list[Formula]:
    """A lever's formulas, with those of a shipped lever that it extends.

    >>> [formula.name for formula in lever_formulas("qlora")][:3]
    ['tokens', 'training_flop', 'mfu']
    """
    own = {formula.name: formula for formula in formulas_of(lever(name))}
    extended = "" if name.endswith(".py") else card(name).extends
    inherited = {formula.name: formula for formula in lever_formulas(extended)} if extended else {}
    return list((inherited | own).values())


def excluded(one: Card, other: Card) -> str:
    """Why two levers cannot be combined; empty if they can."""
    reason = one.excludes.get(other.name) or other.excludes.get(one.name)
    return f"{one.name} and {other.name} exclude each other: {reason}" if reason else ""
