"""A forecast as tables: cost by year, text that runs out, what a budget affords."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.currency import name_in
from simulator.forecast.forecast import AFFORDABLE, LEVELS, Affordable, Forecast, Size, Year
from simulator.reports.data import finite, percentiles, with_se
from simulator.reports.layout import Row, Sheet
from simulator.reports.numbers import chance_of, rounded, stated
from simulator.reports.sentences import laid_over

OBSERVED = "2.4 (2.0-2.9) times a year, 2016-2024 (Epoch AI, arXiv:2405.21015)"
ASSUMED = (
    "Assumed: the cluster grows so that training takes as long, at the utilization, failures of a job, "
    "prices per accelerator and per kWh, exchange rate, and staff of the plan"
)
EXPLAINED = (
    "compute, cluster: over the plan's, medians; short: the chance that the tokens are more than a book says "
    "there is of usable text, so that they are repeated"
)


def forecast_sheet(found: Forecast, about: Mapping[str, Any]) -> Sheet:
    """The tables of a forecast; every year as a record and for programs.

    Keys of the data: ``years`` (a list: ``year``, ``ahead``, ``percentiles``, and beside these dollars
    ``percentiles_cny`` where yuan are shown, ``compute``, ``cluster``, ``tokens``, ``p_text_short`` by book,
    ``p_within_budget``), ``cost_growth_per_year``, ``currency`` (of budgets), ``year_p50_passes_budget``,
    ``affordable`` (a list: ``budget``, ``parameters`` and ``se`` by year, ``more_than``: the years in which
    more than that was not tried, ``year_p50_passes``) and ``text_stock`` by book.
    """
    years = [_record(found, year) for year in found.years]
    return Sheet(
        above=(f"Cost of {about['scenario']} and its successors", *_sentences(found, about)),
        tables=(_costs(found), _sizes(found), _affordable(found)),
        below=(EXPLAINED, _explained(found), ASSUMED),
        records=[{**_flat(record), **about} for record in years],
        data={
            "years": years,
            "cost_growth_per_year": with_se(found.growth),
            "currency": found.currency,
            "budget": found.budget,
            "year_p50_passes_budget": None if found.budget is None else passes(found, found.budget),
            "affordable": [_bought(found, each) for each in found.affordable],
            "text_stock": {book: stock.value for book, stock in found.stocks.items()},
            **about,
        },
    )


def name_of(found: Forecast, ahead: int) -> str:
    """A year of the calendar, or how far ahead it is."""
    return f"+{ahead}" if found.first is None else str(found.first + ahead)


def passes(found: Forecast, budget: float) -> str | None:
    """The first year whose median is beyond a budget; None if none of those looked at is."""
    beyond = (name_of(found, year.ahead) for year in found.years if year.cost[50.0].value > budget)
    return next(beyond, None)


def runs_out(found: Forecast, book: str) -> str | None:
    """The first year in which the tokens are more likely than not beyond a book's stock of text."""
    beyond = (name_of(found, year.ahead) for year in found.years if year.short[book].value > 0.5)
    return next(beyond, None)


def _sentences(found: Forecast, about: Mapping[str, Any]) -> Iterator[str]:
    yield f"Book: {about['book']}"
    yield from laid_over(about, "the scenario")
    growth = rounded(found.growth.value, max(found.growth.se, 0.005))
    yield f"The median cost grows {growth} times a year; of frontier models it grew {OBSERVED}"
    last = name_of(found, found.years[-1].ahead)
    if found.budget is not None:
        yield f"Budget {stated(found.budget, found.currency)}: the median {_when(found, found.budget)}"
    for book, stock in found.stocks.items():
        when = runs_out(found, book)
        told = f"is used up in {when}" if when else f"lasts beyond {last}"
        yield f"Text of {book}, {rounded(stock.value, stock.se)} tokens (P50): more likely than not it {told}"
    how = found.settings
    yield f"{how.draws:,} draws, seed {how.seed}, sampler {how.sampler}"


def _when(found: Forecast, budget: float) -> str:
    """When the median passes a budget, in words."""
    when = passes(found, budget)
    if when is None:
        return f"keeps it until {name_of(found, found.years[-1].ahead)}"
    already = when == name_of(found, found.years[0].ahead)
    return f"is beyond it already in {when}" if already else f"passes it in {when}"


