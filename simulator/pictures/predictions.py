"""Predictions held against what came or was said, as pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator import plots
from simulator.backtest.predicting import Backtest
from simulator.backtest.scoring import Score
from simulator.claims.judging import CONSISTENT, Judged
from simulator.pictures.sizes import WIDTH
from simulator.reports.claims import VERDICTS
from simulator.reports.layout import cut

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW, REST = 0.24, 1.6  # inches: a line of text; heading, axis and legend
MOST, CLOSE = 35, 0.15  # figures that fit a page; inches of a line where one quantity alone is drawn
LONGEST = 24  # characters of a run's name


def backtest_picture(found: Backtest) -> Figure:
    """Every prediction with what was published; of more than fit a page, those of the first quantity."""
    summaries = list(found.summaries.items())
    scores = [score for _, each in summaries for score in each.scores]
    many = len(scores) > MOST
    drawn = summaries[0][1].scores if many else scores
    figure, ax = plots.figure(WIDTH, REST + (CLOSE if many else ROW) * max(len(drawn), 1))
    told = [f"{name} {each.inside(0.9)} of {each.count}" for name, each in summaries]
    plots.predictions(
        ax,
        [_predicted(score, f", {score.family}" if many else f", {score.quantity}") for score in drawn],
        f"Published training runs against their predictions{f': {summaries[0][0]}' if many else ''}",
        f"Within the 90% band: {', '.join(told) or 'none predicted'}. Book: {found.book}",
    )
    return figure


def _predicted(score: Score, ending: str) -> plots.Predicted:
    ends = (score.p5 / score.p50, score.p95 / score.p50, score.published / score.p50)
    return plots.Predicted(f"{cut(score.run, LONGEST)}{ending}", *ends)


def claims_picture(found: Sequence[Judged], title: str) -> Figure:
    """Every claim that is computed, over the prediction of its quantity."""
    judged = [each for each in found if each.chances is not None and each.predicted[5.0].value > 0.0]
    figure, ax = plots.figure(WIDTH, REST + ROW * max(len(judged), 1))
    counts = Counter(each.verdict for each in found)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])
    if left := [each.claim.id for each in found if each.chances is not None and each not in judged]:
        told += f"; not drawn, since not above 0: {', '.join(left)}"
    plots.sayings(ax, [_said(each) for each in judged], title, told)
    return figure


def _said(found: Judged) -> plots.Said:
    claim, median = found.claim, found.predicted[50.0].value
    ends = (found.predicted[5.0].value, found.predicted[95.0].value, claim.low, claim.high)
    low, high, said_low, said_high = (end / median for end in ends)
    return plots.Said(
        f"{claim.id}  {claim.subject}", low, high, said_low, said_high, found.verdict != CONSISTENT
    )
