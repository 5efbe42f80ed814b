"""Files of batches: the percentiles of many runs as one, of which only the latest of each batch is kept."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path

from simulator.results.choosing import deleting, made_between
from simulator.results.names import is_batch

OURS = {"created_at", "data_sha256"}  # what every file of this package says of itself


def batches(root: Path, since: date | None = None, before: date | None = None) -> list[Path]:
    """The files of batches in a folder that were made in a time; others of such names are passed over."""
    with suppress(OSError):
        found = sorted(path for path in root.iterdir() if is_batch(path.name) and not path.is_symlink())
        return [path for path in found if made_between(_made(path), since, before)]
    return []


def _made(path: Path) -> str:
    """When a file was made, as it says itself; empty where it is none of ours."""
    import h5py

    with suppress(OSError, RuntimeError, ValueError):
        if path.is_file():
            with h5py.File(path, "r") as file:
                return str(file.attrs["created_at"]) if set(file.attrs) >= OURS else ""
    return ""


def delete_batches(paths: Iterable[Path]) -> None:
    """Delete files of batches. Raises ``ResultError`` for the first that cannot be deleted."""
    for path in paths:
        with deleting(path):
            path.unlink()
