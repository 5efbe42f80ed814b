"""S-curves: the chance of being at or below each value."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from simulator.plots.data import Spread, check_finite
from simulator.plots.frame import Frame, across, fit
from simulator.plots.labels import axis_text, scale_axis, scale_decades, value_text
from simulator.plots.lanes import Mark, lane_height, write_above
from simulator.plots.style import DARK, DASHES, MUTED, RUNS, styled
from simulator.reports.numbers import stated

CLOSE = 0.5  # of the range: how far it is stretched for a budget
UNLIKE = 5.0  # times: runs whose medians are further apart stand on a logarithmic axis
CHANCE = "chance of being at or below"


@styled
def s_curve(ax: Axes, spreads: Sequence[Spread], budget: float | None = None, level: float = 80.0) -> Axes:
    """Draw the cumulative probability of a quantity, of one run or of several.

    One run has its percentile written above the axes, several have theirs in the legend; so has the chance
    of keeping a budget. Runs of unlike size stand on a logarithmic axis.
    """
    first, single = spreads[0], len(spreads) == 1
    for spread in spreads:
        check_finite(spread)
    ax.set_xscale("log" if _unlike(spreads) else "linear")
    low, high = _limits(ax, spreads, budget, level)
    handles = [_draw(ax, spread, i, level) for i, spread in enumerate(spreads)]
    marks = [*_percentile(ax, first, level)] if single else []
    marks += _budget(ax, spreads, budget, (low, high))
    ax.set_xlim(low, high)
    ax.set_ylim(0.0, 103.0)
    _axes(ax, first)
    subtitle = first.label if single else ""
    texts = () if single else tuple(_key(h, s, budget, level) for h, s in zip(handles, spreads, strict=True))
    frame = Frame(f"{first.quantity}: {CHANCE}", subtitle, _notes(spreads, budget, (low, high)), texts)
    fit(ax, frame, lane_height(ax, marks) if marks else 0.0)
    write_above(ax, marks)
    return ax


def _axes(ax: Axes, spread: Spread) -> None:
    ax.grid(axis="y")
    name = axis_text(spread.quantity, spread.unit)
    ax.set_ylabel(CHANCE)
    scale_axis(ax.yaxis, "%", 1e3)
    if ax.get_xscale() == "log":
        ax.set_xlabel(f"{name}, logarithmic")
        scale_decades(ax.xaxis, spread.unit)
    else:
        ax.set_xlabel(name)
        scale_axis(ax.xaxis, spread.unit, across(ax))


def _unlike(spreads: Sequence[Spread]) -> bool:
    """Whether runs are too far apart to be seen on one linear axis; a logarithmic one takes no 0."""
    medians = [spread.at(50) for spread in spreads]
    return min(spread.edges[0] for spread in spreads) > 0.0 and max(medians) > UNLIKE * min(medians)


def _draw(ax: Axes, spread: Spread, number: int, level: float) -> Line2D:
    """One curve with a dot at its percentile."""
    colour, dashes = RUNS[number % len(RUNS)], DASHES[number % len(DASHES)]
    (values, chances), (first, last) = spread.curve, spread.usual
    shown = (first <= values) & (values <= last)
    heights = 100.0 * chances[shown]
    [line] = ax.plot(
        [values[shown][0], *values[shown]], [0.0, *heights], color=colour, ls=dashes, label=spread.label
    )
    ax.plot([spread.at(level)], [level], "o", color=colour, ms=5.0)
    return line


def _percentile(ax: Axes, spread: Spread, level: float) -> list[Mark]:
    """Lines from the axes to the percentile of a single run."""
    value = spread.at(level)
    ax.plot([value, value], [0.0, 103.0], color=MUTED, lw=0.9)
    ax.axhline(level, color=MUTED, lw=0.9)
    return [Mark(value, f"P{level:g}\n{value_text(value, spread.unit, spread.at(90) - spread.at(10))}")]


def _budget(
    ax: Axes, spreads: Sequence[Spread], budget: float | None, ends: tuple[float, float]
) -> list[Mark]:
    """A line at a budget that lies within the picture."""
    if budget is None or not ends[0] <= budget <= ends[1]:
        return []
    ax.axvline(budget, color=DARK, lw=1.1, ls=(0, (4, 2)))
    text = f"budget {stated(budget, spreads[0].unit)}"
    if len(spreads) > 1:
        return [Mark(budget, text)]
    ax.plot([budget], [100.0 * spreads[0].below(budget)], "D", color=DARK, ms=4.5)
    return [Mark(budget, f"{text}\n{spreads[0].chance(budget)} chance")]


def _key(line: Line2D, spread: Spread, budget: float | None, level: float) -> Line2D:
    """A run's line in the legend, with what is read off it."""
    kept = f", {spread.chance(budget)} within budget" if budget is not None else ""
    text = f"{spread.label}: P{level:g} {value_text(spread.at(level), spread.unit)}{kept}"
    return Line2D([], [], color=line.get_color(), ls=line.get_linestyle(), marker="o", ms=4.0, label=text)


def _limits(ax: Axes, spreads: Sequence[Spread], budget: float | None, level: float) -> tuple[float, float]:
    """From where the first curve leaves 0 to where the last has all but reached 100."""
    scale = ax.xaxis.get_transform()
    low = min(spread.usual[0] for spread in spreads)
    high = max(max(spread.usual[1], spread.at(level)) for spread in spreads)
    low, high, wanted = scale.transform([low, high, low if budget is None else budget])
    margin = 0.03 * (high - low) or 0.5 * abs(low) or 0.5
    if low - CLOSE * (high - low) <= wanted <= high + CLOSE * (high - low):
        low, high = min(low, wanted), max(high, wanted)
    left, right = scale.inverted().transform([low - margin, high + margin])
    return float(left), float(right)


def _notes(spreads: Sequence[Spread], budget: float | None, ends: tuple[float, float]) -> tuple[str, ...]:
    """What is outside the picture."""
    notes = []
    if budget is not None and not ends[0] <= budget <= ends[1]:
        chances = ", ".join(spread.chance(budget) for spread in spreads)
        side = "left" if budget < ends[0] else "right"
        text = stated(budget, spreads[0].unit)
        notes.append(
            f"The budget of {text} is outside the picture, on the {side}: {chances} chance of keeping it"
        )
    return tuple(notes)
