"""What a batch on a Dask cluster costs beside its cases, and what would limit a thousand workers.

Run by hand: ``uv run --extra cluster python tests/benchmarks/cluster.py [--draws 500000] [--output FILE]``;
some minutes, on a machine that nobody else uses.
"""

from __future__ import annotations

import argparse
import os
import pickle
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import process_time

import numpy as np
from measuring import interleaved, load, machine, markdown, publish

from simulator.batch.cases import Case, cases, read_sweeps
from simulator.batch.cluster import Errand, on_cluster
from simulator.batch.local import local_cluster
from simulator.batch.running import run_case
from simulator.batch.software import SOFTWARE
from simulator.distributions import Point
from simulator.kernel.options import TASK
from simulator.simulation import DIGITS_OF_MANY, MOST_DRAWS, Settings, engine
from simulator.statistics.census import FIRST_LOOK, Census

SCENARIO = Path(__file__).parents[2] / "configs" / "gpt4-class.yaml"
COMMAND = "traincost batch configs/gpt4-class.yaml --sweep seed=1,2"
RUNS, TURNS, EMPTY = 8, 3, 2000
WORKERS = 1000  # whose needs are computed
DISK = 1e9  # bytes a second of a shared folder: 10 Gbit/s, a fast file server of one machine


@dataclass(frozen=True)
class Sizes:
    """Bytes of a case: to a worker, back from it, onto the shared folder."""

    there: int
    back: int
    stored: int


@dataclass(frozen=True)
class Speeds:
    """Times of the same batch on one worker over those on two; of a resumed case; a worker's memory."""

    ratios: tuple[float, ...]
    resumed: float
    memory: int


def few(seeds: int, draws: int) -> list[Case]:
    """Cases of one scenario that differ in their seeds."""
    sweep = "seed=" + ",".join(map(str, range(1, seeds + 1)))
    return cases([str(SCENARIO)], read_sweeps([sweep]), Settings(draws=draws))


def batch(found: Sequence[Case], root: Path, address: str, *, resume: bool = False) -> None:
    """Run cases on workers that are there."""
    list(on_cluster(found, root, COMMAND, address, resume=resume))


def speeds(draws: int, root: Path) -> Speeds:
    """One worker and two in turn, so that a change of load meets both; first, each gets ready."""
    from distributed import Client

    found = few(RUNS, draws)
    with local_cluster(1) as one, local_cluster(2) as two:
        for address in (one, two):
            batch(few(RUNS, 4096), root / "ready", address)
        timings = interleaved(
            {
                "one": partial(batch, found, root / "one", one),
                "two": partial(batch, found, root / "two", two),
                "resumed": partial(batch, found, root / "one", one, resume=True),
            },
            TURNS,
        )
        with Client(two) as client:
            memory = max(client.run(_memory).values())
    wall = {name: [timing.wall for timing in found] for name, found in timings.items()}
    ratios = tuple(a / b for a, b in zip(wall["one"], wall["two"], strict=True))
    return Speeds(ratios, min(wall["resumed"]) / RUNS, memory)


def _memory() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss)


def dispatch() -> float:
    """Processor seconds of a task that does nothing, of client, scheduler and worker in one process."""
    from distributed import Client, LocalCluster

    sizes = {"n_workers": 1, "threads_per_worker": 1}
    with LocalCluster(**sizes, processes=False, dashboard_address=":0") as one, Client(one) as client:
        client.gather(client.map(_nothing, range(10), pure=False))
        begin = process_time()
        client.gather(client.map(_nothing, range(EMPTY), pure=False))
        return (process_time() - begin) / EMPTY


def _nothing(number: int) -> None:
    """An empty task."""


def sizes(draws: int, root: Path) -> Sizes:
    """Of one case."""
    (case,) = few(1, draws)
    alone = replace(case, settings=replace(case.settings, threads=1))
    errand = Errand(root, ".tmp-" + 32 * "0", SOFTWARE, COMMAND, False)
    ended = run_case(alone, root, COMMAND, False)
    stored = sum(file.stat().st_size for file in Path(ended.row["run"]).iterdir())
    return Sizes(len(pickle.dumps((partial(run_case, errand), alone))), len(pickle.dumps(ended)), stored)


