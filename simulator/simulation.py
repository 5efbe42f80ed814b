"""From a scenario to draws and their statistics."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from simulator.distributions import Point
from simulator.errors import Complaint, InputError
from simulator.kernel import Engine
from simulator.kernel.options import LANES, TASK
from simulator.kernel.reductions import SUM
from simulator.kernel.sobol import whole_nets
from simulator.scenario.scenario import Scenario
from simulator.statistics.census import FIRST_LOOK, Census
from simulator.statistics.estimates import Estimate, Summary, exactly
from simulator.statistics.precision import Target, check_targets, met
from simulator.statistics.summaries import chance_within, constant, estimated, summaries
from simulator.watch import UNWATCHED, Watch

Array = np.ndarray[Any, np.dtype[np.float64]]

LEVELS = (5.0, 10.0, 50.0, 80.0, 90.0, 95.0)
SAMPLERS = ("random", "sobol")
FEWEST_DRAWS, MOST_DRAWS = 2, 4_000_000_000  # counts are of 32 bits
MOST_KEPT = 16 << 30  # bytes of draws
DIGITS = 10  # binary, of the bins in which draws are counted: a bin is 0.1% wide
MANY_DRAWS, DIGITS_OF_MANY = 1 << 24, 14  # so many may leave no room for a second look: finer bins
FEWER_DIGITS = 2  # where 16 randomisations are counted apart


@dataclass(frozen=True)
class Settings:
    """How a scenario is run."""

    draws: int = 1_000_000
    seed: int = 1
    sampler: str = "random"
    threads: int | None = None
    levels: tuple[float, ...] = LEVELS
    targets: tuple[Target, ...] = ()
    most: int = 1_000_000_000  # draws, where targets are set

    @property
    def all_levels(self) -> tuple[float, ...]:
        """The percentile levels asked for, those of targets among them."""
        return tuple(sorted({*self.levels, *(t.level for t in self.targets if t.level is not None)}))

    @property
    def first_draws(self) -> int:
        """How many draws are made at first: whole nets, and whole tasks where more may follow."""
        draws = -(-self.draws // TASK) * TASK if self.targets else self.draws
        return whole_nets(draws) if self.sampler == "sobol" else draws

    @property
    def parted_draws(self) -> int:
        """The first draws, so many more that each of the parts that tell errors has as many."""
        return -(-self.first_draws // LANES) * LANES


@dataclass(frozen=True)
class Run:
    """A scenario's statistics for every name, the first draws of each, and the chances asked for."""

    machine: Engine
    scenario: Scenario
    settings: Settings
    summaries: dict[str, Summary]
    columns: dict[str, Array]
    chances: tuple[Estimate, ...] = ()

    @property
    def kept(self) -> int:
        """How many draws of each name are kept."""
        return min((len(column) for column in self.columns.values()), default=0)


def check_settings(settings: Settings) -> None:
    """Raise :class:`InputError` with every complaint about how a scenario is to be run."""
    complaints = []
    if not FEWEST_DRAWS <= settings.draws <= settings.first_draws <= MOST_DRAWS:
        most = MOST_DRAWS if settings.sampler == "random" else 1 << (MOST_DRAWS.bit_length() - 1)
        remedy = f"ask for {FEWEST_DRAWS} to {most:,}"
        complaints.append(Complaint("--draws", f"{settings.draws:,} draws", remedy))
    if not 0 <= settings.seed < 2**63:
        complaints.append(
            Complaint("--seed", f"the seed is {settings.seed}", "give a whole number from 0 to 2^63 - 1")
        )
    if settings.sampler not in SAMPLERS:
        complaints.append(
            Complaint(
                "--sampler", f"there is no sampler {settings.sampler}", f"there are {' and '.join(SAMPLERS)}"
            )
        )
    if settings.targets and not settings.first_draws <= settings.most <= MOST_DRAWS:
        what = f"at most {settings.most:,} draws, and the first are {settings.first_draws:,}"
        remedy = f"give {settings.first_draws:,} to {MOST_DRAWS:,}, or fewer --draws"
        complaints.append(Complaint("--max-draws", what, remedy))
    if settings.threads is not None and not 1 <= settings.threads <= 1024:
        complaints.append(Complaint("--threads", f"{settings.threads} threads", "give 1 to 1024"))
    for level in settings.all_levels:
        if not 0.0 < level < 100.0 or float(f"{level:g}") != level:
            what = f"there is no percentile {level!r} here"
            complaints.append(Complaint("--percentiles", what, "give 0 < p < 100, of at most six digits"))
    if complaints:
        raise InputError(complaints)


def engine(scenario: Scenario, settings: Settings, names: Collection[str] = ()) -> Engine:
    """The compiled engine of a scenario; where some names are given, of what they are computed from alone."""
    together = scenario.copula
    model = scenario.model.only(sorted({*names, *together.names})) if names else scenario.model
    return Engine(model, scenario.distributions, settings.seed, settings.sampler, together)


