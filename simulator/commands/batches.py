"""Commands that run many cases."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.commands.loading import given_options, settings_of
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
    "sampler, lever, or what --set takes: plan.accelerator_count=1k,5k. The lever none is no further one: "
    "lever=none,moe.",
)
@click.option("--resume", is_flag=True, help="Run only what is not stored whole already, or has changed.")
@click.option("--dry-run", is_flag=True, help="Read the scenario of every case, run none.")
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

    chosen = {"book": options["book"], "laid_over": options["settings"], "levers": options["levers"]}
    read = read_sweeps(sweeps)
    _refuse_twice({sweep.sets for sweep in read}, options["settings"])
    found = cases(scenarios, read, settings_of(options), **chosen)
    if dry_run:
        _look(found, style, quiet)
        return
    ended, interrupted = _run(found, output, scheduler, resume, quiet)
    order = {case: place for place, case in enumerate(found)}
    ended.sort(key=lambda each: order[each.case])
    _report(ended, found, None if interrupted else output, style, quiet)
    if interrupted:
        raise KeyboardInterrupt


def _refuse_twice(swept: set[str], settings: tuple[str, ...]) -> None:
    """Refuse what would be given once for every case and swept as well."""
    from simulator.batch.cases import short

    given = {
        *given_options("book", "seed", "draws", "sampler"),
        *(short(s.partition("=")[0]) for s in settings),
    }
    if both := sorted(swept & given):
        raise click.UsageError(f"swept and given for all cases as well: {', '.join(both)}; take one out")


def _look(found: list[Case], style: str, quiet: bool) -> None:
    """Print the cases, none of them run; exit code 1 where a scenario cannot be read."""
    from simulator.batch.dry import checked
    from simulator.batch.report import dry_sheet, failures
    from simulator.terminal.bar import watching

    with watching(quiet) as watch:
        ended = checked(found, watch=watch)
    click.echo(dry_sheet(ended).text(style))
    _fail_if(failures(ended), style)


def _run(
    found: list[Case], output: Path, scheduler: str | None, resume: bool, quiet: bool
) -> tuple[list[Ended], bool]:
    """The cases as they ended, each told on stderr; and whether the user interrupted the others."""
    from simulator.batch.report import line
    from simulator.terminal.bar import watching

    ended: list[Ended] = []
    with watching(quiet) as watch:
        watch.expect_cases(len(found))
        try:
            for each in _running(found, output, scheduler, resume, watch, quiet):
                ended.append(each)
                if not quiet:
                    click.echo(line(each, len(ended), len(found)), err=True)
                watch.case_ended()
        except KeyboardInterrupt:
            return ended, True
    return ended, False


def _running(
    found: list[Case], output: Path, scheduler: str | None, resume: bool, watch: Watch, quiet: bool
) -> Iterator[Ended]:
    """The cases as they end, here or on a cluster."""
    from simulator.batch.running import one_by_one

    command = " ".join(["traincost", *sys.argv[1:]])
    if scheduler:
        from simulator.batch.cluster import on_cluster

        say = partial(click.echo, err=True) if not quiet else lambda text: None
        return on_cluster(found, output, command, scheduler, resume=resume, say=say)
    return one_by_one(found, output, command, resume=resume, watch=watch)


def _report(ended: list[Ended], found: list[Case], output: Path | None, style: str, quiet: bool) -> None:
    """Store the file of all cases if there is a folder for it, print the table; exit code 1 if any failed."""
    from simulator.batch.report import batch_sheet, failures

    stored, error = _stored(ended, found, output)
    if ended:
        click.echo(batch_sheet(ended, stored, len(found)).text(style))
    if stored and not quiet:
        click.echo(f"stored: {stored}, and the run of each case", err=True)
    if len(ended) < len(found) and not quiet:
        click.echo(f"{len(ended):,} of {len(found):,} cases ended; --resume runs the others", err=True)
    if error:
        raise error
    if len(ended) == len(found):
        _fail_if(failures(ended), style)


def _fail_if(failures: list[str], style: str) -> None:
    """End with exit code 1 where a case failed, and say why, unless a table on this terminal just did."""
    if not failures:
        return
    if style in ("json", "csv") or not sys.stdout.isatty():
        click.echo("\n".join(failures), err=True)
    raise click.exceptions.Exit(1)


def _stored(
    ended: list[Ended], found: list[Case], output: Path | None
) -> tuple[str | None, Exception | None]:
    """The file of the whole batch, or why it could not be stored; none where every case failed."""
    from simulator.batch.running import DONE
    from simulator.batch.table import batch_file, batch_tree
    from simulator.errors import ResultError
    from simulator.results import save_tree

    if output is None or not any(each.status == DONE for each in ended):
        return None, None
    try:
        return str(save_tree(batch_tree(ended), output / batch_file(found))), None
    except ResultError as error:
        return None, error
