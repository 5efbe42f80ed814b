"""Small firms train one model together instead of one each.

Kind: policy
Excludes: pooled_training (the run is shared once)
Excludes: data_alliance (data and labels are shared once)
Excludes: international_sharing (one run is shared once: partners abroad are members)
Quality: shared (one model for all members, none made for a single one)
Assumes: that each member would have trained the same model; each keeps its own staff, licences and
    compliance, and trains alone what the alliance cannot afford
"""

from __future__ import annotations

from simulator.units import USD, Component, Months, Ratio, RatioAboveOne, Share, USDNotNegative


def joint_share(
    rental_cost: USD, experiment_multiplier: RatioAboveOne, alliance_budget: USDNotNegative
) -> Share:
    """Share of the work that the alliance can afford: its budget over the run and experiments at market rent.

    >>> joint_share(1e6, 2.0, 10e6), joint_share(100e6, 2.0, 10e6)
    (1.0, 0.05)
    """
    wanted = rental_cost * experiment_multiplier
    return 1.0 if wanted <= alliance_budget else alliance_budget / wanted


def member_share(joint_share: Share, alliance_members: RatioAboveOne, member_overhead: Ratio) -> Ratio:
    r"""What one of K members pays, over the cost of training alone.

    .. math:: 1 - j + j \, \frac{1 + o (K - 1)}{K}

    where every further member makes the common part j dearer by o; above o = 1 nobody saves.

    >>> round(member_share(1.0, 5.0, 0.1), 12), member_share(1.0, 1.0, 0.1), member_share(0.0, 5.0, 0.1)
    (0.28, 1.0, 1.0)
    """
    common = (1.0 + member_overhead * (alliance_members - 1.0)) / alliance_members
    return 1.0 - joint_share + joint_share * common


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


def project_months(project_months: Months, joint_share: Share, coordination_months: Months) -> Months:
    """The project with the time it takes to agree on the common part.

    >>> project_months(3.0, 1.0, 2.0)
    5.0
    """
    return project_months + joint_share * coordination_months
