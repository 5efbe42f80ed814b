"""The command that draws runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from simulator.commands.loading import given_options, refuse_options, replay, say
from simulator.terminal.options import (
    Number,
    Percentile,
    picture_option,
    quantity_option,
    quiet_option,
    simulation_options,
    stored_option,
    top_option,
)

HEEDED = {  # the options that a kind of picture heeds
    "distribution": ("quantity",),
    "s-curve": ("quantity", "budget", "level"),
    "breakdown": (),
    "tornado": ("quantity", "top"),
    "convergence": ("quantity", "level"),
    "correlation": ("quantity",),
}


@click.command()
@click.argument("given", nargs=-1, required=True, metavar="RUN|SCENARIO…", type=click.Path())
@click.option(
    "--kind",
    type=click.Choice(list(HEEDED)),
    default="distribution",
    show_default=True,
    help="s-curve lays several runs over each other; the others show one.",
)
@click.option(
    "--budget", type=Number(), help="s-curve: mark this many USD, and the chance to stay within it."
)
@click.option(
    "--level",
    type=Percentile(),
    default="p80",
    show_default=True,
    metavar="pNN",
    help="The percentile that s-curve reads off and convergence follows.",
)
@quantity_option
@top_option
@picture_option
@stored_option
@simulation_options
@quiet_option
def plot(
    given: tuple[str, ...],
    kind: str,
    budget: float | None,
    level: float,
    quantity: str,
    top: int,
    output: Path | None,
    **options: Any,
) -> None:
    """Draw a run as PNG or SVG.

    The run is a stored one or a scenario's, made now. Without -o the file is NAME-KIND.png, here.
    """
    if len(given) > 1 and kind != "s-curve":
        raise click.UsageError(f"{kind} shows one run; only s-curve shows several")
    from simulator.pictures import picture
    from simulator.plots import save

    refuse_options(given)
    idle = [name for name in given_options("quantity", "budget", "level", "top") if name not in HEEDED[kind]]
    say([f"--{name} makes no difference to --kind {kind}" for name in idle], options["quiet"])
    runs = [replay(one, options, options["results"], options["quiet"]) for one in given]
    drawn = picture(kind, runs, quantity, budget=budget, level=level, top=top)
    click.echo(save(drawn, output or Path(f"{runs[0].summary['name']}-{kind}.png")))
