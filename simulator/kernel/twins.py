"""Two independent samples of the same inputs, and every mixture of both, for variance-based sensitivity.

The twin of an input is one more input of the same distribution, named ``~input``: it has a stream, or a
dimension of the Sobol' sequence, of its own. A mixture takes the twins of some inputs and the others as
they are, so no matrix of samples is ever stored: each is made where its draws are needed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from simulator.distributions import Copula, Point
from simulator.kernel.engine import Engine
from simulator.kernel.philox import stream_key
from simulator.kernel.sampler import Streams
from simulator.kernel.sobol import nets

Array = np.ndarray[Any, np.dtype[Any]]

TWIN = "~"  # sorts after every name, so that the first sample is that of a run


@dataclass(frozen=True)
class Twins:
    """An engine whose inputs may each be exchanged for an independent twin."""

    engine: Engine

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The inputs that are not constants, in the order of the engine's streams."""
        model, priors = self.engine.model, self.engine.priors
        return tuple(n for n, p in priors.items() if n in model.inputs and not isinstance(p, Point))

    @cached_property
    def _twins(self) -> Streams:
        """The streams of all twins."""
        base, seed = self.engine.streams, self.engine.seed
        twins = [TWIN + name for name in self.names]
        keys = np.array([stream_key(seed, twin) for twin in twins], dtype=np.uint64)
        if self.engine.sampler != "sobol":
            return base._replace(keys=keys)
        both = nets(seed, [*self.names, *twins])
        columns, shifts, points = (part[len(twins) :] for part in both)
        return base._replace(keys=keys, columns=columns, shifts=shifts, points=points)

    def mixture(self, exchanged: Collection[str], order: Sequence[str] = ()) -> Streams:
        """The streams in which some inputs are their twins.

        Correlated inputs follow each other in the order given, if one is: those exchanged are drawn anew
        given all before them.
        """
        base = self._ordered(order) if order else self.engine.streams
        twin = np.array([name in exchanged for name in self.names], dtype=bool)
        return base._replace(
            keys=np.where(twin, self._twins.keys, base.keys),
            columns=_chosen(twin, self._twins.columns, base.columns),
            shifts=_chosen(twin, self._twins.shifts, base.shifts),
            points=_chosen(twin, self._twins.points, base.points),
        )

    def _ordered(self, order: Sequence[str]) -> Streams:
        """The engine's streams with its correlated inputs in another order of following each other."""
        copula: Copula = self.engine.copula.reordered(order)
        place = {name: k for k, name in enumerate(copula.names)}
        return self.engine.streams._replace(
            places=np.array([place.get(name, -1) for name in self.names], dtype=np.int64),
            members=np.array([self.names.index(name) for name in copula.names], dtype=np.int64),
            factor=np.ascontiguousarray(copula.factor),
        )

    def draws(self, streams: Streams, quantity: str, first: int, count: int) -> Array:
        """Draws of a quantity from a mixture, from a first one on, which is a whole number of blocks."""
        out = np.empty((1, count))
        wanted = np.array([self.engine.rows[quantity]], dtype=np.int64)
        self.engine.run(first, count, streams, self.engine.constants, wanted, out)
        drawn: Array = out[0]
        return drawn


def _chosen(twin: Array, theirs: Array, ours: Array) -> Array:
    """Each input's own or its twin's part; both are empty under plain sampling."""
    if not len(ours):
        return ours
    return np.ascontiguousarray(np.where(twin.reshape(-1, *[1] * (ours.ndim - 1)), theirs, ours))
