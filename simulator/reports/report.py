"""A summary as text: a table for the terminal, Markdown, CSV, JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from simulator.reports.layout import WIDTH, Row, aligned, csv_text, markdown_table, wrapped
from simulator.reports.numbers import chance, percent, rounded, stated, with_error
from simulator.units import PROCUREMENT

Summary = Mapping[str, Any]

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
EXPERIMENTS = {
    "project": "the project's own ablations and failed runs",
    "laboratory": "the laboratory's whole research",
}
PROCURED = {
    "own": "the fleet is owned: its loss of value, interest, facility, electricity, operations",
    "rent": "the fleet is rented: the rate contains electricity and operations",
    "buy": "the fleet is bought: cash for the whole cluster, electricity, operations",
}
SAMPLER_WORDS = {"random": "random", "sobol": "sobol (16 randomisations)"}
SIZES = {"planned": "the scenario's own plan", "undisclosed": "undisclosed: a guess with a wide factor"}


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
        Section("Final run, USD", _rows(summary, [*parts, "final_run_cost"])),
        Section("Programme, USD", _rows(summary, ["final_run_cost", *other, "total_cost"])),
        _hardware(summary),
        Section("Time, energy, utilization", _rows(summary, PHYSICAL, with_unit=True)),
    ]


def _hardware(summary: Summary) -> Section:
    """The hardware procured each way, the plan's way marked where the cost is computed from it."""
    chosen = HARDWARE_WAYS.get(summary["plan"].get("procurement", ""), "")
    found, used = (summary["quantities"].get(name, {}).get("mean") for name in (chosen, "hardware_cost"))
    rows = _rows(summary, HARDWARE_WAYS.values())
    title = "Hardware of the final run, three ways (not added up), USD"
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
    return (f"{name}{unit}{mark}", *(rounded(_number(value), _number(se)) for value, se in numbers))


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def headlines(summary: Summary) -> list[str]:
    """The programme and the final run in a line each."""
    lines = []
    for label, name in (("Programme", "total_cost"), ("Final run", "final_run_cost")):
        quantity = summary["quantities"].get(name, {"percentiles": {}})
        found, width = quantity["percentiles"], quantity.get("resolution", 0.0)
        values = [
            f"P{level} {_with_error(found[level], 'USD', width)}"
            for level in ("50", "80", "90")
            if level in found
        ]
        if values:
            lines.append(f"{label}: {', '.join(values)}")
    return lines


def header(summary: Summary) -> list[str]:
    """What was run: book and date, seed, draws, plan, what final run and programme mean."""
    as_of = f", as of {summary['book_as_of']}" if summary["book_as_of"] else ""
    plan = ", ".join(f"{key} {_planned(word)}" for key, word in summary["plan"].items())
    sampler = SAMPLER_WORDS[summary["sampler"]]
    draws = f"{summary['draws']:,} draws, seed {summary['seed']}, sampler {sampler}"
    origins = ", ".join(f"{count} from {origin}" for origin, count in summary["origins"].items())
    lines = [
        f"Book: {summary['book']} ({summary['book_title']}{as_of})",
        f"Run: {draws}",
        f"Plan: {plan}",
        f"Uncertain inputs: {origins}",
        *_correlated(summary),
    ]
    if summary["size"]:
        lines.append(f"Size: {SIZES[summary['size']]}")
    procured = PROCURED.get(summary["plan"].get("procurement", ""), "as given")
    lines.append(f"Final run: the one run that makes the model; {procured}")
    experiments = EXPERIMENTS.get(summary["experiments"], "as given")
    lines.append(f"Programme: the final run and the rows below it; experiments are {experiments}")
    if summary["settings"]:
        lines.append(f"Set: {'; '.join(summary['settings'])}")
    for label, key in (
        ("The scenario's own", "own_priors"),
        ("Levers", "levers"),
        ("Given, not computed", "pinned"),
        ("Not needed then", "pruned"),
    ):
        if summary[key]:
            lines.append(f"{label}: {', '.join(summary[key])}")
    return [
        *lines,
        "P80: an 80% chance of being at or below. Means add up; percentiles do not.",
        f"±: one standard error of the {_drawn(summary['sampler'])} alone",
        *_resolution(summary),
    ]


