"""Rows of text as tables: in columns for the terminal, in Markdown, as CSV."""

from __future__ import annotations

import csv
import io
import json
import re
import textwrap
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = tuple[str, ...]

WIDTH = 80
FORMULAS = tuple("=+-@\t\r\n＝＋－＠")  # with which text begins that a spreadsheet computes
NUMBER = re.compile(r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?", re.ASCII)


def wrapped(line: str, indent: str = "  ") -> list[str]:
    """A sentence in lines that fit a terminal, all but the first indented."""
    return textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def counted(count: int, noun: str) -> str:
    """How many there are of something.

    >>> counted(1, "case"), counted(1200, "case")
    ('1 case', '1,200 cases')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def grouped(said: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Names by what is said of them.

    >>> grouped([("a", "late"), ("b", "dear"), ("c", "late")])
    {'late': ['a', 'c'], 'dear': ['b']}
    """
    found: dict[str, list[str]] = {}
    for name, sentence in said:
        found.setdefault(sentence, []).append(name)
    return found


def cut(text: str, width: int) -> str:
    """Text of at most so many letters, its end left out.

    >>> cut("BLOOM 176B", 6), cut("short", 6)
    ('BLOOM…', 'short')
    """
    return text if len(text) <= width else f"{text[: width - 1]}…"


def shortened(text: str, width: int) -> str:
    """Text of at most so many letters, with its middle left out: names differ at their ends.

    >>> shortened("plan.accelerator_count=25k", 16), shortened("short", 16)
    ('plan.acc…unt=25k', 'short')
    """
    if len(text) <= width:
        return text
    end = (width - 1) // 2
    return f"{text[: width - 1 - end]}…{text[len(text) - end :]}"


def aligned(rows: Sequence[Row], text: Collection[int] = ()) -> list[str]:
    """Rows in columns: the first and those of ``text`` to the left, numbers to the right.

    Two spaces between columns, one where two would not fit a terminal.

    >>> aligned([("name", "P50", "unit"), ("energy", "48.9k", "MWh")], text=[2])
    ['name      P50  unit', 'energy  48.9k  MWh']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    gap = "  " if sum(widths) + 2 * (len(widths) - 1) <= WIDTH else " "
    return [gap.join(_padded(row, widths, {0, *text})).rstrip() for row in rows]


def fitted(rows: Sequence[Row]) -> list[str]:
    """Rows in columns, no wider than a terminal: a first cell that has no room there has lines of its own.

    >>> fitted([("case", "P50"), ("a", "$1M"), ("b" * 80, "$2M")])[1:] == [
    ...     "a" + "$1M".rjust(79), "b" * 80, "$2M".rjust(80)]
    True
    """
    whole = aligned(rows)
    if max(map(len, whole)) <= WIDTH:
        return whole
    beside = aligned([("", *row[1:]) for row in rows])
    room = WIDTH - len(beside[0])
    lines: list[str] = []
    for (name, *_), cells in zip(rows, beside, strict=True):
        parts = textwrap.wrap(name, WIDTH, subsequent_indent="  ") or [""]
        beside_it = len(parts) == 1 and len(name) <= room
        lines += [f"{name:{room}}{cells}"] if beside_it else [*parts, f"{'':{room}}{cells}"]
    return lines


def _padded(row: Row, widths: Sequence[int], text: Collection[int]) -> Iterable[str]:
    for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield cell.ljust(width) if column in text else cell.rjust(width)


def markdown_table(rows: Sequence[Row], text: Collection[int] = ()) -> list[str]:
    """A pipe table; the first row is its head, its first column and those of ``text`` go to the left."""
    head, *body = [[cell.replace("|", r"\|") for cell in row] for row in rows]
    rule = [":--" if column in {0, *text} else "--:" for column in range(len(head))]
    return ["| " + " | ".join(row) + " |" for row in (head, rule, *body)]


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as CSV; text that a spreadsheet would take for a formula is quoted."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([safe_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue().rstrip("\n")


def safe_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula; what is a number stays one.

    >>> safe_cell("=1+1"), safe_cell("gpt4"), safe_cell("-0.5"), safe_cell("-1+1")
    ("'=1+1", 'gpt4', '-0.5', "'-1+1")

    After https://owasp.org/www-community/attacks/CSV_Injection.
    """
    return f"'{text}" if text.startswith(FORMULAS) and not NUMBER.fullmatch(text) else text


@dataclass(frozen=True)
class Sheet:
    """One table for people, and the same as records and as one object for programs."""

    above: tuple[str, ...]  # a title, then sentences
    tables: tuple[Sequence[Row], ...]  # each with its head
    below: tuple[str, ...]
    records: Sequence[Mapping[str, Any]]  # of all tables, with the same keys
    data: Mapping[str, Any]

    def text(self, style: str) -> str:
        """The sheet in a style: table, markdown, csv or json."""
        return {"table": self._table, "markdown": self._markdown, "csv": self._csv, "json": self._json}[
            style
        ]()

    def _table(self) -> str:
        title, *sentences = self.above
        lines = [title, "=" * len(title), *(part for line in sentences for part in wrapped(line))]
        for table in self.tables:
            lines += ["", *fitted(table)]
        return "\n".join([*lines, "", *(part for line in self.below for part in wrapped(line))]).rstrip()

    def _markdown(self) -> str:
        title, *sentences = self.above
        lines = [f"# {title}", "", *(f"- {line}" for line in sentences)]
        for table in self.tables:
            lines += ["", *markdown_table(table)]
        return "\n".join([*lines, "", *(f"- {line}" for line in self.below)]).rstrip()

    def _csv(self) -> str:
        heads = [list(record) for record in self.records[:1]]
        return csv_text([*heads, *(list(record.values()) for record in self.records)])

    def _json(self) -> str:
        return json.dumps(self.data, indent=1, allow_nan=False)
