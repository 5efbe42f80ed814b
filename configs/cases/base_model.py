"""A base model that is bought instead of trained."""

from simulator.units import Component, USDNotNegative


def base_model_cost(base_model_price: USDNotNegative) -> Component:
    """Licence of the base model for the time of the project.

    >>> base_model_cost(100_000.0)
    100000.0
    """
    return base_model_price
