"""The families a file may name, and every way to write each of them.

A new family is one frozen dataclass and one entry below: its name, and for every way to write it the
constructor and an example, from which the names of the parameters are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from typing import Any

from simulator.distributions.base import Distribution
from simulator.distributions.beta import Beta, Pert
from simulator.distributions.bounded import Loguniform, Triangular, Uniform
from simulator.distributions.checks import listed, require, require_finite
from simulator.distributions.normal import Lognormal, Normal
from simulator.distributions.percentiles import Percentile
from simulator.distributions.tables import Discrete, Point, Quantiles
from simulator.errors import DistributionError, did_you_mean

PERCENTILE = re.compile(r"p(\d+(?:\.\d+)?)")
LISTS = ("values", "weights")  # the parameters that are lists of numbers


@dataclass(frozen=True)
class Form:
    """One way to write a family: a constructor, an example of its parameters, and which may be left out.

    The constructor takes the percentiles by position, in rising order, and the rest by name.
    """

    build: Callable[..., Distribution]
    example: Mapping[str, Any]
    optional: tuple[str, ...] = ()
    any_percentiles: bool = False  # a table of quantiles: as many as one likes, p0 and p100 among them

    @property
    def required(self) -> set[str]:
        """The parameters that must be given, percentiles aside."""
        return {name for name in self.example if not PERCENTILE.fullmatch(name)}

    @property
    def percentiles(self) -> int:
        """How many percentiles the form takes."""
        return len(self.example) - len(self.required)

    def accepts(self, names: set[str], percentiles: int) -> bool:
        """Whether these parameters and this many percentiles are the form's."""
        fits = self.any_percentiles or percentiles == self.percentiles
        return fits and self.required <= names <= self.required.union(self.optional)

    def __str__(self) -> str:
        return "{" + listed(f"{name}: {value}" for name, value in self.example.items()) + "}"


FAMILIES: Mapping[str, tuple[Form, ...]] = {
    "normal": (
        Form(Normal, {"mean": 3, "sd": 0.5}),
        Form(Normal.from_percentiles, {"p5": 2, "p95": 4}),
    ),
    "lognormal": (
        Form(Lognormal.from_median, {"median": 3, "sigma": 0.5}, optional=("shift",)),
        Form(Lognormal, {"mu": 1.1, "sigma": 0.5}, optional=("shift",)),
        Form(Lognormal.from_two_percentiles, {"p5": 2, "p95": 6}, optional=("shift",)),
        Form(Lognormal.from_three_percentiles, {"p5": 2, "p50": 3, "p95": 6}),
    ),
    "uniform": (
        Form(Uniform, {"low": 2, "high": 4}),
        Form(Uniform.from_percentiles, {"p5": 2, "p95": 4}),
    ),
    "loguniform": (
        Form(Loguniform, {"low": 2, "high": 6}),
        Form(Loguniform.from_percentiles, {"p5": 2, "p95": 6}),
    ),
    "triangular": (
        Form(Triangular, {"low": 2, "mode": 3, "high": 5}),
        Form(Triangular.from_percentiles, {"p5": 2, "p50": 3, "p95": 4.5}),
    ),
    "pert": (
        Form(Pert, {"low": 2, "mode": 3, "high": 5}),
        Form(Pert.from_percentiles, {"p5": 2, "p50": 3, "p95": 4.5}),
    ),
    "beta": (
        Form(Beta, {"a": 2, "b": 5}, optional=("low", "high")),
        Form(Beta.from_mean, {"mean": 0.3, "sd": 0.1}, optional=("low", "high")),
        Form(Beta.from_percentiles, {"p5": 0.1, "p95": 0.5}, optional=("low", "high")),
    ),
    "discrete": (Form(Discrete, {"values": [1, 2], "weights": [0.7, 0.3]}),),
    "quantiles": (Form(Quantiles.from_percentiles, {"p0": 1, "p50": 2, "p100": 5}, any_percentiles=True),),
    "point": (Form(Point, {"value": 3}),),
}


