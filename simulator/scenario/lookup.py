"""Single priors of a book, by name and the words that pick its key."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.scenario.books import Book, leaf
from simulator.scenario.entries import Complain, Prior, read_prior
from simulator.units import Unit


def find_prior(
    book: Book, name: str, words: Mapping[str, str], unit: Unit, complain: Complain = lambda _: None
) -> Prior | None:
    """The prior that a book has of a name for these words; None, with complaints, where it has none."""
    entry = book.entries.get(name)
    node = leaf(name, entry.node, words, complain) if entry else None
    return read_prior(name, node, unit, entry.book, complain) if entry and node else None
