"""A run to store, and what the tests of stored runs share."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from simulator.results import Contents, sealing

IDENTITY = sha256(b"one").hexdigest()
PERCENTILES = {key: {"value": float(key), "se": 0.1, "ci95": [0.0, 99.0]} for key in ("5", "50", "80", "90")}
SUMMARY: dict[str, Any] = {
    "name": "a name",
    "scenario": "gpt4",
    "book": "seed",
    "run": None,
    "seed": 1,
    "draws": 50,
    "quantities": {"total_cost": {"unit": "USD", "sd": float("nan"), "percentiles": PERCENTILES}},
    "budget": None,
}


def a_tree(seed: int = 1, draws: int = 50) -> xr.DataTree:
    """A small tree with the dtypes, text and odd values that a run may hold."""
    random = np.random.default_rng(seed)
    draw = {
        name: ("draw", random.lognormal(size=draws), {"units": "days", "long_name": "训练 $", "source": ""})
        for name in ("gpu_price", "mfu")
    }
    statistics = xr.Dataset(
        {
            "value": (("quantity", "quantile"), np.array([[1.0, np.nan], [-0.0, np.inf]])),
            "fixed": ("quantity", np.array([True, False])),
            "counts": ("quantity", np.array([1, 2**62])),
            "scalar": ((), 3.5),
            "empty": ("nothing", np.empty(0)),
        },
        coords={
            "quantity": ["gpu_price", "mfu"],
            "quantile": [0.5, 0.9],
            "unit": ("quantity", ["USD", ""]),
            "label": ("quantile", np.array(["中位数", "é"], dtype=object)),
        },
    )
    attributes = {"traincost_version": "0", "seed": 2**63 - 1, "title": "", "share": 0.5}
    return xr.DataTree.from_dict(
        {"/": xr.Dataset(attrs=attributes), "inputs": xr.Dataset(draw), "statistics": statistics}
    )


def a_run(command: str = "traincost run", seed: int = 1) -> Contents:
    return Contents(a_tree(seed), "title: 训练\n", "# report\n", SUMMARY, command, {"mine.py": b"x = 1\n"})


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def contents_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def reseal(folder: Path) -> None:
    """Make the summary vouch for whatever the other files are now, as a forger would."""
    summary = json.loads((folder / "summary.json").read_bytes())
    del summary["sha256"]
    summary["files"] = {name: sha256((folder / name).read_bytes()).hexdigest() for name in summary["files"]}
    (folder / "summary.json").write_bytes(sealing.sealed(summary))
