"""Tornados from a run's own draws: interactions and correlations are in every bin as they are in the run.

Errors are those that 16 parts of the run show: independent randomisations under Sobol' sampling, disjoint
samples otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from simulator.errors import Complaint, InputError
from simulator.kernel.options import LANES
from simulator.sensitivity.binning import Binned, Ordered, bins_of, fewest_in_bin, statistic
from simulator.sensitivity.tails import tail_notes
from simulator.sensitivity.tornado import BINNED, VARIANCE, Bar, Tornado, ranked
from simulator.statistics.estimates import T95, replicate_error
from simulator.threads import in_threads

Array = np.ndarray[Any, np.dtype[Any]]
Columns = Callable[[Sequence[str]], Mapping[str, Array]]  # draws of names

TENTHS, BINS, MOST_NAMED = 10, 64, 3  # of an input: for a change over tenths, for a share of the variance
PARTS = ("", "", "half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
AT_A_TIME = 8  # inputs whose draws are in memory together
TINY = 1e-12  # of the squares of an input in a bin: what is less is rounding
LEAST_TOLD = 0.005  # of shares in whole percents: what is less is not shown
CLEARLY = 2.0  # an inner tenth ends a bar where it lies so many 95% errors beyond the outer ones


def binned(
    columns: Columns,
    quantity: str,
    units: Mapping[str, str],
    inputs: Sequence[str],
    level: float | None,
    threads: int | None = None,
) -> Tornado:
    """The change of a quantity's mean or percentile from the lowest tenth of each input to the highest.

    Where an inner tenth lies clearly beyond both, the bar reaches to it. Discrete inputs have a bin a value.
    Raises :class:`InputError` for too few draws to fill two bins.
    """
    drawn, bins = _drawn(columns, quantity, TENTHS, level)
    bars = ranked(_bars(columns, drawn, inputs, units, partial(_change, level=level, bins=bins), threads))
    everything = np.zeros(len(drawn.values), dtype=np.uint16)
    metric = "mean" if level is None else f"p{level:g}"
    shown = metric if level is None else metric.upper()
    return Tornado(
        kind=BINNED,
        metric=metric,
        quantity=quantity,
        unit=units[quantity],
        baseline=float(statistic(drawn.values, everything, 1, level)[0]),
        bars=bars,
        how=f"{shown} over the lowest and the highest {PARTS[bins]} of each input",
        notes=(*(tail_notes(quantity, drawn.values) if level is None else ()), *_notes(bars)),
    )


def variance(
    columns: Columns,
    quantity: str,
    units: Mapping[str, str],
    inputs: Sequence[str],
    threads: int | None = None,
) -> Tornado:
    r"""The share of a quantity's variance that would go if an input were known: its first-order index.

    .. math:: \mathrm{Var}(E[Y | X]) / \mathrm{Var}(Y)

    Estimated by a straight line in each of up to 64 bins of the input, free of what chance puts there
    (bins: Plischke 2012, doi:10.1016/j.ress.2011.12.007). A bar whose share comes out below 0 has none; sums
    hold the share as it comes out, so that they have no bias.
    Raises :class:`InputError` for too few draws to fill two bins.
    """
    drawn, bins = _drawn(columns, quantity, BINS, None)
    bars = ranked(_bars(columns, drawn, inputs, units, partial(_share, bins=bins), threads))
    return Tornado(
        kind=VARIANCE,
        metric=VARIANCE,
        quantity=quantity,
        unit="1",
        baseline=0.0,
        bars=tuple(replace(bar, explained=float(bar.replicates.mean())) for bar in bars),
        how="share of the variance that would go if the input were known",
        notes=(*([_together(bars)] if bars else []), *tail_notes(quantity, drawn.values), *_notes(bars)),
    )


def _notes(bars: Sequence[Bar]) -> tuple[str, ...]:
    """What is to be known of bars, in the order of their names."""
    return tuple(sorted(bar.note for bar in bars if bar.note))


def _together(bars: Sequence[Bar]) -> str:
    """What shares add up to, and what that means."""
    parts = sum((bar.replicates for bar in bars), np.zeros(LANES))
    whole, error = float(parts.mean()), replicate_error(parts)
    about = f" ± {100.0 * error:.0f}%" if error >= LEAST_TOLD else ""
    if whole - T95 * error > 1.0 + LEAST_TOLD:
        return (
            f"Shares add up to {100.0 * whole:.0f}%{about}: correlated inputs explain the same; "
            "traincost sensitivity shares that out (Shapley effects)"
        )
    rest = "the rest is what they do together"
    return f"Inputs explain {100.0 * min(1.0, whole):.0f}%{about} one by one; {rest}"


def _drawn(columns: Columns, quantity: str, most: int, level: float | None) -> tuple[Ordered, int]:
    """A quantity's draws and how many bins they fill; :class:`InputError` where too few or infinite."""
    column = columns([quantity])[quantity]
    if not np.isfinite(column).all():
        what = f"{quantity} is not a finite number in some draws"
        raise InputError([Complaint("--quantity", what, "traincost run says which")])
    bins = bins_of(len(column), most, level)
    if bins < 2:
        what = f"{len(column):,} draws of {quantity} are too few to cut into bins of an input"
        raise InputError(
            [Complaint("--draws", what, "take more, a percentile nearer to p50, or --kind swing")]
        )
    return Ordered(column), bins


