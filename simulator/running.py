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
    kept = min(keep, settings.draws)
    folder = save(
        contents, root, slugify(name or scenario.name), identity(scenario, _how(settings, budget, kept))
    )
    return {**summary, "run": str(folder)}


def _how(settings: Settings, budget: float | None, kept: int) -> dict[str, Any]:
    """All but the scenario that determines what a run's folder holds."""
    return {
        "draws": settings.draws,
        "seed": settings.seed,
        "sampler": settings.sampler,
        "levels": settings.levels,
        "budget": budget,
        "kept": kept,
    }


FIELDS = ("run", "name", "scenario", "book", "seed", "draws", "created_at", "data_sha256")
HEADS = ("run", "book", "created", "P50", "P80", "P90")


def catalogue_text(root: Path, style: str) -> str:
    """The stored runs under a folder, newest first."""
    rows = catalogue(root)
    if style == "json":
        return json.dumps(rows, indent=1)
    if style == "csv":
        return csv_text([(*FIELDS, "p50", "p80", "p90"), *(_record(row) for row in rows)])
    table = [HEADS, *(_cells(row) for row in rows)]
    return "\n".join(aligned(table) if style == "table" else markdown_table(table))


def _record(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (*(row.get(field) for field in FIELDS), *row.get("total_cost", {}).values())


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    if "error" in row:
        return (row["run"], "unreadable", "", "", "", "")
    values = (float("nan") if value is None else value for value in row["total_cost"].values())
    return (row["run"], row["book"], row["created_at"][:10], *(quantity(v, 0.0, "USD") for v in values))
