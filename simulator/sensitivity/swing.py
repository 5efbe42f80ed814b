"""One input at a time from its P10 to its P90: what each alone does to a quantity, the others held."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import ndtr, ndtri

from simulator.distributions import Discrete, Distribution
from simulator.errors import Complaint, InputError
from simulator.scenario.scenario import Scenario
from simulator.sensitivity.tornado import SWING, Bar, Tornado, ranked

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
HOW = "each input from its P10 to its P90, the others at their medians"
MOVED = "each input from its P10 to its P90, the others at their medians given that input"
METRIC = "at the medians"


def swing(scenario: Scenario, quantity: str, conditional: bool = False) -> Tornado:
    """The tornado of swings: the quantity with each input at its P10 and P90, the others at their medians.

    A discrete input goes from its least to its greatest value. With ``conditional``, inputs correlated with
    the one that is moved go to their medians given it.
    Raises :class:`InputError` where a formula has no value.
    """
    scenario.check_name(quantity)
    medians = {name: float(prior.ppf(MIDDLE)) for name, prior in scenario.distributions.items()}
    baseline = _value(scenario, quantity, medians)
    moving = [name for name, prior in scenario.priors.items() if not prior.is_fixed]
    bars = [_bar(scenario, quantity, name, medians, conditional) for name in moving]
    return Tornado(
        kind=SWING,
        metric=METRIC,
        quantity=quantity,
        unit=scenario.model.units[quantity].symbol,
        baseline=baseline,
        bars=ranked(bars, power=2),
        how=MOVED if conditional else HOW,
        notes=tuple(_notes(scenario, conditional)),
    )


def _bar(
    scenario: Scenario, quantity: str, name: str, medians: Mapping[str, float], conditional: bool
) -> Bar:
    prior = scenario.distributions[name]
    ends = [_end(prior, level) for level in (LOW, HIGH)]
    moved = [_moved(scenario, name, level) if conditional else {} for level in (LOW, HIGH)]
    low, high = (
        _value(scenario, quantity, {**medians, **others, name: end})
        for others, end in zip(moved, ends, strict=True)
    )
    return Bar(
        input=name,
        unit=scenario.model.units[name].symbol,
        low_input=ends[0],
        high_input=ends[1],
        low=low,
        high=high,
        rises=high >= low,
    )


def _end(prior: Distribution, level: float) -> float:
    """The value at one end of a bar: of a discrete input its least or its greatest."""
    if isinstance(prior, Discrete):
        return float(prior.support[level > MIDDLE])
    return float(prior.ppf(level))


def _moved(scenario: Scenario, name: str, level: float) -> dict[str, float]:
    r"""The medians of the inputs correlated with one at a percentile: :math:`Q_j(\Phi(R_{ij} z_i))`."""
    found = scenario.copula
    if name not in found.names:
        return {}
    shares = ndtr(found.normal[found.names.index(name)] * ndtri(level))
    return {
        other: float(scenario.distributions[other].ppf(np.clip(share, 0.0, 1.0)))
        for other, share in zip(found.names, shares.tolist(), strict=True)
    }


def _value(scenario: Scenario, quantity: str, inputs: Mapping[str, float]) -> float:
    try:
        return scenario.model.evaluate(inputs)[quantity]
    except ArithmeticError as error:
        raise InputError([Complaint(str(scenario.path), str(error), "try --kind binned")]) from None


def _notes(scenario: Scenario, conditional: bool) -> list[str]:
    pairs = [f"{' and '.join(found.between)} {found.spearman:g}" for found in scenario.correlations]
    if not pairs:
        return []
    if conditional:
        return [f"Correlated inputs move together: {'; '.join(pairs)}"]
    return [
        f"Correlations ignored, which move inputs together: {'; '.join(pairs)}; --conditional heeds them, "
        "--kind binned and variance do, too"
    ]
