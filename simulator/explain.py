"""Where a number comes from: a quantity's tree of formulas and inputs, and the table of priors."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from simulator.errors import Complaint, InputError, did_you_mean
from simulator.numbers import quantity
from simulator.report import WIDTH, aligned, csv_text, markdown_table
from simulator.scenario.entries import Prior
from simulator.scenario.scenario import Scenario

MEDIAN_DRAWS = 1 << 16
PRIOR_LEVELS = (5, 50, 95)


def medians(scenario: Scenario, seed: int, threads: int | None = None) -> dict[str, float]:
    """The median of every name, from a small simulation."""
    from simulator.simulation import engine

    columns = engine(scenario, seed).columns(scenario.names, MEDIAN_DRAWS, threads=threads)
    return {name: float(np.median(column)) for name, column in columns.items()}


def check_name(scenario: Scenario, name: str) -> None:
    """Raise :class:`InputError` for a name the scenario's model does not have."""
    if name in scenario.model.units:
        return
    gone = "it is not needed, since another quantity is given" if name in scenario.model.pruned else ""
    remedy = gone or did_you_mean(name, scenario.model.units)
    raise InputError([Complaint(scenario.name, f"there is no quantity {name}", remedy)])


def tree(scenario: Scenario, name: str, median: Mapping[str, float]) -> str:
    """A quantity with all it is computed from: units, medians, formulas and sources; repeats are cut.

    The median of a sum is not the sum of medians: each line has the median of its own draws.
    """
    return "\n".join(_branch(scenario, name, median, "", "", set()))


def _branch(
    scenario: Scenario, name: str, median: Mapping[str, float], stem: str, below: str, seen: set[str]
) -> Iterator[str]:
    formula = scenario.model.formulas.get(name)
    repeated = name in seen and formula is not None
    source = "(above)" if repeated else _source(scenario, name)
    yield f"{stem}{name}  {_value(scenario, name, median)}  {source}"
    if formula is None or repeated:
        return
    seen.add(name)
    for place, argument in enumerate(formula.arguments):
        last = place == len(formula.arguments) - 1
        stem_of_child = f"{below}{'└─ ' if last else '├─ '}"
        yield from _branch(
            scenario, argument, median, stem_of_child, f"{below}{'   ' if last else '│  '}", seen
        )


def _value(scenario: Scenario, name: str, median: Mapping[str, float]) -> str:
    unit = scenario.model.units[name].symbol
    if name == "procurement":
        return scenario.words[name]
    return quantity(median[name], 0.0, unit) + (f" {unit}" if unit not in ("1", "USD") else "")


def _source(scenario: Scenario, name: str) -> str:
    if name in scenario.model.formulas:
        formula = scenario.model.formulas[name]
        return f"{formula.meaning.lower() if formula.is_sum else formula.meaning} [{formula.where}]"
    prior = scenario.priors[name]
    source = f": {prior.source}" if prior.source and prior.source != prior.origin else ""
    return f"[{prior.origin}{source}{', ' + prior.as_of if prior.as_of else ''}]"


def priors(scenario: Scenario) -> list[dict[str, Any]]:
    """Every input: percentiles after truncation, unit, distribution, source, date, book."""
    return [_prior(scenario, prior) for prior in scenario.priors.values()]


def _prior(scenario: Scenario, prior: Prior) -> dict[str, Any]:
    values = {f"p{level}": float(prior.distribution.ppf(level / 100.0)) for level in PRIOR_LEVELS}
    return {
        "name": prior.name,
        **values,
        "unit": prior.unit,
        "distribution": scenario.words[prior.name]
        if prior.name == "procurement"
        else prior.distribution.describe(),
        "source": prior.source,
        "as_of": prior.as_of,
        "note": prior.note,
        "origin": prior.origin,
        "where": prior.where,
        "meaning": scenario.model.meaning(prior.name),
    }


def priors_text(scenario: Scenario) -> str:
    """The priors as plain text, 80 columns wide, the source on lines of its own."""
    found = priors(scenario)
    heads = ("name", *(f"P{level}" for level in PRIOR_LEVELS), "unit")
    table = aligned([heads, *(_cells(prior) for prior in found)])
    lines = [
        scenario.title,
        f"Book: {scenario.book} ({scenario.book_title}), {scenario.book_as_of}",
        "",
        table[0],
    ]
    for line, prior in zip(table[1:], found, strict=True):
        words = [prior["distribution"], prior["origin"], prior["as_of"], prior["source"]]
        about = "; ".join(dict.fromkeys(word for word in words if word))
        lines += [line, *textwrap.wrap(about, WIDTH, initial_indent="    ", subsequent_indent="    ")]
    return "\n".join(lines)


def priors_markdown(scenario: Scenario) -> str:
    """The priors as a Markdown table."""
    heads = ("name", *(f"P{level}" for level in PRIOR_LEVELS), "unit", "as of", "book", "source")
    rows = [(*_cells(prior), prior["as_of"], prior["origin"], prior["source"]) for prior in priors(scenario)]
    return "\n".join(markdown_table([heads, *rows]))


def _cells(prior: Mapping[str, Any]) -> tuple[str, ...]:
    return (prior["name"], *(quantity(prior[f"p{level}"], 0.0, "") for level in PRIOR_LEVELS), prior["unit"])


def priors_csv(scenario: Scenario) -> str:
    """The priors as CSV."""
    found = priors(scenario)
    return csv_text([list(found[0]), *(row.values() for row in found)])


def priors_json(scenario: Scenario) -> str:
    """The priors as a JSON list."""
    return json.dumps(priors(scenario), indent=1)


PRIORS_STYLES: Mapping[str, Callable[[Scenario], str]] = {
    "table": priors_text,
    "markdown": priors_markdown,
    "csv": priors_csv,
    "json": priors_json,
}
