"""Run a scenario and keep what it gave: what ``traincost run`` does, as library calls."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator.dataset import to_tree
from simulator.reports.report import as_markdown
from simulator.results import Contents, check_name, folder_name, save, slugify
from simulator.scenario.resolved import identity, resolved
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, run
from simulator.summary import limits, summarised
from simulator.watch import UNWATCHED, Watch


def run_and_store(
    scenario: Scenario,
    settings: Settings,
    root: Path,
    *,
    name: str = "",
    budget: float | None = None,
    keep: int | None = 10_000,
    command: str = "",
    watch: Watch = UNWATCHED,
) -> dict[str, Any]:
    """Simulate a scenario, store the run in its own folder under ``root``, return its summary."""
    if name:
        check_name(name)
    done = run(scenario, settings, keep=keep, limits=limits(scenario, budget), watch=watch)
    summary = summarised(done, budget=budget, name=name)
    contents = Contents(
        tree=to_tree(done),
        resolved=resolved(scenario),
        report=as_markdown([summary]) + "\n",
        summary=summary,
        command=command,
        files={path.name: path.read_bytes() for path in scenario.files},
    )
    how = _how(done.settings, budget, done.kept)
    folder = save(contents, root, slugify(name or scenario.name), identity(scenario, how))
    return {**summary, "run": str(folder)}


def folder_of(scenario: Scenario, settings: Settings, root: Path, *, keep: int) -> Path:
    """Where a run without name, budget and targets is stored, before it is run."""
    how = replace(settings, draws=settings.first_draws, levels=settings.all_levels)
    which = identity(scenario, _how(how, None, min(keep, how.draws)))
    return root / folder_name(slugify(scenario.name), which)


def _how(settings: Settings, budget: float | None, kept: int) -> dict[str, Any]:
    """All but the scenario that determines what a run's folder holds."""
    return {
        "draws": settings.draws,
        "seed": settings.seed,
        "sampler": settings.sampler,
        "levels": settings.levels,
        "budget": budget,
        "kept": kept,
        "targets": [str(target) for target in settings.targets],
        "most": settings.most if settings.targets else None,
    }
