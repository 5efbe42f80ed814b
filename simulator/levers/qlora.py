"""Tune open weights of 4 bits by low-rank adapters instead of pre-training a model.

Kind: engineering
Extends: lora (the same with coarser weights)
Excludes: tpu (both replace the plan's accelerator)
Excludes: domestic_accelerators (both replace the plan's accelerator)
Quality: another model (the open one, adapted; by its authors no worse than with weights of 16 bits)
Assumes: as lora; that cards with less memory can be had where the weights take a quarter of it
"""

from __future__ import annotations

from simulator.units import (
    Accelerators,
    Ratio,
    Share,
    USDPerAccelerator,
    USDPerAcceleratorHour,
)


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
