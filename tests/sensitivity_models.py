"""Models whose sensitivity indices are known in closed form, as one graph: one loop is compiled for all."""

from __future__ import annotations

from collections.abc import Mapping
from math import pi, sin

import numpy as np

from simulator.distributions import NO_CORRELATION, Copula, Distribution, Normal, Uniform
from simulator.kernel import Engine
from simulator.kernel.twins import Twins
from simulator.model import Model, build, read_formula
from simulator.units import Component, Real

# Ishigami & Homma 1990 with a = 7, b = 0.1; Saltelli & Sobol' 1995 with a = (0, 0.5, 3, 9, 99, 99).
ISHIGAMI = {
    "x1": (0.313905191, 0.557588855),
    "x2": (0.442411145, 0.442411145),
    "x3": (0.0, 0.243683664),
}
G_FUNCTION = {
    "g1": (0.586781190, 0.690085892),
    "g2": (0.260791640, 0.356173364),
    "g3": (0.036673824, 0.056333542),
    "g4": (0.005867812, 0.009170577),
    "g5": (5.8678e-5, 9.2008e-5),
    "g6": (5.8678e-5, 9.2008e-5),
}
WEIGHTS = np.array([1.0, 2.0, 3.0])
LINEAR = ("h1", "h2", "h3")


def ishigami_cost(x1: Real, x2: Real, x3: Real) -> Component:
    """The function of Ishigami and Homma."""
    return sin(x1) + 7.0 * sin(x2) ** 2 + 0.1 * x3**4 * sin(x1)


def first_factors(g1: Real, g2: Real, g3: Real) -> Real:
    """Half of the g-function."""
    return abs(4.0 * g1 - 2.0) * (abs(4.0 * g2 - 2.0) + 0.5) / 1.5 * (abs(4.0 * g3 - 2.0) + 3.0) / 4.0


def g_cost(first_factors: Real, g4: Real, g5: Real, g6: Real) -> Component:
    """Sobol's g-function."""
    weak = (abs(4.0 * g5 - 2.0) + 99.0) / 100.0 * (abs(4.0 * g6 - 2.0) + 99.0) / 100.0
    return first_factors * (abs(4.0 * g4 - 2.0) + 9.0) / 10.0 * weak


def linear_cost(h1: Real, h2: Real, h3: Real) -> Component:
    """A weighted sum."""
    return h1 + 2.0 * h2 + 3.0 * h3


PRIORS: Mapping[str, Distribution] = {
    **{name: Uniform(-pi, pi) for name in ISHIGAMI},
    **{name: Uniform(0.0, 1.0) for name in G_FUNCTION},
    **{name: Normal(0.0, 1.0) for name in LINEAR},
}


def model() -> Model:
    """All of the above."""
    return build([read_formula(f) for f in (ishigami_cost, first_factors, g_cost, linear_cost)])


def twins(sampler: str, seed: int = 1, copula: Copula = NO_CORRELATION) -> Twins:
    """Two samples of their inputs."""
    return Twins(Engine(model(), PRIORS, seed, sampler, copula))


def explained(names: tuple[str, ...], copula: Copula) -> float:
    """The share of the linear cost's variance that some correlated normals explain, by linear algebra."""
    rho = copula.normal
    covariance = rho @ WEIGHTS
    places = [copula.names.index(name) for name in names]
    part = covariance[places]
    solved = np.linalg.solve(rho[np.ix_(places, places)], part) if places else part
    return float(part @ solved / (WEIGHTS @ covariance))
