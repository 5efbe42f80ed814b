"""The command that turns dated quotes into a prior."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.commands.loading import say
from simulator.terminal.options import FOLDER, Day, format_option, quiet_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.quotes.fitting import Finding
    from simulator.quotes.selecting import Catalogue
    from simulator.scenario.books import Book
    from simulator.scenario.rewriting import Rewritten
    from simulator.units import Unit

MARKET = "configs/books/market-2025-03.yaml"
KEYS = {"chip": "accelerator"}  # columns whose words a book keys under another name


def _past(context: click.Context, parameter: click.Parameter, day: date | None) -> date | None:
    """A day whose quotes can be known."""
    if day and day > date.today():
        raise click.BadParameter(
            f"{day} lies in the future; --horizon fits a later price", context, parameter
        )
    return day


@click.command()
@click.argument("quotes", metavar="QUOTES.csv", type=FOLDER)
@click.option("--input", "name", required=True, help="The price that is fitted: gpu_price, gpu_hour_price, …")
@click.option(
    "--where",
    default="",
    metavar="KEY=VALUE,…",
    help="Take the rows with these values in these columns: chip=H100-SXM,kind=purchase.",
)
@click.option(
    "--as-of",
    type=Day(),
    callback=_past,
    metavar="DATE",
    help="Use no later quotes (default: the last chosen one).",
)
@click.option(
    "--horizon",
    default="0d",
    show_default=True,
    metavar="SPAN",
    help="Fit the price this much later than --as-of: 90d, 6mo, 1y; the backtest looks as far ahead.",
)
@click.option(
    "--book",
    type=FOLDER,
    help=f"Look accelerators and server_overhead up here (default: the book of --update, or {MARKET}).",
)
@click.option(
    "--update", type=FOLDER, metavar="BOOK", help="Write this book with the new prior to the file of -o."
)
@click.option(
    "-o", "--output", type=FOLDER, metavar="FILE", help="With --update the new book; without it, the picture."
)
@click.option("--force", is_flag=True, help="Let an older prior take the place of a later one.")
@click.option("--skip-bad", is_flag=True, help="Leave bad rows out instead of refusing the file.")
@click.option("--picture", type=FOLDER, metavar="FILE", help="Draw quotes, median and band, .png or .svg.")
@format_option
@quiet_option
def fit(
    quotes: Path,
    name: str,
    update: Path | None,
    output: Path | None,
    force: bool,
    picture: Path | None,
    style: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Fit a price prior to dated quotes.

    QUOTES.csv has the columns date and price (or price_usd), perhaps vendor, basis and weight, and any
    others to choose by; prices are in the input's own unit. Weights are relative: the largest is one vendor's
    vote. Told is the price that one more vendor would ask.
    """
    from simulator.reports.fit import fit_sheet

    if update and not output:
        raise click.UsageError("--update needs -o NEW_BOOK: the old book is never written over")
    if update and output and picture and output == picture:
        raise click.UsageError("-o and --picture name the same file")
    drawn = [place for place in (picture, None if update else output) if place]
    _check_pictures(drawn)
    unit, book, found = _finding(quotes, name, options, update)
    sheet = fit_sheet(found).text(style)
    done = _update(update, output, found, unit, book, force=force) if update and output else None
    _draw(found, drawn)
    click.echo(sheet)
    say(_told(done) if done else [], quiet)


def _check_pictures(places: list[Path]) -> None:
    if places:
        from simulator.plots import check_ending

        for place in places:
            check_ending(place)


