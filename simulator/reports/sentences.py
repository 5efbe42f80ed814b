"""What a report says in words: what was run, and what it means for a decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.currency import SIGNS, name_in, rate_of
from simulator.reports.numbers import chance, percent, stated, with_error
from simulator.units import USD_SYMBOL

Summary = Mapping[str, Any]

EXPERIMENTS = {
    "project": "the project's own ablations and failed runs",
    "laboratory": "the laboratory's whole research",
}
PROCURED = {
    "own": "the fleet is owned: its loss of value, interest, facility, electricity, operations",
    "rent": "the fleet is rented: the rate contains electricity and operations",
    "buy": "the fleet is bought: cash for the whole cluster, electricity, operations",
}
SAMPLER_WORDS = {"random": "random", "sobol": "sobol (16 randomisations)"}
GIVEN = {
    "The scenario's own": "own_priors",
    "Levers": "levers",
    "Given, not computed": "pinned",
    "Not needed then": "pruned",
}
SIZES = {"planned": "the scenario's own plan", "undisclosed": "undisclosed: a guess with a wide factor"}


def money_of(summary: Summary) -> str:
    """The currency of a summary's tables."""
    return str(summary.get("currency") or USD_SYMBOL)


def in_its_currency(summary: Summary) -> Summary:
    """The summary with sums of money in its own currency, under the names that they have in dollars."""
    currency, quantities = money_of(summary), summary["quantities"]
    shown = {name: quantities.get(name_in(name, currency), found) for name, found in quantities.items()}
    own = name_in("contingency", currency)
    return {**summary, "quantities": shown, "contingency": summary[own]}


def headlines(summary: Summary) -> list[str]:
    """The programme and the final run in a line each."""
    lines = []
    for label, name in (("Programme", "total_cost"), ("Final run", "final_run_cost")):
        quantity = summary["quantities"].get(name, {"percentiles": {}})
        found, width = quantity["percentiles"], quantity.get("resolution", 0.0)
        values = [
            f"P{level} {_with_error(found[level], quantity['unit'], width)}"
            for level in ("50", "80", "90")
            if level in found
        ]
        if values:
            lines.append(f"{label}: {', '.join(values)}")
    return lines


def header(summary: Summary) -> list[str]:
    """What was run: book and date, seed, draws, plan, what final run and programme mean."""
    return [
        *_plan_and_book(summary),
        *_correlated(summary),
        *_prices(summary),
        *_scopes(summary),
        *_given(summary),
        "P80: an 80% chance of being at or below. Means add up; percentiles do not.",
        f"±: one standard error of the {_drawn(summary['sampler'])} alone",
        *_resolution(summary),
    ]


def _plan_and_book(summary: Summary) -> Iterator[str]:
    as_of = f", as of {summary['book_as_of']}" if summary["book_as_of"] else ""
    yield f"Book: {summary['book']} ({summary['book_title']}{as_of})"
    sampler = SAMPLER_WORDS[summary["sampler"]]
    yield f"Run: {summary['draws']:,} draws, seed {summary['seed']}, sampler {sampler}"
    plan = ", ".join(f"{key} {_planned(word)}" for key, word in summary["plan"].items())
    yield f"Plan: {plan}"
    origins = ", ".join(f"{count} from {origin}" for origin, count in summary["origins"].items())
    yield f"Uncertain inputs: {origins}"


def _prices(summary: Summary) -> Iterator[str]:
    """Of which day prices are, and in which currency."""
    if priced_at := summary.get("priced_at"):
        yield f"Prices that age, as of {priced_at}: {', '.join(summary['aged']) or 'none'}"
    if (currency := money_of(summary)) != USD_SYMBOL:
        rate = summary["quantities"][rate_of(currency)]["percentiles"].get("50")
        told = f", {rate['value']:.3g} for a dollar (P50)" if rate else ""
        yield f"Money in tables: {currency}, at the exchange rate of each draw{told}"


def _scopes(summary: Summary) -> Iterator[str]:
    """What size, final run and programme cover."""
    if summary["size"]:
        yield f"Size: {SIZES[summary['size']]}"
    procured = PROCURED.get(summary["plan"].get("procurement", ""), "as given")
    yield f"Final run: the one run that makes the model; {procured}"
    experiments = EXPERIMENTS.get(summary["experiments"], "as given")
    yield f"Programme: the final run and the rows below it; experiments are {experiments}"


