"""The generated loop: a graph of formulas as straight-line text, one vectorised loop a quantity.

Nothing of a scenario is in the text: priors, plan and procurement are rows of the block it works on.
"""

from __future__ import annotations

from simulator.model import Formula, Model

HEADER = '''"""Generated from the formulas: one loop a quantity, in the order of evaluation."""

from numpy import empty, uint64 as U

from simulator.kernel.options import BLOCK
from simulator.kernel.sampler import sample


'''

DRIVER = '''

def run(first, count, streams, constants, wanted, out):
    """Draws first, first + 1, ... of the wanted rows, block by block, into the columns of ``out``."""
    block = empty(({rows}, BLOCK))
    for row in range({inputs}):
        block[row, :] = constants[row]
    for start in range(0, count, BLOCK):
        n = min(BLOCK, count - start)
        sample(first + start, n, *streams, block)
        formulas(n, block)
        for k in range(len(wanted)):
            out[k, start : start + n] = block[wanted[k], :n]
'''


def rows(model: Model) -> dict[str, int]:
    """The row of every name in a block: inputs in the order of their names, then quantities as evaluated."""
    return {name: row for row, name in enumerate([*sorted(model.inputs), *model.formulas])}


def source(model: Model) -> str:
    """The text of the module that computes a block of a model's quantities.

    ``formulas(n, block)`` fills the rows of quantities from those of inputs; ``run`` adds the sampler.
    """
    places = rows(model)
    names = [f"    {name} = block[{row}]" for name, row in places.items()]
    loops = [line for formula in model.formulas.values() for line in _loop(formula)]
    driver = DRIVER.format(rows=len(places), inputs=len(model.inputs))
    return HEADER + "\n".join(["def formulas(n, block):", *names, *loops]) + "\n" + driver


def _loop(formula: Formula) -> list[str]:
    terms = [f"{argument}[k]" for argument in formula.arguments]
    value = " + ".join(terms) if formula.is_sum else f"{formula.name}_({', '.join(terms)})"
    return ["    for i in range(n):", "        k = U(i)", f"        {formula.name}[k] = {value}"]
