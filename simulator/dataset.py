"""Simulations as xarray DataTrees: names, units and sources beside the numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from simulator.errors import Complaint, InputError
from simulator.scenario.scenario import Scenario
from simulator.simulation import LEVELS, Run, Settings, run
from simulator.statistics.estimates import Estimate, Summary, percentile
from simulator.version import __version__

MOMENTS: Mapping[str, Callable[[Summary], float]] = {
    "mean": lambda summary: summary.mean.value,
    "mean_se": lambda summary: summary.mean.se,
    "sd": lambda summary: summary.sd,
    "minimum": lambda summary: summary.low,
    "maximum": lambda summary: summary.high,
    "resolution": lambda summary: summary.resolution,
}


def simulate(
    scenario: Scenario,
    draws: int = 1_000_000,
    seed: int = 1,
    sampler: str = "random",
    threads: int | None = None,
) -> xr.DataTree:
    """Simulate a scenario and keep every draw.

    Returns a DataTree with groups ``inputs`` and ``quantities`` (one variable a name, dimension
    ``draw``, attributes ``units``, ``long_name``, ``source``) and ``statistics``.
    Raises :class:`InputError` for draws, seed, sampler or threads outside their range.
    """
    return to_tree(run(scenario, Settings(draws, seed, sampler, threads)))


def to_tree(run: Run) -> xr.DataTree:
    """The run as a tree with groups ``inputs``, ``quantities``, ``statistics`` and ``histograms``."""
    scenario = run.scenario
    inputs = [name for name in scenario.names if name in scenario.model.inputs]
    quantities = [name for name in scenario.names if name not in scenario.model.inputs]
    root = xr.Dataset(attrs=root_attributes(run))
    return xr.DataTree.from_dict(
        {
            "/": root,
            "inputs": _draws(run, inputs),
            "quantities": _draws(run, quantities),
            "statistics": statistics(run),
            "histograms": _histograms(run),
        }
    )


def root_attributes(run: Run) -> dict[str, Any]:
    """What describes a whole run."""
    return {
        "Conventions": "CF-1.8",
        "title": run.scenario.title,
        "traincost_version": __version__,
        "seed": run.settings.seed,
        "draws": run.settings.draws,
        "sampler": run.settings.sampler,
        "scenario": run.scenario.name,
        "book": run.scenario.book,
    }


def _draws(run: Run, names: Sequence[str]) -> xr.Dataset:
    return xr.Dataset({name: ("draw", run.columns[name], attributes(run, name)) for name in names})


def attributes(run: Run, name: str) -> dict[str, str]:
    """Units, meaning and source of a name. USD and others here are not UDUNITS."""
    model, prior = run.scenario.model, run.scenario.priors.get(name)
    source = (prior.source or prior.origin) if prior else f"formula, {model.formulas[name].where}"
    return {"units": model.units[name].symbol, "long_name": model.meaning(name), "source": source}


def statistics(run: Run) -> xr.Dataset:
    """Moments over quantity, and percentiles with ``se`` and ``ci95`` over (quantity, quantile)."""
    names = list(run.scenario.names)
    summaries = [run.summaries[name] for name in names]
    data: dict[str, Any] = {
        key: ("quantity", np.array([moment(summary) for summary in summaries]))
        for key, moment in MOMENTS.items()
    }
    units = [run.scenario.model.units[name].symbol for name in names]
    found = [summary.percentiles for summary in summaries]
    return percentile_table(names, units, found, run.settings.levels).assign(data)


def percentile_table(
    names: Sequence[str],
    units: Sequence[str],
    estimates: Sequence[Mapping[float, Estimate]],
    levels: Sequence[float],
) -> xr.Dataset:
    """value, se and ci95 of percentiles over (quantity, quantile)."""
    found = [[row[level] for level in levels] for row in estimates]
    dims = ("quantity", "quantile")
    return xr.Dataset(
        {
            "value": (dims, np.array([[e.value for e in row] for row in found])),
            "se": (dims, np.array([[e.se for e in row] for row in found])),
            "ci95": ((*dims, "bound"), np.array([[[e.low, e.high] for e in row] for row in found])),
        },
        coords={
            "quantity": list(names),
            "quantile": np.array(levels) / 100.0,
            "bound": ["low", "high"],
            "unit": ("quantity", list(units)),
        },
    )


def _histograms(run: Run) -> xr.Dataset:
    names = list(run.scenario.names)
    return xr.Dataset(
        {
            "edges": (("quantity", "edge"), np.array([run.summaries[name].edges for name in names])),
            "counts": (("quantity", "bin"), np.array([run.summaries[name].counts for name in names])),
        },
        coords={"quantity": names},
    )


def percentiles(runs: xr.DataTree, levels: Sequence[float] = LEVELS) -> xr.Dataset:
    """Percentiles of every name of a simulation that holds all its draws.

    Returns ``value``, ``se``, ``ci95`` over (quantity, quantile) with the coordinate ``unit``; ``levels``
    are numbers between 0 and 100. A stored run that keeps only its first draws is refused: its own
    ``statistics`` hold the percentiles over all of them.
    """
    columns = {**runs["inputs"].data_vars, **runs["quantities"].data_vars}
    draws = int(runs.attrs["draws"])
    if any(column.size != draws for column in columns.values()):
        what = f"the run keeps {next(iter(columns.values())).size:,} of its {draws:,} draws"
        raise InputError([Complaint("percentiles", what, "read its statistics group, or keep all draws")])
    units = [str(column.attrs["units"]) for column in columns.values()]
    ordered = [np.sort(column.to_numpy()) for column in columns.values()]
    found = [{level: percentile(draws, level) for level in levels} for draws in ordered]
    return percentile_table([str(name) for name in columns], units, found, levels)
