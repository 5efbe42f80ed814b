"""Reading: nothing of a run is given before every file is known to be the one that was saved."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from simulator.errors import ResultError
from simulator.results.folders import put_back
from simulator.results.names import DATA, RESOLVED, SUMMARY, is_run
from simulator.results.netcdf import decoded
from simulator.results.sealing import read_listing, read_part, read_summary

if TYPE_CHECKING:
    import xarray as xr

T = TypeVar("T")


@dataclass(frozen=True)
class StoredRun:
    """A run read back as it was saved; ``scenario`` is the file that reruns it."""

    path: Path
    tree: xr.DataTree
    summary: dict[str, Any]
    scenario: Path


def load(path: Path) -> StoredRun:
    """Read a run from its folder (or its ``run.nc``).

    Raises :class:`ResultError`, before any number is read, unless every file is as it was saved.
    """
    return _trusted(path.parent if path.name == DATA else path, _stored_run)


def _trusted(folder: Path, read: Callable[[Path], T]) -> T:
    """What ``read`` makes of a folder, else :class:`ResultError`; one replaced meanwhile is read again."""
    while True:
        before = _stamp(folder)
        try:
            return read(folder)
        except Exception as error:
            if _stamp(folder) == before:
                raise ResultError(_refusal(folder, error)) from error


def _stamp(folder: Path) -> tuple[int, int] | None:
    with suppress(OSError, ValueError):
        found = folder.stat()
        return found.st_ino, found.st_mtime_ns
    return None


def _refusal(folder: Path, error: Exception) -> str:
    if _stamp(folder) is None:
        return f"{folder}: there is no such run; list the stored ones with: traincost runs"
    raised = f"it cannot be read ({type(error).__name__}: {error})"
    return f"{folder}: {error if isinstance(error, ResultError) else raised}; run its scenario again"


def _stored_run(folder: Path) -> StoredRun:
    if folder.is_symlink() and folder.resolve().parent != folder.parent.resolve():
        raise ResultError("the folder is a link that leads elsewhere")
    summary = read_summary(folder)
    contents = {name: read_part(folder, name, digest) for name, digest in summary.pop("files").items()}
    tree = decoded(contents[DATA])
    if tree.attrs["data_sha256"] != summary["data_sha256"]:
        raise ResultError(f"{DATA} and {SUMMARY} are of two runs")
    summary["run"] = folder.as_posix()
    return StoredRun(folder, tree, summary, folder / RESOLVED)


def catalogue(root: Path) -> list[dict[str, Any]]:
    """One row for each run folder under ``root``, newest first, from the summaries alone.

    A folder of a run's name that cannot be read gives a row of ``run`` and ``error``, after the others. Links
    and folders of other names are passed over; a root that does not exist has no runs.
    """
    try:
        with suppress(OSError):
            put_back(root)
        entries = [entry for entry in os.scandir(root) if is_run(entry.name)]
        folders = [root / entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ResultError(f"{root}: cannot be listed: {error.strerror}; name a folder of runs") from error
    rows = [listed(folder) for folder in folders]
    return sorted(rows, key=lambda row: (str(row.get("created_at", "")), row["run"]), reverse=True)


def listed(folder: Path) -> dict[str, Any]:
    """A run's row of the catalogue; of one that cannot be read, ``run`` and ``error``."""
    try:
        return _trusted(folder, _listed)
    except ResultError as error:
        return {"run": folder.as_posix(), "error": str(error)}


def _listed(folder: Path) -> dict[str, Any]:
    return {"run": folder.as_posix(), **read_listing(folder)}
