"""Texts and trees, mutilated by chance: what scripts and tests feed to every reader of text."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

# Pieces of YAML, of numbers and of Unicode that readers have to tell apart.
PIECES = [
    *"[]{},:?-!&*#|>'\"%@`\\~ \n\r\t\0=<.()+/^;$",
    *("\n  ", ": ", "- ", "? ", "---\n", "...\n", "%YAML 1.1\n---\n", "%TAG !e! x\n", "<<: ", "!!int ",
      "!<x> "),
    *("&a ", "*a", "1e999", ".nan", "0x10", "010", "5%", "10k", "2025-13-40", "2025-02", "\\x00", "\\ud800"),
    *("\\U00110000", "\\UFFFFFFFF", "\ufeff", "\x85", "\u2028", "\u202e", "\ud800", "\U0001f600", "é", "٣"),
    *("[" * 70, "{a: " * 70, "- " * 70, "x" * 1100, "9" * 500, "!" * 50, "a: 1\na: 2\n", ">2-\n",
      "|1+ # c\n"),
    *("\x1b[2J", "null", "true", "-0.0", "1e308", "1e-320", "5e-324", "9" * 6000, "．．／", "../", "%s%n",
      "=1+1"),
]  # fmt: skip

# What may stand in the place of any value.
ODD: Sequence[Any] = (
    *(None, True, False, 0, 1, -1, 2, 0.5, -0.0, 1e-100, 5e-324, 1e-300, 1e100, 1e101, 1e300, 1e308, 10**300),
    *("", "x", "nan", "own", "1e999", "2025-03", "2025-02-30", "训练", "é" * 50, "x" * 500, "../../x", "USD",
      "%"),
    *([], {}, [1], ["pue", "mfu"], [[1, 0.5], [0.5, 1]], {"p5": 1, "p95": 2}, {"low": 0}, {"by": "region"}),
    *({"value": 1}, {"value": 0.3, "unit": 1}, {"by": [], "unit": 1}, {"discrete": {"values": [1],
      "weights": [1]}}),
    *({"uniform": {"low": 0.1, "high": 0.9}, "unit": 1}, {"lognormal": {"p5": 1e-90, "p95": 1e90},
      "unit": 1}),
)  # fmt: skip


def mutilated(text: str, chance: random.Random, pieces: Sequence[str] = PIECES) -> str:
    """A text with a few cuts, copies and insertions."""
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice((0, 1, 3, 80)))
        cut = text[start:end]
        piece = chance.choice((chance.choice(pieces), cut * 2, "", chr(chance.randrange(0x250))))
        text = text[:start] + piece + text[end:]
    return text


def scrambled(chance: random.Random, pieces: Sequence[str] = PIECES) -> str:
    """Pieces in any order."""
    return "".join(chance.choices([*pieces, "a", "b", "1", "a: ", " "], k=chance.randint(0, 30)))


def unicode(chance: random.Random) -> str:
    """Any characters whatever."""
    return "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randint(1, 20)))


def warped(tree: Any, chance: random.Random, pool: Sequence[Any]) -> Any:
    """A copy of a tree of plain values with a few of its parts replaced, renamed, taken out or added."""
    tree = json.loads(json.dumps(tree))
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        holders = [holder for holder in _holders(tree) if holder]
        if holders:
            _warp(chance.choice(holders), chance, pool)
    return tree


def _warp(holder: Any, chance: random.Random, pool: Sequence[Any]) -> None:
    """Change one place of a list or a mapping."""
    other = json.loads(json.dumps(chance.choice((chance.choice(ODD), chance.choice(pool)))))
    place = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    match chance.randrange(5):
        case 0:
            del holder[place]
        case 1 if isinstance(holder, dict):
            holder[str(other)[:30] or "x"] = holder.pop(place)
        case 2 if isinstance(holder[place], int | float):
            holder[place] = chance.choice((-1, 0, 1e-9, 1e3, 1e12)) * holder[place]
        case _:
            holder[place] = other


def _holders(tree: Any) -> Iterator[Any]:
    """The lists and mappings of a tree."""
    if isinstance(tree, dict | list):
        yield tree
        for child in tree.values() if isinstance(tree, dict) else tree:
            yield from _holders(child)


def parts(tree: Any) -> Iterator[Any]:
    """Every part of a tree, keys among them."""
    yield tree
    if isinstance(tree, dict | list):
        yield from tree
        for child in tree.values() if isinstance(tree, dict) else tree:
            yield from parts(child)
