"""Spans of time as people write them, and where they lead on the calendar."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from simulator.errors import Complaint, InputError

SPAN = re.compile(r"(\d{1,5})(d|w|mo|y)", re.ASCII)
DAYS = {"d": 1, "w": 7}
MONTHS = {"mo": 1, "y": 12}


@dataclass(frozen=True)
class Horizon:
    """How far ahead of the last known quote a prior holds."""

    months: int = 0
    days: int = 0
    text: str = "0d"

    def after(self, day: date) -> date:
        """The day this much later."""
        return shifted(day, self.months) + timedelta(self.days)

    def before(self, day: date) -> date:
        """The day this much earlier."""
        return shifted(day, -self.months) - timedelta(self.days)


def read_horizon(text: str) -> Horizon:
    """A span of days, weeks, months or years.

    Raises :class:`InputError` for anything else, and beyond 20 years.

    >>> read_horizon("6mo").after(date(2024, 8, 31)), read_horizon("90d").before(date(2024, 3, 30))
    (datetime.date(2025, 2, 28), datetime.date(2023, 12, 31))
    """
    found = SPAN.fullmatch(text.strip())
    if found is None:
        raise InputError([Complaint(f"--horizon {text}", "this is no span of time", "write 90d, 6mo or 1y")])
    count, unit = int(found[1]), found[2]
    horizon = Horizon(count * MONTHS.get(unit, 0), count * DAYS.get(unit, 0), text.strip())
    if horizon.months > 240 or horizon.days > 7305:
        raise InputError([Complaint(f"--horizon {text}", "no price is told 20 years ahead", "write less")])
    return horizon


def shifted(day: date, months: int) -> date:
    """The same day of another month, or that month's last.

    >>> shifted(date(2024, 3, 31), -1)
    datetime.date(2024, 2, 29)
    """
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def years(day: date) -> float:
    """A day as a number of years.

    >>> years(date(2024, 7, 1))
    2024.4972677595629
    """
    begin = date(day.year, 1, 1).toordinal()
    return day.year + (day.toordinal() - begin) / (date(day.year, 12, 31).toordinal() - begin + 1)
