"""Salaries: the model's own researchers and engineers, and the framework team behind them."""

from __future__ import annotations

from simulator.units import (
    DAYS_PER_MONTH,
    MONTHS_PER_YEAR,
    Component,
    Days,
    Months,
    Persons,
    Share,
    USDPerPersonYear,
)


def project_months(preparation_months: Months, training_days: Days) -> Months:
    """Length of the project: preparation, then the final run.

    >>> project_months(8, 91.2)
    11.0
    """
    return preparation_months + training_days / DAYS_PER_MONTH


def staff_cost(
    rd_headcount: Persons, fte_share: Share, staff_pay: USDPerPersonYear, project_months: Months
) -> Component:
    """Research and development staff: heads, the share of their time, their pay, the project's length.

    ``staff_pay`` is total compensation with equity and overhead.

    >>> round(staff_cost(284, 0.2, 330_000, 12))
    18744000

    Cottier et al. 2024, arXiv:2405.21015, section 3.3.
    """
    return rd_headcount * fte_share * staff_pay * project_months / MONTHS_PER_YEAR


def framework_team_cost(
    framework_team_size: Persons,
    framework_team_pay: USDPerPersonYear,
    framework_team_share: Share,
    project_months: Months,
) -> Component:
    """This model's share of the team that builds the distributed-training framework, not in ``staff_cost``.

    >>> round(framework_team_cost(70, 400_000, 0.25, 12))
    7000000
    """
    return framework_team_size * framework_team_pay * framework_team_share * project_months / MONTHS_PER_YEAR
