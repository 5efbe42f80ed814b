"""What the accelerators cost: bought for the fleet and written off, rented, or bought for cash."""

from __future__ import annotations

from math import exp, expm1, log, log10

from simulator.units import (
    BUY,
    HOURS_PER_YEAR,
    RENT,
    USD,
    AcceleratorHours,
    Accelerators,
    Component,
    Days,
    OrdersPerYear,
    Procurement,
    RatioAboveOne,
    Real,
    Share,
    SharePerYear,
    USDPerAccelerator,
    USDPerAcceleratorHour,
    USDPerAcceleratorYear,
    USDPerWatt,
    Watts,
    Years,
)


def interconnect_share(
    accelerator_count: Accelerators, interconnect_share_at_1k: Share, interconnect_growth: Real
) -> Share:
    r"""Share of the cluster's price that is its network, growing with the cluster.

    .. math:: s = s_{1k} + g \log_{10}(N / 1000), \quad 0 \le s \le 1/2

    The bound of one half lies above every published design (0.04 to 0.24).

    >>> round(interconnect_share(10_000, 0.10, 0.04), 12)
    0.14

    Cottier et al. 2024, arXiv:2405.21015, appendix A.3.
    """
    return min(
        0.5, max(0.0, interconnect_share_at_1k + interconnect_growth * log10(accelerator_count / 1000.0))
    )


def installed_price(
    gpu_price: USDPerAccelerator, server_overhead: RatioAboveOne, interconnect_share: Share
) -> USDPerAccelerator:
    r"""Price of an accelerator in its server, in its network.

    .. math:: p_i = \frac{p \cdot o}{1 - s}

    >>> round(installed_price(15_000, 1.64, 0.19))
    30370

    Cottier et al. 2024, arXiv:2405.21015, section 2.
    """
    return gpu_price * server_overhead / (1.0 - interconnect_share)


def value_at_start(
    installed_price: USDPerAccelerator, price_performance_trend: OrdersPerYear, hardware_age: Years
) -> USDPerAccelerator:
    r"""What the installed accelerator is still worth when training starts.

    .. math:: v = p_i \cdot 10^{-r a}

    A price of the day has age 0.

    >>> round(value_at_start(30_000, 0.14, 2.0))
    15744

    Cottier et al. 2024, arXiv:2405.21015, section 2.
    """
    return installed_price * exp(-price_performance_trend * log(10.0) * hardware_age)


def value_in_use(
    value_at_start: USDPerAccelerator, price_performance_trend: OrdersPerYear, training_days: Days
) -> USDPerAccelerator:
    r"""What the installed accelerator is worth on average while the run lasts.

    .. math:: \bar v = v \frac{1 - e^{-\lambda T}}{\lambda T}, \quad \lambda = r \ln 10

    >>> round(value_in_use(10_000, 0.14, 36.525))
    9841
    """
    decay = price_performance_trend * log(10.0) * training_days / 365.25
    if decay == 0.0:
        return value_at_start
    return value_at_start * -expm1(-decay) / decay


def yearly_depreciation(
    value_in_use: USDPerAccelerator, price_performance_trend: OrdersPerYear
) -> USDPerAcceleratorYear:
    r"""Value lost per year, averaged over the length of the run.

    .. math:: d = \bar v \, r \ln 10

    32% of the value a year at r = 0.14; Cottier et al. charge it on the value at the start.

    >>> round(yearly_depreciation(9_841, 0.14))
    3172

    Cottier et al. 2024, arXiv:2405.21015, section 2.
    """
    return value_in_use * price_performance_trend * log(10.0)


def facility_charge(
    facility_price: USDPerWatt,
    facility_life: Years,
    cost_of_capital: SharePerYear,
    tdp: Watts,
    server_power_factor: RatioAboveOne,
) -> USDPerAcceleratorYear:
    r"""Yearly payment for the building, power and cooling that an accelerator's server occupies.

    .. math:: f = p_W \cdot P \cdot \frac{k}{1 - e^{-k L}}

    a level payment over the life L that earns the cost of capital k; per watt of rated server power P.

    >>> round(facility_charge(10, 20, 0.08, 400, 2.0))
    802
    """
    watts = tdp * server_power_factor
    if cost_of_capital == 0.0:
        return facility_price * watts / facility_life
    return facility_price * watts * cost_of_capital / -expm1(-cost_of_capital * facility_life)


def fleet_years(accelerator_hours: AcceleratorHours, fleet_utilization: Share) -> Years:
    """Accelerator-years of an owned fleet that the run takes up, its share of idle time contained.

    >>> fleet_years(8766 * 80, 0.8)
    100.0
    """
    return accelerator_hours / HOURS_PER_YEAR / fleet_utilization


def amortised_hardware_cost(
    fleet_years: Years,
    value_in_use: USDPerAccelerator,
    yearly_depreciation: USDPerAcceleratorYear,
    cost_of_capital: SharePerYear,
    facility_charge: USDPerAcceleratorYear,
) -> USD:
    r"""What owning the accelerators costs for the time of the run.

    .. math:: y \,(d + \bar v k + f)

    depreciation, interest on their value, and the facility.

    >>> round(amortised_hardware_cost(1000, 10_000, 3200, 0.08, 800))
    4800000

    Cottier et al. 2024, arXiv:2405.21015 (depreciation); interest and facility are this model's.
    """
    return fleet_years * (yearly_depreciation + value_in_use * cost_of_capital + facility_charge)


def rental_cost(accelerator_hours: AcceleratorHours, gpu_hour_price: USDPerAcceleratorHour) -> USD:
    """What renting the accelerators costs for the time of the run; the rate contains power.

    >>> rental_cost(57e6, 1.1)
    62700000.00000001
    """
    return accelerator_hours * gpu_hour_price


def acquisition_cost(accelerator_count: Accelerators, installed_price: USDPerAccelerator) -> USD:
    """Cash out of the door for the whole cluster, without its building.

    >>> acquisition_cost(25_000, 32_000)
    800000000
    """
    return accelerator_count * installed_price


def hardware_cost(
    amortised_hardware_cost: USD, rental_cost: USD, acquisition_cost: USD, procurement: Procurement
) -> Component:
    """Hardware of the final run, the way the plan procures it: own, rent or buy.

    >>> hardware_cost(40e6, 63e6, 800e6, RENT)
    63000000.0
    """
    if procurement == RENT:
        return rental_cost
    return acquisition_cost if procurement == BUY else amortised_hardware_cost


def operations_cost(
    fleet_years: Years,
    installed_price: USDPerAccelerator,
    maintenance_share: SharePerYear,
    procurement: Procurement,
) -> Component:
    """Maintenance, renewal and data-centre staff of the final run's owned hardware; none under rent.

    ``maintenance_share`` is a share of the installed price per year.

    >>> operations_cost(1000, 30_000, 0.05, 0.0)
    1500000.0
    """
    return 0.0 if procurement == RENT else fleet_years * installed_price * maintenance_share
