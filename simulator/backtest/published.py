"""Published runs from a CSV file: what was planned, what was published of the outcome, what that covers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
SEPARATORS = ",;\t"
NEEDED = ("model", "chip", "params_active", "tokens")  # columns


@dataclass(frozen=True)
class PublishedRun:
    """A row: numbers by the model's names, and words, empty where the row says nothing."""

    line: int
    numbers: Mapping[str, float]
    words: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)  # why a number is none, by the model's name

    @property
    def name(self) -> str:
        """What the run is called."""
        return self.words["model"]


def read_published(path: str | Path) -> tuple[PublishedRun, ...]:
    """The runs of a file with the columns of ``configs/published/runs.csv``, any others passed over.

    What cannot be read of a row is among its faults, and costs no other row.

    Raises :class:`InputError` with every complaint about the file as a whole.
    """
    path = Path(path)
    rows = _rows(path)
    head = [name.strip().lower() for name in rows[0][1]]
    _check_head(path, head)
    if not rows[1:]:
        raise InputError([Complaint(str(path), "there is no run in it", "write one a row")])
    return _told_apart(_once([_run(line, head, cells) for line, cells in rows[1:]]))


def _once(runs: Sequence[PublishedRun]) -> list[PublishedRun]:
    """Runs of which those that repeat an earlier row are at fault."""
    first: dict[str, int] = {}
    found = []
    for run in runs:
        line = first.setdefault(repr((run.numbers, run.words, run.faults)), run.line)
        found.append(run if line == run.line else _at_fault(run, f"the same as line {line}"))
    return found


def _at_fault(run: PublishedRun, why: str) -> PublishedRun:
    """A run of which nothing can be used."""
    return replace(run, numbers={}, faults=dict.fromkeys(NUMBERS.values(), why))


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
            what = "this is no regular file" if path.exists() else "there is no such file"
            raise InputError([Complaint(str(path), what, "check the path")])
        if path.stat().st_size > LARGEST:
            raise InputError([Complaint(str(path), f"larger than {LARGEST:,} bytes", "leave rows out")])
        text = path.read_text(encoding="utf-8-sig")
        separator = max(SEPARATORS, key=text.partition("\n")[0].count)
        reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
        rows = [(reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError([Complaint(str(path), f"this is no CSV in UTF-8: {error}")]) from error
    except OSError as error:
        raise InputError([Complaint(str(path), f"cannot be read: {error.strerror}")]) from error
    if not rows:
        raise InputError([Complaint(str(path), "the file is empty", "begin with a head: model,chip,…")])
    return rows


def _check_head(path: Path, head: Sequence[str]) -> None:
    complaints = [
        Complaint(f"{path}:1", f"there is no column {name}", did_you_mean(name, head))
        for name in NEEDED
        if name not in head
    ]
    complaints += [
        Complaint(f"{path}:1", f"the column {name} is there twice", "take one out")
        for name in sorted({name for name in head if head.count(name) > 1})
    ]
    if complaints:
        raise InputError(complaints)


def _number(text: str) -> float | None:
    """The number above 0 that a cell spells.

    >>> [_number(text) for text in ("6.5e10", "1,000", "65B", "1_000", "1,5", "~7M", "0")]
    [65000000000.0, 1000.0, 65000000000.0, 1000.0, None, None, None]
    """
    found = number(THOUSANDS.sub("", text).replace(" ", "").translate(SUFFIXES))
    return float(found) if found is not None and found > 0 else None


def _run(line: int, head: Sequence[str], cells: Sequence[str]) -> PublishedRun:
    row = {name: _cell(cell) for name, cell in zip(head, cells, strict=False)}
    read = {column: _number(row[column]) for column in NUMBERS if row.get(column)}
    unread = [column for column, value in read.items() if value is None]
    run = PublishedRun(
        line,
        {NUMBERS[column]: value for column, value in read.items() if value is not None},
        _words(line, row),
        {NUMBERS[column]: f"{column} {row[column]!r} is no number above 0" for column in unread},
    )
    sound = len(cells) == len(head)
    return run if sound else _at_fault(run, f"{len(cells)} cells under {len(head)} columns")


def _words(line: int, row: Mapping[str, str]) -> dict[str, str]:
    words = {word: row.get(word, "") for word in WORDS}
    spelled = {"region": words["region"].upper(), "hours_scope": words["hours_scope"].lower()}
    return {**words, **spelled, "model": words["model"] or f"line {line}"}
