"""YAML text to plain values that remember where they stand.

The text may come from anybody: the tree is built from the parser's flat events, so nothing is expanded,
constructed or recursed into, and anchors, tags, directives and keys written twice are refused.
Scalars follow YAML 1.2, and the project's own numbers: ``10k``, ``30.84M``, ``2B``, ``13T``, ``5%``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from simulator.errors import Complaint, InputError, did_you_mean

LARGEST = 2**19  # bytes in a file; a book of 1500 lines has a fifth of it
DEEPEST = 64  # lists and mappings within one another; a book has 6
MOST_EVENTS = 20_000  # words, and both ends of lists and mappings; a book of 1500 lines has 9000
MOST_KEPT = 64  # files whose content is remembered
MOST_COMPLAINTS = 100  # nobody mends more in one go
LONGEST_NUMBER = 400  # characters; the largest double, written out, has 309
LONGEST_TAG = 2**16  # characters; the parser takes time as the square of a tag's length to decode it

_NUMBER = re.compile(
    r"""([-+]? (?: (?:0|[1-9][0-9]*(?:_[0-9]+)*) (?:\.(?:[0-9]+(?:_[0-9]+)*)?)? | \.[0-9]+(?:_[0-9]+)* ))
        (?: [eE]([-+]?[0-9]+) | ([kMBT%]) )?
      | [-+]?\.?(?i:inf|infinity|nan)""",
    re.VERBOSE,
)
_POWER = {"k": 3, "M": 6, "B": 9, "T": 12, "%": -2}
_DATE = re.compile("[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
# Control characters, odd line breaks, marks of direction, halves of surrogate pairs.
_UNSEEN = re.compile("[^\t\n -~\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands; what stands in a mapping has the line of its key.

    >>> parse("{pue: 1.1, tokens: [13T, 2B]}", "a.yaml").value["pue"]
    Node(value=1.1, where='a.yaml:1')
    """

    value: Any
    where: str

    def plain(self) -> Any:
        """The value without positions, all the way down.

        >>> parse("{pue: 1.1, tokens: [13T, 2B]}", "a.yaml").plain()
        {'pue': 1.1, 'tokens': [13000000000000, 2000000000]}
        """
        match self.value:
            case dict() as mapping:
                return {key: child.plain() for key, child in mapping.items()}
            case list() as items:
                return [child.plain() for child in items]
        return self.value


def read(path: str | Path) -> Node:
    """Read a file of ``KEY: VALUE`` lines.

    >>> read("no/such/book.yaml")
    Traceback (most recent call last):
    ...
    simulator.errors.InputError: no/such/book.yaml: there is no such file; check the path
    """
    data = _bytes(Path(path))
    try:
        root = _parsed(data.decode("utf-8"), str(path))
    except UnicodeDecodeError as error:
        where, what = f"{path}:{data.count(10, 0, error.start) + 1}", f"byte {error.start} is not UTF-8"
        raise InputError([Complaint(where, what, "save the file as UTF-8")]) from error
    if not isinstance(root.value, dict):
        raise InputError([Complaint(root.where, "the file holds no mapping", "write KEY: VALUE lines")])
    return root


@lru_cache(maxsize=MOST_KEPT)
def _parsed(text: str, name: str) -> Node:
    """What a file of this text holds; a batch reads the same books for every case, and no node is changed."""
    return parse(text, name)


def parse(text: str, name: str) -> Node:
    """Read one value, of a file or of an option, from text that complaints call ``name``.

    >>> parse("{low: 5%, high: 10k, as_of: 2025-03}", "--set mfu").plain()
    {'low': 0.05, 'high': 10000, 'as_of': '2025-03'}
    >>> parse("1e999", "--set mfu")
    Traceback (most recent call last):
    ...
    simulator.errors.InputError: --set mfu: '1e999': not a finite number; mend it, or quote it if it is text
    """
    if any(len(word) > LONGEST_TAG and "!" in word for word in text.split()):
        raise InputError([Complaint(name, f"a word with ! is over {LONGEST_TAG:,} letters long", "cut it")])
    tree = _Tree(name)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            tree.add(event)
    except MarkedYAMLError as error:
        tree.line = getattr(error.problem_mark or error.context_mark, "line", tree.line)
        tree.complain(*_explained(error))
    except ReaderError as error:
        tree.line = text.count("\n", 0, error.position)
        tree.complain(f"character U+{error.character:04X} is not allowed", "take it out")
    except (YAMLError, ValueError, OverflowError, RecursionError) as error:
        tree.complain(f"what follows cannot be read ({error})", "check its escapes")
    if tree.complaints:
        raise InputError(tree.complaints)
    return tree.documents[0]


def number(text: str) -> float | int | None:
    """The finite number that the text spells, or nothing.

    >>> [number(text) for text in ("1_000", "30.84M", "5%", "1e6", "010", "1e999")]
    [1000, 30840000.0, 0.05, 1000000.0, None, None]
    """
    found = _NUMBER.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
    if found is None or found[1] is None:
        return None
    digits, exponent, suffix = found.groups()
    power = _POWER.get(suffix, 0)
    nearest = float(f"{digits}e{exponent or power}")
    whole = "." not in digits and exponent is None and power >= 0
    value = int(digits) * 10**power if whole else nearest
    return value if isfinite(nearest) else None


