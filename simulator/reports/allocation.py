"""What makes up a percentile of the total, component by component, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.reports.layout import Row, Sheet
from simulator.reports.numbers import error_text, rounded
from simulator.reports.report import as_json, render
from simulator.sensitivity.allocation import BASE, Allocation, Part
from simulator.statistics.estimates import Estimate

TOTAL = "total_cost"
ABOUT = ("scenario", "book", "run", "seed", "draws")


def allocation_text(summary: Mapping[str, Any], found: Allocation, style: str) -> str:
    """The report of a run, and after it what makes up a percentile; as CSV the latter alone."""
    about = {**{key: summary[key] for key in ABOUT}, "draws_used": found.draws}
    means = {name: summary["quantities"][name]["mean"] for name in (*found.parts, TOTAL)}
    sheet = allocation_sheet(found, means, about)
    if style == "json":
        return as_json([{**summary, "allocation": sheet.data}])
    return sheet.text(style) if style == "csv" else f"{render([summary], style)}\n\n{sheet.text(style)}"


def allocation_sheet(found: Allocation, means: Mapping[str, float], about: Mapping[str, Any]) -> Sheet:
    """Mean, value at the percentile and contingency of every component and of the total."""
    level = f"P{found.level:g}"
    parts = {**found.parts, TOTAL: found.total}
    records = {name: _record(means[name], part) for name, part in parts.items()}
    return Sheet(
        above=(
            f"What makes up the {level} of {TOTAL}, {about['scenario']}",
            f"at {level}: what a component costs on average where the total is at its {level}; contingency: "
            f"that less the same at P{BASE:g}, and each one's share of it. Columns add up; ±: one standard "
            "error",
        ),
        tables=(
            [_heads(level), *(_row(name, records[name], part, found.total) for name, part in parts.items())],
        ),
        below=(),
        records=[
            {"component": name, "level": found.level, **record, **about} for name, record in records.items()
        ],
        data={
            "quantity": TOTAL,
            "level": found.level,
            "total": records[TOTAL],
            "components": {name: records[name] for name in found.parts},
            **about,
        },
    )


def _record(mean: float, part: Part) -> dict[str, Any]:
    return {
        "mean": mean,
        "value": part.value.value,
        "se": part.value.se,
        "contingency": part.contingency.value,
        "contingency_se": part.contingency.se,
    }


def _heads(level: str) -> Row:
    return ("USD", "mean", f"at {level}", "±", "contingency", "±", "share")


def _row(name: str, record: Mapping[str, Any], part: Part, total: Part) -> Row:
    found, whole = part.contingency, total.contingency.value
    share = (
        "–"
        if found.low <= 0.0 <= found.high or not whole
        else f"{100.0 * found.value / whole:.1f}%".replace("-0.0%", "0.0%")
    )
    return (name, rounded(record["mean"], 0.0), *_cells(part.value), *_cells(found), share)


def _cells(found: Estimate) -> Row:
    return (rounded(found.value, found.se), error_text(found.se))
