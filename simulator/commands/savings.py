"""The command that ranks levers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from simulator.commands.loading import load_all, notes_of, say, say_rounded, settings_of, with_currency
from simulator.terminal.options import format_option, quantity_option, quiet_option, simulated_by

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario
    from simulator.simulation import Settings

CURRENCIES = ("USD", "CNY")
DRAWS = 1 << 17  # 16 nets of 2**13


@click.command("levers")
@click.argument("scenario", type=click.Path())
@quantity_option
@click.option("--kind", type=click.Choice(("engineering", "policy")), help="Only levers of this kind.")
@click.option("--only", multiple=True, metavar="NAME", help="Only this lever, explained; repeat for more.")
@click.option(
    "--top",
    type=click.IntRange(0),
    default=3,
    show_default=True,
    help="So many portfolios that keep the quality, and that lose some.",
)
@click.option(
    "--largest",
    type=click.IntRange(1, 3),
    default=3,
    show_default=True,
    help="So many levers in a portfolio.",
)
@click.option(
    "--currency",
    type=click.Choice(CURRENCIES),
    help="Money in this currency, at each draw's exchange rate.",
)
@simulated_by(DRAWS, "sobol", "Number of draws, all of them in memory.")
@format_option
@quiet_option
def levers_command(
    scenario: str,
    quantity: str,
    kind: str | None,
    only: tuple[str, ...],
    top: int,
    largest: int,
    currency: str | None,
    style: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Rank levers and policies by what they save.

    Each alone and the best together, on the same draws; levers given by --lever are applied throughout.
    Levers that buy another model than the planned one are told apart.
    """
    from simulator.reports.levers import levers_sheet
    from simulator.savings.playing import RANKED, at_play
    from simulator.savings.ranking import rank
    from simulator.terminal.bar import watching

    options = with_currency(options, currency)
    base, how = load_all((scenario,), options, quiet=True)[0], settings_of(options)
    chosen = {key: options[key] for key in ("book", "settings", "levers")}
    playing = at_play(scenario, base, (kind,) if kind else RANKED, only, **chosen)
    say(notes_of(replace(base, idle=playing.scenario.idle)), quiet)
    asked = playing.scenario.own_name(quantity)
    with watching(quiet) as watch:
        found = rank(playing.scenario, playing.names, how, asked, largest=largest, top=top, watch=watch)
    found = replace(found, left_out={**playing.left_out, **found.left_out})
    say_rounded(how, found.settings, quiet)
    about = _about(base, found.settings)
    click.echo(levers_sheet(found, about, only).text(style))


def _about(scenario: Scenario, how: Settings) -> dict[str, Any]:
    words = {"scenario": scenario.name, "book": scenario.book, "applied": list(scenario.levers)}
    return {**words, "seed": how.seed, "draws": how.draws, "sampler": how.sampler}
