"""What commands are given: scenarios with their options, or stored runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from simulator.errors import Complaint, InputError
from simulator.reports.layout import wrapped

if TYPE_CHECKING:
    from simulator.replay import Replay
    from simulator.scenario.scenario import Scenario
    from simulator.simulation import Settings

OF_SCENARIOS = ("book", "draws", "seed", "sampler", "settings", "levers")  # a stored run has its own
YAML = (".yaml", ".yml")


def load_all(paths: Sequence[str], options: Mapping[str, Any], quiet: bool) -> list[Scenario]:
    """Every scenario, or every complaint about all of them."""
    from simulator import load_scenario

    chosen = {key: options[key] for key in ("book", "settings", "levers")}
    scenarios: list[Scenario] = []
    complaints: list[Complaint] = []
    for path in paths:
        if Path(path).is_dir():
            remedy = "name a scenario; a stored run's is its scenario.resolved.yaml"
            complaints.append(Complaint(path, "this is a folder", remedy))
            continue
        try:
            scenarios.append(load_scenario(path, **chosen))
        except InputError as error:
            complaints += error.complaints
    if complaints:
        raise InputError(dict.fromkeys(complaints))
    say([note for scenario in scenarios for note in notes_of(scenario)], quiet)
    return scenarios


def with_currency(options: Mapping[str, Any], currency: str | None) -> dict[str, Any]:
    """The options with a currency among what is laid over the scenario."""
    laid_over = (*options["settings"], *([f"currency={currency}"] if currency else []))
    return {**options, "settings": laid_over}


def say(notes: Sequence[str], quiet: bool) -> None:
    """Notes on stderr, each once."""
    for note in dict.fromkeys(() if quiet else notes):
        click.echo("\n".join(wrapped(f"note: {note}")), err=True)


def say_rounded(asked: Settings, made: Settings, quiet: bool) -> None:
    """Say on stderr where more draws are made than were asked for."""
    if asked.draws != made.draws:
        say([f"{asked.draws:,} draws rounded up to {made.draws:,}"], quiet)


def laid_over_all(options: Mapping[str, Any]) -> dict[str, str]:
    """The settings and levers of the command line, in words."""
    return {"set": "; ".join(options["settings"]), "levers": ", ".join(options["levers"])}


def notes_of(scenario: Scenario) -> list[str]:
    """What is superfluous because quantities are given, and what of it was given in vain."""
    notes, gone = [], scenario.model.pruned
    if gone:
        names = "name" if len(gone) == 1 else "names"
        notes.append(f"{len(gone)} {names} not needed: {', '.join(gone)}")
    if scenario.ignored:
        notes.append(f"ignored, though given: {', '.join(scenario.ignored)}")
    return [*notes, *scenario.notes, *scenario.idle]


def settings_of(
    options: Mapping[str, Any],
    levels: tuple[float, ...] | None = None,
    targets: tuple[str, ...] = (),
    most: int = 1_000_000_000,
) -> Settings:
    """How a scenario is run, as the options say."""
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


def replay(given: str, options: Mapping[str, Any], results: Path, quiet: bool) -> Replay:
    """The run that is meant: a scenario's, made now, or a stored one's, its draws made anew."""
    from simulator.replay import replayed, simulated
    from simulator.results import find, load
    from simulator.terminal.bar import watching

    if is_scenario(given):
        scenario, how = load_all((given,), options, quiet)[0], settings_of(options)
        with watching(quiet) as watch:
            return simulated(scenario, how, watch)
    found = replayed(load(find(given, results)), options["threads"])
    say(found.notes, quiet)
    return found


def is_scenario(given: str) -> bool:
    """Whether a scenario's file is meant and no stored run."""
    return Path(given).suffix in YAML


def given_options(*names: str) -> list[str]:
    """Those of some options that the command line gives."""
    source = click.get_current_context().get_parameter_source
    return [name for name in names if source(name) is ParameterSource.COMMANDLINE]


def refuse_options(given: Sequence[str]) -> None:
    """Refuse options that only a scenario can heed where none is given: a stored run is as it was made."""
    if any(map(is_scenario, given)):
        return
    context = click.get_current_context()
    wrong = [
        option.opts[-1]
        for option in context.command.params
        if option.name in OF_SCENARIOS
        and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
    ]
    if wrong:
        what = (
            f"a stored run is as it was made, so that {', '.join(wrong)} cannot be heeded; name its scenario"
        )
        raise click.UsageError(what, context)