def _explained(found: Forecast) -> str:
    smallest = rounded(found.smallest, found.smallest / 10.0)
    return (
        "affordable: active parameters of the largest model whose programme keeps the budget with "
        f"{AFFORDABLE:g}% confidence; tokens grow and shrink with them, staff does not: – where even "
        f"{smallest} are dearer, > where no more were tried; P50 passes: the first year whose median cost "
        "is beyond the budget"
    )


def _costs(found: Forecast) -> list[Row]:
    budget = () if found.budget is None else ("P(within budget)",)
    heads = (f"total_cost, {found.currency}", *(f"P{level:g}" for level in LEVELS), *budget)
    return [heads, *(_cost(found, year) for year in found.years)]


def _cost(found: Forecast, year: Year) -> Row:
    cells = (rounded(e.value, e.se) for e in year.cost.values())
    return (name_of(found, year.ahead), *cells, *([chance_of(year.within)] if year.within else []))


def _sizes(found: Forecast) -> list[Row]:
    heads = ("model", "compute", "cluster", "tokens", *(f"short, {book}" for book in found.stocks))
    return [heads, *(_size(found, year) for year in found.years)]


def _size(found: Forecast, year: Year) -> Row:
    told = (f"{rounded(e.value, e.se)}×" for e in (year.compute, year.cluster))
    beyond = (chance_of(year.short[book]) for book in found.stocks)
    return (name_of(found, year.ahead), *told, rounded(year.tokens.value, year.tokens.se), *beyond)


def _affordable(found: Forecast) -> list[Row]:
    """What budgets afford beside what demand asks for; of those that afford nothing one is enough."""
    nothing = [each.budget for each in found.affordable if not any(each.sizes.values())]
    told = [e for e in found.affordable if e.budget == found.budget or e.budget not in nothing[:-1]]
    heads = ("affordable", "as demand grows", *(stated(each.budget, found.currency) for each in told))
    rows = [
        (
            name_of(found, year.ahead),
            rounded(year.parameters, year.parameters / 100.0),
            *(_size_told(each.sizes[year.ahead]) for each in told),
        )
        for year in found.years
    ]
    return [heads, *rows, ("P50 passes", "", *(_passes_told(found, each.budget) for each in told))]


def _size_told(found: Size | None) -> str:
    if found is None:
        return "–"
    return f"{'> ' if found.beyond else ''}{rounded(found.parameters, found.se)}"


def _passes_told(found: Forecast, budget: float) -> str:
    when = passes(found, budget)
    return "later" if when is None else "already" if when == name_of(found, found.years[0].ahead) else when


def _bought(found: Forecast, affordable: Affordable) -> dict[str, Any]:
    """What a budget affords, for programs."""
    sizes = {name_of(found, ahead): size for ahead, size in affordable.sizes.items()}
    return {
        "budget": affordable.budget,
        "parameters": {year: size and size.parameters for year, size in sizes.items()},
        "se": {year: size and finite(size.se) for year, size in sizes.items()},
        "more_than": [year for year, size in sizes.items() if size and size.beyond],
        "year_p50_passes": passes(found, affordable.budget),
    }


def _record(found: Forecast, year: Year) -> dict[str, Any]:
    money = {"percentiles": year.dollars, name_in("percentiles", found.currency): year.cost}
    return {
        "year": name_of(found, year.ahead),
        "ahead": year.ahead,
        **{key: percentiles(costs) for key, costs in money.items()},
        "compute": year.compute.value,
        "cluster": year.cluster.value,
        "tokens": year.tokens.value,
        "parameters": year.parameters,
        "p_text_short": {book: each.value for book, each in year.short.items()},
        "p_within_budget": year.within and year.within.value,
    }


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record with a column a percentile and book."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if key.startswith("percentiles"):
            ending = key.removeprefix("percentiles")
            flat |= {f"p{level}{ending}": each["value"] for level, each in value.items()}
        elif key == "p_text_short":
            flat |= {f"{key}_{book}": each for book, each in value.items()}
        else:
            flat[key] = value
    return flat
