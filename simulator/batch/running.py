"""Running cases: each stored when it ends, one that fails in nobody's way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.batch.cases import Case
from simulator.errors import SimulatorError
from simulator.results import is_whole, listed
from simulator.running import folder_of, run_and_store
from simulator.watch import UNWATCHED, Watch

DONE, FAILED = "done", "failed"
KEPT = 10_000  # draws stored of each run

Runner = Callable[[Sequence[Case]], Iterable["Ended"]]


@dataclass(frozen=True)
class Ended:
    """How a case ended: its row of the catalogue, or why it has none."""

    case: Case
    row: dict[str, Any]
    status: str
    error: str | None = None
    resumed: bool = False  # it had been finished before


def run_case(case: Case, root: Path, command: str, resume: bool, watch: Watch = UNWATCHED) -> Ended:
    """Run a case and store it; with ``resume``, a run that is there and whole is left as it is."""
    try:
        scenario = case.scenario()
        folder = folder_of(scenario, case.settings, root, keep=KEPT)
        if resume and is_whole(folder):
            return _finished(case, folder, resumed=True)
        run_and_store(scenario, case.settings, root, keep=KEPT, command=command, watch=watch)
        return _finished(case, folder, resumed=False)
    except SimulatorError as error:
        return Ended(case, {}, FAILED, str(error))
    except Exception as error:  # whatever it is, the other cases go on
        return Ended(case, {}, FAILED, f"{type(error).__name__}: {error}")


def _finished(case: Case, folder: Path, resumed: bool) -> Ended:
    row = listed(folder)
    return Ended(case, row, FAILED if "error" in row else DONE, row.get("error"), resumed)


def one_by_one(
    found: Sequence[Case], root: Path, command: str, *, resume: bool = False, watch: Watch = UNWATCHED
) -> Iterator[Ended]:
    """Run cases one after the other, each on all threads."""
    for place, case in enumerate(found, 1):
        watch.say(f"case {place} of {len(found)}")
        yield run_case(case, root, command, resume, watch)
