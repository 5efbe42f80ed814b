"""Let each token attend to a part of the context only.

Kind: engineering
Quality: little lost (none to little by its authors; retrieval over long contexts is at risk)
Assumes: that the plan attends to the whole context; the saving grows with the context, and at 2,000 to 8,000
    tokens attention is a small part of the arithmetic
"""

from __future__ import annotations

from simulator.units import FLOP, Component, PersonYears, Share, USDPerPersonYear


def training_flop(
    training_flop: FLOP, attention_flop_share: Share, sparse_attention_rest_share: Share
) -> FLOP:
    r"""Arithmetic when a part of that of attention is left.

    .. math:: C \, (1 - a (1 - r))

    >>> round(training_flop(1e24, 0.1, 0.5) / 1e24, 12)
    0.95

    Yuan et al. 2025, arXiv:2502.11089 (NSA).
    """
    return training_flop * (1.0 - attention_flop_share * (1.0 - sparse_attention_rest_share))


def sparse_attention_cost(
    sparse_attention_person_years: PersonYears,
    framework_team_pay: USDPerPersonYear,
    framework_team_share: Share,
) -> Component:
    """This model's share of kernels that are fast at it.

    >>> sparse_attention_cost(2.0, 400_000.0, 0.25)
    200000.0
    """
    return sparse_attention_person_years * framework_team_pay * framework_team_share
