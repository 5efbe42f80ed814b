"""A summary as text: a table for the terminal, Markdown, CSV, JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from simulator.reports.layout import WIDTH, Row, aligned, csv_text, markdown_table, wrapped
from simulator.reports.numbers import rounded
from simulator.reports.sentences import (
    Summary,
    header,
    headlines,
    in_its_currency,
    money_of,
    number_of,
    sentences,
)
from simulator.units import PROCUREMENT

MOMENTS = ("unit", "mean", "mean_se", "sd")
ABOUT_RUN = ("run", "book", "seed", "draws")
CHOICE = "|".join(PROCUREMENT)  # the unit whose numbers stand for words
FINAL_RUN = ("hardware_cost", "energy_cost", "operations_cost")
PHYSICAL = (
    "accelerator_hours",
    "training_days",
    "project_months",
    "energy",
    "programme_energy",
    "emissions",
    "programme_emissions",
    "system_utilization",
    "end_to_end_utilization",
)
HARDWARE_WAYS = {"own": "amortised_hardware_cost", "rent": "rental_cost", "buy": "acquisition_cost"}
IN_USE = " *"


class Section(NamedTuple):
    """A table of a report: its title, its rows without the head, and what is said below it."""

    title: str
    rows: list[Row]
    note: str = ""


def render(summaries: Sequence[Summary], style: str) -> str:
    """One or several summaries in a style: table, markdown, csv or json."""
    return STYLES[style](summaries)


def as_json(summaries: Sequence[Summary]) -> str:
    """An object for one summary, a list for several."""
    return json.dumps(summaries[0] if len(summaries) == 1 else list(summaries), indent=1, allow_nan=False)


def as_csv(summaries: Sequence[Summary]) -> str:
    """One row a scenario and number: moments, value and error of every percentile, and which run it is of."""
    levels = levels_of(summaries[0])
    ends = [f"{part}{level}" for level in levels for part in ("p", "se_p")]
    rows: list[list[Any]] = [["scenario", "name", *MOMENTS, *ends, *ABOUT_RUN]]
    for summary in summaries:
        about = [summary[key] for key in ABOUT_RUN]
        for name, found in summary["quantities"].items():
            if found["unit"] == CHOICE:
                continue
            values = [found["percentiles"][level][part] for level in levels for part in ("value", "se")]
            rows.append([summary["scenario"], name, *(found[key] for key in MOMENTS), *values, *about])
    return csv_text(rows)


def as_table(summaries: Sequence[Summary]) -> str:
    """Plain text, 80 columns wide."""
    return "\n\n".join("\n".join(_text(summary)) for summary in summaries)


def as_markdown(summaries: Sequence[Summary]) -> str:
    """Markdown with the same content."""
    return "\n\n".join("\n".join(_markdown(summary)) for summary in summaries)


STYLES: Mapping[str, Callable[[Sequence[Summary]], str]] = {
    "table": as_table,
    "markdown": as_markdown,
    "json": as_json,
    "csv": as_csv,
}


def _text(summary: Summary) -> list[str]:
    summary = in_its_currency(summary)
    lines = [summary["title"], "=" * min(WIDTH, len(summary["title"]))]
    for line in [*headlines(summary), *header(summary)]:
        lines += wrapped(line)
    for section in sections(summary):
        lines += ["", *_section(section, columns(summary))]
    lines += [""]
    for line in sentences(summary):
        lines += wrapped(line)
    return lines


def _section(section: Section, heads: Row) -> list[str]:
    """A table under its title, which has a line to itself where it would make the table too wide."""
    lines = aligned([(section.title, *heads), *section.rows])
    if len(lines[0]) > WIDTH:
        lines = [section.title, *aligned([("", *heads), *section.rows])]
    return [*lines, section.note] if section.note else lines


def _markdown(summary: Summary) -> list[str]:
    summary = in_its_currency(summary)
    lines = [f"# {summary['title']}", ""]
    lines += [f"- {line}" for line in [*headlines(summary), *header(summary)]]
    for title, rows, note in sections(summary):
        lines += ["", *markdown_table([(title, *columns(summary)), *rows])]
        lines += ["", f"\\{note}"] if note else []
    return [*lines, "", *(f"- {line}" for line in sentences(summary))]


def levels_of(summary: Summary) -> list[str]:
    """The percentile levels of a summary, as their keys."""
    return list(summary["quantities"]["total_cost"]["percentiles"])


def columns(summary: Summary) -> Row:
    """Heads of the columns of numbers."""
    return ("mean", *(f"P{level}" for level in levels_of(summary)))


def sections(summary: Summary) -> list[Section]:
    """The tables of a report: final run, programme, hardware procured each way, physics."""
    other = [name for name in summary["components"] if name not in (*FINAL_RUN, "final_run_cost")]
    parts = [name for name in FINAL_RUN if name in summary["components"]]
    return [
        Section(f"Final run, {money_of(summary)}", _rows(summary, [*parts, "final_run_cost"])),
        Section(f"Programme, {money_of(summary)}", _rows(summary, ["final_run_cost", *other, "total_cost"])),
        _hardware(summary),
        Section("Time, energy, utilization", _rows(summary, PHYSICAL, with_unit=True)),
    ]


def _hardware(summary: Summary) -> Section:
    """The hardware procured each way, the plan's way marked where the cost is computed from it."""
    chosen = HARDWARE_WAYS.get(summary["plan"].get("procurement", ""), "")
    found, used = (summary["quantities"].get(name, {}).get("mean") for name in (chosen, "hardware_cost"))
    rows = _rows(summary, HARDWARE_WAYS.values())
    title = f"Hardware of the final run, three ways (not added up), {money_of(summary)}"
    if found is None or found != used:
        return Section(title, rows)
    marked = [(name + IN_USE if name == chosen else name, *numbers) for name, *numbers in rows]
    return Section(title, marked, "* the one in hardware_cost")


def _rows(summary: Summary, names: Iterable[str], with_unit: bool = False) -> list[Row]:
    return [_row(summary, name, with_unit) for name in names if name in summary["quantities"]]


def _row(summary: Summary, name: str, with_unit: bool) -> Row:
    found = summary["quantities"][name]
    unit = "" if found["unit"] == "1" or not with_unit else f", {found['unit']}"
    mark = " (given)" if name in summary["pinned"] else ""
    numbers = [
        (found["mean"], found["mean_se"]),
        *((p["value"], p["se"]) for p in found["percentiles"].values()),
    ]
    return (f"{name}{unit}{mark}", *(rounded(number_of(value), number_of(se)) for value, se in numbers))