def _drawn(sampler: str) -> str:
    return "Monte Carlo draws" if sampler == "random" else f"{SAMPLER_WORDS[sampler]} draws"


def _resolution(summary: Summary) -> list[str]:
    """How wide the bins are off which percentiles were read, where draws were too many to look up."""
    total = summary["quantities"]["total_cost"]
    width = total.get("resolution", 0.0)
    return (
        [f"Percentiles are read off bins; the total's are at most {stated(width, 'USD')} wide"]
        if width
        else []
    )


def _correlated(summary: Summary) -> list[str]:
    """The correlated pairs in a line, if any; runs stored before there were any have no such key."""
    found = summary.get("correlations", ())
    pairs = "; ".join(f"{' and '.join(pair['between'])} {pair['spearman']:g}" for pair in found)
    return [f"Correlated: {pairs}"] if pairs else []


def _planned(value: str | float) -> str:
    return stated(value, "") if isinstance(value, float) else value


def sentences(summary: Summary) -> list[str]:
    """What the tables mean for a decision."""
    lines = list(summary["warnings"])
    if summary["contingency"]:
        lines.append(
            f"Contingency of the programme (P80 - P50): {_with_error(summary['contingency'], 'USD')}"
        )
    lines += [_precision(target) for target in summary.get("precision", ())]
    lines += [_published(figure) for figure in summary["published"]]
    if summary["budget"]:
        budget = summary["budget"]
        lines.append(f"P(total_cost ≤ {stated(budget['limit'], 'USD')}): {_chance(budget)}, the budget given")
    return lines + _crossing(summary["utilization_crossing"])


def _precision(target: Summary) -> str:
    """What was asked of the error of a statistic, and what was reached."""
    what, asked = f"{target['quantity']} {target['statistic']}", f"{100.0 * target['target']:.2g}%"
    if target["reached"] is None:
        return f"Precision of {what} NOT REACHED: its error cannot be told; at most {asked} was asked"
    reached = f"{100.0 * target['reached']:.2g}%"
    if target["met"]:
        return f"Precision of {what}: {reached}, at most {asked} was asked"
    return f"Precision of {what} NOT REACHED: {reached} with --max-draws, at most {asked} was asked"


def _with_error(found: Summary, unit: str, width: float = 0.0) -> str:
    """A value with its standard error, or the width of the bin it was read off where that is larger."""
    return with_error(_number(found["value"]), max(_number(found["se"]), width), unit)


def _chance(found: Summary) -> str:
    low, high = found.get("ci95", (found["probability"],) * 2)
    return chance(found["probability"], found["se"], low, high)


def _published(figure: Summary) -> str:
    value = stated(figure["value"], figure["unit"])
    unit = "" if figure["unit"] in ("USD", "1") else f" {figure['unit']}"
    source = ", ".join(word for word in (figure["label"], figure["source"], figure["as_of"]) if word)
    return f"P({figure['quantity']} ≤ {value}{unit}): {_chance(figure)}" + (f" ({source})" if source else "")


def two_digits(value: int) -> int:
    """A whole number rounded to its first two digits, all that a small sample supports.

    >>> two_digits(14_120), two_digits(7)
    (14000, 7)
    """
    return round(value, 2 - len(str(value))) if value >= 100 else value


def _crossing(found: Summary | None) -> list[str]:
    if found is None:
        return []
    share = percent(found["utilization"])
    if found["accelerators"] is None:
        return [f"The median of system_utilization crosses {share} at no cluster size"]
    size = two_digits(found["accelerators"])
    return [f"The median of system_utilization falls below {share} above about {size:,} accelerators"]
