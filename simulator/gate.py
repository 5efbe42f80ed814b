"""A budget gate that knows its own noise: a limit is kept or broken only where its interval says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, isnan, log10

from simulator.errors import Complaint, InputError
from simulator.scenario.reader import number
from simulator.statistics.estimates import Estimate, fewest_for_interval
from simulator.statistics.precision import read_statistic

PASS, OVER, UNDECIDED = "pass", "over", "undecided"
MAX, INCREASE = "max", "max_increase"
MOST_DRAWS = 1e12  # more would not be asked of anybody
LIKELY = 1.2815515655446004  # standard normal quantile of 0.9: how likely so many draws decide


@dataclass(frozen=True)
class Limit:
    """What a statistic of a quantity, or its increase, may be at most; a relative one is a share."""

    kind: str
    quantity: str
    level: float | None
    limit: float
    relative: bool = False

    @property
    def statistic(self) -> str:
        """As it is written: p90, mean."""
        return "mean" if self.level is None else f"p{self.level:g}"


def read_limits(written: Mapping[str, Iterable[str]]) -> list[Limit]:
    """Limits by their kind, as written: p80=150M, energy.p50=30k; increases also as a share, p90=5%.

    >>> read_limits({"max": ["p80=150M"], "max_increase": ["p90=5%"]})[1].limit
    0.05

    Raises :class:`InputError` with every complaint.
    """
    found = [(kind, text, _read(kind, text)) for kind, texts in written.items() for text in texts]
    example = {MAX: "p80=150M or energy.p50=30k", INCREASE: "p90=5% or p90=2M"}
    if complaints := [
        Complaint(
            f"--{kind.replace('_', '-')} {text}", "this is no limit", f"write for example {example[kind]}"
        )
        for kind, text, limit in found
        if limit is None
    ]:
        raise InputError(complaints)
    return [limit for _, _, limit in found if limit]


def _read(kind: str, text: str) -> Limit | None:
    found = read_statistic(text)
    value = number(found[2]) if found else None
    relative = bool(found) and text.endswith("%")
    if found is None or value is None or (relative and kind == MAX):
        return None
    return Limit(kind, found[0], found[1], float(value), relative)


@dataclass(frozen=True)
class Verdict:
    """A limit, the estimate it is held against, and what follows.

    >>> limit = Limit(MAX, "total_cost", 80.0, 150e6)
    >>> Verdict(limit, Estimate(140e6, 1e6, 138e6, 142e6), 1000).decision
    'pass'
    >>> near = Verdict(limit, Estimate(149e6, 1e6, 147e6, 151e6), 1000)
    >>> near.decision, near.draws_to_decide
    ('undecided', 11000)
    """

    limit: Limit
    found: Estimate
    draws: int
    doubt: str = ""  # why the interval itself cannot be trusted

    @property
    def decision(self) -> str:
        """Kept where the whole 95% interval is at or below the limit, broken where it is above."""
        if self.doubt:
            return UNDECIDED
        if self.found.high <= self.limit.limit:
            return PASS
        return OVER if self.found.low > self.limit.limit else UNDECIDED

    @property
    def draws_to_decide(self) -> int | None:
        """How many draws would decide 9 times in 10, were the value as found; None where it cannot be told.

        Errors fall with the root of the draws, and the value found with them scatters by its own error.
        """
        if self.decision != UNDECIDED:
            return self.draws
        beyond = self.found.high if self.found.value <= self.limit.limit else self.found.low
        distance = abs(self.found.value - self.limit.limit)
        half = abs(beyond - self.found.value)
        if self.doubt or distance == 0.0 or isnan(distance):
            return None
        if not isfinite(half):  # too few for any interval: as many as have one
            fewest = fewest_for_interval(self.limit.level) if self.limit.level else 0
            return _rounded_up(fewest) if fewest > self.draws else None
        wanted = self.draws * ((half + LIKELY * self.found.se) / distance) ** 2
        return _rounded_up(wanted) if wanted <= MOST_DRAWS else None


def _rounded_up(count: float) -> int:
    """To two digits, and no less.

    >>> _rounded_up(4000.0), _rounded_up(123_456.0)
    (4000, 130000)
    """
    step: int = 10 ** max(floor(log10(count)) - 1, 0)
    return ceil(count / step) * step


def decision(verdicts: Sequence[Verdict]) -> str:
    """Over where any limit is broken; pass where all are kept."""
    found = {verdict.decision for verdict in verdicts}
    return next((word for word in (OVER, UNDECIDED) if word in found), PASS)
