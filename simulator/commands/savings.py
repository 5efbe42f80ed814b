"""The command that ranks levers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from simulator.commands.loading import load_all, say, settings_of
from simulator.terminal.options import format_option, quantity_option, quiet_option, simulated_by

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

DRAWS = 1 << 17  # 16 nets of 2**13


@click.command("levers")
@click.argument("scenario", type=click.Path())
@quantity_option
@click.option("--kind", type=click.Choice(("engineering", "policy")), help="Only levers of this kind.")
@click.option("--top", type=click.IntRange(0), default=10, show_default=True, help="So many portfolios.")
@click.option(
    "--largest",
    type=click.IntRange(1, 3),
    default=3,
    show_default=True,
    help="So many levers in a portfolio.",
)
@simulated_by(DRAWS, "sobol", "Number of draws, all of them in memory.")
@format_option
@quiet_option
def levers_command(
    scenario: str,
    quantity: str,
    kind: str | None,
    top: int,
    largest: int,
    style: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Rank levers and policies by what they save.

    Each alone and the best together, on the same draws; levers given by --lever are applied throughout.
    """
    from simulator.reports.levers import levers_sheet
    from simulator.savings.playing import KINDS, at_play
    from simulator.savings.ranking import rank
    from simulator.terminal.bar import watching

    base, how = load_all((scenario,), options, quiet)[0], settings_of(options)
    chosen = {key: options[key] for key in ("book", "settings", "levers")}
    playing = at_play(scenario, base, (kind,) if kind else KINDS, **chosen)
    with watching(quiet) as watch:
        found = rank(
            playing.scenario, playing.names, how, quantity,
            largest=largest, top=top, left_out=playing.left_out, watch=watch,
        )  # fmt: skip
    if found.settings.draws != how.draws:
        say([f"{how.draws:,} draws rounded up to {found.settings.draws:,}"], quiet)
    click.echo(levers_sheet(found, _about(base, how.seed, found.settings.draws)).text(style))


def _about(scenario: Scenario, seed: int, draws: int) -> dict[str, Any]:
    words = {"scenario": scenario.name, "book": scenario.book, "applied": list(scenario.levers)}
    return {**words, "seed": seed, "draws": draws}
