"""Rows of text as tables: in columns for the terminal, in Markdown, as CSV."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Collection, Iterable, Sequence
from typing import Any

Row = tuple[str, ...]

WIDTH = 80


def wrapped(line: str, indent: str = "  ") -> list[str]:
    """A sentence in lines that fit a terminal, all but the first indented."""
    return textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def aligned(rows: Sequence[Row], text: Collection[int] = ()) -> list[str]:
    """Rows in columns: the first and those of ``text`` to the left, numbers to the right.

    >>> aligned([("name", "P50", "unit"), ("energy", "48.9k", "MWh")], text=[2])
    ['name      P50  unit', 'energy  48.9k  MWh']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_padded(row, widths, {0, *text})).rstrip() for row in rows]


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
    """Text that no spreadsheet takes for a formula.

    >>> safe_cell("=1+1"), safe_cell("gpt4"), safe_cell("")
    ("'=1+1", 'gpt4', '')
    """
    return f"'{text}" if text.startswith(tuple("=+-@\t\r＝＋－＠")) else text
