"""Commands for decisions: own or rent, and what the evidence behind a cost is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from simulator.commands.loading import load_all, say, settings_of
from simulator.terminal.options import (
    format_option,
    quantity_option,
    quiet_option,
    simulated_by,
    top_option,
)

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario
    from simulator.simulation import Settings

DRAWS = 1 << 18  # 16 nets of 2**14


@click.command("decide")
@click.argument("scenario", type=click.Path())
@quantity_option
@top_option
@simulated_by(DRAWS, "sobol", "Number of draws, all of them in memory.")
@format_option
@quiet_option
def decide_command(scenario: str, quantity: str, top: int, style: str, quiet: bool, **options: Any) -> None:
    """Own, rent or reserve.

    How often owning is cheaper, regrets, break-even points, and what it is worth to know more first.
    """
    from simulator import load_scenario
    from simulator.decision.decision import decide
    from simulator.reports.decision import decision_sheet
    from simulator.terminal.bar import watching

    loaded, how = load_all((scenario,), options, quiet)[0], settings_of(options)

    def load(settings: tuple[str, ...]) -> Scenario:
        chosen = {**{key: options[key] for key in ("book", "levers")}}
        return load_scenario(scenario, settings=(*options["settings"], *settings), **chosen)

    with watching(quiet) as watch:
        found = decide(load, how, quantity, watch)
    _say_rounded(how, found.settings, quiet)
    click.echo(decision_sheet(found, _about(loaded, found.settings), top).text(style))


def _say_rounded(asked: Settings, made: Settings, quiet: bool) -> None:
    if asked.draws != made.draws:
        say([f"{asked.draws:,} draws rounded up to {made.draws:,}"], quiet)


def _about(scenario: Scenario, how: Settings) -> dict[str, Any]:
    """Which scenario, and how it was run."""
    return {
        "scenario": scenario.name,
        "book": scenario.book,
        "seed": how.seed,
        "draws": how.draws,
        "sampler": how.sampler,
    }
