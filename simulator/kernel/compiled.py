"""From the generated text to machine code, cached so that stale code cannot run.

The text is written to a folder named by a hash of everything that determines the machine code: the
text, the bytes of every formula and kernel file, the options, the processor, the versions. On any
trouble with the cache the folder is deleted and the code is compiled without it; before first use
the result is compared with the plain-Python formulas on a few draws.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import shutil
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from inspect import getfile
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any
from uuid import uuid4

import llvmlite
import numba
import numpy as np

from simulator.errors import ModelError
from simulator.kernel.mathematics import VECTORISED
from simulator.kernel.options import OPTIONS

Compiled = Callable[..., Any]
Entries = dict[str, Compiled]
Check = Callable[[Entries], str]  # what is wrong with them; empty if nothing


@dataclass(frozen=True)
class Program:
    """A text, its entry functions with their types, and the plain functions that it calls by name.

    Types are stated where arrays of several memory layouts are passed, else one is compiled for each.
    """

    text: str
    entries: Mapping[str, Any]  # a numba signature, or None: as first called
    functions: Mapping[str, Callable[..., float]]


def fingerprint(program: Program) -> str:
    """A hash of everything that determines a program's machine code."""
    return _fingerprint(program.text, tuple(sorted(program.functions.items())))


@lru_cache(maxsize=64)
def _fingerprint(text: str, functions: tuple[tuple[str, Callable[..., float]], ...]) -> str:
    """That hash; found once for the same functions, since a comparison asks thousands of times."""
    package = Path(__file__).parents[1]
    files = {*package.glob("kernel/*.py"), *package.glob("formulas/*.py"), package / "units.py"}
    files |= {Path(getfile(function)) for _, function in functions}
    versions = (platform.python_version(), numba.__version__, llvmlite.__version__, np.__version__)
    machine = (llvmlite.binding.get_host_cpu_name(), llvmlite.binding.get_host_cpu_features().flatten())
    called = [
        (name, f.__code__.co_filename, f.__qualname__, f.__code__.co_firstlineno) for name, f in functions
    ]
    determined = repr((text, called, sorted(OPTIONS.items()), versions, machine))
    parts = [determined.encode(), *(path.name.encode() + b"\0" + path.read_bytes() for path in sorted(files))]
    return sha256(b"\0".join(sha256(part).digest() for part in parts)).hexdigest()


def cache_root() -> Path:
    """Where compiled loops are kept: the user's cache folder."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "traincost"


@lru_cache(maxsize=32)
def _loaded(key: str) -> Entries:
    """Compiled entries of this process, by fingerprint (filled by :func:`compiled`)."""
    return {}


def compiled(program: Program, check: Check) -> Entries:
    """The compiled entries of a program, from this process, the cache, or anew.

    ``check`` says what is wrong with compiled entries; cached ones that are wrong are thrown away.
    Raises :class:`ModelError` where fresh ones are.
    """
    key = fingerprint(program)
    known = _loaded(key)
    if not known:
        known.update(_from_cache(program, key, check) or _fresh(program, check))
    return known


def _from_cache(program: Program, key: str, check: Check) -> Entries | None:
    folder: Path | None = None
    try:
        folder = _private_folder(cache_root() / key[:24])
        path = folder / f"loop_{key[:24]}.py"
        _write_once(path, program.text)
        entries = _jit(_module(path), program, cache=True)
        if not check(entries):
            return entries
    except Exception:
        pass  # whatever went wrong with a cache, compiling without it is right
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    return None


def _fresh(program: Program, check: Check) -> Entries:
    module = ModuleType("traincost_loop")
    exec(compile(program.text, "<generated loop>", "exec"), vars(module))
    entries = _jit(module, program, cache=False)
    if fault := check(entries):
        raise ModelError(
            f"the compiled formulas disagree with the formulas themselves on this machine: {fault}"
        )
    return entries


def _jit(module: ModuleType, program: Program, cache: bool) -> Entries:
    """Compile a generated module's entries and the functions they call."""
    vars(module).update(_jitted(program.functions))
    return {
        name: numba.njit(types, **OPTIONS, cache=cache)(vars(module)[name])
        for name, types in program.entries.items()
    }


def _jitted(functions: Mapping[str, Callable[..., float]]) -> dict[str, Any]:
    return {
        name: numba.njit(**OPTIONS, inline="always")(_vectorisable(function))
        for name, function in functions.items()
    }


def _vectorisable(function: Callable[..., float]) -> Callable[..., float]:
    """The function with the vectorised exp, log ... under the names of the standard library's."""
    known = function.__globals__
    swapped = {name: ours for name in known for theirs, ours in VECTORISED.items() if known[name] is theirs}
    return FunctionType(
        function.__code__, {**known, **swapped}, function.__name__, None, function.__closure__
    )


def _private_folder(folder: Path) -> Path:
    """The folder, made if need be; refused where another user could write into it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.stat()
    if status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(folder)
    return folder


def _write_once(path: Path, text: str) -> None:
    if not (path.exists() and path.read_text() == text):
        temporary = path.with_suffix(f".{uuid4().hex}")
        temporary.write_text(text)
        temporary.replace(path)


def _module(path: Path) -> ModuleType:
    """Import a generated file under its own name, under which numba looks for it in the cache."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    with _no_bytecode():
        spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def _no_bytecode() -> Any:
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
