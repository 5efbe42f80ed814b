"""Commands for decisions: own or rent, and what the evidence behind a cost is worth."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.commands.loading import load_all, say_rounded, settings_of
from simulator.terminal.options import (
    Day,
    format_option,
    picture_option,
    quantity_option,
    quiet_option,
    simulated_by,
    top_option,
)

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario
    from simulator.simulation import Settings

DRAWS = 1 << 18  # 16 nets of 2**14
POINTS = 1 << 16  # 16 nets of 2**12: a share of the variance to a percent


@click.command("decide")
@click.argument("scenario", type=click.Path())
@quantity_option
@top_option
@picture_option
@click.option(
    "--without",
    multiple=True,
    metavar="OPTION",
    help="Leave this option out, for instance 'rent 3y' where its term is not used; repeat for more.",
)
@simulated_by(DRAWS, "sobol", "Number of draws, all of them in memory.")
@format_option
@quiet_option
def decide_command(
    scenario: str,
    output: Path | None,
    quantity: str,
    top: int,
    without: tuple[str, ...],
    style: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Own, rent or reserve.

    How often owning is cheaper, regrets, break-even points, and what it is worth to know more first. With -o
    a picture of what each option may cost.
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
        found = decide(load, how, quantity, without=without, watch=watch)
    if output:
        from simulator.pictures import decision_picture
        from simulator.plots import save

        save(decision_picture(found), output)
    say_rounded(how, found.settings, quiet)
    click.echo(decision_sheet(found, _about(loaded, found.settings), top).text(style))


def _about(scenario: Scenario, how: Settings) -> dict[str, Any]:
    """Which scenario, and how it was run."""
    return {
        "scenario": scenario.name,
        "book": scenario.book,
        "seed": how.seed,
        "draws": how.draws,
        "sampler": how.sampler,
    }


@click.command("audit")
@click.argument("scenario", type=click.Path())
@click.option(
    "--older-than",
    type=click.IntRange(0),
    default=180,
    show_default=True,
    metavar="DAYS",
    help="Evidence older than this, or undated, is old.",
)
@click.option("--as-of", type=Day(), metavar="DATE", help="The day of which ages are told (default: today).")
@click.option(
    "--ageing", type=Day(), metavar="DATE", help="Age prices that say how they age to this day: priced_at."
)
@quantity_option
@top_option
@simulated_by(
    POINTS, "sobol", "Number of base points; the model is evaluated twice an input and set at each."
)
@format_option
@quiet_option
def audit_command(
    scenario: str,
    older_than: int,
    as_of: date | None,
    ageing: date | None,
    quantity: str,
    top: int,
    style: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Show the age and source of every prior.

    How much of the variance rests on priors that are old or without a source.
    """
    from simulator.audit import audit
    from simulator.reports.audit import audit_sheet
    from simulator.terminal.bar import watching

    if ageing:
        options["settings"] = (*options["settings"], f"priced_at={ageing}")
    loaded, how = load_all((scenario,), options, quiet)[0], settings_of(options)
    day = as_of or date.today()
    with watching(quiet) as watch:
        found = audit(loaded, how, day, older_than=older_than, quantity=quantity, watch=watch)
    say_rounded(how, found.settings, quiet)
    click.echo(audit_sheet(found, _about(loaded, found.settings), top).text(style))
