"""Quantities that only claims speak of: households, cars, watts, cards, teams, volumes, doubling times."""

from math import log10

from simulator.units import (
    HOURS_PER_DAY,
    MONTHS_PER_YEAR,
    USD,
    AcceleratorHours,
    Accelerators,
    MegawattHours,
    Months,
    OrdersPerYear,
    Persons,
    Ratio,
    Real,
    Tokens,
    TonnesCO2e,
    USDPerAccelerator,
    USDPerKWh,
    USDPerPersonYear,
    Watts,
)

# MWh of a US household in a year: EIA, "How much electricity does an American home use?", 10,791 kWh in 2022.
HOUSEHOLD = 10.791
# t CO2 of a US passenger car in a year: EPA, "Greenhouse Gas Emissions from a Typical Passenger Vehicle".
CAR = 4.6
# Bytes of text in a token: about four characters of English (OpenAI, tokenizer help page, 2023).
BYTES_PER_TOKEN = 4.0
WATTS_PER_MEGAWATT = 1e6
WATTS_PER_KILOWATT = 1e3
BYTES_PER_TERABYTE = 1e12
# USD to make an H100: between 3,320 (Raymond James, 2023) and 5,875 (SemiAnalysis' bill of materials).
COST_OF_MAKING = 4_400.0
# Of NVIDIA's sales, development and administration: 16.4 of 130.5 billion USD (10-K, fiscal year 2025).
DEVELOPMENT = 0.126
# Of its sales, what an ordinary maker of chips keeps: Damodaran, US semiconductor firms, 2024.
ORDINARY_MARGIN = 0.25


def household_years(energy: MegawattHours) -> Ratio:
    """Years of one US household's electricity.

    >>> round(household_years(1287.0))
    119
    """
    return energy / HOUSEHOLD


def household_months(energy: MegawattHours) -> Ratio:
    """Months of one US household's electricity.

    >>> round(household_months(850.0))
    945
    """
    return energy / HOUSEHOLD * MONTHS_PER_YEAR


def car_years(emissions: TonnesCO2e) -> Ratio:
    """Years of one US car's emissions.

    >>> round(car_years(400.0))
    87
    """
    return emissions / CAR


def watts_per_accelerator(energy: MegawattHours, accelerator_hours: AcceleratorHours) -> Watts:
    """Average draw per accelerator at the data centre's meter.

    >>> round(watts_per_accelerator(850.0, 57e6), 1)
    14.9
    """
    return energy * WATTS_PER_MEGAWATT / accelerator_hours


def watts_paid_for(
    energy_cost: USD, accelerator_hours: AcceleratorHours, electricity_price: USDPerKWh
) -> Watts:
    """Average draw per accelerator that a bill for electricity pays for.

    >>> round(watts_paid_for(125_000.0, 57e6, 0.08), 1)
    27.4
    """
    return energy_cost / electricity_price / accelerator_hours * WATTS_PER_KILOWATT


def cards_for_three_weeks(accelerator_hours: AcceleratorHours) -> Accelerators:
    """Accelerators that hold the run's hours in three weeks.

    >>> round(cards_for_three_weeks(3.552e6))
    7048
    """
    return accelerator_hours / (21.0 * HOURS_PER_DAY)


def cards_for_ninety_days(accelerator_hours: AcceleratorHours) -> Accelerators:
    """Accelerators that hold the run's hours in ninety days.

    >>> round(cards_for_ninety_days(57e6))
    26389
    """
    return accelerator_hours / (90.0 * HOURS_PER_DAY)


def label_share(label_cost: USD, total_cost: USD) -> Real:
    """Labels over the whole programme.

    >>> label_share(7.0, 100.0)
    0.07
    """
    return label_cost / total_cost


def compliance_part(compliance_cost: USD, total_cost: USD) -> Real:
    """Compliance over the whole programme.

    >>> compliance_part(5.0, 100.0)
    0.05
    """
    return compliance_cost / total_cost


def framework_team_year(framework_team_size: Persons, framework_team_pay: USDPerPersonYear) -> USD:
    """What a framework team costs in a year.

    >>> framework_team_year(70.0, 400_000.0)
    28000000.0
    """
    return framework_team_size * framework_team_pay


def text_terabytes(tokens: Tokens) -> Ratio:
    """Terabytes of text.

    >>> text_terabytes(300e9)
    1.2
    """
    return tokens * BYTES_PER_TOKEN / BYTES_PER_TERABYTE


def supply_doubling_time(performance_trend: OrdersPerYear) -> Months:
    """Months in which hardware of the same price doubles.

    >>> round(supply_doubling_time(0.14), 1)
    25.8
    """
    return MONTHS_PER_YEAR * log10(2.0) / performance_trend


def excess_profit(gpu_price: USDPerAccelerator) -> Real:
    """Share of the price beyond the cost of making, development and an ordinary margin.

    >>> round(excess_profit(25_000.0), 3)
    0.448
    """
    return 1.0 - COST_OF_MAKING / gpu_price - DEVELOPMENT - ORDINARY_MARGIN
