"""A book written anew with one entry changed: every other line, comments among them, stays as it was."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from simulator.distributions import distribution
from simulator.errors import Complaint, InputError, did_you_mean
from simulator.scenario.books import Book, keyed_by, load_book
from simulator.scenario.editing import holds, text_at, with_value
from simulator.scenario.entries import Prior
from simulator.scenario.lookup import find_prior
from simulator.scenario.reader import read
from simulator.units import Unit

KEYED = {"gpu_price": ("accelerator",), "gpu_hour_price": ("accelerator", "commitment", "year")}
ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True)
class Change:
    """A new prior of an input, as a book writes it, with the words that pick its key."""

    name: str
    unit: Unit
    words: Mapping[str, str]  # accelerator, commitment, year, …
    prior: Mapping[str, Any]  # {family: {…}, "unit": …, "source": …, "as_of": …, "note": …}

    @property
    def as_of(self) -> str:
        """The date it was fitted for."""
        return str(self.prior["as_of"])


@dataclass(frozen=True)
class Rewritten:
    """What was written where, and the prior that held before."""

    path: Path
    name: str
    keys: tuple[str, ...]
    replaced: Prior | None


def rewrite(old: Path, new: Path, change: Change, *, force: bool = False) -> Rewritten:
    """Write a book as a new file with one prior changed or added; the old one is never touched.

    The new text is read back, and the file put in place whole, or not at all. Raises :class:`InputError`
    where the new file exists, where the entry is not keyed by what the prior was chosen by, and, unless
    forced, where the prior it would replace has a later date.
    """
    _check_place(new)
    complaints: list[Complaint] = []
    book = load_book(old, complaints.append)
    keys = () if complaints else _keys(book, old, change, complaints)
    if complaints:
        raise InputError(dict.fromkeys(complaints))
    replaced = find_prior(book, change.name, change.words, change.unit)
    if replaced and _older(change.as_of, replaced.as_of) and not force:
        what = (
            f"{' '.join((change.name, *keys))} is as of {replaced.as_of} there ({replaced.origin}), "
            f"later than {change.as_of}"
        )
        raise InputError([Complaint(str(old), what, "give --force to put the older one in its place")])
    read(old)  # refuses anchors, tags and keys written twice
    text = _changed(old.read_text(encoding="utf-8"), keys, change, book, old, new)
    _put_in_place(text, new, change)
    return Rewritten(new, change.name, keys, replaced)


def _check_place(new: Path) -> None:
    """Complain of a name that no new book can have."""
    if new.suffix not in ENDINGS:
        raise InputError([Complaint(str(new), "a book is a YAML file", "end its name with .yaml")])
    if new.exists() or new.is_symlink():
        raise InputError([Complaint(str(new), "this exists, and no book is overwritten", "name a new file")])
    if not new.parent.is_dir():
        raise InputError([Complaint(str(new), f"there is no folder {new.parent}", "make it first")])


def _keys(book: Book, old: Path, change: Change, complaints: list[Complaint]) -> tuple[str, ...]:
    """The keys of the entry that is changed."""
    entry = book.entries.get(change.name)
    by = keyed_by(entry.node) if entry else KEYED.get(change.name, ())
    if not by and set(change.words) - {"year"}:
        where = entry.node.where if entry else str(old)
        chosen = ", ".join(f"{key} {word}" for key, word in change.words.items() if key != "year")
        what = f"{change.name} is one prior for all there, and this one is for {chosen} alone"
        remedy = "name a book that keys it, for instance the market book"
        complaints.append(Complaint(where, what, remedy))
    for key in by:
        if key not in change.words:
            what = f"{change.name} is keyed by {key}, which --where does not say"
            complaints.append(Complaint(str(old), what, f"add {key}=… to --where"))
    chip = change.words.get("accelerator", "")
    if "accelerator" in by and chip and book.accelerators and book.accelerator(chip) is None:
        remedy = did_you_mean(chip, (*book.accelerators, *book.aliases)) or "add it to the catalogue first"
        complaints.append(Complaint(str(old), f"the catalogue has no accelerator {chip}", remedy))
    return tuple(change.words.get(key, "") for key in by)


def _older(one: str, other: str) -> bool:
    """Whether a date lies before another, as far as both tell.

    >>> _older("2024-08-31", "2025-03"), _older("2025-03-01", "2025-03"), _older("2025-03-01", "")
    (True, False, False)
    """
    told = min(len(one), len(other))
    return one[:told] < other[:told]


def _changed(text: str, keys: Sequence[str], change: Change, book: Book, old: Path, new: Path) -> str:
    """The text of the new book: title, date where the prior's is later, what it extends, and the prior."""
    top = {"title": _titled(book.title, change)}
    if _older(book.as_of, change.as_of) or not book.as_of:
        top["as_of"] = change.as_of
    if extends := text_at(text, ("extends",)):
        there = (old.parent / extends).resolve()
        top["extends"] = Path(os.path.relpath(there, new.parent.resolve())).as_posix()
    for key, value in top.items():
        text = with_value(text, (key,), value)
    entry = book.entries.get(change.name)
    by = keyed_by(entry.node) if entry else KEYED.get(change.name, ())
    if holds(text, ("priors", change.name)) or not by:
        return with_value(text, ("priors", change.name, *keys), dict(change.prior))
    content: dict[str, Any] = dict(change.prior)
    for key in reversed(keys):
        content = {key: content}
    return with_value(text, ("priors", change.name), {"by": by[0] if len(by) == 1 else list(by), **content})


def _titled(title: str, change: Change) -> str:
    """The book's title with what was changed last."""
    words = f"{change.name} of {change.as_of}"
    return title if title.endswith(words) else f"{title}; {words}"


def _put_in_place(text: str, new: Path, change: Change) -> None:
    """Write beside the place, read back, and rename; refuse a text that does not say what was meant."""
    temporary = new.with_name(f".tmp-{uuid4().hex}.yaml")
    try:
        with temporary.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        complaints: list[Complaint] = []
        found = find_prior(
            load_book(temporary, complaints.append), change.name, change.words, change.unit, complaints.append
        )
        family, parameters = next(iter(change.prior.items()))
        if complaints or found is None or found.distribution != distribution(family, parameters):
            told = [Complaint(str(new), each.what, each.remedy) for each in complaints]
            what = f"the new book would not hold {change.name} as fitted"
            raise InputError(told or [Complaint(str(new), what, "write the prior by hand")])
        temporary.replace(new)
    except OSError as error:
        raise InputError([Complaint(str(new), f"cannot be written: {error.strerror}")]) from error
    finally:
        temporary.unlink(missing_ok=True)
