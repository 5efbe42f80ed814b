"""A scenario's model on numpy arrays, with what suits numpy: the opponent in the race.

Every input is drawn in the fastest of several exact ways (no tables), constants stay plain numbers, and
the formulas are the model's own text with numpy's exp, log, min ... under those names.
"""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import numpy as np
from measuring import timed
from numpy.random import PCG64, SFC64, Generator

from simulator import Model, Scenario
from simulator.distributions import (
    Beta,
    Discrete,
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
from simulator.model import Formula

Array = np.ndarray[Any, np.dtype[np.float64]]
Draw = Callable[[Generator, int], Array]

METHOD_DRAWS, METHOD_TRIALS = 1 << 14, 7  # for the choice of a way to draw an input
REFERENCE_DRAWS, REFERENCE_TOLERANCE = 64, 1e-12


def by_quantiles(prior: Distribution) -> Draw:
    """Any distribution: its quantile function of a uniform."""
    return lambda rng, n: prior.ppf(rng.random(n))


def affine(place: float, scale: float, standard: Draw) -> Draw:
    """place + scale times a standard variable, computed in place."""

    def draw(rng: Generator, n: int) -> Array:
        values = standard(rng, n)
        if scale != 1.0:
            values *= scale
        if place != 0.0:
            values += place
        return values

    return draw


def standard_normal(rng: Generator, n: int) -> Array:
    """Normal draws of mean 0 and standard deviation 1."""
    return rng.standard_normal(n)


def standard_uniform(rng: Generator, n: int) -> Array:
    """Uniform draws between 0 and 1."""
    return rng.random(n)


def normals(prior: Normal) -> list[Draw]:
    """Ways to draw a normal."""
    return [
        lambda rng, n: rng.normal(prior.mean, prior.sd, n),
        affine(prior.mean, prior.sd, standard_normal),
    ]


def lognormals(prior: Lognormal) -> list[Draw]:
    """Ways to draw a lognormal: numpy's own, and its vectorised exp of a normal."""
    normal = affine(prior.mu, prior.sigma, standard_normal)

    def exponential(rng: Generator, n: int) -> Array:
        values = normal(rng, n)
        np.exp(values, out=values)
        return values + prior.shift if prior.shift else values

    return [lambda rng, n: prior.shift + rng.lognormal(prior.mu, prior.sigma, n), exponential]


def uniforms(prior: Uniform) -> list[Draw]:
    """Ways to draw a uniform."""
    return [
        lambda rng, n: rng.uniform(prior.low, prior.high, n),
        affine(prior.low, prior.high - prior.low, standard_uniform),
    ]


def triangulars(prior: Triangular) -> list[Draw]:
    """Ways to draw a triangular."""
    return [lambda rng, n: rng.triangular(prior.low, prior.mode, prior.high, n)]


def betas(prior: Beta) -> list[Draw]:
    """Ways to draw a beta."""
    return [affine(prior.low, prior.high - prior.low, lambda rng, n: rng.beta(prior.a, prior.b, n))]


def perts(prior: Pert) -> list[Draw]:
    """Ways to draw a PERT, a beta whose shapes follow from its mode."""
    share = (prior.mode - prior.low) / (prior.high - prior.low)
    return betas(Beta(1.0 + 4.0 * share, 5.0 - 4.0 * share, prior.low, prior.high))


def discretes(prior: Discrete) -> list[Draw]:
    """Ways to draw from a table."""
    values, weights, cumulative = (np.array(c) for c in (prior.values, prior.weights, prior.cumulative))
    return [
        lambda rng, n: rng.choice(values, n, p=weights),
        lambda rng, n: values[np.searchsorted(cumulative, rng.random(n))],
    ]


def scaled(prior: Scaled) -> list[Draw]:
    """Ways to draw a scaled distribution: those of its base."""
    return [affine(0.0, prior.factor, draw) for draw in ways(prior.base)]


def truncated(prior: Truncated) -> list[Draw]:
    """Ways to draw a truncated distribution: the base's quantiles between the bounds, or rejection."""
    below, mass = (
        float(prior.base.cdf(prior.low)),
        float(prior.base.cdf(prior.high) - prior.base.cdf(prior.low)),
    )

    def between(rng: Generator, n: int) -> Array:
        return prior.base.ppf(below + mass * rng.random(n))

    return [between, *(partial(_rejecting, prior, draw) for draw in ways(prior.base))]


def _rejecting(prior: Truncated, draw: Draw, rng: Generator, n: int) -> Array:
    """Draws of the base, those outside the bounds drawn again."""
    values = draw(rng, n)
    while len(outside := np.flatnonzero(_outside(values, prior.low, prior.high))):
        values[outside] = draw(rng, len(outside))
    return values


def _outside(values: Array, low: float, high: float) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which values lie outside the bounds; a bound that is none is not looked at."""
    if low == -math.inf:
        return values > high
    return values < low if high == math.inf else (values < low) | (values > high)


WAYS: dict[type[Distribution], Callable[[Any], list[Draw]]] = {
    Normal: normals,
    Lognormal: lognormals,
    Uniform: uniforms,
    Triangular: triangulars,
    Beta: betas,
    Pert: perts,
    Discrete: discretes,
    Scaled: scaled,
    Truncated: truncated,
}


def ways(prior: Distribution) -> list[Draw]:
    """Every vectorised way to draw from a distribution."""
    return [by_quantiles(prior), *WAYS.get(type(prior), lambda _: [])(prior)]


def fastest_way(prior: Distribution) -> Draw:
    """The way that takes the least time for an array of middling length."""
    rng = Generator(SFC64(0))
    return min(
        ways(prior),
        key=lambda draw: min(timed(lambda: draw(rng, METHOD_DRAWS)).wall for _ in range(METHOD_TRIALS)),
    )


NUMPY_NAMES = {name: getattr(np, name) for name in ("exp", "expm1", "log", "log10", "sqrt")}
NUMPY_NAMES |= {"min": np.minimum, "max": np.maximum}


def on_arrays(formula: Formula) -> Callable[..., Any]:
    """The model's own function with numpy's functions under the names that it looks up.

    A branch for a number of exactly 0 is left out: arrays cannot branch, and no random input is 0 there.
    """
    if formula.is_sum:
        return formula.function
    tree = _WithoutBranches().visit(ast.parse(inspect.getsource(formula.function)))
    tree.body.insert(0, ast.parse("from __future__ import annotations").body[0])
    names = {**formula.function.__globals__, **NUMPY_NAMES}
    exec(compile(ast.fix_missing_locations(tree), formula.where, "exec"), names)
    return cast(Callable[..., Any], names[formula.function.__name__])


class _WithoutBranches(ast.NodeTransformer):
    """Leaves out ``if name == 0.0: ...``."""

    def visit_If(self, node: ast.If) -> ast.If | None:
        """Nothing where the branch is taken for 0 alone."""
        return None if ast.unparse(node.test).endswith(" == 0.0") else node


@dataclass(frozen=True)
class Program:
    """A scenario as numpy runs it."""

    constants: Mapping[str, float]
    draws: Mapping[str, Draw]
    steps: Sequence[tuple[str, Callable[..., Any], tuple[str, ...]]]
    kept: Sequence[str]

    def block(self, rng: Generator, n: int) -> dict[str, Any]:
        """n draws of every name."""
        values: dict[str, Any] = dict(self.constants)
        for name, draw in self.draws.items():
            values[name] = draw(rng, n)
        for name, function, arguments in self.steps:
            values[name] = function(*[values[argument] for argument in arguments])
        return values

    def columns(self, rng: Generator, draws: int, block: int) -> Array:
        """Draws of the kept names, block by block."""
        out = np.empty((len(self.kept), draws))
        for start in range(0, draws, block):
            values = self.block(rng, min(block, draws - start))
            for row, name in zip(out, self.kept, strict=True):
                row[start : start + block] = values[name]
        return out


def program(scenario: Scenario, kept: Sequence[str]) -> Program:
    """numpy's program for a scenario."""
    model, priors = scenario.model, {name: scenario.distributions[name] for name in scenario.model.inputs}
    return Program(
        constants={name: prior.value for name, prior in priors.items() if isinstance(prior, Point)},
        draws={name: fastest_way(prior) for name, prior in priors.items() if not isinstance(prior, Point)},
        steps=[(f.name, on_arrays(f), f.arguments) for f in model.formulas.values()],
        kept=kept,
    )


def check_formulas(model: Model, numpy_side: Program) -> None:
    """Stop where the formulas on arrays give anything else than the formulas themselves."""
    n = REFERENCE_DRAWS
    found = {name: np.broadcast_to(x, n) for name, x in numpy_side.block(Generator(PCG64(1)), n).items()}
    for draw in range(n):
        expected = model.evaluate({name: float(found[name][draw]) for name in model.inputs})
        for name, value in expected.items():
            if not math.isclose(found[name][draw], value, rel_tol=REFERENCE_TOLERANCE):
                raise SystemExit(f"{name} on arrays is {found[name][draw]!r}, by its formula {value!r}")