def range_bytes() -> tuple[int, int]:
    """Bytes of the counts of a range of draws of one huge run, and of the sums of each task's draws."""
    (case,) = few(1, 1 << 25)
    scenario = case.scenario()
    fixed = {name for name, prior in scenario.distributions.items() if isinstance(prior, Point)}
    names = [name for name in scenario.names if name not in fixed]
    made = engine(scenario, case.settings)
    first = np.array(list(made.columns(names, FIRST_LOOK).values()))
    census = Census(partial(made.fill, names), first, digits=DIGITS_OF_MANY, threads=1)
    return 4 * census.layout.bins, census.counts.moments.nbytes


def report(draws: int, root: Path) -> str:
    """All of it, measured."""
    size, (counts, sums) = sizes(draws, root / "size"), range_bytes()
    task, speed = dispatch(), speeds(draws, root)
    ratios = ", ".join(f"{ratio:.2f}" for ratio in speed.ratios)
    rows = [
        (f"{RUNS} cases of {draws:,} draws: time on 1 worker over time on 2", ratios),
        ("a case resumed: found whole, not run", f"{1000 * speed.resumed:.0f} ms"),
        ("an empty task: processor time of client, scheduler and worker", f"{1000 * task:.1f} ms"),
        ("memory of a worker", f"{speed.memory / 1e6:.0f} MB"),
        ("bytes of a case to a worker, and back", f"{size.there}, {size.back}"),
        ("bytes of a case onto the shared folder", f"{size.stored / 1e6:.1f} MB"),
        (f"one worker of {WORKERS:,} kept busy by the scheduler: a case lasts", f"{WORKERS * task:.1f} s"),
        (f"and by a shared folder of {DISK / 1e9:.0f} GB/s", f"{WORKERS * size.stored / DISK:.1f} s"),
        ("one huge run: counts of a range of draws", f"{counts / 1e6:.0f} MB"),
        (f"one huge run: sums of every {TASK:,} draws", f"{sums / 1e3:.0f} kB"),
        (
            f"and of {MOST_DRAWS / 1e9:.0f}e9 draws, the most there are",
            f"{MOST_DRAWS / TASK * sums / 1e9:.1f} GB",
        ),
    ]
    about = f"* {machine(['numpy', 'numba', 'distributed'])}\n* {_shared()}"
    return f"# A batch on a cluster\n\n{about}\n\n{markdown(('', 'measured'), rows)}\n\n{LIMITS}"


def _shared() -> str:
    """How many processes want a processor, and what that makes of the times."""
    wanted, there = os.getloadavg()[0], len(os.sched_getaffinity(0))
    doubt = "; too many: the ratios say nothing of scaling, measure them again" if wanted > there + 2 else ""
    return f"load of the machine {load()}{doubt}"


LIMITS = """\
At a thousand workers the shared folder is the first limit and the scheduler the next: where cases last
longer than both of the times above, all workers are kept busy. A million draws take a processor some 0.6 s
(a billion take two of them five minutes), so that a thousand workers want cases of 15 million draws; cases
of a million, a second each, keep a hundred busy. Bytes to workers and back do not matter.

One huge run is not split into ranges of draws. Bins are laid out after the first draws, so that every range
waits for them. Each then sends its counts and, for the same bytes as in one process, the sums of each of
its tasks, which are added up in their order. When all counts are there the bins that hold the wanted ranks
are known, and every range is drawn once more. All that is for at most 4e9 draws, which two processors make
in twenty minutes, and whose error is far below what is not known of any input. Instead: `run` on the
machine with most processors, or `--sampler sobol`, whose means err some thirty times less."""


def main() -> None:
    """Measure all of it and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=500_000)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = report(options.draws, Path(folder))
    publish(text, options.output)


if __name__ == "__main__":
    main()
