"""A book written anew with one entry changed: every other line, comments among them, stays as it was."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from simulator.distributions import distribution, mass_outside
from simulator.errors import Complaint, InputError, did_you_mean
from simulator.scenario.books import Book, keyed_by, load_book
from simulator.scenario.editing import holds, text_at, with_value
from simulator.scenario.entries import Complain, Prior
from simulator.scenario.lookup import find_prior
from simulator.scenario.plan import WORDS
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
    keys: Mapping[str, str]  # what a plan must say to get it
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
    by = _keyed_by(book, change.name)
    if not complaints:
        _check_keys(book, by, old, change, complaints.append)
    if complaints:
        raise InputError(dict.fromkeys(complaints))
    keys = {key: change.words[key] for key in by}
    replaced = find_prior(book, change.name, change.words, change.unit)
    if replaced and _older(change.as_of, replaced.as_of) and not force:
        what = (
            f"{' '.join((change.name, *keys.values()))} is as of {replaced.as_of} there ({replaced.origin}), "
            f"later than {change.as_of}"
        )
        raise InputError([Complaint(str(old), what, "give --force to put the older one in its place")])
    text = _changed(old.read_bytes().decode("utf-8"), keys, change, book, old, new)
    _put_in_place(text, old, new, change)
    return Rewritten(new, change.name, keys, replaced)


def _check_place(new: Path) -> None:
    """Complain of a name that no new book can have."""
    if new.suffix not in ENDINGS:
        raise InputError([Complaint(str(new), "a book is a YAML file", "end its name with .yaml")])
    if new.exists() or new.is_symlink():
        raise InputError([Complaint(str(new), "this exists, and no book is overwritten", "name a new file")])
    if not new.parent.is_dir():
        raise InputError([Complaint(str(new), f"there is no folder {new.parent}", "make it first")])


def _keyed_by(book: Book, name: str) -> tuple[str, ...]:
    """The words that an entry is keyed by, in a book that has it or should have it."""
    entry = book.entries.get(name)
    return keyed_by(entry.node) if entry else KEYED.get(name, ())


def _check_keys(book: Book, by: Sequence[str], old: Path, change: Change, complain: Complain) -> None:
    """Complain where the entry that is changed is not keyed by what the prior was chosen by."""
    name, chosen = change.name, {key: word for key, word in change.words.items() if key in WORDS}
    if not by and chosen:
        where = book.entries[name].node.where if name in book.entries else str(old)
        what = f"{name} is one prior for all there, and this one is of {', '.join(chosen.values())}"
        complain(Complaint(where, what, "name a book that keys it, for instance the market book"))
    for key in by:
        if key not in change.words:
            what = f"{name} is keyed by {key}, which --where does not say"
            complain(Complaint(str(old), what, f"add {key}=… to --where"))
    chip = change.words.get("accelerator", "")
    if "accelerator" in by and chip and book.accelerators and book.accelerator(chip) is None:
        remedy = did_you_mean(chip, (*book.accelerators, *book.aliases)) or "add it to the catalogue first"
        complain(Complaint(str(old), f"the catalogue has no accelerator {chip}", remedy))


def _older(one: str, other: str) -> bool:
    """Whether a date lies before another, as far as both tell.

    >>> _older("2024-08-31", "2025-03"), _older("2025-03-01", "2025-03"), _older("2025-03-01", "")
    (True, False, False)
    """
    told = min(len(one), len(other))
    return one[:told] < other[:told]


def _changed(text: str, keys: Mapping[str, str], change: Change, book: Book, old: Path, new: Path) -> str:
    """The text of the new book: title, date where the prior's is later, what it extends, and the prior."""
    top = {"title": _titled(book.title, change)}
    if _older(book.as_of, change.as_of) or not book.as_of:
        top["as_of"] = change.as_of
    if extends := text_at(text, ("extends",)):
        there = (old.parent / extends).resolve()
        top["extends"] = Path(os.path.relpath(there, new.parent.resolve())).as_posix()
    for key, value in top.items():
        text = with_value(text, (key,), value)
    if holds(text, ("priors", change.name)) or not keys:
        return with_value(text, ("priors", change.name, *keys.values()), dict(change.prior))
    content: dict[str, Any] = dict(change.prior)
    for word in reversed([*keys.values()]):
        content = {word: content}
    by = next(iter(keys)) if len(keys) == 1 else list(keys)
    return with_value(text, ("priors", change.name), {"by": by, **content})


def _titled(title: str, change: Change) -> str:
    """The book's title with what was changed last."""
    words = f"{change.name} of {change.as_of}"
    return title if title.endswith(words) else f"{title}; {words}"


def _put_in_place(text: str, old: Path, new: Path, change: Change) -> None:
    """Write beside the place, read back, and rename; refuse a text that does not say what was meant."""
    temporary = new.with_name(f".tmp-{uuid4().hex}.yaml")
    try:
        with temporary.open("x", encoding="utf-8", newline="") as file:
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
            raise InputError(told or [_not_as_fitted(found, old, new, change)])
        temporary.replace(new)
    except OSError as error:
        raise InputError([Complaint(str(new), f"cannot be written: {error.strerror}")]) from error
    finally:
        temporary.unlink(missing_ok=True)


def _not_as_fitted(found: Prior | None, old: Path, new: Path, change: Change) -> Complaint:
    """Why a book would not say what was fitted: a truncation for all keys, as far as is known."""
    if found is None or "truncate" not in found.spec:
        what = f"the new book would not hold {change.name} as fitted"
        return Complaint(str(new), what, "write the prior by hand")
    family, parameters = next(iter(change.prior.items()))
    bounds = {"low": float("-inf"), "high": float("inf"), **found.spec["truncate"]}
    lost = mass_outside(distribution(family, parameters), bounds["low"], bounds["high"])
    told = ", ".join(f"{end}: {bound:g}" for end, bound in found.spec["truncate"].items())
    what = f"{change.name} has truncate: {{{told}}} for all its keys"
    what += f", which would cut {100.0 * lost:.2g}% off the prior"
    return Complaint(str(old), what, "move it to the keys that need it")