def _finding(
    quotes: Path, name: str, options: dict[str, Any], update: Path | None
) -> tuple[Unit, Book, Finding]:
    """The fit, the unit of its input and the book that accelerators were looked up in."""
    from simulator.quotes.fitting import fit_quotes
    from simulator.quotes.horizons import read_horizon
    from simulator.quotes.reading import read_quotes
    from simulator.quotes.selecting import read_where

    unit, where, horizon = _unit(name), read_where(options["where"]), read_horizon(options["horizon"])
    table = read_quotes(quotes, skip_bad=options["skip_bad"])
    book = _book(options["book"] or update)
    found = fit_quotes(
        table,
        name,
        unit.symbol,
        where,
        _catalogue(book),
        as_of=options["as_of"],
        horizon=horizon,
        skip_bad=options["skip_bad"],
    )
    return unit, book, found


def _unit(name: str) -> Unit:
    """The unit of an input that is a price."""
    from simulator.errors import Complaint, InputError, did_you_mean

    inputs = _inputs()
    prices = [each for each, unit in inputs.items() if unit.symbol.startswith("USD/")]
    if name not in prices:
        what = (
            f"this is in {inputs[name].symbol}, no price" if name in inputs else "the model has no such price"
        )
        remedy = did_you_mean(name, prices) or f"the prices are {', '.join(prices)}"
        raise InputError([Complaint(f"--input {name}", what, remedy)])
    return inputs[name]


def _inputs() -> Mapping[str, Unit]:
    """The units of the model's inputs."""
    from simulator.model import build, shipped_formulas

    return build(shipped_formulas()).inputs


def _book(path: Path | None) -> Book:
    """The book that is named, or the market book where it is at hand."""
    from simulator.errors import Complaint, InputError
    from simulator.scenario.books import EMPTY, load_book

    if path is None and not Path(MARKET).is_file():
        return EMPTY
    complaints: list[Complaint] = []
    book = load_book(path or Path(MARKET), complaints.append)
    if complaints:
        raise InputError(complaints)
    return book


def _catalogue(book: Book) -> Catalogue:
    """The accelerators of a book: aliases, and the server overhead of each as a median and a width."""
    from math import log

    from simulator.quotes.fitting import Z90
    from simulator.quotes.selecting import Catalogue, Overhead
    from simulator.scenario.lookup import find_prior

    unit, overheads = _inputs()["server_overhead"], {}
    for chip, about in book.accelerators.items():
        words = {"accelerator": chip, "accelerator_family": about.family}
        if prior := find_prior(book, "server_overhead", words, unit):
            low, median, high = (float(prior.distribution.ppf(u)) for u in (0.05, 0.5, 0.95))
            overheads[chip] = Overhead(median, log(high / low) / (2.0 * Z90))
    return Catalogue(book.aliases, overheads)


def _update(old: Path, new: Path, found: Finding, unit: Unit, book: Book, *, force: bool) -> Rewritten:
    """The new book, with the prior under the key that --where selects."""
    from simulator.quotes.wording import prior_of
    from simulator.scenario.plan import KEYS as PLAN_KEYS
    from simulator.scenario.rewriting import Change, rewrite

    words = {KEYS.get(key, key): word for key, word in found.where.items()}
    words = {key: word for key, word in words.items() if key in PLAN_KEYS}
    chip = book.accelerator(words.get("accelerator", ""))
    family = {"accelerator_family": chip.family} if chip else {}
    words = {**words, **family, "year": str(found.holds.year)}
    return rewrite(old, new, Change(found.name, unit, words, prior_of(found)), force=force)


def _draw(found: Finding, places: list[Path]) -> None:
    if places:
        from simulator.pictures import quotes_picture
        from simulator.plots import save

        for place in places:
            save(quotes_picture(found), place)


def _told(done: Rewritten) -> list[str]:
    """What was written, and what it took the place of."""
    plan = ", ".join(f"{key}: {word}" for key, word in done.keys.items())
    lines = [f"{done.path} holds {done.name}{f' for a plan of {plan}' if plan else ''}"]
    if done.replaced:
        lines.append(
            f"in place of {done.replaced.distribution.describe()} of {done.replaced.origin}, "
            f"as of {done.replaced.as_of or 'no date'}"
        )
    return lines
