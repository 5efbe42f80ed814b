"""Quotes by date, with the price that a model says one more vendor asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from matplotlib.axes import Axes

from simulator.plots.data import Array
from simulator.plots.frame import Frame, across, fit
from simulator.plots.labels import decades, scale_axis, tick_text
from simulator.plots.style import BLUE, DARK, MUTED, SMALL, styled

TICK = 40.0  # points that a year's label takes
NARROW = 6.0  # prices within such a factor have evenly spaced ticks, others 1, 2, 5, 10, …
FAINT_BELOW = 0.5  # weight under which a quote is drawn hollow


@dataclass(frozen=True)
class Quoted:
    """Quotes and a band of prices over time, times in years."""

    heading: str
    label: str
    axis: str
    unit: str
    times: Array  # of the quotes
    prices: Array
    weights: Array  # 0 to 1
    dates: Array  # of the band
    low: Array
    median: Array
    high: Array
    as_of: float
    notes: tuple[str, ...]


@styled
def quotes(ax: Axes, found: Quoted) -> Axes:
    """Draw quotes, the median and the 80% band, and where the known quotes end."""
    band = ax.fill_between(found.dates, found.low, found.high, color=BLUE, alpha=0.18, lw=0, label="80% band")
    [line] = ax.plot(found.dates, found.median, color=BLUE, label="median")
    full = found.weights >= FAINT_BELOW
    [dots] = ax.plot(found.times[full], found.prices[full], "o", color=DARK, ms=4.5, alpha=0.8, label="quote")
    [faint] = ax.plot(
        found.times[~full],
        found.prices[~full],
        "o",
        mfc="none",
        mec=DARK,
        ms=4.5,
        label="quote of less weight",
    )
    handles = (dots, *((faint,) if not full.all() else ()), line, band)
    if found.dates[-1] > found.as_of:
        handles += (ax.axvline(found.as_of, color=MUTED, lw=0.9, ls=(0, (4, 2)), label="as of"),)
    _axes(ax, found)
    fit(ax, Frame(found.heading, found.label, found.notes, handles))
    return ax


def _axes(ax: Axes, found: Quoted) -> None:
    _prices(ax, found)
    ax.set_ylabel(found.axis)
    begin, end = float(found.dates[0]), float(found.dates[-1])
    margin = 0.03 * (end - begin)
    ax.set_xlim(begin - margin, end + margin)
    places = date_ticks(begin - margin, end + margin, max(2, floor(across(ax) / TICK)))
    ax.set_xticks([place for place, _ in places], [text for _, text in places], fontsize=SMALL)
    ax.grid(axis="y")


def _prices(ax: Axes, found: Quoted) -> None:
    """A logarithmic axis of prices with at least two ticks."""
    values = np.concatenate([found.prices, found.low, found.high])
    low, high = float(values.min()) / 1.15, float(values.max()) * 1.15
    ax.set_yscale("log")
    ax.set_yticks([], minor=True)
    ax.set_ylim(low, high)
    if high < NARROW * low:
        scale_axis(ax.yaxis, found.unit, 1e3)
        return
    ticks = decades(low, high)
    ax.set_yticks(ticks, [tick_text(tick, tick, found.unit) for tick in ticks])


def date_ticks(begin: float, end: float, most: int) -> Sequence[tuple[float, str]]:
    """Places and labels of no more than so many dates: months, quarters, years or several years apart.

    >>> date_ticks(2023.4, 2024.6, 6)
    [(2023.5, '2023-07'), (2023.75, '2023-10'), (2024.0, '2024'), (2024.25, '2024-04'), (2024.5, '2024-07')]
    """
    for months in (1, 3, 6, 12, 24, 60, 120):
        numbers = range(ceil(begin * 12.0 / months), floor(end * 12.0 / months) + 1)
        if len(numbers) <= most:
            break
    return [(n * months / 12.0, _month(n * months)) for n in numbers]


def _month(number: int) -> str:
    year, month = divmod(number, 12)
    return f"{year}-{month + 1:02d}" if month else str(year)
