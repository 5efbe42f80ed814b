"""The bins in which a run's draws are counted, laid out after a first look at each column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.kernel.mathematics import EXPONENT
from simulator.kernel.reductions import HIGHEST, LOWEST, MAGNITUDE, START

Array = np.ndarray[Any, np.dtype[Any]]

BARS = 200  # of a column's picture
TOP_OF_PICTURE = 0.995  # the last bar runs from this share of the draws to the largest
NO_DRAW_ON_EDGE = 1.0 - 2.0**-20
NEAR_ZERO = 2.0**-20  # of a column's middle size: where signs differ, what is smaller shares a bin
ATOM_SHARE, MOST_ATOMS = 1 / 4096, 64
FINEST = 48  # digits of a float's 52 that tell bins apart, at most
WIDEST_EXPONENT = 1000


@dataclass(frozen=True)
class Layout:
    """The bins of some columns, their pictures' bars, and the values met more than once at first look."""

    lanes: int  # counted apart: 1 or LANES
    places: Array  # (column, 5): floor, lowest, highest, start, digits of the mantissa that tell bins apart
    bins: int  # of all columns
    frames: Array  # (column, 2): what moments are taken about, and times what power of two
    scales: Array  # (column, 2): begin of the picture, bars a unit
    atoms: Array  # (column, atom), nan where there are fewer
    shares: Array  # (column, atom): of the draws of the first look

    @property
    def sizes(self) -> Array:
        """The number of bins of each column."""
        sizes: Array = self.places[:, HIGHEST] - self.places[:, LOWEST] + 1
        return sizes

    def bin_numbers(self, column: int, values: Array) -> Array:
        """The bins of some values of a column."""
        floor, lowest, highest, _, digits = self.places[column]
        numbers: Array = np.clip(_signed(values, digits, floor), lowest, highest) - lowest
        return numbers

    def edges(self, column: int, number: int) -> tuple[float, float]:
        """The range of floats that a bin holds, the first and the last bin's as if they were like others."""
        floor, lowest, _, _, digits = self.places[column].tolist()
        signed = number + lowest
        outer = float(_float(np.int64((abs(signed) + floor + 1) << (EXPONENT - digits))))
        inner = float(_float(np.int64((abs(signed) + floor) << (EXPONENT - digits))))
        if signed == 0 and floor:
            return -outer, outer
        return (inner, outer) if signed >= 0 else (-outer, -inner)


def layout(first: Array, digits: int, lanes: int) -> Layout:
    """Bins for columns of which these are the first draws, one row a column.

    A bin is at most 2**-digits wide, relative to its place or, where all draws lie closer together than that,
    to the distance between them.
    """
    places = np.array([_place(row, digits) for row in first], dtype=np.int64).reshape(len(first), 5)
    sizes = places[:, HIGHEST] - places[:, LOWEST] + 1
    places[:, START] = np.cumsum([0, *(sizes[:-1] * lanes)])[: len(first)]
    ordered = np.sort(first, axis=1)
    frames = np.array([_frame(row) for row in ordered]).reshape(len(first), 2)
    top = ordered[:, int(TOP_OF_PICTURE * ordered.shape[1])]
    top = np.where(top > ordered[:, 0], top, ordered[:, -1])
    with np.errstate(all="ignore"):
        bars = np.where(top > ordered[:, 0], (BARS - 1) / ((top - ordered[:, 0]) * NO_DRAW_ON_EDGE), 0.0)
    scales = np.stack([ordered[:, 0], bars], axis=1)
    return Layout(lanes, places, int(sizes.sum()), frames, scales, *_atoms(ordered))


def _frame(ordered: Array) -> tuple[float, float]:
    """A column's median, and the power of two that brings its draws' distances from it near 1."""
    reach = max(float(ordered[-1] / 2.0 - ordered[0] / 2.0), abs(float(ordered[-1])) * 2.0**-FINEST)
    exponent = int(np.clip(np.frexp(reach)[1], -WIDEST_EXPONENT, WIDEST_EXPONENT))
    return float(ordered[len(ordered) // 2]), float(np.ldexp(1.0, -exponent))


def _place(row: Array, digits: int) -> tuple[int, int, int, int, int]:
    """Floor, lowest and highest bin of a column, and its digits; the start is not known yet.

    Bin 0 is below the lowest where all draws have one sign.
    """
    mixed = bool(row.min() < 0.0 < row.max())
    smallest = np.abs(row[row != 0.0]).min(initial=np.inf)
    scale = max(float(np.median(np.abs(row))) * NEAR_ZERO, smallest if np.isfinite(smallest) else 0.0)
    floor = int(_signed(np.array([scale]), digits, 0)[0]) if mixed else 0
    fine = digits if mixed else min(digits + _closeness(row), FINEST)
    seen = _signed(row if mixed else row[row != 0.0], fine, floor)
    beyond = 1 << digits  # an octave, or as far again as the first draws lie apart
    if not len(seen):
        return floor, 0, 0, 0, fine
    return floor, int(seen.min()) - beyond, int(seen.max()) + beyond, 0, fine


def _closeness(row: Array) -> int:
    """How many binary digits all values of a row share, leading ones."""
    apart, size = float(row.max() / 2.0 - row.min() / 2.0), float(np.abs(row / 2.0).max())
    return max(0, int(np.frexp(size)[1] - np.frexp(apart)[1])) if apart > 0.0 else 0


def _signed(values: Array, digits: int, floor: int) -> Array:
    bits = values.view(np.int64)
    size = np.maximum(((bits & MAGNITUDE) >> (EXPONENT - digits)) - floor, 0)
    signed: Array = np.where(bits >= 0, size, -size)
    return signed


def _float(bits: Any) -> Any:
    return np.asarray(bits).view(np.float64)[()]


def _atoms(ordered: Array) -> tuple[Array, Array]:
    """Each row's values that occur too often to be draws from a density, and their shares of it."""
    found = [_repeated(row, max(2, int(ATOM_SHARE * ordered.shape[1]))) for row in ordered]
    most = max((len(values) for values, _ in found), default=0)
    atoms, shares = np.full((len(found), most), np.nan), np.zeros((len(found), most))
    for row, share, (values, counts) in zip(atoms, shares, found, strict=True):
        row[: len(values)], share[: len(values)] = values, counts / ordered.shape[1]
    return atoms, shares


def _repeated(ordered: Array, least: int) -> tuple[Array, Array]:
    values, counts = np.unique(ordered, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MOST_ATOMS]
    often = np.sort(order[counts[order] >= least])
    return values[often], counts[often]
