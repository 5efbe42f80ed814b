"""Publish the weights and leave a part of the tuning to the community.

Kind: engineering
Quality: less tuned (what the community does not do is not done; nobody answers for its models)
Assumes: that somebody wants the model, and that giving it away costs no sales. Meta, the document's
    example, still paid for 1.4 million comparisons of its own
"""

from __future__ import annotations

from simulator.units import Component, Items, Ratio, Share, USDNotNegative


def post_training_share(post_training_share: Ratio, own_tuning_share: Share) -> Ratio:
    """Compute of the tuning that is not left to others.

    >>> post_training_share(0.02, 0.5)
    0.01
    """
    return post_training_share * own_tuning_share


def evaluation_share(evaluation_share: Ratio, own_tuning_share: Share) -> Ratio:
    """Compute of the evaluation that is not left to others.

    >>> evaluation_share(0.02, 0.5)
    0.01
    """
    return evaluation_share * own_tuning_share


def sft_items(sft_items: Items, own_tuning_share: Share) -> Items:
    """Demonstrations that are not left to others.

    >>> sft_items(30_000.0, 0.5)
    15000.0
    """
    return sft_items * own_tuning_share


def preference_pairs(preference_pairs: Items, own_tuning_share: Share) -> Items:
    """Comparisons that are not left to others.

    >>> preference_pairs(200_000.0, 0.5)
    100000.0
    """
    return preference_pairs * own_tuning_share


def release_cost(release_fee: USDNotNegative) -> Component:
    """Licence, documents, tests of safety and support of the published weights.

    >>> release_cost(500e3)
    500000.0
    """
    return release_fee
