"""From named percentiles to parameters: what has no closed form is solved here.

Every solver takes percentiles in rising order and finds the one solution, or refuses and states the
feasible range. Percentiles are those of the untruncated family.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import exp, expm1, log
from typing import NamedTuple

from scipy.special import betainc, expit

from simulator.distributions.checks import LEAST, require

LEAST_SIGMA = 1e-6  # a shifted lognormal below this is a normal, and its percentiles lose digits
LARGEST_SIGMA = 50.0  # quantiles of a lognormal beyond this leave the range of a double
LARGEST_SPREAD = 100.0  # sigma (z3 - z1) at which a lognormal's middle percentile sits on its lowest one
SMALLEST_BETA, LARGEST_BETA = log(1e-3), log(1e9)  # of a + b
WIDEST_LOGIT = 700.0  # exp still is a double
MOST_SOLVED = 256  # betas that are remembered; the shipped books have a handful
ROUNDING = 1e-10  # by how much of the outer range a percentile may miss the feasible range


class Percentile(NamedTuple):
    """A percentile as a file names it: ``p5: 1.05`` is Percentile("p5", 0.05, 1.05)."""

    name: str
    probability: float
    value: float

    def __str__(self) -> str:
        return f"{self.name}={self.value:.10g}"


ThreePercentiles = tuple[Percentile, Percentile, Percentile]


def find_root(function: Callable[[float], float], low: float, high: float) -> float:
    """The root of a monotone function between two points of opposite sign, to the last bit.

    Bisection: scipy's solvers take half a second to import, and every run would pay for it.
    """
    rising = function(high) > 0.0
    while True:
        middle = low + (high - low) / 2.0
        if middle in (low, high):
            return middle
        low, high = (low, middle) if (function(middle) > 0.0) == rising else (middle, high)


def middle_share(lower: Percentile, middle: Percentile, upper: Percentile) -> float:
    """How far the middle value has come on the way from the lower one to the upper one."""
    return (middle.value - lower.value) / (upper.value - lower.value)


def solve_share(
    share: Callable[[float], float],
    low: float,
    high: float,
    points: ThreePercentiles,
    *,
    family: str,
    remedy: str,
) -> float:
    """The shape within [low, high] at which the middle percentile lies where it should.

    ``share`` gives the place of the middle percentile between the outer two, 0 to 1, and is monotone
    in the shape. Refused, with the feasible range: a place that no shape reaches.
    """
    ends = {share(low): low, share(high): high}
    target = middle_share(*points)
    require_feasible(points, min(ends), max(ends), family, remedy)
    for end, shape in ends.items():
        if abs(target - end) <= ROUNDING:
            return shape
    return find_root(lambda shape: share(shape) - target, low, high)


def require_feasible(points: ThreePercentiles, least: float, most: float, family: str, remedy: str) -> None:
    """Refuse a middle percentile outside its feasible range, and state the range."""
    lower, middle, upper = points
    low, high = (lower.value + share * (upper.value - lower.value) for share in (least, most))
    require(
        least - ROUNDING <= middle_share(*points) <= most + ROUNDING,
        f"{family} with {lower}, {upper} needs {middle.name} between {low:g} and {high:g}; "
        f"got {middle.value:.10g}; {remedy}",
    )


def sigma_from_percentiles(z: tuple[float, float, float], points: ThreePercentiles) -> float:
    r"""The sigma of the shifted lognormal with these percentiles at the normal quantiles ``z``.

    .. math:: \frac{e^{\sigma z_2} - e^{\sigma z_1}}{e^{\sigma z_3} - e^{\sigma z_1}}
              = \frac{x_2 - x_1}{x_3 - x_1}

    The left side falls from (z2 - z1) / (z3 - z1), the symmetric case, to 0.
    """
    lower, middle, upper = z

    def share(sigma: float) -> float:
        return expm1(sigma * (middle - lower)) / expm1(sigma * (upper - lower))

    largest = min(LARGEST_SIGMA, LARGEST_SPREAD / (upper - lower))
    remedy = "it must be skewed to the right: move it, or write normal or quantiles"
    return solve_share(share, LEAST_SIGMA, largest, points, family="lognormal", remedy=remedy)


def mode_from_percentiles(
    quantile: Callable[[float, float], float], points: ThreePercentiles, family: str
) -> tuple[float, float, float]:
    """The low, mode and high of the family whose ``quantile(mode, u)`` is given on [0, 1].

    The place of the middle percentile rises with the mode, so the extremes are mode = low and
    mode = high. Where all three percentiles lie on one side of a triangle's mode they do not fix it,
    and it is put at the far end.
    """
    lower, _, upper = points

    def share(mode: float) -> float:
        bottom, inside, top = (quantile(mode, point.probability) for point in points)
        return (inside - bottom) / (top - bottom)

    mode = solve_share(share, 0.0, 1.0, points, family=family, remedy="move it, or write quantiles")
    bottom, top = quantile(mode, lower.probability), quantile(mode, upper.probability)
    width = (upper.value - lower.value) / (top - bottom)
    low = lower.value - bottom * width
    return low, low + mode * width, low + width


@lru_cache(maxsize=MOST_SOLVED)
def beta_from_percentiles(
    lower: Percentile, upper: Percentile, low: float, high: float
) -> tuple[float, float]:
    """The shapes a and b of the beta on [low, high] with these two percentiles, which lie inside.

    For every size a + b one mean meets the lower percentile; the probability below the upper value
    then rises with the size, so there is one solution (proof: stats.stackexchange.com/q/235711).
    Refused: percentiles so far apart or so close that a + b leaves [1e-3, 1e9]. Solutions are remembered: a
    batch reads the same book for every case, and one takes some 20 ms.
    """
    bottom, top = ((point.value - low) / (high - low) for point in (lower, upper))

    def meeting_lower(size: float) -> tuple[float, float]:
        def excess(logit: float) -> float:
            return float(betainc(*beta_shapes(size, logit), bottom)) - lower.probability

        return beta_shapes(size, find_root(excess, -WIDEST_LOGIT, WIDEST_LOGIT))

    def excess(log_size: float) -> float:
        return float(betainc(*meeting_lower(exp(log_size)), top)) - upper.probability

    pair = f"beta: {lower} and {upper}"
    require(bottom >= LEAST and excess(SMALLEST_BETA) < 0, f"{pair} leave too little probability between")
    require(excess(LARGEST_BETA) > 0, f"{pair} are too close together; write normal")
    return meeting_lower(exp(find_root(excess, SMALLEST_BETA, LARGEST_BETA)))


def beta_shapes(size: float, logit: float) -> tuple[float, float]:
    """The shapes a and b of the beta on [0, 1] with this a + b and this logit of its mean.

    >>> beta_shapes(4.0, 0.0)
    (2.0, 2.0)
    """
    return size * float(expit(logit)), size * float(expit(-logit))
