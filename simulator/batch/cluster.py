"""Cases on a Dask cluster: each is one task, whose worker stores the run in the folder of results.

Scheduler and workers run the same code and see the same files under the same paths, so that some hundred
bytes go to a worker and some hundred come back. Where a worker does not, it is refused before it computes:
it would store runs of old code, or where nobody looks. Needs the extra ``cluster``.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from socket import gethostname
from typing import TYPE_CHECKING, Any

from simulator.batch.cases import Case
from simulator.batch.local import local_cluster
from simulator.batch.running import FAILED, Ended, run_case
from simulator.batch.software import SOFTWARE, difference
from simulator.errors import Complaint, InputError
from simulator.results import marked

if TYPE_CHECKING:
    from distributed import Client, Future

Say = Callable[[str], None]

LOCAL = "local:"
SECONDS_TO_CONNECT = 30
LOOK = 10.0  # seconds without a case that ends, after which somebody looks whether there are workers
PATIENCE = 600.0  # seconds without any worker, after which the rest is given up
LARGE = "distributed.admin.large-graph-warning-threshold"  # 100,000 cases are some 50 MB
NOT_HERE = "it cannot run traincost: {}; start it by uv run --extra cluster dask … in the same folder"
AGAIN = "run again with --resume"


@dataclass(frozen=True)
class Errand:
    """What a worker is told besides its case; ``mark`` is a file that it finds where results belong."""

    root: Path
    mark: str
    software: Mapping[str, str]
    command: str
    resume: bool


def on_cluster(
    found: Sequence[Case],
    root: Path,
    command: str,
    scheduler: str,
    *,
    resume: bool = False,
    say: Say = lambda text: None,
) -> Iterator[Ended]:
    """Run cases on a cluster's workers, each on one thread, and give them as they end.

    ``scheduler`` is ``local:N`` for N workers of this machine, or the address of one that runs. A case whose
    worker dies is run again on another one; ``say`` is told where there are no workers.
    Raises :class:`InputError` where there is no such scheduler, it or a worker differs from this process or
    sees other files, or Dask is not installed.
    """
    with _address(scheduler) as address, _connected(address) as client, marked(root) as mark:
        errand = Errand(root.absolute(), mark.name, SOFTWARE, command, resume)
        _check_all(client, errand)
        alone = [replace(case, settings=replace(case.settings, threads=1)) for case in found]
        tasks = client.map(partial(_in_worker, errand=errand), alone, pure=False)
        running = dict(zip(tasks, found, strict=True))
        for ended in _as_they_end(client, running, address, say, mark):
            yield replace(ended, row=_under(root, ended.row))


def _under(root: Path, row: dict[str, Any]) -> dict[str, Any]:
    """A row whose run lies under the folder of results as this process calls it."""
    return row | {"run": str(root / Path(row["run"]).name)} if "run" in row else row


def _in_worker(case: Case, errand: Errand) -> Ended:
    """Run a case in a worker, whose files are its own: xarray would ask the scheduler for a lock on them."""
    import dask

    fault = _fault(errand)
    if fault:
        return Ended(case, case.known, FAILED, f"the worker on {gethostname()} {fault}")
    with dask.config.set(scheduler="synchronous"):
        ended = run_case(case, errand.root, errand.command, errand.resume)
    return replace(ended, error=f"{ended.error} (on {gethostname()})") if ended.error else ended


def _fault(errand: Errand) -> str:
    """Why this process cannot run cases of that errand; empty if it can."""
    if not (errand.root / errand.mark).exists():
        return f"does not see the folder {errand.root} that the batch is started on; share it"
    return difference(errand.software)


def _check_all(client: Client, errand: Errand) -> None:
    """Raise :class:`InputError` for what there is of scheduler and workers and will not do."""
    try:
        found: dict[str, Any] = {"scheduler": client.run_on_scheduler(difference, errand.software)}
        found |= {
            f"worker {at}": fault for at, fault in client.run(_fault, errand, on_error="return").items()
        }
    except Exception as error:  # it cannot load this package, or does not answer
        found = {"scheduler": error}
    faults = {who: f"it {fault}" if isinstance(fault, str) else NOT_HERE.format(fault)
              for who, fault in found.items() if fault}  # fmt: skip
    if faults:
        raise InputError([Complaint(who, fault) for who, fault in faults.items()])


def _as_they_end(
    client: Client, running: dict[Future[Ended], Case], address: str, say: Say, mark: Path
) -> Iterator[Ended]:
    """What the tasks give, in the order in which they end; a reason for those that never will.

    Meanwhile the mark is kept young: a worker that stores a run clears what looks left behind.
    """
    ended: SimpleQueue[Future[Ended]] = SimpleQueue()
    for future in running:
        future.add_done_callback(ended.put)
    idle, remedy = 0.0, f"start one: uv run dask worker {address} --nthreads 1"
    while running and idle < PATIENCE:
        with suppress(OSError):
            mark.touch()
        try:
            future = ended.get(timeout=LOOK)
        except Empty:
            idle = 0.0 if _has_workers(client) else idle + LOOK
            if idle == LOOK:
                say(f"{address} has no workers; {remedy}")
        else:
            idle = 0.0
            yield _ended(future, running.pop(future))
    for case in running.values():
        yield Ended(case, case.known, FAILED, f"no worker for {idle / 60:.0f} minutes; {remedy}; {AGAIN}")


def _has_workers(client: Client) -> bool:
    """Whether there are any; where the scheduler is gone, the tasks tell."""
    try:
        return bool(client.nthreads())
    except (OSError, TimeoutError):
        return True


def _ended(future: Future[Ended], case: Case) -> Ended:
    """What came back of a case; where nothing did, why."""
    from distributed import KilledWorker

    if future.status == "cancelled":
        return Ended(case, case.known, FAILED, f"the scheduler is gone; start it and {AGAIN}")
    error = future.exception()
    if error is None:
        ended: Ended = future.result()
        return replace(ended, case=case)
    died = isinstance(error, KilledWorker)
    reason = (
        "workers that ran it died; is their memory too small?" if died else f"{type(error).__name__}: {error}"
    )
    return Ended(case, case.known, FAILED, reason)


@contextmanager
def _address(scheduler: str) -> Iterator[str]:
    """The address of a scheduler, which for ``local:N`` is started and ended."""
    if not find_spec("distributed"):
        remedy = "install it: uv run --extra cluster traincost …"
        raise InputError([Complaint(f"--scheduler {scheduler}", "Dask is not installed", remedy)])
    if not scheduler.startswith(LOCAL):
        yield scheduler
        return
    count = scheduler.removeprefix(LOCAL)
    if not count.isdecimal() or int(count) < 1:
        raise InputError([Complaint(f"--scheduler {scheduler}", "how many workers?", "write local:2")])
    with local_cluster(int(count)) as address:
        yield address


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """A client of a scheduler; what goes wrong is said here and not in Dask's log."""
    import dask
    from distributed import Client
    from distributed.utils import silence_logging_cmgr

    with silence_logging_cmgr(logging.CRITICAL), dask.config.set({LARGE: "1GB"}):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of versions: the check says which must be alike
                client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            what, remedy = f"there is no scheduler ({error})", "start one: uv run dask scheduler --port 8786"
            raise InputError([Complaint(f"--scheduler {address}", what, remedy)]) from error
        with client:
            yield client
