"""Sobol' indices as tables: inputs, then groups of them; Shapley effects where inputs are correlated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from typing import Any

from simulator.reports.layout import Row, Sheet
from simulator.reports.numbers import percent, percent_error
from simulator.sensitivity.analysis import Sensitivity
from simulator.sensitivity.indices import Indices
from simulator.statistics.estimates import Estimate

HEADS = ("first", "±", "total", "±")
CORRELATED = (
    "Inputs are correlated: first is what an input explains with all that moves with it, total what it "
    "explains alone; Shapley effects share out what they explain together and add up to 100%"
)


def sensitivity_sheet(found: Sensitivity, about: Mapping[str, Any], top: int) -> Sheet:
    """The inputs that matter most and all groups as tables; every index as a record and for programs."""
    inputs = _records(found.inputs, found.shapley)
    groups = _records(found.groups, found.group_shapley)
    members = {name: {**record, "members": list(found.members[name])} for name, record in groups.items()}
    return Sheet(
        above=(f"Whose uncertainty is in {found.quantity}, {about['scenario']}", *_sentences(found)),
        tables=(_input_rows(found, top), _group_rows(found)),
        below=(),
        records=[
            *({"kind": "input", "name": name, **record, **about} for name, record in inputs.items()),
            *({"kind": "group", "name": name, **record, **about} for name, record in groups.items()),
        ],
        data={
            "quantity": found.quantity,
            "inputs": inputs,
            "groups": members,
            "notes": list(found.notes),
            **about,
        },
    )


def _records(indices: Mapping[str, Indices], effects: Mapping[str, Estimate]) -> dict[str, dict[str, Any]]:
    return {name: _record(index, effects.get(name)) for name, index in _ordered(indices, effects)}


def _ordered(indices: Mapping[str, Indices], effects: Mapping[str, Estimate]) -> list[tuple[str, Indices]]:
    """The largest first: by Shapley effect if there is one, as total indices hide what is correlated."""
    return sorted(indices.items(), key=lambda item: (-_size(item[0], item[1], effects), item[0]))


def _size(name: str, index: Indices, effects: Mapping[str, Estimate]) -> float:
    return effects[name].value if effects else index.total.value


def _record(index: Indices, effect: Estimate | None) -> dict[str, Any]:
    shares = {"first": index.first, "total": index.total, **({"shapley": effect} if effect else {})}
    return {
        key: value
        for name, found in shares.items()
        for key, value in (
            (name, found.value),
            (f"{name}_se", found.se),
            (f"{name}_ci95", [found.low, found.high]),
        )
    }


def _sentences(found: Sensitivity) -> list[str]:
    alone = fsum(index.first.value for index in found.inputs.values())
    lines = [
        "first: the share of the variance that would go if the input alone were known; total: the share that "
        "would stay if it alone were not; ±: one standard error",
        f"{found.settings.draws:,} base points, seed {found.settings.seed}, sampler {found.settings.sampler}",
    ]
    if found.shapley:
        return [*lines, CORRELATED, *found.notes]
    explained = f"Inputs alone explain {percent(min(alone, 1.0))}, their interactions the rest"
    return [*lines, explained, *found.notes]


def _cells(estimates: Sequence[Estimate]) -> Row:
    return tuple(cell for e in estimates for cell in (percent(e.value, e.se), percent_error(e.se)))


def _input_rows(found: Sensitivity, top: int) -> list[Row]:
    """The inputs that matter most; the others in one row, by the largest of them."""
    ordered = _ordered(found.inputs, found.shapley)
    rows = _rows("input", ordered[:top], found.shapley)
    if others := ordered[top:]:
        most = f"≤ {percent(max(_size(name, index, found.shapley) for name, index in others))}"
        blanks = [""] * (len(rows[0]) - 3)
        rows.append((f"{len(others)} others, each", *blanks, most, ""))
    return rows


def _group_rows(found: Sensitivity) -> list[Row]:
    return _rows("group", _ordered(found.groups, found.group_shapley), found.group_shapley)


def _rows(what: str, ordered: Sequence[tuple[str, Indices]], effects: Mapping[str, Estimate]) -> list[Row]:
    """A head and a row for each."""
    heads = (what, *HEADS, *(("Shapley", "±") if effects else ()))
    return [
        heads,
        *(
            (name, *_cells((index.first, index.total, *([effects[name]] if effects else []))))
            for name, index in ordered
        ),
    ]
