"""Electricity and carbon of the final run and of the programme."""

from __future__ import annotations

from simulator.units import (
    KILOWATTS_PER_MEGAWATT,
    RENT,
    WATTS_PER_MEGAWATT,
    AcceleratorHours,
    Component,
    KgPerKWh,
    MegawattHours,
    Procurement,
    RatioAboveOne,
    Share,
    TonnesCO2e,
    USDPerKWh,
    Watts,
)


def accelerator_power(tdp: Watts, server_power_factor: RatioAboveOne, average_power_share: Share) -> Watts:
    """Average draw per accelerator at the server's plug, its part of host, fans and switches contained.

    ``server_power_factor`` is rated server power per accelerator over the accelerator's TDP.
    Measured: 330 W (V100), 285 W (TPU v3), 325 W (TPU v4).

    >>> round(accelerator_power(300, 1.67, 0.66))
    331
    """
    return tdp * server_power_factor * average_power_share


def energy(
    accelerator_hours: AcceleratorHours, accelerator_power: Watts, pue: RatioAboveOne
) -> MegawattHours:
    r"""Electricity of the final run at the data centre's meter.

    .. math:: E = h \cdot w \cdot \mathrm{PUE} / 10^6

    GPT-3's 1,287 MWh:

    >>> round(energy(3.552e6, 330, 1.10))
    1289

    Patterson et al. 2021, arXiv:2104.10350, Table 4.
    """
    return accelerator_hours * accelerator_power * pue / WATTS_PER_MEGAWATT


def energy_cost(energy: MegawattHours, electricity_price: USDPerKWh, procurement: Procurement) -> Component:
    """The final run's electricity bill; nothing under rent, where the rate contains it.

    >>> round(energy_cost(1287, 0.07, 0.0))
    90090
    """
    return 0.0 if procurement == RENT else energy * KILOWATTS_PER_MEGAWATT * electricity_price


def emissions(energy: MegawattHours, grid_carbon_intensity: KgPerKWh) -> TonnesCO2e:
    """Emissions of the final run's electricity, by the grid it is drawn from (location-based).

    >>> round(emissions(1287, 0.429))
    552

    Patterson et al. 2021, arXiv:2104.10350, Table 4.
    """
    return energy * grid_carbon_intensity
