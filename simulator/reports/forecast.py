"""A forecast as tables: cost by year, text that runs out, what a budget affords."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.forecast.forecast import AFFORDABLE, LEVELS, Forecast, Year
from simulator.reports.layout import Row, Sheet
from simulator.reports.numbers import chance, rounded, stated
from simulator.statistics.estimates import Estimate

OBSERVED = "2.4 (2.0-2.9) times a year, 2016-2024 (Epoch AI, arXiv:2405.21015)"
EXPLAINED = (
    "compute, cluster: over the plan's, medians; short: the chance that the tokens are more than a book says "
    "there is of usable text, so that they are repeated",
    f"A size is affordable where the programme keeps the budget with {AFFORDABLE:g}% confidence; tokens grow "
    "and shrink with the parameters, staff does not: – where that alone is dearer",
    "Assumed: the cluster grows so that training takes as long, at the utilization, failures of a job, "
    "prices per accelerator and per kWh, and staff of the plan",
)


def forecast_sheet(found: Forecast, about: Mapping[str, Any]) -> Sheet:
    """The tables of a forecast; every year as a record and for programs.

    Keys of the data: ``years`` (a list: ``year``, ``ahead``, ``percentiles``, ``compute``, ``cluster``,
    ``tokens``, ``p_text_short`` by book, ``p_within_budget``), ``cost_growth_per_year``,
    ``year_p50_passes_budget``, ``affordable`` (by budget: parameters by year) and ``text_stock`` by book.
    """
    years = [_record(found, year) for year in found.years]
    return Sheet(
        above=(f"Cost of {about['scenario']} and its successors", *_sentences(found, about)),
        tables=(_costs(found), _sizes(found), _affordable(found)),
        below=EXPLAINED,
        records=[{**_flat(record), **about} for record in years],
        data={
            "years": years,
            "cost_growth_per_year": {"value": found.growth.value, "se": found.growth.se},
            "budget": found.budget,
            "year_p50_passes_budget": passes(found),
            "affordable": [
                {
                    "budget": each.budget,
                    "parameters": {name_of(found, a): p for a, p in each.parameters.items()},
                }
                for each in found.affordable
            ],
            "text_stock": {book: stock.value for book, stock in found.stocks.items()},
            **about,
        },
    )


def _named(found: Forecast, by_year: Mapping[int, float | None]) -> dict[str, float | None]:
    return {name_of(found, ahead): value for ahead, value in by_year.items()}


def name_of(found: Forecast, ahead: int) -> str:
    """A year of the calendar, or how far ahead it is."""
    return f"+{ahead}" if found.first is None else str(found.first + ahead)


def passes(found: Forecast) -> str | None:
    """The first year whose median is beyond the budget; None if none is, or there is no budget."""
    beyond = (
        name_of(found, year.ahead)
        for year in found.years
        if found.budget is not None and year.cost[50.0].value > found.budget
    )
    return next(beyond, None)


def runs_out(found: Forecast, book: str) -> str | None:
    """The first year in which the tokens are more likely than not beyond a book's stock of text."""
    beyond = (name_of(found, year.ahead) for year in found.years if year.short[book].value > 0.5)
    return next(beyond, None)


def _sentences(found: Forecast, about: Mapping[str, Any]) -> Iterator[str]:
    yield f"Book: {about['book']}"
    growth = rounded(found.growth.value, max(found.growth.se, 0.005))
    yield f"The median cost grows {growth} times a year; of frontier models it grew {OBSERVED}"
    last = name_of(found, found.years[-1].ahead)
    if found.budget is not None:
        when = passes(found)
        told = f"passes {stated(found.budget, 'USD')} in {when}" if when else f"keeps it until {last}"
        yield f"Budget {stated(found.budget, 'USD')}: the median {told}"
    for book, stock in found.stocks.items():
        when = runs_out(found, book)
        told = f"is used up in {when}" if when else f"lasts beyond {last}"
        yield f"Text of {book}, {rounded(stock.value, stock.se)} tokens (P50): more likely than not it {told}"
    how = found.settings
    yield f"{how.draws:,} draws, seed {how.seed}, sampler {how.sampler}"


def _costs(found: Forecast) -> list[Row]:
    budget = () if found.budget is None else ("P(within budget)",)
    heads = ("total_cost, USD", *(f"P{level:g}" for level in LEVELS), *budget)
    return [heads, *(_cost(found, year) for year in found.years)]


def _cost(found: Forecast, year: Year) -> Row:
    cells = (rounded(e.value, e.se) for e in year.cost.values())
    return (name_of(found, year.ahead), *cells, *([_chance(year.within)] if year.within else []))


def _sizes(found: Forecast) -> list[Row]:
    heads = ("model", "compute", "cluster", "tokens", *(f"short, {book}" for book in found.stocks))
    return [heads, *(_size(found, year) for year in found.years)]


def _size(found: Forecast, year: Year) -> Row:
    told = (f"{rounded(e.value, e.se)}×" for e in (year.compute, year.cluster))
    beyond = (_chance(year.short[book]) for book in found.stocks)
    return (name_of(found, year.ahead), *told, rounded(year.tokens.value, year.tokens.se), *beyond)


def _affordable(found: Forecast) -> list[Row]:
    """What each budget affords beside what demand asks for; of budgets that afford nothing, the largest."""
    heads = ("active parameters", *(name_of(found, year.ahead) for year in found.years))
    asked = ("as demand grows", *(_parameters(year.parameters) for year in found.years))
    nothing = [each for each in found.affordable if not any(each.parameters.values())]
    rows = [
        (f"{stated(each.budget, 'USD')}, {AFFORDABLE:g}%", *map(_parameters, each.parameters.values()))
        for each in found.affordable
        if each not in nothing[:-1]
    ]
    return [heads, asked, *rows]


def _parameters(found: float | None) -> str:
    return "–" if found is None else rounded(found, found / 100.0)


def _chance(found: Estimate) -> str:
    return chance(found.value, found.se, found.low, found.high)


def _record(found: Forecast, year: Year) -> dict[str, Any]:
    return {
        "year": name_of(found, year.ahead),
        "ahead": year.ahead,
        "percentiles": {f"{level:g}": {"value": e.value, "se": e.se} for level, e in year.cost.items()},
        "compute": year.compute.value,
        "cluster": year.cluster.value,
        "tokens": year.tokens.value,
        "parameters": year.parameters,
        "p_text_short": {book: each.value for book, each in year.short.items()},
        "p_within_budget": year.within and year.within.value,
    }


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record with a column a percentile and book."""
    percentiles = {f"p{level}": each["value"] for level, each in record["percentiles"].items()}
    beyond = {f"p_text_short_{book}": value for book, value in record["p_text_short"].items()}
    rest = {key: value for key, value in record.items() if key not in ("percentiles", "p_text_short")}
    return {**rest, **percentiles, **beyond}
