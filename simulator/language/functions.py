"""Formulas: a signature with units, and a body each of whose paths returns a value."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from simulator.errors import did_you_mean
from simulator.language.expressions import Reading
from simulator.language.scope import Scope, Value
from simulator.language.words import RULES, UNITS

MOST_NODES = 1000  # of a formula's tree; the package's have 100, and a thousand take some seconds to compile

Known = dict[str, Value]  # the local names that have a value, and what is known of it


def check_formula(node: ast.FunctionDef, scope: Scope) -> None:
    """Complain of all that a formula may not be."""
    if node.name.startswith("_"):
        what = f"{node.name} is a helper; formulas call none, since each is compiled by itself"
        scope.complain(node, what, "write it as a formula of its own, without _, or put its text in")
        return
    if sum(1 for _ in ast.walk(node)) > MOST_NODES:
        what = f"{node.name} has more than {MOST_NODES:,} names, numbers and operators"
        scope.complain(node, what, "give parts names of their own")
        return
    if node.decorator_list or getattr(node, "type_params", []):
        scope.complain(node, f"{node.name} has a decorator or type parameters", "take them off")
    _check_signature(node, scope)
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    arguments = {argument.arg: Value() for argument in node.args.args}
    if _Body(node, scope).block(body, arguments) is not None:
        scope.complain(node, f"{node.name} may end without a value", "end every path with return")


def _check_signature(node: ast.FunctionDef, scope: Scope) -> None:
    """Arguments are plain names with units, and the result has one."""
    given = node.args
    if given.posonlyargs or given.kwonlyargs or given.vararg or given.kwarg or given.defaults:
        scope.complain(
            node, f"{node.name}: arguments are plain names, without defaults or stars", "take them off"
        )
    for argument in given.args:
        _check_unit(argument.annotation, f"{node.name}: {argument.arg}", argument, scope)
        if argument.arg in scope.constants:
            what = f"{argument.arg} is a constant of this file and an argument of {node.name}"
            scope.complain(argument, what, "give one of them another name")
        if _unit(argument.annotation, scope) == "Component":
            what = f"{node.name}: {argument.arg} is annotated Component, which marks a result"
            scope.complain(argument, what, "annotate the argument USD")
    _check_unit(node.returns, f"{node.name}: the result", node, scope)


def _unit(annotation: ast.expr | None, scope: Scope) -> str:
    return scope.units.get(annotation.id, "") if isinstance(annotation, ast.Name) else ""


def _check_unit(annotation: ast.expr | None, label: str, node: ast.AST, scope: Scope) -> None:
    """Complain of an annotation that is not an imported unit."""
    remedy = "annotate it with a name from simulator.units"
    if annotation is None:
        scope.complain(node, f"{label} has no unit", remedy)
    elif not isinstance(annotation, ast.Name):
        scope.complain(annotation, f"{label}: the unit is not a plain name", remedy)
    elif annotation.id not in scope.units:
        known = annotation.id in UNITS and annotation.id not in scope.lines
        near = f"write from simulator.units import {annotation.id}" if known else ""
        what = f"{label}: {annotation.id} is {'not imported' if known else 'no unit'}"
        scope.complain(annotation, what, near or did_you_mean(annotation.id, UNITS) or remedy)


class _Body:
    """The statements of a formula, followed along every path."""

    def __init__(self, function: ast.FunctionDef, scope: Scope):
        self.scope = scope
        self.local = frozenset({a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)})
        self.local |= {name for statement in function.body for name in _assigned(statement)}

    def block(self, statements: Sequence[ast.stmt], known: Known) -> Known | None:
        """What is known after the statements; None where every path has returned."""
        returned = False
        for statement in statements:
            after = self.statement(statement, known)
            returned = returned or after is None
            known = known if after is None else after
        return None if returned else known

    def statement(self, node: ast.stmt, known: Known) -> Known | None:
        """What is known after one statement."""
        reading = Reading(self.scope, known, self.local)
        match node:
            case ast.Return() | ast.Raise():
                self._end(node, reading)
                return None
            case ast.If():
                reading.value(node.test)
                return _joined(self.block(node.body, known), self.block(node.orelse, known))
            case ast.Assign(targets=targets, value=value):
                return self._assign(targets, reading.value(value), known)
            case ast.AnnAssign(target=target, value=ast.expr() as value, annotation=ast.Name()):
                return self._assign([target], reading.value(value), known)
            case ast.AugAssign(target=ast.Name() as target):
                old = reading.value(ast.Name(target.id, ast.Load(), lineno=node.lineno))
                found = reading.binary(node, node.op, old, reading.value(node.value))
                return self._assign([target], found, known)
        self.scope.refuse(node)
        return {**known, **dict.fromkeys(_assigned(node), Value())}

    def _end(self, node: ast.Return | ast.Raise, reading: Reading) -> None:
        """Check what a path ends with: a value."""
        if isinstance(node, ast.Raise):
            self.scope.refuse(node)
        elif node.value is None:
            self.scope.complain(node, "return gives no value", "write the value after it")
        else:
            reading.value(node.value)

    def _assign(self, targets: Sequence[ast.expr], value: Value, known: Known) -> Known:
        """What is known once the names have a value; a number is not followed beyond its line."""
        for target in targets:
            if not isinstance(target, ast.Name):
                self.scope.complain(target, "a value is given to one plain name", RULES)
        names = [name for target in targets for name in _assigned(target)]
        return {**known, **dict.fromkeys(names, Value(whole=value.whole))}


def _assigned(node: ast.AST) -> list[str]:
    """Every name that gets a value at or within a node."""
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def _joined(one: Known | None, other: Known | None) -> Known | None:
    """What is known where two paths meet."""
    if one is None or other is None:
        return other if one is None else one
    return {name: Value(whole=one[name].whole and other[name].whole) for name in one if name in other}
