"""Whether every name that is given is known, and every input that is needed is given."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from simulator.currency import CURRENCIES, rate_of
from simulator.errors import Complaint, did_you_mean
from simulator.extensions import lever_inputs
from simulator.model import Model, build, shipped_formulas
from simulator.scenario.books import Entry
from simulator.scenario.entries import Complain
from simulator.scenario.plan import Plan

RATES = tuple(rate_of(currency) for currency in CURRENCIES)


def known_names(model: Model) -> set[str]:
    """Every name that the model has, had before its pins, or would have with other levers."""
    return {
        *model.units,
        *model.pruned,
        *model.pinned,
        *build(shipped_formulas()).units,
        *lever_inputs(),
        *RATES,
    }


def check_names(entries: Mapping[str, Entry], plan: Plan, model: Model, complain: Complain) -> None:
    """Complain of names that no model knows, and of those that the plan fixes as well."""
    known = known_names(model)
    for name, entry in entries.items():
        if name not in known:
            what = f"{name} is no input or quantity of the model"
            complain(Complaint(entry.node.where, what, did_you_mean(name, known)))
        elif entry.book != "scenario" and name in model.formulas:
            what = f"{name} is computed ({model.formulas[name].where}); a book holds priors of inputs"
            complain(Complaint(entry.node.where, what, "give it under priors: in the scenario"))
        elif entry.book == "scenario" and name in plan.constants:
            complain(
                Complaint(entry.node.where, f"{name} has a value in the plan as well", "keep one of them")
            )


def check_complete(
    wanted: Iterable[str], known: Container[str], model: Model, path: Path, complain: Complain
) -> None:
    """Complain of inputs that have neither prior nor value, with the formulas that need them."""
    for name in wanted:
        if name not in known:
            users = " and ".join(f"{user} ({model.formulas[user].where})" for user in model.consumers[name])
            what = f"{name} has no prior or value; it is needed by {users or 'the total'}"
            complain(
                Complaint(str(path), what, f"give it under priors: with unit: {model.units[name].symbol}")
            )
