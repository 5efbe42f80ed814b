"""Expressions: arithmetic on numbers and names, whose constant parts are computed to see that they can be."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from simulator.errors import did_you_mean
from simulator.language.scope import Scope, Value
from simulator.language.words import (
    BINARY,
    BUILT_IN,
    COMPARISONS,
    CONSTANTS,
    GIVE_WHOLE_NUMBERS,
    MATH_FUNCTIONS,
    MATH_NUMBERS,
    RULES,
    UNARY,
    UNIT_NUMBERS,
)

WHOLE_LIMIT = 2**63  # compiled whole numbers have 64 bits
CONSTANT_PARTS = (ast.Constant, ast.Name, ast.Attribute, ast.BinOp, ast.UnaryOp)
AS_ARGUMENT = "name it among the arguments, with its unit"


@dataclass
class Reading:
    """An expression's surroundings: the file, and the local names that have a value by now."""

    scope: Scope
    known: Mapping[str, Value] = field(default_factory=dict)
    local: frozenset[str] = frozenset()
    constant: bool = False  # outside of functions: arithmetic on numbers alone

    def value(self, node: ast.expr) -> Value:
        """What is known of an expression's value; every complaint about it is made."""
        if self.constant and not isinstance(node, CONSTANT_PARTS):
            self.scope.refuse(node, CONSTANTS)
            return Value()
        readers: dict[type[ast.expr], Callable[[Any], Value]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Call: self._call,
            ast.BinOp: self._operation,
            ast.UnaryOp: self._unary,
            ast.Compare: self._comparison,
            ast.BoolOp: self._either,
            ast.IfExp: self._choice,
        }
        return readers.get(type(node), self._other)(node)

    def _other(self, node: ast.expr) -> Value:
        self.scope.refuse(node)
        return Value()

    def _comparison(self, node: ast.Compare) -> Value:
        for operation in node.ops:
            if not isinstance(operation, COMPARISONS):
                self.scope.complain(node, "in and is compare no numbers", "write == or !=")
        self._all([node.left, *node.comparators])
        return Value()

    def _either(self, node: ast.BoolOp) -> Value:
        return Value(whole=self._all(node.values))

    def _choice(self, node: ast.IfExp) -> Value:
        self.value(node.test)
        return Value(whole=self._all([node.body, node.orelse]))

    def _all(self, nodes: Iterable[ast.expr]) -> bool:
        """Whether all values are whole numbers; each is read."""
        found = [self.value(node) for node in nodes]
        return all(value.whole for value in found)

    def _constant(self, node: ast.Constant) -> Value:
        number = node.value
        if not isinstance(number, int | float):
            self.scope.complain(node, f"{str(number)[:40]!r} is not a real number", RULES)
            return Value()
        return self._checked(node, number)

    def _checked(self, node: ast.AST, number: int | float) -> Value:
        """A known number, unless compiled code would have another."""
        if isinstance(number, int) and not -WHOLE_LIMIT <= number < WHOLE_LIMIT:
            what = "a whole number beyond 2^63 is not exact in compiled code"
            self.scope.complain(node, what, "write it with an exponent, as 1e30")
        elif isinstance(number, complex) or not isfinite(number):
            self.scope.complain(node, f"{number} is not a finite real number", "write another")
        else:
            return Value(number, isinstance(number, int))
        return Value()

    def _name(self, node: ast.Name) -> Value:
        if node.id in self.known:
            return self.known[node.id]
        if node.id in self.local:
            self.scope.complain(node, f"{node.id} may have no value here", "give it one on every path above")
            return Value()
        if node.id in self.scope.numbers:
            return self.scope.numbers[node.id]
        self.scope.complain(node, *self._unknown(node.id))
        return Value()

    def _unknown(self, name: str) -> tuple[str, str]:
        """What is wrong with a name that has no value, and what to do."""
        for module, numbers in (("simulator.units", UNIT_NUMBERS), ("math", MATH_NUMBERS)):
            if name in numbers and name not in self.scope.lines:
                return f"{name} is not imported", f"write from {module} import {name}"
        if name in self.scope.formulas:
            return f"{name} is a formula, not a number", CONSTANTS if self.constant else AS_ARGUMENT
        if name in self.scope.lines or name in BUILT_IN:
            return f"{name} is not a number", RULES
        near = did_you_mean(name, [*self.local, *self.scope.numbers])
        return f"{name} is unknown", near or (CONSTANTS if self.constant else AS_ARGUMENT)

    def _attribute(self, node: ast.Attribute) -> Value:
        if self._is_math(node.value) and node.attr in MATH_NUMBERS:
            return Value(MATH_NUMBERS[node.attr])
        self.scope.refuse(node)
        return Value()

    def _is_math(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self.scope.modules and node.id not in self.local

    def _call(self, node: ast.Call) -> Value:
        whole = self._all(node.args)
        if name := self._called(node.func):
            wanted, given = {**MATH_FUNCTIONS, **BUILT_IN}[name], len(node.args)
            if node.keywords or given < wanted or (given > wanted and name not in ("max", "min")):
                least = "two or more plain" if name in ("max", "min") else f"{wanted} plain"
                self.scope.complain(node, f"{name} takes {least} arguments", "write it so")
        return Value(whole=name in GIVE_WHOLE_NUMBERS or (name in BUILT_IN and whole))

    def _called(self, node: ast.expr) -> str:
        """The function that is called, as math calls it; where there is none, a complaint and nothing."""
        if isinstance(node, ast.Attribute) and self._is_math(node.value):
            if node.attr not in MATH_FUNCTIONS:
                near = did_you_mean(node.attr, MATH_FUNCTIONS)
                self.scope.complain(node, f"math.{node.attr} is not compiled", near or RULES)
            return node.attr if node.attr in MATH_FUNCTIONS else ""
        if not isinstance(node, ast.Name):
            self.scope.complain(node, "only functions are called, by their names", RULES)
            return ""
        name = "" if node.id in self.local else self.scope.called(node.id)
        if not name and not (node.id.startswith("_") and node.id in self.scope.formulas):
            self.scope.complain(node, *self._not_called(node.id))
        return name

    def _not_called(self, name: str) -> tuple[str, str]:
        """Why a name is not called, and what to do."""
        if name in self.scope.formulas:
            return f"{name} is a formula and is not called", AS_ARGUMENT
        if name in MATH_FUNCTIONS and name not in self.local:
            return f"{name} is not imported", f"write from math import {name}"
        near = did_you_mean(name, [*self.scope.functions, *BUILT_IN])
        return f"{name} is not a function that formulas call", near or RULES

    def _unary(self, node: ast.UnaryOp) -> Value:
        found = self.value(node.operand)
        if type(node.op) not in UNARY:
            self.scope.complain(node, "~ has no meaning for quantities", RULES)
        elif found.number is not None:
            return Value(UNARY[type(node.op)](found.number), found.whole)
        return Value(whole=found.whole and not isinstance(node.op, ast.Not))

    def _operation(self, node: ast.BinOp) -> Value:
        return self.binary(node, node.op, self.value(node.left), self.value(node.right))

    def binary(self, node: ast.AST, operation: ast.operator, left: Value, right: Value) -> Value:
        """What is known of two values' sum, product or the like."""
        both_whole = left.whole and right.whole
        if type(operation) not in BINARY:
            self.scope.complain(node, f"{_symbol(operation)} has no meaning for quantities", RULES)
        elif left.number is not None and right.number is not None:
            return self._computed(node, operation, left.number, right.number)
        elif both_whole and isinstance(operation, ast.Mult | ast.Pow):
            what = "whole numbers multiplied can pass 2^63, where compiled code loses them"
            self.scope.complain(node, what, "write a number with a point, as 8.0")
        return Value(whole=both_whole and not isinstance(operation, ast.Div))

    def _computed(
        self, node: ast.AST, operation: ast.operator, left: int | float, right: int | float
    ) -> Value:
        """Two known numbers' sum, product or the like; a power too long to compute is not computed."""
        power = isinstance(operation, ast.Pow) and isinstance(left, int) and isinstance(right, int)
        if power and right > 0 and (int(left).bit_length() - 1) * right > 64:
            return self._checked(node, WHOLE_LIMIT)
        try:
            return self._checked(node, BINARY[type(operation)](left, right))
        except (ArithmeticError, ValueError) as error:
            self.scope.complain(node, f"this cannot be computed: {error}", "write another number")
            return Value()


def _symbol(operation: ast.operator) -> str:
    symbols = {ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>"}
    return symbols.get(type(operation), "@")
