"""Choosing: some of the stored runs, to be listed or deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from shutil import rmtree
from typing import Any

from simulator.errors import Complaint, InputError, ResultError, did_you_mean
from simulator.results.folders import temporary_name

NUMBERS = ("seed", "draws")
KEYS = ("scenario", "book", "name", *NUMBERS)


def chosen(
    rows: Iterable[Mapping[str, Any]],
    where: Sequence[str] = (),
    since: date | None = None,
    before: date | None = None,
) -> list[dict[str, Any]]:
    """The rows of a catalogue that meet every condition; ``*`` in a value stands for anything.

    A run that cannot be read meets none. Raises :class:`InputError` for what is no condition.

    >>> rows = [{"scenario": "gpt4", "created_at": "2026-11-02"}, {"scenario": "x", "created_at": "2025"}]
    >>> [row["scenario"] for row in chosen(rows, ["scenario=gpt4*"], date(2026, 1, 1))]
    ['gpt4']
    """
    conditions = _conditions(where)
    return [
        dict(row)
        for row in rows
        if all(key in row and fnmatchcase(str(row[key]), value) for key, value in conditions)
        and made_between(str(row.get("created_at", "")), since, before)
    ]


def made_between(made: str, since: date | None, before: date | None) -> bool:
    """Whether a moment lies on a day or later, and before another; one not told does where neither is.

    >>> made_between("2026-11-28T10:00:00Z", date(2026, 11, 28), None), made_between("", None, date.max)
    (True, False)
    """
    day = made[:10]
    return (since is None or day >= since.isoformat()) and (before is None or "" < day < before.isoformat())


def _conditions(where: Sequence[str]) -> list[tuple[str, str]]:
    found, complaints = [], []
    for text in where:
        key, equals, value = text.partition("=")
        if equals and key in KEYS:
            found.append((key, _plain(value) if key in NUMBERS else value))
        else:
            remedy = did_you_mean(key, KEYS) or f"write KEY=VALUE with one of {', '.join(KEYS)}"
            complaints.append(Complaint(f"--where {text}", "this is no condition", remedy))
    if complaints:
        raise InputError(complaints)
    return found


def _plain(text: str) -> str:
    """A whole number in plain digits, as rows have it; anything else as it is.

    >>> _plain("200k"), _plain("2*")
    ('200000', '2*')
    """
    from simulator.scenario.reader import number  # and with it YAML, which takes long to import

    found = number(text)
    return text if found is None or found != int(found) else str(int(found))


def delete(rows: Iterable[Mapping[str, Any]]) -> None:
    """Delete runs, but none that cannot be read: each is gone in one step.

    Raises :class:`ResultError` for the first that cannot be deleted.
    """
    for folder in (Path(row["run"]) for row in rows if "error" not in row):
        aside = folder.with_name(temporary_name())
        with deleting(folder):
            folder.rename(aside)
        rmtree(aside, ignore_errors=True)


@contextmanager
def deleting(path: Path) -> Iterator[None]:
    """What is gone already is no failure; what cannot be deleted is a :class:`ResultError`."""
    try:
        yield
    except FileNotFoundError:
        return
    except OSError as error:
        what = f"{path}: cannot be deleted: {error.strerror or error}"
        raise ResultError(f"{what}; see who may write to {path.parent}") from error
