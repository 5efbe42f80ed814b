"""Runs held against limits: what ``traincost check`` does, as library calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from simulator.comparison.compare import Statistic
from simulator.errors import Complaint, InputError
from simulator.gate import Limit, Verdict
from simulator.results import StoredRun
from simulator.sides import Side, as_stored, compared
from simulator.simulation import run
from simulator.statistics.estimates import Estimate
from simulator.summary import HEAVY
from simulator.watch import UNWATCHED, Watch

Array = np.ndarray[Any, np.dtype[np.float64]]

FEW = "the mean rests on so few draws that its interval cannot be trusted"


def run_verdicts(
    stored: StoredRun, side: Callable[[], Side], limits: Sequence[Limit], watch: Watch = UNWATCHED
) -> list[Verdict]:
    """Limits of a stored run's percentiles, as stored; what it does not hold is made anew.

    ``side`` gives the run as today's model has it. Raises :class:`InputError` where that is another model's.
    """
    held = [limit for limit in limits if limit.level in _percentiles(stored, limit.quantity)]
    found = {
        limit: Verdict(limit, _percentiles(stored, limit.quantity)[limit.level], stored.summary["draws"])
        for limit in held
    }
    if missing := [limit for limit in limits if limit not in found]:
        now = side()
        if now.changed:
            names = ", ".join(f"{limit.statistic} of {limit.quantity}" for limit in missing)
            what = f"it holds no {names}, and the model has changed since ({now.changed})"
            raise InputError([Complaint(str(stored.path), what, "run its scenario again")])
        found.update(zip(missing, verdicts(now, missing, watch), strict=True))
    return [found[limit] for limit in limits]


def _percentiles(stored: StoredRun, quantity: str) -> dict[Statistic, Estimate]:
    """What is stored of a quantity but its mean, whose tail is not."""
    return {level: found for level, found in as_stored(stored, quantity).items() if level is not None}


def verdicts(side: Side, limits: Sequence[Limit], watch: Watch = UNWATCHED) -> list[Verdict]:
    """Limits of a scenario's statistics, over as many draws as its settings say."""
    for limit in limits:
        side.scenario.check_name(limit.quantity)
    levels = tuple(sorted({limit.level for limit in limits if limit.level is not None}))
    done = run(side.scenario, replace(side.settings, levels=levels), keep=1, watch=watch)
    found = []
    for limit in limits:
        summary = done.summaries[limit.quantity]
        doubt = FEW if limit.level is None and summary.largest_share > HEAVY else ""
        estimate = summary.mean if limit.level is None else summary.percentiles[limit.level]
        found.append(Verdict(limit, estimate, done.settings.draws, doubt))
    return found


def increase_verdicts(
    base: Side, new: Side, limits: Sequence[Limit], watch: Watch = UNWATCHED
) -> list[Verdict]:
    """Limits of the increase over a base, on the same draws; a share is of the base's value."""
    if base.changed:
        what = f"the model has changed since it was stored ({base.changed}), so that it is no base"
        raise InputError([Complaint(str(base.about["run"]), what, "run its scenario again")])
    found = []
    for limit in limits:
        comparison = compared(base, new, limit.quantity, [limit.level], watch, attribute=False)
        change = comparison.changes[limit.level]
        if limit.relative and change.base.value == 0.0 != change.change.value:
            what, remedy = f"the base's {limit.statistic} is 0", "give the limit in its unit, not as a share"
            raise InputError([Complaint(f"--max-increase {limit.statistic}", what, remedy)])
        estimate = change.relative if limit.relative else change.change
        doubt = FEW if limit.level is None and _largest_share(comparison.columns) > HEAVY else ""
        found.append(Verdict(limit, estimate, comparison.settings.draws, doubt))
    return found


def _largest_share(columns: tuple[Array, Array]) -> float:
    """The largest share of the variance that one draw carries: of either side, or of their difference."""
    first, second = columns
    squares = [(column - column.mean()) ** 2 for column in (first, second, second - first)]
    return max(float(each.max() / each.sum()) if each.any() else 0.0 for each in squares)
