"""Tornados from a run's own draws: interactions and correlations are in every bin as they are in the run.

Errors are those that 16 parts of the run show: independent randomisations under Sobol' sampling, disjoint
samples otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from simulator.errors import Complaint, InputError
from simulator.sensitivity.binning import FEWEST_IN_BIN, Ordered, bins_of, statistic
from simulator.sensitivity.tornado import BINNED, VARIANCE, Bar, Tornado, ranked
from simulator.statistics.estimates import T95, replicate_error
from simulator.threads import in_threads

Array = np.ndarray[Any, np.dtype[Any]]
Columns = Callable[[Sequence[str]], Mapping[str, Array]]  # draws of names

TENTHS, BINS = 10, 64  # of an input: for a change over tenths, for a share of the variance
PARTS = ("", "", "half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
AT_A_TIME = 8  # inputs whose draws are in memory together
CLEARLY = 2.0  # an inner tenth ends a bar where it lies so many 95% errors beyond the outer ones


def binned(
    columns: Columns, quantity: str, units: Mapping[str, str], inputs: Sequence[str], level: float | None
) -> Tornado:
    """The change of a quantity's mean or percentile from the lowest tenth of each input to the highest.

    Where an inner tenth lies clearly beyond both, the bar reaches to it. Discrete inputs have a bin a value.
    """
    drawn = _drawn(columns, quantity)
    bars = _bars(columns, drawn, inputs, units, partial(_change, level=level))
    everything = np.zeros(len(drawn.values), dtype=np.uint16)
    metric = "mean" if level is None else f"p{level:g}"
    part = PARTS[bins_of(len(drawn.values), TENTHS)]
    return Tornado(
        kind=BINNED,
        metric=metric,
        quantity=quantity,
        unit=units[quantity],
        baseline=float(statistic(drawn.values, everything, 1, level)[0]),
        bars=ranked(bars, power=2),
        how=f"{metric.upper() if level else metric} over the lowest and the highest {part} of each input",
    )


def variance(columns: Columns, quantity: str, units: Mapping[str, str], inputs: Sequence[str]) -> Tornado:
    """The share of a quantity's variance that would go if an input were known: its first-order index.

    .. math:: \\mathrm{Var}(E[Y | X]) / \\mathrm{Var}(Y)

    Estimated over 64 bins of the input, the variance within bins taken off (Plischke 2012,
    doi:10.1016/j.ress.2011.12.007); a share below its own noise may come out below 0 and is then 0.
    """
    drawn = _drawn(columns, quantity)
    return Tornado(
        kind=VARIANCE,
        metric=VARIANCE,
        quantity=quantity,
        unit="1",
        baseline=0.0,
        bars=ranked(_bars(columns, drawn, inputs, units, _share), power=1),
        how="share of the variance that would go if the input were known",
    )


def _drawn(columns: Columns, quantity: str) -> Ordered:
    """A quantity's draws, or :class:`InputError` where they are too few to fill two bins."""
    column = columns([quantity])[quantity]
    if len(column) < 2 * FEWEST_IN_BIN:
        what = f"{len(column):,} draws of {quantity} are too few to cut into bins of an input"
        raise InputError([Complaint("--draws", what, f"take {2 * FEWEST_IN_BIN:,} or more, or --kind swing")])
    return Ordered(column)


def _bars(
    columns: Columns,
    drawn: Ordered,
    inputs: Sequence[str],
    units: Mapping[str, str],
    measure: Callable[[Ordered, str, str, Array], Bar],
) -> list[Bar]:
    """A bar of every input, a few inputs' draws in memory at a time."""
    found: list[Bar] = []
    for start in range(0, len(inputs), AT_A_TIME):
        given = columns(inputs[start : start + AT_A_TIME])
        found += in_threads(
            lambda item: measure(drawn, item[0], units[item[0]], item[1]), given.items(), None
        )
    return found


def _change(drawn: Ordered, name: str, unit: str, given: Array, level: float | None) -> Bar:
    cut = drawn.cut(given, TENTHS)
    values, parts = cut.over_bins(level), cut.over_parts(level)
    low, high = _ends(values, parts)
    sign = 1.0 if values[high] >= values[low] else -1.0
    replicates = sign * (parts[high] - parts[low])
    return Bar(
        input=name,
        unit=unit,
        low_input=float(cut.inputs[low]),
        high_input=float(cut.inputs[high]),
        low=float(values[low]),
        high=float(values[high]),
        rises=sign > 0.0,
        se=replicate_error(replicates),
        replicates=replicates,
    )


def _ends(values: Array, parts: Array) -> tuple[int, int]:
    """The bins at which a bar ends: the outer ones, unless an inner one lies clearly beyond both."""
    least, most = sorted((0, len(values) - 1), key=lambda place: float(values[place]))
    least, most = _farther(parts, least, int(values.argmin())), _farther(parts, most, int(values.argmax()))
    return min(least, most), max(least, most)


def _farther(parts: Array, outer: int, inner: int) -> int:
    """The inner bin where it differs from the outer one by clearly more than the parts of the run do."""
    apart = parts[inner] - parts[outer]
    return inner if abs(float(apart.mean())) > CLEARLY * T95 * replicate_error(apart) else outer


def _share(drawn: Ordered, name: str, unit: str, given: Array) -> Bar:
    cut = drawn.cut(given, BINS)
    sizes, means = cut.sizes, cut.over_parts(None)
    squares = np.bincount(cut.lanes, (cut.values - cut.values.mean()) ** 2)
    whole = explained(sizes.sum(axis=1), cut.over_bins(None), float(squares.sum()))
    replicates = explained(sizes, means, squares)
    edge = cut.count // TENTHS
    return Bar(
        input=name,
        unit=unit,
        low_input=float(cut.inputs[edge]),
        high_input=float(cut.inputs[-1 - edge]),
        low=0.0,
        high=max(0.0, float(whole)),
        rises=_rises(cut.over_bins(None)),
        se=replicate_error(replicates),
        replicates=replicates,
    )


def explained(sizes: Array, means: Array, squares: Any) -> Any:
    r"""The share of the squares about the mean that lies between bins, free of what chance puts there.

    .. math:: \frac{B - (K - 1) W / (n - K)}{B + W}

    >>> float(explained(np.array([50, 50]), np.array([-1.0, 1.0]), 200.0).round(3))
    0.495
    """
    n, count = sizes.sum(axis=0), len(sizes)
    middle = (sizes * means).sum(axis=0) / n
    between = (sizes * (means - middle) ** 2).sum(axis=0)
    within = (squares - between) / (n - count)
    return np.divide(between - (count - 1) * within, squares, np.zeros_like(between), where=squares > 0)


def _rises(means: Array) -> bool:
    """Whether the means of the bins rise, by and large."""
    return bool(np.arange(len(means)) @ (means - means.mean()) >= 0.0)
