"""The one compiled sampler: keys and tables in, a block of draws out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numba import float64, int64, njit, types, uint64

from simulator.distributions import NO_CORRELATION, Copula, Discrete, Distribution, Normal
from simulator.kernel.options import BLOCK, LANES, OPTIONS
from simulator.kernel.philox import MASK, WORD, philox, stream_key
from simulator.kernel.sobol import BLOCK_BITS, nets
from simulator.kernel.tables import LOWEST_EXPONENT, OCTAVES, quantile_table

Array = np.ndarray[Any, np.dtype[Any]]

SMOOTH, KINKED, STEPS = 0, 1, 2
ONE, TWO, DROP, TOP = np.uint64(1), np.uint64(2), np.uint64(12), np.uint64(52)
MANTISSA = np.uint64((1 << 53) - 1)
FOLD = 2.0**-53
BIASED_LOWEST = np.uint64(1023 + LOWEST_EXPONENT)
CELLS_OF_ONE_BIT = np.uint64(OCTAVES)
FIRST_RIGHT = np.uint64(4)
BITS_IN_BLOCK, LANE = np.uint64(BLOCK.bit_length() - 1), np.uint64(LANES - 1)
FEWEST_SHARE, MOST_SHARE = 2.0**-53, 0.5 - 2.0**-54  # of the folded u
HALF_ROOT = math.sqrt(0.5)


class Streams(NamedTuple):
    """Every random input's key or net and table, laid end to end for the sampler."""

    rows: Array  # row of the block that an input fills
    keys: Array  # 64-bit key of its stream
    kinds: Array  # SMOOTH, KINKED or STEPS
    bits: Array  # cells per octave, as a power of two
    starts: Array  # first row of its table below
    coefficients: Array  # (cells, 8); of a discrete input: values in column 0
    breaks: Array  # (cells,); of a discrete input: cumulative probabilities
    ends: Array  # (input, 2): its least and greatest value, which rounding must not pass
    columns: Array  # of its net, (input, bit, LANES); no input under plain sampling
    shifts: Array  # of its net
    points: Array  # the first block of its net, unshifted
    places: Array  # its place among the correlated inputs, or -1
    members: Array  # the correlated inputs
    factor: Array  # their normal scores are this times independent ones
    normal: Array  # the standard normal's table
    normal_bits: np.uint64


STREAMS = types.NamedTuple(  # type: ignore[no-untyped-call]
    (
        *(int64[::1], uint64[::1], int64[::1], uint64[::1], int64[::1]),
        *(float64[:, ::1], float64[::1], float64[:, ::1]),
        *(uint64[:, :, ::1], uint64[:, ::1], uint64[:, ::1]),
        *(int64[::1], int64[::1], float64[:, ::1], float64[:, ::1], uint64),
    ),
    Streams,
)  # the types of these arrays


def streams(
    priors: Mapping[str, Distribution],
    rows: Mapping[str, int],
    seed: int,
    sampler: str = "random",
    copula: Copula = NO_CORRELATION,
) -> Streams:
    """The streams of random inputs: what the sampler needs to know of them."""
    tables = {name: _table(prior) for name, prior in priors.items()}
    sizes = [len(breaks) for _, _, _, breaks in tables.values()]
    columns, shifts, points = nets(seed, tables if sampler == "sobol" else ())
    order = {name: number for number, name in enumerate(tables)}
    places = {name: place for place, name in enumerate(copula.names)}
    normal = quantile_table(Normal(0.0, 1.0))
    return Streams(
        rows=np.array([rows[name] for name in tables], dtype=np.int64),
        keys=np.array([stream_key(seed, name) for name in tables], dtype=np.uint64),
        kinds=np.array([kind for kind, _, _, _ in tables.values()], dtype=np.int64),
        bits=np.array([bits for _, bits, _, _ in tables.values()], dtype=np.uint64),
        starts=np.cumsum([0, *sizes], dtype=np.int64)[:-1],
        coefficients=np.concatenate([np.empty((0, 8)), *(c for _, _, c, _ in tables.values())]),
        breaks=np.concatenate([np.empty(0), *(b for _, _, _, b in tables.values())]),
        ends=np.array([prior.support for prior in priors.values()], dtype=float).reshape(len(priors), 2),
        columns=columns,
        shifts=shifts,
        points=points,
        places=np.array([places.get(name, -1) for name in tables], dtype=np.int64),
        members=np.array([order[name] for name in copula.names], dtype=np.int64),
        factor=np.ascontiguousarray(copula.factor),
        normal=np.ascontiguousarray(normal.coefficients),
        normal_bits=np.uint64(normal.bits),
    )


def _table(prior: Distribution) -> tuple[int, int, Array, Array]:
    if isinstance(prior, Discrete):
        values = np.zeros((len(prior.values), 8))
        values[:, 0] = prior.values
        return STEPS, 0, values, np.asarray(prior.cumulative, dtype=float)
    table = quantile_table(prior)
    return (KINKED if table.has_kinks else SMOOTH), table.bits, table.coefficients, table.breaks


@njit(**OPTIONS, forceinline=True)
def fold(word, i, v, upper):  # type: ignore[no-untyped-def]
    """u = (word + 1/2) / 2**52, folded: v = min(u, 1 - u), upper = u > 1/2."""
    odd = (word << ONE) | ONE
    top = odd >> TOP
    v[i] = np.float64(np.int64((odd ^ ((np.uint64(0) - top) & MANTISSA)) + top)) * FOLD
    upper[i] = top


