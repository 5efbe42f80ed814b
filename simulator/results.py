"""Stored runs: the only home of files of results.

A run is a folder ``<slug>-<12 hex of its identity>``. Its summary ends in the SHA-256 of all that stands
before it and holds the SHA-256 of every other file, so that one changed bit is seen before a number is
read. Every file is complete in memory before anything touches the disk. Hashes guard against accidents;
against forgers, a file that leads elsewhere or asks for too much is refused before HDF5 reads its data, but
HDF5 itself is not made to withstand hostile files.

A folder appears whole: written beside its place as ``.tmp-<uuid>``, synced, renamed. A run of the same
identity is exchanged with it in one step, so that a crash at any instant leaves the old or the new one.
Where the system has no exchange, the old one is moved aside to ``.old-<uuid>-<name>`` for an instant; after
a crash then, whoever next saves or lists runs puts it back.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
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
from shutil import rmtree
from stat import S_ISREG
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from simulator.errors import ResultError

if TYPE_CHECKING:
    import xarray as xr

T = TypeVar("T")
Content = bytes | memoryview

DATA, RESOLVED, REPORT, SUMMARY = "run.nc", "scenario.resolved.yaml", "report.md", "summary.json"
MARKS = {"data_sha256", "created_at", "command"}  # root attributes that only this module writes
LISTED = ("name", "scenario", "book", "seed", "draws", "created_at", "data_sha256")
LISTED_PERCENTILES = ("50", "80", "90")

MOST_BYTES = 8 << 30  # of one file, and of all that it declares
MOST_EXPANSION = 1000  # declared bytes for each byte of the file
MOST_GROUPS, MOST_NAMES = 100, 10_000  # reading takes milliseconds for each
STALE_SECONDS = 3600.0
ATTEMPTS = 100  # at a place that other programs keep taking
HEX = "[0-9a-f]" * 32
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h

LONGEST_NAME = 100
PORTS = {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
RESERVED = {"con", "prn", "aux", "nul"} | PORTS  # names that Windows keeps for devices
PLAIN = "biufS"  # numpy's kinds of truth values, numbers and text of fixed length
STRUCTURE = {"DIMENSION_LIST", "REFERENCE_LIST"}  # attributes by which netCDF ties dimensions to variables


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
    """A run read back as it was saved; ``scenario`` is the file that reruns it."""

    path: Path
    tree: xr.DataTree
    summary: dict[str, Any]
    scenario: Path
    attrs: dict[str, Any]


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


def data_sha256(tree: xr.DataTree) -> str:
    """SHA-256 over every variable and coordinate of every group, in sorted order; attributes are outside.

    Each gives its path, name, dtype, shape and little-endian bytes, text as UTF-8, so that a tree has the
    same hash before it is written and after it is read back.
    """
    digest = sha256()
    for path, name, variable in _variables(tree):
        kind, content = _content(variable.to_numpy())
        digest.update(json.dumps([path, name, kind, variable.shape]).encode())
        digest.update(content)
    return digest.hexdigest()


def _variables(tree: xr.DataTree) -> Iterator[tuple[str, str, xr.Variable]]:
    for node in sorted(tree.subtree, key=lambda node: node.path):
        variables = node.to_dataset(inherit=False).variables
        yield from ((node.path, str(name), variables[name]) for name in sorted(variables, key=str))


def _content(values: Any) -> tuple[str, bytes]:
    """The type of an array and its bytes, the same however it is held in memory."""
    if values.dtype.kind in PLAIN:
        plain = values.astype(values.dtype.newbyteorder("<"), copy=False)
        return plain.dtype.str, plain.tobytes()
    texts = [text.encode() for text in values.ravel().tolist()]
    return "text", b"".join(b"%d:%b" % (len(text), text) for text in texts)


def _sealed(summary: Mapping[str, Any]) -> bytes:
    body = json.dumps(summary, indent=1, allow_nan=False).removesuffix("\n}").encode()
    return body + _seal(body)


def _seal(body: bytes) -> bytes:
    """The last lines of a summary: the hash of all that stands before them."""
    return b',\n "sha256": "%b"\n}\n' % sha256(body).hexdigest().encode()


def save(contents: Contents, root: Path, slug: str, identity: str) -> Path:
    """Store a run in its folder under ``root``, in place of one of the same identity; return the folder.

    Raises :class:`ResultError`, with nothing left behind, where it cannot be written.
    """
    folder = root / f"{slugify(slug)}-{slugify(identity)[:12]}"
    files = _files(contents, folder, slug)
    try:
        root.mkdir(parents=True, exist_ok=True)
        _sweep(root)
        _store(files, folder)
    except OSError as error:
        what = f"{folder}: the run cannot be stored: {error.strerror or error}"
        raise ResultError(f"{what}; make room there, or choose another folder with -o") from error
    return folder


def _files(contents: Contents, folder: Path, slug: str) -> dict[str, Content]:
    """Every file of a run by name, complete."""
    for name in contents.files:
        check_name(name)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    marks = {"created_at": now, "data_sha256": data_sha256(contents.tree)}
    command = contents.command.encode(errors="backslashreplace").decode()
    files: dict[str, Content] = {
        **contents.files,
        RESOLVED: contents.resolved.encode(),
        REPORT: contents.report.encode(),
        DATA: _netcdf(contents.tree, {**marks, "command": command}),
    }
    hashes = {name: sha256(content).hexdigest() for name, content in files.items()}
    given = json.loads(json.dumps(dict(contents.summary)), parse_constant=lambda _: None)  # nan becomes null
    summary = {"name": slugify(slug), **given, "run": folder.as_posix(), **marks, "files": hashes}
    return {**files, SUMMARY: _sealed(summary)}


def _netcdf(tree: xr.DataTree, marks: Mapping[str, str]) -> memoryview:
    """A tree as a netCDF-4 file: the same bytes for the same tree and marks."""
    marked = tree.copy()
    marked.attrs = {**tree.attrs, **marks}
    encoding: dict[str, dict[str, Any]] = {}
    for path, name, variable in _variables(tree):
        encoding.setdefault(path, {})[name] = _encoding(variable)
    return marked.to_netcdf(engine="h5netcdf", encoding=encoding)


def _encoding(variable: xr.Variable) -> dict[str, Any]:
    """Checksums, no fill value, and text of fixed length: checksums do not reach any other."""
    checked = {"fletcher32": True} if variable.ndim else {}
    return checked | ({"_FillValue": None} if variable.dtype.kind in PLAIN else {"dtype": "S1"})


def _store(files: Mapping[str, Content], folder: Path) -> None:
    """Write files into a folder of their own and put it in place; what it replaces is removed."""
    temporary = folder.with_name(f".tmp-{uuid4().hex}")
    try:
        temporary.mkdir()
        for name, content in files.items():
            (temporary / name).write_bytes(content)
            _sync(temporary / name)
        _sync(temporary)
        _place(temporary, folder)
        _sync(folder.parent)
    finally:
        rmtree(temporary, ignore_errors=True)


def _sync(path: Path) -> None:
    """Bring a file or a folder to the disk, where the system lets programs ask for it."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _place(new: Path, folder: Path) -> None:
    """Put a folder in place, while others may do the same; the one that stood there is gone or at ``new``."""
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
    paths = (AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other))
    return bool(renameat2(*paths, RENAME_EXCHANGE) == 0)


