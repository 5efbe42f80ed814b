"""Whole folders: written beside their place, synced and put there in one step, or not at all."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from errno import EACCES, EBUSY, EDQUOT, EEXIST, EFBIG, ENOENT, ENOSPC, ENOTEMPTY, EPERM, EROFS
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

Content = bytes | memoryview

STALE_SECONDS = 3600.0
ATTEMPTS = 100  # at a place that other programs keep taking
HEX = "[0-9a-f]" * 32
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h


def temporary_name() -> str:
    """The name of what lies beside its place, to be cleared if whoever made it is killed."""
    return f".tmp-{uuid4().hex}"


def write_folder(files: Mapping[str, Content], folder: Path) -> None:
    """Write files into a folder of their own and put it in place; what it replaces is removed."""
    temporary = folder.with_name(temporary_name())
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


def write_file(content: Content, path: Path) -> None:
    """Write a file beside its place and put it there in one step."""
    temporary = path.with_name(temporary_name())
    try:
        temporary.write_bytes(content)
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def remedy(error: OSError) -> str:
    """What to do where the system refuses to write or delete.

    >>> remedy(PermissionError(13, "Permission denied"))
    'get the right to write there, or choose another folder with -o'
    >>> remedy(OSError(28, "No space left on device"))
    'make room there, or choose another folder with -o'
    >>> remedy(NotADirectoryError(20, "Not a directory"))
    'choose another folder with -o'
    """
    steps = {"get the right to write": (EACCES, EPERM, EROFS), "make room": (ENOSPC, EDQUOT, EFBIG)}
    found = [f"{step} there, or " for step, numbers in steps.items() if error.errno in numbers]
    return f"{''.join(found)}choose another folder with -o"


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


def put_back(root: Path) -> None:
    """Put folders that killed programs moved aside back where their places are free, and delete nothing."""
    for aside in root.glob(f".old-{HEX}-[!.]*"):
        with suppress(OSError):
            _renamed(aside, aside.with_name(aside.name.split("-", 2)[2]))


def sweep(root: Path) -> None:
    """Clear what killed programs left: folders moved aside, and temporary ones older than an hour."""
    for aside in root.glob(f".old-{HEX}-[!.]*"):
        _settle(aside)
    for temporary in root.glob(f".tmp-{HEX}"):
        with suppress(OSError):
            if time.time() - temporary.lstat().st_mtime > STALE_SECONDS:
                rmtree(temporary) if temporary.is_dir() else temporary.unlink()
