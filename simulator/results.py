"""Stored runs: the only home of files of results.

A run is a folder ``<slug>-<12 hex of its identity>`` holding ``run.nc``, ``scenario.resolved.yaml``,
``report.md``, ``summary.json`` and a user's own formula files. The summary ends in the SHA-256 of all
that stands before it and holds the SHA-256 of every other file, so that one changed bit anywhere is seen
before a number is read. Files are complete in memory before anything touches the disk.

A folder appears whole. It is written beside its place as ``.tmp-<uuid>``, synced, and renamed; where a run
of the same identity stands already, the two folders are exchanged in one step, so that a crash at any
instant leaves the old or the new one. Where the system cannot exchange, the old one is first renamed to
``.old-<uuid>-<name>``, and whoever next saves or lists runs puts it back if its place is empty.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from errno import EBUSY, EEXIST, ENOENT, ENOTEMPTY
from hashlib import sha256
from io import BytesIO
from math import prod
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from simulator.errors import ResultError

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

T = TypeVar("T")

DATA, RESOLVED, REPORT, SUMMARY = "run.nc", "scenario.resolved.yaml", "report.md", "summary.json"
MARKS = {"data_sha256", "created_at", "command"}  # root attributes that only this module writes
LISTED = ("50", "80", "90")  # percentiles of the total in the catalogue

MOST_BYTES = 8 << 30  # of one file, and of all that it declares
MOST_EXPANSION = 1000  # declared bytes for each byte of the file
STALE_SECONDS = 3600.0
ATTEMPTS = 100  # at a folder that others keep replacing
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h

LONGEST_NAME = 100
SLUG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\Z")
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{i}" for port in ("com", "lpt") for i in range(10))}  # on Windows

PLAIN_KINDS = "biufS"  # of numpy: truth values, numbers and text of fixed length
STRUCTURE = {"DIMENSION_LIST", "REFERENCE_LIST"}  # attributes by which netCDF ties dimensions to variables
AS_STORED = {"decode_times": False, "decode_timedelta": False, "mask_and_scale": False}


@dataclass(frozen=True)
class Contents:
    """What a run folder is to hold; ``files`` are a user's own formula files."""

    tree: xr.DataTree
    resolved: str
    report: str
    summary: Mapping[str, Any]
    command: str
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredRun:
    """A run read back and found to be as it was saved; ``scenario`` is the file that reruns it."""

    path: Path
    tree: xr.DataTree
    summary: dict[str, Any]
    scenario: Path
    attrs: dict[str, Any]


# ------------------------------------------------------------------------------------------------ names


def slugify(text: str) -> str:
    """The part of a folder's name that says what is in it.

    >>> slugify("GPT-4 class, 2025"), slugify("../../x"), slugify("训练"), slugify("CON.txt")
    ('gpt-4-class-2025', 'x', 'run', '_con.txt')
    """
    slug = re.sub(r"[^a-z0-9_.-]+", "-", text.lower()).strip(".-")
    safe = f"_{slug}" if slug.split(".")[0] in RESERVED else slug
    return safe[:LONGEST_NAME].rstrip(".-") or "run"


def check_name(text: str) -> None:
    """Raise :class:`ResultError` for a name that could be taken for a path or cannot be printed."""
    plain = unicodedata.normalize("NFKC", text)
    if not plain.strip() or len(text) > LONGEST_NAME or not text.isprintable():
        raise ResultError(f"the name {text!r} cannot be used; give 1 to {LONGEST_NAME} printable characters")
    if plain.startswith(".") or {"/", "\\"} & set(plain):
        raise ResultError(f"the name {text!r} looks like a path; leave out slashes and leading dots")


