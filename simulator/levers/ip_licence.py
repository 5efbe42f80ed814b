"""Licence by law for works and pre-trained models: free for research, a fee by tiers of revenue for commerce.

Kind: policy
Assumes: that the licence stands for the bargained licences of a part of the paid text, and that the fee is a
    share of the revenue over the model's life, counted as a cost of the model and not discounted; what
    reusing weights saves is left to other levers
"""

from __future__ import annotations

from simulator.units import USD, Component, Ratio, Share, USDNotNegative


def model_revenue(
    staff_cost: USD,
    framework_team_cost: USD,
    final_run_cost: USD,
    experiment_cost: USD,
    label_cost: USD,
    revenue_ratio: Ratio,
) -> USD:
    """What the model earns over its life, as a multiple of what making it costs.

    >>> model_revenue(30e6, 10e6, 50e6, 60e6, 10e6, 2.0)
    320000000.0
    """
    return (staff_cost + framework_team_cost + final_run_cost + experiment_cost + label_cost) * revenue_ratio


def licence_fee(
    model_revenue: USD, free_revenue: USDNotNegative, royalty_share: Share, commercial_use: Share
) -> Component:
    """The fee: a share of the revenue above a threshold; nothing for research.

    >>> licence_fee(5e6, 1e6, 0.1, 1.0), licence_fee(5e6, 1e6, 0.1, 0.0), licence_fee(1e5, 1e6, 0.1, 1.0)
    (400000.0, 0.0, 0.0)

    Technology Innovation Institute, Falcon LLM License 1.0, 2023 (10% above 1 million USD).
    """
    return commercial_use * royalty_share * max(0.0, model_revenue - free_revenue)


def data_license_cost(data_license_cost: USD, licence_coverage: Share) -> Component:
    """Licences still bargained for one by one.

    >>> data_license_cost(100e3, 0.4)
    60000.0
    """
    return data_license_cost * (1.0 - licence_coverage)
