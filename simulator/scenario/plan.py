"""The plan: the words that pick keys in a book, and the inputs that have a fixed value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simulator.currency import CURRENCIES
from simulator.errors import Complaint, DistributionError, did_you_mean
from simulator.model import Model
from simulator.scenario.books import UNKNOWN, Book
from simulator.scenario.entries import Complain, Prior, constant
from simulator.scenario.reader import Node
from simulator.units import PROCUREMENT, Unit

WORDS = ("accelerator", "procurement", "region", "commitment")
KEYS = (*WORDS, "year")
CHOICES = {
    "size": ("planned", "undisclosed"),
    "experiments": ("project", "laboratory"),
    "currency": CURRENCIES,
}


@dataclass(frozen=True)
class Plan:
    """What the scenario has decided: words by key, constants by input."""

    words: Mapping[str, str]
    constants: Mapping[str, Prior]


def read_plan(content: Mapping[str, Node], model: Model, book: Book, complain: Complain) -> Plan:
    """The plan of a scenario; complains of unknown names, wrong words and values outside their domain.

    A value of an input that is pruned is passed over.
    """
    inputs = model.inputs
    content = {key: node for key, node in content.items() if key not in model.pruned}
    wrong = [key for key, node in content.items() if isinstance(node.value, list | dict)]
    for key in wrong:
        complain(Complaint(content.pop(key).where, f"plan: {key} is a list or a mapping", "write one value"))
    known = {key: node for key, node in content.items() if key in (*KEYS, *inputs)}
    for key, node in content.items():
        if key not in known:
            remedy = did_you_mean(key, (*KEYS, *inputs)) or "a computed quantity is given under priors:"
            complain(Complaint(node.where, f"plan: {key} is no input of the model", remedy))
    words = {key: _word(node.value) for key, node in known.items() if key in KEYS}
    constants = [
        _constant(name, node, inputs[name], complain) for name, node in known.items() if name in inputs
    ]
    fixed = {prior.name: prior for prior in constants if prior}
    family = ["accelerator_family"] if "accelerator" in wrong else []
    unknown = dict.fromkeys([*wrong, *family], UNKNOWN)
    return Plan({**_with_family(words, known, book, complain), **unknown}, fixed)


def _word(value: object) -> str:
    """A key as a book writes it: 2022, not 2022.0."""
    return str(value)


def _constant(name: str, node: Node, unit: Unit, complain: Complain) -> Prior | None:
    value = node.value
    if name == "procurement":
        if value not in PROCUREMENT:
            complain(Complaint(node.where, f"plan: procurement is {value}", f"write {one_of(PROCUREMENT)}"))
            return None
        return constant(name, PROCUREMENT[value], unit, node.where, "plan")
    if isinstance(value, bool) or not isinstance(value, int | float):
        complain(
            Complaint(node.where, f"plan: {name} is {value}, not a number", "a prior is given under priors:")
        )
    elif not unit.contains(value, value):
        complain(Complaint(node.where, f"plan: {name} is {value:g}, it must be {unit.domain}"))
    else:
        try:
            return constant(name, float(value), unit, node.where, "plan")
        except DistributionError as error:
            complain(Complaint(node.where, f"plan: {name}: {error}", "check its unit"))
    return None


def _with_family(
    words: dict[str, str], known: Mapping[str, Node], book: Book, complain: Complain
) -> dict[str, str]:
    """The words with the accelerator's id for an alias, and its family."""
    if "accelerator" not in words or not book.accelerators:
        return words
    chip = book.accelerator(words["accelerator"])
    if chip is None:
        names = (*book.accelerators, *book.aliases)
        remedy = did_you_mean(words["accelerator"], names) or f"it lists {', '.join(book.accelerators)}"
        what = f"plan: the book {book.name} has no accelerator {words['accelerator']}"
        complain(Complaint(known["accelerator"].where, what, remedy))
        return {**words, "accelerator": UNKNOWN, "accelerator_family": UNKNOWN}
    return {**words, "accelerator": chip.name, "accelerator_family": chip.family}


def one_of(words: Iterable[str]) -> str:
    """Words as a choice.

    >>> one_of(["own", "rent", "buy"])
    'own, rent or buy'
    """
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
