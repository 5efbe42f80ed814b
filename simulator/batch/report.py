"""A batch as a table: a line a case, with the percentiles of its total, or why it has none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.batch.cases import Case, dimensions
from simulator.batch.running import DONE, Ended
from simulator.reports.layout import Row, Sheet, aligned, csv_text, markdown_table
from simulator.reports.numbers import quantity

TOTAL = "total_cost; P80: an 80% chance of being at or below"
LEVELS = ("50", "80", "90")
FIELDS = ("run", "name", "scenario", "book", "seed", "draws", "created_at", "data_sha256", "total_cost")
LONGEST = 60  # characters of a reason in the line that is printed as a case ends


def batch_sheet(ended: Sequence[Ended], stored: str | None) -> Sheet:
    """All cases; ``stored`` is the file that holds them as one."""
    keys = [key for key, values in dimensions([e.case for e in ended]).items() if key == "scenario" or values]
    failed = [each for each in ended if each.status != DONE]
    records = [_record(each) for each in ended]
    return Sheet(
        above=(
            f"{len(ended)} cases, {len(failed)} failed",
            "total_cost; P80: an 80% chance of being at or below",
        ),
        tables=([(*keys, "P50", "P80", "P90"), *(_row(each, keys) for each in ended)],),
        below=tuple(f"{each.case.label}: {each.error}" for each in failed),
        records=[_flat(each, record) for each, record in zip(ended, records, strict=True)],
        data={"cases": records, "batch": stored},
    )


def line(ended: Ended, number: int, count: int) -> str:
    """What is said of a case as it ends."""
    word = "was done" if ended.resumed else ended.status
    numbers = " ".join(f"P{level} {_cost(ended, level)}" for level in LEVELS)
    what = numbers if ended.status == DONE else str(ended.error).splitlines()[0][:LONGEST]
    return f"{number}/{count} {word}: {ended.case.label}: {what}"


def dry_text(found: Sequence[Case], style: str) -> str:
    """The cases, none of them run."""
    rows = [case.place for case in found]
    if style == "json":
        return json.dumps({"cases": rows}, indent=1)
    keys = tuple(rows[0])
    if style == "csv":
        return csv_text([keys, *(tuple(row.values()) for row in rows)])
    if style == "markdown":
        return "\n".join(markdown_table([keys, *(tuple(row.values()) for row in rows)], range(len(keys))))
    return "\n".join([*aligned([keys, *(tuple(row.values()) for row in rows)], range(len(keys)))])


def _row(ended: Ended, keys: Sequence[str]) -> Row:
    place = ended.case.place
    return (*(place[key] for key in keys), *(_cost(ended, level) for level in LEVELS))


def _cost(ended: Ended, level: str) -> str:
    value = ended.row.get("total_cost", {}).get(level)
    return "failed" if ended.status != DONE else quantity(value, 0.0, "USD") if value is not None else "–"


def _record(ended: Ended) -> dict[str, Any]:
    """A case as the list of runs has it, with how it ended."""
    row: Mapping[str, Any] = {field: ended.row.get(field) for field in FIELDS}
    return {
        **row,
        "case": ended.case.place,
        "status": ended.status,
        "error": ended.error,
        "resumed": ended.resumed,
    }


def _flat(ended: Ended, record: Mapping[str, Any]) -> dict[str, Any]:
    total = ended.row.get("total_cost") or dict.fromkeys(LEVELS)
    about = {key: record[key] for key in ("status", "error", *FIELDS[:-1]) if key != "scenario"}
    return {**ended.case.place, **{f"p{level}": total.get(level) for level in LEVELS}, **about}
