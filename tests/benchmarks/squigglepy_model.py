"""A scenario's model with squigglepy's samples: the third opponent.

Every input is one ``sq.sample(distribution, n)``; the formulas work on those arrays, as in numpy's program.
Operations on squigglepy's distributions would draw an input anew for each quantity that uses it. Where
the model truncates, squigglepy coerces to the bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import Any

from numpy.random import Generator
from numpy_model import Array, Draw, Program, affine, program

from simulator import Scenario
from simulator.distributions import (
    Beta,
    Distribution,
    Lognormal,
    Normal,
    Pert,
    Point,
    Scaled,
    Triangular,
    Truncated,
    Uniform,
)

INSTALLED = find_spec("squigglepy") is not None


def squigglepy_program(scenario: Scenario, kept: Sequence[str]) -> Program:
    """numpy's program with squigglepy's draws."""
    priors = {name: scenario.distributions[name] for name in scenario.model.inputs}
    draws = {name: drawing(prior) for name, prior in priors.items() if not isinstance(prior, Point)}
    return replace(program(scenario, kept), draws=draws)


def drawing(prior: Distribution) -> Draw:
    """squigglepy's vectorised way to draw from a distribution."""
    match prior:
        case Scaled(base=base, factor=factor):
            return affine(0.0, factor, drawing(base))
        case Truncated(base=base, low=low, high=high):
            return sampling(base, lclip=_bound(low), rclip=_bound(high))
        case Beta(low=low, high=high):
            return affine(low, high - low, sampling(prior))
        case Lognormal(shift=shift):
            return affine(shift, 1.0, sampling(prior))
    return sampling(prior)


def sampling(prior: Distribution, **bounds: float | None) -> Draw:
    """``sq.sample`` of a distribution; its generator is squigglepy's own."""
    import squigglepy as sq

    sample: Callable[[int], Array] = partial(sq.sample, squiggle(prior), **bounds)

    def draw(_: Generator, n: int) -> Array:
        return sample(n)

    return draw


def squiggle(prior: Distribution) -> Any:
    """The distribution as squigglepy writes it, without its shift, bounds or scale."""
    import squigglepy as sq

    match prior:
        case Normal(mean=mean, sd=sd):
            return sq.norm(mean=mean, sd=sd)
        case Lognormal(mu=mu, sigma=sigma):
            return sq.lognorm(norm_mean=mu, norm_sd=sigma)
        case Uniform(low=low, high=high):
            return sq.uniform(low, high)
        case Triangular(low=low, mode=mode, high=high):
            return sq.triangular(low, mode, high)
        case Pert(low=low, mode=mode, high=high):
            return sq.pert(low, mode, high, lam=4)
        case Beta(a=a, b=b):
            return sq.beta(a, b)
    raise SystemExit(f"squigglepy has no {prior.describe()}")


def _bound(value: float) -> float | None:
    return value if math.isfinite(value) else None
