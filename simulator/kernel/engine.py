"""Draws of a model's names, on threads, the same bytes whatever their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from simulator.distributions import NO_CORRELATION, Copula, Distribution, Point
from simulator.kernel.compiled import Compiled, compiled
from simulator.kernel.loop import program, rows
from simulator.kernel.options import TASK
from simulator.kernel.sampler import Streams, streams
from simulator.model import Model
from simulator.threads import in_threads

Array = np.ndarray[Any, np.dtype[np.float64]]
CHECKED_DRAWS = 4
CHECK_TOLERANCE, ROUNDING = 1e-9, 1e-12


@dataclass(frozen=True)
class Engine:
    """A model with a distribution for each of its inputs, how they hang together, a seed and a sampler."""

    model: Model
    priors: Mapping[str, Distribution]
    seed: int
    sampler: str = "random"
    copula: Copula = NO_CORRELATION

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of every name in a block."""
        return rows(self.model)

    @cached_property
    def streams(self) -> Streams:
        """The streams of the inputs that are not constants."""
        random = {
            name: p
            for name, p in self.priors.items()
            if name in self.model.inputs and not isinstance(p, Point)
        }
        return streams(random, self.rows, self.seed, self.sampler, self.copula)

    @cached_property
    def constants(self) -> Array:
        """The value of each constant input at its row, nan elsewhere."""
        values = np.full(len(self.model.inputs), np.nan)
        for name, prior in self.priors.items():
            if isinstance(prior, Point) and name in self.model.inputs:
                values[self.rows[name]] = prior.value
        return values

    @cached_property
    def run(self) -> Compiled:
        """The compiled loop, checked against the formulas on a few draws."""
        return compiled(program(self.model), lambda entries: self._fault(entries["run"]))["run"]

    def fill(self, names: Sequence[str], first: int, out: Array) -> None:
        """Draws of the named inputs and quantities from a first one on, one row of ``out`` a name.

        ``first`` is a whole number of blocks.
        """
        wanted = np.array([self.rows[name] for name in names], dtype=np.int64)
        self.run(first, out.shape[1], self.streams, self.constants, wanted, out)

    def columns(
        self,
        names: Sequence[str],
        draws: int,
        *,
        given: Mapping[str, float] | None = None,
        threads: int | None = None,
    ) -> dict[str, Array]:
        """The first draws of the named inputs and quantities; the same bytes for any number of threads.

        ``given`` lays other values over constant inputs: a what-if on the same draws.
        """
        out = np.empty((len(names), draws))
        wanted = np.array([self.rows[name] for name in names], dtype=np.int64)
        run, streams, constants = self.run, self.streams, self.constants.copy()
        for name, value in (given or {}).items():
            constants[self.rows[name]] = value

        def task(start: int) -> None:
            count = min(TASK, draws - start)
            run(start, count, streams, constants, wanted, out[:, start : start + count])

        in_threads(task, range(0, draws, TASK), threads)
        return dict(zip(names, out, strict=True))

    def _fault(self, run: Compiled) -> str:
        """The first quantity that differs from what its plain-Python formula gives; empty if none does."""
        names = list(self.rows)
        out = np.empty((len(names), CHECKED_DRAWS))
        wanted = np.arange(len(names))
        run(0, CHECKED_DRAWS, self.streams, self.constants, wanted, out)
        faults = (self._difference(dict(zip(names, column, strict=True))) for column in out.T.tolist())
        return next(filter(None, faults), "")

    def _difference(self, found: Mapping[str, float]) -> str:
        try:
            expected = self.model.evaluate({name: found[name] for name in self.model.inputs})
        except (ArithmeticError, ValueError):
            return ""  # Python raises where the loop gives inf or nan; the caller sees those
        for name, formula in self.model.formulas.items():
            alike = [abs(expected[a]) for a, unit in zip(formula.arguments, formula.units, strict=True)
                     if unit.symbol == formula.unit.symbol]  # fmt: skip
            rounding = ROUNDING * max(alike, default=0.0)  # all there is where numbers cancel
            if not np.isclose(found[name], expected[name], CHECK_TOLERANCE, rounding, equal_nan=True):
                return f"{name} ({formula.where}) is {found[name]!r} compiled, {expected[name]!r} as written"
        return ""
