"""Feed the reader random and mutilated texts, for as long as one likes; run by hand.

``python tests/fuzz_reader.py 100000 1`` reads a hundred thousand texts from seed 1. Every text must give
either an :class:`InputError` or finite, printable values in the shape that the parser's own loader gives.
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections import Counter

from ruamel.yaml import YAML

from simulator.errors import InputError
from simulator.scenario.reader import Node, parse

BOOK = """\
# A book in small.
title: Prices of March   # a comment
as_of: 2025-03
gpu_price:
  by: accelerator
  unit: USD
  H100-SXM: {lognormal: {p5: 20k, p95: 33_000}, source: "A quote, page 3: \\u20ac", as_of: 2025-03-01}
  2022: {pert: {low: .2, mode: 0.3, high: 5e-1}, truncate: {low: 0}, note: 'it''s so'}
correlations: [{between: [gpu_price, gpu_hour_price], spearman: 0.6}, {between: [a, b], spearman: -5%}]
note: >-
  folded over
  two lines
list:
- 1.5M
- ~
- - 13T
  - true
  - ? long key
    : |+
      text

"""
PIECES = [
    *"[]{},:?-!&*#|>'\"%@`\\~ \n\r\t\0=<.",
    *(
        "\n  ",
        ": ",
        "- ",
        "? ",
        "---\n",
        "...\n",
        "%YAML 1.1\n---\n",
        "%TAG !e! x\n",
        "<<: ",
        "!!int ",
        "!<x> ",
    ),
    *("&a ", "*a", "1e999", ".nan", "0x10", "010", "5%", "10k", "2025-13-40", "2025-02", "\\x00", "\\ud800"),
    *("\\U00110000", "\\UFFFFFFFF", "\ufeff", "\x85", "\u2028", "\u202e", "\ud800", "\U0001f600", "é", "٣"),
    *(
        "[" * 70,
        "{a: " * 70,
        "- " * 70,
        "x" * 1100,
        "9" * 500,
        "!" * 50,
        "a: 1\na: 2\n",
        ">2-\n",
        "|1+ # c\n",
    ),
]


def mutilated(chance: random.Random) -> str:
    """The book with a few cuts, copies and insertions."""
    text = BOOK
    for _ in range(chance.randint(1, 6)):
        start, end = sorted(chance.choices(range(len(text) + 1), k=2))
        end = min(end, start + chance.choice((0, 1, 3, 80)))
        piece = chance.choice((chance.choice(PIECES), text[start:end] * 2, "", chr(chance.randrange(0x250))))
        text = text[:start] + piece + text[end:]
    return text


def scrambled(chance: random.Random) -> str:
    """Pieces of syntax in any order."""
    return "".join(chance.choices([*PIECES, "a", "b", "1", "a: ", " "], k=chance.randint(0, 30)))


def unicode(chance: random.Random) -> str:
    """Any characters whatever."""
    return "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randint(1, 20)))


def check(node: Node, bare: object) -> None:
    """What the reader gave is finite, printable, and shaped as the loader of bare text gives it."""
    value = node.value
    if isinstance(value, dict):
        assert isinstance(bare, dict) and list(value) == list(bare), (value, bare)
        for key, child in value.items():
            check(child, bare[key])
    elif isinstance(value, list):
        assert isinstance(bare, list) and len(value) == len(bare), (value, bare)
        for child, item in zip(value, bare, strict=True):
            check(child, item)
    elif isinstance(value, str):
        assert value == bare and not any(0xD800 <= ord(letter) < 0xE000 for letter in value), (value, bare)
    else:
        assert not isinstance(value, float) or math.isfinite(value), value


def fuzz(count: int, seed: int) -> None:
    chance = random.Random(seed)
    seen: Counter[str] = Counter()
    slowest = (0.0, "")
    for _ in range(count):
        text = chance.choice((mutilated, mutilated, scrambled, unicode))(chance)
        start = time.perf_counter()
        try:
            node = parse(text, "fuzz")
        except InputError as error:
            seen[error.complaints[-1].what.split(":")[-1][:40]] += 1
        except Exception:
            print("escaped:", repr(text))
            raise
        else:
            seen["read"] += 1
            check(node, YAML(typ="base", pure=True).load(text))
        slowest = max(slowest, (time.perf_counter() - start, text))
    print(*seen.most_common(25), sep="\n")
    print(f"slowest: {slowest[0]:.3f} s, {slowest[1][:80]!r}")


if __name__ == "__main__":
    fuzz(int(sys.argv[1]), int(sys.argv[2]))
