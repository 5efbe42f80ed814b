"""Columns of draws reduced where they lie in the cache: counts in bins, sums, and the draws of chosen bins.

A bin is a range of floats that agree in sign, exponent and first mantissa bits, so that its number is
a shift of the float's own bits, bins are equally wide in relative terms, and counts of any two parts
of a run add up to those of the whole, in any order. Draw k belongs to lane k mod 16: the sums of a
lane are added up in order, and under Sobol' sampling a lane is an independent randomisation.
"""

from __future__ import annotations

import numpy as np
from numba import float64, int64, njit, uint8, uint16, uint32, void

from simulator.kernel.compiled import Entries, Program, compiled
from simulator.kernel.mathematics import EXPONENT, bits_of
from simulator.kernel.options import CHUNK, LANES, OPTIONS

MAGNITUDE = (1 << 63) - 1
U = np.uint64
FLOOR, LOWEST, HIGHEST, START, DIGITS = range(5)  # columns of places
CENTRE, FACTOR = range(2)  # columns of frames
SUM, SQUARES, LEAST, MOST = range(4)  # rows of a column's moments


@njit(**OPTIONS, forceinline=True)
def bin_of(x, digits, floor, lowest, highest):  # type: ignore[no-untyped-def]
    """The bin of a float: monotone in x; what lies beyond the first and last bins is counted in them."""
    bits = bits_of(x)
    size = max(((bits & MAGNITUDE) >> (EXPONENT - digits)) - floor, 0)
    signed = size if bits >= 0 else -size
    return min(max(signed, lowest), highest) - lowest


@njit(**OPTIONS)
def tally(columns, places, lanes, counts, frames, moments, scales, heights, asked, limits, within):  # type: ignore[no-untyped-def]
    """Add the columns' draws, of which the first is in lane 0, to counts, moments, heights and chances.

    ``places`` holds floor, lowest and highest bin, the start in ``counts`` and the digits of each column;
    ``frames`` what moments are taken about, and in how many units; ``scales`` where a column's picture
    begins and its bars a unit, ``heights`` the bars; ``asked`` and ``limits`` are the columns and values
    whose draws at or below are counted in ``within``.
    """
    draws = columns.shape[1]
    index = np.empty(CHUNK, dtype=np.uint64)
    for c in range(columns.shape[0]):
        x, place = columns[c], places[c]
        floor, lowest, highest, start = place[FLOOR], place[LOWEST], place[HIGHEST], place[START]
        digits = place[DIGITS]
        for i in range(draws):
            number = bin_of(x[U(i)], digits, floor, lowest, highest)
            index[U(i)] = U(start + number * lanes + (i & (lanes - 1)))
        for i in range(draws):
            counts[index[U(i)]] += np.uint32(1)
        add_moments(x, draws, frames[c, CENTRE], frames[c, FACTOR], moments[c])
        begin, bars, last = scales[c, 0], scales[c, 1], float(heights.shape[1] - 1)
        for i in range(draws):
            index[U(i)] = U(np.int64(min(max((x[U(i)] - begin) * bars, 0.0), last)))
        for i in range(draws):
            heights[c, index[U(i)]] += 1
    for k in range(len(asked)):
        x, limit = columns[asked[k]], limits[k]
        for i in range(draws):
            within[k, i & (LANES - 1)] += x[U(i)] <= limit


@njit(**OPTIONS)
def add_moments(x, draws, centre, factor, moments):  # type: ignore[no-untyped-def]
    """Sums and sums of squares of distances from a centre times a factor, least and most of each lane."""
    whole = draws - draws % LANES
    for start in range(0, whole, LANES):
        for lane in range(LANES):
            add_moment(x[U(start + lane)], centre, factor, moments, U(lane))
    for i in range(whole, draws):
        add_moment(x[U(i)], centre, factor, moments, U(i - whole))


