"""The words of the language: its functions, numbers, units and operators, and the names of all else."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from simulator import units
from simulator.units import Unit

# How many arguments a function takes; min and max take more as well.
ONE = """acos acosh asin asinh atan atanh ceil cos cosh degrees erf erfc exp expm1 fabs floor gamma
    lgamma log log10 log1p log2 radians sin sinh sqrt tan tanh trunc"""
MATH_FUNCTIONS = {**dict.fromkeys(ONE.split(), 1), **dict.fromkeys(("atan2", "copysign", "hypot", "pow"), 2)}
BUILT_IN = {"abs": 1, "max": 2, "min": 2}
GIVE_WHOLE_NUMBERS = ("ceil", "floor", "trunc")

MATH_NUMBERS = {name: getattr(math, name) for name in ("e", "inf", "pi", "tau")}
UNIT_NUMBERS = {n: value for n, value in vars(units).items() if n.isupper() and isinstance(value, float)}
UNITS = tuple(
    name
    for name, hint in vars(units).items()
    if any(isinstance(mark, Unit) for mark in getattr(hint, "__metadata__", ()))
)

Operation = Callable[..., Any]
BINARY: Mapping[type[ast.operator], Operation] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
UNARY: Mapping[type[ast.unaryop], Operation] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
}
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)

RULES = "a formula is arithmetic: local names, if, return, functions of math, min, max and abs"
CONSTANTS = "outside of functions stand imports and constants, which are arithmetic on numbers"
BOUNDS = "bound the inputs instead, with truncate: in their priors"
OWN_FORMULA = "write a formula of its own, and name it among the arguments where it is needed"
TERMS = "write the terms out"

# What else Python has: how a complaint calls it, and what to do instead.
OTHER: Mapping[type[ast.AST], tuple[str, str]] = {
    ast.AnnAssign: ("an annotation that is no plain name, or has no value", "write NAME: UNIT = NUMBER"),
    ast.Assert: ("assert", BOUNDS),
    ast.AsyncFunctionDef: ("an async function", "write def"),
    ast.AugAssign: ("an assignment that changes more than a local name", "give a value once"),
    ast.Attribute: ("an attribute", "a point stands in math.exp and the like alone"),
    ast.Call: ("a call", RULES),
    ast.ClassDef: ("a class", OWN_FORMULA),
    ast.Delete: ("del", RULES),
    ast.Dict: ("a dictionary", RULES),
    ast.DictComp: ("a comprehension", TERMS),
    ast.Expr: ("a line that gives nothing a value", RULES),
    ast.For: ("a loop", TERMS),
    ast.FunctionDef: ("a function within a function", OWN_FORMULA),
    ast.GeneratorExp: ("a comprehension", TERMS),
    ast.Import: ("an import within a function", "write it at the top of the file"),
    ast.ImportFrom: ("an import within a function", "write it at the top of the file"),
    ast.JoinedStr: ("an f-string", RULES),
    ast.Lambda: ("a lambda", OWN_FORMULA),
    ast.List: ("a list", RULES),
    ast.ListComp: ("a comprehension", TERMS),
    ast.NamedExpr: ("an assignment within an expression", "assign on a line of its own"),
    ast.Pass: ("pass", "end every path with return"),
    ast.Raise: ("raise", BOUNDS),
    ast.Set: ("a set", RULES),
    ast.SetComp: ("a comprehension", TERMS),
    ast.Starred: ("a star", TERMS),
    ast.Subscript: ("a subscript", RULES),
    ast.Tuple: ("a tuple", "one name a line"),
    ast.While: ("a loop", TERMS),
}
