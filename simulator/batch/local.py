"""A Dask cluster of this machine, in processes apart: ``python -m simulator.batch.local N FOLDER``.

Ctrl-C does not reach them, what Dask says of its own affairs goes to a file, and they end when whoever
started them does, in whatever way: their standard input closes then.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from signal import SIGKILL
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory
from typing import IO, Any

from simulator.errors import Complaint, InputError

LOG = "dask.log"
HERE = Path(__file__).parents[2]  # where Python finds this package first, and not another of its name


@contextmanager
def local_cluster(count: int) -> Iterator[str]:
    """The address of a scheduler with so many workers, of one thread each; nothing of them is left after.

    Raises :class:`InputError` where they do not start.
    """
    with TemporaryDirectory(prefix="traincost-", ignore_cleanup_errors=True) as folder:
        words = [sys.executable, "-m", "simulator.batch.local", str(count), folder]
        with (Path(folder) / LOG).open("w") as log:
            pipes: dict[str, Any] = {"stdin": PIPE, "stdout": PIPE, "stderr": log, "text": True}
            process = Popen(words, cwd=HERE, start_new_session=True, **pipes)
        try:
            yield _address(process.stdout, Path(folder) / LOG, count)
        finally:
            os.killpg(process.pid, SIGKILL)  # what ended is stored, and the rest shall not go on
            process.communicate()


def _address(printed: IO[str] | None, log: Path, count: int) -> str:
    """What the process prints once its workers are there."""
    address = printed.readline().strip() if printed else ""
    if not address:
        last = log.read_text().strip().splitlines()[-1:] or ["no reason was given"]
        what, remedy = f"its workers do not start: {last[0]}", "try fewer, or run without --scheduler"
        raise InputError([Complaint(f"--scheduler local:{count}", what, remedy)])
    return address


def _serve(count: int, folder: str) -> None:
    """Keep a cluster until standard input closes."""
    import dask
    from distributed import LocalCluster

    sizes = {"n_workers": count, "threads_per_worker": 1}
    with (
        dask.config.set({"temporary-directory": folder}),
        LocalCluster(**sizes, dashboard_address=":0") as found,
    ):
        print(found.scheduler_address, flush=True)
        sys.stdin.read()
    rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), sys.argv[2])
