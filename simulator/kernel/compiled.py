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
from functools import lru_cache
from hashlib import sha256
from inspect import getfile
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import llvmlite
import numba
import numpy as np

from simulator.errors import ModelError
from simulator.kernel.loop import source
from simulator.kernel.options import OPTIONS
from simulator.model import Model

Run = Callable[..., None]
Check = Callable[[Run], bool]


def fingerprint(model: Model) -> str:
    """A hash of everything that determines a model's machine code."""
    package = Path(__file__).parents[1]
    files = {*package.glob("kernel/*.py"), *package.glob("formulas/*.py"), package / "units.py"}
    files |= {Path(getfile(formula.function)) for formula in model.formulas.values()}
    versions = (platform.python_version(), numba.__version__, llvmlite.__version__, np.__version__)
    machine = (llvmlite.binding.get_host_cpu_name(), llvmlite.binding.get_host_cpu_features().flatten())
    text = repr((source(model), sorted(OPTIONS.items()), versions, machine))
    parts = [text.encode(), *(path.name.encode() + b"\0" + path.read_bytes() for path in sorted(files))]
    return sha256(b"\0".join(sha256(part).digest() for part in parts)).hexdigest()


def cache_root() -> Path:
    """Where compiled loops are kept: the user's cache folder."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "traincost"


@lru_cache(maxsize=32)
def _loaded(key: str) -> dict[str, Run]:
    """Compiled loops of this process, by fingerprint (filled by :func:`compiled`)."""
    return {}


def compiled(model: Model, check: Check) -> Run:
    """The compiled ``run`` of a model, from this process, the cache, or anew.

    ``check`` says whether a compiled run agrees with the formulas; where a cached one does not, it is
    thrown away. Raises :class:`ModelError` where a fresh one does not.
    """
    key = fingerprint(model)
    known = _loaded(key)
    if "run" not in known:
        known["run"] = _from_cache(model, key, check) or _fresh(model, check)
    return known["run"]


def _from_cache(model: Model, key: str, check: Check) -> Run | None:
    folder: Path | None = None
    try:
        folder = _private_folder(cache_root() / key[:24])
        path = folder / f"loop_{key[:24]}.py"
        _write_once(path, source(model))
        run = _jit(_module(path), model, cache=True)
        if check(run):
            return run
    except Exception:
        pass  # whatever went wrong with a cache, compiling without it is right
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    return None


def _fresh(model: Model, check: Check) -> Run:
    module = ModuleType("traincost_loop")
    exec(compile(source(model), "<generated loop>", "exec"), vars(module))
    run = _jit(module, model, cache=False)
    if not check(run):
        raise ModelError("the compiled formulas disagree with the formulas themselves on this machine")
    return run


def _jit(module: ModuleType, model: Model, cache: bool) -> Run:
    """Compile a generated module's formulas and driver."""
    functions = {
        f"{name}_": formula.function for name, formula in model.formulas.items() if not formula.is_sum
    }
    vars(module).update(_jitted(functions))
    run: Run = numba.njit(**OPTIONS, cache=cache)(module.run)
    return run


def _jitted(functions: Mapping[str, Callable[..., float]]) -> dict[str, Any]:
    return {name: numba.njit(**OPTIONS, inline="always")(function) for name, function in functions.items()}


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
