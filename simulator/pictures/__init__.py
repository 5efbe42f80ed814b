"""What was computed as pictures: which numbers each kind of picture shows; :mod:`simulator.plots` draws."""

from simulator.pictures.comparisons import comparison_picture
from simulator.pictures.decisions import decision_picture
from simulator.pictures.forecasts import forecast_picture
from simulator.pictures.predictions import backtest_picture, claims_picture
from simulator.pictures.prices import quotes_picture
from simulator.pictures.runs import converged, labelled, picture, tornado_picture

__all__ = [
    "backtest_picture",
    "claims_picture",
    "comparison_picture",
    "converged",
    "decision_picture",
    "forecast_picture",
    "labelled",
    "picture",
    "quotes_picture",
    "tornado_picture",
]
