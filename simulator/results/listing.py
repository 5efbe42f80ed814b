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
NO_ERRORS = dict.fromkeys(PERCENTILES)  # of runs that were stored without them


def listing(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a run in the list, but for its folder; null is a percentile or an error that it has not."""
    found = summary["quantities"].get("total_cost", {"percentiles": {}})["percentiles"]
    value, se = ({p: found.get(p, {}).get(key) for p in PERCENTILES} for key in ("value", "se"))
    row = {key: summary[key] for key in LISTED}
    return {**row, "settings": summary.get("settings", []), "total_cost": value, "total_cost_se": se}


def checked(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row from a file, its texts fit to be shown. Raises :class:`ResultError` for what is no such row.

    >>> checked({"name": 3})
    Traceback (most recent call last):
    ...
    simulator.errors.ResultError: its listing is not one that this program writes
    """
    settings: Any = row.get("settings")
    total: Any = row.get("total_cost")
    errors: Any = row.get("total_cost_se", NO_ERRORS)
    sound = (
        all(type(row.get(key)) is kind for key, kind in LISTED.items())
        and isinstance(settings, list)
        and all(isinstance(setting, str) for setting in settings)
        and all(map(_are_percentiles, (total, errors)))
    )
    if not sound:
        raise ResultError("its listing is not one that this program writes")
    words = {key: shown(row[key]) for key, kind in LISTED.items() if kind is str}
    value, se = ({level: found[level] for level in PERCENTILES} for found in (total, errors))
    numbers = {"total_cost": value, "total_cost_se": se}
    return {**row, **words, "settings": [shown(setting) for setting in settings], **numbers}


def _are_percentiles(found: Any) -> bool:
    """Whether these are numbers or nulls by level."""
    return (
        isinstance(found, dict)
        and set(found) == set(PERCENTILES)
        and all(value is None or type(value) in (int, float) for value in found.values())
    )
