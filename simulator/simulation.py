"""From a scenario to draws and their statistics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.distributions import Point
from simulator.errors import Complaint, InputError
from simulator.kernel import Engine
from simulator.kernel.engine import Progress, nothing
from simulator.scenario.scenario import Scenario
from simulator.statistics import Estimate, Summary, chance_at_most, constant, exactly, summarise
from simulator.threads import in_threads

Array = np.ndarray[Any, np.dtype[np.float64]]

LEVELS = (5.0, 10.0, 50.0, 80.0, 90.0, 95.0)
SAMPLERS = ("random",)
FEWEST_DRAWS, MOST_DRAWS = 2, 200_000_000
BATCH_BYTES = 1 << 28  # columns held at once while statistics are taken


@dataclass(frozen=True)
class Settings:
    """How a scenario is run."""

    draws: int = 1_000_000
    seed: int = 1
    sampler: str = "random"
    threads: int | None = None
    levels: tuple[float, ...] = LEVELS


@dataclass(frozen=True)
class Run:
    """A scenario's statistics for every name, the first draws of each, and the chances asked for."""

    machine: Engine
    scenario: Scenario
    settings: Settings
    summaries: dict[str, Summary]
    columns: dict[str, Array]
    chances: tuple[Estimate, ...] = ()


def check_settings(settings: Settings) -> None:
    """Raise :class:`InputError` with every complaint about how a scenario is to be run."""
    complaints = []
    if not FEWEST_DRAWS <= settings.draws <= MOST_DRAWS:
        what = f"{settings.draws:,} draws"
        complaints.append(Complaint("--draws", what, f"ask for {FEWEST_DRAWS} to {MOST_DRAWS:,}"))
    if not 0 <= settings.seed < 2**63:
        complaints.append(
            Complaint("--seed", f"the seed is {settings.seed}", "give a whole number from 0 to 2^63 - 1")
        )
    if settings.sampler not in SAMPLERS:
        complaints.append(
            Complaint("--sampler", f"there is no sampler {settings.sampler}", f"there is {SAMPLERS[0]}")
        )
    if settings.threads is not None and not 1 <= settings.threads <= 1024:
        complaints.append(Complaint("--threads", f"{settings.threads} threads", "give 1 to 1024"))
    for level in settings.levels:
        if not 0.0 < level < 100.0:
            complaints.append(
                Complaint("--percentiles", f"there is no percentile {level:g}", "give 0 < p < 100")
            )
    if complaints:
        raise InputError(complaints)


def engine(scenario: Scenario, seed: int) -> Engine:
    """The compiled engine of a scenario."""
    return Engine(scenario.model, scenario.distributions, seed)


def run(
    scenario: Scenario,
    settings: Settings,
    *,
    keep: int | None = None,
    limits: Sequence[tuple[str, float]] = (),
    progress: Progress = nothing,
) -> Run:
    """Simulate: statistics of every name over all draws, and the first ``keep`` draws of each (all if None).

    ``limits`` are pairs of a name and a value: the chance of a draw at or below it is estimated.
    """
    check_settings(settings)
    machine = engine(scenario, settings.seed)
    keep = settings.draws if keep is None else min(keep, settings.draws)
    fixed = {name: prior.value for name, prior in scenario.distributions.items() if isinstance(prior, Point)}
    summaries = {name: constant(value, settings.levels, settings.draws) for name, value in fixed.items()}
    columns = {name: np.full(keep, value) for name, value in fixed.items()}
    chances = {limit: exactly(fixed[limit[0]] <= limit[1]) for limit in limits if limit[0] in fixed}
    batches = list(_batches([name for name in scenario.names if name not in fixed], settings.draws))
    memory = np.empty((max(map(len, batches), default=0), settings.draws))
    for names in batches:
        batch = machine.columns(
            names, settings.draws, out=memory, threads=settings.threads, progress=progress
        )
        _check_finite(scenario, batch)
        columns.update({name: column[:keep].copy() for name, column in batch.items()})
        summaries.update(_summaries(batch, settings))
        chances.update(
            {limit: chance_at_most(batch[limit[0]], limit[1]) for limit in limits if limit[0] in batch}
        )
    return Run(machine, scenario, settings, summaries, columns, tuple(chances[limit] for limit in limits))


def _check_finite(scenario: Scenario, batch: dict[str, Array]) -> None:
    """Raise :class:`InputError` for the first name, as evaluated, that is nan or infinite in a draw."""
    for name, column in batch.items():
        finite = np.isfinite(column)
        if not finite.all():
            count = f"{len(column) - np.count_nonzero(finite):,} of {len(column):,} draws"
            formula = scenario.model.formulas.get(name)
            behind = f"the priors behind {', '.join(formula.arguments)}" if formula else "its prior"
            remedy = f"bound {behind} with truncate:, away from a divisor of 0"
            what = f"{name} is not a finite number in {count}"
            raise InputError([Complaint(str(scenario.path), what, remedy)])


def _batches(names: Sequence[str], draws: int) -> Iterator[Sequence[str]]:
    """Names in groups whose columns fit the memory set aside; each group replays the same draws."""
    size = max(1, BATCH_BYTES // (8 * draws))
    yield from (names[start : start + size] for start in range(0, len(names), size))


def _summaries(batch: dict[str, Array], settings: Settings) -> dict[str, Summary]:
    """The summary of every column, on threads; the columns are sorted in place."""
    found = in_threads(lambda name: summarise(batch[name], settings.levels), list(batch), settings.threads)
    return dict(zip(batch, found, strict=True))