def _given(summary: Summary) -> Iterator[str]:
    """What is the scenario's own or laid over it, and what need not be computed then."""
    if summary["settings"]:
        yield f"Set: {'; '.join(summary['settings'])}"
    for label, key in GIVEN.items():
        if summary[key]:
            yield f"{label}: {', '.join(summary[key])}"


def _drawn(sampler: str) -> str:
    return "Monte Carlo draws" if sampler == "random" else f"{SAMPLER_WORDS[sampler]} draws"


def _resolution(summary: Summary) -> list[str]:
    """How wide the bins are off which percentiles were read, where draws were too many to look up."""
    width = summary["quantities"]["total_cost"].get("resolution", 0.0)
    told = f"Percentiles are read off bins; the total's are at most {stated(width, USD_SYMBOL)} wide"
    return [told] if width else []


def _correlated(summary: Summary) -> list[str]:
    """The correlated pairs in a line, if any; runs stored before there were any have no such key."""
    found = summary.get("correlations", ())
    pairs = "; ".join(f"{' and '.join(pair['between'])} {pair['spearman']:g}" for pair in found)
    return [f"Correlated: {pairs}"] if pairs else []


def laid_over(about: Mapping[str, Any], what: str) -> Iterator[str]:
    """What of the command line was laid over a scenario, or over each of several."""
    for key in ("set", "levers"):
        if about.get(key):
            yield f"Laid over {what}, {key}: {about[key]}"


def _planned(value: str | float) -> str:
    return stated(value, "") if isinstance(value, float) else value


def sentences(summary: Summary) -> list[str]:
    """What the tables mean for a decision."""
    lines = list(summary["warnings"])
    if summary["contingency"]:
        spare = _with_error(summary["contingency"], money_of(summary))
        lines.append(f"Contingency of the programme (P80 - P50): {spare}")
    lines += [_precision(target) for target in summary.get("precision", ())]
    lines += [_published(figure) for figure in summary["published"]]
    if summary["budget"]:
        budget = summary["budget"]
        lines.append(f"P(total_cost ≤ {stated(budget['limit'], 'USD')}): {_chance(budget)}, the budget given")
    return lines + _crossing(summary["utilization_crossing"])


def _precision(target: Summary) -> str:
    """What was asked of the error of a statistic, and what was reached."""
    what, asked = f"{target['quantity']} {target['statistic']}", f"{100.0 * target['target']:.2g}%"
    if target["reached"] is None:
        return f"Precision of {what} NOT REACHED: its error cannot be told; at most {asked} was asked"
    reached = f"{100.0 * target['reached']:.2g}%"
    if target["met"]:
        return f"Precision of {what}: {reached}, at most {asked} was asked"
    return f"Precision of {what} NOT REACHED: {reached} with --max-draws, at most {asked} was asked"


def _with_error(found: Summary, unit: str, width: float = 0.0) -> str:
    """A value with its standard error, or the width of the bin it was read off where that is larger."""
    return with_error(number_of(found["value"]), max(number_of(found["se"]), width), unit)


def _chance(found: Summary) -> str:
    low, high = found.get("ci95", (found["probability"],) * 2)
    return chance(found["probability"], found["se"], low, high)


def _published(figure: Summary) -> str:
    value = stated(figure["value"], figure["unit"])
    unit = "" if figure["unit"] in (*SIGNS, "1") else f" {figure['unit']}"
    source = ", ".join(word for word in (figure["label"], figure["source"], figure["as_of"]) if word)
    return f"P({figure['quantity']} ≤ {value}{unit}): {_chance(figure)}" + (f" ({source})" if source else "")


def two_digits(value: int) -> int:
    """A whole number rounded to its first two digits, all that a small sample supports.

    >>> two_digits(14_120), two_digits(7)
    (14000, 7)
    """
    return round(value, 2 - len(str(value))) if value >= 100 else value


def _crossing(found: Summary | None) -> list[str]:
    if found is None:
        return []
    share = percent(found["utilization"])
    if found["accelerators"] is None:
        return [f"The median of system_utilization crosses {share} at no cluster size"]
    size = two_digits(found["accelerators"])
    return [f"The median of system_utilization falls below {share} above about {size:,} accelerators"]


def number_of(value: float | None) -> float:
    return float("nan") if value is None else value
