"""A decision's options as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import plots
from simulator.decision.decision import Decision, Outcome
from simulator.pictures.sizes import HEIGHT, WIDTH

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def decision_picture(found: Decision, level: float = 80.0) -> Figure:
    """The S-curves of a decision's options."""
    figure, ax = plots.figure(WIDTH, HEIGHT)
    plots.s_curve(ax, [_option_spread(outcome, found.quantity) for outcome in found.outcomes], None, level)
    return figure


def _option_spread(outcome: Outcome, quantity: str) -> plots.Spread:
    edges, counts = outcome.histogram
    percentiles = {level: each.value for level, each in outcome.percentiles.items()}
    return plots.Spread(outcome.name, quantity, "USD", edges, counts, percentiles)
