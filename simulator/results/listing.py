"""What the list of runs says of each, at the end of its summary, so that the rest need not be parsed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LISTED = ("name", "scenario", "book", "seed", "draws", "created_at", "data_sha256")
LISTING = "listing"  # the last key of a summary
PERCENTILES = ("50", "80", "90")


def listing(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a run in the list, but for its folder; null is a percentile or an error that it has not."""
    found = summary["quantities"].get("total_cost", {"percentiles": {}})["percentiles"]
    value, se = ({p: found.get(p, {}).get(key) for p in PERCENTILES} for key in ("value", "se"))
    row = {key: summary[key] for key in LISTED}
    return {**row, "settings": summary.get("settings", []), "total_cost": value, "total_cost_se": se}
