"""The generated loop: a graph of formulas as straight-line text, one vectorised loop a quantity.

The loops stand in functions of a few each, since a compiler takes more than twice as long for twice the text.

Nothing of a scenario is in the text: priors, plan and procurement are rows of the block it works on.
Names end in ``_row`` or ``_``, so that no quantity of a user's can hide a variable of the loop.
"""

from __future__ import annotations

from collections.abc import Sequence

from numba import float64, int64, void

from simulator.kernel.compiled import Program
from simulator.kernel.sampler import STREAMS
from simulator.model import Formula, Model

PART = 40  # quantities a function

TEXT = '''"""Generated from the formulas: one loop a quantity, in the order of evaluation."""

from numba import njit
from numpy import empty, uint64 as U

from simulator.kernel.options import BLOCK, OPTIONS
from simulator.kernel.sampler import sample

# The row of every name in a block: inputs, then quantities.
INPUTS, ROWS = {inputs}, {rows}
{names}


{parts}


def run(first, count, streams, constants, wanted, out):
    """Draws first, first + 1, ... of the wanted rows, block by block, into the columns of ``out``."""
    block = empty((ROWS, BLOCK))
    for row in range(INPUTS):
        block[row, :] = constants[row]
    for start in range(0, count, BLOCK):
        n = min(BLOCK, count - start)
        sample(first + start, n, streams, block)
{calls}
        for k in range(len(wanted)):
            out[k, start : start + n] = block[wanted[k], :n]
'''


def rows(model: Model) -> dict[str, int]:
    """The row of every name in a block: inputs in the order of their names, then quantities as evaluated."""
    return {name: row for row, name in enumerate([*sorted(model.inputs), *model.formulas])}


def program(model: Model) -> Program:
    """The program whose ``run`` fills columns with draws of a model's inputs and quantities."""
    called = {f"{name}_": formula.function for name, formula in model.formulas.items() if not formula.is_sum}
    run = void(int64, int64, STREAMS, float64[::1], int64[::1], float64[:, :])
    return Program(source(model), {"run": run}, called)


def source(model: Model) -> str:
    """The text of that program: one loop a quantity, in the order of evaluation."""
    places = rows(model)
    formulas = list(model.formulas.values())
    parts = [formulas[first : first + PART] for first in range(0, len(formulas), PART)]
    return TEXT.format(
        inputs=len(model.inputs),
        rows=len(places),
        names="\n".join(f"{name}_row = {row}" for name, row in places.items()),
        parts="\n\n\n".join(_part(number, formulas) for number, formulas in enumerate(parts)),
        calls="\n".join(f"        part_{number}(block, n)" for number in range(len(parts))),
    )


def _part(number: int, formulas: Sequence[Formula]) -> str:
    """A function that computes some quantities of a block's first n draws."""
    loops = "\n".join(_loop(formula) for formula in formulas)
    return f"@njit(**OPTIONS)\ndef part_{number}(block, n):\n{loops}"


def _loop(formula: Formula) -> str:
    terms = [f"block[{argument}_row, U(i)]" for argument in formula.arguments]
    value = " + ".join(terms) if formula.is_sum else f"{formula.name}_({', '.join(terms)})"
    return f"    for i in range(n):\n        block[{formula.name}_row, U(i)] = {value}"