def _date(text: str) -> date | str | None:
    """The day, or the month as it is written, or nothing if the calendar has no such date."""
    try:
        day = date.fromisoformat(f"{text}-01"[:10])
    except ValueError:
        return None
    return day if text == day.isoformat() else text


# What plain text looks like, how it is read, and what is wrong where that gives nothing.
_KINDS = ((_NUMBER, number, "not a finite number"), (_DATE, _date, "no such date"))


class _Tree:
    """The tree of one text as it grows, event by event, and the complaints about it."""

    def __init__(self, name: str):
        self.name = name
        self.complaints: list[Complaint] = []
        self.documents: list[Node] = []
        self.open: list[Any] = [self.documents]  # lists and mappings that go on, keys that lack a value
        self.events = self.line = 0

    def add(self, event: Any) -> None:
        self.events, self.line = self.events + 1, event.start_mark.line
        if self.events > MOST_EVENTS:
            self.complain(f"more than {MOST_EVENTS:,} words and brackets", "write less", final=True)
        if getattr(event, "anchor", None) or getattr(event, "ctag", None):
            self.complain("anchors, aliases and tags are not allowed", "write the value itself")
        match event:
            case events.ScalarEvent():
                self.hang(self.scalar(event))
            case events.MappingStartEvent():
                self.hang({})
            case events.SequenceStartEvent():
                self.hang([])
            case events.CollectionEndEvent():
                self.open.pop()
            case events.AliasEvent():
                self.hang(None)
            case events.DocumentStartEvent() if self.documents:
                self.complain("a second document begins here", "keep one document", final=True)
            case events.DocumentStartEvent() if event.version or event.tags:
                self.complain("directives are not allowed", "take out the lines that begin with %")
            case events.StreamEndEvent() if not self.documents:
                self.complain("nothing is written here", "write a value")

    def hang(self, value: Any) -> None:
        """Give the value its place: what a key waits for, or the next key, or the next item."""
        top = self.open[-1]
        match top:
            case Node():
                self.open.pop()
                self.open[-1][top.value] = Node(value, top.where)
            case dict():
                self.open.append(Node(self.key(value, top), self.where()))
            case _:
                top.append(Node(value, self.where()))
        if isinstance(value, dict | list):
            self.open.append(value)
            if len(self.open) > DEEPEST + 1:
                self.complain(f"nested deeper than {DEEPEST} levels", "write it flatter", final=True)

    def key(self, key: Any, mapping: dict[str, Node]) -> str:
        if not isinstance(key, str) or not key:
            self.complain("a key must be a word", "write KEY: VALUE")
            return ""
        if earlier := mapping.get(key):
            self.complain(f"{key[:40]!r}: written twice, first at {earlier.where}", "keep one of them")
        return key

    def scalar(self, event: events.ScalarEvent) -> Any:
        """The value of a scalar; a key and what stands in quotes are text."""
        text: str = event.value
        if unseen := _UNSEEN.search(text):
            self.complain(f"character U+{ord(unseen[0]):04X} is not allowed", "take it out")
        if event.style or isinstance(self.open[-1], dict):
            return text
        for looks, reading, fault in _KINDS:
            if looks.fullmatch(text):
                if (value := reading(text)) is None:
                    self.complain(f"{text[:40]!r}: {fault}", "mend it, or quote it if it is text")
                return value
        return _WORDS.get(text, text)

    def where(self) -> str:
        """The file and line; an option is one line and needs no number."""
        return self.name if self.name.startswith("--") else f"{self.name}:{self.line + 1}"

    def complain(self, what: str, remedy: str, *, final: bool = False) -> None:
        self.complaints.append(Complaint(self.where(), what, remedy))
        if final or len(self.complaints) >= MOST_COMPLAINTS:
            raise InputError(self.complaints)


def _bytes(path: Path) -> bytes:
    """The bytes of a file; of a larger file than is allowed, one more than that is ever read."""
    try:
        if not path.is_file():
            what = "this is not a regular file" if path.exists() else "there is no such file"
            near = did_you_mean(path.name, (file.name for file in path.parent.glob("*.yaml")))
            raise InputError([Complaint(str(path), what, near or "check the path")])
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise InputError([Complaint(str(path), what, "check the path and its permissions")]) from error
    if len(data) > LARGEST:
        raise InputError([Complaint(str(path), f"larger than {LARGEST:,} bytes", "split it")])
    return data


def _explained(error: MarkedYAMLError) -> tuple[str, str]:
    """The parser's own words in one line, and how to mend what it found."""
    begun = error.problem and error.context_mark and f"begun in line {error.context_mark.line + 1}"
    words = " ".join(filter(None, (error.problem, error.context, begun)))[:300]
    what = re.sub(r"<([a-z ]+)>", r"\1", re.sub(r"\(('.*?'),\)", r"\1", words))  # ('<scalar>',) to 'scalar'
    return what, "indent with spaces" if r"'\t'" in what else "check the indentation, brackets and quotes"
