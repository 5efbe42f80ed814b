"""Small firms train one model together instead of one each.

Kind: policy
Excludes: international_sharing (one run is shared once: partners abroad are members)
Quality: one model for all members, none made for a single one
Assumes: that each member would have trained the same model; each keeps its own staff, licences and compliance
"""

from __future__ import annotations

from simulator.units import USD, Component, Months, Ratio, RatioAboveOne


def member_share(alliance_members: RatioAboveOne, member_overhead: Ratio) -> Ratio:
    r"""What one of K members pays of the common cost, over that of training alone.

    .. math:: \frac{1 + o (K - 1)}{K}

    where every further member makes the whole dearer by o; above o = 1 nobody saves.

    >>> member_share(5.0, 0.1), member_share(1.0, 0.1)
    (0.27999999999999997, 1.0)
    """
    return (1.0 + member_overhead * (alliance_members - 1.0)) / alliance_members


def hardware_cost(hardware_cost: USD, member_share: Ratio) -> Component:
    """A member's part of the final run's hardware.

    >>> hardware_cost(50e3, 0.3)
    15000.0
    """
    return hardware_cost * member_share


def energy_cost(energy_cost: USD, member_share: Ratio) -> Component:
    """A member's part of the final run's electricity.

    >>> energy_cost(5e3, 0.3)
    1500.0
    """
    return energy_cost * member_share


def operations_cost(operations_cost: USD, member_share: Ratio) -> Component:
    """A member's part of the final run's operations.

    >>> operations_cost(5e3, 0.3)
    1500.0
    """
    return operations_cost * member_share


def data_processing_cost(data_processing_cost: USD, member_share: Ratio) -> Component:
    """A member's part of cleaning the common text.

    >>> data_processing_cost(5e3, 0.3)
    1500.0
    """
    return data_processing_cost * member_share


def label_cost(label_cost: USD, member_share: Ratio) -> Component:
    """A member's part of the common labels.

    >>> label_cost(90e3, 0.3)
    27000.0
    """
    return label_cost * member_share


def project_months(project_months: Months, coordination_months: Months) -> Months:
    """The project with the time it takes to agree.

    >>> project_months(3.0, 2.0)
    5.0
    """
    return project_months + coordination_months
