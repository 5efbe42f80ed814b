"""Commands that hold predictions against what came."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.commands.loading import laid_over_all, settings_of
from simulator.shipped import shipped
from simulator.terminal.options import FOLDER, format_option, picture_option, quiet_option, simulated_by

if TYPE_CHECKING:
    from simulator.simulation import Settings

DRAWS = 1 << 16  # 16 nets of 2**12
PUBLISHED = "configs/published/runs.csv"
CLAIMS = "configs/claims/claims.yaml"


@click.command("backtest")
@click.argument(
    "runs", metavar="[CSV]", default=partial(shipped, PUBLISHED, "a file of your own"), type=FOLDER
)
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

    how = settings_of(options)
    chosen = {"book": options["book"], "laid_over": options["settings"], "levers": options["levers"]}
    published = read_published(runs)
    with watching(quiet) as watch:
        found = backtest(published, how, **chosen, watch=watch)
    about = {"file": str(runs), "book": found.book, **_how(how)}
    if output:
        from simulator.pictures.predictions import backtest_picture
        from simulator.plots import save

        save(backtest_picture(found), output)
    click.echo(backtest_sheet(found, about).text(style))


@click.command("claims")
@click.argument("file", metavar="[FILE]", default=partial(shipped, CLAIMS, "a file of your own"), type=FOLDER)
@picture_option
@simulated_by(DRAWS, "sobol", "Number of draws of each prediction.")
@format_option
@quiet_option
def claims_command(file: Path, output: Path | None, style: str, quiet: bool, **options: Any) -> None:
    """Hold published claims against the model.

    Each figure of FILE against the matching quantity of the matching case, with the disclosed facts given:
    where it falls, and whether that is consistent, low, high or impossible. With -o a picture.
    """
    from simulator.claims.judging import judge
    from simulator.claims.power_law import fitted
    from simulator.claims.reading import read_claims
    from simulator.reports.claims import claims_sheet
    from simulator.terminal.bar import watching

    how, read, book = settings_of(options), read_claims(file), options["book"]
    chosen = {"book": book, "laid_over": options["settings"], "levers": options["levers"]}
    with watching(quiet) as watch:
        found = judge(read, how, **chosen, watch=watch)
        law = fitted(read, how, **chosen)
    if output:
        from simulator.pictures.predictions import claims_picture
        from simulator.plots import save

        save(claims_picture(found, read.title), output)
    about = {"file": str(file), "book": Path(book or read.book).stem, **_how(how), **laid_over_all(options)}
    click.echo(claims_sheet(found, law, read, about).text(style))


def _how(how: Settings) -> dict[str, Any]:
    return {"seed": how.seed, "draws": how.first_draws, "sampler": how.sampler}
