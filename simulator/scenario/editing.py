"""Values put into YAML text: every other character, comments among them, stays as it was."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

PLAIN = re.compile("[A-Za-z0-9][A-Za-z0-9._/-]*")
WIDTH = 118  # columns of a book's text
STEP = 2  # columns that a level is indented by
LARGEST_WHOLE = 1e15


def text_at(text: str, path: Sequence[str]) -> str:
    """The scalar at a path of keys as it is written; empty where there is none.

    >>> text_at("extends: market.yaml", ("extends",))
    'market.yaml'
    """
    node: Node | None = _composed(text)
    for word in path:
        node = _child(node, word)[1] if node is not None else None
    return str(node.value) if isinstance(node, ScalarNode) else ""


def holds(text: str, path: Sequence[str]) -> bool:
    """Whether there is anything at a path of keys.

    >>> holds("priors: {pue: {value: 1.1}}", ("priors", "pue")), holds("priors: {}", ("priors", "pue"))
    (True, False)
    """
    node: Node | None = _composed(text)
    for word in path:
        node = _child(node, word)[1] if node is not None else None
    return node is not None


def with_value(text: str, path: Sequence[str], value: Any) -> str:
    r"""A text with a value at a path of keys: in place of what is there, or after its last neighbour.

    >>> print(with_value("a: 1  # one\nb:\n  c: 2  # two\n  d: 3\n", ("b", "c"), 5), end="")
    a: 1  # one
    b:
      c: 5  # two
      d: 3
    >>> with_value("b: {c: 2}\n", ("b", "d"), {"p5": 1.5})
    'b: {c: 2, d: {p5: 1.5}}\n'
    """
    node, key, flow = _composed(text), None, False
    for depth, word in enumerate(path):
        new_key, child = _child(node, word)
        if new_key is None or child is None:
            return _inserted(text, node, key, path[depth:], value)
        key, node, flow = new_key, child, bool(getattr(node, "flow_style", False))
    assert key is not None
    begin, column, line_end = key.start_mark.index, key.start_mark.column, _line_end(text)
    new = _flow({path[-1]: value})[1:-1] if flow else _lines(path[-1], value, column, line_end)
    first, more, lines = new.partition(line_end)
    beside, end, after = text[_end(text, node) :].partition(line_end)  # a comment stays beside the key
    return text[:begin] + first + beside + more + lines + end + after


def _composed(text: str) -> Node:
    """The tree of a text with the place of every node."""
    root: Node = YAML(typ="safe", pure=True).compose(text)
    return root


def _child(node: Node, word: str) -> tuple[Node | None, Node | None]:
    """A key of a mapping and its value; nothing twice where there is no such key."""
    pairs: list[tuple[Node, Node]] = node.value if isinstance(node, MappingNode) else []
    return next(((key, child) for key, child in pairs if key.value == word), (None, None))


def _inserted(text: str, node: Node, key: Node | None, path: Sequence[str], value: Any) -> str:
    """A text with new keys at the end of a mapping; one that holds nothing yet becomes a block."""
    word, nested = path[0], value
    for outer in reversed(path[1:]):
        nested = {outer: nested}
    if isinstance(node, MappingNode) and node.flow_style:
        end = node.end_mark.index - 1
        comma = ", " if node.value else ""
        return text[:end].rstrip().removesuffix(",") + comma + _flow({word: nested})[1:-1] + text[end:]
    if isinstance(node, MappingNode):
        column, end = node.value[0][0].start_mark.column, _end(text, node)
    else:
        assert key is not None  # a key without a value, as in "priors:"
        column, end = key.start_mark.column + STEP, key.end_mark.index
    line_end = _line_end(text)
    place = text.find(line_end, end) if line_end in text[end:] else len(text)
    new = f"{' ' * column}{_lines(word, nested, column, line_end)}"
    return f"{text[:place]}{line_end}{new}{text[place:] or line_end}"


def _line_end(text: str) -> str:
    """How the lines of a text end: as its first does."""
    return "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"


def _end(text: str, node: Node) -> int:
    """Where the text of a node ends, without the comments and empty lines after it."""
    if isinstance(node, MappingNode) and not node.flow_style:
        return _end(text, node.value[-1][1])
    end = int(node.end_mark.index)
    return len(text[:end].rstrip()) if getattr(node, "style", None) in ("|", ">") else end


def _lines(word: str, value: Any, column: int, line_end: str) -> str:
    """The lines of a block, ended as those of the text that they go into."""
    return _block(word, value, column).replace("\n", line_end)


def _block(word: str, value: Any, column: int) -> str:
    """KEY: VALUE lines, the first of which is indented already."""
    head, inner = f"{_scalar(word)}:", column + STEP
    match value:
        case dict() if _has_lines(value):
            lines = [f"\n{' ' * inner}{_block(key, child, inner)}" for key, child in value.items()]
            return head + "".join(lines)
        case str() if column + len(head) + len(_scalar(value)) >= WIDTH:
            lines = textwrap.wrap(value, WIDTH - inner, break_long_words=False, break_on_hyphens=False)
            return f"{head} >-" + "".join(f"\n{' ' * inner}{line}" for line in lines)
    return f"{head} {_flow(value)}"


def _has_lines(value: Mapping[str, Any]) -> bool:
    """Whether a mapping is written in lines of its own: all but a family's parameters."""
    return any(isinstance(child, dict | str) for child in value.values())


def _flow(value: Any) -> str:
    """A value in one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{_scalar(key)}: {_flow(child)}" for key, child in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case str():
            return _scalar(value)
        case float() if value.is_integer() and abs(value) < LARGEST_WHOLE:
            return str(int(value))
    return json.dumps(value)


def _scalar(text: str) -> str:
    """A text, in quotes where it could be taken for anything else."""
    return text if PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
