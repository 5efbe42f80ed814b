"""The engine's loop as one C++ file, from the same formulas, streams and tables: the second opponent.

The formulas in two layouts, one loop a quantity as in the engine and one loop for all; vectors of two
widths; and, as a case of its own, with the compiler's vectorised exp and log, whose last bits differ.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from ctypes import CDLL, Structure, byref, c_int64, c_void_p
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from cpp_formulas import cpp_function
from measuring import timed

from simulator.kernel import Engine
from simulator.kernel.options import BLOCK, TASK
from simulator.model import Formula
from simulator.threads import in_threads

Array = np.ndarray[Any, np.dtype[np.float64]]

COMPILER = shutil.which("g++")
FLAGS = ("-std=c++17", "-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math")
WIDTHS = (256, 512)  # bits of the vectors that the compiler prefers
VECTOR_MATH = ("-DVECTOR_MATH", "-lmvec")
COMPARED_DRAWS, TOLERANCE = 10_000, 1e-12
TRIAL_DRAWS, TRIALS = 1 << 18, 3

TEXT = """#include "cpp_sampler.hpp"

{functions}

constexpr int INPUTS = {inputs}, ROWS = {rows};
{names}

extern "C" void run(std::int64_t first, std::int64_t count, const Streams *streams, const double *constants,
                    const std::int64_t *wanted, std::int64_t kept, double *out, std::int64_t stride) {{
    alignas(64) double block[ROWS][BLOCK];
    for (int row = 0; row < INPUTS; row++) std::fill_n(block[row], BLOCK, constants[row]);
    for (std::int64_t start = 0; start < count; start += BLOCK) {{
        int n = int(std::min<std::int64_t>(BLOCK, count - start));
        sample(Word(first + start), n, *streams, block);
{loops}
        for (std::int64_t k = 0; k < kept; k++) std::copy_n(block[wanted[k]], n, out + k * stride + start);
    }}
}}
"""


def by_quantity(formulas: Sequence[Formula]) -> str:
    """One loop a quantity."""
    return "\n".join(f"        for (int i = 0; i < n; i++) {_assignment(formula)}" for formula in formulas)


def all_at_once(formulas: Sequence[Formula]) -> str:
    """One loop for all quantities."""
    lines = "\n".join(f"            {_assignment(formula)}" for formula in formulas)
    return f"        for (int i = 0; i < n; i++) {{\n{lines}\n        }}"


def _assignment(formula: Formula) -> str:
    terms = ", ".join(f"block[{argument}_row][i]" for argument in formula.arguments)
    return f"block[{formula.name}_row][i] = {formula.name}_({terms});"


LAYOUTS = {"a loop a quantity": by_quantity, "one loop": all_at_once}


def source(engine: Engine, layout: str) -> str:
    """The C++ text of an engine's loop."""
    formulas = list(engine.model.formulas.values())
    return TEXT.format(
        functions="\n\n".join(cpp_function(formula) for formula in formulas),
        inputs=len(engine.model.inputs),
        rows=len(engine.rows),
        names="\n".join(f"constexpr int {name}_row = {row};" for name, row in engine.rows.items()),
        loops=LAYOUTS[layout](formulas),
    )


def library(text: str, flags: Sequence[str]) -> CDLL:
    """The compiled text, loaded."""
    with TemporaryDirectory() as name:
        path = Path(name) / "loop.cpp"
        path.write_text(text)
        made = path.with_suffix(".so")
        places = ["-shared", "-fPIC", f"-DBLOCK={BLOCK}", "-I", str(Path(__file__).parent), "-o", str(made)]
        subprocess.run([str(COMPILER), str(path), *FLAGS, *places, *flags], check=True)
        return CDLL(str(made))


class Streams(Structure):
    """The number of random inputs and the addresses of the arrays on them, as the C++ sampler takes them."""

    _fields_ = (("count", c_int64), ("addresses", c_void_p * 8))


@dataclass(frozen=True)
class CppLoop:
    """A compiled loop with the engine whose draws it computes."""

    engine: Engine
    loaded: CDLL
    description: str

    def columns(self, names: Sequence[str], draws: int, threads: int) -> Array:
        """The first draws of the named inputs and quantities, as the engine's ``columns`` gives them."""
        out = np.empty((len(names), draws))
        wanted = np.array([self.engine.rows[name] for name in names], dtype=np.int64)
        arrays, constants = self.engine.streams, self.engine.constants
        streams = Streams(len(arrays[0]), (c_void_p * 8)(*(array.ctypes.data for array in arrays[:8])))

        def task(start: int) -> None:
            count, place = min(TASK, draws - start), out.ctypes.data + start * out.itemsize
            self.loaded.run(
                *(c_int64(start), c_int64(count), byref(streams), c_void_p(constants.ctypes.data)),
                *(c_void_p(wanted.ctypes.data), c_int64(len(names)), c_void_p(place), c_int64(draws)),
            )

        in_threads(task, range(0, draws, TASK), threads)
        return out


def fastest_loop(engine: Engine, kept: Sequence[str], flags: Sequence[str] = ()) -> CppLoop:
    """The faster of the layouts and widths; stops where any of them disagrees with the engine."""
    loops = [
        CppLoop(
            engine,
            library(source(engine, layout), [*flags, f"-mprefer-vector-width={width}"]),
            f"{layout}, vectors of {width} bits",
        )
        for layout, width in product(LAYOUTS, WIDTHS)
    ]
    for loop in loops:
        difference(loop)
    return min(loops, key=lambda loop: _seconds(loop, kept))


def _seconds(loop: CppLoop, kept: Sequence[str]) -> float:
    return min(timed(lambda: loop.columns(kept, TRIAL_DRAWS, 1)).cpu for _ in range(TRIALS))


def difference(loop: CppLoop) -> float:
    """The largest relative difference from the engine in all names of the first draws; stops above 1e-12."""
    names = list(loop.engine.rows)
    ours = np.array([*loop.engine.columns(names, COMPARED_DRAWS).values()])
    theirs = loop.columns(names, COMPARED_DRAWS, 1)
    apart = np.abs(ours - theirs) / np.where(ours == 0.0, 1.0, np.abs(ours))
    worst = float(apart.max())
    if not worst <= TOLERANCE:
        name = names[int(apart.max(axis=1).argmax())]
        raise SystemExit(f"{name} in C++ is {worst:g} from the engine's, more than {TOLERANCE:g}")
    return worst
