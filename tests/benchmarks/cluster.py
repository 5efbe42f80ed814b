"""What a batch on a Dask cluster costs beside its cases, and what would limit a thousand workers.

Run by hand: ``uv run --extra cluster python tests/benchmarks/cluster.py [--draws 500000] [--output FILE]``;
some minutes.
"""

from __future__ import annotations

import argparse
import pickle
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from distributed import Client, LocalCluster
from measuring import load, machine, markdown, publish

from simulator.batch.cases import Case, cases, read_sweeps
from simulator.batch.cluster import Errand, on_cluster
from simulator.batch.local import local_cluster
from simulator.batch.running import run_case
from simulator.batch.software import SOFTWARE
from simulator.distributions import Point
from simulator.simulation import DIGITS_OF_MANY, Settings, engine
from simulator.statistics.census import FIRST_LOOK, Census

SCENARIO = Path(__file__).parents[2] / "configs" / "gpt4-class.yaml"
COMMAND = "traincost batch configs/gpt4-class.yaml --sweep seed=1,2"
RUNS, TURNS, EMPTY = 8, 3, 2000


@dataclass(frozen=True)
class Row:
    """A measured number in words."""

    what: str
    value: str


def few(seeds: int, draws: int) -> list[Case]:
    """Cases of one scenario that differ in their seeds."""
    sweep = "seed=" + ",".join(map(str, range(1, seeds + 1)))
    return cases([str(SCENARIO)], read_sweeps([sweep]), Settings(draws=draws))


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes."""
    begin = perf_counter()
    work()
    return perf_counter() - begin


def batch(found: Sequence[Case], root: Path, address: str, resume: bool = False) -> float:
    """Seconds of a batch on workers that run."""
    return seconds(lambda: list(on_cluster(found, root, COMMAND, address, resume=resume)))


@contextmanager
def workers(count: int, root: Path) -> Iterator[str]:
    """A local cluster whose every worker has run one case, so that none has to get ready."""
    with local_cluster(count) as address:
        batch(few(4 * count, 4096), root / "ready", address)
        yield address


def scaling(draws: int, root: Path) -> list[Row]:
    """One worker and two, two rounds each in turn: what load there is meets both."""
    found = few(RUNS, draws)
    with workers(1, root) as one, workers(2, root) as two:
        pairs = [
            (batch(found, root / f"one{k}", one), batch(found, root / f"two{k}", two)) for k in range(TURNS)
        ]
        resumed = batch(found, root / "one0", one, resume=True) / RUNS
        with Client(two) as client:
            memory = client.run(_memory)
    ratios = " ".join(f"{a / b:.2f}" for a, b in pairs)
    return [
        Row(f"{RUNS} cases of {draws:,} draws: time of 1 worker over that of 2", ratios),
        Row("a case resumed, which is read and checked and not run", f"{1000 * resumed:.0f} ms"),
        Row("memory of a worker after them (resident)", f"{max(memory.values()) / 2**20:.0f} MB"),
    ]


def _memory() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss)


def dispatch() -> list[Row]:
    """Tasks that do nothing, with client, scheduler and worker in one process, by its processor time."""
    sizes = {"n_workers": 1, "threads_per_worker": 1}
    with LocalCluster(**sizes, processes=False, dashboard_address=":0") as one, Client(one) as client:
        client.gather(client.map(_nothing, range(10), pure=False))
        begin = process_time()
        client.gather(client.map(_nothing, range(EMPTY), pure=False))
        spent = (process_time() - begin) / EMPTY
    what = "an empty task, processor time of client, scheduler and worker together"
    return [Row(what, f"{1000 * spent:.2f} ms")]


def _nothing(number: int) -> None:
    """An empty task."""


def bytes_of_a_task(draws: int, root: Path) -> list[Row]:
    """What goes to a worker, comes back and is stored."""
    (case,) = few(1, draws)
    errand = Errand(root, ".tmp-" + 32 * "0", SOFTWARE, COMMAND, False)
    ended = run_case(replace(case, settings=replace(case.settings, threads=1)), root, COMMAND, False)
    stored = sum(file.stat().st_size for file in Path(ended.row["run"]).iterdir())
    there = len(pickle.dumps((partial(run_case, root=errand), case)))
    return [
        Row("bytes to a worker: case and errand", f"{there:,}"),
        Row("bytes back: how it ended, its row of the list", f"{len(pickle.dumps(ended)):,}"),
        Row("bytes stored on the shared folder", f"{stored:,}"),
    ]


def bytes_of_a_range() -> list[Row]:
    """What a range of draws of one huge run would have to send: counts of the first pass, and its sums."""
    (case,) = few(1, 1 << 25)
    scenario = case.scenario()
    fixed = {name for name, prior in scenario.distributions.items() if isinstance(prior, Point)}
    names = [name for name in scenario.names if name not in fixed]
    made = engine(scenario, case.settings)
    first = np.array(list(made.columns(names, FIRST_LOOK).values()))
    census = Census(partial(made.fill, names), first, digits=DIGITS_OF_MANY, threads=1)
    counts, sums = 4 * census.layout.bins, census.counts.moments.nbytes
    return [
        Row("one huge run: counts of a range of draws", f"{counts / 1e6:.0f} MB"),
        Row("one huge run: sums of each 65,536 draws", f"{sums / 1e3:.0f} kB"),
    ]


def main() -> None:
    """Measure all of it and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=500_000)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        rows = [
            *bytes_of_a_task(options.draws, root / "task"),
            *bytes_of_a_range(),
            *dispatch(),
            *scaling(options.draws, root),
        ]
    about = f"* {machine(['numpy', 'numba', 'distributed'])}\n* load {load()}"
    table = markdown(("measured", "value"), [(row.what, row.value) for row in rows])
    publish(f"# A batch on a cluster\n\n{about}\n\n{table}", options.output)


if __name__ == "__main__":
    main()
