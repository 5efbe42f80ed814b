"""How exact a run shall be: targets for the relative standard error of percentiles and means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simulator.errors import Complaint, InputError, did_you_mean
from simulator.scenario.reader import number
from simulator.statistics.estimates import Estimate, Summary

TOTAL = "total_cost"
WRITTEN = re.compile(
    r"(?:(?P<name>[A-Za-z_]\w*)\.)?(?:mean|p(?P<level>\d{1,2}(?:\.\d+)?|100))=(?P<number>.+)", re.ASCII
)


@dataclass(frozen=True)
class Target:
    """The relative standard error asked of a percentile of a name, or of its mean (level None)."""

    name: str
    level: float | None
    relative: float

    @property
    def statistic(self) -> str:
        """As it is written: p90, mean."""
        return "mean" if self.level is None else f"p{self.level:g}"

    def __str__(self) -> str:
        return f"{self.name}.{self.statistic}={self.relative:g}"

    def estimate(self, summary: Summary) -> Estimate:
        """What the target asks about."""
        return summary.mean if self.level is None else summary.percentiles[self.level]

    def reached(self, summary: Summary) -> float:
        """The relative standard error; infinite where none can be told."""
        found = self.estimate(summary)
        if found.se == 0.0:
            return 0.0
        return found.se / abs(found.value) if found.value and found.se > 0.0 else float("inf")


def read_statistic(text: str) -> tuple[str, float | None, str] | None:
    """A name, the level of a percentile of it (None for its mean) and what they shall be, as written.

    >>> read_statistic("p90=0.5%"), read_statistic("energy.mean=3"), read_statistic("p100=1")
    (('total_cost', 90.0, '0.5%'), ('energy', None, '3'), None)
    """
    found = WRITTEN.fullmatch(text)
    level = float(found["level"]) if found and found["level"] else None
    return (
        None if found is None or level in (0.0, 100.0) else (found["name"] or TOTAL, level, found["number"])
    )


def read_target(text: str) -> Target:
    """A target as written: p90=0.5%, mean=0.1%, energy.p50=1%.

    >>> read_target("energy.p50=1%")
    Target(name='energy', level=50.0, relative=0.01)

    Raises :class:`InputError` for what is no target.
    """
    found = read_statistic(text)
    relative = number(found[2]) if found else None
    if found is None or relative is None or not 0.0 < relative < 1.0:
        where, remedy = f"--precision {text}", "write for example p90=0.5%, mean=0.1% or energy.p50=1%"
        raise InputError([Complaint(where, "this is no precision of a percentile or mean", remedy)])
    return Target(found[0], found[1], relative)


def read_targets(texts: Iterable[str]) -> tuple[Target, ...]:
    """All targets, or :class:`InputError` with every complaint."""
    targets: list[Target] = []
    complaints: list[Complaint] = []
    for text in texts:
        try:
            targets.append(read_target(text))
        except InputError as error:
            complaints += error.complaints
    if complaints:
        raise InputError(complaints)
    return tuple(targets)


def check_targets(targets: tuple[Target, ...], names: tuple[str, ...]) -> None:
    """Raise :class:`InputError` for targets of names that are not simulated."""
    complaints = [
        Complaint(
            f"--precision {target}", f"there is no {target.name} here", did_you_mean(target.name, names)
        )
        for target in targets
        if target.name not in names
    ]
    if complaints:
        raise InputError(complaints)


def met(targets: tuple[Target, ...], summaries: Mapping[str, Summary]) -> bool:
    """Whether every target is reached."""
    return all(target.reached(summaries[target.name]) <= target.relative for target in targets)
