"""Levers ranked by what they save, on the same draws, alone and in portfolios of up to three.

All levers are in play in one compiled loop, so that to switch some on compiles nothing. All portfolios are
looked at on a few draws, the best on all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import combinations
from typing import Any

import numpy as np

from simulator.assembly import assembled
from simulator.cards import ANOTHER, SAME, SHARED, Card, card, excluded
from simulator.errors import Complaint, InputError
from simulator.kernel import Engine
from simulator.scenario.effects import fixed_inputs, given_of
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, check_settings, engine
from simulator.statistics.estimates import Estimate
from simulator.statistics.lanes import chance, fewest_draws, paired, percentile, statistics, step_of
from simulator.switches import switch_of
from simulator.threads import in_threads
from simulator.watch import UNWATCHED, Watch

Array = np.ndarray[Any, np.dtype[np.float64]]

Levers = tuple[str, ...]

MEDIAN = 50.0
LEVELS, OF_SAVING = (MEDIAN, 90.0), 90.0
FEWEST_DRAWS = fewest_draws(max(LEVELS))
MOST_DRAWS = 1 << 22  # whose costs are in memory together, a column a thread and two more
SCREENED_DRAWS = 1 << 12  # on which all portfolios are looked at
SHORT_LIST = 3  # of those so many times as are asked for are looked at on all draws
LARGEST, TOP = 3, 3  # levers of a portfolio; portfolios that keep the quality, and as many that lose some


@dataclass(frozen=True)
class Saving:
    """What some levers save together against none of them."""

    levers: Levers
    saving: Mapping[float, Estimate]  # of a percentile: that of the base less that with the levers
    of_saving: Estimate  # P90 of what is saved in a draw
    saves: Estimate  # the chance that anything is
    changes: bool  # whether any draw is another
    interaction: Estimate | None  # of the P50's saving: together, less the sum of each alone
    fall: Array  # of the P50, in all draws and in each part


@dataclass(frozen=True)
class Ranking:
    """A scenario's levers by what they save, the best portfolios, and the levers left out."""

    quantity: str
    unit: str
    settings: Settings
    base: Mapping[float, Estimate]
    levers: tuple[Saving, ...]
    portfolios: tuple[Saving, ...]
    screened: int  # portfolios of which those are the best
    cards: Mapping[str, Card]
    left_out: Mapping[str, str]  # why, by lever

    def keeps_quality(self, levers: Levers) -> bool:
        """Whether nothing of the planned model's quality is lost with some levers."""
        return all(_keeps_quality(self.cards[name]) for name in levers)


def rank(
    scenario: Scenario,
    names: Sequence[str],
    settings: Settings,
    quantity: str = "total_cost",
    *,
    largest: int = LARGEST,
    top: int = TOP,
    watch: Watch = UNWATCHED,
) -> Ranking:
    r"""Levers in play ranked by the fall of the median, :math:`P_{50}(c) - P_{50}(c_l)`, on the same draws.

    Portfolios are of levers that save something, buy the planned model and do not exclude each other: ``top``
    that keep its quality, then ``top`` that lose some. Raises :class:`InputError` for a quantity that the
    model does not have, and for too few or many draws.
    """
    scenario.check_name(quantity)
    check_settings(settings)
    settings = replace(settings, draws=settings.parted_draws)
    _check_draws(settings.draws)
    cards = {name: card(name) for name in names}
    left_out = _not_to_be_told(scenario, names, quantity)
    trial = _Trial(scenario, engine(scenario, settings), settings, quantity, watch)
    tried = trial.savings([(name,) for name in names if name not in left_out])
    left_out |= {each.levers[0]: _unchanged(scenario, each.levers[0]) for each in tried if not each.changes}
    alone = _ranked(each for each in tried if each.changes)
    possible = _possible(alone, cards, largest)
    kept = frozenset(name for name in names if _keeps_quality(cards[name]))
    return Ranking(
        quantity,
        scenario.model.units[quantity].symbol,
        settings,
        {level: percentile(trial.base, level) for level in LEVELS},
        tuple(alone),
        tuple(_ranked(trial.best(possible, alone, kept, top))),
        len(possible),
        cards,
        left_out,
    )


def _saved(found: Saving) -> float:
    """What is saved of the median, by which levers and portfolios are ranked."""
    return found.saving[MEDIAN].value


def _ranked(found: Iterable[Saving]) -> list[Saving]:
    return sorted(found, key=_saved, reverse=True)


def _keeps_quality(found: Card) -> bool:
    return found.quality in (SAME, SHARED)


def _check_draws(draws: int) -> None:
    if not FEWEST_DRAWS <= draws <= MOST_DRAWS:
        remedy = f"take {FEWEST_DRAWS:,} to {MOST_DRAWS:,}"
        raise InputError([Complaint("--draws", f"{draws:,} draws", remedy)])


def _not_to_be_told(scenario: Scenario, levers: Sequence[str], quantity: str) -> dict[str, str]:
    """The levers whose saving cannot be told, with the reason."""
    model, free = scenario.model, assembled(scenario.formulas, scenario.levers, levers)
    needed = model.roots(quantity)
    found = {}
    for lever in levers:
        if given := given_of(free, [name for name in model.pinned if name in needed], lever):
            found[lever] = f"{' and '.join(given)}, which the scenario gives, would change"
        elif switch_of(lever) not in needed:
            found[lever] = f"{quantity} does not hang on what changes"
    return found


def _unchanged(scenario: Scenario, lever: str) -> str:
    return f"no draw changes, as {fixed_inputs(lever, scenario.priors)}".removesuffix(", as ")


