"""YAML text to plain values that remember where they stand.

The text may come from anybody, so the reader takes the parser's flat events in one pass and builds
the tree itself: nothing is expanded, nothing is constructed, and what is unusual (anchors, tags,
directives, two keys of one name, numbers that are not finite) is refused with its line.
Scalars follow YAML 1.2 and the project's own numbers: ``10k``, ``30.84M``, ``2B``, ``13T``, ``5%``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from simulator.errors import Complaint, InputError, did_you_mean

LARGEST_TEXT = 2**20  # bytes of a file, characters of a text; a book has about a tenth of it
DEEPEST = 64  # lists and mappings inside one another; a book needs 6
MOST_EVENTS = 100_000  # a book of 1500 lines has 15,000
MOST_COMPLAINTS = 100  # nobody mends more in one go
LONGEST_NUMBER = 400  # characters: the largest double, written out, has 309 digits

_NUMBER = re.compile(
    r"""(?P<mantissa> [-+]? (?: (?:0|[1-9][0-9]*(?:_[0-9]+)*) (?:\.(?:[0-9]+(?:_[0-9]+)*)?)?
                              | \.[0-9]+(?:_[0-9]+)* ))
        (?: [eE](?P<exponent>[-+]?[0-9]+) | (?P<suffix>[kMBT%]) )?
      | [-+]?\.?(?i:inf|infinity|nan)""",
    re.VERBOSE,
)
_POWERS = {"k": 3, "M": 6, "B": 9, "T": 12, "%": -2}
_WORDS = {"": None, "~": None}
_WORDS |= dict.fromkeys(("null", "Null", "NULL"))
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True)
_WORDS |= dict.fromkeys(("false", "False", "FALSE"), False)
# Control characters, those that turn the direction of writing, halves of a surrogate pair.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands; in a mapping, that is where its key stands.

    >>> node = parse("{pue: 1.1, tokens: [13T, 2B]}", "a.yaml")
    >>> node.value["pue"]
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
    """Read a file of ``KEY: VALUE`` lines; every complaint about it comes as one :class:`InputError`.

    >>> read("no/such/book.yaml")
    Traceback (most recent call last):
    ...
    simulator.errors.InputError: no/such/book.yaml: there is no such file; check the path
    """
    name, path = str(path), Path(path)
    try:
        data = _bytes(path, name)
        node = parse(data.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        where = f"{name}:{data.count(b'\n', 0, error.start) + 1}"
        _refuse(where, f"byte {error.start} (0x{data[error.start]:02x}) is not UTF-8", "save the file as UTF-8")
    except (OSError, ValueError) as error:
        _refuse(name, f"the file cannot be read ({error})", "check the path and its permissions")
    if not isinstance(node.value, dict):
        _refuse(node.where, "the file holds no mapping", "write KEY: VALUE lines")
    return node


def parse(text: str, name: str) -> Node:
    """Read one value from text; ``name`` is what complaints call the text.

    >>> parse("{low: 5%, high: 10k}", "--set mfu").plain()
    {'low': 0.05, 'high': 10000}
    >>> parse("[1e999, *all]", "--set mfu")
    Traceback (most recent call last):
    ...
    simulator.errors.InputError: 2 problems:
      1. --set mfu:1: 1e999: not a finite number; mend it, or quote it if it is text
      2. --set mfu:1: *all: aliases are not allowed; write the value out
    """
    if len(text) > LARGEST_TEXT:
        _refuse(name, *_TOO_LARGE)
    tree = _Tree(name)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            tree.add(event)
    except MarkedYAMLError as error:
        tree.complain(*_syntax(error))
    return tree.finished()
