"""Formulas from outside: a user's own ``.py`` file, and the levers that ship with the package.

A user's file is checked before it is run.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import sys
import warnings
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import CodeType, ModuleType

from simulator import levers
from simulator.errors import Complaint, InputError, ModelError, did_you_mean
from simulator.language import complaints
from simulator.model import formulas_of

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


@cache
def lever_inputs() -> frozenset[str]:
    """Every name that some shipped lever reads or makes, for which a book may so have a prior.

    >>> "useful_life" in lever_inputs()
    True
    """
    found = [formula for name in lever_names() for formula in formulas_of(lever(name))]
    return frozenset({name for formula in found for name in (formula.name, *formula.arguments)})


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
    try:
        if path.exists() and not path.is_file():
            raise InputError([Complaint(str(path), "this is not a regular file", "check the path")])
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        what = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        raise InputError([Complaint(str(path), what, "check the path and its permissions")]) from None
    if len(text) > LARGEST:
        raise InputError([Complaint(str(path), f"larger than {LARGEST:,} bytes", "split it")])
    return text


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
