"""One input at a time from its P10 to its P90: what each alone does to a quantity, the others held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from simulator.distributions import Discrete, Distribution
from simulator.errors import Complaint, InputError
from simulator.scenario.scenario import Scenario
from simulator.sensitivity.tornado import SWING, Bar, Tornado, ranked

LEVELS, MIDDLE = (0.1, 0.3, 0.5, 0.7, 0.9), 0.5  # inner ones tell whether an input bends
BEYOND = 1e-9  # of the outer ends' values: what is more is no rounding
HOW = "each input from its P10 to its P90, the others at their medians"
MOVED = "each input from its P10 to its P90, the others at their medians given that input"
METRIC = "at the medians"


def swing(scenario: Scenario, quantity: str, conditional: bool = False) -> Tornado:
    """The tornado of swings: the quantity with each input at its P10 and P90, the others at their medians.

    A discrete input goes from its least to its greatest value; where the quantity lies beyond both ends at an
    inner percentile, the bar reaches to that. With ``conditional``, inputs correlated with
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
        bars=ranked(bars),
        how=MOVED if conditional else HOW,
        notes=(*_shapes(scenario, bars), *_notes(scenario, conditional)),
    )


def _bar(
    scenario: Scenario, quantity: str, name: str, medians: Mapping[str, float], conditional: bool
) -> Bar:
    prior = scenario.distributions[name]
    points = sorted({(_given(prior, level), level) for level in LEVELS})
    values = [
        _value(
            scenario, quantity, {**medians, **(_moved(scenario, name, level) if conditional else {}), name: x}
        )
        for x, level in points
    ]
    first, last = _ends(values)
    return Bar(
        input=name,
        unit=scenario.model.units[name].symbol,
        low_input=points[first][0],
        high_input=points[last][0],
        low=values[first],
        high=values[last],
        rises=values[last] >= values[first],
    )


def _ends(values: Sequence[float]) -> tuple[int, int]:
    """The first and the last place, or an inner one in their stead where its value lies beyond both."""
    least, most = sorted((0, len(values) - 1), key=lambda place: values[place])
    margin = BEYOND * max(map(abs, values))
    lowest, highest = (pick(range(len(values)), key=values.__getitem__) for pick in (min, max))
    least = lowest if values[lowest] < values[least] - margin else least
    most = highest if values[highest] > values[most] + margin else most
    return min(least, most), max(least, most)


def _given(prior: Distribution, level: float) -> float:
    """The value at a percentile; of a discrete input its least and its greatest stand for the outer ones."""
    if isinstance(prior, Discrete) and level in (LEVELS[0], LEVELS[-1]):
        return float(prior.support[level > MIDDLE])
    return float(prior.ppf(level))


def _shapes(scenario: Scenario, bars: Sequence[Bar]) -> list[str]:
    """What is to be known of inputs that do not go from a P10 to a P90."""
    discrete = [bar.input for bar in bars if isinstance(scenario.distributions[bar.input], Discrete)]
    bent = [
        bar.input
        for bar in bars
        if bar.input not in discrete
        and (bar.low_input, bar.high_input)
        != tuple(float(scenario.distributions[bar.input].ppf(level)) for level in (LEVELS[0], LEVELS[-1]))
    ]
    notes = (
        [f"From their least to their greatest value, however rare: {', '.join(discrete)}"] if discrete else []
    )
    return (
        [*notes, f"Beyond both ends in between, to where their bars reach: {', '.join(bent)}"]
        if bent
        else notes
    )


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
