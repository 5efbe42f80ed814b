"""What the list of runs says of each, at the end of its summary, so that the rest need not be parsed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.errors import ResultError, shown

LISTED = {
    **dict.fromkeys(("name", "scenario", "book"), str),
    **dict.fromkeys(("seed", "draws"), int),
    **dict.fromkeys(("created_at", "data_sha256"), str),
}
LISTING = "listing"  # the last key of a summary
PERCENTILES = ("50", "80", "90")


def listing(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a run in the list, but for its folder; null is a percentile that it does not have."""
    found = summary["quantities"].get("total_cost", {"percentiles": {}})["percentiles"]
    total = {level: found.get(level, {"value": None})["value"] for level in PERCENTILES}
    row = {key: summary[key] for key in LISTED}
    return {**row, "settings": summary.get("settings", []), "total_cost": total}


def checked(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row from a file, its texts fit to be shown. Raises :class:`ResultError` for what is no such row.

    >>> checked({"name": 3})
    Traceback (most recent call last):
    ...
    simulator.errors.ResultError: its listing is not one that this program writes
    """
    total: Any = row.get("total_cost")
    settings: Any = row.get("settings")
    sound = (
        all(type(row.get(key)) is kind for key, kind in LISTED.items())
        and isinstance(settings, list)
        and all(isinstance(setting, str) for setting in settings)
        and isinstance(total, dict)
        and set(total) == set(PERCENTILES)
        and all(value is None or type(value) in (int, float) for value in total.values())
    )
    if not sound:
        raise ResultError("its listing is not one that this program writes")
    words = {key: shown(row[key]) for key, kind in LISTED.items() if kind is str}
    levels = {level: total[level] for level in PERCENTILES}
    return {**row, **words, "settings": [shown(setting) for setting in settings], "total_cost": levels}
