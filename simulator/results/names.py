"""What runs and their files may be called, and what they are called."""

from __future__ import annotations

import re
import unicodedata

from simulator.errors import ResultError

DATA, RESOLVED, REPORT, SUMMARY = "run.nc", "scenario.resolved.yaml", "report.md", "summary.json"

LONGEST_NAME = 100
PORTS = {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
RESERVED = {"con", "prn", "aux", "nul"} | PORTS  # names that Windows keeps for devices

IDENTITY_DIGITS = 12
BATCH = re.compile(r"batch\." + "[0-9a-f]" * IDENTITY_DIGITS + r"\.nc")
RUN = re.compile(r"(?!\.).*-" + "[0-9a-f]" * IDENTITY_DIGITS)


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


def folder_name(slug: str, identity: str) -> str:
    """The name of the folder of a run: what it is, then which one.

    >>> folder_name("GPT-4 class", "0123456789abcdef")
    'gpt-4-class-0123456789ab'
    """
    return f"{slugify(slug)}-{slugify(identity)[:IDENTITY_DIGITS]}"


def without_identity(name: str) -> str:
    """The part of a run's folder's name that says what is in it.

    >>> without_identity("gpt-4-class-0123456789ab")
    'gpt-4-class'
    """
    return name[: -IDENTITY_DIGITS - 1]


def is_run(name: str) -> bool:
    r"""Whether a folder of this name holds a run: others may lie beside them.

    >>> is_run("gpt-4-class-0123456789ab"), is_run("example"), is_run(".old-0123456789ab")
    (True, False, False)
    >>> is_run("what\nno program can print-0123456789ab")
    False
    """
    return name.isprintable() and RUN.fullmatch(name) is not None


def batch_name(identity: str) -> str:
    """The name of the file that holds the runs of a batch as one.

    >>> batch_name("0123456789abcdef")
    'batch.0123456789ab.nc'
    """
    return f"batch.{identity[:IDENTITY_DIGITS]}.nc"


def is_batch(name: str) -> bool:
    """Whether a file of this name holds the runs of a batch.

    >>> is_batch("batch.0123456789ab.nc"), is_batch("batch.nc")
    (True, False)
    """
    return BATCH.fullmatch(name) is not None
