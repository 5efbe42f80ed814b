"""Partners abroad bear a share of the computing, and have a say in it.

Kind: policy
Excludes: pooled_training (the run is shared once: partners abroad are partners)
Quality: shared (the model is the partners', too)
Assumes: that the partners want the same model; data, labels and people stay the project's own
"""

from __future__ import annotations

from simulator.units import USD, Component, Months, Ratio, Share


def shared_computing_bill(partner_share: Share, sharing_overhead: Ratio) -> Ratio:
    r"""What the project pays of the computing, over its cost alone.

    .. math:: (1 - p) (1 + o)

    >>> shared_computing_bill(0.5, 0.2)
    0.6
    """
    return (1.0 - partner_share) * (1.0 + sharing_overhead)


def hardware_cost(hardware_cost: USD, shared_computing_bill: Ratio) -> Component:
    """The project's part of the final run's hardware.

    >>> hardware_cost(50e6, 0.6)
    30000000.0
    """
    return hardware_cost * shared_computing_bill


def energy_cost(energy_cost: USD, shared_computing_bill: Ratio) -> Component:
    """The project's part of the final run's electricity.

    >>> energy_cost(5e6, 0.6)
    3000000.0
    """
    return energy_cost * shared_computing_bill


def operations_cost(operations_cost: USD, shared_computing_bill: Ratio) -> Component:
    """The project's part of the final run's operations.

    >>> operations_cost(5e6, 0.6)
    3000000.0
    """
    return operations_cost * shared_computing_bill


def project_months(project_months: Months, coordination_months: Months) -> Months:
    """The project with the time it takes to agree.

    >>> project_months(10.0, 2.0)
    12.0
    """
    return project_months + coordination_months