@njit(**OPTIONS)
def uniforms(first, count, key, v, upper):  # type: ignore[no-untyped-def]
    """Draws first, first + 1, ... of a stream; two share a counter, ``first`` and ``count`` are even."""
    k0, k1 = key & MASK, key >> WORD
    pair = np.uint64(first) // TWO
    for j in range(count // 2):
        c = pair + np.uint64(j)
        w0, w1, w2, w3 = philox(c & MASK, c >> WORD, np.uint64(0), np.uint64(0), k0, k1)
        i = TWO * np.uint64(j)
        fold(((w0 << WORD) | w1) >> DROP, i, v, upper)
        fold(((w2 << WORD) | w3) >> DROP, i + ONE, v, upper)


@njit(**OPTIONS)
def net_points(first, count, columns, shifts, points, v, upper):  # type: ignore[no-untyped-def]
    """Draws first, first + 1, ... of a net; ``first`` is a whole number of blocks."""
    base = shifts.copy()
    bits, bit = np.uint64(first) >> BITS_IN_BLOCK, BLOCK_BITS
    while bits:
        if bits & ONE:
            for lane in range(LANES):
                base[lane] ^= columns[bit, lane]
        bits >>= ONE
        bit += 1
    for j in range(count):
        i = np.uint64(j)
        fold(base[i & LANE] ^ points[i], i, v, upper)


@njit(**OPTIONS)
def smooth(count, bits, table, low, high, v, upper, out):  # type: ignore[no-untyped-def]
    """Quantiles of v from a table of one cubic a cell."""
    float_bits = v.view(np.uint64)
    shift, base, side = TOP - bits, BIASED_LOWEST << bits, CELLS_OF_ONE_BIT << bits
    for j in range(count):
        i = np.uint64(j)
        cell = (float_bits[i] >> shift) - base + upper[i] * side
        t = v[i]
        x = table[cell, 0] + t * (table[cell, 1] + t * (table[cell, 2] + t * table[cell, 3]))
        out[i] = min(max(x, low), high)


@njit(**OPTIONS)
def kinked(count, bits, table, breaks, low, high, v, upper, out):  # type: ignore[no-untyped-def]
    """Quantiles of v from a table in which a cell may hold two cubics."""
    float_bits = v.view(np.uint64)
    shift, base, side = TOP - bits, BIASED_LOWEST << bits, CELLS_OF_ONE_BIT << bits
    for j in range(count):
        i = np.uint64(j)
        cell = (float_bits[i] >> shift) - base + upper[i] * side
        t = v[i]
        c = FIRST_RIGHT if t >= breaks[cell] else np.uint64(0)
        x = table[cell, c + ONE] + t * (table[cell, c + TWO] + t * table[cell, c + ONE + TWO])
        out[i] = min(max(table[cell, c] + t * x, low), high)


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
def shares(scores, v, upper):  # type: ignore[no-untyped-def]
    """The folded u of standard normal scores, which ``scores`` holds."""
    for i in range(len(v)):
        share = 0.5 * math.erfc(abs(scores[i]) * HALF_ROOT)
        v[i] = min(max(share, FEWEST_SHARE), MOST_SHARE)
        upper[i] = scores[i] > 0.0


@njit(**OPTIONS)
def correlate(place, factor, scores, v, upper):  # type: ignore[no-untyped-def]
    """The folded u of one correlated input from the independent scores of all."""
    total = np.zeros(BLOCK)
    for k in range(place + 1):
        for i in range(BLOCK):
            total[i] += factor[place, k] * scores[k, i]
    shares(total, v, upper)


@njit(**OPTIONS)
def sample(first, count, streams, block):  # type: ignore[no-untyped-def]
    """Fill the random rows of a block with draws first, first + 1, ...; others are left alone.

    Arrays are passed one by one: handing on all of them costs a count of references for each.
    """
    rows, keys, kinds, bits, starts, coefficients, breaks, ends, columns, shifts, points = streams[:11]
    places, members, factor, normal, normal_bits = streams[11:]
    v, upper = np.empty(BLOCK), np.empty(BLOCK, dtype=np.uint64)
    scores = np.empty((len(members), BLOCK))
    even = count + count % 2
    for g in range(len(members)):
        s = members[g]
        if len(points):
            net_points(first, BLOCK, columns[s], shifts[s], points[s], v, upper)
        else:
            uniforms(first, BLOCK, keys[s], v, upper)
        smooth(BLOCK, normal_bits, normal, -math.inf, math.inf, v, upper, scores[g])
    for s in range(len(rows)):
        if places[s] >= 0 and factor[places[s], places[s]] != 1.0:
            correlate(places[s], factor, scores, v, upper)
        elif len(points):
            net_points(first, even, columns[s], shifts[s], points[s], v, upper)
        else:
            uniforms(first, even, keys[s], v, upper)
        table, edges, out = coefficients[starts[s] :], breaks[starts[s] :], block[rows[s]]
        low, high = ends[s, 0], ends[s, 1]
        if kinds[s] == SMOOTH:
            smooth(even, bits[s], table, low, high, v, upper, out)
        elif kinds[s] == KINKED:
            kinked(even, bits[s], table, edges, low, high, v, upper, out)
        else:
            steps(even, table, edges, v, upper, out)
