"""Dates as files write them: a day, or a month or a year, which stand for their last day."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from typing import Any

from simulator.errors import Complaint
from simulator.scenario.reader import Node

DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
EXAMPLE = "write for example 2026-11-28 or 2026-11"


def last_day(written: str) -> date | None:
    """The day; of a month or a year its last, so that no evidence counts as older than it may be.

    None where that is no date.

    >>> str(last_day("2024-02")), str(last_day("2025-03-01")), str(last_day("2023")), last_day("soon")
    ('2024-02-29', '2025-03-01', '2023-12-31', None)
    """
    found = DATE.fullmatch(written)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2] or 12)
    try:
        return date(year, month, int(found[3]) if found[3] else monthrange(year, month)[1])
    except ValueError:
        return None


def days_between(written: str, day: date) -> int | None:
    """How many days a date lies before a day, below 0 where it lies after; None where it is no date.

    A month or a year that holds the day is 0 days old.

    >>> june = date(2026, 6, 10)
    >>> [days_between(written, june) for written in ("2026-06-01", "2026-06", "2026-07-10", "soon")]
    [9, 0, -30, None]
    """
    last = last_day(written)
    if last is None:
        return None
    return 0 if day.isoformat().startswith(written) else (day - last).days


def text(value: Any) -> str:
    """A value as a file writes it."""
    return value.isoformat() if isinstance(value, date) else str(value)


def read_date(node: Node | None, what: str, complain: Callable[[Complaint], None]) -> date | None:
    """The date under a key; None, with a complaint, where it is none."""
    if node is None or node.value is None:
        return None
    found = last_day(text(node.value))
    if found is None:
        complain(Complaint(node.where, f"{what} is {text(node.plain())[:40]}, no date", EXAMPLE))
    return found
