"""Commands that take stored runs: print them, list them, run them again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from simulator.commands.loading import given_options, say
from simulator.errors import ResultError
from simulator.terminal.options import (
    FirstDay,
    Percentile,
    format_option,
    quiet_option,
    results_option,
    stored_option,
    threads_option,
)

MONTH = "A month stands for its first day; days are UTC's."


@click.command()
@click.argument("given", metavar="RUN", type=click.Path())
@click.option(
    "--allocate",
    "level",
    type=Percentile(),
    metavar="pNN",
    help="Add what makes up this percentile of the total, and its distance from the median, by component.",
)
@stored_option
@format_option
@quiet_option
def report(given: str, level: float | None, results: Path, style: str, quiet: bool) -> None:
    """Print the report of a stored run.

    RUN is its folder, the folder's name or how that begins.
    """
    from simulator.reports.report import render
    from simulator.results import find, load

    stored = load(find(given, results))
    if level is None:
        try:
            click.echo(render([stored.summary], style))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            what = f"{stored.path}: its summary is not one that this program writes"
            raise ResultError(f"{what} ({type(error).__name__}: {error}); run its scenario again") from error
        return
    from simulator.replay import replayed
    from simulator.reports.allocation import allocation_text
    from simulator.sensitivity.allocation import allocated

    found = replayed(stored)
    say([*found.notes, *found.part], quiet)
    parts = stored.summary["components"]
    allocation = allocated(found.columns([*parts, "total_cost"]), "total_cost", parts, level)
    click.echo(allocation_text(stored.summary, allocation, style))


@click.command("verify")
@click.argument("given", metavar="RUN", type=click.Path())
@stored_option
@threads_option
@quiet_option
def verify_command(given: str, results: Path, threads: int | None, quiet: bool) -> None:
    """Run a stored run again and compare.

    Every number in run.nc is compared; exit code 1 where one differs.
    """
    from simulator.results import find, load
    from simulator.terminal.bar import watching
    from simulator.verify import verify

    stored = load(find(given, results))
    with watching(quiet) as watch:
        verdict = verify(stored, threads, watch)
    click.echo(f"{stored.path}: {verdict.sentence}")
    if not verdict.same:
        raise click.exceptions.Exit(1)


def filter_options(command: Any) -> Any:
    """Which of the stored runs are meant."""
    where = click.option(
        "--where",
        multiple=True,
        metavar="KEY=VALUE",
        help="Only runs whose scenario, book, name, seed or draws is this; * stands for anything.",
    )
    since = click.option(
        "--since", type=FirstDay(), metavar="DATE", help=f"Only runs made on this day or later. {MONTH}"
    )
    before = click.option(
        "--before", type=FirstDay(), metavar="DATE", help=f"Only runs made before this day. {MONTH}"
    )
    return where(since(before(command)))


@click.group(invoke_without_command=True)
@filter_options
@results_option
@format_option
@click.pass_context
def runs(
    context: click.Context,
    where: tuple[str, ...],
    since: date | None,
    before: date | None,
    output: Path,
    style: str,
) -> None:
    """List the stored runs, newest first."""
    from simulator.reports.catalogue import catalogue_text
    from simulator.results import catalogue, chosen

    if context.invoked_subcommand and (before_it := given_options(*context.params)):
        what = f"write --{', --'.join(before_it)} after {context.invoked_subcommand}"
        raise click.UsageError(what.replace("style", "format"))
    if context.invoked_subcommand is None:
        click.echo(catalogue_text(chosen(catalogue(output), where, since, before), style))


@runs.command()
@filter_options
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@results_option
@format_option
def prune(
    where: tuple[str, ...],
    since: date | None,
    before: date | None,
    dry_run: bool,
    output: Path,
    style: str,
) -> None:
    """Delete stored runs; without a filter none.

    Prints those that are deleted. Without --where the files batch.*.nc of that time go as well.
    """
    from simulator.reports.catalogue import catalogue_text
    from simulator.reports.layout import counted
    from simulator.results import batches, catalogue, chosen, delete, delete_batches

    if not (where or since or before):
        raise click.UsageError("say which: --where, --since or --before")
    found = chosen(catalogue(output), where, since, before)
    files = [] if where else batches(output, since, before)
    click.echo(catalogue_text(found, style))
    if not dry_run:
        delete(found)
        delete_batches(files)
    counts = counted(len(found), "run") + (f" and {counted(len(files), 'file')} of batches" if files else "")
    click.echo(f"{'would delete' if dry_run else 'deleted'}: {counts}", err=True)
