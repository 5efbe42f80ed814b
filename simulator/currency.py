"""Money in another currency: every sum of dollars once more, at the exchange rate of each draw."""

from __future__ import annotations

from dataclasses import replace

from simulator.model import Formula, Model
from simulator.units import USD_SYMBOL, Unit

CURRENCIES = ("USD", "CNY")
SIGNS = {"USD": "$", "CNY": "¥"}


def rate_of(currency: str) -> str:
    """The input that is a currency's exchange rate.

    >>> rate_of("CNY")
    'cny_per_usd'
    """
    return f"{currency.lower()}_per_usd"


def name_in(name: str, currency: str) -> str:
    """A quantity's name in a currency.

    >>> name_in("total_cost", "CNY"), name_in("total_cost", "USD")
    ('total_cost_cny', 'total_cost')
    """
    return name if currency in ("", USD_SYMBOL) else f"{name}_{currency.lower()}"


def sum_named(name: str) -> str:
    """The sum that a quantity is, in another currency than dollars; the name itself where it is none.

    >>> sum_named("total_cost_cny"), sum_named("total_cost")
    ('total_cost', 'total_cost')
    """
    endings = [name_in("", currency) for currency in CURRENCIES if currency != USD_SYMBOL]
    return next((name.removesuffix(end) for end in endings if name.endswith(end)), name)


def converted(amount: float, rate: float) -> float:
    """An amount of dollars in another currency.

    >>> converted(2.0, 7.2)
    14.4
    """
    return amount * rate


def in_currency(model: Model, currency: str) -> Model:
    """The model with every sum of money, computed or given, in a second currency as well."""
    if currency not in CURRENCIES or currency == USD_SYMBOL:
        return model
    made = {*model.formulas, *model.pinned}
    money = [name for name, unit in model.units.items() if unit.symbol == USD_SYMBOL and name in made]
    added = {name_in(name, currency): _formula(model, name, currency) for name in money}
    return replace(model, formulas={**model.formulas, **added})


def _formula(model: Model, name: str, currency: str) -> Formula:
    rate, amount = Unit(f"{currency}/USD"), replace(model.units[name], component=False)
    return Formula(
        name=name_in(name, currency),
        function=converted,
        arguments=(name, rate_of(currency)),
        units=(amount, rate),
        unit=Unit(currency, low=amount.low),
        meaning=f"{model.meaning(name)}, in {currency}",
        where="generated",
    )
