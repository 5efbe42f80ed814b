"""One scenario against another on the same draws, and why the answer moved."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from simulator.comparison.differences import STRUCTURE, Between, Difference, Taken
from simulator.comparison.shapley import Share, shapley, together
from simulator.errors import Complaint, InputError
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, check_settings
from simulator.statistics.estimates import Estimate
from simulator.statistics.lanes import estimated, fewest_draws, paired, statistics, step_of, widened
from simulator.threads import in_threads
from simulator.watch import UNWATCHED, Watch

Array = np.ndarray[Any, np.dtype[np.float64]]
Statistic = float | None  # a percentile's level, or the mean

SHOWN: tuple[Statistic, ...] = (None, 5.0, 10.0, 50.0, 80.0, 90.0, 95.0)
ASKED: tuple[Statistic, ...] = (50.0, 90.0)
VERSION = "model version"
ROUGH_DRAWS = 1 << 15  # the first, on which many orders are taken
MUCH_BETTER = 0.5  # of the largest error of a part: then the sum is told as well
UNCLEAR = 0.05  # of the largest part: an error of orders above it is worth telling the sum for
NONE: Taken = frozenset()
NO_CHANGE = Estimate(0.0, 0.0, 0.0, 0.0)
UNTOLD = Estimate(float("nan"), float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True)
class Contribution:
    """A difference's part in a change; by itself, and after all the others, where these can be told."""

    what: str
    kind: str
    value: Estimate
    alone: Estimate | None
    last: Estimate | None


@dataclass(frozen=True)
class Together:
    """Inputs whose parts hang on the order, each in one formula with the others: what they do together."""

    formula: str
    members: tuple[str, ...]
    value: Estimate


@dataclass(frozen=True)
class Change:
    """A statistic on both sides; contributions, where they were asked for, add up to the change."""

    base: Estimate
    new: Estimate
    change: Estimate
    relative: Estimate  # the change over the base's value
    contributions: tuple[Contribution, ...] = ()
    together: tuple[Together, ...] = ()

    @property
    def steps(self) -> list[tuple[str, Estimate]]:
        """The contributions, those that are better known together as one, the largest first."""
        inside = {name for found in self.together for name in found.members}
        alone = [(part.what, part.value) for part in self.contributions if part.what not in inside]
        together = [(found.formula, found.value) for found in self.together]
        return sorted([*alone, *together], key=lambda step: -abs(step[1].value))


@dataclass(frozen=True)
class Comparison:
    """Statistics of a quantity on both sides, and all its draws."""

    between: Between
    quantity: str
    unit: str
    settings: Settings
    changes: Mapping[Statistic, Change]
    asked: tuple[Statistic, ...]  # those whose change is explained
    columns: tuple[Array, Array]


def compare(
    base: Scenario,
    new: Scenario,
    settings: Settings,
    quantity: str = "total_cost",
    asked: Sequence[Statistic] = ASKED,
    *,
    version: Mapping[Statistic, Estimate] | None = None,
    attribute: bool = True,
    watch: Watch = UNWATCHED,
) -> Comparison:
    """What changes from one scenario to another, and, with ``attribute``, why.

    ``version`` is the change of each of the base's statistics since they were stored, by today's model. After
    it comes all that differs in structure, as one; then Shapley values of the rest.
    Raises :class:`InputError` for a quantity that one of them does not have, or too few draws.
    """
    for scenario in (base, new):
        scenario.check_name(quantity)
    check_settings(settings)
    _check_draws(settings.draws, asked)
    between, versions = Between(base, new), version or {}
    draws = _Draws(between, quantity, settings, tuple(asked), watch)
    watch.expect(2 * settings.draws)
    columns = draws.column(NONE), draws.column(between.everything)
    changes = _changes(columns, draws, version)
    for level, (parts, sums) in zip(
        asked, _attributed(draws, columns) if attribute else (), strict=attribute
    ):
        first = _version(versions.get(level))
        changes[level] = replace(changes[level], contributions=(*first, *parts), together=sums)
    unit, explained = base.model.units[quantity].symbol, draws.asked if attribute else ()
    return Comparison(between, quantity, unit, settings, changes, explained, columns)


def _check_draws(draws: int, asked: Sequence[Statistic]) -> None:
    for level in asked:
        if draws < fewest_draws(level):
            name = "a mean" if level is None else f"P{level:g}"
            what = f"{draws:,} draws are too few to tell the error of {name}"
            raise InputError([Complaint("--draws", what, f"take {fewest_draws(level):,} or more")])


