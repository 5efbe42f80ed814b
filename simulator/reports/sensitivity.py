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
    inputs = {name: _record(found, name, index) for name, index in _descending(found.inputs)}
    groups = {
        name: {**_indices(index), "members": list(found.members[name])}
        for name, index in _descending(found.groups)
    }
    return Sheet(
        above=(f"Whose uncertainty is in {found.quantity}, {about['scenario']}", *_sentences(found)),
        tables=(_input_rows(found, top), _group_rows(found)),
        below=(),
        records=[
            *({"kind": "input", "name": name, **record, **about} for name, record in inputs.items()),
            *(_group_record(found, name, index, about) for name, index in _descending(found.groups)),
        ],
        data={"quantity": found.quantity, "inputs": inputs, "groups": groups, **about},
    )


def _descending(indices: Mapping[str, Indices]) -> list[tuple[str, Indices]]:
    return sorted(indices.items(), key=lambda item: (-item[1].total.value, item[0]))


def _indices(index: Indices) -> dict[str, Any]:
    return {**_estimate("first", index.first), **_estimate("total", index.total)}


def _estimate(name: str, found: Estimate) -> dict[str, Any]:
    return {name: found.value, f"{name}_se": found.se, f"{name}_ci95": [found.low, found.high]}


def _record(found: Sensitivity, name: str, index: Indices) -> dict[str, Any]:
    effect = _estimate("shapley", found.shapley[name]) if found.shapley else {}
    return {**_indices(index), **effect}


def _group_record(found: Sensitivity, name: str, index: Indices, about: Mapping[str, Any]) -> dict[str, Any]:
    effect = dict.fromkeys(("shapley", "shapley_se", "shapley_ci95")) if found.shapley else {}
    return {"kind": "group", "name": name, **_indices(index), **effect, **about}


def _sentences(found: Sensitivity) -> list[str]:
    alone = fsum(index.first.value for index in found.inputs.values())
    lines = [
        "first: the share of the variance that would go if the input alone were known; total: the share that "
        "would stay if it alone were not; ±: one standard error",
        f"{found.settings.draws:,} base points, seed {found.settings.seed}, sampler {found.settings.sampler}",
    ]
    if found.shapley:
        return [*lines, CORRELATED]
    return [*lines, f"Inputs alone explain {percent(min(alone, 1.0))}, their interactions the rest"]


def _cells(estimates: Sequence[Estimate]) -> Row:
    return tuple(cell for e in estimates for cell in (percent(e.value, e.se), percent_error(e.se)))


def _input_rows(found: Sensitivity, top: int) -> list[Row]:
    """The inputs of the largest total indices; the others in one row, by their largest."""
    effects = ("Shapley", "±") if found.shapley else ()
    ordered = _descending(found.inputs)
    rows: list[Row] = [("input", *HEADS, *effects)]
    for name, index in ordered[:top]:
        effect = (found.shapley[name],) if found.shapley else ()
        rows.append((name, *_cells((index.first, index.total, *effect))))
    if others := ordered[top:]:
        most = percent(others[0][1].total.value)
        rows.append((f"{len(others)} others, each", *[""] * 2, f"≤ {most}", "", *[""] * len(effects)))
    return rows


def _group_rows(found: Sensitivity) -> list[Row]:
    heads = ("group", *HEADS)
    return [heads, *((name, *_cells((i.first, i.total))) for name, i in _descending(found.groups))]
