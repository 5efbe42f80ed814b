"""What a batch would run: the scenario of every case is read, and nothing simulated."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.batch.cases import Case
from simulator.batch.running import FAILED, Ended, reason
from simulator.watch import UNWATCHED, Watch

GOOD, UNREAD = "ok", "not read"
MOST_READ = 1_000  # scenarios, some 30 ms each


def checked(found: Sequence[Case], most: int = MOST_READ, watch: Watch = UNWATCHED) -> list[Ended]:
    """Each case with what reading its scenario says; cases that differ only in how they are run share it.

    Of more scenarios than ``most``, those are read that differ from the first of their file in the fewest
    swept values, so that every value is looked at before any combination; the others are told as not read.
    """
    first, distinct = dict(found[0].swept), dict[tuple[object, ...], Case]()
    for case in found:
        distinct.setdefault(case.loaded_from, case)
    near = sorted(distinct.values(), key=lambda case: sum(first[k] != value for k, value in case.swept))[
        :most
    ]
    verdicts = {}
    watch.expect_cases(len(near))
    for case in near:
        verdicts[case.loaded_from] = _verdict(case)
        watch.case_ended()
    unread: tuple[str, str | None] = (UNREAD, None)
    return [Ended(case, {}, *verdicts.get(case.loaded_from, unread)) for case in found]


def _verdict(case: Case) -> tuple[str, str | None]:
    """Whether a scenario can be read, and why it cannot."""
    try:
        case.scenario()
    except Exception as error:  # as a run of it would fail
        return FAILED, reason(error)
    return GOOD, None
