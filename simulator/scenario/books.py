"""Books: dated priors, keyed by what the plan says, one extending another; and the accelerators they list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.errors import Complaint, InputError, did_you_mean
from simulator.scenario.entries import PROVENANCE, Complain, worded
from simulator.scenario.reader import Node, read

FIELDS = ("title", "description", "as_of", "extends", "accelerators", "priors")
ABOUT_ACCELERATOR = ("family", "aliases", *PROVENANCE)
INHERITED = (*PROVENANCE, "truncate", "ageing")
DEEPEST_CHAIN = 8
UNKNOWN = "\0"  # stands for a word that was complained of already; no file can hold it


@dataclass(frozen=True)
class Entry:
    """A name's entry and the book that holds it."""

    node: Node
    book: str


@dataclass(frozen=True)
class Accelerator:
    """An accelerator of the catalogue: its family and its own entries."""

    name: str
    family: str
    entries: Mapping[str, Entry]


@dataclass(frozen=True)
class Book:
    """A book with all it extends: entries by name, accelerators by id, ids by alias."""

    name: str
    title: str
    as_of: str
    entries: Mapping[str, Entry]
    accelerators: Mapping[str, Accelerator]
    aliases: Mapping[str, str]

    def accelerator(self, word: str) -> Accelerator | None:
        """The accelerator with this id or alias."""
        return self.accelerators.get(self.aliases.get(word, word))


EMPTY = Book("none", "no book", "", {}, {}, {})


def load_book(path: Path, complain: Complain, chain: tuple[Path, ...] = ()) -> Book:
    """A book from its file, laid over the one it extends.

    An entry here replaces the whole entry there; where both are keyed by the same words, key by key.
    Raises :class:`InputError` where it or one that it extends cannot be read: all that it lacks would follow.
    """
    root = read(path)
    if path.resolve() in chain or len(chain) >= DEEPEST_CHAIN:
        raise InputError([Complaint(str(path), "the book extends itself", "take out one extends:")])
    content = checked_fields(root, FIELDS, "a book", complain)
    base = EMPTY
    if "extends" in content:
        base = load_book(path.parent / str(content["extends"].value), complain, (*chain, path.resolve()))
    accelerators = {
        name: _accelerator(name, node, path.stem, complain)
        for name, node in mapping(content.get("accelerators"), complain).items()
    }
    entries = {
        name: Entry(node, path.stem) for name, node in mapping(content.get("priors"), complain).items()
    }
    return Book(
        name=path.stem,
        title=str(content["title"].value) if "title" in content else path.stem,
        as_of=str(content["as_of"].value) if "as_of" in content else base.as_of,
        entries={
            **base.entries,
            **{name: over(base.entries.get(name), own) for name, own in entries.items()},
        },
        accelerators={**base.accelerators, **{name: chip for name, (chip, _) in accelerators.items()}},
        aliases={**base.aliases, **{a: name for name, (_, aliases) in accelerators.items() for a in aliases}},
    )


def _accelerator(name: str, node: Node, book: str, complain: Complain) -> tuple[Accelerator, list[str]]:
    """An accelerator and its aliases; its source and date are those of its numbers where they have none."""
    content = worded(mapping(node, complain), complain)
    shared = {key: content[key] for key in PROVENANCE if key in content}
    shared["picked_by"] = Node([Node("accelerator", node.where)], node.where)
    entries = {
        key: Entry(inherited(child, shared), book)
        for key, child in content.items()
        if key not in ABOUT_ACCELERATOR
    }
    if "family" not in content:
        complain(Complaint(node.where, f"{name}: the family is missing", "write family: …, which keys mfu"))
        return Accelerator(name, name, entries), []
    aliases = content["aliases"].plain() if "aliases" in content else []
    aliases = aliases if isinstance(aliases, list) else [aliases]
    return Accelerator(name, str(content["family"].value), entries), [str(alias) for alias in aliases]


def over(below: Entry | None, own: Entry) -> Entry:
    """An entry laid over the one of the book below: key by key where both are keyed by the same words.

    What a level says for all its keys (unit, source, date, truncation) goes down to the leaves beforehand, so
    that neither book speaks for the other's; a leaf keeps the name of the book that it comes from.
    """
    by = keyed_by(own.node)
    if below is None or not by or keyed_by(below.node) != by:
        return own
    merged = _laid_over(_leaves_filled(below, len(by)), _leaves_filled(own, len(by)), len(by))
    return Entry(Node({**merged.value, "by": own.node.value["by"]}, own.node.where), own.book)


