"""Where a number comes from: a quantity's tree of formulas and inputs, with medians and sources."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from simulator.reports.inputs import word_of
from simulator.reports.layout import WIDTH, csv_text, markdown_table, wrapped
from simulator.reports.numbers import plain, quantity
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, run

LEAST_ROOM = 20  # for words, however deep the tree
FIELDS = (
    "name",
    "unit",
    "median",
    "word",
    "formula",
    "file",
    "meaning",
    "origin",
    "source",
    "as_of",
    "above",
)
HEADS = ("depth", "name", "median", "unit", "what it is, or who says so")

Tree = Mapping[str, Any]


def medians(scenario: Scenario, settings: Settings) -> dict[str, float]:
    """The median of every name over the draws."""
    done = run(scenario, replace(settings, levels=(50.0,)), keep=1)
    return {name: done.summaries[name].percentiles[50.0].value for name in scenario.names}


def tree(scenario: Scenario, name: str, median: Mapping[str, float]) -> Tree:
    """A quantity with all it is computed from, as ``children``; what stood before is marked ``above``."""
    return _branch(scenario, name, median, set())


def _branch(scenario: Scenario, name: str, median: Mapping[str, float], seen: set[str]) -> dict[str, Any]:
    formula, word = scenario.model.formulas.get(name), word_of(scenario, name)
    found = {
        "name": name,
        "unit": scenario.model.units[name].symbol,
        "median": None if word else median[name],
        **({"word": word} if word else {}),
        **(_computed(scenario, name) if formula else _given(scenario, name)),
    }
    if formula and name in seen:
        return {**found, "above": True}
    seen.add(name)
    below = formula.arguments if formula else ()
    return {**found, "children": [_branch(scenario, argument, median, seen) for argument in below]}


def _computed(scenario: Scenario, name: str) -> dict[str, str | None]:
    formula = scenario.model.formulas[name]
    meaning = formula.meaning.lower() if formula.is_sum else formula.meaning
    about = dict.fromkeys(("file", "origin", "source", "as_of"))
    return {"formula": formula.where, "meaning": meaning, **about}


def _given(scenario: Scenario, name: str) -> dict[str, str | None]:
    prior, meaning = scenario.priors[name], scenario.model.meaning(name)
    about = {"file": prior.where, "origin": prior.origin, "source": prior.source, "as_of": prior.as_of}
    return {"formula": None, "meaning": meaning, **about}


def head(draws: int) -> str:
    """What the numbers of the tree are, and what they are not."""
    return f"Medians of {draws:,} draws. The median of a sum is not the sum of the medians."


def as_table(root: Tree, draws: int) -> str:
    """The tree drawn with lines that nothing breaks, 80 columns wide."""
    return "\n".join([*wrapped(head(draws)), "", *_drawn(root, "", "")])


def _drawn(node: Tree, stem: str, below: str) -> Iterator[str]:
    """The lines of a node and its children; ``stem`` leads its first line, ``below`` all that follow."""
    children = node.get("children", [])
    bars = below + ("│  " if children else "   ")
    room = max(LEAST_ROOM, WIDTH - len(bars))
    text = f"{node['name']}  {_value(node)}  {_source(node)}"
    first, *rest = textwrap.wrap(text, room, break_on_hyphens=False)
    yield stem + first
    yield from (bars + line for line in rest)
    for place, child in enumerate(children, 1):
        corner, bar = ("└─ ", "   ") if place == len(children) else ("├─ ", "│  ")
        yield from _drawn(child, below + corner, below + bar)


def _value(node: Tree) -> str:
    if node["median"] is None:
        return str(node["word"])
    unit = "" if node["unit"] in ("1", "USD") else f" {node['unit']}"
    return quantity(node["median"], 0.0, node["unit"]) + unit


def _source(node: Tree) -> str:
    if node.get("above"):
        return "(above)"
    if node["formula"]:
        return f"{node['meaning']} [{node['formula']}]"
    source = f": {node['source']}" if node["source"] and node["source"] != node["origin"] else ""
    return f"{node['meaning']} [{node['origin']}{source}{', ' + node['as_of'] if node['as_of'] else ''}]"


def _walk(node: Tree, depth: int = 0) -> Iterator[tuple[int, Tree]]:
    """Every node with its depth, from the top down."""
    yield depth, node
    for child in node.get("children", []):
        yield from _walk(child, depth + 1)


def as_markdown(root: Tree, draws: int) -> str:
    """A Markdown table with one row a name and its depth in the tree."""
    rows = []
    for depth, node in _walk(root):
        word = node["median"] is None
        value = node["word"] if word else quantity(node["median"], 0.0, node["unit"])
        rows.append((str(depth), node["name"], value, "" if word else node["unit"], _source(node)))
    return "\n".join([head(draws), "", *markdown_table([HEADS, *rows], text=(1, 3, 4))])


def as_csv(root: Tree, draws: int) -> str:
    """CSV with one row a name and its depth in the tree."""
    rows = [[depth, *(_cell(node.get(field)) for field in FIELDS), draws] for depth, node in _walk(root)]
    return csv_text([("depth", *FIELDS, "draws"), *rows])


def _cell(value: Any) -> Any:
    return plain(value) if isinstance(value, float) else value


def as_json(root: Tree, draws: int) -> str:
    """The tree as nested objects, the number of draws on the outermost."""
    return json.dumps({"draws": draws, **root}, indent=1)


STYLES: Mapping[str, Callable[[Tree, int], str]] = {
    "table": as_table,
    "markdown": as_markdown,
    "csv": as_csv,
    "json": as_json,
}