def run(
    scenario: Scenario,
    settings: Settings,
    *,
    keep: int | None = None,
    limits: Sequence[tuple[str, float]] = (),
    watch: Watch = UNWATCHED,
) -> Run:
    """Simulate: statistics of every name over all draws, and the first ``keep`` draws of each (all if None).

    ``limits`` are pairs of a name and a value: the chance of a draw at or below it is estimated.
    """
    check_settings(settings)
    check_targets(settings.targets, scenario.names)
    machine = engine(scenario, settings)
    _kept(settings.first_draws if keep is None else keep, len(scenario.names))
    fixed = {name: prior.value for name, prior in scenario.distributions.items() if isinstance(prior, Point)}
    varying = [name for name in scenario.names if name not in fixed]
    asked = [(varying.index(name), limit) for name, limit in limits if name in varying]
    census, found = _counted(scenario, machine, varying, asked, settings, watch)
    certain = {name: found[name].low for name in varying if fixed.keys() >= scenario.model.roots(name)}
    for name, value in (fixed | certain).items():
        found[name] = constant(value, settings.all_levels, census.draws)
    kept = _kept(census.draws if keep is None else min(keep, census.draws), len(scenario.names))
    columns = machine.columns(varying, kept, threads=settings.threads)
    columns.update({name: np.full(kept, value) for name, value in fixed.items()})
    chances = iter([chance_within(census, number) for number in range(len(census.asked))])
    answers = (exactly(fixed[name] <= limit) if name in fixed else next(chances) for name, limit in limits)
    done = replace(settings, draws=census.draws, levels=settings.all_levels)
    return Run(machine, scenario, done, found, columns, tuple(answers))


def _kept(draws: int, names: int) -> int:
    """So many draws, if the columns of all names fit into memory."""
    if 8 * draws * names > MOST_KEPT:
        what = f"{draws:,} draws of {names} names take {8 * draws * names / 1e9:.0f} GB"
        remedy = f"keep at most {MOST_KEPT // (8 * names):,}; percentiles need none kept"
        raise InputError([Complaint("--keep draws", what, remedy)])
    return draws


def _census(
    scenario: Scenario,
    machine: Engine,
    names: Sequence[str],
    asked: Sequence[tuple[int, float]],
    settings: Settings,
    draws: int,
) -> Census:
    """A census of some names, laid out after their first draws; its bins depend on the number of draws."""
    first = np.empty((len(names), min(FIRST_LOOK, draws)))
    machine.fill(names, 0, first)
    _check_finite(scenario, machine, names, np.isfinite(first).all(axis=1), first.shape[1])
    digits, apart = DIGITS if draws <= MANY_DRAWS else DIGITS_OF_MANY, settings.sampler == "sobol"
    return Census(
        partial(machine.fill, names),
        first,
        digits=digits - FEWER_DIGITS if apart else digits,
        lanes=LANES if apart else 1,
        questions=asked,
        threads=settings.threads,
    )


def _counted(
    scenario: Scenario,
    machine: Engine,
    names: Sequence[str],
    asked: Sequence[tuple[int, float]],
    settings: Settings,
    watch: Watch,
) -> tuple[Census, dict[str, Summary]]:
    """Counted draws and their summaries: doubled until every target is met or no more are allowed."""
    draws, targets = settings.first_draws, tuple(t for t in settings.targets if t.name in names)
    census = _census(scenario, machine, names, asked, settings, draws)
    while True:
        if draws > MANY_DRAWS >= census.draws > 0:  # as a run of so many draws would be counted
            census = _census(scenario, machine, names, asked, settings, draws)
        watch.expect(draws - census.draws)
        census.count(draws, watch.done)
        finite = np.isfinite(census.counts.moments[:, SUM]).all(axis=1)
        _check_finite(scenario, machine, names, finite, census.draws)
        last = 2 * draws > settings.most
        if last or _nearly_met(census, names, targets, watch):
            found = dict(zip(names, summaries(census, settings.all_levels, watch), strict=True))
            if last or met(targets, found):
                return census, found
        draws *= 2


def _nearly_met(census: Census, names: Sequence[str], targets: tuple[Target, ...], watch: Watch) -> bool:
    """Whether every target is met as far as counts alone tell."""
    found = {t: estimated(census, names.index(t.name), t.level) for t in targets}
    errors = {target: target.reached(summary) for target, summary in found.items()}
    if errors:
        watch.say(", ".join(f"{t.name} {t.statistic} ± {100 * error:.2g}%" for t, error in errors.items()))
    return all(error <= target.relative for target, error in errors.items())


def _check_finite(scenario: Scenario, machine: Engine, names: Sequence[str], finite: Any, draws: int) -> None:
    """Raise :class:`InputError` for the first name, as evaluated, that is nan or infinite in a draw."""
    for name in (name for name, good in zip(names, finite, strict=True) if not good):
        found = _not_finite(machine, name, draws)
        if not found:
            continue  # their sum is beyond all floats, they are not
        count = f"{found:,} of {draws:,} draws"
        formula = scenario.model.formulas.get(name)
        behind = f"the priors behind {', '.join(formula.arguments)}" if formula else "its prior"
        remedy = f"bound {behind} with truncate:, away from a divisor of 0"
        raise InputError([Complaint(str(scenario.path), f"{name} is not a finite number in {count}", remedy)])


def _not_finite(machine: Engine, name: str, draws: int) -> int:
    """How many draws of a name are nan or infinite."""
    count = 0
    for first in range(0, draws, TASK):
        part = np.empty((1, min(TASK, draws - first)))
        machine.fill([name], first, part)
        count += int(np.count_nonzero(~np.isfinite(part)))
    return count
