"""A regulatory sandbox: less compliance and a shorter preparation under a regulator's eye.

Kind: policy
Quality: same (tested on few users; what the rules ask in full is due when the model leaves the sandbox)
Assumes: that the project is admitted, and that liability for damage stays
"""

from __future__ import annotations

from simulator.units import MONTHS_PER_YEAR, Component, Months, Share, USDNotNegative, USDPerPersonYear


def compliance_share(compliance_share: Share, sandbox_compliance: Share) -> Share:
    """Compliance's share of the total cost in the sandbox.

    >>> compliance_share(0.10, 0.7)
    0.06999999999999999
    """
    return compliance_share * sandbox_compliance


def compliance_fixed_cost(compliance_fixed_cost: USDNotNegative, sandbox_compliance: Share) -> USDNotNegative:
    """Fixed compliance in the sandbox.

    >>> compliance_fixed_cost(20e3, 0.7)
    14000.0
    """
    return compliance_fixed_cost * sandbox_compliance


def preparation_months(preparation_months: Months, sandbox_time: Share) -> Months:
    """Preparation with faster answers from the regulator.

    >>> preparation_months(8.0, 0.95)
    7.6
    """
    return preparation_months * sandbox_time


def sandbox_application_cost(application_effort: Months, staff_pay: USDPerPersonYear) -> Component:
    """What admission and reports cost.

    >>> sandbox_application_cost(1.0, 360e3)
    30000.0
    """
    return application_effort / MONTHS_PER_YEAR * staff_pay
