"""Scrambled Sobol' points: Joe and Kuo's direction numbers, each randomisation with a scrambling of its own.

Point p of a dimension is the sum over GF(2) of the columns at the bits of p (Sobol' 1967; numbers of Joe &
Kuo 2008, doi:10.1137/070709359, as scipy ships them). A randomisation multiplies the columns by a random
lower-triangular matrix and adds a random shift (Matoušek 1998, doi:10.1006/jcom.1998.0489), both keyed by
seed and name. Draw k is point k div 16 of randomisation k mod 16.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np

from simulator.kernel.dimensions import dimensions
from simulator.kernel.options import BLOCK, LANES
from simulator.kernel.philox import stream_key

Array = np.ndarray[Any, np.dtype[Any]]

DIGITS = 52  # of a coordinate
INDEX_BITS = 28  # of a point: 16 * 2**28 draws
DIGIT = np.arange(DIGITS, dtype=np.uint64)
PLACES = np.uint64(DIGITS - 1) - DIGIT  # of each digit in a word, the first digit highest
POINTS_A_BLOCK = BLOCK // LANES
BLOCK_BITS = POINTS_A_BLOCK.bit_length() - 1


@cache
def _numbers() -> tuple[Array, Array]:
    """Primitive polynomials and initial numbers of every dimension."""
    with (
        as_file(files("scipy").joinpath("stats/_sobol_direction_numbers.npz")) as path,
        np.load(path) as file,
    ):
        return file["poly"], file["vinit"]


def directions(dimension: int) -> Array:
    """The first columns of a dimension's generator matrix, each a word of 52 digits.

    .. math:: m_j = 2 a_1 m_{j-1} \\oplus \\dots \\oplus 2^s m_{j-s} \\oplus m_{j-s}

    >>> [hex(int(column)) for column in directions(1)[:3]]
    ['0x8000000000000', '0xc000000000000', '0xa000000000000']
    """
    polynomials, initial = _numbers()
    if dimension == 0:
        return np.array([1 << (DIGITS - 1 - j) for j in range(INDEX_BITS)], dtype=np.uint64)
    polynomial = int(polynomials[dimension])
    degree = polynomial.bit_length() - 1
    m = [int(number) for number in initial[dimension, :degree]]
    for j in range(degree, INDEX_BITS):
        new = m[j - degree]
        for k in range(1, degree + 1):
            if polynomial >> (degree - k) & 1:
                new ^= m[j - k] << k
        m.append(new)
    return np.array([number << (DIGITS - 1 - j) for j, number in enumerate(m[:INDEX_BITS])], dtype=np.uint64)


def scrambling(seed: int, name: str) -> tuple[Array, Array]:
    """For each randomisation the rows of its lower-triangular matrix, (16, 52), and its shift, (16,)."""
    words = np.random.Philox(key=stream_key(seed, f"sobol/{name}")).random_raw(LANES * (DIGITS + 1))
    digits = (words >> np.uint64(64 - DIGITS)).reshape(LANES, DIGITS + 1)
    diagonal = np.uint64(1) << PLACES
    higher = ~((diagonal << np.uint64(1)) - np.uint64(1))
    return (digits[:, :DIGITS] & higher) | diagonal, digits[:, DIGITS].copy()


def net(seed: int, name: str, dimension: int) -> tuple[Array, Array]:
    """Columns for every bit of a point's number, (INDEX_BITS, 16), and shifts, (16,), of a name."""
    rows, shifts = scrambling(seed, name)
    odd = np.bitwise_count(rows[:, :, None] & directions(dimension)) & np.uint8(1)
    columns = np.bitwise_or.reduce(odd.astype(np.uint64) << PLACES[:, None], axis=1)
    return np.ascontiguousarray(columns.T), shifts


def nets(seed: int, names: Iterable[str]) -> tuple[Array, Array, Array]:
    """Columns, shifts, and the points of a block that starts at point 0 without shifts, of every name."""
    places = dimensions(names)
    found = [net(seed, name, place) for name, place in places.items()]
    columns = np.array([c for c, _ in found], dtype=np.uint64).reshape(len(found), INDEX_BITS, LANES)
    shifts = np.array([s for _, s in found], dtype=np.uint64).reshape(len(found), LANES)
    return columns, shifts, _first_points(columns)


def _first_points(columns: Array) -> Array:
    """Draws 0, 1, ... of a block: (name, BLOCK)."""
    points = np.zeros((len(columns), POINTS_A_BLOCK, LANES), dtype=np.uint64)
    for bit in range(BLOCK_BITS):
        chosen = (np.arange(POINTS_A_BLOCK) >> bit & 1).astype(bool)
        points[:, chosen] ^= columns[:, None, bit]
    return points.reshape(len(columns), BLOCK)


def whole_nets(draws: int) -> int:
    """The least number of draws, at least as many, that is 16 times a power of two.

    >>> whole_nets(1_000_000), whole_nets(16)
    (1048576, 16)
    """
    return LANES << max(0, (draws - 1) // LANES).bit_length()
