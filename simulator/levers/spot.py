"""Rent capacity that the cloud may take back.

Kind: engineering
Excludes: reserved (they are two ways of paying for the same hours)
Assumes: that the plan rents, else it changes nothing; that so many accelerators are to be had as spot at all,
    which of thousands in one network they seldom are
"""

from __future__ import annotations

from simulator.units import RENT, FailuresPerHour, Procurement, Ratio, USDPerAcceleratorHour


def gpu_hour_price(
    gpu_hour_price: USDPerAcceleratorHour, spot_price_ratio: Ratio, procurement: Procurement
) -> USDPerAcceleratorHour:
    """Spot rate of an hour.

    >>> gpu_hour_price(3.0, 0.5, RENT), gpu_hour_price(3.0, 0.5, 0.0)
    (1.5, 3.0)
    """
    return gpu_hour_price * spot_price_ratio if procurement == RENT else gpu_hour_price


def failure_rate(
    failure_rate: FailuresPerHour, preemption_rate: FailuresPerHour, procurement: Procurement
) -> FailuresPerHour:
    """Failures and interruptions that stop the job.

    >>> failure_rate(2e-5, 6e-5, RENT), failure_rate(2e-5, 6e-5, 0.0)
    (8e-05, 2e-05)

    Thorpe et al. 2023, arXiv:2204.12013 (Bamboo).
    """
    return failure_rate + preemption_rate if procurement == RENT else failure_rate
