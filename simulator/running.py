"""Run a scenario and keep what it gave: what ``traincost run`` does, as library calls."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulator.dataset import to_tree
from simulator.numbers import quantity
from simulator.report import aligned, as_markdown, csv_text, markdown_table
from simulator.results import Contents, catalogue, check_name, save, slugify
from simulator.scenario.resolved import identity, resolved
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, run
from simulator.summary import limits, summarised


def run_and_store(
    scenario: Scenario,
    settings: Settings,
    root: Path,
    *,
    name: str = "",
    budget: float | None = None,
    keep: int = 10_000,
    command: str = "",
) -> dict[str, Any]:
    """Simulate a scenario, store the run in its own folder under ``root``, return its summary."""
    if name:
        check_name(name)
    done = run(scenario, settings, keep=keep, limits=limits(scenario, budget))
    summary = summarised(done, budget=budget, name=name)
    contents = Contents(
        tree=to_tree(done),
        resolved=resolved(scenario),
        report=as_markdown([summary]) + "\n",
        summary=summary,
        command=command,
        files={path.name: path.read_bytes() for path in scenario.files},
    )
    how = {"draws": settings.draws, "seed": settings.seed, "sampler": settings.sampler}
    folder = save(contents, root, slugify(name or scenario.name), identity(scenario, how))
    return {**summary, "run": str(folder)}


HEADS = ("run", "scenario", "book", "seed", "draws", "created_at", "P50", "P80", "P90")


def catalogue_text(root: Path, style: str) -> str:
    """The stored runs under a folder, newest first."""
    rows = catalogue(root)
    if style == "json":
        return json.dumps(rows, indent=1)
    table = [HEADS, *(_cells(row) for row in rows)]
    return {
        "table": "\n".join(aligned(table)),
        "markdown": "\n".join(markdown_table(table)),
        "csv": csv_text(table),
    }[style]


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    known = (str(row.get(key, "")) for key in HEADS[:6])
    if "error" in row:
        return (*known, "unreadable", "", "")
    values = (float("nan") if value is None else value for value in row["total_cost"].values())
    return (*known, *(quantity(value, 0.0, "USD") for value in values))
