"""Published runs from a CSV file: what was planned, what was published of the outcome, what that covers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from simulator.errors import Complaint, InputError, did_you_mean
from simulator.scenario.reader import number

LARGEST = 2**20  # bytes; a run takes some hundred
NUMBERS = {
    "params_active": "active_parameters",
    "tokens": "tokens",
    "chip_count": "accelerator_count",
    "chip_hours": "accelerator_hours",
    "days": "training_days",
    "energy_mwh": "energy",
    "tco2e": "emissions",
}  # columns of numbers, and the model's names of them
BASES = {
    "accelerator_hours": "hours_scope",
    "training_days": "hours_scope",
    "energy": "energy_basis",
    "emissions": "tco2e_basis",
}  # quantities that are predicted, and the column that says what is in the published figure
WORDS = (
    *("model", "developer", "chip", "region", "published_month", "grade"),
    *dict.fromkeys(BASES.values()),
)
NOTHING = ("", "-", "–", "—", "?", "n/a", "na", "none", "null", "unknown")  # ways to leave a cell empty
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
SUFFIXES = str.maketrans("bmtK", "BMTk")  # 65b as 65B


@dataclass(frozen=True)
class PublishedRun:
    """A row: numbers by the model's names, and words, empty where the row says nothing."""

    line: int
    numbers: Mapping[str, float]
    words: Mapping[str, str]

    @property
    def name(self) -> str:
        """What the run is called."""
        return self.words["model"]


def read_published(path: str | Path) -> tuple[PublishedRun, ...]:
    """The runs of a file with the columns of ``configs/published/runs.csv``, any others passed over.

    Raises :class:`InputError` with every complaint, by line.
    """
    path = Path(path)
    rows = _rows(path)
    head = [name.strip() for name in rows[0][1]]
    _check_head(path, head)
    found, complaints = [], []
    for line, cells in rows[1:]:
        row = {name: _cell(cell) for name, cell in zip(head, cells, strict=False)}
        faults = _faults(row, len(cells), len(head))
        if faults:
            complaints.append(Complaint(f"{path}:{line}", "; ".join(faults)))
        else:
            found.append(_run(line, row))
    for run in found:
        if any(replace(run, line=other.line) == other for other in found if other.line < run.line):
            complaints.append(Complaint(f"{path}:{run.line}", f"{run.name} is there twice", "take one out"))
    if not found and not complaints:
        complaints.append(Complaint(str(path), "there is no run in it", "write one a row"))
    if complaints:
        raise InputError(complaints)
    return _told_apart(found)


def _cell(text: str) -> str:
    return "" if text.strip().lower() in NOTHING else text.strip()


def _told_apart(runs: Sequence[PublishedRun]) -> tuple[PublishedRun, ...]:
    """Runs of one name, phases of a training perhaps, with their lines."""
    names = [run.name for run in runs]
    return tuple(
        replace(run, words={**run.words, "model": f"{run.name} (line {run.line})"})
        if names.count(run.name) > 1
        else run
        for run in runs
    )


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """The rows that hold anything, each with its line."""
    try:
        if not path.is_file():
            raise InputError([Complaint(str(path), "there is no such file", "check the path")])
        if path.stat().st_size > LARGEST:
            raise InputError([Complaint(str(path), f"larger than {LARGEST:,} bytes", "leave rows out")])
        reader = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True)
        rows = [(reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError([Complaint(str(path), f"this is no CSV in UTF-8: {error}")]) from error
    except OSError as error:
        raise InputError([Complaint(str(path), f"cannot be read: {error.strerror}")]) from error
    if not rows:
        raise InputError([Complaint(str(path), "the file is empty", "begin with a head: model,chip,…")])
    return rows


def _check_head(path: Path, head: Sequence[str]) -> None:
    wanted = ("model", "chip", "params_active", "tokens")
    complaints = [
        Complaint(f"{path}:1", f"there is no column {name}", did_you_mean(name, head))
        for name in wanted
        if name not in head
    ]
    complaints += [
        Complaint(f"{path}:1", f"the column {name} is there twice", "take one out")
        for name in sorted({name for name in head if head.count(name) > 1})
    ]
    if complaints:
        raise InputError(complaints)


def _faults(row: Mapping[str, str], cells: int, columns: int) -> list[str]:
    """What is wrong with a row."""
    found = [] if cells == columns else [f"{cells} cells under {columns} columns"]
    if not row.get("model"):
        found.append("the run has no name under model")
    for column in NUMBERS:
        text = row.get(column, "")
        if text and not (_number(text) or 0.0) > 0.0:
            found.append(f"{column} {text!r} is no number above 0")
    return found


def _number(text: str) -> float | None:
    """The number that a cell spells.

    >>> [_number(text) for text in ("6.5e10", "1,000", "65B", "1_000", "1,5", "~7M")]
    [65000000000.0, 1000.0, 65000000000.0, 1000.0, None, None]
    """
    found = number(THOUSANDS.sub("", text).replace(" ", "").translate(SUFFIXES))
    return None if found is None else float(found)


def _run(line: int, row: Mapping[str, str]) -> PublishedRun:
    cells = {name: _number(row.get(column, "")) for column, name in NUMBERS.items()}
    numbers = {name: value for name, value in cells.items() if value is not None}
    return PublishedRun(line, numbers, {word: row.get(word, "") for word in WORDS})
