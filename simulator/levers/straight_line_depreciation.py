"""Write owned hardware off in equal parts over its accounting life instead of by its market value.

Kind: accounting
"""

from __future__ import annotations

from simulator.units import Days, USDPerAccelerator, USDPerAcceleratorYear, Years


def value_in_use(
    installed_price: USDPerAccelerator, hardware_age: Years, useful_life: Years, training_days: Days
) -> USDPerAccelerator:
    r"""Book value in the middle of the run.

    .. math:: \bar v = p_i \max(0, 1 - (a + T / 2) / L)

    >>> value_in_use(30_000, 1.0, 5.0, 0.0)
    24000.0
    """
    return installed_price * max(0.0, 1.0 - (hardware_age + training_days / 365.25 / 2.0) / useful_life)


def yearly_depreciation(
    installed_price: USDPerAccelerator, hardware_age: Years, useful_life: Years
) -> USDPerAcceleratorYear:
    r"""Equal yearly parts of the price until it is written off.

    .. math:: d = p_i / L

    >>> yearly_depreciation(30_000, 1.0, 5.0)
    6000.0
    """
    return installed_price / useful_life if hardware_age < useful_life else 0.0
