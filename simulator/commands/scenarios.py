"""Commands that take scenarios: run them, check them, show what is in them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from simulator.commands.loading import load_all, settings_of, with_currency
from simulator.terminal.options import (
    Levels,
    Number,
    Whole,
    currency_option,
    format_option,
    quiet_option,
    results_option,
    simulation_options,
)

STORED_DRAWS = 10_000


@click.command()
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
@currency_option
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
    currency: str | None,
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

    loaded = load_all(scenarios, with_currency(options, currency), quiet)
    how = settings_of(options, levels, targets, most)
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


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO…", type=click.Path())
@simulation_options
@format_option
@quiet_option
def validate(scenarios: tuple[str, ...], style: str, quiet: bool, **options: Any) -> None:
    """Say what is wrong with scenarios and books."""
    from simulator.reports.inputs import checked, checked_text

    loaded = load_all(scenarios, options, quiet)
    found = [checked(path, scenario) for path, scenario in zip(scenarios, loaded, strict=True)]
    click.echo(checked_text(found, style))


@click.command()
@click.argument("scenario", type=click.Path())
@simulation_options
@format_option
@quiet_option
def priors(scenario: str, style: str, quiet: bool, **options: Any) -> None:
    """Print every input's prior and source.

    P5, P50 and P95 are those after truncation.
    """
    from simulator.reports.inputs import PRIORS_STYLES

    click.echo(PRIORS_STYLES[style](load_all((scenario,), options, quiet)[0]))


@click.command("explain")
@click.argument("scenario", type=click.Path())
@click.argument("name", default="total_cost", metavar="[QUANTITY]")
@simulation_options
@format_option
@quiet_option
def explain_command(scenario: str, name: str, style: str, quiet: bool, **options: Any) -> None:
    """Show what a quantity is computed from.

    A tree of formulas and inputs with units, medians and sources.
    """
    from simulator.reports import explain

    found, how = load_all((scenario,), options, quiet)[0], settings_of(options)
    found.check_name(name)
    root = explain.tree(found, name, explain.medians(found, how))
    click.echo(explain.STYLES[style](root, how.draws))
