"""Read inputs made to exhaust a machine, and print for each its seconds and what came of it."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from simulator.batch.cases import read_sweeps
from simulator.errors import SimulatorError
from simulator.extensions import LARGEST, user_module
from simulator.quotes.reading import read_quotes
from simulator.scenario import reader

HEAD = "from simulator.units import USD, Component\n\n\ndef z_cost(x: USD) -> Component:\n    return "
ROOM = LARGEST - len(HEAD) - 100
LAUGHS = "\n".join(
    ["a0: &a0 [lol]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10))]
)

FORMULAS = {
    "power": HEAD + "9**9**9\n",
    "power of a name": HEAD + "x * 9**9**9\n",
    "parentheses": HEAD + "(" * 100_000 + "x" + ")" * 100_000,
    "parentheses that fit": HEAD + "(" * (ROOM // 2) + "x" + ")" * (ROOM // 2),
    "minuses": HEAD + "-" * ROOM + "x\n",
    "terms": HEAD + "+".join(["x"] * (ROOM // 2)) + "\n",
    "arguments": HEAD + "max(" + "x," * (ROOM // 2) + "x)\n",
    "comparisons": HEAD + "x" + "<x" * (ROOM // 2) + "\n",
    "f-string": HEAD + 'f"' + "{x}" * (ROOM // 3) + '"\n',
    "calls": HEAD + "x" + "()" * (ROOM // 2) + "\n",
    "lambdas": HEAD + "lambda:" * (ROOM // 7) + "x\n",
    "digits": HEAD + "9" * 6000 + "\n",
    "infinity": HEAD + "1e999\n",
    "shift": HEAD + "1 << 10**9\n",
    "text": HEAD + "'a' * 10**10\n",
    "lines": "1;" * (ROOM // 2),
    "constants": "K = 1.0\n" * (ROOM // 8),
    "size": "#" * (1 << 24),
}
YAML = {
    "laughs": LAUGHS,
    "depth": "a: " + "[" * 100_000,
    "depth of mappings": "{a: " * 100_000,
    "words": "a: [" + "a," * 200_000 + "]",
    "lines of keys": "".join(f"k{i}: 1\n" for i in range(50_000)),
    "lines of text": "a: b\n" + "  c\n" * 120_000,
    "digits": "a: " + "9" * 6000,
    "infinity": "a: 1e999",
    "twice": "a: 1\n" * 50_000,
    "tags": "a: !!python/object/apply:os.system [ls]",
    "long tag": "a: " + "!" * 500_000,
    "size": "#" * (1 << 24),
}
QUOTES = {
    "columns": "date,price" + ",x" * 1_000_000,
    "cells": "date,price\n" + "," * 4_000_000,
    "rows": "date,price\n" + "x,y\n" * 500_000,
    "quotes": 'date,price\n"' + "a\n" * 2_000_000,
    "digits": "date,price\n2024-01-01," + "9" * 100_000,
    "size": "#" * (1 << 24),
}
SWEEPS = {
    "commas": "seed=" + "1," * 100_000,
    "brackets": "seed=" + "[" * 100_000,
    "words": "a" * 1_000_000 + "=1",
}
Reading = Callable[[Path], Any]
KINDS: Mapping[str, tuple[Mapping[str, str], Reading]] = {
    "mine.py": (FORMULAS, user_module),
    "a.yaml": (YAML, reader.read),
    "quotes.csv": (QUOTES, read_quotes),
    "sweep": (SWEEPS, lambda path: read_sweeps([path.read_text()])),
}


def explode(path: Path, text: str, reading: Reading) -> dict[str, Any]:
    """What comes of a text, and the processor's seconds that it took."""
    path.write_text(text)
    start = time.process_time()
    try:
        reading(path)
        said = "read"
    except SimulatorError as error:
        said = f"{type(error).__name__}: {error}"[:200]
    return {"seconds": time.process_time() - start, "said": said}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = {
        f"{name}: {bomb}": explode(folder / name, text, reading)
        for name, (bombs, reading) in KINDS.items()
        for bomb, text in bombs.items()
    }
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps({"bombs": found, "megabytes": grown}))