def _possible(alone: Sequence[Saving], cards: Mapping[str, Card], largest: int) -> list[Levers]:
    """Every portfolio of levers that save something and buy the planned model."""
    good = [cards[each.levers[0]] for each in alone if each.saving[MEDIAN].low > 0.0]
    return list(_portfolios([each for each in good if each.quality != ANOTHER], largest))


def _portfolios(cards: Sequence[Card], largest: int) -> Iterator[Levers]:
    """Every combination of two levers or more in which none excludes another."""
    for size in range(2, largest + 1):
        for chosen in combinations(cards, size):
            if not any(excluded(one, other) for one, other in combinations(chosen, 2)):
                yield tuple(each.name for each in chosen)


def _better_than_their_parts(saved: Mapping[frozenset[str], float]) -> list[frozenset[str]]:
    """The portfolios to which each of their levers adds, the best first."""
    good = [
        levers
        for levers, size in saved.items()
        if len(levers) > 1 and all(size > saved.get(levers - {left}, 0.0) for left in levers)
    ]
    return sorted(good, key=lambda levers: (-saved[levers], sorted(levers)))


def _chosen(portfolios: Sequence[frozenset[str]], kept: frozenset[str], top: int) -> list[frozenset[str]]:
    """The first portfolios of levers that keep the quality, and of those that do not."""
    ways = [[levers for levers in portfolios if (levers <= kept) is way] for way in (True, False)]
    return [levers for way in ways for levers in _unlike(way, top)]


def _unlike(portfolios: Sequence[frozenset[str]], top: int) -> list[frozenset[str]]:
    """The first portfolios, but for those that differ from a better one in a single lever."""
    found: list[frozenset[str]] = []
    for levers in portfolios:
        if len(found) < top and all(len(levers - better) > 1 for better in found):
            found.append(levers)
    return found


def _median(column: Array) -> float:
    return float(np.quantile(column, MEDIAN / 100.0, method="inverted_cdf"))


@dataclass(frozen=True)
class _Trial:
    """A scenario's cost with its levers off, against which portfolios are held."""

    scenario: Scenario
    machine: Engine
    settings: Settings
    quantity: str
    watch: Watch

    @cached_property
    def base(self) -> Array:
        """The draws without any lever."""
        self.watch.expect(self.settings.draws)
        return self.column(())

    @cached_property
    def percentiles(self) -> tuple[Array, tuple[float, ...]]:
        """Those of the base, in all draws and each part, and how far apart neighbouring draws are there."""
        return statistics(self.base, LEVELS), tuple(step_of(self.base, level) for level in LEVELS)

    def best(
        self, possible: Sequence[Levers], alone: Sequence[Saving], kept: frozenset[str], top: int
    ) -> list[Saving]:
        """The portfolios that save most: all on a few draws, the best and their parts on all."""
        names = {frozenset(levers): levers for levers in [*(each.levers for each in alone), *possible]}
        few = replace(self, settings=replace(self.settings, draws=min(self.settings.draws, SCREENED_DRAWS)))
        screened = dict(zip(names, few.falls(list(names.values())), strict=True))
        listed = _chosen(_better_than_their_parts(screened), kept, SHORT_LIST * top)
        parts = {levers - {left} for levers in listed for left in levers}
        wanted = [names[levers] for levers in dict.fromkeys([*listed, *parts]) if len(levers) > 1]
        found = {frozenset(each.levers): each for each in [*alone, *self.savings(wanted, alone)]}
        saved = {levers: _saved(each) for levers, each in found.items()}
        return [found[levers] for levers in _chosen(_better_than_their_parts(saved), kept, top)]

    def falls(self, portfolios: Sequence[Levers]) -> list[float]:
        """By how much the median falls with each portfolio."""
        self.watch.expect(len(portfolios) * self.settings.draws)
        base = _median(self.base)
        return in_threads(
            lambda levers: base - _median(self.column(levers)), portfolios, self.settings.threads
        )

    def savings(self, portfolios: Sequence[Levers], alone: Sequence[Saving] = ()) -> list[Saving]:
        """What each portfolio saves; ``alone`` are the savings of its levers by themselves."""
        falls = {each.levers[0]: each.fall for each in alone}
        one = partial(self.saving, of_base=self.percentiles, falls=falls)
        self.watch.expect(len(portfolios) * self.settings.draws)
        return in_threads(one, portfolios, self.settings.threads)

    def saving(
        self, levers: Levers, of_base: tuple[Array, tuple[float, ...]], falls: Mapping[str, Array]
    ) -> Saving:
        """What some levers save together; ``falls`` are those of the P50 with each alone."""
        column, (percentiles, steps) = self.column(levers), of_base
        fall, saved = percentiles - statistics(column, LEVELS), self.base - column
        more = fall[0] - sum(falls[name] for name in levers) if len(levers) > 1 else None
        return Saving(
            levers,
            {level: paired(row, step) for level, row, step in zip(LEVELS, fall, steps, strict=True)},
            percentile(saved, OF_SAVING),
            chance(saved > 0.0),
            bool(saved.any()),
            None if more is None else paired(more, steps[0]),
            fall[0],
        )

    def column(self, levers: Levers) -> Array:
        """The draws with some levers on."""
        given = {switch_of(lever): 1.0 for lever in levers}
        found = self.machine.columns([self.quantity], self.settings.draws, given=given, threads=1)
        column = found[self.quantity]
        self.watch.done(self.settings.draws)
        if not np.isfinite(column).all():
            what = f"{self.quantity} is not a finite number in some draws with {', '.join(levers) or 'none'}"
            raise InputError([Complaint(self.scenario.name, what, "bound its priors with truncate:")])
        return column
