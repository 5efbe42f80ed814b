"""Formulas translated from their Python source to C++."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping

from simulator.model import Formula

FUNCTIONS = {"exp", "expm1", "log", "log10", "sqrt"}
OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def cpp_function(formula: Formula) -> str:
    """A formula as an inline function of doubles, named after it with an underscore."""
    parameters = ", ".join(f"double {argument}" for argument in formula.arguments)
    return f"static inline double {formula.name}_({parameters}) {{\n{_body(formula)}\n}}"


def _body(formula: Formula) -> str:
    if formula.is_sum:
        return f"    return {' + '.join(formula.arguments)};"
    tree = ast.parse(inspect.getsource(formula.function)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    constants = _constants(formula)
    return "\n".join(_statement(line, constants) for line in tree.body if not _is_text(line))


def _constants(formula: Formula) -> dict[str, float]:
    """The numbers among the names that a formula takes from its module."""
    code, names = formula.function.__code__, formula.function.__globals__
    return {name: names[name] for name in code.co_names if isinstance(names.get(name), int | float)}


def _is_text(line: ast.stmt) -> bool:
    """Whether a statement is a docstring."""
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def _statement(line: ast.stmt, known: Mapping[str, float]) -> str:
    match line:
        case ast.Return(value=ast.expr() as value):
            return f"    return {_expression(value, known)};"
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return f"    double {name} = {_expression(value, known)};"
        case ast.If(test=test, body=body, orelse=[]):
            inner = " ".join(_statement(inner, known).strip() for inner in body)
            return f"    if ({_expression(test, known)}) {{ {inner} }}"
    raise SystemExit(f"no C++ for {ast.unparse(line)}")


def _expression(node: ast.expr, known: Mapping[str, float]) -> str:
    match node:
        case ast.Constant(value=float() | int() as value):
            text = repr(float(value))
        case ast.Name(id=name):
            text = repr(float(known[name])) if name in known else name
        case ast.UnaryOp(op=operator, operand=operand):
            text = f"({_operator(operator)}{_expression(operand, known)})"
        case ast.BinOp(left=left, op=operator, right=right):
            text = _pair(left, operator, right, known)
        case ast.Compare(left=left, ops=[comparison], comparators=[right]):
            text = _pair(left, comparison, right, known)
        case ast.IfExp(test=test, body=body, orelse=other):
            text = "({} ? {} : {})".format(*(_expression(part, known) for part in (test, body, other)))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            text = _call(name, [_expression(argument, known) for argument in arguments])
        case _:
            raise SystemExit(f"no C++ for {ast.unparse(node)}")
    return text


def _pair(left: ast.expr, operator: ast.AST, right: ast.expr, known: Mapping[str, float]) -> str:
    return f"({_expression(left, known)} {_operator(operator)} {_expression(right, known)})"


def _operator(operator: ast.AST) -> str:
    if type(operator) not in OPERATORS:
        raise SystemExit(f"no C++ for {type(operator).__name__}")
    return OPERATORS[type(operator)]


def _call(name: str, arguments: list[str]) -> str:
    if name in FUNCTIONS:
        return f"{name}({', '.join(arguments)})"
    if name not in ("min", "max"):
        raise SystemExit(f"no C++ for {name}()")
    result = arguments[0]
    for argument in arguments[1:]:
        result = f"std::{name}({result}, {argument})"
    return result
