"""Recompute a stored run and say whether it comes out the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.dataset import to_tree
from simulator.results import StoredRun, data_sha256
from simulator.scenario.loader import load_scenario
from simulator.simulation import Settings, run
from simulator.watch import UNWATCHED, Watch

if TYPE_CHECKING:
    import xarray as xr

TOLERANCE = 1e-12  # relative: other processors differ in the last bits of what tables are built from
MEASURED_BY = {"se": "value", "mean_se": "mean", "sd": "mean", "resolution": "mean"}  # errors, by what errs


@dataclass(frozen=True)
class Verdict:
    """Whether a recomputed run is the stored one, in a sentence."""

    same: bool
    sentence: str


def verify(stored: StoredRun, threads: int | None = None, watch: Watch = UNWATCHED) -> Verdict:
    """Run a stored scenario again as it was run, and compare every number."""
    scenario = load_scenario(stored.scenario)
    kept = next((int(v.size) for v in stored.tree["inputs"].data_vars.values()), 0)
    found = to_tree(run(scenario, _settings(stored, threads), keep=kept, watch=watch))
    if data_sha256(found) == stored.summary["data_sha256"]:
        return Verdict(True, "identical")
    differences = list(_differences(stored.tree, found))
    far = [difference for difference in differences if difference.distance > TOLERANCE]
    if not far:
        return Verdict(True, f"equal within {TOLERANCE:g}")
    return Verdict(False, f"{far[0].sentence}; {len(far)} of {_count(stored.tree)} variables differ")


def _settings(stored: StoredRun, threads: int | None) -> Settings:
    summary = stored.summary
    levels = tuple(float(f"{100.0 * float(q):g}") for q in stored.tree["statistics"]["quantile"].to_numpy())
    return Settings(summary["draws"], summary["seed"], summary["sampler"], threads, levels)


@dataclass(frozen=True)
class Difference:
    """How far apart a variable is in two trees, and where first."""

    distance: float
    sentence: str


def _differences(stored: xr.DataTree, found: xr.DataTree) -> Iterator[Difference]:
    """Each variable that is not the same in both, in the order of the stored tree."""
    for path, name, values in _variables(stored):
        try:
            other = found[path][name].to_numpy()
        except KeyError:
            yield Difference(float("inf"), f"{path}/{name} is no longer computed")
            continue
        if values.shape != other.shape:
            yield Difference(float("inf"), f"{path}/{name} was {values.shape}, is {other.shape}")
        elif values.dtype.kind not in "fiu":
            if values.tolist() != other.tolist():
                yield Difference(float("inf"), f"{path}/{name} names other things")
        else:
            scale = stored[path][MEASURED_BY[name]].to_numpy() if name in MEASURED_BY else values
            scales = np.maximum(np.abs(scale), np.abs(values))
            yield from _of_numbers(f"{path}/{name}", values.astype(float), other.astype(float), scales)


def _of_numbers(name: str, values: Any, other: Any, scales: Any) -> Iterator[Difference]:
    apart = np.abs(values - other) / np.maximum(scales, np.finfo(float).tiny)
    apart[(values == other) | (np.isnan(values) & np.isnan(other))] = 0.0
    apart[np.isnan(apart)] = np.inf
    if apart.max(initial=0.0) > 0.0:
        first = np.unravel_index(np.argmax(apart > min(TOLERANCE, apart.max() / 2.0)), apart.shape)
        place = ", ".join(str(int(i)) for i in first)
        yield Difference(
            float(apart.max()),
            f"{name}[{place}] was {float(values[first])!r}, is {float(other[first])!r}",
        )


def _variables(tree: xr.DataTree) -> Iterator[tuple[str, str, Any]]:
    for node in tree.subtree:
        for name, variable in node.to_dataset(inherit=False).variables.items():
            yield node.path, str(name), variable.to_numpy()


def _count(tree: xr.DataTree) -> int:
    return sum(1 for _ in _variables(tree))
