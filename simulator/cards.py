"""What a lever says of itself in the docstring of its module.

The first line is its title. Lines that begin with a key say more: ``Kind: engineering`` or ``policy``;
``Excludes: NAME (reason)``, a line for each lever that it cannot be combined with; ``Quality:`` what the
model loses; ``Assumes:`` what must be so for the saving to be had.
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

KINDS = ("engineering", "policy", "accounting", "trend")
KEYED = re.compile(r"^(Kind|Excludes|Quality|Assumes): (.+(?:\n    .+)*)$", re.MULTILINE)
EXCLUSION = re.compile(r"(\w+) \((.+)\)")


@dataclass(frozen=True)
class Card:
    """A lever's title, its kind, what is lost or presumed with it, and why it excludes others."""

    name: str
    title: str
    kind: str
    quality: str
    assumes: str
    excludes: Mapping[str, str]  # the reason by lever


@cache
def card(name: str) -> Card:
    """The card of a shipped lever.

    >>> card("straight_line_depreciation").kind
    'accounting'
    """
    return read_card(name, lever(name))


def read_card(name: str, module: ModuleType) -> Card:
    """The card in a module's docstring. Raises :class:`ModelError` where it says no kind that there is."""
    text = inspect.getdoc(module) or ""
    found = [(key, " ".join(words.split())) for key, words in KEYED.findall(text)]
    first = dict(reversed(found))
    if first.get("Kind") not in KINDS:
        raise ModelError(f"lever {name}: its docstring says no Kind: {', '.join(KINDS)}")
    exclusions = (EXCLUSION.fullmatch(words) for key, words in found if key == "Excludes")
    return Card(
        name,
        text.split("\n", 1)[0].rstrip("."),
        first["Kind"],
        first.get("Quality", ""),
        first.get("Assumes", ""),
        {match[1]: match[2] for match in exclusions if match},
    )


def excluded(one: Card, other: Card) -> str:
    """Why two levers cannot be combined; empty if they can."""
    if one.name == other.name:
        return f"lever {one.name} is named twice"
    reason = one.excludes.get(other.name) or other.excludes.get(one.name)
    return f"{one.name} and {other.name} exclude each other: {reason}" if reason else ""
