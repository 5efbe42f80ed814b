"""Commands that set one run against another."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from simulator.commands.loading import is_scenario, load_all, refuse_options, settings_of
from simulator.terminal.options import (
    Metric,
    format_option,
    picture_option,
    quantity_option,
    quiet_option,
    simulation_options,
    stored_option,
    top_option,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.gate import Limit, Verdict
    from simulator.sides import Side

AS_IT_IS: dict[str, Any] = {"book": None, "settings": (), "levers": ()}  # a base, whatever the other side is
EXITS = {"pass": 0, "over": 3, "undecided": 4}
KINDS = ("waterfall", "overlay")
RUN_ONLY = ("draws", "seed", "sampler")


@click.command("compare")
@click.argument("base", metavar="BASE", type=click.Path())
@click.argument("new", metavar="NEW", type=click.Path())
@click.option("--book-new", type=click.Path(), help="NEW's book; --book is that of both.")
@click.option("--set-new", multiple=True, metavar="KEY=VALUE", help="As --set, for NEW alone.")
@click.option("--lever-new", multiple=True, metavar="NAME|FILE.py", help="As --lever, for NEW alone.")
@click.option(
    "--statistic",
    "statistics",
    type=Metric(),
    multiple=True,
    default=("p50", "p90"),
    show_default=True,
    metavar="mean|pNN",
    help="What is attributed to what differs; repeat for more. The picture shows the last.",
)
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    default="waterfall",
    show_default=True,
    help="The picture that -o writes: the change, difference by difference, or both curves.",
)
@quantity_option
@top_option
@picture_option
@stored_option
@simulation_options
@format_option
@quiet_option
def compare_command(
    base: str,
    new: str,
    statistics: tuple[float | None, ...],
    kind: str,
    quantity: str,
    top: int,
    output: Path | None,
    style: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Say how far NEW is from BASE, and why.

    BASE and NEW are scenarios or stored runs; both are evaluated on BASE's seed, draws and sampler. The
    change of each statistic is shared out among the priors, plan items, correlations and levers that differ.
    """
    from simulator.pictures import comparison_picture
    from simulator.plots import save
    from simulator.reports.compare import compare_sheet
    from simulator.sides import compared, labels, notes
    from simulator.terminal.bar import watching

    sides = both_sides(base, new, options, quiet)
    with watching(quiet) as watch:
        found = compared(*sides, quantity, list(dict.fromkeys(statistics)), watch)
    told = labels(*sides)
    if output:
        save(comparison_picture(kind, found, told, statistics[-1], top), output)
    about = dict(zip(("base", "new"), told, strict=True))
    click.echo(compare_sheet(found, about, notes(*sides), top).text(style))


def both_sides(base: str, new: str, options: Mapping[str, Any], quiet: bool) -> tuple[Side, Side]:
    """BASE and NEW as they are meant; options that a stored run cannot heed are refused."""
    of_new = {
        "book": options["book_new"] or options["book"],
        "settings": (*options["settings"], *options["set_new"]),
        "levers": (*options["levers"], *options["lever_new"]),
    }
    _refuse(base, new, options)
    return one_side(base, options, quiet), one_side(new, {**options, **of_new}, quiet)


def one_side(given: str, options: Mapping[str, Any], quiet: bool) -> Side:
    """A scenario or a stored run."""
    from simulator.results import find, load
    from simulator.sides import Side, of_run

    if is_scenario(given):
        return Side(load_all((given,), options, quiet)[0], settings_of(options))
    return of_run(load(find(given, options["results"])), options["threads"])


def _refuse(base: str, new: str, options: Mapping[str, Any]) -> None:
    """Refuse what would not be heeded: a stored run is as it was made, and both sides have BASE's draws."""
    context = click.get_current_context()
    given = {
        option.name: option.opts[-1]
        for option in context.command.params
        if context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE
    }
    idle = [] if is_scenario(base) else list(RUN_ONLY)
    idle += [] if is_scenario(new) else ["book_new", "set_new", "lever_new"]
    idle += [] if is_scenario(base) or is_scenario(new) else ["book", "settings", "levers"]
    if wrong := [given[name] for name in idle if name in given]:
        what = (
            f"a stored run is as it was made, so that {', '.join(wrong)} cannot be heeded; name its scenario"
        )
        raise click.UsageError(what, context)


@click.command("check")
@click.argument("given", metavar="RUN|SCENARIO", type=click.Path())
@click.option(
    "--max",
    "most",
    multiple=True,
    metavar="STATISTIC=LIMIT",
    help="p80=150M (of the total, USD), mean=90M, energy.p50=30k; repeat for more.",
)
@click.option(
    "--max-increase",
    "increase",
    multiple=True,
    metavar="STATISTIC=LIMIT",
    help="p90=5% (of the base's) or p90=2M, over --against, on the same draws; repeat for more.",
)
@click.option(
    "--against",
    metavar="BASE",
    type=click.Path(),
    help="The run or scenario that increases are over; of --book, --set and --lever it has none.",
)
@stored_option
@simulation_options
@format_option
@quiet_option
def check_command(
    given: str,
    most: tuple[str, ...],
    increase: tuple[str, ...],
    against: str | None,
    style: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Hold a run against limits.

    Exit code 0: every limit is kept; 3: one is broken; 4: undecided, since the Monte Carlo error is too large
    to tell; 1 and 2: the check could not be made.
    """
    from simulator.gate import INCREASE, MAX, decision, read_limits
    from simulator.reports.check import check_sheet

    if not most and not increase:
        raise click.UsageError("there is nothing to check; give --max or --max-increase")
    if bool(increase) != bool(against):
        raise click.UsageError("--max-increase and --against go together")
    limits = read_limits({MAX: most, INCREASE: increase})
    found, units, about, told = _held(given, against, limits, options, quiet)
    click.echo(check_sheet(found, units, about, told).text(style))
    raise click.exceptions.Exit(EXITS[decision(found)])


def _held(
    given: str, against: str | None, limits: list[Limit], options: Mapping[str, Any], quiet: bool
) -> tuple[list[Verdict], dict[str, str], dict[str, Any], list[str]]:
    """The verdicts in the order of the limits, the units of their quantities, of what they are, in words."""
    from simulator.checking import check_names, increase_verdicts, run_verdicts, sentences, verdicts
    from simulator.gate import MAX
    from simulator.results import find, load
    from simulator.sides import of_run
    from simulator.terminal.bar import watching

    refuse_options([name for name in (given, against) if name])
    own, increases = (
        [limit for limit in limits if (limit.kind == MAX) is is_own] for is_own in (True, False)
    )
    stored = None if is_scenario(given) else load(find(given, options["results"]))
    side = cache(lambda: of_run(stored, options["threads"]) if stored else one_side(given, options, quiet))
    base = one_side(against, {**options, **AS_IT_IS}, quiet) if against else None
    check_names(own if not stored else [], side, increases, base)
    with watching(quiet) as watch:
        found = run_verdicts(stored, side, own, watch) if stored else verdicts(side(), own, watch)
        found += increase_verdicts(base, side(), increases, watch) if base else []
    quantities = stored.summary["quantities"] if stored else {}
    units = {
        limit.quantity: quantities[limit.quantity]["unit"] if stored else side().unit(limit.quantity)
        for limit in limits
    }
    name = stored.summary["name"] if stored else side().scenario.name
    about = {"name": name, "run": str(stored.path) if stored else None}
    told = sentences(stored, side, base)
    return found, units, {**about, "against": base.about["name"] if base else None}, told
