"""Commands that run many cases."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.commands.loading import settings_of
from simulator.terminal.options import format_option, quiet_option, results_option, simulation_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.batch.cases import Case
    from simulator.batch.running import Ended
    from simulator.watch import Watch


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO…", type=click.Path())
@click.option(
    "--sweep",
    "sweeps",
    multiple=True,
    metavar="KEY=VALUE,…",
    help="Run every scenario with each of these; repeat for every combination. KEY is book, seed, draws, "
    "sampler, lever, or what --set takes: plan.accelerator_count=1k,5k.",
)
@click.option("--resume", is_flag=True, help="Run only what is not stored whole already, or has changed.")
@click.option("--dry-run", is_flag=True, help="List the cases and run none.")
@click.option(
    "--scheduler",
    metavar="local:N|tcp://HOST:PORT",
    help="Run the cases on a Dask cluster: N workers of this machine, or a scheduler that runs. All of them "
    "must see the same files under the same paths.",
)
@simulation_options
@results_option
@format_option
@quiet_option
def batch(
    scenarios: tuple[str, ...],
    sweeps: tuple[str, ...],
    resume: bool,
    dry_run: bool,
    scheduler: str | None,
    output: Path,
    style: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Run scenarios with every combination of swept values.

    Each case is stored as it ends, one that fails stops none of the others; exit code 1 if any did.
    """
    from simulator.batch.cases import cases, read_sweeps
    from simulator.batch.report import batch_sheet, dry_text, line
    from simulator.batch.running import DONE
    from simulator.terminal.bar import watching

    chosen = {"book": options["book"], "laid_over": options["settings"], "levers": options["levers"]}
    found = cases(scenarios, read_sweeps(sweeps), settings_of(options), **chosen)
    if dry_run:
        click.echo(dry_text(found, style))
        return
    ended: list[Ended] = []
    with watching(quiet) as watch:
        for each in _running(found, output, scheduler, resume, watch):
            ended.append(each)
            if not quiet:
                click.echo(line(each, len(ended), len(found)), err=True)
    order = {case: place for place, case in enumerate(found)}
    ended.sort(key=lambda each: order[each.case])
    stored, error = _stored(ended, output)
    click.echo(batch_sheet(ended, stored).text(style))
    if error:
        raise error
    if any(each.status != DONE for each in ended):
        raise click.exceptions.Exit(1)


def _running(
    found: list[Case], output: Path, scheduler: str | None, resume: bool, watch: Watch
) -> Iterator[Ended]:
    """The cases as they end, here or on a cluster."""
    from simulator.batch.cluster import on_cluster
    from simulator.batch.running import one_by_one

    command = " ".join(["traincost", *sys.argv[1:]])
    if scheduler:
        return on_cluster(found, output, command, scheduler, resume=resume)
    return one_by_one(found, output, command, resume=resume, watch=watch)


def _stored(ended: list[Ended], output: Path) -> tuple[str | None, Exception | None]:
    """The file of the whole batch, or why it could not be stored; none where every case failed."""
    from simulator.batch.running import DONE
    from simulator.batch.table import batch_name, batch_tree
    from simulator.errors import ResultError
    from simulator.results import save_tree

    if not any(each.status == DONE for each in ended):
        return None, None
    try:
        return str(save_tree(batch_tree(ended), output / batch_name(ended))), None
    except ResultError as error:
        return None, error
