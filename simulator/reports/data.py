"""Numbers for programs: values with their errors, null where something cannot be told."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.statistics.estimates import Estimate

Number = float | None


def finite(value: float) -> Number:
    """The number, or None where JSON has none for it.

    >>> finite(1.5), finite(float("nan"))
    (1.5, None)
    """
    return value if isfinite(value) else None


def with_se(found: Estimate) -> dict[str, Number]:
    """An estimate and its standard error."""
    return {"value": finite(found.value), "se": finite(found.se)}


def with_interval(found: Estimate) -> dict[str, Number | list[Number]]:
    """An estimate, its standard error and its 95% interval."""
    return {**with_se(found), "ci95": [finite(found.low), finite(found.high)]}


def percentiles(found: Mapping[float, Estimate]) -> dict[str, dict[str, Number]]:
    """Percentiles with their standard errors, by level: ``"50"``."""
    return {f"{level:g}": with_se(each) for level, each in found.items()}
