"""What the bytes of a result hang on besides its scenario, so that workers which differ are told."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("numpy", "numba", "llvmlite", "scipy", "distributed")


def _software() -> dict[str, str]:
    """Versions, and a hash of the text of this package."""
    package = Path(__file__).parents[1]
    files = sorted(package.rglob("*.py"))
    code = sha256(b"".join(sha256(file.read_bytes()).digest() for file in files)).hexdigest()[:12]
    python = ".".join(platform.python_version_tuple()[:2])
    return {"traincost's code": code, "Python": python, **{name: _version(name) for name in PACKAGES}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


SOFTWARE = _software()  # of this process, as it was loaded: a worker may be older than the files it sees


def difference(theirs: Mapping[str, str], mine: Mapping[str, str] = SOFTWARE) -> str:
    """What this process runs that differs, and what to do; empty if nothing does.

    >>> difference({"Python": "3.12", "numpy": "2.4.6"}, {"Python": "3.11", "numpy": "2.4.6"})
    'runs Python 3.11, not 3.12; bring it up to date and start it again'
    """
    found = [
        f"{name} {mine[name]}, not {theirs.get(name)}" for name in mine if mine[name] != theirs.get(name)
    ]
    return f"runs {', '.join(found)}; bring it up to date and start it again" if found else ""