def _bars(
    columns: Columns,
    drawn: Ordered,
    inputs: Sequence[str],
    units: Mapping[str, str],
    measure: Callable[[Ordered, str, str, Array], Bar],
    threads: int | None,
) -> list[Bar]:
    """A bar of every input, a few inputs' draws in memory at a time."""
    found: list[Bar] = []
    for start in range(0, len(inputs), AT_A_TIME):
        given = columns(inputs[start : start + AT_A_TIME])
        found += in_threads(
            lambda item: measure(drawn, item[0], units[item[0]], item[1]), given.items(), threads
        )
    return found


def _change(
    drawn: Ordered,
    name: str,
    unit: str,
    given: Array,
    level: float | None,
    bins: int,
) -> Bar:
    cut = drawn.cut(given, bins, fewest_in_bin(level))
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
        note=_untold(name, cut),
    )


def _untold(name: str, cut: Binned) -> str:
    """Which values of an input the draws say nothing of; empty where there are none."""
    if len(cut.rare):
        rare = ", ".join(f"{value:g}" for value in cut.rare[:MOST_NAMED])
        others = " and others" if len(cut.rare) > MOST_NAMED else ""
        return f"{name}: too few draws of {rare}{others} to tell what they do"
    return f"{name}: too few draws to tell what it does, all are {cut.inputs[0]:g}" if cut.count < 2 else ""


def _ends(values: Array, parts: Array) -> tuple[int, int]:
    """The bins at which a bar ends: the outer ones, unless an inner one lies clearly beyond both."""
    least, most = sorted((0, len(values) - 1), key=lambda place: float(values[place]))
    least, most = _farther(parts, least, int(values.argmin())), _farther(parts, most, int(values.argmax()))
    return min(least, most), max(least, most)


def _farther(parts: Array, outer: int, inner: int) -> int:
    """The inner bin where it differs from the outer one by clearly more than the parts of the run do."""
    apart = parts[inner] - parts[outer]
    return inner if abs(float(apart.mean())) > CLEARLY * T95 * replicate_error(apart) else outer


def _share(drawn: Ordered, name: str, unit: str, given: Array, bins: int) -> Bar:
    cut = drawn.cut(given, bins, 1)
    replicates = shares(cut.sums())
    return Bar(
        input=name,
        unit=unit,
        low_input=cut.outer[0],
        high_input=cut.outer[1],
        low=0.0,
        high=max(0.0, float(replicates.mean())),
        rises=_rises(cut.over_bins(None)),
        se=replicate_error(replicates),
        replicates=replicates,
        note=_untold(name, cut),
    )


def shares(sums: Array) -> Array:
    r"""The share of the variance that lines in bins explain, by what each part of the run makes of it.

    .. math:: 16 R^2 - 15 R^2_{-l}

    Their mean is the share without the bias that lines fitted to chance have, their spread tells its error,
    under any sampling whose parts are alike (jackknife: Tukey 1958; Miller 1974,
    doi:10.1093/biomet/61.1.1). ``sums`` holds n, x, y, xx, xy and yy of every bin of every part (last axis).
    """
    whole = sums.sum(axis=2, keepdims=True)
    return np.asarray(LANES * explained(whole) - (LANES - 1) * explained(whole - sums))


def explained(sums: Array) -> Array:
    r"""The share of the squares about the mean that straight lines in bins explain, :math:`R^2`.

    ``sums`` holds n, x, y, xx, xy and yy of each bin (first axes: 6, bin), x and y about any centre.

    >>> x = np.array([-1.0, 0.0, 1.0])
    >>> line = [np.full(1, value) for value in (3.0, x.sum(), (2 * x).sum(), x @ x, 2 * x @ x, 4 * x @ x)]
    >>> explained(np.array(line)).tolist()
    1.0
    """
    n, x, y, xx, xy, yy = sums
    met = np.maximum(n, 1.0)
    level, steps = y**2 / met, xx - x**2 / met
    slope = np.divide((xy - x * y / met) ** 2, steps, np.zeros_like(steps), where=steps > TINY * xx)
    middle = y.sum(axis=0) ** 2 / n.sum(axis=0)
    whole = yy.sum(axis=0) - middle
    lines = (level + slope).sum(axis=0) - middle
    return np.asarray(np.divide(lines, whole, np.zeros_like(whole), where=whole > 0.0))


def _rises(means: Array) -> bool:
    """Whether the means of the bins rise, by and large."""
    return bool(np.arange(len(means)) @ (means - means.mean()) >= 0.0)
