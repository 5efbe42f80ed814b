"""Tiny models whose answers are known in closed form; one graph, so that one loop is compiled for all."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, sqrt

import numpy as np

from simulator.distributions import Distribution, Lognormal, Normal, Point, Uniform
from simulator.kernel import Engine
from simulator.kernel.options import LANES
from simulator.model import Model, build, read_formula
from simulator.statistics.census import FIRST_LOOK, Census
from simulator.statistics.estimates import Summary
from simulator.statistics.summaries import summaries
from simulator.units import Component, Ratio

SAMPLERS = ("random", "sobol")
# The logarithms of a to e: mean and standard deviation. ln(a b c / (d e)) is N(3.8, 0.3225).
LOGS = {"a": (1.0, 0.3), "b": (2.0, 0.2), "c": (0.5, 0.4), "d": (-0.2, 0.15), "e": (-0.1, 0.1)}
MU, SIGMA = 3.8, sqrt(0.3225)


def option_cost(z: Ratio) -> Component:
    """A call on a share of 100 at 100, a year at 5% and a volatility of 20% (Black & Scholes 1973)."""
    return max(0.0, 100.0 * exp(0.03 + 0.2 * z) - 100.0) * exp(-0.05)


def sum_cost(a: Ratio, b: Ratio, c: Ratio) -> Component:
    """A sum of lognormals."""
    return a + b + c


def product_cost(a: Ratio, b: Ratio, c: Ratio, d: Ratio, e: Ratio) -> Component:
    """A product and quotient of lognormals."""
    return a * b * c / (d * e)


def package_cost(mfu: Ratio, gpu_price: Ratio, pue: Ratio) -> Component:
    """Names of the package's own beside others."""
    return gpu_price * pue / mfu


def fewer_cost(b: Ratio, mfu: Ratio, pue: Ratio) -> Component:
    """Some of the same names, without a and gpu_price, which come before them in every order."""
    return b * pue / mfu


PRIORS: dict[str, Distribution] = {
    "z": Normal(0.0, 1.0),
    **{name: Lognormal(mu, sigma) for name, (mu, sigma) in LOGS.items()},
    **{name: Uniform(0.0, 1.0) for name in ("mfu", "gpu_price", "pue")},
}


def oracles() -> Model:
    """All of the above but the last."""
    return build([read_formula(f) for f in (option_cost, sum_cost, product_cost, package_cost)])


def fewer() -> Model:
    """The model of fewer names."""
    return build([read_formula(fewer_cost)])


def engine(sampler: str, seed: int = 1, priors: Mapping[str, Distribution] = PRIORS) -> Engine:
    """The engine of the oracles."""
    return Engine(oracles(), priors, seed, sampler)


def draws_of(prior: Distribution, draws: int, seed: int = 1, sampler: str = "random") -> np.ndarray:
    """Draws of one distribution by the engine, every other input fixed."""
    priors = {**dict.fromkeys(PRIORS, Point(1.0)), "a": prior}
    return engine(sampler, seed, priors).columns(["a"], draws)["a"]


def summary_of(machine: Engine, name: str, draws: int, levels: tuple[float, ...] = (50.0,)) -> Summary:
    """What a run reports of one name."""

    def fill(first: int, out: np.ndarray) -> None:
        machine.fill([name], first, out)

    first = np.empty((1, FIRST_LOOK))
    fill(0, first)
    apart = machine.sampler == "sobol"
    census = Census(fill, first, digits=10 if apart else 12, lanes=LANES if apart else 1)
    census.count(draws)
    return summaries(census, levels)[0]