def _folder_name(slug: str, identity: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{12,}", identity):
        raise ResultError(f"the identity {identity!r} is no hash; give at least 12 hexadecimal digits")
    return f"{slugify(slug)}-{identity[:12]}"


# ----------------------------------------------------------------------------------------------- hashes


def data_sha256(tree: xr.DataTree) -> str:
    """SHA-256 over every variable and coordinate of every group; attributes are outside.

    Groups and names are taken in sorted order; each array gives its path, name, dtype, shape and
    little-endian bytes, text as UTF-8. A tree written and read back has the same hash.
    """
    digest = sha256()
    for node in sorted(tree.subtree, key=lambda node: node.path):
        for name, variable in sorted(node.to_dataset(inherit=False).variables.items(), key=lambda item: str(item[0])):
            kind, content = _content(variable.to_numpy())
            digest.update(json.dumps([node.path, str(name), kind, variable.shape]).encode())
            digest.update(content)
    return digest.hexdigest()


def _content(values: np.ndarray[Any, Any]) -> tuple[str, bytes]:
    """The type of an array and its bytes, the same however it is held in memory."""
    if values.dtype.kind in PLAIN_KINDS:
        plain = values.astype(values.dtype.newbyteorder("<"), copy=False)
        return plain.dtype.str, plain.tobytes()
    texts = [text.encode() for text in values.ravel().tolist()]
    return "text", b"".join(b"%d:%b" % (len(text), text) for text in texts)


def _seal(body: bytes) -> bytes:
    """The last lines of a summary: the hash of all that stands before them."""
    return b',\n "sha256": "%b"\n}\n' % sha256(body).hexdigest().encode()


def _sealed(summary: Mapping[str, Any]) -> bytes:
    body = json.dumps(summary, indent=1, allow_nan=False).removesuffix("\n}").encode()
    return body + _seal(body)


# ----------------------------------------------------------------------------------------------- saving


def save(contents: Contents, root: Path, slug: str, identity: str) -> Path:
    """Store a run in its own folder under ``root``, replacing a run of the same identity, and return the folder.

    Raises :class:`ResultError`, with nothing left behind, where it cannot be written.
    """
    folder = root / _folder_name(slug, identity)
    files = _files(contents, folder, slug)
    try:
        root.mkdir(parents=True, exist_ok=True)
        _sweep(root)
        _store(files, folder)
    except OSError as error:
        remedy = "make room there, or choose another folder with -o"
        raise ResultError(f"{folder}: the run cannot be stored: {error.strerror or error}; {remedy}") from error
    return folder


def _files(contents: Contents, folder: Path, slug: str) -> dict[str, bytes]:
    """Every file of a run by name, complete."""
    marks = {
        "data_sha256": data_sha256(contents.tree),
        "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": contents.command.encode(errors="backslashreplace").decode(),
    }
    files = {**_own(contents.files), RESOLVED: contents.resolved.encode(), REPORT: contents.report.encode()}
    files[DATA] = _netcdf(contents.tree, marks)
    given = json.loads(json.dumps(dict(contents.summary)), parse_constant=lambda _: None)  # nan becomes null
    hashes = {name: sha256(content).hexdigest() for name, content in files.items()}
    kept = {key: marks[key] for key in ("created_at", "data_sha256")}
    summary = {"name": slugify(slug), **given, "run": folder.as_posix(), **kept, "files": hashes}
    return {**files, SUMMARY: _sealed(summary)}


def _own(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    for name in files:
        check_name(name)
        if name.lower() in {DATA, RESOLVED, REPORT, SUMMARY}:
            raise ResultError(f"a formula file cannot be called {name}; rename it")
    return files


def _netcdf(tree: xr.DataTree, marks: Mapping[str, str]) -> bytes:
    """A tree as the bytes of a netCDF-4 file: the same bytes for the same tree and marks."""
    marked = tree.copy()
    marked.attrs = {**tree.attrs, **marks}
    encoding = {
        node.path: {name: _encoding(v) for name, v in node.to_dataset(inherit=False).variables.items()}
        for node in marked.subtree
    }
    return bytes(marked.to_netcdf(engine="h5netcdf", encoding=encoding))


def _encoding(variable: xr.Variable) -> dict[str, Any]:
    """Checksums, no fill value, and text at fixed length: checksums do not reach text of any length."""
    checked = {"fletcher32": True} if variable.ndim else {}
    return checked | ({"_FillValue": None} if variable.dtype.kind in PLAIN_KINDS else {"dtype": "S1"})


def _store(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files into a folder of their own and put it in place; whatever it replaces is removed."""
    temporary = folder.with_name(f".tmp-{uuid4().hex}")
    try:
        temporary.mkdir()
        for name, content in files.items():
            with (temporary / name).open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        _sync(temporary)
        _place(temporary, folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _sync(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _place(new: Path, folder: Path) -> None:
    """Put a whole folder in place, while others may do the same; what stood there is removed or stands at ``new``."""
    for _ in range(ATTEMPTS):
        if _renamed(new, folder) or _exchanged(new, folder) or _replaced(new, folder):
            return
    raise OSError(EBUSY, "other programs keep replacing it")


def _renamed(old: Path, new: Path) -> bool:
    """Rename a folder; False where the new place is taken or the old one is gone."""
    try:
        old.rename(new)
    except OSError as error:
        if error.errno not in {EEXIST, ENOTEMPTY, ENOENT}:
            raise
        return False
    return True


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system or its file system cannot."""
    try:
        renameat2 = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return bool(renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0)


def _replaced(new: Path, folder: Path) -> bool:
    """Move the folder in place aside and the new one in: two steps, between which a crash leaves the old one aside."""
    aside = folder.with_name(f".old-{uuid4().hex}-{folder.name}")
    if not _renamed(folder, aside):
        return False
    try:
        return _renamed(new, folder)
    finally:
        _settle(aside)


def _settle(aside: Path) -> None:
    """Put a folder moved aside back, or remove it where its place has been taken."""
    if not _renamed(aside, aside.with_name(aside.name.split("-", 2)[2])):
        shutil.rmtree(aside, ignore_errors=True)


def _restore(root: Path) -> None:
    for aside in root.glob(".old-*-*"):
        _settle(aside)


def _sweep(root: Path) -> None:
    """Clear what killed programs left: runs moved aside, and temporary folders older than an hour."""
    _restore(root)
    for temporary in root.glob(".tmp-*"):
        with suppress(OSError):
            if time.time() - temporary.lstat().st_mtime > STALE_SECONDS:
                shutil.rmtree(temporary, ignore_errors=True)


# ---------------------------------------------------------------------------------------------- reading


def load(path: Path) -> StoredRun:
    """Read a run whole from its folder (or its ``run.nc``), or raise :class:`ResultError` before any number is read."""
    return _trusted(path.parent if path.name == DATA else path, _stored_run)


def catalogue(root: Path) -> list[dict[str, Any]]:
    """One row for each run folder under ``root``, newest first, from the summaries alone.

    A folder that cannot be read gives a row of ``run`` and ``error``, after the others. Links and folders
    whose names start with a dot are passed over; a root that does not exist has no runs.
    """
    try:
        with suppress(OSError):
            _restore(root)
        entries = [entry for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ResultError(f"{root}: cannot be listed: {error.strerror or error}; name a folder of runs") from error
    rows = [_row(root / entry.name) for entry in entries if not entry.name.startswith(".")]
    return sorted(rows, key=lambda row: (row.get("created_at", ""), row["run"]), reverse=True)


def _row(folder: Path) -> dict[str, Any]:
    try:
        return _trusted(folder, _listed)
    except ResultError as error:
        return {"run": folder.as_posix(), "error": str(error)}


def _listed(folder: Path) -> dict[str, Any]:
    summary = _summary(folder)
    kept = {key: summary[key] for key in ("name", "scenario", "book", "seed", "draws", "created_at", "data_sha256")}
    found = summary["quantities"].get("total_cost", {"percentiles": {}})["percentiles"]
    total = {level: found.get(level, {"value": None})["value"] for level in LISTED}
    return {"run": folder.as_posix(), **kept, "total_cost": total}


def _trusted(folder: Path, read: Callable[[Path], T]) -> T:
    """What ``read`` makes of a folder; anything that goes wrong is a :class:`ResultError`.

    A folder that another program replaced meanwhile is read again.
    """
    for _ in range(ATTEMPTS):
        before = _stamp(folder)
        try:
            return read(folder)
        except Exception as error:
            if _stamp(folder) == before:
                raise ResultError(_refusal(folder, error)) from error
    raise ResultError(f"{folder}: other programs keep replacing this run; wait for them")


def _stamp(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_mtime_ns


def _refusal(folder: Path, error: Exception) -> str:
    if not os.path.isdir(folder):  # noqa: PTH112  (never raises)
        return f"{folder}: there is no such run; list the stored ones with: traincost runs"
    what = str(error) if isinstance(error, ResultError) else f"it cannot be read ({type(error).__name__}: {error})"
    return f"{folder}: {what}; run its scenario again"


def _stored_run(folder: Path) -> StoredRun:
    _check_place(folder)
    summary = _summary(folder)
    hashes = summary.pop("files")
    contents = {name: _part(folder, name, digest) for name, digest in hashes.items()}
    tree = _tree(contents[DATA])
    if not data_sha256(tree) == tree.attrs["data_sha256"] == summary["data_sha256"]:
        raise ResultError(f"the numbers in {DATA} are not those that were saved")
    summary["run"] = folder.as_posix()
    return StoredRun(folder, tree, summary, folder / RESOLVED, dict(tree.attrs))


def _check_place(folder: Path) -> None:
    if folder.is_symlink() and folder.resolve().parent != folder.parent.resolve():
        raise ResultError("it is a link that leads out of its folder")


def _summary(folder: Path) -> dict[str, Any]:
    """The summary of a run, if it is what was saved."""
    raw = _read(folder / SUMMARY)
    body = raw[: -len(_seal(b""))]
    if raw != body + _seal(body):
        raise ResultError(f"{SUMMARY} is not what was saved")
    summary: dict[str, Any] = json.loads(raw)
    del summary["sha256"]
    return summary


def _part(folder: Path, name: str, digest: str) -> bytes:
    check_name(name)
    content = _read(folder / name)
    if sha256(content).hexdigest() != digest:
        raise ResultError(f"{name} is not what was saved")
    return content


def _read(path: Path) -> bytes:
    """The bytes of a plain file: no link, no pipe, of bearable size."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        raise ResultError(f"{path.name} is missing") from None
    if not S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:
        raise ResultError(f"{path.name} is not a plain file of at most {MOST_BYTES >> 30} GiB")
    return path.read_bytes()


def _tree(data: bytes) -> xr.DataTree:
    """The tree in the bytes of a netCDF file, as numbers were stored: no scales, no dates."""
    import xarray as xr

    _inspect(data)
    with xr.open_datatree(BytesIO(data), engine="h5netcdf", **AS_STORED) as tree:
        return tree.load()


def _inspect(data: bytes) -> None:
    """Refuse an HDF5 file that is not ours, leads outside itself or declares more than it can hold."""
    import h5py

    with h5py.File(BytesIO(data), "r") as file:
        if not set(file.attrs) >= MARKS:
            raise ResultError(f"{DATA} was not written by this program")
        declared = sum(_declared(item) for item in _items(file))
        if declared > min(MOST_BYTES, MOST_EXPANSION * len(data)):
            raise ResultError(f"{DATA} declares {declared:,} bytes in a file of {len(data):,}")


def _items(file: Any) -> Iterator[Any]:
    """The file, its groups and its data sets, each reached by one plain link."""
    import h5py

    groups = [file]
    for group in groups:
        yield group
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ResultError(f"{DATA} holds a link: {name}")
            item = group[name]
            if h5py.h5o.get_info(item.id).rc != 1:
                raise ResultError(f"{DATA} holds one thing under two names: {name}")
            if isinstance(item, h5py.Group):
                groups.append(item)
            else:
                yield item


def _declared(item: Any) -> int:
    """The bytes that a group or data set asks for, if it holds only plain numbers and text."""
    import h5py

    for name in item.attrs:
        kind = item.attrs.get_id(name)
        word = h5py.check_string_dtype(kind.dtype) is not None and prod(kind.shape) == 1
        if not (word or kind.dtype.kind in PLAIN_KINDS or name in STRUCTURE):
            raise ResultError(f"{DATA} has an attribute that is neither number nor text: {name}")
    if isinstance(item, h5py.Group):
        return 0
    options = item.id.get_create_plist()
    filters = {options.get_filter(i)[0] for i in range(options.get_nfilters())}
    if item.external or item.is_virtual or filters - {h5py.h5z.FILTER_FLETCHER32}:
        raise ResultError(f"{DATA} keeps {item.name} elsewhere or compressed")
    if item.dtype.kind not in PLAIN_KINDS:
        raise ResultError(f"{DATA} holds something that is neither number nor text: {item.name}")
    return item.dtype.itemsize * max(prod(item.shape), prod(item.chunks or ()))
