"""A national computing network in three tiers sells hours below cost, to those who apply and wait.

Kind: policy
Assumes: that the network's hours do the work of the plan's, and cost what those cost less the subsidy, under
    own, rent and buy alike; hours beyond what it allots to a project are the plan's own
"""

from __future__ import annotations

from simulator.units import (
    MONTHS_PER_YEAR,
    USD,
    AcceleratorHours,
    Component,
    Months,
    RatioAboveOne,
    Share,
    USDPerPersonYear,
)

# Hours to which EuroHPC's AI factories give entry access (IndiaAI approves as many at once), and fast access.
CAMPUS_HOURS = 5_000.0
REGIONAL_HOURS = 50_000.0


def allotted_share(
    accelerator_hours: AcceleratorHours,
    experiment_multiplier: RatioAboveOne,
    allotted_hours: AcceleratorHours,
) -> Share:
    """Share of the programme's hours that the network allots.

    >>> allotted_share(4e6, 2.0, 2e6)
    0.25
    """
    hours = accelerator_hours * experiment_multiplier
    return 1.0 if hours <= allotted_hours else allotted_hours / hours


def queue_months(
    accelerator_hours: AcceleratorHours,
    experiment_multiplier: RatioAboveOne,
    campus_queue: Months,
    regional_queue: Months,
    national_queue: Months,
) -> Months:
    """The wait for the tier that holds the programme: a campus cluster, a regional node, the national centre.

    >>> queue_months(100, 10, 0.2, 0.5, 3.0), queue_months(1e6, 2, 0.2, 0.5, 3.0)
    (0.2, 3.0)
    """
    hours = accelerator_hours * experiment_multiplier
    if hours <= CAMPUS_HOURS:
        return campus_queue
    return regional_queue if hours <= REGIONAL_HOURS else national_queue


def computing_bill(allotted_share: Share, compute_subsidy: Share) -> Share:
    """What is left of the bill for computing.

    >>> computing_bill(0.5, 0.4)
    0.8
    """
    return 1.0 - allotted_share * compute_subsidy


def hardware_cost(hardware_cost: USD, computing_bill: Share) -> Component:
    """Hardware of the final run, the subsidy taken off.

    >>> hardware_cost(50e6, 0.8)
    40000000.0
    """
    return hardware_cost * computing_bill


def energy_cost(energy_cost: USD, computing_bill: Share) -> Component:
    """Electricity of the final run, the subsidy taken off.

    >>> energy_cost(5e6, 0.8)
    4000000.0
    """
    return energy_cost * computing_bill


def operations_cost(operations_cost: USD, computing_bill: Share) -> Component:
    """Operations of the final run, the subsidy taken off.

    >>> operations_cost(5e6, 0.8)
    4000000.0
    """
    return operations_cost * computing_bill


def project_months(project_months: Months, allotted_share: Share, queue_months: Months) -> Months:
    """The project with the wait, which holds up the work on the network's hours alone.

    >>> project_months(10.0, 0.5, 3.0)
    11.5
    """
    return project_months + allotted_share * queue_months


def allocation_application_cost(application_effort: Months, staff_pay: USDPerPersonYear) -> Component:
    """What the application for hours costs.

    >>> allocation_application_cost(1.0, 360e3)
    30000.0
    """
    return application_effort / MONTHS_PER_YEAR * staff_pay
