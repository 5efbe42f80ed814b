"""Go on training from weights and data sets that exist instead of from nothing.

Kind: engineering
Excludes: moe (the architecture is that of the weights)
Excludes: sparse_attention (the architecture is that of the weights)
Excludes: staged_training (nothing is grown from a small model)
Excludes: small_model (the size is that of the weights)
Quality: another model (the open one, with what is trained on; its faults and gaps come along)
Assumes: that open weights as large as the plan exist and may be used; a plan that is itself a
    tuning does not fall again. A bought cluster stays as large as planned
"""

from __future__ import annotations

from simulator.units import Component, Items, Persons, Share, Tokens, USDNotNegative


def tokens(tokens: Tokens, reuse_rest_share: Share) -> Tokens:
    """Tokens still to be trained on.

    >>> tokens(2e12, 0.25)
    500000000000.0

    Roziere et al. 2023, arXiv:2308.12950 (Code Llama).
    """
    return tokens * reuse_rest_share


def rd_headcount(rd_headcount: Persons, reuse_rest_share: Share) -> Persons:
    """Research staff still needed.

    >>> rd_headcount(250.0, 0.2)
    50.0
    """
    return rd_headcount * reuse_rest_share


def framework_team_size(framework_team_size: Persons, reuse_rest_share: Share) -> Persons:
    """Framework team still needed.

    >>> framework_team_size(75.0, 0.2)
    15.0
    """
    return framework_team_size * reuse_rest_share


def sft_items(sft_items: Items, reuse_rest_share: Share) -> Items:
    """Demonstrations still to be written, beside those of open sets.

    >>> sft_items(30_000.0, 0.2)
    6000.0
    """
    return sft_items * reuse_rest_share


def preference_pairs(preference_pairs: Items, reuse_rest_share: Share) -> Items:
    """Pairs still to be compared, beside those of open sets.

    >>> preference_pairs(200_000.0, 0.2)
    40000.0
    """
    return preference_pairs * reuse_rest_share


def base_weights_cost(base_weights_fee: USDNotNegative) -> Component:
    """Choosing, checking and licensing the open weights.

    >>> base_weights_cost(100e3)
    100000.0
    """
    return base_weights_fee
