"""The chain of hashes over the files of a run: the summary vouches for itself and for every other file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import Any

from simulator.errors import ResultError, shown
from simulator.results.listing import LISTING, checked, listing
from simulator.results.names import SUMMARY, check_name, is_run

MOST_BYTES = 8 << 30  # of one file, and of all that it declares
RUN = re.compile(rb'^ "run": (".*"),$', re.MULTILINE)  # where a summary says which run it is of


def sealed(summary: Mapping[str, Any]) -> bytes:
    """A summary as the bytes of its file, which end in their own hash."""
    body = json.dumps(summary, indent=1, allow_nan=False).removesuffix("\n}").encode()
    return body + _seal(body)


def _seal(body: bytes) -> bytes:
    """The last lines of a summary: the hash of all that stands before them."""
    return b',\n "sha256": "%b"\n}\n' % sha256(body).hexdigest().encode()


def read_summary(folder: Path) -> dict[str, Any]:
    """The summary of a run, if it is what was saved there."""
    summary: dict[str, Any] = _shown(json.loads(_checked(folder) + b"\n}"))
    summary.pop(LISTING, None)
    return summary


def _shown(value: Any) -> Any:
    """A value from a file, its texts fit to be shown on a terminal."""
    match value:
        case str():
            return shown(value, len(value))
        case list():
            return [_shown(item) for item in value]
        case dict():
            return {shown(key, len(key)): _shown(item) for key, item in value.items()}
    return value


def damage(folder: Path) -> str:
    """What keeps a folder from being the run that its name says, whole; empty where nothing does."""
    try:
        for name, digest in read_summary(folder)["files"].items():
            read_part(folder, name, digest)
    except ResultError as error:
        return str(error)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return f"{SUMMARY} cannot be read"
    return ""


def read_listing(folder: Path) -> dict[str, Any]:
    """The row of a run in the list, from the end of its summary, if that is what was saved."""
    body = _checked(folder)
    begin = body.rfind(b'\n "%b": ' % LISTING.encode())
    if begin < 0:  # a run of an earlier version
        return checked(listing(json.loads(body + b"\n}")))
    return checked(json.loads(b"{%b}" % body[begin:])[LISTING])


def _checked(folder: Path) -> bytes:
    """A summary's bytes before its seal, if they are as sealed, and of the run that its folder names."""
    raw = _read(folder / SUMMARY)
    body = raw[: -len(_seal(b""))]
    run = RUN.search(body)
    if raw != body + _seal(body) or run is None:
        raise ResultError(f"{SUMMARY} is not what was saved")
    name = Path(json.loads(run[1])).name
    if is_run(folder.name) and folder.name != name:
        raise ResultError(f"this is the run {shown(name)}, in the place of another")
    return body


def read_part(folder: Path, name: str, digest: str) -> bytes:
    """A file of a run, if it is the one whose hash the summary holds."""
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
