"""Tune open weights by low-rank adapters instead of pre-training a model.

Kind: engineering
Excludes: moe (nothing is pre-trained)
Excludes: distillation (nothing is pre-trained)
Excludes: reuse_weights (both start from open weights)
Excludes: low_precision (its speed-up is of pre-training)
Excludes: sparse_attention (the attention is that of the open weights)
Excludes: staged_training (nothing is pre-trained)
Excludes: small_model (the size is that of the open weights)
Excludes: pooled_training (nothing is pre-trained)
Excludes: international_sharing (nothing is pre-trained)
Excludes: training_alliance (nothing is pre-trained)
Excludes: multimodal_sharing (nothing is pre-trained)
Excludes: community_tuning (the tuning is what is done here)
Excludes: parallel_software (nothing runs at scale)
Quality: another model (the open one, adapted in style and field; little knowledge is added)
Assumes: that open weights as large as the plan exist and may be used; a plan that is itself a tuning does not
    fall again
"""

from __future__ import annotations

from simulator.units import (
    FLOP,
    Accelerators,
    Component,
    Persons,
    RatioAboveOne,
    Share,
    Tokens,
    USDNotNegative,
)


def tokens(tokens: Tokens, tuning_token_share: Share) -> Tokens:
    """Tokens of the tuning set.

    >>> round(tokens(13e12, 1e-4))
    1300000000
    """
    return tokens * tuning_token_share


def training_flop(training_flop: FLOP) -> FLOP:
    """Arithmetic without the gradients of frozen weights: 4 of the 6 FLOP per parameter and token.

    >>> training_flop(6e21)
    4e+21

    Hu et al. 2021, arXiv:2106.09685.
    """
    return training_flop * 4.0 / 6.0


def mfu(mfu: Share, adapter_mfu_share: Share) -> Share:
    """What the small products of adapters leave of the utilization.

    >>> mfu(0.4, 0.875)
    0.35000000000000003
    """
    return mfu * adapter_mfu_share


def accelerator_count(accelerator_count: Accelerators, tuning_accelerator_share: Share) -> Accelerators:
    """Accelerators that hold the frozen weights and train the adapters.

    >>> accelerator_count(25_000.0, 0.005)
    125.0
    """
    return max(1.0, accelerator_count * tuning_accelerator_share)


def rd_headcount(rd_headcount: Persons, tuning_staff_share: Share) -> Persons:
    """Research staff that tuning takes.

    >>> rd_headcount(250.0, 0.04)
    10.0
    """
    return rd_headcount * tuning_staff_share


def framework_team_size(framework_team_size: Persons, tuning_staff_share: Share) -> Persons:
    """Those who run the machines; the framework is an open one.

    >>> framework_team_size(75.0, 0.04)
    3.0
    """
    return framework_team_size * tuning_staff_share


def experiment_multiplier(
    experiment_multiplier: RatioAboveOne, tuning_trials: RatioAboveOne
) -> RatioAboveOne:
    """Compute over the final run's: of runs so cheap more are tried.

    >>> experiment_multiplier(2.0, 4.0)
    8.0
    """
    return experiment_multiplier * tuning_trials


def base_weights_cost(base_weights_fee: USDNotNegative) -> Component:
    """Choosing, checking and licensing the open weights.

    >>> base_weights_cost(100e3)
    100000.0
    """
    return base_weights_fee
