"""Quotes and the price fitted to them as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulator import plots
from simulator.pictures.sizes import HEIGHT, WIDTH
from simulator.plots.labels import value_text
from simulator.quotes.fitting import Finding
from simulator.quotes.horizons import years

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DATES = 240  # at which the band of prices is drawn
Z80 = 1.2815515655446004  # normal quantile of 0.90


def quotes_picture(finding: Finding) -> Figure:
    """The quotes of a fitted price in their own basis, with the median and the 80% band up to its date."""
    quotes, (begin, end) = finding.quotes, (years(finding.quotes[0].day), years(finding.holds))
    server, overhead = finding.mostly_servers, finding.overhead.median if finding.overhead else 1.0
    weights = {run.run: w for run, w in zip(finding.market.runs, finding.market.weights, strict=True)}
    dates = np.linspace(begin, max(end, begin + 1.0 / 12.0), DATES)
    told = [finding.at(date) for date in dates]
    low, median, high = (np.exp([f.mean + z * f.sd for f in told]) for z in (-Z80, 0.0, Z80))
    basis = "USD per accelerator in its server" if server else finding.unit
    p10, p50, p90 = (value_text(finding.percentiles[level], "USD") for level in (10.0, 50.0, 90.0))
    what = "bare accelerator, " if server else ""
    drawn = plots.Quoted(
        f"{finding.name} of {', '.join(finding.where.values()) or finding.path.name}",
        f"{finding.path.name}, {len(quotes)} quotes",
        basis,
        "USD",
        np.array([quote.when for quote in quotes]),
        np.exp([quote.log_price + (np.log(overhead) if server else 0.0) for quote in quotes]),
        np.array([weights.get(quote.run, 1.0) for quote in quotes]),
        dates, low, median, high, years(finding.as_of),
        (f"On {finding.holds}: {what}P10 {p10}, P50 {p50}, P90 {p90}",),
    )  # fmt: skip
    figure, ax = plots.figure(WIDTH, HEIGHT)
    plots.quotes(ax, drawn)
    return figure