@dataclass(frozen=True)
class _Draws:
    """A quantity's draws from any mixture of two scenarios, and the statistics asked for."""

    between: Between
    quantity: str
    settings: Settings
    asked: tuple[Statistic, ...]
    watch: Watch

    def column(self, taken: Taken) -> Array:
        machine, how = self.between.engine(taken, self.settings), self.settings
        column = machine.columns([self.quantity], how.draws, threads=1)[self.quantity]
        self.watch.done(how.draws)
        if not np.isfinite(column).all():
            mixture = ", ".join(sorted(difference.name for difference in taken)) or "nothing"
            what = f"{self.quantity} is not a finite number in some draws, with {mixture} taken over"
            raise InputError([Complaint(self.between.base.name, what, "bound its priors with truncate:")])
        return column

    def statistics(self, taken: Taken) -> Array:
        """(level, 1 + LANES)"""
        return statistics(self.column(taken), self.asked)

    def worth(self, known: dict[Taken, Array], start: Taken, coalitions: Sequence[Taken]) -> list[Array]:
        """The statistics with each of some coalitions of differences on top of those of the start."""
        missing = [taken for coalition in coalitions if (taken := coalition | start) not in known]
        self.watch.expect(len(missing) * self.settings.draws)
        found = in_threads(self.statistics, missing, self.settings.threads)
        known.update(zip(missing, found, strict=True))
        return [known[coalition | start] for coalition in coalitions]


def _changes(
    columns: tuple[Array, Array], draws: _Draws, version: Mapping[Statistic, Estimate] | None
) -> dict[Statistic, Change]:
    """Every statistic that the draws tell, and of a stored base that was stored, on both sides."""
    told = [level for level in SHOWN if fewest_draws(level) <= draws.settings.draws]
    known = told if version is None else [level for level in told if level in version]
    levels = list(dict.fromkeys([*draws.asked, *known]))
    ends = zip(levels, *(statistics(column, levels) for column in columns), strict=True)
    return {
        level: _change(base, new, (version or {}).get(level), step_of(columns[0], level))
        for level, base, new in ends
    }


def _attributed(
    draws: _Draws, columns: tuple[Array, Array]
) -> Iterator[tuple[list[Contribution], tuple[Together, ...]]]:
    """For every statistic asked for what adds up to its change: the structure, then all else."""
    between = draws.between
    ends = zip((NONE, between.everything), columns, strict=True)
    known = {taken: statistics(column, draws.asked) for taken, column in ends}
    start = frozenset([between.structure]) if between.structure else NONE
    few = replace(draws, settings=replace(draws.settings, draws=ROUGH_DRAWS))
    rough = partial(few.worth, {}, start) if draws.settings.draws > ROUGH_DRAWS else None
    shares = shapley(partial(draws.worth, known, start), between.parts, draws.settings.seed, rough)
    for row, level in enumerate(draws.asked):
        step = step_of(columns[0], level)
        structure = [_structure(known[start][row] - known[NONE][row], step)] if start else []
        parts = sorted((_part(d, share, row, step) for d, share in shares.items()), key=_size)
        yield [*structure, *parts], tuple(_together(between, shares, row, step))


def _change(base: Array, new: Array, version: Estimate | None, step: float) -> Change:
    """A statistic's change, from the base as it was stored if today's model gives another."""
    stored = base - version.value if version else base
    error, size = version.se if version else 0.0, abs(float(stored[0]))
    change = widened(paired(new - stored, step), error)
    share = paired((new - stored) / np.abs(stored), step / size) if (stored != 0.0).all() else UNTOLD
    relative = change if change == NO_CHANGE else widened(share, error / size if size else 0.0)
    return Change(widened(estimated(stored), error), estimated(new), change, relative)


def _version(version: Estimate | None) -> list[Contribution]:
    return [Contribution(VERSION, VERSION, version, version, version)] if version else []


def _structure(parts: Array, step: float) -> Contribution:
    value = paired(parts, step)
    return Contribution(STRUCTURE, STRUCTURE, value, value, None)


def _part(difference: Difference, share: Share, row: int, step: float) -> Contribution:
    alone, last = paired(share.alone[row], step), paired(share.last[row], step)
    return Contribution(difference.name, difference.kind, _told(share, row, step), alone, last)


def _told(share: Share, row: int, step: float) -> Estimate:
    """A share with the errors of its draws and of its orders."""
    return widened(paired(share.value[row], step), float(share.se[row, 0]))


def _together(
    between: Between, shares: Mapping[Difference, Share], row: int, step: float
) -> Iterator[Together]:
    """Differences behind one quantity, as few as may be, where their sum is known better than its parts."""
    left = dict(shares)
    for name, behind in sorted(_behind(between).items(), key=lambda item: len(item[1])):
        members = {found: share for found, share in left.items() if behind.intersection(found.inputs)}
        if len(members) > 1:
            whole = together(members.values())
            if whole.se[row, 0] < MUCH_BETTER * _unclear(members.values(), row):
                left = {found: share for found, share in left.items() if found not in members}
                yield Together(name, tuple(found.name for found in members), _told(whole, row, step))


def _unclear(shares: Collection[Share], row: int) -> float:
    """The largest error of orders among some shares, if it is worth telling beside the largest of them."""
    error = max(float(share.se[row, 0]) for share in shares)
    size = max(abs(float(share.value[row, 0])) for share in shares)
    return error if error > UNCLEAR * size else 0.0


def _behind(between: Between) -> dict[str, set[str]]:
    """The inputs that each computed quantity rests on, on either side."""
    return {
        name: model.roots(name)
        for model in (between.base.model, between.new.model)
        for name in model.formulas
    }


def _size(contribution: Contribution) -> float:
    return -abs(contribution.value.value)
