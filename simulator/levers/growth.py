"""Train a model of later years: demand for compute has grown, and so has what hardware does for its price.

Kind: trend
Assumes: that parameters and tokens grow alike, that the cluster grows so that training takes as long, and
    that utilization, failures of a job, prices per accelerator and per kWh, and staff stay as they are
"""

from __future__ import annotations

from math import exp, log, sqrt

from simulator.units import (
    MONTHS_PER_YEAR,
    USD,
    Days,
    FLOPPerSecond,
    Months,
    OrdersPerYear,
    Parameters,
    Ratio,
    Tokens,
    Watts,
    Years,
)


def compute_growth(years_ahead: Years, compute_doubling_time: Months, compute_scale: Ratio) -> Ratio:
    r"""Compute of the model over the plan's: as demand doubles every so many months, or as asked.

    .. math:: g = 2^{12 t / d}, \quad g = s \text{ where a scale above 0 is given}

    >>> round(compute_growth(1.0, 6.2, 0.0), 3), compute_growth(1.0, 6.2, 0.5)
    (3.825, 0.5)

    Sevilla et al. 2022, arXiv:2202.05924; Epoch AI, 2024 (4-5 times a year).
    """
    if compute_scale > 0.0:
        return compute_scale
    return exp(log(2.0) * MONTHS_PER_YEAR * years_ahead / compute_doubling_time)


def performance_growth(years_ahead: Years, performance_trend: OrdersPerYear) -> Ratio:
    """Arithmetic of an accelerator over today's at the same price.

    >>> round(performance_growth(1.0, 0.14), 3)
    1.38

    Hobbhahn et al. 2023, Epoch AI, "Trends in machine learning hardware".
    """
    return exp(log(10.0) * performance_trend * years_ahead)


def efficiency_growth(years_ahead: Years, efficiency_trend: OrdersPerYear) -> Ratio:
    """Arithmetic per watt over today's.

    >>> round(efficiency_growth(1.0, 0.146), 2)
    1.4
    """
    return exp(log(10.0) * efficiency_trend * years_ahead)


def cluster_growth(compute_growth: Ratio, performance_growth: Ratio) -> Ratio:
    """Accelerators over the plan's, so that training takes as long.

    >>> round(cluster_growth(3.825, 1.38), 2)
    2.77
    """
    return compute_growth / performance_growth


def active_parameters(active_parameters: Parameters, compute_growth: Ratio) -> Parameters:
    """Parameters grow with the root of compute, as tokens do.

    >>> active_parameters(100e9, 4.0)
    200000000000.0

    Hoffmann et al. 2022, arXiv:2203.15556.
    """
    return active_parameters * sqrt(compute_growth)


def tokens(tokens: Tokens, compute_growth: Ratio) -> Tokens:
    """Tokens grow with the root of compute, as parameters do.

    >>> tokens(2e12, 4.0)
    4000000000000.0

    Hoffmann et al. 2022, arXiv:2203.15556.
    """
    return tokens * sqrt(compute_growth)


def peak_flop_per_second(peak_flop_per_second: FLOPPerSecond, performance_growth: Ratio) -> FLOPPerSecond:
    """Peak of the accelerator that is bought then for today's price.

    >>> peak_flop_per_second(1e15, 1.5)
    1500000000000000.0
    """
    return peak_flop_per_second * performance_growth


def tdp(tdp: Watts, performance_growth: Ratio, efficiency_growth: Ratio) -> Watts:
    """Rated power of that accelerator.

    >>> tdp(700.0, 1.5, 1.5)
    700.0
    """
    return tdp * performance_growth / efficiency_growth


def training_days(training_days: Days, cluster_growth: Ratio) -> Days:
    """Length of the run on the cluster as it has grown.

    >>> training_days(270.0, 3.0)
    90.0
    """
    return training_days / cluster_growth


def acquisition_cost(acquisition_cost: USD, cluster_growth: Ratio) -> USD:
    """Cash for the cluster as it has grown.

    >>> acquisition_cost(800e6, 3.0)
    2400000000.0
    """
    return acquisition_cost * cluster_growth
