"""A tax credit for research and development: the state gives back a share of what qualifies.

Kind: policy
Assumes: that the firm owes tax enough to use the credit, or is paid it
"""

from __future__ import annotations

from simulator.units import USD, Component, Share


def tax_credit(
    staff_cost: USD,
    framework_team_cost: USD,
    experiment_cost: USD,
    qualifying_share: Share,
    tax_credit_share: Share,
) -> Component:
    r"""The credit, as a negative cost.

    .. math:: -c \, q \, (S + F + E)

    Salaries and experiments qualify, purchased or rented hardware of the final run does not.

    >>> tax_credit(30e6, 10e6, 60e6, 0.8, 0.1)
    -8000000.0
    """
    return -(staff_cost + framework_team_cost + experiment_cost) * qualifying_share * tax_credit_share
