"""Where each claim falls in the predictive distribution of what it speaks of, and what that makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from math import inf, isfinite
from pathlib import Path
from typing import Any

import numpy as np

from simulator.claims.reading import Claim, Claims
from simulator.errors import Complaint, InputError
from simulator.scenario.loader import load_scenario
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, engine
from simulator.statistics.estimates import Estimate
from simulator.statistics.lanes import percentile
from simulator.watch import UNWATCHED, Watch

Array = np.ndarray[Any, np.dtype[np.float64]]

CONSISTENT, LOW, HIGH, IMPOSSIBLE, NOT_COMPUTED = (
    "consistent",
    "low",
    "high",
    "impossible",
    "not computed",
)
TAIL = 0.05  # beyond P5 or P95 a claim is low or high
NEVER = 1e-4  # beyond all but one draw in ten thousand it is impossible
LEVELS = (5.0, 50.0, 95.0)


@dataclass(frozen=True)
class Judged:
    """A claim, what is predicted of its quantity, and the verdict."""

    claim: Claim
    verdict: str
    predicted: Mapping[float, Estimate]
    chances: tuple[float, float] | None  # of less than the claim's low, and of no more than its high
    arithmetic: str = ""

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
    found: Claims,
    settings: Settings,
    *,
    book: str | Path | None = None,
    laid_over: tuple[Sequence[str], Sequence[str]] = ((), ()),
    watch: Watch = UNWATCHED,
) -> tuple[Judged, ...]:
    """Judge every claim by the file's book, or another; ``laid_over`` are settings and levers for all.

    Raises :class:`InputError` with every complaint about any claim's case, facts or quantity.
    """
    watch.expect(len(found.claims))
    complaints: list[Complaint] = []
    judged = []
    load = _Cases(found, book, laid_over)
    for claim in found.claims:
        try:
            judged.append(_judged(claim, partial(load, claim), settings))
        except InputError as error:
            complaints += [Complaint(f"{claim.id}: {c.where}", c.what, c.remedy) for c in error.complaints]
        watch.done(1)
    if complaints:
        raise InputError(complaints)
    return tuple(judged)


class _Cases:
    """Cases with the disclosed facts of claims, each of which is loaded once."""

    def __init__(
        self, found: Claims, book: str | Path | None, laid_over: tuple[Sequence[str], Sequence[str]]
    ) -> None:
        own = () if found.formulas is None else (str(found.formulas),)
        settings, levers = laid_over

        @cache
        def load(case: Path, given: tuple[str, ...], applied: tuple[str, ...]) -> Scenario:
            laid = (*given, *settings)
            return load_scenario(
                case, book=book or found.book, settings=laid, levers=(*applied, *levers, *own)
            )

        self._load = load

    def __call__(self, claim: Claim, more: Sequence[str] = (), levers: Sequence[str] = ()) -> Scenario:
        assert claim.case is not None
        return self._load(claim.case, (*claim.given, *more), (*claim.levers, *levers))


def _judged(claim: Claim, load: partial[Scenario], settings: Settings) -> Judged:
    if claim.covered_by and not claim.quantity:
        return Judged(claim, NOT_COMPUTED, {}, None)
    scenario = load()
    scenario.check_name(claim.quantity)
    _check_unit(claim, scenario)
    draws = _drawn(scenario, claim.quantity, settings)
    if claim.against or claim.against_levers:
        other = _drawn(load(claim.against, claim.against_levers), claim.quantity, settings)
        draws = COMPARED[claim.ratio](draws, other)
    chances = (float(np.mean(draws < claim.low)), float(np.mean(draws <= claim.high)))
    verdict = verdict_of(chances, claim)
    arithmetic = _arithmetic(claim, scenario) if verdict == IMPOSSIBLE and claim.implies else ""
    return Judged(claim, verdict, {level: percentile(draws, level) for level in LEVELS}, chances, arithmetic)


def _check_unit(claim: Claim, scenario: Scenario) -> None:
    """Raise :class:`InputError` where a claim is in another unit than its quantity."""
    compared = claim.against or claim.against_levers
    unit = "1" if compared else scenario.model.units[claim.quantity].symbol
    if claim.unit not in ("", unit):
        what = f"the claim is in {claim.unit}, {claim.quantity} in {unit}"
        raise InputError([Complaint(scenario.name, what, f"write unit: {unit}, and low: and high: in it")])


COMPARED = {
    "saving": lambda base, new: 1.0 - new / base,
    "gain": lambda base, new: base / new - 1.0,
    "ratio": lambda base, new: new / base,
}


def _drawn(scenario: Scenario, quantity: str, settings: Settings) -> Array:
    scenario.check_name(quantity)
    machine = engine(scenario, settings)
    return machine.columns([quantity], settings.first_draws, threads=settings.threads)[quantity]


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


def _arithmetic(claim: Claim, scenario: Scenario) -> str:
    """What the claim would imply, every input at its median: the arithmetic of why it cannot be."""
    medians = {name: float(prior.distribution.ppf(0.5)) for name, prior in scenario.priors.items()}
    model = scenario.model.pin([claim.quantity])
    needed = {name: medians[name] for name in model.inputs if name != claim.quantity}
    ends = [end for end in (claim.low, claim.high) if isfinite(end)]
    implied = [model.evaluate({**needed, claim.quantity: end})[claim.implies] for end in dict.fromkeys(ends)]
    usual = scenario.model.evaluate(medians)[claim.implies]
    unit = model.units[claim.implies].symbol
    told = " to ".join(f"{value:,.2g}" for value in implied)
    return f"implies {claim.implies} of {told} {unit}, where {usual:,.2g} is predicted"
