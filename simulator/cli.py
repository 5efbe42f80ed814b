"""The command line: each command is one library call and its printing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.errors import Complaint, InputError
from simulator.reports.layout import wrapped
from simulator.terminal.endings import Commands
from simulator.terminal.options import (
    Levels,
    Number,
    Whole,
    format_option,
    quiet_option,
    results_option,
    simulation_options,
)
from simulator.version import __version__

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario
    from simulator.simulation import Settings

STORED_DRAWS = 10_000


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="traincost")
def main() -> None:
    """What it costs to train a large language model, as a distribution.

    Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 bad input or failure, 2 wrong usage,
    130 interrupted.
    """


@main.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO…", type=click.Path())
@simulation_options
@click.option(
    "--percentiles",
    "levels",
    type=Levels(),
    default="5,10,50,80,90,95",
    show_default=True,
    help="Percentiles to report, separated by commas.",
)
@click.option(
    "--precision",
    "targets",
    multiple=True,
    metavar="STATISTIC=SHARE",
    help="Double the draws until the relative standard error is at most this: p90=0.5% (of the total), "
    "mean=0.1%, energy.p50=1%; repeat for more.",
)
@click.option(
    "--max-draws", "most", type=Whole(), default=1_000_000_000, show_default=True, help="No more than these."
)
@click.option("--budget", type=Number(), help="Report the chance that the total stays within this many USD.")
@click.option("--keep", type=click.Choice(["draws"]), help="Store all draws, not the first 10,000.")
@results_option
@click.option("--name", default="", help="A name for the run (one scenario).")
@format_option
@quiet_option
def run(
    scenarios: tuple[str, ...],
    levels: tuple[float, ...],
    targets: tuple[str, ...],
    most: int,
    budget: float | None,
    keep: str | None,
    output: Path,
    name: str,
    style: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Simulate scenarios, store each run and print its percentiles."""
    from simulator.reports.report import render
    from simulator.running import run_and_store
    from simulator.terminal.bar import watching

    loaded = _load_all(scenarios, options, quiet)
    how = _settings(options, levels, targets, most)
    kept = None if keep else STORED_DRAWS
    command = " ".join(["traincost", *sys.argv[1:]])
    if how.first_draws != how.draws and not quiet:
        click.echo(f"note: {how.draws:,} draws rounded up to {how.first_draws:,}", err=True)
    with watching(quiet) as watch:
        found = [
            run_and_store(s, how, output, name=name, budget=budget, keep=kept, command=command, watch=watch)
            for s in loaded
        ]
    click.echo(render(found, style))
    if not quiet:
        click.echo("\n".join(f"stored: {summary['run']}" for summary in found), err=True)


@main.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO…", type=click.Path())
@simulation_options
@format_option
@quiet_option
def validate(scenarios: tuple[str, ...], style: str, quiet: bool, **options: Any) -> None:
    """Read scenarios with their books and say what is wrong with them."""
    from simulator.reports.inputs import checked, checked_text

    loaded = _load_all(scenarios, options, quiet)
    found = [checked(path, scenario) for path, scenario in zip(scenarios, loaded, strict=True)]
    click.echo(checked_text(found, style))


@main.command()
@click.argument("scenario", type=click.Path())
@simulation_options
@format_option
@quiet_option
def priors(scenario: str, style: str, quiet: bool, **options: Any) -> None:
    """Print every input's P5, P50 and P95 after truncation, its unit, source and date."""
    from simulator.reports.inputs import PRIORS_STYLES

    click.echo(PRIORS_STYLES[style](_load_all((scenario,), options, quiet)[0]))


@main.command("explain")
@click.argument("scenario", type=click.Path())
@click.argument("name", default="total_cost", metavar="[QUANTITY]")
@simulation_options
@format_option
@quiet_option
def explain_command(scenario: str, name: str, style: str, quiet: bool, **options: Any) -> None:
    """Show what a quantity is computed from: formulas, units, medians and sources, as a tree."""
    from simulator.reports import explain

    found, how = _load_all((scenario,), options, quiet)[0], _settings(options)
    explain.check_name(found, name)
    root = explain.tree(found, name, explain.medians(found, how))
    click.echo(explain.STYLES[style](root, how.draws))


@main.command()
@click.argument("given", metavar="RUN", type=click.Path())
@results_option
@format_option
def report(given: str, output: Path, style: str) -> None:
    """Print the report of a stored run: RUN is its folder, the folder's name or how that begins."""
    from simulator.reports.report import render
    from simulator.results import find, load

    click.echo(render([load(find(given, output)).summary], style))


@main.command("verify")
@click.argument("given", metavar="RUN", type=click.Path())
@results_option
@click.option("--threads", type=Whole(), help="Threads (default: one a processor).")
@quiet_option
def verify_command(given: str, output: Path, threads: int | None, quiet: bool) -> None:
    """Run a stored run's scenario again and compare every number; exit code 1 where one differs."""
    from simulator.results import find, load
    from simulator.terminal.bar import watching
    from simulator.verify import verify

    stored = load(find(given, output))
    with watching(quiet) as watch:
        verdict = verify(stored, threads, watch)
    click.echo(f"{stored.path}: {verdict.sentence}")
    if not verdict.same:
        raise click.exceptions.Exit(1)


@main.command()
@results_option
@format_option
def runs(output: Path, style: str) -> None:
    """List the stored runs, newest first."""
    from simulator.reports.catalogue import catalogue_text

    click.echo(catalogue_text(output, style))


def _load_all(paths: tuple[str, ...], options: dict[str, Any], quiet: bool) -> list[Scenario]:
    """Every scenario, or every complaint about all of them."""
    from simulator import load_scenario

    chosen = {key: options[key] for key in ("book", "settings", "levers")}
    scenarios: list[Scenario] = []
    complaints: list[Complaint] = []
    for path in paths:
        try:
            scenarios.append(load_scenario(path, **chosen))
        except InputError as error:
            complaints += error.complaints
    if complaints:
        raise InputError(dict.fromkeys(complaints))
    if not quiet:
        for note in dict.fromkeys(note for scenario in scenarios for note in _notes(scenario)):
            click.echo("\n".join(wrapped(note)), err=True)
    return scenarios


def _notes(scenario: Scenario) -> list[str]:
    """What is superfluous because quantities are given, and what of it was given in vain."""
    notes, gone = [], scenario.model.pruned
    if gone:
        names = "name" if len(gone) == 1 else "names"
        notes.append(f"note: {len(gone)} {names} not needed: {', '.join(gone)}")
    if scenario.ignored:
        notes.append(f"note: ignored, though given: {', '.join(scenario.ignored)}")
    return [*notes, *(f"note: {note}" for note in scenario.notes)]


def _settings(
    options: dict[str, Any],
    levels: tuple[float, ...] | None = None,
    targets: tuple[str, ...] = (),
    most: int = 1_000_000_000,
) -> Settings:
    from simulator.simulation import LEVELS, Settings, check_settings
    from simulator.statistics.precision import read_targets

    how = Settings(
        options["draws"],
        options["seed"],
        options["sampler"],
        options["threads"],
        levels or LEVELS,
        read_targets(targets),
        most,
    )
    check_settings(how)
    return how