def distribution(family: str, parameters: Mapping[str, Any]) -> Distribution:
    """The distribution that a file writes as ``family: {parameters}``.

    Parameters are numbers; for ``discrete`` two lists of numbers. A parameter called p5, p97.5, ...
    is a percentile, of the family before any truncation. :data:`FAMILIES` holds every way to write
    every family. Raises :class:`DistributionError` with what is wrong and how to mend it.

    >>> distribution("lognormal", {"p5": 20_000, "p95": 33_000}).describe()
    'lognormal, median 25690, sigma 0.1522'
    """
    if family not in FAMILIES:
        hint = did_you_mean(str(family), FAMILIES) or f"the families are {listed(FAMILIES)}"
        raise DistributionError(f"there is no distribution called {family!r}; {hint}")
    require(
        isinstance(parameters, Mapping), f"{family}: got {parameters!r} for its parameters; {_usage(family)}"
    )
    given = {str(name): value for name, value in parameters.items()}
    form = _form(family, given)
    named = {name: value for name, value in given.items() if not PERCENTILE.fullmatch(name)}
    arguments = {name: _argument(family, name, value) for name, value in named.items()}
    return form.build(*_points(family, form, given), **arguments)


def _form(family: str, given: Mapping[str, Any]) -> Form:
    """The way to write the family that has these parameters."""
    percentiles = [name for name in given if PERCENTILE.fullmatch(name)]
    names = set(given).difference(percentiles)
    for form in FAMILIES[family]:
        if form.accepts(names, len(percentiles)):
            return form
    raise DistributionError(f"{family}: {_misfit(family, names, percentiles)}")


def _misfit(family: str, names: set[str], percentiles: list[str]) -> str:
    """Why no form of the family has these parameters, and what to write instead."""
    forms = FAMILIES[family]
    known = {name for form in forms for name in (*form.required, *form.optional)}
    if unknown := sorted(names - known):
        return f"there is no parameter {unknown[0]!r}; {did_you_mean(unknown[0], known) or _usage(family)}"
    if not any(form.any_percentiles or len(percentiles) in (0, form.percentiles) for form in forms):
        return f"{_wrong_count(family, percentiles)}; {_usage(family)}"
    nearest = max(forms, key=lambda form: len(form.required & names))
    missing = sorted(nearest.required - names)
    if missing and not percentiles:
        return f"{listed(missing)} missing; {_usage(family)}"
    return f"got {listed([*sorted(names), *percentiles]) or 'nothing'}; {_usage(family)}"


def _wrong_count(family: str, percentiles: list[str]) -> str:
    """That the family takes another number of percentiles, and which families take this number."""
    counts = {form.percentiles for form in FAMILIES[family]} - {0}
    takes = " or ".join(map(str, sorted(counts))) or "no"
    found = len(percentiles)
    others = [name for name, forms in FAMILIES.items() if any(form.percentiles == found for form in forms)]
    instead = f"; {listed(others)} would take {found}" if others else ""
    return f"takes {takes} percentiles; got {listed(percentiles)}{instead}"


def _usage(family: str) -> str:
    """An example of every way to write the family."""
    return f"write {family}: {' or '.join(map(str, FAMILIES[family]))}"


def _points(family: str, form: Form, given: Mapping[str, Any]) -> list[Percentile]:
    """The percentiles in rising order; a higher one must have a larger value."""
    points = [
        Percentile(name, float(match[1]) / 100, _number(family, name, value))
        for name, value in given.items()
        if (match := PERCENTILE.fullmatch(name))
    ]
    for point in points:
        inside = 0 < point.probability < 1 or (form.any_percentiles and point.probability in (0, 1))
        require(inside, f"{family}: {point.name} must lie between p0 and p100; only quantiles take these two")
    points.sort(key=lambda point: point.probability)
    for lower, upper in pairwise(points):
        require(lower.probability < upper.probability, f"{family}: {lower} and {upper} are one percentile")
        require(
            lower.value < upper.value,
            f"{family}: {lower} and {upper}: a higher percentile needs a larger value",
        )
    return points


def _argument(family: str, name: str, value: Any) -> float | tuple[float, ...]:
    """The value of a parameter: a number, or a tuple of numbers where the parameter is a list."""
    if name not in LISTS:
        return _number(family, name, value)
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    require(is_list, f"{family}: {name} must be a list of numbers; got {value!r}")
    return tuple(_number(family, f"{name}[{place}]", number) for place, number in enumerate(value))


def _number(family: str, name: str, value: Any) -> float:
    """The value as a double, if it is a finite number."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    require(is_number, f"{family}: {name} must be a number; got {value!r}")
    require_finite(family, **{name: value})
    return float(value)
