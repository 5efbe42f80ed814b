"""The two sides of a comparison: scenarios, or stored runs as today's model has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot, isfinite, nan, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from simulator.comparison.compare import SHOWN, Comparison, Statistic, compare
from simulator.errors import Complaint, InputError, SimulatorError
from simulator.replay import changed, kept_draws, settings_of_run
from simulator.results import StoredRun
from simulator.scenario.books import EMPTY
from simulator.scenario.loader import load_scenario
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, run
from simulator.statistics.estimates import Estimate
from simulator.statistics.lanes import difference, fewest_draws, widened
from simulator.watch import UNWATCHED, Watch

Array = np.ndarray[Any, np.dtype[np.float64]]

MOST_DRAWS = 1 << 24  # whose values are in memory together, of both sides
SAME = Estimate(0.0, 0.0, 0.0, 0.0)
TELLING = ("book", "settings", "levers")  # what a side is besides its name
OF_BASE = "what that moved is the row model version"
OF_NEW = "here it is as today's model has it"


@dataclass(frozen=True)
class Side:
    """A scenario and how it is run; of a stored run what was stored, and why it would differ today."""

    scenario: Scenario
    settings: Settings
    stored: StoredRun | None = None
    changed: str = ""

    @property
    def about(self) -> Mapping[str, Any]:
        """What tells it from others."""
        if self.stored:
            return self.stored.summary
        found = self.scenario
        given = {"settings": list(found.settings), "levers": list(found.levers)}
        return {"name": found.name, "book": found.book, **given, "run": str(found.path)}

    def unit(self, quantity: str) -> str:
        """The unit of a quantity."""
        return self.scenario.model.units[quantity].symbol


def of_run(stored: StoredRun, threads: int | None = None) -> Side:
    """A stored run. Raises :class:`InputError` where today's model cannot read its scenario."""
    try:
        scenario = load_scenario(stored.scenario)
    except SimulatorError as error:
        what = f"today's model cannot evaluate this run ({error})"
        raise InputError([Complaint(str(stored.path), what, "run its scenario again")]) from None
    scenario = replace(scenario, name=stored.summary["scenario"])
    return Side(scenario, settings_of_run(stored, threads), stored, changed(stored, scenario))


def compared(
    base: Side,
    new: Side,
    quantity: str,
    asked: Sequence[Statistic],
    watch: Watch = UNWATCHED,
    *,
    attribute: bool = True,
) -> Comparison:
    """The new side against the base, both on the base's seed, draws and sampler."""
    version = _version(base, quantity, asked, watch)
    return compare(
        base.scenario,
        new.scenario,
        shared(base),
        quantity,
        asked,
        version=version,
        attribute=attribute,
        watch=watch,
    )


def shared(base: Side) -> Settings:
    """The settings of both sides of a comparison: the base's, of no more draws than fit into memory."""
    return replace(base.settings, draws=min(base.settings.first_draws, MOST_DRAWS))


def labels(base: Side, new: Side) -> list[str]:
    """What each side is: its name, and whatever else the two do not have in common."""
    sides = (base, new)
    keys = [key for key in TELLING if _word(base.about[key]) != _word(new.about[key])]
    found = [words(side.about, ("name", *keys)) for side in sides]
    if found[0] != found[1] or base.about["run"] == new.about["run"]:
        return found
    return [words(side.about, ("name", *keys, "run")) for side in sides]


def words(about: Mapping[str, Any], keys: Sequence[str] = ("name", *TELLING)) -> str:
    """What a side is, as it was given."""
    found = (_word(about[key]) for key in keys)
    return ", ".join(word for word in found if word not in ("", EMPTY.name))


def _word(value: Any) -> str:
    return "; ".join(map(_file, value)) if isinstance(value, list) else _file(str(value or ""))


def _file(text: str) -> str:
    """A file's name without its folder; anything else as it is."""
    return Path(text).name if text.endswith(".py") else text


