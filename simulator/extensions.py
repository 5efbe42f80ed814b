"""Formulas from outside: a user's own ``.py`` file, and the levers that ship with the package.

A file's functions join the model: a new name is added, a known name is replaced, and a function with
its own name among its arguments wraps the value it replaces. A user's file is checked before it is run.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
import warnings
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import CodeType, ModuleType

from simulator import levers
from simulator.errors import Complaint, InputError, ModelError, did_you_mean
from simulator.language import complaints
from simulator.model import COMPLIANCE, GENERATED, Formula, Model, build, formulas_of, shipped_formulas

LARGEST = 2**16  # bytes in a file of formulas; the package's own have a seventh of it, and there may be many


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
    """Load a user's file of formulas, or raise :class:`InputError` with every complaint about it."""
    text = _bytes(path)
    name = f"traincost_user_{path.stem}_{sha256(text).hexdigest()[:12]}"
    module = ModuleType(name)
    module.__file__ = str(path.absolute())
    exec(_checked(path, text), vars(module))
    sys.modules[name] = module
    if not formulas_of(module):
        raise InputError([Complaint(str(path), "there is no formula in it", "write one, with def")])
    return module


def _bytes(path: Path) -> bytes:
    """A file's bytes; of a larger one than is allowed, one more than that is ever read."""
    what, remedy = f"larger than {LARGEST:,} bytes", "split it"
    try:
        if path.exists() and not path.is_file():
            raise InputError([Complaint(str(path), "this is not a regular file", "check the path")])
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) <= LARGEST:
            return text
    except (OSError, ValueError) as error:
        what = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        remedy = "check the path and its permissions"
    raise InputError([Complaint(str(path), what, remedy)])


def _checked(path: Path, text: bytes) -> CodeType:
    """A file's code, compiled from the bytes that were checked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, str(path))
            if found := complaints(tree, str(path)):
                raise InputError(found)
            return compile(text, str(path.absolute()), "exec", dont_inherit=True)
    except (MemoryError, RecursionError):
        found = [Complaint(str(path), "nested too deep to be read", "give parts names of their own")]
    except SyntaxError as error:
        where = f"{path}:{error.lineno}" if error.lineno else str(path)
        found = [Complaint(where, f"this is not Python: {error.msg}", "mend the line")]
    except ValueError as error:
        found = [Complaint(str(path), f"this is not Python: {error}", "save it as UTF-8 text")]
    raise InputError(found)


def assembled(files: Iterable[Path], applied: Iterable[str]) -> Model:
    """The shipped model with a user's files of formulas, then levers, laid over it in their order."""
    given: list[Formula] = list(shipped_formulas())
    for file in files:
        given = extended(given, user_module(file), file.stem)
    for name in applied:
        given = extended(given, lever(name), Path(name).stem)
    return build(given)


def extended(base: Iterable[Formula], module: ModuleType, label: str) -> list[Formula]:
    """The formulas with those of a module added, replaced or wrapped."""
    merged, new = list(base), formulas_of(module)
    if refused := [sentence for formula in new if (sentence := _refusal(formula, merged))]:
        raise ModelError("\n  ".join(refused))
    for formula in new:
        merged = _joined(merged, formula, re.sub(r"\W", "_", label))
    return _compliance_last(merged)


def _refusal(new: Formula, base: list[Formula]) -> str:
    """Why a formula cannot join the others, or nothing; what is in the total stays, what is not stays out."""
    units = {formula.name: formula.unit for formula in base}
    if new.name in GENERATED:
        return f"{new.where}: {new.name} is the sum of the components; write a component instead"
    if new.name in units and units[new.name].component and not new.unit.component:
        return f"{new.where}: {new.name} is a component; annotate it -> Component"
    shipped = {argument for formula in shipped_formulas() for argument in formula.arguments}
    uncounted = new.name not in units or not units[new.name].component
    if new.unit.component and uncounted and new.name in (*units, *shipped, *new.arguments):
        remedy = "annotate it with its own unit, or give the component another name"
        return f"{new.where}: {new.name} is no component; {remedy}"
    return ""


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
