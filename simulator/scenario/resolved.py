"""A scenario written out whole: no book needed, every prior as it was used; it reruns bit for bit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from inspect import getfile
from pathlib import Path
from typing import Any

from simulator.scenario.entries import Prior
from simulator.scenario.scenario import Scenario
from simulator.units import PROCUREMENT
from simulator.version import __version__

WORDS_OF_PROCUREMENT = {value: word for word, value in PROCUREMENT.items()}


def resolved(scenario: Scenario) -> str:
    """The scenario as YAML, one line a prior."""
    plan = {name: _plan_value(prior) for name, prior in scenario.priors.items() if prior.origin == "plan"}
    words = {key: word for key, word in scenario.words.items() if key not in ("accelerator_family", *plan)}
    lines = [
        "# A run's scenario with every prior as it was used; traincost run reruns it bit for bit.",
        f"title: {_flow(scenario.title)}",
        f"description: {_flow(scenario.description)}",
        f"made_from: {_flow(_origin(scenario))}",
        *(f"{key}: {word}" for key, word in scenario.choices.items()),
        f"plan: {_flow({**words, **plan})}",
        f"formulas: {_flow([path.name for path in scenario.formulas])}",
        f"levers: {_flow([Path(lever).name for lever in scenario.levers])}",
        "priors:",
        *(f"  {name}: {_flow(_entry(p))}" for name, p in scenario.priors.items() if p.origin != "plan"),
        *_correlations(scenario),
        "published:",
        *(f"  - {_flow(figure.as_written)}" for figure in scenario.published),
    ]
    return "\n".join(lines) + "\n"


def identity(scenario: Scenario, how: Mapping[str, Any]) -> str:
    """A hash of everything that determines a result: scenario, formulas, and how it is run."""
    files = sorted({getfile(formula.function) for formula in scenario.model.formulas.values()})
    parts = [__version__, resolved(scenario), json.dumps(dict(how), sort_keys=True)]
    hashes = [sha256(part.encode(errors="surrogateescape")).digest() for part in parts]
    return sha256(
        b"".join([*hashes, *(sha256(Path(file).read_bytes()).digest() for file in files)])
    ).hexdigest()


def _origin(scenario: Scenario) -> dict[str, str]:
    return {
        "scenario": scenario.name,
        "book": scenario.book,
        "title": scenario.book_title,
        "as_of": scenario.book_as_of,
    }


def _plan_value(prior: Prior) -> Any:
    value = prior.spec["value"]
    return WORDS_OF_PROCUREMENT[value] if prior.name == "procurement" else value


def _entry(prior: Prior) -> dict[str, Any]:
    words = {"source": prior.source, "as_of": prior.as_of, "note": prior.note, "origin": prior.origin}
    about = {**words, "picked_by": list(prior.picked_by)}
    return {**prior.spec, **{key: word for key, word in about.items() if word}}


def _correlations(scenario: Scenario) -> list[str]:
    """The correlations; no line at all where there are none."""
    lines = [f"  - {_flow(found.as_written)}" for found in scenario.correlations]
    return ["correlations:", *lines] if lines else []


def _flow(value: Any) -> str:
    """Any plain value as YAML flow text; floats keep every bit."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value))
