"""How good predictions were: coverage, percentiles of what came, CRPS, width, against a naive baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, exp, log, pi, sqrt
from typing import Any

import numpy as np
from scipy.stats import binom

from simulator.statistics.estimates import clopper_pearson

Array = np.ndarray[Any, np.dtype[np.float64]]

Z90 = 1.6448536269514722  # standard normal quantile of 0.95
LOW, HIGH = 0.3, 4.0  # P5 and P95 of the baseline, over its centre
BASELINE_MEAN = (log(LOW) + log(HIGH)) / 2.0
BASELINE_SD = (log(HIGH) - log(LOW)) / (2.0 * Z90)
BINS = 10  # of the histogram of percentiles


def crps(ordered: Array, value: float) -> float:
    r"""Continuous ranked probability score of sorted draws, smaller is better.

    .. math:: E|X - y| - \tfrac12 E|X - X'|

    >>> round(crps(np.array([0.0, 1.0]), 0.5), 12)
    0.25

    T. Gneiting and A. Raftery 2007, doi:10.1198/016214506000001437.
    """
    count = len(ordered)
    weights = 2.0 * np.arange(1, count + 1) - count - 1.0
    return float(np.mean(np.abs(ordered - value)) - np.dot(weights, ordered) / count**2)


def crps_normal(mean: float, sd: float, value: float) -> float:
    r"""The same of a normal distribution, in closed form.

    .. math:: \sigma \left( z (2 \Phi(z) - 1) + 2 \varphi(z) - 1 / \sqrt{\pi} \right)

    >>> round(crps_normal(0.0, 1.0, 0.0), 4)
    0.2337

    T. Gneiting and A. Raftery 2007, doi:10.1198/016214506000001437.
    """
    z = (value - mean) / sd
    return sd * (z * erf(z / sqrt(2.0)) + 2.0 * exp(-z * z / 2.0) / sqrt(2.0 * pi) - 1.0 / sqrt(pi))


@dataclass(frozen=True)
class Score:
    """One published figure and what was predicted of it."""

    run: str
    quantity: str
    published: float
    p5: float
    p50: float
    p95: float
    percentile: float  # the predicted chance of less, between 0 and 1
    crps: float  # in ln units
    crps_baseline: float
    grade: str = ""
    basis: str = ""
    developer: str = ""
    family: str = ""  # of accelerators

    @property
    def width(self) -> float:
        """P95 over P5."""
        return self.p95 / self.p5


def scored(run: str, quantity: str, published: float, draws: Array, centre: float, **words: str) -> Score:
    """Hold a published figure against draws of the prediction, and against the baseline's centre.

    ``words`` are what else is known of it: grade, basis, developer, family.
    """
    ordered = np.sort(draws)
    p5, p50, p95 = (float(np.quantile(ordered, p, method="inverted_cdf")) for p in (0.05, 0.5, 0.95))
    below = (np.searchsorted(ordered, published) + np.searchsorted(ordered, published, "right")) / 2.0
    return Score(
        run, quantity, published, p5, p50, p95,
        percentile=float(below) / len(ordered),
        crps=crps(np.log(ordered), log(published)),
        crps_baseline=crps_normal(log(centre) + BASELINE_MEAN, BASELINE_SD, log(published)),
        **words,
    )  # fmt: skip


@dataclass(frozen=True)
class Summary:
    """How good the predictions of one quantity were."""

    scores: tuple[Score, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.scores)

    def inside(self, band: float) -> int:
        """How many figures lay within the central band of their prediction.

        >>> def score(u): return Score("", "", 1.0, 1.0, 1.0, 1.0, u, 0.0, 0.0, "", "")
        >>> Summary((score(0.3), score(0.97))).inside(0.9)
        1
        """
        tail = (1.0 - band) / 2.0
        return sum(tail <= score.percentile <= 1.0 - tail for score in self.scores)

    def coverage(self, band: float) -> float:
        """The share within the band."""
        return self.inside(band) / self.count

    def interval(self, band: float) -> tuple[float, float]:
        """The exact 95% interval of that share."""
        return clopper_pearson(self.inside(band), self.count)

    def in_line(self, band: float) -> bool:
        """Whether as many figures missed the band as chance would have, with 95%."""
        low, high = binom.interval(0.95, self.count, 1.0 - band)
        return bool(low <= self.count - self.inside(band) <= high)

    @property
    def developers(self) -> int:
        """How many there are to whom the runs belong; runs of one are hardly independent."""
        return len({score.developer for score in self.scores})

    def by_developer(self, band: float) -> float:
        """The share within the band where each developer counts as much as any other."""
        held = {score.developer: self.of(developer=score.developer) for score in self.scores}
        return _mean([each.coverage(band) for each in held.values()])

    @property
    def families(self) -> dict[str, Summary]:
        """The same by family of accelerators."""
        return {name: self.of(family=name) for name in sorted({score.family for score in self.scores})}

    def of(self, **words: str) -> Summary:
        """The scores of a developer or a family."""
        return Summary(
            tuple(s for s in self.scores if all(getattr(s, key) == word for key, word in words.items()))
        )

    @property
    def histogram(self) -> list[int]:
        """The percentiles of what came, counted in tenths; even where predictions are calibrated."""
        found = np.histogram([score.percentile for score in self.scores], BINS, (0.0, 1.0))[0]
        return [int(count) for count in found]

    @property
    def crps(self) -> float:
        """The mean, in ln units."""
        return _mean([score.crps for score in self.scores])

    @property
    def crps_baseline(self) -> float:
        """The same of the baseline."""
        return _mean([score.crps_baseline for score in self.scores])

    @property
    def width(self) -> float:
        """The median of P95 over P5."""
        return float(np.median([score.width for score in self.scores]))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
