"""A forecast as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import plots
from simulator.forecast.forecast import COST, LEVELS, Forecast
from simulator.pictures.sizes import HEIGHT, WIDTH
from simulator.reports.forecast import name_of
from simulator.reports.numbers import rounded, stated

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def forecast_picture(found: Forecast, title: str) -> Figure:
    """The fan of costs by year."""
    figure, ax = plots.figure(WIDTH, HEIGHT)
    growth = rounded(found.growth.value, max(found.growth.se, 0.005))
    limit = found.budget
    plots.fan(
        ax,
        [name_of(found, year.ahead) for year in found.years],
        {level: [year.cost[level].value for year in found.years] for level in LEVELS},
        COST,
        found.currency,
        f"{title} and its successors",
        f"The median grows {growth} times a year",
        None if limit is None else (limit, f"budget {stated(limit, found.currency)}"),
    )
    return figure
