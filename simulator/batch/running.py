"""Running cases: each stored when it ends, one that fails in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

from simulator.batch.cases import Case
from simulator.errors import SimulatorError
from simulator.results import damage, listed, marked
from simulator.running import folder_of, run_and_store
from simulator.watch import UNWATCHED, Watch

DONE, FAILED = "done", "failed"
KEPT = 10_000  # draws stored of each run


@dataclass(frozen=True)
class Ended:
    """How a case ended: its row of the catalogue, or as much of it as is known and why there is no more."""

    case: Case
    row: dict[str, Any]
    status: str
    error: str | None = None
    resumed: bool = False  # it had been finished before
    seconds: float = 0.0
    damage: str | None = None  # of the run that was stored before: it was run again


def run_case(case: Case, root: Path, command: str, resume: bool, watch: Watch = UNWATCHED) -> Ended:
    """Run a case and store it; with ``resume``, a run that is there and whole is left as it is."""
    begin, known = monotonic(), case.known
    try:
        scenario = case.scenario()
        known["book"] = scenario.book
        folder = folder_of(scenario, case.settings, root, keep=KEPT)
        found = damage(folder) if resume and folder.exists() else None
        if found != "":
            run_and_store(scenario, case.settings, root, keep=KEPT, command=command, watch=watch)
        ended = replace(_finished(case, folder), resumed=found == "", damage=found or None)
    except Exception as error:  # whatever it is, the other cases go on
        ended = Ended(case, known, FAILED, case.as_written(reason(error)))
    return replace(ended, seconds=monotonic() - begin)


def reason(error: Exception) -> str:
    """Why a case failed; of what nobody foresaw, its kind as well."""
    return str(error) if isinstance(error, SimulatorError) else f"{type(error).__name__}: {error}"


def _finished(case: Case, folder: Path) -> Ended:
    row = listed(folder)
    return Ended(case, row, FAILED if "error" in row else DONE, row.get("error"))


def one_by_one(
    found: Sequence[Case], root: Path, command: str, *, resume: bool = False, watch: Watch = UNWATCHED
) -> Iterator[Ended]:
    """Run cases one after the other, each on all threads.

    Raises :class:`ResultError` where their results cannot be stored, before any is run.
    """
    with marked(root):
        for case in found:
            watch.say(case.label)
            yield run_case(case, root, command, resume, watch)
