"""Which inputs move together: the scenario's ``correlations:``, read and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from simulator.distributions.copula import Pair, copula
from simulator.errors import Complaint, DistributionError, did_you_mean
from simulator.model import GENERATED, Model
from simulator.scenario.books import checked_fields
from simulator.scenario.entries import WORDS, Complain, Prior
from simulator.scenario.reader import Node

FIELDS = ("between", "spearman", *WORDS)
EXAMPLE = "write for example {between: [gpu_price, gpu_hour_price], spearman: 0.6}"

Matrix = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Correlation:
    """The Spearman correlation of two inputs, and on whose word."""

    between: Pair
    spearman: float
    source: str = ""
    as_of: str = ""
    note: str = ""
    where: str = ""  # file and line

    @property
    def as_written(self) -> dict[str, object]:
        """The correlation as a scenario writes it."""
        words = {key: getattr(self, key) for key in WORDS if getattr(self, key)}
        return {"between": list(self.between), "spearman": self.spearman, **words}

    def __str__(self) -> str:
        return " and ".join(self.between)


@dataclass(frozen=True)
class Names:
    """What can be said of a name: the model with its pins, the priors, every name there could be."""

    model: Model
    priors: Mapping[str, Prior]
    known: Collection[str]

    def fault(self, name: str) -> tuple[str, str] | None:
        """What is wrong with a correlation of this name, and the remedy; None where nothing is."""
        if name not in self.known:
            return f"{name} is no input of the model", did_you_mean(name, self.known)
        if name in self.model.formulas:
            what = f"{name} is computed ({self.model.formulas[name].where})"
            pin = "" if name in GENERATED else ", or give it a prior under priors:"
            return what, f"name an input{pin}"
        prior = self.priors.get(name)
        if prior is None or prior.is_fixed or prior.distribution.continuous:
            return None
        what = f"{name} is {prior.distribution.describe()}; only continuous priors are correlated"
        return what, f"take {name} out, or give it a continuous prior"

    def idle(self, pair: Pair) -> str:
        """Why a correlation of these names has no effect; empty where it has one."""
        for name in pair:
            if name not in self.model.units:
                return f"nothing needs {name} here"
            if name in self.priors and self.priors[name].is_fixed:
                return f"{name} is fixed here"
        return ""


def read_correlations(
    node: Node | None, names: Names, complain: Complain
) -> tuple[tuple[Correlation, ...], tuple[str, ...]]:
    """The correlations that have an effect, and a note on each that has none; those of 0 are left out."""
    if node is None or node.value is None:
        return (), ()
    if not isinstance(node.value, list):
        complain(Complaint(node.where, "correlations: wants a list", f"begin each with a dash; {EXAMPLE}"))
        return (), ()
    complaints: list[Complaint] = []
    given = [found for item in node.value for found in _entry(item, names, complaints.append)]
    complaints += _repeated(given)
    reasons = [names.idle(found.between) for found in given]
    moving = [found for found, reason in zip(given, reasons, strict=True) if not reason]
    for complaint in complaints or _contradictions(moving, node.where):
        complain(complaint)
    idle = ((found, reason) for found, reason in zip(given, reasons, strict=True) if reason)
    notes = (f"correlation of {found}: ignored, {reason}" for found, reason in idle if found.spearman)
    return tuple(found for found in moving if found.spearman), tuple(notes)


def _repeated(given: Iterable[Correlation]) -> Iterator[Complaint]:
    first: dict[frozenset[str], Correlation] = {}
    for found in given:
        earlier = first.setdefault(frozenset(found.between), found)
        if earlier is not found:
            what = f"the correlation of {found} is given twice, first at {earlier.where}"
            yield Complaint(found.where, what, "keep one of them")


def _contradictions(used: Iterable[Correlation], where: str) -> Iterator[Complaint]:
    try:
        copula({found.between: found.spearman for found in used})
    except DistributionError as error:
        yield Complaint(where, str(error))


def _entry(node: Node, names: Names, complain: Complain) -> list[Correlation]:
    """The pairs of one entry of the list; none, with complaints, where it is not sound."""
    content = checked_fields(node, FIELDS, "a correlation", complain)
    if missing := [key for key in ("between", "spearman") if key not in content]:
        complain(Complaint(node.where, f"a correlation lacks {' and '.join(missing)}", EXAMPLE))
        return []
    between = _between(content["between"], names, complain)
    matrix = _matrix(content["spearman"], between, complain)
    words = {key: str(content[key].value) for key in WORDS if key in content}
    pairs = combinations(range(len(matrix)), 2)
    return [
        Correlation((between[i], between[j]), float(matrix[i][j]), **words, where=node.where)
        for i, j in pairs
    ]


def _between(node: Node, names: Names, complain: Complain) -> list[str]:
    """The names of an entry; none where they are no list of two or more, each once."""
    children = node.value if isinstance(node.value, list) else []
    found = [child.value for child in children]
    if len(found) < 2 or not all(isinstance(name, str) for name in found):
        complain(Complaint(node.where, "between wants two names or more", EXAMPLE))
        return []
    for name, times in Counter(found).items():
        if times > 1:
            what = f"{name} stands twice in between"
            complain(Complaint(node.where, what, "keep one of them"))
    for child in children:
        if fault := names.fault(child.value):
            complain(Complaint(child.where, *fault))
    return found if len(set(found)) == len(found) else []


def _matrix(node: Node, between: Sequence[str], complain: Complain) -> Matrix:
    """The correlations of the names, as a matrix; an empty one, with complaints, where they are none."""
    size, given = len(between), node.plain()
    if size == 0:
        return []
    if size == 2 and not isinstance(given, list):
        given = [[1, given], [given, 1]]
    if not _is_square(given, size):
        what = f"spearman of {size} names wants a matrix, {size} rows of {size} numbers"
        complain(Complaint(node.where, what, "as in [[1, 0.5, 0.2], [0.5, 1, 0.3], [0.2, 0.3, 1]]"))
        return []
    complaints = [Complaint(node.where, what, remedy) for what, remedy in _faults(given, between)]
    for complaint in complaints:
        complain(complaint)
    return [] if complaints else given


def _is_square(given: Any, size: int) -> bool:
    rows = given if isinstance(given, list) else []
    return len(rows) == size and all(isinstance(row, list) and len(row) == size for row in rows)


def _faults(matrix: Sequence[Sequence[Any]], between: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What keeps the entries from being correlations of these names: kind, range, diagonal, symmetry."""
    for i, name in enumerate(between):
        if not _is_number(matrix[i][i]) or matrix[i][i] != 1:
            yield f"the correlation of {name} with itself is {matrix[i][i]}", "write 1 on the diagonal"
    for i, j in combinations(range(len(between)), 2):
        what, cells = f"the correlation of {between[i]} and {between[j]} is", (matrix[i][j], matrix[j][i])
        if wrong := [value for value in cells if not _is_number(value)]:
            yield f"{what} {wrong[0]}, not a number", "write a number between -1 and 1"
            continue
        if cells[0] != cells[1]:
            yield f"{what} {cells[0]} above the diagonal and {cells[1]} below", "make them one"
        for value in dict.fromkeys(cells):
            if not -1 <= value <= 1:
                yield f"{what} {value}, it must be between -1 and 1", ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
