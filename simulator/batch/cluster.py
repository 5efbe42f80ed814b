"""Cases on a Dask cluster: each is one task, whose worker stores the run in the folder of results.

Scheduler and workers see the same files under the same paths, so that some hundred bytes go to a worker and
some hundred come back. Needs the extra ``cluster``; nothing else here knows Dask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.batch.cases import Case
from simulator.batch.running import FAILED, Ended, run_case
from simulator.errors import Complaint, InputError

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local:"
SECONDS_TO_CONNECT = 30


def on_cluster(
    found: Sequence[Case], root: Path, command: str, scheduler: str, *, resume: bool = False
) -> Iterator[Ended]:
    """Run cases on a cluster's workers, each on one thread, and give them as they end.

    ``scheduler`` is ``local:N`` for N workers of this machine, or the address of one that runs. A case whose
    worker dies is run again on another one.
    Raises :class:`InputError` where there is no such scheduler, or Dask is not installed.
    """
    run = partial(_in_worker, root=root.absolute(), command=command, resume=resume)
    alone = [replace(case, settings=replace(case.settings, threads=1)) for case in found]
    with _client(scheduler) as client:
        from distributed import as_completed

        futures = dict(zip(client.map(run, alone, pure=False), found, strict=True))
        for future in as_completed(futures):
            yield _ended(future, futures[future])


def _in_worker(case: Case, root: Path, command: str, resume: bool) -> Ended:
    """Run a case in a worker, whose files are its own: xarray would ask the scheduler for a lock on them."""
    import dask

    with dask.config.set(scheduler="synchronous"):
        return run_case(case, root, command, resume)


def _ended(future: Any, case: Case) -> Ended:
    """What came back of a case; where nothing did, why."""
    error = future.exception()
    if error is not None:
        return Ended(case, {}, FAILED, f"{type(error).__name__}: {error}")
    found: Ended = future.result()
    return replace(found, case=case)


@contextmanager
def _client(scheduler: str) -> Iterator[Client]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        remedy = "install it: uv run --extra cluster traincost …"
        raise InputError([Complaint(f"--scheduler {scheduler}", "Dask is not installed", remedy)]) from None
    if not scheduler.startswith(LOCAL):
        try:
            with Client(scheduler, timeout=SECONDS_TO_CONNECT) as client:
                yield client
        except (OSError, ValueError) as error:
            what, remedy = f"there is no scheduler ({error})", "start one: dask scheduler"
            raise InputError([Complaint(f"--scheduler {scheduler}", what, remedy)]) from error
        return
    count = scheduler.removeprefix(LOCAL)
    if not count.isdecimal() or int(count) < 1:
        raise InputError([Complaint(f"--scheduler {scheduler}", "how many workers?", "write local:2")])
    cluster = LocalCluster(n_workers=int(count), threads_per_worker=1, dashboard_address=None)
    with cluster, Client(cluster) as client:
        yield client
