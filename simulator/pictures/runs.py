"""Runs as pictures: which numbers of a run each kind of picture shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator import plots
from simulator.errors import Complaint, InputError
from simulator.kernel.options import LANES
from simulator.pictures.sizes import HEIGHT, WIDTH
from simulator.replay import Replay
from simulator.sensitivity.swing import swing
from simulator.sensitivity.tornado import Tornado
from simulator.statistics.estimates import Estimate, over_replicates, percentile, rank

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = np.ndarray[Any, np.dtype[Any]]

SQUARE = 6.0  # inches
WHISKERS = ("10", "90")
LABELLED = ("book", "settings", "levers", "seed", "run")  # tells runs apart, as many of them as need be
FEWEST_DRAWS = 256
MOST_RANKED = 1 << 16  # draws whose ranks are compared
MOST_NAMES = 9  # of inputs whose correlations are shown


@dataclass(frozen=True)
class View:
    """What of a run is looked at."""

    quantity: str
    budget: float | None
    level: float
    top: int


def picture(
    kind: str,
    runs: Sequence[Replay],
    quantity: str = "total_cost",
    *,
    budget: float | None = None,
    level: float = 80.0,
    top: int = 12,
) -> Figure:
    """A picture of a run; of several for s-curves alone.

    Raises :class:`InputError` for a quantity that a run does not have, or does not have enough of.
    """
    for run in runs:
        run.check_name(quantity)
    return PICTURES[kind](runs, View(quantity, budget, level, top))


def _s_curve(runs: Sequence[Replay], view: View) -> Figure:
    figure, ax = plots.figure(WIDTH, HEIGHT)
    plots.s_curve(ax, _spreads(runs, view.quantity), view.budget, view.level)
    return figure


def _distribution(runs: Sequence[Replay], view: View) -> Figure:
    figure, ax = plots.figure(WIDTH, HEIGHT)
    plots.distribution(ax, _spreads(runs, view.quantity)[0], _published(runs[0], view.quantity))
    return figure


def _breakdown(runs: Sequence[Replay], view: View) -> Figure:
    parts = _parts(runs[0])
    figure, ax = plots.figure(WIDTH, plots.height_of(sum(not part.is_nothing for part in parts)))
    plots.breakdown(ax, parts, _name(runs[0]))
    return figure


def _tornado(runs: Sequence[Replay], view: View) -> Figure:
    return tornado_picture(swing(runs[0].model(), view.quantity), view.top, _name(runs[0]))


def _convergence(runs: Sequence[Replay], view: View) -> Figure:
    points, unit = converged(runs[0], view.quantity, view.level), runs[0].units[view.quantity]
    figure, ax = plots.figure(WIDTH, HEIGHT)
    plots.convergence(ax, points, view.quantity, unit, view.level, _name(runs[0]))
    return figure


def _correlation(runs: Sequence[Replay], view: View) -> Figure:
    figure, ax = plots.figure(SQUARE, SQUARE)
    plots.correlation(ax, *_correlations(runs[0], view.quantity), _name(runs[0]))
    return figure


PICTURES: Mapping[str, Callable[[Sequence[Replay], View], Figure]] = {
    "distribution": _distribution,
    "s-curve": _s_curve,
    "breakdown": _breakdown,
    "tornado": _tornado,
    "convergence": _convergence,
    "correlation": _correlation,
}


def _name(run: Replay) -> str:
    return str(run.summary["name"])


def tornado_picture(tornado: Tornado, top: int, label: str) -> Figure:
    """A tornado, as high as it has bars; the label says of what run."""
    notes = (tornado.how, *tornado.notes)
    figure, ax = plots.figure(WIDTH, plots.height_of(plots.rows_of(tornado, top), notes))
    plots.tornado(ax, tornado, top, label)
    return figure


def _spreads(runs: Sequence[Replay], quantity: str) -> list[plots.Spread]:
    labels = labelled([run.summary for run in runs])
    return [_spread(run, quantity, label) for run, label in zip(runs, labels, strict=True)]


def labelled(summaries: Sequence[Mapping[str, Any]]) -> list[str]:
    """What tells runs apart: their names, and of those alike more.

    >>> labelled([{"name": "a", "book": "x"}, {"name": "a", "book": "y"}, {"name": "b", "book": "y"}])
    ['a, x', 'a, y', 'b']
    """
    labels = [_words(summary["name"]) for summary in summaries]
    for key in LABELLED if any(summary != summaries[0] for summary in summaries) else ():
        alike = Counter(labels)
        more = [
            _words(summary.get(key)) if alike[label] > 1 else ""
            for label, summary in zip(labels, summaries, strict=True)
        ]
        labels = [", ".join(filter(None, pair)) for pair in zip(labels, more, strict=True)]
    return labels


def _words(value: Any) -> str:
    return "; ".join(value) if isinstance(value, list) else str(value or "").rpartition("/")[2]


def _spread(run: Replay, quantity: str, label: str) -> plots.Spread:
    histogram = run.tree["histograms"].to_dataset().sel(quantity=quantity)
    found = run.summary["quantities"][quantity]
    percentiles = {
        float(key): p["value"] for key, p in found["percentiles"].items() if p["value"] is not None
    }
    edges, counts = histogram["edges"].to_numpy(), histogram["counts"].to_numpy()
    return plots.Spread(label, quantity, found["unit"], edges, counts, percentiles)


def _published(run: Replay, quantity: str) -> list[tuple[str, float]]:
    """The published figures that stand beside a quantity."""
    figures = [figure for figure in run.summary["published"] if figure["quantity"] == quantity]
    return [
        (f"{figure['label']} ({figure['source']}, {figure['as_of']})", figure["value"]) for figure in figures
    ]


def _parts(run: Replay) -> list[plots.Part]:
    """The components with their means and ranges."""
    parts = []
    for name in run.summary["components"]:
        found = run.summary["quantities"][name]
        if missing := [level for level in WHISKERS if level not in found["percentiles"]]:
            what = f"the run holds no P{' and no P'.join(missing)}"
            raise InputError([Complaint(run.summary["scenario"], what, "run it with --percentiles 10,50,90")])
        low, high = (found["percentiles"][level]["value"] for level in WHISKERS)
        parts.append(plots.Part(name, found["unit"], found["mean"], low, high))
    return parts


def converged(run: Replay, quantity: str, level: float) -> list[plots.Converged]:
    """A percentile after ever more draws, each time twice as many."""
    column = run.columns([quantity])[quantity]
    if len(column) < FEWEST_DRAWS:
        what = f"{len(column)} draws are too few to converge"
        raise InputError([Complaint(run.summary["scenario"], what, f"take {FEWEST_DRAWS} or more")])
    counts = [FEWEST_DRAWS << k for k in range((len(column) // FEWEST_DRAWS).bit_length())]
    estimate = _of_nets if run.summary["sampler"] == "sobol" else _of_draws
    found = [(count, estimate(column[:count], level)) for count in dict.fromkeys([*counts, len(column)])]
    return [plots.Converged(count, e.value, e.low, e.high) for count, e in found]


def _of_draws(column: Array, level: float) -> Estimate:
    return percentile(np.sort(column), level)


def _of_nets(column: Array, level: float) -> Estimate:
    lanes = np.sort(column[: len(column) // LANES * LANES].reshape(-1, LANES), axis=0)
    value = float(np.sort(column)[rank(len(column), level)])
    return over_replicates(value, lanes[max(rank(len(lanes), level), 0)])


def _correlations(run: Replay, quantity: str) -> tuple[list[str], Array]:
    """Rank correlations of a quantity and the inputs that go with it most."""
    inputs = run.inputs
    names = [*inputs, *([] if quantity in inputs else [quantity])]
    columns = run.columns(names)
    count = min(run.draws, MOST_RANKED)
    ranks = np.array([np.argsort(np.argsort(columns[name][:count], kind="stable")) for name in names])
    with np.errstate(invalid="ignore"):
        found = np.nan_to_num(np.corrcoef(ranks))
    place = names.index(quantity)
    order = [k for k in np.argsort(-np.abs(found[place]), kind="stable").tolist() if k != place][:MOST_NAMES]
    shown = [place, *order]
    return [names[k] for k in shown], found[np.ix_(shown, shown)]
