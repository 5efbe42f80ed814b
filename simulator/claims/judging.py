"""Where each claim falls in the predictive distribution of what it speaks of, and what that makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite
from pathlib import Path
from typing import Any

import numpy as np

from simulator.claims.cases import Cases
from simulator.claims.reading import Claim, Claims
from simulator.errors import Complaint, InputError, ModelError
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, check_settings
from simulator.statistics.estimates import Estimate
from simulator.statistics.lanes import percentile
from simulator.watch import UNWATCHED, Watch

Array = np.ndarray[Any, np.dtype[np.float64]]

CONSISTENT, LOW, HIGH = "consistent", "low", "high"
IMPOSSIBLE, NOT_COMPUTED = "impossible", "not computed"
TAIL = 0.05  # beyond P5 or P95 a claim is low or high
NEVER = 1e-4  # beyond all but one draw in ten thousand it is impossible
LEVELS = (5.0, 50.0, 95.0)
NAMED = 3  # claims that have the same fault
FEWEST_DRAWS, MOST_DRAWS = round(1.0 / NEVER), 1 << 24  # two columns of which are in memory


@dataclass(frozen=True)
class Implied:
    """What the ends of a claim imply of another quantity, beside what is predicted of it, all at medians."""

    quantity: str
    unit: str
    values: tuple[float, ...]
    predicted: float


@dataclass(frozen=True)
class Judged:
    """A claim, what is predicted of its quantity, and the verdict."""

    claim: Claim
    verdict: str
    predicted: Mapping[float, Estimate]
    chances: tuple[float, float] | None  # of less than the claim's low, and of no more than its high
    implied: Implied | None = None

    @property
    def percentile(self) -> float | None:
        """The predicted chance of no more than was said, of an interval its middle; None if not computed."""
        if self.chances is None:
            return None
        low, high = self.chances
        if self.claim.high == inf:
            return low
        return high if self.claim.low == -inf else (low + high) / 2.0


def judge(
    source: Claims,
    settings: Settings,
    *,
    book: str | Path | None = None,
    laid_over: Sequence[str] = (),
    levers: Sequence[str] = (),
    watch: Watch = UNWATCHED,
) -> tuple[Judged, ...]:
    """Judge every claim by the file's book, or another; settings and levers are laid over all cases.

    Raises :class:`InputError` with every complaint about any claim's case, facts or quantity, and for too few
    draws to tell what is impossible, or too many.
    """
    _check_draws(settings)
    watch.expect(len(source.claims))
    complaints: dict[Complaint, list[str]] = {}
    judged = []
    cases = Cases(source, settings, book, laid_over, levers)
    for claim in source.claims:
        try:
            judged.append(_judged(claim, cases))
        except InputError as error:
            for complaint in error.complaints:
                complaints.setdefault(complaint, []).append(claim.id)
        watch.done(1)
    if complaints:
        raise InputError([_of(ids, complaint) for complaint, ids in complaints.items()])
    return tuple(judged)


def _of(ids: Sequence[str], complaint: Complaint) -> Complaint:
    """A complaint that names the claims it is of, or the first of them."""
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return replace(complaint, where=f"{', '.join(ids[:NAMED])}{more}: {complaint.where}")


def _check_draws(settings: Settings) -> None:
    check_settings(settings)
    if not FEWEST_DRAWS <= settings.first_draws <= MOST_DRAWS:
        what = (
            f"{settings.first_draws:,} draws; what is beyond all but {100.0 * NEVER:g}% of them is to be told"
        )
        raise InputError([Complaint("--draws", what, f"take {FEWEST_DRAWS:,} to {MOST_DRAWS:,}")])


def _judged(claim: Claim, cases: Cases) -> Judged:
    if claim.case is None or not claim.quantity:
        return Judged(claim, NOT_COMPUTED, {}, None)
    scenario = cases.scenario(claim.case, claim.given, claim.levers)
    for name in filter(None, (claim.quantity, claim.implies)):
        scenario.check_name(name)
    _check_unit(claim, scenario)
    implied = _implied(claim, scenario) if claim.implies else None
    draws = _compared(claim, cases)
    if not np.isfinite(draws).all():
        what = f"{claim.quantity} is beyond all numbers in some draws"
        raise InputError([Complaint(scenario.name, what, "look at its priors")])
    chances = (float(np.mean(draws < claim.low)), float(np.mean(draws <= claim.high)))
    predicted = {level: percentile(draws, level) for level in LEVELS}
    return Judged(claim, verdict_of(chances, claim), predicted, chances, implied)


def _compared(claim: Claim, cases: Cases) -> Array:
    """Draws of a claim's quantity, or of how it compares with itself where something is changed."""
    assert claim.case is not None
    draws = cases.draws(claim.case, claim.quantity, claim.given, claim.levers)
    if not claim.ratio:
        return draws
    given, levers = (*claim.given, *claim.against), (*claim.levers, *claim.against_levers)
    other = cases.draws(claim.case, claim.quantity, given, levers)
    with np.errstate(all="ignore"):  # the caller looks at what is no number
        return np.asarray(COMPARED[claim.ratio](draws, other))


def _check_unit(claim: Claim, scenario: Scenario) -> None:
    """Raise :class:`InputError` where a claim is in another unit than its quantity."""
    unit = "1" if claim.ratio else scenario.model.units[claim.quantity].symbol
    if claim.unit not in ("", unit):
        what = f"the claim is in {claim.unit}, {claim.quantity} in {unit}"
        raise InputError([Complaint(scenario.name, what, f"write unit: {unit}, and low: and high: in it")])


COMPARED = {
    "saving": lambda base, new: 1.0 - new / base,
    "gain": lambda base, new: base / new - 1.0,
    "ratio": lambda base, new: new / base,
}


def verdict_of(chances: tuple[float, float], claim: Claim) -> str:
    """What the chances of less than a claim's low end, and of no more than its high end, make of it.

    What no draw shows is impossible only where arithmetic says why: beyond a prior it is low or high.
    """
    below, up_to = chances
    if claim.has_arithmetic and (below >= 1.0 - NEVER or up_to <= NEVER):
        return IMPOSSIBLE
    if below > 1.0 - TAIL:
        return HIGH
    return LOW if up_to < TAIL else CONSISTENT


def _implied(claim: Claim, scenario: Scenario) -> Implied:
    """What the claim would imply, every input at its median: the arithmetic of why it can or cannot be."""
    if claim.quantity not in scenario.model.ancestors(claim.implies):
        what = f"{claim.implies} is not computed from {claim.quantity}"
        raise InputError([Complaint(scenario.name, what, "let implies: name a quantity that is")])
    try:
        return _at_medians(claim, scenario)
    except (ModelError, ArithmeticError) as error:
        raise InputError([Complaint(scenario.name, str(error), "leave implies: out")]) from error


def _at_medians(claim: Claim, scenario: Scenario) -> Implied:
    medians = scenario.medians
    model = scenario.model.pin([claim.quantity]).only([claim.implies])
    needed = {name: medians[name] for name in model.inputs if name != claim.quantity}
    ends = dict.fromkeys(end for end in (claim.low, claim.high) if isfinite(end))
    values = tuple(model.evaluate({**needed, claim.quantity: end})[claim.implies] for end in ends)
    usual = scenario.model.evaluate(medians)[claim.implies]
    return Implied(claim.implies, model.units[claim.implies].symbol, values, usual)
