"""Formulas from outside: a user's own ``.py`` file, and the levers that ship with the package.

A file's functions join the model: a new name is added, a known name is replaced, and a function with
its own name among its arguments wraps the value it replaces.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from simulator import levers
from simulator.errors import ModelError, did_you_mean
from simulator.model import COMPLIANCE, GENERATED, Formula, formulas_of

ALLOWED_IMPORTS = ("__future__", "math", "simulator.units")


def lever_names() -> list[str]:
    """The levers that ship with the package.

    >>> "straight_line_depreciation" in lever_names()
    True
    """
    return sorted(module.name for module in pkgutil.iter_modules(levers.__path__))


def lever(name: str) -> ModuleType:
    """A lever's module by its name, or by the path of a user's file."""
    if name.endswith(".py"):
        return user_module(Path(name))
    if name not in lever_names():
        hint = did_you_mean(name, lever_names()) or "there are " + ", ".join(lever_names())
        raise ModelError(f"there is no lever {name}; {hint}")
    return importlib.import_module(f"{levers.__name__}.{name}")


def user_module(path: Path) -> ModuleType:
    """Load a user's file of formulas. It is run: name only files you trust.

    It may import ``math`` and ``simulator.units`` alone, since compiled formulas are recognised by
    the bytes of their own file.
    """
    try:
        text = path.read_bytes()
        tree = ast.parse(text, str(path))
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from None
    except (SyntaxError, ValueError) as error:
        raise ModelError(f"{path}: this is not Python: {error}") from None
    if foreign := [name for name in _imports(tree) if name not in ALLOWED_IMPORTS]:
        raise ModelError(
            f"{path}: imports {foreign[0]}; a file of formulas may import math and simulator.units only"
        )
    return _import(path, f"traincost_user_{path.stem}_{sha256(text).hexdigest()[:12]}")


def _imports(tree: ast.AST) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def _import(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ModelError(f"{path}: cannot be loaded as Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ModelError(f"{path}: {type(error).__name__}: {error}") from error
    return module


def extended(base: Iterable[Formula], module: ModuleType, label: str) -> list[Formula]:
    """The formulas with those of a module added, replaced or wrapped."""
    merged = list(base)
    for formula in formulas_of(module):
        if formula.name in GENERATED:
            raise ModelError(
                f"{label}: {formula.name} is the sum of the components; write a component instead"
            )
        merged = _joined(merged, formula, label)
    return _compliance_last(merged)


def _joined(base: list[Formula], new: Formula, label: str) -> list[Formula]:
    known = {formula.name: place for place, formula in enumerate(base)}
    if new.name not in known:
        return _wrapped_input(base, new, label) if new.name in new.arguments else [*base, new]
    place = known[new.name]
    if new.name not in new.arguments:
        return [*base[:place], new, *base[place + 1 :]]
    old_name = f"{new.name}__without_{label}"
    old = replace(base[place], name=old_name, unit=replace(base[place].unit, component=False))
    arguments = tuple(old_name if argument == new.name else argument for argument in new.arguments)
    return [*base[:place], old, replace(new, arguments=arguments), *base[place + 1 :]]


def _wrapped_input(base: list[Formula], new: Formula, label: str) -> list[Formula]:
    """An input keeps its name and its prior; those who used it now use the wrapped value."""
    wrapped = f"{new.name}__with_{label}"
    users = [replace(f, arguments=tuple(wrapped if a == new.name else a for a in f.arguments)) for f in base]
    return [*users, replace(new, name=wrapped)]


def _compliance_last(merged: list[Formula]) -> list[Formula]:
    """The order of components: compliance is charged on all others."""
    return sorted(merged, key=lambda formula: formula.name == COMPLIANCE)
