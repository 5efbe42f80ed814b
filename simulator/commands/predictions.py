"""Commands that hold predictions against what came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from simulator.commands.loading import settings_of
from simulator.terminal.options import FOLDER, format_option, picture_option, quiet_option, simulated_by

DRAWS = 1 << 16  # 16 nets of 2**12
PUBLISHED = "configs/published/runs.csv"


@click.command("backtest")
@click.argument("runs", metavar="[CSV]", default=PUBLISHED, type=FOLDER)
@picture_option
@simulated_by(DRAWS, "sobol", "Number of draws of each prediction.")
@format_option
@quiet_option
def backtest_command(runs: Path, output: Path | None, style: str, quiet: bool, **options: Any) -> None:
    """Predict published training runs.

    From size, tokens, accelerator, their number, region and date alone, and hold hours, days, energy and
    emissions against what was published. CSV has the columns of configs/published/runs.csv. With -o
    a picture.
    """
    from simulator.backtest.predicting import backtest
    from simulator.backtest.published import read_published
    from simulator.reports.backtest import backtest_sheet
    from simulator.terminal.bar import watching

    if output:
        from simulator.plots import check_ending

        check_ending(output)
    how = settings_of(options)
    chosen = {"book": options["book"], "laid_over": options["settings"], "levers": options["levers"]}
    published = read_published(runs)
    with watching(quiet) as watch:
        found = backtest(published, how, **chosen, watch=watch)
    about = {
        "file": str(runs),
        "book": found.book,
        "seed": how.seed,
        "draws": how.first_draws,
        "sampler": how.sampler,
    }
    if output:
        from simulator.pictures.predictions import backtest_picture
        from simulator.plots import save

        save(backtest_picture(found), output)
    click.echo(backtest_sheet(found, about).text(style))