def keyed_by(node: Node) -> tuple[str, ...]:
    """The words that an entry is keyed by; none of an entry that is a prior itself."""
    content = node.value if isinstance(node.value, dict) else {}
    by = content["by"].plain() if "by" in content else []
    return tuple(map(str, by if isinstance(by, list) else [by]))


def _leaves_filled(entry: Entry, depth: int) -> Node:
    return _spread(entry.node, {"origin": Node(entry.book, entry.node.where)}, depth)


def _spread(node: Node, shared: Mapping[str, Node], depth: int) -> Node:
    """The tree of an entry with what its levels say for all written into every leaf."""
    if not depth or not isinstance(node.value, dict):
        return inherited(node, shared)
    shared = {**shared, **{field: node.value[field] for field in INHERITED if field in node.value}}
    keys = {key: child for key, child in node.value.items() if key not in ("by", *INHERITED)}
    return Node({key: _spread(child, shared, depth - 1) for key, child in keys.items()}, node.where)


def _laid_over(below: Node, own: Node, depth: int) -> Node:
    """One tree over another: its leaves replace the other's, all other leaves stay."""
    if not depth or not isinstance(below.value, dict) or not isinstance(own.value, dict):
        return own
    both = {
        key: _laid_over(below.value[key], child, depth - 1) if key in below.value else child
        for key, child in own.value.items()
    }
    return Node({**below.value, **both}, own.where)


def leaf(name: str, node: Node, keys: Mapping[str, str], complain: Complain) -> Node | None:
    """The entry that the plan's words select; no match is a complaint, never a neighbour."""
    content = node.value if isinstance(node.value, dict) else {}
    if "by" not in content:
        return node
    by = keyed_by(node)
    picked = {"picked_by": Node([Node(key, node.where) for key in by], node.where)}
    for key in by:
        child = _chosen(name, node, str(key), keys, complain)
        if child is None:
            return None
        above = node.value
        node = inherited(child, {**picked, **{field: above[field] for field in INHERITED if field in above}})
    return node


def _chosen(name: str, node: Node, key: str, keys: Mapping[str, str], complain: Complain) -> Node | None:
    content = node.value if isinstance(node.value, dict) else {}
    offered = [word for word in content if word not in ("by", *INHERITED)]
    listing = f"{node.where} has {', '.join(offered) or 'none'}"
    if key not in keys:
        complain(Complaint(node.where, f"{name} is keyed by {key}, which the scenario does not say", listing))
        return None
    if keys[key] == UNKNOWN:
        return None
    if keys[key] not in offered:
        what = f"{name} has no entry for {key} {keys[key]}"
        hint = did_you_mean(keys[key], offered)
        complain(
            Complaint(node.where, what, f"{hint or listing}; or give {name} under priors: in the scenario")
        )
        return None
    child: Node = content[keys[key]]
    return child


def inherited(node: Node, shared: Mapping[str, Node]) -> Node:
    """The entry with the fields it does not have itself taken from the level above."""
    if not isinstance(node.value, dict):
        return node
    return Node({**shared, **node.value}, node.where)


def mapping(node: Node | None, complain: Complain) -> dict[str, Node]:
    """The mapping a node holds; an empty one, with a complaint, where it holds something else."""
    if node is None or node.value is None:
        return {}
    if isinstance(node.value, dict):
        return node.value
    complain(Complaint(node.where, f"{_brief(node.plain())} stands where KEY: VALUE lines belong"))
    return {}


def checked_fields(root: Node, fields: tuple[str, ...], kind: str, complain: Complain) -> dict[str, Node]:
    """The fields of a file; unknown ones are complained of and left out."""
    content = mapping(root, complain)
    for key, child in content.items():
        if key not in fields:
            remedy = did_you_mean(key, fields) or f"the fields of {kind} are {', '.join(fields)}"
            complain(Complaint(child.where, f"unknown field {key}", remedy))
    return worded({key: child for key, child in content.items() if key in fields}, complain)


def _brief(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
