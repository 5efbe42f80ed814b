"""The language of formulas: a small part of Python, checked before a file of it is run.

A file holds a docstring, imports from ``math`` and ``simulator.units``, constants and formulas. A
formula is a pure scalar function of its arguments: local names, ``if``, ``return``, arithmetic,
comparisons, and calls of ``math``'s functions, ``min``, ``max`` and ``abs``. So every file that passes
compiles, and means the same compiled as in Python.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from simulator.errors import Complaint, did_you_mean
from simulator.language.expressions import Reading
from simulator.language.functions import check_formula
from simulator.language.scope import Scope, Value
from simulator.language.words import CONSTANTS, MATH_FUNCTIONS, MATH_NUMBERS, UNIT_NUMBERS, UNITS

DEEPEST = 100  # nodes within one another; the package's formulas have 13
MOST_COMPLAINTS = 100  # nobody mends more in one go
IMPORTS = "a file of formulas may import math and simulator.units only"


def complaints(tree: ast.Module, path: str) -> list[Complaint]:
    """Everything in a file that is not in the language, by line.

    >>> [str(found) for found in complaints(ast.parse("import os"), "mine.py")]
    ['mine.py:1: imports os; a file of formulas may import math and simulator.units only']
    """
    defined = frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    scope = Scope(path, defined)
    if deep := next((node for node, depth in _depths(tree) if depth > DEEPEST), None):
        scope.complain(deep, f"nested deeper than {DEEPEST} levels", "give parts names of their own")
        return [scope.complaints[0][1]]
    for node in tree.body:
        _outside(node, scope)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            check_formula(node, scope)
    found = sorted(scope.complaints, key=lambda complaint: complaint[0])
    return list(dict.fromkeys(complaint for _, complaint in found))[:MOST_COMPLAINTS]


def _depths(tree: ast.Module) -> Iterator[tuple[ast.AST, int]]:
    """Every node with a line, and how deep it lies."""
    todo: list[tuple[ast.AST, int]] = [(tree, 0)]
    while todo:
        node, depth = todo.pop()
        if hasattr(node, "lineno"):
            yield node, depth
        todo += [(child, depth + 1) for child in ast.iter_child_nodes(node)]


def _outside(node: ast.stmt, scope: Scope) -> None:
    """Check a statement that stands outside of functions, and note what it names."""
    if isinstance(node, ast.Import | ast.ImportFrom) and not scope.formulas.isdisjoint(scope.lines):
        scope.complain(node, "an import stands below a formula", "write it at the top of the file")
    match node:
        case ast.Import():
            for alias in node.names:
                _import(node, alias, scope)
        case ast.ImportFrom():
            for alias in node.names:
                _import_from(node, alias, scope)
        case ast.FunctionDef():
            scope.define(node.name, node)
        case ast.Assign():
            _constant(node, node.targets, node.value, scope)
        case ast.AnnAssign(value=ast.expr() as value, annotation=ast.Name() as annotation):
            if annotation.id not in ("float", "int", *scope.units):
                scope.complain(node, f"{annotation.id} is no unit", "write float, or an imported unit")
            _constant(node, [node.target], value, scope)
        case ast.Expr(value=ast.Constant(value=str())):
            pass
        case _:
            scope.refuse(node, "write def" if isinstance(node, ast.AsyncFunctionDef) else CONSTANTS)


def _import(node: ast.Import, alias: ast.alias, scope: Scope) -> None:
    if alias.name == "math":
        scope.modules.add(_noted(node, alias, scope))
    elif alias.name == "simulator.units":
        scope.complain(node, "imports simulator.units whole", "write from simulator.units import and names")
    else:
        scope.complain(node, f"imports {alias.name}", IMPORTS)


def _import_from(node: ast.ImportFrom, alias: ast.alias, scope: Scope) -> None:
    module = "." * node.level + (node.module or "")
    known = {"math": (*MATH_FUNCTIONS, *MATH_NUMBERS), "simulator.units": (*UNITS, *UNIT_NUMBERS)}
    if module == "__future__" and alias.name == "annotations":
        return
    if module not in known:
        scope.complain(node, f"imports {module}", IMPORTS)
    elif alias.name not in known[module]:
        near = did_you_mean(alias.name, known[module])
        scope.complain(node, f"{module} has no {alias.name} for formulas", near or "import names it has")
    else:
        _note(_noted(node, alias, scope), alias.name, module, scope)


def _note(name: str, meaning: str, module: str, scope: Scope) -> None:
    """Note what an imported name means."""
    if meaning in UNITS and module == "simulator.units":
        scope.units[name] = meaning
    elif meaning in MATH_FUNCTIONS and module == "math":
        scope.functions[name] = meaning
    else:
        scope.numbers[name] = Value((MATH_NUMBERS if module == "math" else UNIT_NUMBERS)[meaning])


def _noted(node: ast.stmt, alias: ast.alias, scope: Scope) -> str:
    """The name that an import gives; the same may be imported twice, not defined and imported."""
    name = alias.asname or alias.name
    if name in scope.formulas or name in scope.constants:
        scope.define(name, node)
    scope.lines.setdefault(name, node.lineno)
    return name


def _constant(node: ast.stmt, targets: list[ast.expr], value: ast.expr, scope: Scope) -> None:
    """Check a constant: a plain name, given a number once."""
    found = Reading(scope, constant=True).value(value)
    for target in targets:
        if not isinstance(target, ast.Name) or target.id.startswith("__"):
            scope.complain(node, "a constant is one plain name with a number", CONSTANTS)
            continue
        scope.define(target.id, node)
        scope.constants.add(target.id)
        scope.numbers[target.id] = found
