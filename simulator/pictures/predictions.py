"""A backtest as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import plots
from simulator.backtest.predicting import Backtest
from simulator.backtest.scoring import Score
from simulator.pictures.sizes import WIDTH

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW, REST = 0.24, 1.6  # inches: a line of text; heading, axis and legend
LONGEST = 24  # characters of a run's name


def backtest_picture(found: Backtest) -> Figure:
    """Every prediction with what was published, quantity after quantity."""
    scores = [score for each in found.summaries.values() for score in each.scores]
    figure, ax = plots.figure(WIDTH, REST + ROW * max(len(scores), 1))
    told = [f"{name} {each.inside(0.9)} of {each.count}" for name, each in found.summaries.items()]
    plots.predictions(
        ax,
        [_predicted(score) for score in scores],
        "Published training runs against their predictions",
        f"Within the 90% band: {', '.join(told)}. Book: {found.book}",
    )
    return figure


def _predicted(score: Score) -> plots.Predicted:
    run = score.run if len(score.run) <= LONGEST else score.run[: LONGEST - 1] + "…"
    ends = (score.p5 / score.p50, score.p95 / score.p50, score.published / score.p50)
    return plots.Predicted(f"{run}, {score.quantity}", *ends)
