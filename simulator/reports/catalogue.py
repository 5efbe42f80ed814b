"""The stored runs as text: a table for the terminal, Markdown, CSV, JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Mapping, Sequence
from math import nan
from pathlib import Path
from typing import Any

from simulator.reports.layout import WIDTH, aligned, csv_text, markdown_table
from simulator.reports.numbers import quantity, stated

Listed = Mapping[str, Any]

FIELDS = ("run", "name", "scenario", "book", "seed", "draws", "created_at", "data_sha256")
NUMBERS = ("created (UTC)", "draws", "P50", "P80", "P90")


def catalogue_text(rows: Sequence[Listed], style: str) -> str:
    """Stored runs, in their order."""
    return CATALOGUE_STYLES[style](rows)


def _as_json(rows: Sequence[Listed]) -> str:
    return json.dumps([{**dict.fromkeys((*FIELDS, "total_cost", "error")), **row} for row in rows], indent=1)


def _as_csv(rows: Sequence[Listed]) -> str:
    return csv_text([(*FIELDS, "p50", "p80", "p90", "settings", "error"), *(_record(row) for row in rows)])


def _record(row: Listed) -> tuple[Any, ...]:
    levels = row.get("total_cost", {"50": None, "80": None, "90": None}).values()
    return (*(row.get(field) for field in FIELDS), *levels, _settings_of(row), row.get("error"))


def _as_table(rows: Sequence[Listed]) -> str:
    """A line of numbers a run, and below it the book and what was set; long names have their own line."""
    table = aligned([("", *NUMBERS), *(("", *_numbers(row)) for row in rows)])
    room = WIDTH - len(table[0])
    lines = ["total_cost".rjust(WIDTH), f"{'run':{room}}{table[0]}"]
    for row, numbers in zip(rows, table[1:], strict=True):
        name = Path(row["run"]).name
        lines += [f"{name:{room}}{numbers}"] if len(name) <= room else [name, f"{'':{room}}{numbers}"]
        lines += textwrap.wrap(_about(row), WIDTH, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(line.rstrip() for line in lines)


def _as_markdown(rows: Sequence[Listed]) -> str:
    heads = ("run", "book", "set", *NUMBERS[:2], *(f"total_cost {level}" for level in NUMBERS[2:]))
    cells = [(row["run"], row.get("book", ""), _settings_of(row), *_numbers(row)) for row in rows]
    return "\n".join(markdown_table([heads, *cells], text=(1, 2, 3)))


CATALOGUE_STYLES: Mapping[str, Callable[[Sequence[Listed]], str]] = {
    "table": _as_table,
    "markdown": _as_markdown,
    "csv": _as_csv,
    "json": _as_json,
}


def _numbers(row: Listed) -> tuple[str, ...]:
    """When a run was made, its draws and the percentiles of its total."""
    if "error" in row:
        return ("unreadable", "", "", "", "")
    errors = row.get("total_cost_se", {})
    costs = (_cost(value, errors.get(level)) for level, value in row["total_cost"].items())
    made = row["created_at"][:16].replace("T", " ")
    return (made, stated(row["draws"], ""), *costs)


def _cost(value: float | None, se: float | None) -> str:
    """A percentile, with no digit below its error."""
    return "–" if value is None else quantity(value, nan if se is None else se, "USD")


def _about(row: Listed) -> str:
    changed = _settings_of(row)
    return str(row.get("error") or row["book"] + (f"; set {changed}" if changed else ""))


def _settings_of(row: Listed) -> str:
    return "; ".join(row.get("settings", []))
