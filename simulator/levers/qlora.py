"""Tune open weights of 4 bits by low-rank adapters instead of pre-training a model.

Kind: engineering
Excludes: moe (nothing is pre-trained)
Excludes: distillation (nothing is pre-trained)
Excludes: reuse_weights (both start from open weights)
Excludes: low_precision (its speed-up is of pre-training)
Excludes: sparse_attention (the attention is that of the open weights)
Excludes: staged_training (nothing is pre-trained)
Excludes: small_model (the size is that of the open weights)
Excludes: pooled_training (nothing is pre-trained)
Excludes: multimodal_sharing (nothing is pre-trained)
Excludes: community_tuning (the tuning is what is done here)
Excludes: parallel_software (nothing runs at scale)
Quality: that of the open model, adapted; by its authors no worse than with weights of 16 bits
Assumes: as lora; that cards with less memory can be had where the weights take a quarter of it
"""

from __future__ import annotations

from simulator.units import (
    FLOP,
    Accelerators,
    Component,
    Persons,
    Ratio,
    RatioAboveOne,
    Share,
    Tokens,
    USDNotNegative,
    USDPerAccelerator,
    USDPerAcceleratorHour,
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


def mfu(mfu: Share, adapter_mfu_share: Share, quantised_mfu_share: Share) -> Share:
    """What adapters, and weights unpacked at every step, leave of the utilization.

    >>> mfu(0.4, 0.875, 0.8)
    0.28
    """
    return mfu * adapter_mfu_share * quantised_mfu_share


def accelerator_count(
    accelerator_count: Accelerators, tuning_accelerator_share: Share, quantised_memory_share: Share
) -> Accelerators:
    """Accelerators that hold the frozen weights of 4 bits and train the adapters.

    >>> accelerator_count(25_000.0, 0.008, 0.4)
    80.0

    Dettmers et al. 2023, arXiv:2305.14314.
    """
    return max(1.0, accelerator_count * tuning_accelerator_share * quantised_memory_share)


def gpu_price(gpu_price: USDPerAccelerator, small_card_price_ratio: Ratio) -> USDPerAccelerator:
    """Price of as much arithmetic on cards with less memory.

    >>> gpu_price(20_000.0, 0.6)
    12000.0
    """
    return gpu_price * small_card_price_ratio


def gpu_hour_price(
    gpu_hour_price: USDPerAcceleratorHour, small_card_price_ratio: Ratio
) -> USDPerAcceleratorHour:
    """Rent of as much arithmetic on cards with less memory.

    >>> gpu_hour_price(2.0, 0.6)
    1.2
    """
    return gpu_hour_price * small_card_price_ratio


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
