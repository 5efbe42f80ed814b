"""Train on TPUs instead of the plan's GPUs.

Kind: engineering
Excludes: domestic_accelerators (both replace the plan's accelerator)
Excludes: low_precision (its speed-up is of the plan's accelerator)
Assumes: that the plan's accelerator is a GPU; hours are counted in those of the plan's, so that the price is
    of equal speed. A real offer belongs into the plan: set accelerator to a TPU
"""

from __future__ import annotations

from simulator.units import (
    Component,
    PersonYears,
    Ratio,
    Share,
    USDPerAccelerator,
    USDPerAcceleratorHour,
    USDPerPersonYear,
    Watts,
)


def tdp(tdp: Watts, tpu_energy_factor: Ratio) -> Watts:
    """Rated power for the speed of the plan's accelerator.

    >>> round(tdp(400.0, 1.4))
    286

    Jouppi et al. 2023, arXiv:2304.01433 (1.3 to 1.9 times less power than A100).
    """
    return tdp / tpu_energy_factor


def gpu_price(gpu_price: USDPerAccelerator, tpu_price_ratio: Ratio) -> USDPerAccelerator:
    """Price of the speed of the plan's accelerator.

    >>> gpu_price(15_000.0, 0.8)
    12000.0
    """
    return gpu_price * tpu_price_ratio


def gpu_hour_price(gpu_hour_price: USDPerAcceleratorHour, tpu_price_ratio: Ratio) -> USDPerAcceleratorHour:
    """Rent of the speed of the plan's accelerator.

    >>> gpu_hour_price(2.0, 0.75)
    1.5
    """
    return gpu_hour_price * tpu_price_ratio


def tpu_port_cost(
    port_person_years: PersonYears, framework_team_pay: USDPerPersonYear, framework_team_share: Share
) -> Component:
    """Moving the training framework to other accelerators, which serves other models, too.

    >>> tpu_port_cost(10.0, 400_000.0, 0.25)
    1000000.0
    """
    return port_person_years * framework_team_pay * framework_team_share
