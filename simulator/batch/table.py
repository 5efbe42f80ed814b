"""A batch as one xarray tree: the swept values are its dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from simulator.batch.cases import Case, dimensions, fingerprint
from simulator.batch.running import DONE, Ended
from simulator.errors import ResultError
from simulator.results import batch_name, read_summary
from simulator.scenario.reader import number
from simulator.version import __version__

MEANS, CELLS = ("mean", "mean_se"), ("value", "se")

Place = tuple[int, ...]
Array = np.ndarray[Any, np.dtype[np.float64]]


def batch_tree(ended: Sequence[Ended]) -> xr.DataTree:
    """Percentiles and means of every quantity over (scenario, swept ..., quantity, quantile).

    What failed, or what a scenario does not compute, is nan; ``status`` and ``run`` say which.
    """
    places = dimensions([each.case for each in ended])
    shape, dims = tuple(map(len, places.values())), tuple(places)
    levels = ended[0].case.settings.all_levels
    ranks = [{value: rank for rank, value in enumerate(values)} for values in places.values()]
    at = [
        tuple(rank[value] for rank, value in zip(ranks, each.case.place.values(), strict=True))
        for each in ended
    ]
    units, numbers = _numbers(zip(at, ended, strict=True), shape, levels)
    means, cells = numbers[..., : len(MEANS)], numbers[..., len(MEANS) :]
    data: dict[str, Any] = {
        "status": (dims, _words(shape, at, [each.status for each in ended])),
        "run": (dims, _words(shape, at, [Path(each.row.get("run") or "").name for each in ended])),
        **{name: ((*dims, "quantity"), means[..., place]) for place, name in enumerate(MEANS)},
        **{
            name: ((*dims, "quantity", "quantile"), cells[..., place :: len(CELLS)])
            for place, name in enumerate(CELLS)
        },
    }
    coordinates = {
        **{key: _as_numbers(values) for key, values in places.items()},
        "quantity": list(units),
        "quantile": np.array(levels) / 100.0,
        "unit": ("quantity", list(units.values())),
    }
    attributes = {"Conventions": "CF-1.8", "traincost_version": __version__}
    return xr.DataTree(xr.Dataset(data, coords=coordinates, attrs=attributes))


def _words(shape: Place, at: Sequence[Place], words: Sequence[str]) -> Any:
    """Words in their places; empty where there is no case."""
    found = np.full(shape, "", dtype=object)
    for place, word in zip(at, words, strict=True):
        found[place] = word
    return found.astype(str)


def _numbers(
    placed: Iterable[tuple[Place, Ended]], shape: Place, levels: Sequence[float]
) -> tuple[dict[str, str], Array]:
    """The unit of every quantity of any run, and their numbers (..., quantity, number); null is nan.

    One summary is held at a time: those of 20,000 runs would take gigabytes.
    """
    units: dict[str, str] = {}
    columns: dict[str, Array] = {}
    width = len(MEANS) + len(levels) * len(CELLS)
    for place, each in placed:
        for name, found in _quantities(each).items():
            if name not in columns:
                units[name], columns[name] = found["unit"], np.full((*shape, width), np.nan)
            columns[name][place] = [np.nan if value is None else value for value in _row(found, levels)]
    empty = [np.empty((*shape, 0, width))]
    return units, np.concatenate([*empty, *(column[..., None, :] for column in columns.values())], axis=-2)


def _quantities(ended: Ended) -> Mapping[str, Any]:
    """A run's quantities; none where it failed, or somebody has deleted it meanwhile."""
    with suppress(ResultError):
        if ended.status == DONE:
            quantities: Mapping[str, Any] = read_summary(Path(ended.row["run"]))["quantities"]
            return quantities
    return {}


def _row(found: Mapping[str, Any], levels: Sequence[float]) -> list[float | None]:
    """The numbers of a quantity: of its mean, then of each percentile."""
    percentiles = [found["percentiles"].get(f"{level:g}", {}) for level in levels]
    return [found[key] for key in MEANS] + [each.get(key) for each in percentiles for key in CELLS]


def _as_numbers(values: list[str]) -> list[Any]:
    """Swept values as numbers, where all of them are."""
    found = [number(value) for value in values]
    return values if None in found else [float(value) for value in found if value is not None]


def batch_file(found: Iterable[Case]) -> str:
    """The name of a batch's file: the same for the same cases, so that a batch replaces its own."""
    return batch_name(fingerprint(found))
