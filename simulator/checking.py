"""Runs held against limits: what ``traincost check`` does, as library calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from simulator.comparison.compare import Comparison, Statistic
from simulator.errors import Complaint, InputError
from simulator.gate import Limit, Verdict
from simulator.replay import settings_of_run
from simulator.results import StoredRun
from simulator.sides import Side, as_stored, compared, how, shared, words
from simulator.simulation import run
from simulator.statistics.estimates import Estimate
from simulator.summary import HEAVY
from simulator.watch import UNWATCHED, Watch

Array = np.ndarray[Any, np.dtype[np.float64]]

CHANGED, AGAIN = "the model has changed since it was stored", "run its scenario again"
FEW = "the mean rests on so few draws that its interval cannot be trusted"


def check_names(
    own: Sequence[Limit], side: Callable[[], Side], increases: Sequence[Limit], base: Side | None
) -> None:
    """Raise :class:`InputError` with every limit of a quantity that the side, or the base, does not have."""
    sought = [(limit, side()) for limit in (*own, *increases)]
    sought += [(limit, base) for limit in increases if base]
    complaints: list[Complaint] = []
    for limit, one in sought:
        try:
            one.scenario.check_name(limit.quantity)
        except InputError as error:
            complaints += error.complaints
    if complaints:
        raise InputError(dict.fromkeys(complaints))


def run_verdicts(
    stored: StoredRun, side: Callable[[], Side], limits: Sequence[Limit], watch: Watch = UNWATCHED
) -> list[Verdict]:
    """Limits of a stored run's percentiles, as stored; what it does not hold is made anew.

    ``side`` gives the run as today's model has it. Raises :class:`InputError` where that is another model's.
    """
    found = {
        limit: Verdict(limit, _percentiles(stored, limit.quantity)[limit.level], stored.summary["draws"])
        for limit in limits
        if limit.level in _percentiles(stored, limit.quantity)
    }
    if missing := [limit for limit in limits if limit not in found]:
        now = side()
        if now.changed:
            names = ", ".join(f"{limit.statistic} of {limit.quantity}" for limit in missing)
            what = f"it holds no {names}, and {CHANGED} ({now.changed})"
            raise InputError([Complaint(str(stored.path), what, AGAIN)])
        found.update(zip(missing, verdicts(now, missing, watch), strict=True))
    return [found[limit] for limit in limits]


def sentences(stored: StoredRun | None, side: Callable[[], Side], base: Side | None) -> list[str]:
    """What was checked, and against what; that today's model would give something else, where it would."""
    about, settings = (stored.summary, settings_of_run(stored)) if stored else (side().about, side().settings)
    return [
        f"Checked: {words(about)}; {how(settings)}",
        *([f"Increases: over {words(base.about)}; both on {how(shared(base))}"] if base else []),
        *(_change_since(stored, side) if stored else []),
    ]


def _change_since(stored: StoredRun, side: Callable[[], Side]) -> list[str]:
    try:
        why = side().changed
    except InputError as error:
        why = str(error)
    return [f"{CHANGED.capitalize()} ({why}); what was stored is checked"] if why else []


def _percentiles(stored: StoredRun, quantity: str) -> dict[Statistic, Estimate]:
    """What is stored of a quantity but its mean, whose tail is not."""
    return {level: found for level, found in as_stored(stored, quantity).items() if level is not None}


def verdicts(side: Side, limits: Sequence[Limit], watch: Watch = UNWATCHED) -> list[Verdict]:
    """Limits of a scenario's statistics, over as many draws as its settings say."""
    levels = tuple(sorted({limit.level for limit in limits if limit.level is not None}))
    done = run(side.scenario, replace(side.settings, levels=levels), keep=1, watch=watch)
    found = []
    for limit in limits:
        summary = done.summaries[limit.quantity]
        doubt = FEW if limit.level is None and summary.largest_share > HEAVY else ""
        found.append(Verdict(limit, summary.estimate(limit.level), done.settings.draws, doubt))
    return found


def increase_verdicts(
    base: Side, new: Side, limits: Sequence[Limit], watch: Watch = UNWATCHED
) -> list[Verdict]:
    """Limits of the increase over a base, on the same draws; a share is of the base's value.

    Raises :class:`InputError` for a run of another model, and for a share of 0.
    """
    if complaints := [
        Complaint(str(side.about["run"]), f"{CHANGED} ({side.changed}): of it no increase is known", AGAIN)
        for side in (base, new)
        if side.changed
    ]:
        raise InputError(complaints)
    comparisons = {
        quantity: compared(base, new, quantity, _levels(limits, quantity), watch, attribute=False)
        for quantity in dict.fromkeys(limit.quantity for limit in limits)
    }
    return [_increase(limit, comparisons[limit.quantity]) for limit in limits]


def _levels(limits: Sequence[Limit], quantity: str) -> list[Statistic]:
    return list(dict.fromkeys(limit.level for limit in limits if limit.quantity == quantity))


def _increase(limit: Limit, comparison: Comparison) -> Verdict:
    change = comparison.changes[limit.level]
    if limit.relative and change.base.value == 0.0 != change.change.value:
        what, remedy = f"the base's {limit.statistic} is 0", "give the limit in its unit, not as a share"
        raise InputError([Complaint(f"--max-increase {limit.statistic}", what, remedy)])
    estimate = change.relative if limit.relative else change.change
    doubt = FEW if limit.level is None and _largest_share(comparison.columns) > HEAVY else ""
    return Verdict(limit, estimate, comparison.settings.draws, doubt)


def _largest_share(columns: tuple[Array, Array]) -> float:
    """The largest share of the variance that one draw carries: of either side, or of their difference."""
    first, second = columns
    squares = [(column - column.mean()) ** 2 for column in (first, second, second - first)]
    return max(float(each.max() / each.sum()) if each.any() else 0.0 for each in squares)
