"""How often the 80% band of a fit to quotes holds the price of one vendor more, for vendors of many kinds.

Run by hand: ``uv run python tests/benchmarks/quotes.py [--runs 400] [--output FILE]``; 2 minutes.

The level moves as the model has it, but for the last kind of market, so that what is tried is the scatter.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from measuring import machine, markdown, publish

from simulator.quotes.horizons import years
from simulator.quotes.level import fit_level
from simulator.quotes.selecting import Priced
from simulator.quotes.smoothing import MOVEMENT, REVERSION, Array

Scatter = Callable[[np.random.Generator, int], Array]

BAND, LOW, HIGH = 0.80, 0.76, 0.88  # the band's probability, and what is aimed at
Z90 = 1.2815515655446004  # normal quantile of 0.9
TODAY, SPAN = date(2025, 1, 1), 1096  # quotes lie within so many days before it
AGAIN = 30  # days after which a list price is seen again
HORIZONS = (0.0, 0.5)  # years
COUNTS = (6, 12, 30, 60)


@dataclass(frozen=True)
class Vendors:
    """How vendors scatter, and how often each is seen."""

    title: str
    scatter: Scatter
    each: Sequence[tuple[int, int]] = tuple((count, count) for count in COUNTS)  # prices, vendors
    sightings: int = 1  # of every price
    movement: float = float(MOVEMENT)
    reversion: float = REVERSION


def normal(sd: float) -> Scatter:
    """Normal errors."""
    return lambda rng, count: sd * rng.standard_normal(count)


def student(scale: float) -> Scatter:
    """Errors with Student's t of 4 degrees of freedom."""
    return lambda rng, count: scale * rng.standard_t(4, count)


def tiers(apart: float, sd: float) -> Scatter:
    """Dear and cheap vendors in equal shares."""
    return lambda rng, count: apart * rng.choice([-1.0, 1.0], count) + sd * rng.standard_normal(count)


KINDS = [
    Vendors("normal, 0.2", normal(0.2)),
    Vendors("normal, 0.4", normal(0.4)),
    Vendors("Student t4, scale 0.2", student(0.2)),
    Vendors("normal 0.3, each price seen 4 times", normal(0.3), sightings=4),
    Vendors("two tiers, ±0.4, and normal 0.1", tiers(0.4, 0.1)),
    Vendors("two tiers, ±0.4, and normal 0.2", tiers(0.4, 0.2)),
    Vendors("persistent, normal 0.3", normal(0.3), each=((12, 4), (30, 6), (60, 10))),
    Vendors("normal 0.3, faster market: λ 0.5, τ 1", normal(0.3), movement=0.5, reversion=1.0),
]


def level(rng: np.random.Generator, times: Array, kind: Vendors) -> Array:
    """An Ornstein-Uhlenbeck process at some times."""
    apart = np.abs(times[:, None] - times)
    covariance = kind.movement**2 * np.exp(-apart / kind.reversion) + 1e-12 * np.eye(len(times))
    return np.asarray(np.linalg.cholesky(covariance) @ rng.standard_normal(len(times)))


def held(rng: np.random.Generator, kind: Vendors, prices: int, vendors: int, horizon: float) -> bool:
    """Whether the band of one market holds the price of one vendor more."""
    ages = np.sort(rng.integers(0, SPAN, prices))[::-1]
    moving = level(rng, np.append(-ages / 365.25, horizon), kind)
    who = rng.permutation(np.arange(prices) % vendors)
    logs = moving[:-1] + kind.scatter(rng, vendors)[who]
    quotes = [
        Priced(day, "X", f"v{who[k]}", math.exp(logs[k]), float(logs[k]), False, 1.0, k)
        for k in range(prices)
        for seen in range(kind.sightings)
        if (day := TODAY - timedelta(int(ages[k]) - AGAIN * seen)) <= TODAY
    ]
    told = fit_level(quotes).forecast(years(TODAY) + horizon)
    return bool(abs(moving[-1] + kind.scatter(rng, 1)[0] - told.mean) <= Z90 * told.sd)


def row(kind: Vendors, horizon: float, runs: int) -> list[str]:
    """Coverage in percent by number of prices; a star where it is not what is aimed at."""
    found = {}
    for prices, vendors in kind.each:
        rng = np.random.default_rng([prices, vendors, round(12 * horizon)])
        found[prices] = float(np.mean([held(rng, kind, prices, vendors, horizon) for _ in range(runs)]))
    cells = (found.get(count) for count in COUNTS)
    marked = ("" if share is None else f"{100 * share:.0f}{_star(share)}" for share in cells)
    return [kind.title, f"{12 * horizon:g}", *marked]


def _star(share: float) -> str:
    return "" if LOW <= round(share, 2) <= HIGH else "*"


def measured(runs: int) -> str:
    """The report."""
    rows = [row(kind, horizon, runs) for kind in KINDS for horizon in HORIZONS]
    error = 100 * math.sqrt(BAND * (1.0 - BAND) / runs)
    lines = [
        "# Coverage of the 80% band of a fit to quotes",
        "",
        f"* {machine(('numpy', 'scipy'))}",
        f"* percent of {runs:,} markets each in which the band holds the price of one vendor more;",
        f"  a binomial error of {error:.1f} points; aim {100 * LOW:.0f} to {100 * HIGH:.0f}, * where missed",
        f"* prices of the last 3 years; level with λ {MOVEMENT:.2f}, τ {REVERSION:g} but for the last kind",
        "* persistent: a vendor's distance from the level stays; 12, 30, 60 prices of 4, 6, 10 vendors",
        "",
        markdown(("vendors", "months ahead", *(f"{count} prices" for count in COUNTS)), rows),
    ]
    return "\n".join(lines)


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=400, help="markets of each kind")
    parser.add_argument("--output", type=Path, help="write the report to this file as well")
    options = parser.parse_args()
    publish(measured(options.runs), options.output)


if __name__ == "__main__":
    main()
