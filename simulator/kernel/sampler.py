"""The one compiled sampler: keys and tables in, a block of draws out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import float64, int64, njit, types, uint64

from simulator.distributions import Discrete, Distribution
from simulator.kernel.options import BLOCK, OPTIONS
from simulator.kernel.philox import MASK, WORD, philox, stream_key
from simulator.kernel.tables import LOWEST_EXPONENT, OCTAVES, quantile_table

Array = np.ndarray[Any, np.dtype[Any]]

SMOOTH, KINKED, STEPS = 0, 1, 2
ONE, TWO, DROP, TOP = np.uint64(1), np.uint64(2), np.uint64(12), np.uint64(52)
MANTISSA = np.uint64((1 << 53) - 1)
FOLD = 2.0**-53
BIASED_LOWEST = np.uint64(1023 + LOWEST_EXPONENT)
CELLS_OF_ONE_BIT = np.uint64(OCTAVES)
FIRST_RIGHT = np.uint64(4)


@dataclass(frozen=True)
class Streams:
    """Every random input's key and table, laid end to end for the sampler."""

    rows: Array  # row of the block that an input fills
    keys: Array  # 64-bit key of its stream
    kinds: Array  # SMOOTH, KINKED or STEPS
    bits: Array  # cells per octave, as a power of two
    starts: Array  # first row of its table below
    coefficients: Array  # (cells, 8); of a discrete input: values in column 0
    breaks: Array  # (cells,); of a discrete input: cumulative probabilities

    @property
    def arrays(self) -> tuple[Array, ...]:
        """The fields in the order in which the sampler takes them."""
        return (self.rows, self.keys, self.kinds, self.bits, self.starts, self.coefficients, self.breaks)


STREAMS = types.Tuple(  # type: ignore[no-untyped-call]
    [int64[::1], uint64[::1], int64[::1], uint64[::1], int64[::1], float64[:, ::1], float64[::1]]
)  # the types of these arrays


def streams(priors: Mapping[str, Distribution], rows: Mapping[str, int], seed: int) -> Streams:
    """The streams of random inputs: what the sampler needs to know of them."""
    tables = {name: _table(prior) for name, prior in priors.items()}
    sizes = [len(breaks) for _, _, _, breaks in tables.values()]
    return Streams(
        rows=np.array([rows[name] for name in tables], dtype=np.int64),
        keys=np.array([stream_key(seed, name) for name in tables], dtype=np.uint64),
        kinds=np.array([kind for kind, _, _, _ in tables.values()], dtype=np.int64),
        bits=np.array([bits for _, bits, _, _ in tables.values()], dtype=np.uint64),
        starts=np.cumsum([0, *sizes], dtype=np.int64)[:-1],
        coefficients=np.concatenate([np.empty((0, 8)), *(c for _, _, c, _ in tables.values())]),
        breaks=np.concatenate([np.empty(0), *(b for _, _, _, b in tables.values())]),
    )


def _table(prior: Distribution) -> tuple[int, int, Array, Array]:
    if isinstance(prior, Discrete):
        values = np.zeros((len(prior.values), 8))
        values[:, 0] = prior.values
        return STEPS, 0, values, np.asarray(prior.cumulative, dtype=float)
    table = quantile_table(prior)
    return (KINKED if table.has_kinks else SMOOTH), table.bits, table.coefficients, table.breaks


@njit(**OPTIONS)
def uniforms(first, count, key, v, upper):  # type: ignore[no-untyped-def]
    """Draws first, first + 1, ... of u = (k + 1/2) / 2**52, folded: v = min(u, 1 - u), upper = u > 1/2.

    Two draws share a counter; ``first`` and ``count`` are even.
    """
    k0, k1 = key & MASK, key >> WORD
    pair = np.uint64(first) // TWO
    for j in range(count // 2):
        c = pair + np.uint64(j)
        w0, w1, w2, w3 = philox(c & MASK, c >> WORD, np.uint64(0), np.uint64(0), k0, k1)
        a = (((w0 << WORD) | w1) >> DROP << ONE) | ONE
        b = (((w2 << WORD) | w3) >> DROP << ONE) | ONE
        top_a, top_b = a >> TOP, b >> TOP
        i = TWO * np.uint64(j)
        v[i] = np.float64(np.int64((a ^ ((np.uint64(0) - top_a) & MANTISSA)) + top_a)) * FOLD
        v[i + ONE] = np.float64(np.int64((b ^ ((np.uint64(0) - top_b) & MANTISSA)) + top_b)) * FOLD
        upper[i] = top_a
        upper[i + ONE] = top_b


@njit(**OPTIONS)
def smooth(count, bits, table, v, upper, out):  # type: ignore[no-untyped-def]
    """Quantiles of v from a table of one cubic a cell."""
    float_bits = v.view(np.uint64)
    shift, base, side = TOP - bits, BIASED_LOWEST << bits, CELLS_OF_ONE_BIT << bits
    for j in range(count):
        i = np.uint64(j)
        cell = (float_bits[i] >> shift) - base + upper[i] * side
        t = v[i]
        out[i] = table[cell, 0] + t * (table[cell, 1] + t * (table[cell, 2] + t * table[cell, 3]))


@njit(**OPTIONS)
def kinked(count, bits, table, breaks, v, upper, out):  # type: ignore[no-untyped-def]
    """Quantiles of v from a table in which a cell may hold two cubics."""
    float_bits = v.view(np.uint64)
    shift, base, side = TOP - bits, BIASED_LOWEST << bits, CELLS_OF_ONE_BIT << bits
    for j in range(count):
        i = np.uint64(j)
        cell = (float_bits[i] >> shift) - base + upper[i] * side
        t = v[i]
        c = FIRST_RIGHT if t >= breaks[cell] else np.uint64(0)
        out[i] = table[cell, c] + t * (
            table[cell, c + ONE] + t * (table[cell, c + TWO] + t * table[cell, c + ONE + TWO])
        )


@njit(**OPTIONS)
def steps(count, values, cumulative, v, upper, out):  # type: ignore[no-untyped-def]
    """Values of a discrete distribution: the first whose cumulative probability exceeds u."""
    for i in range(count):
        u = 1.0 - v[i] if upper[i] else v[i]
        k = 0
        while u > cumulative[k]:
            k += 1
        out[i] = values[k, 0]


@njit(**OPTIONS)
def sample(first, count, rows, keys, kinds, bits, starts, coefficients, breaks, block):  # type: ignore[no-untyped-def]
    """Fill the random rows of a block with draws first, first + 1, ...; others are left alone."""
    v, upper = np.empty(BLOCK), np.empty(BLOCK, dtype=np.uint64)
    even = count + count % 2
    for s in range(len(rows)):
        uniforms(first, even, keys[s], v, upper)
        table, edges, out = coefficients[starts[s] :], breaks[starts[s] :], block[rows[s]]
        if kinds[s] == SMOOTH:
            smooth(even, bits[s], table, v, upper, out)
        elif kinds[s] == KINKED:
            kinked(even, bits[s], table, edges, v, upper, out)
        else:
            steps(even, table, edges, v, upper, out)
