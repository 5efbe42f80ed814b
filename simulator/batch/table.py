"""A batch as one xarray tree: the swept values are its dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from simulator.batch.cases import dimensions
from simulator.batch.running import DONE, Ended
from simulator.errors import ResultError
from simulator.results import read_summary
from simulator.scenario.reader import number
from simulator.version import __version__

CELLS = ("value", "se")


def batch_tree(ended: Sequence[Ended]) -> xr.DataTree:
    """Percentiles and means of every quantity over (scenario, swept ..., quantity, quantile).

    What failed, or what a scenario does not compute, is nan; ``status`` and ``run`` say which.
    """
    places = dimensions([each.case for each in ended])
    found = {each.case: _summary(Path(each.row["run"])) for each in ended if each.status == DONE}
    quantities, levels = _names([summary for summary in found.values() if summary])
    shape = tuple(len(values) for values in places.values())
    blank = np.full((*shape, len(quantities), len(levels)), np.nan)
    cells = {name: blank.copy() for name in CELLS}
    means = {name: np.full((*shape, len(quantities)), np.nan) for name in ("mean", "mean_se")}
    words = {name: np.full(shape, "", dtype=object) for name in ("status", "run")}
    for each in ended:
        at = tuple(values.index(each.case.place[key]) for key, values in places.items())
        words["status"][at], words["run"][at] = each.status, Path(each.row.get("run", "")).name
        _fill(found.get(each.case), at, quantities, levels, cells, means)
    dims = tuple(places)
    data: dict[str, Any] = {name: (dims, values.astype(str)) for name, values in words.items()}
    data |= {name: ((*dims, "quantity"), values) for name, values in means.items()}
    data |= {name: ((*dims, "quantity", "quantile"), values) for name, values in cells.items()}
    coordinates = {
        **{key: _numbers(values) for key, values in places.items()},
        "quantity": list(quantities),
        "quantile": np.array(levels) / 100.0,
    }
    units = ("quantity", list(quantities.values()))
    attributes = {"Conventions": "CF-1.8", "traincost_version": __version__}
    return xr.DataTree(xr.Dataset(data, coords={**coordinates, "unit": units}, attrs=attributes))


def _summary(folder: Path) -> dict[str, Any] | None:
    """A run's summary; None where somebody has deleted it meanwhile."""
    with suppress(ResultError):
        return read_summary(folder)
    return None


def _numbers(values: list[str]) -> list[Any]:
    """Swept values as numbers, where all of them are."""
    found = [number(value) for value in values]
    return values if None in found else [float(value) for value in found if value is not None]


def _names(summaries: Sequence[Mapping[str, Any]]) -> tuple[dict[str, str], list[float]]:
    """Every quantity of any run with its unit, and every percentile level."""
    rows = [(name, q) for summary in summaries for name, q in summary["quantities"].items()]
    levels = sorted({float(level) for _, quantity in rows for level in quantity["percentiles"]})
    return {name: quantity["unit"] for name, quantity in rows}, levels


def _fill(
    summary: Mapping[str, Any] | None,
    at: tuple[int, ...],
    quantities: Mapping[str, str],
    levels: Sequence[float],
    cells: Mapping[str, Any],
    means: Mapping[str, Any],
) -> None:
    """Put a run's numbers in their place; null stays nan."""
    for row, name in enumerate(quantities):
        found = summary["quantities"].get(name) if summary else None
        if found is None:
            continue
        for key, values in means.items():
            values[(*at, row)] = _number(found[key])
        for column, level in enumerate(levels):
            percentile = found["percentiles"].get(f"{level:g}", {})
            for key, values in cells.items():
                values[(*at, row, column)] = _number(percentile.get(key))


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def batch_name(ended: Sequence[Ended]) -> str:
    """The name of a batch's file: which cases, with which results."""
    parts = [f"{each.case.label} {each.row.get('data_sha256', each.error)}" for each in ended]
    return f"batch.{sha256(chr(10).join(parts).encode(errors='surrogateescape')).hexdigest()[:12]}.nc"
