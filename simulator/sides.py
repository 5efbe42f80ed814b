"""The two sides of a comparison: scenarios, or stored runs as today's model has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot, isfinite, nan
from typing import Any

from simulator.comparison.compare import SHOWN, Comparison, Statistic, compare
from simulator.errors import Complaint, InputError, SimulatorError
from simulator.replay import changed, settings_of_run
from simulator.results import StoredRun
from simulator.scenario.loader import load_scenario
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, run
from simulator.statistics.estimates import Estimate
from simulator.watch import UNWATCHED, Watch

MOST_DRAWS = 1 << 24  # whose values are in memory together, of both sides
SAME = Estimate(0.0, 0.0, 0.0, 0.0)


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
        words = {"settings": list(found.settings), "levers": list(found.levers), "seed": self.settings.seed}
        return {"name": found.name, "book": found.book, **words}

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
    settings = replace(base.settings, draws=min(base.settings.first_draws, MOST_DRAWS))
    version = _version(base, quantity, asked, watch)
    return compare(
        base.scenario,
        new.scenario,
        settings,
        quantity,
        asked,
        version=version,
        attribute=attribute,
        watch=watch,
    )


def notes(base: Side, new: Side) -> list[str]:
    """What is to be known of a comparison of these."""
    found = [
        f"{side.about['name']}: the model has changed since it was stored ({side.changed})"
        for side in (base, new)
        if side.changed
    ]
    if base.settings.first_draws > MOST_DRAWS:
        found.append(f"of {base.settings.draws:,} draws the first {MOST_DRAWS:,} are used")
    how = [(s.settings.seed, s.settings.draws, s.settings.sampler) for s in (base, new)]
    if new.stored and how[0] != how[1]:
        seed, draws, sampler = how[1]
        found.append(
            f"NEW was stored with seed {seed}, {draws:,} draws, sampler {sampler}; here it has BASE's, so "
            "that its percentiles are a little other than its report's"
        )
    ours, theirs = base.scenario.words, new.scenario.words
    words = [f"{key} {ours[key]} to {theirs[key]}" for key in ours if ours[key] != theirs.get(key, ours[key])]
    if words:
        found.append(f"The plans differ in words, which act through the inputs they pick: {', '.join(words)}")
    return found


def _version(
    base: Side, quantity: str, asked: Sequence[Statistic], watch: Watch
) -> dict[Statistic, Estimate] | None:
    """By how much each of a stored run's statistics is another today; None where nothing was stored."""
    if base.stored is None:
        return None
    if not base.changed:
        return dict[Statistic, Estimate].fromkeys([*asked, *SHOWN], SAME)
    then = _stored(base.stored, quantity, asked)
    levels = tuple(level for level in then if level is not None)
    summary = run(base.scenario, replace(base.settings, levels=levels), keep=1, watch=watch).summaries[
        quantity
    ]
    return {
        level: _moved(estimate, summary.mean if level is None else summary.percentiles[level])
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


def _moved(then: Estimate, now: Estimate) -> Estimate:
    """The change of a statistic; its error can be no larger than if the two were independent."""
    change, error = now.value - then.value, hypot(now.se, then.se)
    return Estimate(change, error, change - 2.0 * error, change + 2.0 * error)
