"""Feed every reader of text random and mutilated input, for as long as one likes; run by hand.

``python tests/fuzz.py --count 100000 --seed 1`` makes a hundred thousand inputs from seed 1: texts of YAML,
scenarios, books, settings, sweeps, formulas, quotes, names and stored summaries. Each must give a value or an
error of this library, in less than a second; a scenario that loads must run or be refused.
"""

from __future__ import annotations

import os
import random
import sys
import time
import traceback
import warnings
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fuzz_kinds import ROOT, Inputs

from simulator.errors import InputError, SimulatorError

LONGEST = 1.0  # seconds that an input may take


def outcome(reading: Callable[[], Any]) -> str:
    """That an input was read, or which of this library's errors it gave."""
    try:
        reading()
    except SimulatorError as error:
        return refused(error)
    return "read"


def refused(error: SimulatorError) -> str:
    """The kind of an error; one of the input says what and where, in words that a terminal can show."""
    for complaint in error.complaints if isinstance(error, InputError) else ():
        assert complaint.where and complaint.what, error
        assert str(complaint).replace("\n", "").isprintable() and len(str(complaint)) < 10_000, repr(
            complaint
        )
        assert "Node(" not in str(complaint), error
    assert isinstance(error, InputError) or str(error), error
    return type(error).__name__


def fuzz(count: int, seed: int, only: str) -> int:
    """Read so many inputs; the number of those that escaped."""
    chance, escaped = random.Random(seed), 0
    seen: Counter[str] = Counter()
    slowest: tuple[float, str] = (0.0, "")
    with TemporaryDirectory() as folder:
        inputs = Inputs(chance, Path(folder))
        kinds = [kind for kind in inputs.kinds if not only or kind.__name__ == only]
        for kind in chance.choices(kinds, [inputs.kinds[kind] for kind in kinds], k=count):
            given, reading = kind()
            start = time.process_time()
            try:
                end = outcome(reading)
            except KeyboardInterrupt:
                break
            except BaseException as error:
                end, escaped = f"ESCAPED {type(error).__name__}", escaped + 1
                print("escaped:", kind.__name__, repr(given)[:3000])
                traceback.print_exc(limit=-6, file=sys.stdout)
            seen[f"{kind.__name__}: {end}"] += 1
            seconds = time.process_time() - start
            slowest = max(slowest, (seconds, f"{kind.__name__} {given!r:.300}"))
            if seconds > LONGEST:
                print(f"slow: {seconds:.2f} s, {kind.__name__} {given!r:.2000}")
    print(f"{seen.total():,} inputs, seed {seed}, {escaped} escaped", *sorted(seen.items()), sep="\n")
    print(f"slowest: {slowest[0]:.3f} s, {slowest[1]}")
    return escaped


if __name__ == "__main__":
    options = ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", default="", help="one kind of input: yaml, scenario, book, setting, …")
    given = options.parse_args()
    os.chdir(ROOT)
    warnings.simplefilter("error")
    sys.exit(bool(fuzz(given.count, given.seed, given.only)))
