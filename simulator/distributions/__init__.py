"""Shapes of priors: small frozen dataclasses with a quantile function.

>>> price = distribution("lognormal", {"p5": 20_000, "p95": 33_000})
>>> price = truncate(price, low=15_000)
>>> round(float(price.ppf(0.5)))
25691
"""

from simulator.distributions.base import Distribution, Scaled, Truncated, mass_outside, truncate
from simulator.distributions.beta import Beta, Pert
from simulator.distributions.bounded import Loguniform, Triangular, Uniform
from simulator.distributions.copula import NO_CORRELATION, Copula
from simulator.distributions.families import FAMILIES, Form, distribution
from simulator.distributions.normal import Lognormal, Normal
from simulator.distributions.tables import Discrete, Point, Quantiles

__all__ = [
    "FAMILIES",
    "NO_CORRELATION",
    "Beta",
    "Copula",
    "Discrete",
    "Distribution",
    "Form",
    "Lognormal",
    "Loguniform",
    "Normal",
    "Pert",
    "Point",
    "Quantiles",
    "Scaled",
    "Triangular",
    "Truncated",
    "Uniform",
    "distribution",
    "mass_outside",
    "truncate",
]
