"""Train on Chinese accelerators (Ascend, Kunlun, Cambricon) instead of the plan's.

Kind: engineering
Excludes: low_precision (its speed-up is of the plan's accelerator)
Assumes: that as many accelerators are to be had, each slower or faster than the plan's, so that the run takes
    longer or shorter; that rents stand to each other as prices do
"""

from __future__ import annotations

from simulator.units import (
    Component,
    FLOPPerSecond,
    PersonYears,
    Ratio,
    Share,
    USDPerAccelerator,
    USDPerAcceleratorHour,
    USDPerPersonYear,
    Watts,
)


def peak_flop_per_second(peak_flop_per_second: FLOPPerSecond, domestic_peak_ratio: Ratio) -> FLOPPerSecond:
    """Dense 16-bit peak of the domestic accelerator.

    >>> peak_flop_per_second(312e12, 1.0)
    312000000000000.0
    """
    return peak_flop_per_second * domestic_peak_ratio


def mfu(mfu: Share, domestic_mfu_ratio: Ratio) -> Share:
    """Utilization with its younger software.

    >>> mfu(0.4, 0.75)
    0.30000000000000004
    """
    return mfu * domestic_mfu_ratio


def gpu_price(gpu_price: USDPerAccelerator, domestic_price_ratio: Ratio) -> USDPerAccelerator:
    """Price of the domestic accelerator.

    >>> gpu_price(15_000.0, 0.8)
    12000.0
    """
    return gpu_price * domestic_price_ratio


def gpu_hour_price(
    gpu_hour_price: USDPerAcceleratorHour, domestic_price_ratio: Ratio
) -> USDPerAcceleratorHour:
    """Rent of the domestic accelerator.

    >>> gpu_hour_price(2.0, 0.75)
    1.5
    """
    return gpu_hour_price * domestic_price_ratio


def tdp(tdp: Watts, domestic_power_ratio: Ratio) -> Watts:
    """Rated power of the domestic accelerator.

    >>> tdp(400.0, 0.875)
    350.0
    """
    return tdp * domestic_power_ratio


def domestic_port_cost(
    port_person_years: PersonYears, framework_team_pay: USDPerPersonYear, framework_team_share: Share
) -> Component:
    """Moving the training framework to other accelerators, which serves other models, too.

    >>> domestic_port_cost(10.0, 400_000.0, 0.25)
    1000000.0
    """
    return port_person_years * framework_team_pay * framework_team_share