def _replaced(new: Path, folder: Path) -> bool:
    """Move the folder in place aside, the new one in, and see to the one aside."""
    aside = folder.with_name(f".old-{uuid4().hex}-{folder.name}")
    try:
        return _renamed(folder, aside) and _renamed(new, folder)
    finally:
        _settle(aside)


def _settle(aside: Path) -> None:
    """Put a folder moved aside back, or remove it where its place has been taken."""
    if not _renamed(aside, aside.with_name(aside.name.split("-", 2)[2])):
        rmtree(aside, ignore_errors=True)


def _sweep(root: Path) -> None:
    """Clear what killed programs left: folders moved aside, and temporary ones older than an hour."""
    for aside in root.glob(f".old-{HEX}-[!.]*"):
        _settle(aside)
    for temporary in root.glob(f".tmp-{HEX}"):
        with suppress(OSError):
            if time.time() - temporary.lstat().st_mtime > STALE_SECONDS:
                rmtree(temporary)


def catalogue(root: Path) -> list[dict[str, Any]]:
    """One row for each run folder under ``root``, newest first, from the summaries alone.

    A folder that cannot be read gives a row of ``run`` and ``error``, after the others. Links and folders
    whose names start with a dot are passed over; a root that does not exist has no runs.
    """
    try:
        with suppress(OSError):
            _sweep(root)
        folders = [root / entry.name for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ResultError(f"{root}: cannot be listed: {error.strerror}; name a folder of runs") from error
    rows = [_row(folder) for folder in folders if not folder.name.startswith(".")]
    return sorted(rows, key=lambda row: (str(row.get("created_at", "")), row["run"]), reverse=True)


def _row(folder: Path) -> dict[str, Any]:
    try:
        return _trusted(folder, _listed)
    except ResultError as error:
        return {"run": folder.as_posix(), "error": str(error)}


def _listed(folder: Path) -> dict[str, Any]:
    summary = _summary(folder)
    found = summary["quantities"].get("total_cost", {"percentiles": {}})["percentiles"]
    total = {level: found.get(level, {"value": None})["value"] for level in LISTED_PERCENTILES}
    return {"run": folder.as_posix(), **{key: summary[key] for key in LISTED}, "total_cost": total}


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
    summary = _summary(folder)
    contents = {name: _part(folder, name, digest) for name, digest in summary.pop("files").items()}
    tree = _tree(contents[DATA])
    if tree.attrs["data_sha256"] != summary["data_sha256"]:
        raise ResultError(f"{DATA} and {SUMMARY} are of two runs")
    summary["run"] = folder.as_posix()
    return StoredRun(folder, tree, summary, folder / RESOLVED, {str(k): v for k, v in tree.attrs.items()})


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
    except (FileNotFoundError, NotADirectoryError):
        raise ResultError(f"{path.name} is missing") from None
    if not S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:
        raise ResultError(f"{path.name} is not a plain file of at most {MOST_BYTES >> 30} GiB")
    return path.read_bytes()


def _tree(data: bytes) -> xr.DataTree:
    """The tree in a netCDF file, as its numbers were stored: neither scaled nor made dates."""
    import xarray as xr

    _inspect(data)
    given = xr.open_datatree(
        BytesIO(data), engine="h5netcdf", decode_times=False, decode_timedelta=False, mask_and_scale=False
    )
    with given as tree:
        tree.load()
    if data_sha256(tree) != tree.attrs["data_sha256"]:
        raise ResultError(f"the numbers in {DATA} are not those that were saved")
    return tree


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

    groups, names = [file], 0
    for group in groups:
        names += len(group)
        if len(groups) > MOST_GROUPS or names > MOST_NAMES:
            raise ResultError(f"{DATA} holds too many things")
        yield group
        for name in group:
            item = group[name] if type(group.get(name, getlink=True)) is h5py.HardLink else None
            if item is None or h5py.h5o.get_info(item.id).rc != 1:
                raise ResultError(f"{DATA} holds a link: {name}")
            if isinstance(item, h5py.Group):
                groups.append(item)
            else:
                yield item


def _declared(item: Any) -> int:
    """The bytes that a group or data set asks for, if it holds only plain numbers and text."""
    import h5py

    kinds = {name: item.attrs.get_id(name) for name in item.attrs if name not in STRUCTURE}
    odd = [name for name, kind in kinds.items() if kind.dtype.kind not in PLAIN and not _is_text(kind)]
    holds_values = not isinstance(item, h5py.Group)
    if holds_values and item.dtype.kind not in PLAIN:
        odd.append("its values")
    if odd:
        raise ResultError(f"{DATA}: {item.name} is neither numbers nor text: {', '.join(odd)}")
    return _size(item) if holds_values else 0


def _is_text(attribute: Any) -> bool:
    """Whether an attribute is one string of any length: arrays of them could name one string many times."""
    import h5py

    return h5py.check_string_dtype(attribute.dtype) is not None and prod(attribute.shape) == 1


def _size(item: Any) -> int:
    """The bytes of a data set that stands in the file itself, as it is, with at most a checksum."""
    import h5py

    options = item.id.get_create_plist()
    filters = {options.get_filter(number)[0] for number in range(options.get_nfilters())}
    if item.external or item.is_virtual or filters - {h5py.h5z.FILTER_FLETCHER32}:
        raise ResultError(f"{DATA} keeps {item.name} in another file or packed")
    return int(item.dtype.itemsize * max(prod(item.shape), prod(item.chunks or ())))
