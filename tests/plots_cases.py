"""Quantities, parts and tornados to draw, ordinary and awkward, and what the tests of pictures share."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from simulator.plots import (
    Converged,
    Part,
    Spread,
    breakdown,
    convergence,
    correlation,
    distribution,
    figure,
    height_of,
    rows_of,
    s_curve,
    tornado,
)
from simulator.plots.style import in_style
from simulator.sensitivity.tornado import Bar, Tornado, ranked

WIDTH = 6.5
LONG = "A published figure whose label is sixty characters long, so."
NAME = "interconnect_share_at_1k_links"


def spread_of(
    draws: np.ndarray, quantity: str = "total_cost", unit: str = "USD", label: str = "a run"
) -> Spread:
    """A spread as runs store it: 199 equal bars from the least draw to P99.5, and one to the greatest."""
    ordered = np.sort(draws)
    top = ordered[int(0.995 * len(ordered))]
    ends = ordered[0] + (top - ordered[0]) * np.arange(200) / 199
    inside = np.bincount(np.clip(np.searchsorted(ends, ordered, "right") - 1, 0, 199), minlength=200)
    found = {
        level: ordered[int(np.ceil(len(ordered) * level / 100)) - 1] for level in (5.0, 10.0, 50.0, 90.0)
    }
    return Spread(label, quantity, unit, np.append(ends, ordered[-1]), inside, found)


def lognormal(centre: float = 5e8, sigma: float = 0.5, draws: int = 20_000) -> np.ndarray:
    return centre * np.exp(sigma * np.random.default_rng(1).standard_normal(draws))


def a_bar(name: str, low: float, high: float, se: float = 0.0, unit: str = "USD/accelerator") -> Bar:
    replicates = abs(high - low) + se * 4.0 * np.random.default_rng(len(name)).standard_normal(16)
    found = replicates if se else np.zeros(0)
    return Bar(name, unit, 1.13e-5, 34_300.0, low, high, high >= low, se, replicates=found)


def a_tornado(*bars: Bar, kind: str = "swing", unit: str = "USD", baseline: float = 5e8) -> Tornado:
    how = "Each input in turn from its P10 to its P90, the others at their medians, and so on and so on."
    return Tornado(kind, "P10 to P90", "total_cost", unit, baseline, ranked(bars), how, ("A note.",))


def many(count: int = 45, se: float = 0.0) -> Tornado:
    """Bars of falling width, every third one inverse, the last ones of no effect."""
    half = [3e8 * 0.8**i if i < count - 2 else 0.0 for i in range(count)]
    signs = [-1 if i % 3 == 2 else 1 for i in range(count)]
    ends = [(5e8 - s * h, 5e8 + 0.8 * s * h) for s, h in zip(signs, half, strict=True)]
    return a_tornado(*(a_bar(f"{NAME[: 28 - i % 9]}{i}", *end, se) for i, end in enumerate(ends)))


def shares(unit: str, factor: float) -> Tornado:
    """Contributions to variance in percent or as fractions."""
    bars = [a_bar(f"input_{i}", 0.0, factor * 40.0 / 2**i, factor * 0.5) for i in range(14)]
    return a_tornado(*bars, kind="variance", unit=unit, baseline=0.0)


def draw_tornado(given: Tornado, top: int = 12) -> Figure:
    made, ax = figure(WIDTH, height_of(rows_of(given, top), (given.how, *given.notes)))
    tornado(ax, given, top)
    return made


def draw_distribution(spread: Spread, *published: tuple[str, float]) -> Figure:
    made, ax = figure(WIDTH, 4.3)
    distribution(ax, spread, published)
    return made


def draw_curve(*spreads: Spread, budget: float | None = None, level: float = 80.0) -> Figure:
    made, ax = figure(WIDTH, 4.3)
    s_curve(ax, spreads, budget, level)
    return made


def draw_parts(*parts: Part) -> Figure:
    made, ax = figure(WIDTH, height_of(len(parts)))
    breakdown(ax, parts)
    return made


def draw_points(*points: Converged, unit: str = "USD") -> Figure:
    made, ax = figure(WIDTH, 3.5)
    convergence(ax, points, "total_cost", unit, 80)
    return made


def draw_matrix(n: int) -> Figure:
    made, ax = figure(WIDTH, height_of(n))
    matrix = np.corrcoef(np.random.default_rng(1).standard_normal((n, 12)))
    correlation(ax, [f"{NAME[: 28 - i % 9]}{i}" for i in range(n)], matrix)
    return made


def settling(count: int) -> list[Converged]:
    return [Converged(10_000 * 2**k, 9e8, 9e8 - 8e6 / 2**k, 9e8 + 8e6 / 2**k) for k in range(count)]


NORMAL = np.random.default_rng(2).standard_normal(20_000)

CASES: dict[str, Callable[[], Figure]] = {
    "density": lambda: draw_distribution(spread_of(lognormal()), ("One", 1e8)),
    "published close together": lambda: draw_distribution(
        spread_of(lognormal()), (LONG, 5e8), ("Two", 5.01e8), ("Three", 5.02e8), (LONG, 5.03e8)
    ),
    "published outside": lambda: draw_distribution(spread_of(lognormal()), (LONG, 1.0), ("Far", 1e15)),
    "skewed": lambda: draw_distribution(spread_of(lognormal(sigma=2.0))),
    "negative": lambda: draw_distribution(spread_of(4e6 * NORMAL - 2e6, "net_benefit")),
    "tiny": lambda: draw_distribution(spread_of(lognormal(1e-6), "failure_rate", "1/accelerator-hour")),
    "huge and narrow": lambda: draw_distribution(spread_of(1e13 + NORMAL, "tokens", "token")),
    "energy": lambda: draw_distribution(spread_of(lognormal(48e3), "energy", "MWh")),
    "share": lambda: draw_distribution(spread_of(0.6 + 0.05 * NORMAL, "utilization", "1")),
    "constant": lambda: draw_distribution(spread_of(np.full(100, 13e12), "tokens", "token"), ("One", 12e12)),
    "two values": lambda: draw_distribution(spread_of((NORMAL > 0.5) * 2e6), ("a", 2e6), ("b", 2e6)),
    "all but one draw": lambda: draw_distribution(
        Spread("a run", "rare", "USD", np.r_[0.0, np.full(199, 5.0), 9.0], np.eye(200)[0], {50.0: 5.0}),
        ("a", 4.0),
    ),
    "curve": lambda: draw_curve(spread_of(lognormal()), budget=6e8),
    "budget at P80": lambda: draw_curve(spread_of(lognormal()), budget=spread_of(lognormal()).at(80)),
    "budget outside": lambda: draw_curve(spread_of(lognormal()), budget=9e12),
    "curves": lambda: draw_curve(*(spread_of(lognormal(c), label=LONG) for c in (2e8, 5e8, 9e9)), budget=6e8),
    "constant curve": lambda: draw_curve(spread_of(np.full(100, 7.0), unit="h"), budget=7.0),
    "negative curve": lambda: draw_curve(spread_of(-lognormal()), budget=-4e8, level=99.9),
    "parts": lambda: draw_parts(*(Part(NAME, "USD", 2e8 / 3**i, 1e8 / 3**i, 4e8 / 3**i) for i in range(9))),
    "odd parts": lambda: draw_parts(
        Part("credit", "MWh", -30.0, -80.0, 10.0),
        Part("sure", "MWh", 100.0, 100.0, 100.0),
        Part("0", "MWh", 0, 0, 0),
    ),
    "no parts": draw_parts,
    "tornado": lambda: draw_tornado(many()),
    "all 45 bars": lambda: draw_tornado(many(), 45),
    "bars with errors": lambda: draw_tornado(many(16, 2e7)),
    "one bar": lambda: draw_tornado(a_tornado(a_bar(NAME, 4e8, 7e8))),
    "no swing": lambda: draw_tornado(a_tornado(*(a_bar(f"{NAME}{i}", 5e8, 5e8) for i in range(14)))),
    "no bars": lambda: draw_tornado(a_tornado()),
    "one side": lambda: draw_tornado(a_tornado(a_bar("mfu", 6e8, 7e8), a_bar("pue", 5.5e8, 5.2e8))),
    "shares": lambda: draw_tornado(shares("%", 1.0)),
    "convergence": lambda: draw_points(*settling(8)),
    "one point": lambda: draw_points(*settling(1)),
    "settled": lambda: draw_points(Converged(1000, 0.5, 0.5, 0.5), Converged(2000, 0.5, 0.5, 0.5), unit="1"),
    "correlations": lambda: draw_matrix(9),
    "many correlations": lambda: draw_matrix(30),
    "one correlation": lambda: draw_matrix(2),
}


def texts(made: Figure) -> list[tuple[str, Bbox]]:
    """Every text that is drawn, with the pixels it takes."""
    with in_style():
        made.draw_without_rendering()
        hidden = {
            id(text) for ax in made.axes for axis in (ax.xaxis, ax.yaxis) for text in _unseen(axis, ax.axison)
        }
        found = [text for text in made.findobj(Text) if text.get_visible() and id(text) not in hidden]
        return [(text.get_text(), Text.get_window_extent(text)) for text in found if text.get_text().strip()]


def _unseen(axis: object, is_on: bool) -> list[Text]:
    """Labels of ticks outside the view, and of axes that are not drawn."""
    low, high = sorted(axis.get_view_interval())
    slack = 1e-9 * (high - low)
    ticks = [t for t in axis.get_major_ticks() if not is_on or not low - slack <= t.get_loc() <= high + slack]
    return [text for tick in ticks for text in (tick.label1, tick.label2)] + ([] if is_on else [axis.label])


def overlapping(found: list[tuple[str, Bbox]]) -> list[tuple[str, str]]:
    """Pairs of texts that share more than a pixel's rim."""
    inner = [(text, box.padded(-1.0)) for text, box in found]
    return [(a, b) for (a, one), (b, other) in combinations(inner, 2) if Bbox.intersection(one, other)]


def outside(made: Figure, found: list[tuple[str, Bbox]]) -> list[str]:
    """Texts that the figure's edge cuts."""
    width, height = made.bbox.width, made.bbox.height
    return [t for t, b in found if b.x0 < 0 or b.y0 < 0 or b.x1 > width or b.y1 > height]
