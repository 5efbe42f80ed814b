"""Let one training serve several tasks and kinds of data, so that each bears a part.

Kind: engineering
Excludes: pooled_training (both divide one bill)
Excludes: international_sharing (both divide one bill)
Excludes: training_alliance (both divide one bill)
Excludes: small_model (a specialised model serves no other task)
Quality: shared (kinds of data help or hinder each other; at equal size each has less of the model)
Assumes: that other tasks pay their part; the programme as a whole grows
"""

from __future__ import annotations

from simulator.units import FLOP, USD, Component, RatioAboveOne, Share


def training_flop(training_flop: FLOP, multimodal_flop_factor: RatioAboveOne) -> FLOP:
    """Arithmetic with what images and sound add.

    >>> training_flop(4e20, 1.25)
    5e+20

    Aghajanyan et al. 2023, arXiv:2301.03728.
    """
    return training_flop * multimodal_flop_factor


def hardware_cost(hardware_cost: USD, task_share: Share) -> Component:
    """What of the hardware this task bears; of the experiments' so, too.

    >>> hardware_cost(60e6, 0.5)
    30000000.0
    """
    return hardware_cost * task_share


def energy_cost(energy_cost: USD, task_share: Share) -> Component:
    """What of the electricity this task bears.

    >>> energy_cost(4e6, 0.5)
    2000000.0
    """
    return energy_cost * task_share


def operations_cost(operations_cost: USD, task_share: Share) -> Component:
    """What of maintenance and data-centre staff this task bears.

    >>> operations_cost(4e6, 0.5)
    2000000.0
    """
    return operations_cost * task_share


def staff_cost(staff_cost: USD, task_share: Share) -> Component:
    """What of the research staff this task bears.

    >>> staff_cost(30e6, 0.5)
    15000000.0
    """
    return staff_cost * task_share


def framework_team_cost(framework_team_cost: USD, task_share: Share) -> Component:
    """What of the framework team this task bears.

    >>> framework_team_cost(30e6, 0.5)
    15000000.0
    """
    return framework_team_cost * task_share
