"""Saving: every file of a run is complete in memory before anything touches the disk."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.errors import ResultError
from simulator.results.folders import Content, remedy, sweep, temporary_name, write_file, write_folder
from simulator.results.listing import LISTING, listing
from simulator.results.names import DATA, REPORT, RESOLVED, SUMMARY, check_name, folder_name, slugify
from simulator.results.netcdf import data_sha256, encoded
from simulator.results.sealing import sealed

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Contents:
    """What a run folder is to hold; ``files`` are a user's own formula files."""

    tree: xr.DataTree
    resolved: str
    report: str
    summary: Mapping[str, Any]
    command: str
    files: Mapping[str, bytes] = field(default_factory=dict)


def save(contents: Contents, root: Path, slug: str, identity: str) -> Path:
    """Store a run in its folder under ``root``, in place of one of the same identity; return the folder.

    Raises :class:`ResultError`, with nothing left behind, where it cannot be written.
    """
    folder = root / folder_name(slug, identity)
    files = _files(contents, folder, slug)
    with _told(f"{folder}: the run"):
        root.mkdir(parents=True, exist_ok=True)
        sweep(root)
        write_folder(files, folder)
    return folder


def save_tree(tree: xr.DataTree, path: Path) -> Path:
    """Store a tree as a file by itself, whole or not at all, in place of what is there.

    Raises :class:`ResultError`, with nothing left behind, where it cannot be written.
    """
    content = encoded(tree, {**_marks(tree), "command": ""})
    with _told(f"{path}: it"):
        write_file(content, path)
    return path


@contextmanager
def marked(root: Path) -> Iterator[Path]:
    """A file in a folder of results for as long as it is used: whoever sees the one sees the other.

    Raises :class:`ResultError` where nothing can be stored there, before anything is computed.
    """
    mark = root / temporary_name()
    with _told(f"{root}: runs"):
        root.mkdir(parents=True, exist_ok=True)
        mark.touch()
    try:
        yield mark
    finally:
        with suppress(OSError):
            mark.unlink()


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Tell a user what a system says of something that it cannot store."""
    try:
        yield
    except OSError as error:
        why = f"{what} cannot be stored: {error.strerror or error}"
        raise ResultError(f"{why}; {remedy(error)}") from error


def _marks(tree: xr.DataTree) -> dict[str, str]:
    """What is said of a tree in the file that holds it."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"created_at": now, "data_sha256": data_sha256(tree)}


def _files(contents: Contents, folder: Path, slug: str) -> dict[str, Content]:
    """Every file of a run by name, complete."""
    for name in contents.files:
        check_name(name)
    marks = _marks(contents.tree)
    command = contents.command.encode(errors="backslashreplace").decode()
    files: dict[str, Content] = {
        **contents.files,
        RESOLVED: contents.resolved.encode(),
        REPORT: contents.report.encode(),
        DATA: encoded(contents.tree, {**marks, "command": command}),
    }
    hashes = {name: sha256(content).hexdigest() for name, content in files.items()}
    given = json.loads(json.dumps(dict(contents.summary)), parse_constant=lambda _: None)  # nan becomes null
    summary = {"name": slugify(slug), **given, "run": folder.as_posix(), **marks, "files": hashes}
    return {**files, SUMMARY: sealed({**summary, LISTING: listing(summary)})}
