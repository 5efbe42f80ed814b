"""Train in 8 bits where the accelerator has units for it.

Kind: engineering
Quality: little lost (the loss within a quarter of a per cent of BF16, DeepSeek-V3; divergence is the risk)
Assumes: that the plan's mfu is of BF16; a plan whose mfu is of 8 bits gains no more
"""

from __future__ import annotations

from simulator.units import FLOP, RatioAboveOne, Share


def mfu(mfu: Share, low_precision_speedup: RatioAboveOne) -> Share:
    """Utilization of the BF16 peak when most products are of 8 bits.

    >>> mfu(0.4, 1.25)
    0.5

    DeepSeek-AI 2024, arXiv:2412.19437.
    """
    return mfu * low_precision_speedup


def training_flop(training_flop: FLOP, low_precision_repeats: RatioAboveOne) -> FLOP:
    """Arithmetic with the steps that are repeated, or added, for the coarser numbers.

    >>> training_flop(1e24, 1.02)
    1.02e+24

    Lee et al. 2024, arXiv:2405.18710.
    """
    return training_flop * low_precision_repeats
