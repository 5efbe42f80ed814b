"""What the reader of YAML must accept, refuse and never do."""

from __future__ import annotations

import ast
import json
import math
import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator.errors import InputError
from simulator.scenario import reader
from simulator.scenario.reader import (
    DEEPEST,
    LARGEST,
    LONGEST_NUMBER,
    MOST_COMPLAINTS,
    Node,
    number,
    parse,
    read,
)


def plain(text: str) -> Any:
    return parse(text, "a.yaml").plain()


def complaints(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        parse(text, "a.yaml")
    return [str(complaint) for complaint in caught.value.complaints]


def file_complaint(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read(path)
    (complaint,) = caught.value.complaints
    assert complaint.remedy
    return str(complaint).removeprefix(str(path))


# One line: numbers as they are written in a book, then as Python writes them.
NUMBERS = """
    0 7 -3 +3 2022 1_000_000 1_0                            0 7 -3 3 2022 1000000 10
    0.5 .5 -.5 5. -3.5 1_000.000_1                          0.5 0.5 -0.5 5.0 -3.5 1000.0001
    1e6 1.8e12 1.8E+12 5e-1 .5e3 1.e2                       1e6 1.8e12 1.8e12 0.5 500.0 100.0
    10k 2B 25_000k -2M 13T                                  10000 2000000000 25000000 -2000000 13000000000000
    1.5M 30.84M 0.1k .5T                                    1500000.0 30840000.0 100.0 5e11
    5% 12.5% -5% 100% 0.1% .5%                              0.05 0.125 -0.05 1.0 0.001 0.005
    9007199254740993 1e308 0e999 1e-999                     9007199254740993 1e308 0.0 0.0
"""
TABLE = [row.split() for row in NUMBERS.strip().splitlines()]
PAIRS = [pair for row in TABLE for pair in zip(row[: len(row) // 2], row[len(row) // 2 :], strict=True)]
WORDS = """
    0x10 0o7 010 00 -01 00.5 0_1 12:30:45 1__0 _1 1_ 1_.5 1._5 1e e5 1e5.5 1e1_0 . + --1 1- 5%% k $5 1,5
    10K 10m 10b 10t 10G 1e3k 5k% 1kk ٣ ５ 1² ½ 1d 1f 1j yes no on off Yes NO True NULL none nano info inform
    A100-40G-SXM 2025-3-1 2025-03-01T12:00 25-03 2025-W10 02025-03 2025-030 << =
"""
NOT_FINITE = """
    1e999 -1e999 1e400 2e308 1e309 .inf -.inf +.inf .Inf .INF inf -inf Infinity .nan nan NaN .NaN
"""
TOO_LONG = ("9" * 310, "1" * (LONGEST_NUMBER + 1), "1" * 10_000, "0." + "0" * LONGEST_NUMBER)


@pytest.mark.parametrize(("text", "value"), PAIRS)
def test_numbers(text: str, value: str) -> None:
    """The grammar's numbers have the nearest value, and are whole where they are written whole."""
    for found in (number(text), plain(text), plain(f"[{text}]")[0], plain(f"a: {text}  # note")["a"]):
        assert repr(found) == repr(ast.literal_eval(value))


@pytest.mark.parametrize("text", WORDS.split())
def test_words(text: str) -> None:
    """What only resembles a number, a date or a word of YAML 1.1 stays text."""
    assert number(text) is None
    assert plain(text) == text


@pytest.mark.parametrize("text", [*NOT_FINITE.split(), *TOO_LONG])
def test_no_finite_number(text: str) -> None:
    """A number that no double can hold is refused with its line, not turned into text or infinity."""
    assert number(text) is None
    (complaint,) = complaints(f"a: 1\nb: {text}\n")
    assert complaint.startswith("a.yaml:2: ") and "not a finite number" in complaint
    assert plain(f"'{text}'") == text


@given(st.text("0123456789._-+eEkMBT%", max_size=12))
@example("1_0_0.0_1e-05")
def test_number_against_python(text: str) -> None:
    """Whatever is a number has the value that Python reads, once its suffix is written as an exponent."""
    value = number(text)
    if value is not None:
        powers = {"k": "e3", "M": "e6", "B": "e9", "T": "e12", "%": "e-2"}
        assert value == float(re.sub("[kMBT%]", lambda found: powers[found[0]], text))


@given(st.one_of(st.integers(-(10**300), 10**300), st.floats(allow_nan=False, allow_infinity=False)))
def test_every_double_returns(value: float) -> None:
    """Every finite number that Python writes is read back exactly."""
    assert number(repr(value)) == value
    assert plain(f"{{a: {value!r}}}") == {"a": value}


VALUES = [
    *(("true", True), ("false", False), ("null", None), ("~", None), ("---", None), ("''", "")),
    *(("2025-03-01", date(2025, 3, 1)), ("2024-02-29", date(2024, 2, 29)), ("2023-03", "2023-03")),
    *(("'true'", "true"), ('"5%"', "5%"), ("'2025-03-01'", "2025-03-01"), ("|\n  1", "1"), ("[]", [])),
    *(("a: ", {"a": None}), ("{a, b: }", {"a": None, "b": None}), ("{}", {}), ("- \n-", [None, None])),
    *(("? a\n: b", {"a": "b"}), ("[a: 1]", [{"a": 1}]), ("a:\n- 1\n- 2", {"a": [1, 2]}), ("[a, ]", ["a"])),
    *(("--- a", "a"), ("a\n...", "a"), ("\ufeffa: 1", {"a": 1}), ("a: b\r\nc: d\r\n", {"a": "b", "c": "d"})),
    *(('"a\\tb\\n"', "a\tb\n"), ('"\\u20ac"', "€"), ("成本: 训练", {"成本": "训练"}), ("😀", "😀")),
    *(("a: 1 # b\n# c", {"a": 1}), ("{a: [1,\t2]}", {"a": [1, 2]}), ("a: one\n  two", {"a": "one two"})),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_values(text: str, value: Any) -> None:
    """Words, dates, quoted text and every way to write a list or a mapping."""
    assert plain(text) == value


def test_keys_are_text() -> None:
    """A key stays as it is written, whatever it would mean as a value."""
    text = "2022: a\n1y: b\n5%: c\ntrue: d\nnull: e\n2025-13-40: f\n'q': g\n~: h\n<<: i\n"
    assert list(plain(text)) == ["2022", "1y", "5%", "true", "null", "2025-13-40", "q", "~", "<<"]


def test_positions() -> None:
    """A value in a mapping stands where its key stands, an item of a list where it begins."""
    root = parse("# note\na:\n  b: >-\n    long\n    text\n  c:\n  - 1\n  - {d:\n      2}\n", "x.yaml")
    outer = root.value["a"]
    inner = outer.value["c"]
    assert [root.where, outer.where, inner.where] == ["x.yaml:2", "x.yaml:2", "x.yaml:6"]
    assert outer.value["b"] == Node("long text", "x.yaml:3")
    assert [item.where for item in inner.value] == ["x.yaml:7", "x.yaml:8"]
    assert inner.value[1].value["d"] == Node(2, "x.yaml:8")


TWICE = ["3: 'a': written twice, first at a.yaml:1", "4: 'a': written twice, first at a.yaml:3"]
DATES = ["1: '2025-13-40'", "2: '2025-02-29'", "3: '2023-13'", "3: '0000-01'"]
REFUSED = [
    ("", ["1: nothing is written here"]),
    ("# only\n# notes\n", ["3: nothing is written here"]),
    ("a: &x 1\nb: *x\n", ["1: anchors, aliases and tags", "2: anchors, aliases and tags"]),
    ("\n*x : 1", ["2: anchors, aliases and tags", "2: a key must be a word"]),
    ("a: !!int 3\nb: ! x\nc: !<t> []\n", [f"{line}: anchors, aliases and tags" for line in (1, 2, 3)]),
    ("!!python/object/apply:os.system [ls]", ["1: anchors, aliases and tags"]),
    ("a: 1\nb:\n  !!map {c: &d !e 1}", ["3: anchors, aliases and tags", "3: anchors, aliases and tags"]),
    ("a: 1\nb: {c: 1, c: 2}\na: 2\n'a': 3\n", ["2: 'c': written twice", *TWICE]),
    ("? [a]\n: b\n? {c: d}\n: e\n", ["1: a key must be a word", "3: a key must be a word"]),
    (": a\n", ["1: a key must be a word"]),
    ("'': a\n", ["1: a key must be a word"]),
    ("a\n---\nb\n", ["2: a second document begins here"]),
    ("---\n...\n---\n", ["3: a second document begins here"]),
    ("%YAML 1.1\n---\na: 1\n", ["2: directives are not allowed"]),
    ("%TAG !e! x\n---\na: 1\n", ["2: directives are not allowed"]),
    ("%YAML 1." + "9" * 5000, ["1: what follows cannot be read"]),
    ("a: 2025-13-40\nb: [2025-02-29,\n 2023-13, 0000-01]", [f"{date}: no such date" for date in DATES]),
    ("a: .inf\nb: c\nd: 1e999\ne: [", ["1: '.inf': not a", "3: '1e999': not a", "4: expected the node"]),
    ("a: 1\n\tb: 2", ["2: found character '\\t' that cannot start any token"]),
    ("a: 1\nb: c: d", ["2: mapping values are not allowed here"]),
    ("a:\n  b: 1\n c: 2", ["3: expected block end, but found"]),
    ("a: [1,\n2", ["2: expected ',' or ']', but got 'stream end' while parsing a flow sequence begun in"]),
    ("a: 'b\n", ["2: found unexpected end of stream while scanning a quoted scalar begun in line 1"]),
    ("'a' b", ["1: expected 'document start', but found 'scalar'; "]),
    ("%a\n", ["2: expected 'document start', but found 'stream end'; "]),
    ("a: |\n   \n    b\n", ["3: more indented follow up line than first in a block scalar"]),
    ('"\\q"', ["1: found unknown escape character 'q'"]),
    ('"\\U00110000"', ["1: what follows cannot be read"]),
    ('"\\UFFFFFFFF"', ["1: what follows cannot be read"]),
    ("k" * 1100 + ": 1", ["1: mapping values are not allowed here"]),
    ("a: b\nc: \0", ["2: character U+0000 is not allowed"]),
    ("a\n\n\x1b[2J", ["3: character U+001B is not allowed"]),
    ("a: \ud800", ["1: character U+D800 is not allowed"]),
    ('a: 1\nb: "\\0"\n"\\x1b": 1', ["2: character U+0000", "3: character U+001B"]),
    ('["\\ud83d\\ude00", "\\r", "\\u202e"]', [f"1: character U+{odd}" for odd in ("D83D", "000D", "202E")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), REFUSED)
def test_refusals(text: str, expected: list[str]) -> None:
    """Each refusal names its line and what is wrong, all of them at once, and how to mend it."""
    found = complaints(text)
    assert len(found) == len(expected)
    for complaint, start in zip(found, expected, strict=True):
        assert complaint.startswith(f"a.yaml:{start}")
        assert "; " in complaint and "\n" not in complaint


def test_duplicates_give_both_lines() -> None:
    """A complaint about a key written twice says where it stands first."""
    assert complaints("a: 1\n\n\na: 2") == [
        "a.yaml:4: 'a': written twice, first at a.yaml:1; keep one of them"
    ]


def test_long_and_hostile_text_is_cut_in_messages() -> None:
    """What a message quotes from the file is short and cannot write to the terminal."""
    (complaint,) = complaints('"a\\nb' + "x" * 500 + '": 1\n"a\\nb' + "x" * 500 + '": 2\n')
    assert complaint.isprintable() and len(complaint) < 150


def test_depth() -> None:
    """Sixty-four levels are read, one more is refused, in every style of writing."""
    assert parse("[" * DEEPEST + "]" * DEEPEST, "a").plain() is not None
    assert parse("{a: " * DEEPEST + "}" * DEEPEST, "a").plain() is not None
    for opening in ("[", "{a: ", "- ", "[a, ", "? "):
        assert f"nested deeper than {DEEPEST} levels" in complaints(opening * (DEEPEST + 1) + "b")[-1]


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "[{a: ", "{[", '["a", '])
def test_bombs_of_brackets(opening: str) -> None:
    """A hundred thousand brackets end in a complaint, not in a RecursionError."""
    assert f"nested deeper than {DEEPEST} levels" in complaints(opening * 100_000)[-1]


def test_bomb_of_aliases() -> None:
    """A billion laughs are refused line by line, and nothing is expanded."""
    lines = ["a0: &a0 [lol]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10))]
    found = complaints("\n".join(lines))
    assert found[0].startswith("a.yaml:1: anchors") and len(found) == 10 + 9 * 9


def test_endless_tag() -> None:
    """A tag that the parser would take minutes to decode is refused before."""
    assert complaints("a: " + "!" * 2**20)[0].startswith("a.yaml: a word with ! is over 65,536 letters long")
    assert complaints("!" * 1000)[0].startswith("a.yaml:1: anchors, aliases and tags")


def test_too_many_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text of more words than any book is refused on the way, not read to its end."""
    assert reader.MOST_EVENTS == 20_000
    monkeypatch.setattr(reader, "MOST_EVENTS", 1000)
    (complaint,) = complaints("- a\n" * 2000 + "[")
    assert complaint == "a.yaml:998: more than 1,000 words and brackets; write less"


def test_too_many_complaints() -> None:
    """Nobody gets more complaints than can be read."""
    assert len(complaints("- .nan\n" * 1000)) == MOST_COMPLAINTS


def test_very_long_scalars() -> None:
    """Length alone is no fault."""
    text = "x" * 100_000
    assert plain(text) == plain(f"'{text}'") == text
    assert plain("1_" * 50_000) == "1_" * 50_000
    assert plain(f"? {text}\n: 1") == {text: 1}


# Text that has a place in a book: no control characters, no odd line breaks, no marks of direction.
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co")), max_size=20)
SCALARS = st.one_of(
    TEXT,
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
)
TREES = st.recursive(
    SCALARS,
    lambda child: st.lists(child, max_size=4) | st.dictionaries(TEXT.filter(bool), child, max_size=4),
    max_leaves=20,
)


@given(TREES)
@settings(max_examples=100, deadline=None)
def test_json_returns(tree: Any) -> None:
    """Every tree that JSON can write is read back, on one line or on many."""
    assert plain(json.dumps(tree, ensure_ascii=False)) == tree
    assert plain(json.dumps(tree, ensure_ascii=False, indent=1)) == tree


def block(tree: Any, indent: str = "") -> str:
    """The tree in YAML's block style, scalars as in JSON."""
    if isinstance(tree, dict) and tree:
        pairs = ((json.dumps(key, ensure_ascii=False), child) for key, child in tree.items())
        return "".join(f"\n{indent}{key}: {block(child, indent + '  ')}" for key, child in pairs)
    if isinstance(tree, list) and tree:
        return "".join(f"\n{indent}- {block(child, indent + '  ')}" for child in tree)
    return json.dumps(tree, ensure_ascii=False)


@given(TREES)
@settings(max_examples=100, deadline=None)
def test_block_style_returns(tree: Any) -> None:
    """The same in block style, and each scalar of a mapping stands in the line of its key."""
    text = block(tree)
    assert plain(text) == tree
    lines = text.splitlines() if isinstance(tree, dict) and tree else []
    for key, node in (parse(text, "a").value if lines else {}).items():
        assert lines[int(node.where.removeprefix("a:")) - 1].startswith(json.dumps(key, ensure_ascii=False))


PIECES = st.sampled_from(
    [*"[]{},:?-!&*#|>'\"%@`\\~ \n\r\t\0a1.", ": ", "- ", "\n  ", "\n\n", "---\n", "%YAML 1.1\n"]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
@settings(max_examples=300, deadline=None)
@example("- |+\n \n  a\n")
def test_only_complaints_escape(text: str) -> None:
    """Any text whatever gives finite plain values or an InputError with positions, nothing else."""
    try:
        leaves = [parse(text, "a.yaml").plain()]
    except InputError as error:
        assert all(re.match(r"a\.yaml:\d+\Z", complaint.where) for complaint in error.complaints)
        return
    while leaves:
        leaf = leaves.pop()
        if isinstance(leaf, dict | list):
            leaves.extend([*leaf, *leaf.values()] if isinstance(leaf, dict) else leaf)
        else:
            assert isinstance(leaf, str | bool | date | None) or math.isfinite(leaf)


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_in_a_file(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Any bytes whatever in a file give a mapping or an InputError."""
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(data)
    try:
        assert isinstance(read(path).plain(), dict)
    except InputError as error:
        assert error.complaints


def test_file(tmp_path: Path) -> None:
    """A good file is read, and its name stands in every position as it was given."""
    path = tmp_path / "book.yaml"
    path.write_text("title: 训练\npue: 1.1\n", encoding="utf-8")
    assert read(path).plain() == read(str(path)).plain() == {"title": "训练", "pue": 1.1}
    assert read(path).value["pue"].where == f"{path}:2"


@pytest.mark.parametrize(
    ("data", "start"),
    [
        (b"", ":1: nothing is written here"),
        (b"- 1\n- 2\n", ":1: the file holds no mapping"),
        (b"\n\njust text\n", ":3: the file holds no mapping"),
        (b"--- ~\n", ":1: the file holds no mapping"),
        (b"a: 1\nb: \xff\n", ":2: byte 8 is not UTF-8"),
        ("a: 1".encode("utf-16"), ":1: byte 0 is not UTF-8"),
        (b"a: \xed\xa0\x80\n", ":1: byte 3 is not UTF-8"),
        (b"a: b\n\n\0", ":3: character U+0000 is not allowed"),
        (b"#" * LARGEST + b"\n", ": larger than 524,288 bytes"),
    ],
)
def test_bad_files(tmp_path: Path, data: bytes, start: str) -> None:
    """A file that cannot be a book gives one complaint with file, line and remedy."""
    path = tmp_path / "book.yaml"
    path.write_bytes(data)
    assert file_complaint(path).startswith(start)


def test_largest_file(tmp_path: Path) -> None:
    """A file of exactly the largest size is read."""
    path = tmp_path / "book.yaml"
    path.write_bytes(b"a: 1\n#".ljust(LARGEST, b"x"))
    assert read(path).plain() == {"a": 1}


def test_missing_files(tmp_path: Path) -> None:
    """No file, a directory, a pipe or an impossible name is a complaint, and a near name is proposed."""
    (tmp_path / "market.yaml").write_text("a: 1")
    os.mkfifo(tmp_path / "pipe")
    assert file_complaint(tmp_path / "market.yml") == ": there is no such file; Did you mean market.yaml?"
    assert file_complaint(tmp_path / "x" / "y") == ": there is no such file; check the path"
    assert file_complaint(tmp_path / "a\0b").endswith("a\\x00b: there is no such file; check the path")
    assert file_complaint(tmp_path).startswith(": this is not a regular file")
    assert file_complaint(tmp_path / "pipe").startswith(": this is not a regular file")
    assert file_complaint(tmp_path / ("x" * 300)).startswith(": cannot be read: File name too long")


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that the system refuses to open is a complaint that gives the system's reason."""
    path = tmp_path / "book.yaml"
    path.write_text("a: 1")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert file_complaint(path) == ": cannot be read: Permission denied; check the path and its permissions"


def test_surrogates_on_the_command_line() -> None:
    """Bytes of an option that are not UTF-8 are a complaint."""
    assert complaints(os.fsdecode(b"\xff\xfe"))[0].startswith("a.yaml:1: character U+DCFF")
