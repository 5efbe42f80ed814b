"""The command that looks ahead."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from simulator.commands.loading import laid_over_all, load_all, say_rounded, settings_of, with_currency
from simulator.shipped import shipped
from simulator.terminal.options import (
    FOLDER,
    Number,
    currency_option,
    format_option,
    picture_option,
    quiet_option,
    simulated_by,
)

DRAWS = 1 << 15  # 16 nets of 2**11
MARKET = "configs/books/market-2025-03.yaml"


@click.command("forecast")
@click.argument("scenario", type=click.Path())
@click.option("--years", type=int, default=5, show_default=True, help="How many years ahead to look.")
@click.option(
    "--budget",
    type=Number(),
    metavar="AMOUNT",
    help="Say when the median cost passes this, in the currency of the tables, and what size it affords.",
)
@click.option(
    "--stock-of",
    type=FOLDER,
    default=partial(shipped, MARKET, "a book with --stock-of"),
    show_default=MARKET,
    metavar="BOOK",
    help="Hold the tokens against this book's stock of text as well.",
)
@currency_option
@picture_option
@simulated_by(DRAWS, "sobol", "Number of draws, all of them in memory.")
@format_option
@quiet_option
def forecast_command(
    scenario: str,
    years: int,
    budget: float | None,
    stock_of: Path,
    currency: str | None,
    output: Path | None,
    style: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Forecast the cost of later years' models.

    Demand for compute doubles in months, hardware improves in years; what that costs, when text runs out, and
    which size of model a budget buys. With -o a fan chart.
    """
    from simulator import load_scenario
    from simulator.forecast.forecast import forecast, growing
    from simulator.reports.forecast import forecast_sheet
    from simulator.terminal.bar import watching

    laid_over = laid_over_all(options)
    options = with_currency({**options, **growing(options["settings"], options["levers"])}, currency)
    loaded, how = load_all((scenario,), options, quiet)[0], settings_of(options)
    chosen = {key: options[key] for key in ("settings", "levers")}
    others = [load_scenario(scenario, book=stock_of, **chosen)] if stock_of.stem != loaded.book else []
    with watching(quiet) as watch:
        found = forecast(loaded, how, years, budget=budget, others=others, watch=watch)
    if output:
        from simulator.pictures.forecasts import forecast_picture
        from simulator.plots import save

        save(forecast_picture(found, loaded.title), output)
    say_rounded(how, found.settings, quiet)
    about = {"scenario": loaded.name, "book": loaded.book, **laid_over}
    used = {"seed": how.seed, "draws": found.settings.draws, "sampler": how.sampler}
    click.echo(forecast_sheet(found, {**about, **used}).text(style))
