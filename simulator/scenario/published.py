"""Published figures that a scenario names, to be read beside its own."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from simulator.currency import sum_named
from simulator.errors import Complaint, did_you_mean
from simulator.model import Model
from simulator.scenario.books import mapping
from simulator.scenario.entries import Complain, worded
from simulator.scenario.reader import Node
from simulator.units import USD_SYMBOL, conversion

FIELDS = ("quantity", "value", "unit", "label", "source", "as_of", "note")


@dataclass(frozen=True)
class Published:
    """A figure somebody published for a quantity, in the model's unit."""

    quantity: str
    value: float
    unit: str
    label: str
    source: str
    as_of: str

    @property
    def as_written(self) -> dict[str, object]:
        """The figure as a scenario writes it."""
        return asdict(self)


def read_published(node: Node | None, model: Model, complain: Complain) -> tuple[Published, ...]:
    """The published figures of a scenario.

    Those of pruned quantities are left out, and those in a currency that is not reported.
    """
    if node is None or node.value is None:
        return ()
    if not isinstance(node.value, list):
        complain(Complaint(node.where, "published: wants a list", "begin each figure with a dash"))
        return ()
    figures = [_figure(mapping(item, complain), item.where, model, complain) for item in node.value]
    return tuple(figure for figure in figures if figure)


def _left_out(name: str, model: Model) -> bool:
    """Whether nothing computes it here: it is pruned, or a sum in a currency that is not reported."""
    dollars = sum_named(name)
    money = dollars in model.units and model.units[dollars].symbol == USD_SYMBOL
    return dollars in model.pruned or (money and name not in model.units)


def _figure(content: dict[str, Node], where: str, model: Model, complain: Complain) -> Published | None:
    content = worded(content, complain)
    for key, child in content.items():
        if key not in FIELDS:
            complain(Complaint(child.where, f"published: unknown field {key}", did_you_mean(key, FIELDS)))
    if missing := [key for key in ("quantity", "value", "unit") if key not in content]:
        complain(Complaint(where, f"published: {' and '.join(missing)} missing"))
        return None
    name, unit, value = str(content["quantity"].value), content["unit"].plain(), content["value"].plain()
    if _left_out(name, model):
        return None
    factor = conversion(str(unit), model.units[name].symbol) if name in model.units else None
    if factor is None:
        known = model.units.get(name)
        what = (
            f"published: {name} is in {known.symbol}"
            if known
            else f"published: {name} is no name of the model"
        )
        complain(
            Complaint(content["quantity"].where, what, "" if known else did_you_mean(str(name), model.units))
        )
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        complain(Complaint(content["value"].where, f"published: {value} is not a number"))
        return None
    words = {key: str(content[key].value) if key in content else "" for key in ("label", "source", "as_of")}
    return Published(name, value * factor, model.units[name].symbol, **words)