@njit(**OPTIONS, forceinline=True)
def add_moment(value, centre, factor, moments, lane):  # type: ignore[no-untyped-def]
    """One draw's part in the moments of its lane."""
    distance = (value - centre) * factor
    moments[SUM, lane] += distance
    moments[SQUARES, lane] += distance * distance
    moments[LEAST, lane] = min(moments[LEAST, lane], value)
    moments[MOST, lane] = max(moments[MOST, lane], value)


@njit(**OPTIONS)
def pick(columns, places, chosen, atoms, met, values, owners, lanes_of):  # type: ignore[no-untyped-def]
    """The draws in chosen bins, with their columns and lanes; returns how many.

    Draws equal to one of a column's ``atoms``, its values of positive probability, are only counted.
    """
    draws, found = columns.shape[1], 0
    index = np.empty(CHUNK, dtype=np.uint64)
    for c in range(columns.shape[0]):
        x, place = columns[c], places[c]
        floor, lowest, highest, start = place[FLOOR], place[LOWEST], place[HIGHEST], place[START]
        digits = place[DIGITS]
        for i in range(draws):
            index[U(i)] = U(start + bin_of(x[U(i)], digits, floor, lowest, highest))
        for i in range(draws):
            if chosen[index[U(i)]]:
                value, atom = x[U(i)], 0
                while atom < atoms.shape[1] and atoms[c, atom] != value:
                    atom += 1
                if atom < atoms.shape[1]:
                    met[c, atom, i & (LANES - 1)] += 1
                else:
                    values[found], owners[found], lanes_of[found] = value, c, i & (LANES - 1)
                    found += 1
    return found


FLOATS, INTEGERS = float64[:, ::1], int64[:, ::1]
TALLY = void(
    *(FLOATS, INTEGERS, int64, uint32[::1], FLOATS, float64[:, :, ::1]),
    *(FLOATS, INTEGERS, int64[::1], float64[::1], INTEGERS),
)
PICK = int64(
    *(FLOATS, INTEGERS, uint8[::1], FLOATS, int64[:, :, ::1]),
    *(float64[::1], uint16[::1], uint8[::1]),
)
PROGRAM = Program(
    '''"""Reductions of columns of draws: see simulator/kernel/reductions.py."""

from simulator.kernel import reductions


def tally(columns, places, lanes, counts, frames, moments, scales, heights, asked, limits, within):
    reductions.tally(columns, places, lanes, counts, frames, moments, scales, heights, asked, limits, within)


def pick(columns, places, chosen, atoms, met, values, owners, lanes_of):
    return reductions.pick(columns, places, chosen, atoms, met, values, owners, lanes_of)
''',
    {"tally": TALLY, "pick": PICK},
    {},
)


def reductions() -> Entries:
    """The compiled ``tally`` and ``pick``."""
    return compiled(PROGRAM, lambda entries: "" if _agrees(entries) else "known draws are miscounted")


def _agrees(entries: Entries) -> bool:
    """Whether three known draws are counted and picked as they should be."""
    columns, places = np.array([[1.0, 3.0, -2.0]]), np.array([[1022, -3, 3, 0, 0]])
    counts, moments, heights = np.zeros(7, np.uint32), np.zeros((1, 4, LANES)), np.zeros((1, 4), np.int64)
    none, within = np.zeros(1, np.int64), np.zeros((1, LANES), np.int64)
    scales, limits = np.array([[0.0, 1.0]]), np.array([1.0])
    frames = np.array([[0.0, 1.0]])
    entries["tally"](columns, places, 1, counts, frames, moments, scales, heights, none, limits, within)
    values, owners, lanes = np.empty(3), np.empty(3, np.uint16), np.empty(3, np.uint8)
    atoms, met, chosen = np.array([[3.0]]), np.zeros((1, 1, LANES), np.int64), np.ones(7, np.uint8)
    found = entries["pick"](columns, places, chosen, atoms, met, values, owners, lanes)
    return (
        counts.tolist() == [0, 1, 0, 0, 1, 1, 0]
        and moments[0, SUM].sum() == 2.0
        and heights.tolist() == [[1, 1, 0, 1]]
        and within.sum() == 2
        and (found, met.sum(), values[:2].tolist()) == (2, 1, [1.0, -2.0])
    )
