"""What goes into a simulation: the table of priors, and what a scenario that is good consists of."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simulator.reports.layout import WIDTH, aligned, csv_text, markdown_table
from simulator.reports.numbers import plain, quantity
from simulator.scenario.entries import Prior
from simulator.scenario.scenario import Scenario

LEVELS = ("p5", "p50", "p95")
HEADS = ("name", *(level.upper() for level in LEVELS), "unit")

Found = Mapping[str, Any]


def priors(scenario: Scenario) -> list[dict[str, Any]]:
    """Every input: percentiles after truncation, unit, distribution, source, date, book.

    An input that the plan gives as a word has it for its distribution, and no percentiles.
    """
    return [_prior(scenario, prior) for prior in scenario.priors.values()]


def _prior(scenario: Scenario, prior: Prior) -> dict[str, Any]:
    word = word_of(scenario, prior.name)
    found = (float(prior.distribution.ppf(float(level[1:]) / 100.0)) for level in LEVELS)
    values = dict.fromkeys(LEVELS) if word else dict(zip(LEVELS, found, strict=True))
    return {
        "name": prior.name,
        **values,
        "unit": prior.unit,
        "distribution": word or prior.distribution.describe(),
        "source": prior.source,
        "as_of": prior.as_of,
        "note": prior.note,
        "origin": prior.origin,
        "where": prior.where,
        "meaning": scenario.model.meaning(prior.name),
    }


def word_of(scenario: Scenario, name: str) -> str:
    """The word that an input's number stands for; empty for all but the procurement."""
    return scenario.words.get(name, "") if name == "procurement" else ""


def priors_text(scenario: Scenario) -> str:
    """The priors as plain text, 80 columns wide, the source on lines of its own."""
    found = priors(scenario)
    table = aligned([HEADS, *(_cells(prior) for prior in found)], text=[4])
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
    heads = (*HEADS, "as of", "book", "source")
    rows = [(*_cells(prior), prior["as_of"], prior["origin"], prior["source"]) for prior in priors(scenario)]
    return "\n".join(markdown_table([heads, *rows], text=range(4, len(heads))))


def _cells(prior: Found) -> tuple[str, ...]:
    if prior["p50"] is None:
        return (prior["name"], *[prior["distribution"]] * len(LEVELS), "")
    return (prior["name"], *(quantity(prior[level], 0.0, "") for level in LEVELS), prior["unit"])


def priors_csv(scenario: Scenario) -> str:
    """The priors as CSV."""
    found = priors(scenario)
    rows = ([plain(cell) if isinstance(cell, float) else cell for cell in row.values()] for row in found)
    return csv_text([list(found[0]), *rows])


def priors_json(scenario: Scenario) -> str:
    """The priors as a JSON list."""
    return json.dumps(priors(scenario), indent=1)


PRIORS_STYLES: Mapping[str, Callable[[Scenario], str]] = {
    "table": priors_text,
    "markdown": priors_markdown,
    "csv": priors_csv,
    "json": priors_json,
}


def checked(path: str, scenario: Scenario) -> dict[str, Any]:
    """What a scenario that was read without complaint consists of."""
    return {
        "path": path,
        "components": list(scenario.model.components),
        "uncertain_inputs": [name for name, prior in scenario.priors.items() if not prior.is_fixed],
        "book": scenario.book,
    }


def checked_text(found: Sequence[Found], style: str) -> str:
    """Scenarios that are good: lines, or a table of counts; JSON has the names, as one object for one."""
    if style == "json":
        return json.dumps(found[0] if len(found) == 1 else list(found), indent=1)
    rows = [[len(cell) if isinstance(cell, list) else cell for cell in row.values()] for row in found]
    if style == "csv":
        return csv_text([list(found[0]), *rows])
    if style == "markdown":
        heads = ("path", "components", "uncertain inputs", "book")
        return "\n".join(markdown_table([heads, *(tuple(map(str, row)) for row in rows)], text=[3]))
    return "\n".join(
        f"{path}: good; {components} components, {uncertain} uncertain inputs, book {book}"
        for path, components, uncertain, book in rows
    )