def how(settings: Settings) -> str:
    """On which draws, in words."""
    return f"{settings.first_draws:,} draws, seed {settings.seed}, sampler {settings.sampler}"


def notes(base: Side, new: Side) -> list[str]:
    """What is to be known of a comparison of these."""
    found = [
        f"{side.about['name']}: the model has changed since it was stored ({side.changed}); {what}"
        for side, what in ((base, OF_BASE), (new, OF_NEW))
        if side.changed and (side is base or side.about["run"] != base.about["run"])
    ]
    if base.settings.first_draws > MOST_DRAWS:
        found.append(f"of {base.settings.draws:,} draws the first {MOST_DRAWS:,} are used")
    if new.stored and how(new.settings) != how(base.settings):
        found.append(
            f"NEW was stored with {how(new.settings)}; here it has BASE's, so that its percentiles are a "
            "little other than its report's"
        )
    return found


def _version(
    base: Side, quantity: str, asked: Sequence[Statistic], watch: Watch
) -> dict[Statistic, Estimate] | None:
    """By how much each of a stored run's statistics is another today; None where nothing was stored."""
    if base.stored is None:
        return None
    if not base.changed:
        return dict[Statistic, Estimate].fromkeys([*asked, *SHOWN], SAME)
    base.scenario.check_name(quantity)
    then = _stored(base.stored, quantity, asked)
    levels = tuple(level for level in then if level is not None)
    done = run(base.scenario, replace(base.settings, levels=levels), keep=1, watch=watch)
    summary = done.summaries[quantity]
    kept = kept_draws(base.stored)[quantity]
    again = done.machine.columns([quantity], len(kept), threads=1)[quantity]
    fewer = sqrt(len(kept) / done.settings.draws)
    return {
        level: _moved(
            estimate, summary.estimate(level), _paired(kept, again, level, fewer), summary.resolution
        )
        for level, estimate in then.items()
    }


def as_stored(stored: StoredRun, quantity: str) -> dict[Statistic, Estimate]:
    """A stored run's statistics of a quantity; nan is what could not be told."""
    found = stored.summary["quantities"].get(quantity)
    if found is None:
        raise InputError([Complaint(str(stored.path), f"it holds no {quantity}", "run its scenario again")])
    table: dict[Statistic, Sequence[float | None]] = {
        float(key): (p["value"], p["se"], *p["ci95"]) for key, p in found["percentiles"].items()
    }
    table[None] = (found["mean"], found["mean_se"], *found["mean_ci95"])
    return {
        level: Estimate(*(nan if number is None else number for number in row))
        for level, row in table.items()
    }


def _stored(stored: StoredRun, quantity: str, asked: Sequence[Statistic]) -> dict[Statistic, Estimate]:
    """What a stored run tells. Raises :class:`InputError` where one asked for is not told."""
    whole = {level: e for level, e in as_stored(stored, quantity).items() if isfinite(e.se)}
    if missing := [f"P{level:g}" if level else "mean" for level in asked if level not in whole]:
        what = f"it was made by another model and holds no {', '.join(missing)}"
        raise InputError([Complaint(str(stored.path), what, "run its scenario again")])
    return whole


def _paired(kept: Array, again: Array, level: Statistic, fewer: float) -> Estimate | None:
    """What the draws kept, each against itself, show of a change, with the error of all; None of too few."""
    if len(kept) < fewest_draws(level):
        return None
    found = difference(again, kept, level)
    return replace(found, se=fewer * found.se)


def _moved(then: Estimate, now: Estimate, seen: Estimate | None, width: float) -> Estimate:
    """The change of a statistic, its error that of the draws kept, and no larger than of independent runs.

    ``width`` is that of the bins that percentiles were read off.
    """
    change, error = now.value - then.value, hypot(now.se, then.se)
    if seen and change == seen.value == seen.se == 0.0:
        return SAME
    if seen and seen.se > 0.0:
        error = min(error, hypot(seen.se, sqrt(2.0) * width))
    return widened(Estimate(change, 0.0, change, change), error)
