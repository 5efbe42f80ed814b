"""A quota of scarce computing by social value: some at the quota's price, the rest dearer at the market.

Kind: policy
Excludes: national_compute (the quota and the network ration the same public hours)
Assumes: that the quota is of accelerators where they are owned or bought, of their hours where they are
    rented; what is set aside for quotas is missing from the market
"""

from __future__ import annotations

from simulator.units import (
    MONTHS_PER_YEAR,
    Component,
    Months,
    Ratio,
    RatioAboveOne,
    Share,
    USDPerAccelerator,
    USDPerAcceleratorHour,
    USDPerPersonYear,
)


def quota_price_ratio(quota_share: Share, quota_discount: Share, market_scarcity: RatioAboveOne) -> Ratio:
    r"""Average price over that without quotas.

    .. math:: q (1 - d) + (1 - q) s

    >>> quota_price_ratio(0.5, 0.4, 1.2), quota_price_ratio(0.0, 0.4, 1.2)
    (0.8999999999999999, 1.2)
    """
    return quota_share * (1.0 - quota_discount) + (1.0 - quota_share) * market_scarcity


def gpu_price(gpu_price: USDPerAccelerator, quota_price_ratio: Ratio) -> USDPerAccelerator:
    """Average price of a bare accelerator.

    >>> gpu_price(20e3, 0.9)
    18000.0
    """
    return gpu_price * quota_price_ratio


def gpu_hour_price(gpu_hour_price: USDPerAcceleratorHour, quota_price_ratio: Ratio) -> USDPerAcceleratorHour:
    """Average rent of an accelerator.

    >>> gpu_hour_price(2.0, 0.9)
    1.8
    """
    return gpu_hour_price * quota_price_ratio


def quota_application_cost(application_effort: Months, staff_pay: USDPerPersonYear) -> Component:
    """What it costs to show the social value.

    >>> quota_application_cost(1.0, 360e3)
    30000.0
    """
    return application_effort / MONTHS_PER_YEAR * staff_pay
