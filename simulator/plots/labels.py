"""Text of values and axes: dollars and other units, as many digits as ticks need to be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, isfinite, log10

import numpy as np
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, MaxNLocator

from simulator.currency import SIGNS
from simulator.plots.style import SMALL
from simulator.reports.numbers import exponent, quantity, scale_of

DIGIT = 0.64  # width of a digit of DejaVu Sans, in font sizes
GAP = 12.0  # points between tick labels
MOST_TICKS = 6


def value_text(value: float, unit: str, reach: float = 0.0) -> str:
    """A value in its unit: three digits, or what tells it from others within ``reach``.

    >>> value_text(128_345_000, "USD"), value_text(12.34, "%"), value_text(float("nan"), "h")
    ('$128M', '12.3%', '–')
    >>> value_text(128_345_000, "USD", 40e6), value_text(128_345_000, "USD", 4e6)
    ('$128M', '$128.3M')
    """
    if isfinite(value) and value and isfinite(reach) and reach > 0.0:
        step = 10.0 ** exponent(reach / 20.0)
        if exponent(value) - 2 > exponent(step):
            return tick_text(value, step, unit)
    text = quantity(value, 0.0, unit).replace("e-0", "e-").replace("e+", "e")
    return text + ("%" if unit == "%" and isfinite(value) else "")


def axis_text(name: str, unit: str) -> str:
    """A name with its unit, if it has one.

    >>> axis_text("energy", "MWh"), axis_text("mfu", "1")
    ('energy, MWh', 'mfu')
    """
    return name if unit in {"", "1"} else f"{name}, {unit}"


def tick_text(value: float, step: float, unit: str) -> str:
    """A tick's value with the digits that tell it from the next one.

    >>> [tick_text(value, 250e6, "USD") for value in (-250e6, 0.0, 750e6, 1e9)]
    ['-$250M', '$0', '$750M', '$1.00B']
    >>> tick_text(0.4, 0.1, "1"), tick_text(20.0, 5.0, "%"), tick_text(2.5e-5, 2.5e-5, "1")
    ('0.4', '20%', '2.5e-5')
    """
    size, sign = abs(value), "-" if value < 0.0 else ""
    scale, suffix = scale_of(size)
    if size < step / 1000.0:
        size, sign = 0.0, ""
        text = "0"
    elif not 1e-3 <= size < 1e15:
        power = exponent(size)
        text = f"{size / 10.0**power:.{_places(step / 10.0**power)}f}e{power}"
    else:
        text = f"{size / scale:,.{_places(step / scale)}f}{suffix}"
    return sign + SIGNS.get(unit, "") + text + ("%" if unit == "%" else "")


def _places(step: float) -> int:
    """Decimals that a step needs: 0.25 needs two."""
    first = max(0, -floor(log10(step)))
    return first + (abs(step * 10.0**first - round(step * 10.0**first)) > 1e-6)


def scale_axis(axis: Axis, unit: str, length: float) -> None:
    """Round ticks on an axis of so many points, no more than their labels leave room for."""
    low, high = sorted(float(end) for end in axis.get_view_interval())
    count = next((n for n in range(MOST_TICKS, 1, -1) if _fit(_ticks(low, high, n), unit, length)), 1)
    axis.set_major_locator(MaxNLocator(count, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(
        FuncFormatter(lambda value, _: tick_text(value, _step(axis.get_majorticklocs()), unit))
    )


def scale_decades(axis: Axis, unit: str) -> None:
    """Round ticks on a logarithmic axis."""
    ticks = decades(*sorted(float(end) for end in axis.get_view_interval()))
    axis.set_ticks(ticks, [tick_text(tick, tick, unit) for tick in ticks])
    axis.set_ticks([], minor=True)


def _ticks(low: float, high: float, count: int) -> list[float]:
    found = MaxNLocator(count, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [float(tick) for tick in found if low <= tick <= high]


def _fit(ticks: Sequence[float], unit: str, length: float) -> bool:
    """Whether the labels of some ticks stand apart."""
    widest = max((len(tick_text(tick, _step(ticks), unit)) for tick in ticks), default=0)
    return len(ticks) * (widest * DIGIT * SMALL + GAP) <= length


def _step(ticks: Sequence[float] | np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """How far apart ticks are."""
    if len(ticks) > 1:
        return float(ticks[1] - ticks[0])
    return abs(float(ticks[0])) or 1.0 if len(ticks) else 1.0


def decades(low: float, high: float) -> list[float]:
    """Ticks of a logarithmic axis: powers of ten, or multiples of them where those are few.

    >>> decades(900, 2e6), decades(1e5, 9e5), decades(190, 390)
    ([1000.0, 10000.0, 100000.0, 1000000.0], [100000.0, 200000.0, 500000.0], [200.0, 250.0, 300.0])
    """
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    for steps in ((1,), (1, 2, 5), (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)):
        ticks = [step * 10.0**power for power in powers for step in steps]
        found = [tick for tick in ticks if low <= tick * 1.000001 and tick <= high * 1.000001]
        if len(found) > 2:
            break
    return found[:: ceil(len(found) / MOST_TICKS)] if found else [low, high]
