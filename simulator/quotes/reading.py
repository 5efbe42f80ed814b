"""Quotes from a CSV file: a date and a price in every row, and any columns to choose by."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path

from simulator.errors import Complaint, InputError, did_you_mean

PRICES, WEIGHTS = ("price", "price_usd"), ("weight", "weights")
LARGEST = 2**22  # bytes; the evidence of eight years has 2**16
MOST_ROWS = 50_000  # the evidence of eight years has 300
MOST_COMPLAINTS = 100  # nobody mends more in one go
LEAST, MOST = 1e-15, 1e15  # of a price or weight: what reports spell
MEND = "mend the rows, or leave them out with --skip-bad"
SEPARATORS = {";": "semicolons", "\t": "tabs"}  # of other tables than these
DATE = re.compile("(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Quote:
    """A row of the file: what was asked, when, and every column as it is written."""

    line: int
    day: date
    price: float
    weight: float
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """The rows of a file that are good, oldest first, and the complaints about those that are not."""

    path: Path
    columns: tuple[str, ...]
    quotes: tuple[Quote, ...]
    bad: tuple[Complaint, ...]


def read_quotes(path: Path, *, skip_bad: bool = False, today: date | None = None) -> Table:
    """Read quotes; a row without a good date, price or weight is bad, and so is one dated after ``today``.

    Raises :class:`InputError` with every bad row, or, where those are skipped, if no good one is left.
    """
    rows = _rows(path)
    columns = _columns(path, rows[0][1])
    found, bad = [], []
    for line, cells in rows[1:]:
        quote = _quote(f"{path}:{line}", line, columns, cells, today or date.today())
        match quote:
            case Quote():
                found.append(quote)
            case _:
                bad.append(quote)
    if len(bad) > MOST_COMPLAINTS:
        bad = [*bad[:MOST_COMPLAINTS], Complaint(str(path), f"{len(bad) - MOST_COMPLAINTS} more bad rows")]
    if bad and not skip_bad:
        raise InputError([*bad[:-1], replace(bad[-1], remedy=MEND)])
    if not found:
        raise InputError([*bad, Complaint(str(path), "there is no quote in it", "write one a row")])
    return Table(path, columns, tuple(sorted(found, key=lambda q: (q.day, q.line))), tuple(bad))


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """The rows that hold anything, each with its line."""
    try:
        if not path.is_file():
            what = "this is no regular file" if path.exists() else "there is no such file"
            near = did_you_mean(path.name, (file.name for file in path.parent.glob("*.csv")))
            raise InputError([Complaint(str(path), what, near or "check the path")])
        if path.stat().st_size > LARGEST:
            raise InputError([Complaint(str(path), f"larger than {LARGEST:,} bytes", "leave rows out")])
        reader = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True)
        filled = ((reader.line_num, row) for row in reader if any(map(str.strip, row)))
        rows = list(islice(filled, MOST_ROWS + 1))
    except UnicodeDecodeError as error:
        raise InputError(
            [Complaint(str(path), f"byte {error.start} is not UTF-8", "save it as UTF-8")]
        ) from error
    except csv.Error as error:
        raise InputError(
            [Complaint(f"{path}:{reader.line_num}", f"no CSV: {error}", "check quotes")]
        ) from error
    except OSError as error:
        raise InputError([Complaint(str(path), f"cannot be read: {error.strerror}")]) from error
    if len(rows) > MOST_ROWS:
        raise InputError([Complaint(str(path), f"more than {MOST_ROWS:,} rows", "leave rows out")])
    if not rows:
        raise InputError([Complaint(str(path), "the file is empty", "begin with a head: date,price,…")])
    return rows


def _columns(path: Path, head: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns, among them a date and one price."""
    columns, complaints = tuple(name.strip() for name in head), []
    for mark, marks in SEPARATORS.items():
        if len(columns) == 1 and mark in columns[0]:
            what = f"cells are parted by {marks}"
            raise InputError([Complaint(f"{path}:1", what, "part them by commas, with points in numbers")])
    for name in dict.fromkeys(columns):
        if columns.count(name) > 1:
            complaints.append(Complaint(f"{path}:1", f"the column {name or 'without a name'} is there twice"))
    for names in (("date",), PRICES):
        if not set(names) & set(columns):
            near = did_you_mean(names[0], columns)
            hint = f"rename {near[13:-1]}" if near else f"the columns are {', '.join(columns)}"
            complaints.append(Complaint(f"{path}:1", f"there is no column {' or '.join(names)}", hint))
    if complaints:
        raise InputError(complaints)
    return columns


def _quote(
    where: str, line: int, columns: Sequence[str], cells: Sequence[str], today: date
) -> Quote | Complaint:
    """A row, or what is wrong with it."""
    if len(cells) != len(columns):
        return Complaint(where, f"{len(cells)} cells under {len(columns)} columns", "check its commas")
    row = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
    price, weight = _first(row, PRICES), _first(row, WEIGHTS) or "1"
    faults = _date_fault(row["date"], today)
    for what, text in (("price", price), ("weight", weight)):
        if not _usable(text):
            faults.append(f"{what} {text!r} is no number from {LEAST:g} to {MOST:g}")
    if faults:
        return Complaint(where, "; ".join(faults))
    return Quote(line, date.fromisoformat(row["date"]), float(price), float(weight), row)


def _first(row: Mapping[str, str], names: Iterable[str]) -> str:
    return next((row[name] for name in names if name in row), "")


def _date_fault(text: str, today: date) -> list[str]:
    """What is wrong with a date, if anything is."""
    try:
        day = date.fromisoformat(text) if DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        return [f"date {text!r} is no YYYY-MM-DD"]
    return [f"date {text} lies in the future"] if day > today else []


def _usable(text: str) -> bool:
    """Whether a text is a number above 0 of a size that occurs."""
    try:
        return LEAST <= float(text) <= MOST
    except ValueError:
        return False
