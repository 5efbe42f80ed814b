"""Commands that say what drives a cost: tornados and Sobol' indices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from simulator.commands.loading import is_scenario, load_all, refuse_options, replay, say, settings_of
from simulator.terminal.options import (
    Metric,
    format_option,
    picture_option,
    quantity_option,
    quiet_option,
    simulated_by,
    simulation_options,
    stored_option,
    top_option,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.replay import Replay
    from simulator.scenario.scenario import Scenario
    from simulator.sensitivity.tornado import Tornado

KINDS = ("swing", "binned", "variance")
BASE_POINTS = 1 << 18  # 16 nets of 2**14
ABOUT = ("scenario", "book", "run", "seed", "draws", "sampler")


@click.command("tornado")
@click.argument("given", metavar="SCENARIO|RUN", type=click.Path())
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    default="swing",
    show_default=True,
    help="swing: each input from its P10 to its P90, the others at their medians; binned: change of the "
    "metric from the lowest to the highest tenth of the input's draws; variance: share of the variance.",
)
@click.option(
    "--metric",
    type=Metric(),
    default="mean",
    show_default=True,
    metavar="mean|pNN",
    help="The statistic that binned shows; given alone it asks for binned.",
)
@click.option(
    "--conditional",
    is_flag=True,
    help="swing: inputs correlated with the one that is moved go to their medians given it.",
)
@quantity_option
@top_option
@picture_option
@stored_option
@simulation_options
@format_option
@quiet_option
def tornado_command(
    given: str, output: Path | None, quantity: str, top: int, style: str, **options: Any
) -> None:
    """Show how far each input moves the cost.

    A table, and with -o a picture.
    """
    from simulator.reports.tornado import tornado_sheet
    from simulator.sensitivity.swing import swing

    refuse_options((given,))
    kind = _kind(options, quiet=options["quiet"])
    if kind == "swing":
        scenario, about = _scenario_of(given, options)
        tornado = swing(scenario, quantity, options["conditional"])
    else:
        found = replay(given, options, options["results"], options["quiet"])
        about = {**{key: found.summary[key] for key in ABOUT}, "draws_used": found.draws}
        say(found.part, options["quiet"])
        tornado = _given_data(found, quantity, kind, options)
    if output:
        from simulator.pictures import tornado_picture
        from simulator.plots import save

        save(tornado_picture(tornado, top, about["scenario"]), output)
    click.echo(tornado_sheet(tornado, about, top).text(style))


def _kind(options: Mapping[str, Any], quiet: bool) -> str:
    """The kind asked for; a metric alone asks for binned. What a kind cannot heed is said."""
    kind, source = str(options["kind"]), click.get_current_context().get_parameter_source
    given = [key for key in ("metric", "conditional") if source(key) is ParameterSource.COMMANDLINE]
    if "metric" in given and source("kind") is not ParameterSource.COMMANDLINE:
        kind = "binned"
    heeded = {"swing": "conditional", "binned": "metric"}.get(kind)
    say([f"--{key} makes no difference to --kind {kind}" for key in given if key != heeded], quiet)
    return kind


def _scenario_of(given: str, options: Mapping[str, Any]) -> tuple[Scenario, dict[str, Any]]:
    """A scenario, or a stored run's if the model is still its own, and which it is; swings need no draws."""
    if is_scenario(given):
        settings_of(options)
        scenario = load_all((given,), options, options["quiet"])[0]
        return scenario, {"scenario": scenario.name, "book": scenario.book, "run": None}
    found = replay(given, options, options["results"], options["quiet"])
    return found.model(), {key: found.summary[key] for key in ABOUT}


def _given_data(found: Replay, quantity: str, kind: str, options: Mapping[str, Any]) -> Tornado:
    from simulator.sensitivity.given_data import binned, variance

    found.check_name(quantity)
    of, threads = (found.columns, quantity, found.units, found.inputs), options["threads"]
    tornado = binned(*of, options["metric"], threads) if kind == "binned" else variance(*of, threads)
    return replace(tornado, notes=(*tornado.notes, *_unlike_swing(found.scenario, tornado)))


def _unlike_swing(scenario: Scenario | None, tornado: Tornado) -> list[str]:
    """A note where the widest swings, of one input at a time, are not among the widest bars here."""
    from simulator.errors import InputError
    from simulator.sensitivity.swing import swing
    from simulator.sensitivity.tornado import missed

    if scenario is None:
        return []
    try:
        names = missed(tornado.bars, swing(scenario, tornado.quantity).bars)
    except InputError:
        return []  # the model has no value where all inputs are at their medians
    why = "inputs interact, are correlated, or seldom are that far out"
    return (
        [f"Among the widest three of --kind swing, but not here: {', '.join(names)}; {why}"] if names else []
    )


@click.command("sensitivity")
@click.argument("scenario", type=click.Path())
@quantity_option
@top_option
@simulated_by(
    BASE_POINTS, "sobol", "Number of base points; the model is evaluated twice an input and group at each."
)
@format_option
@quiet_option
def sensitivity_command(
    scenario: str, quantity: str, top: int, style: str, quiet: bool, **options: Any
) -> None:
    """Show whose uncertainty is in the cost.

    Sobol' indices of inputs and groups; Shapley effects where inputs are correlated.
    """
    from simulator.reports.sensitivity import sensitivity_sheet
    from simulator.sensitivity.analysis import sensitivity
    from simulator.terminal.bar import watching

    loaded, how = load_all((scenario,), options, quiet)[0], settings_of(options)
    with watching(quiet) as watch:
        found = sensitivity(loaded, how, quantity, watch)
    if found.settings.draws != how.draws:
        say([f"{how.draws:,} base points rounded up to {found.settings.draws:,}"], quiet)
    about = {
        "scenario": loaded.name,
        "book": loaded.book,
        "seed": found.settings.seed,
        "draws": found.settings.draws,
        "sampler": found.settings.sampler,
    }
    click.echo(sensitivity_sheet(found, about, top).text(style))
