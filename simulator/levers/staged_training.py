"""Train a small model first and grow it in stages to the planned size.

Kind: engineering
Quality: same (by definition, as the share is of arithmetic to the same loss)
Assumes: that what was measured on models of 7 billion parameters and less holds at the plan's size
"""

from __future__ import annotations

from simulator.units import FLOP, RatioAboveOne, Share


def training_flop(training_flop: FLOP, staged_flop_share: Share) -> FLOP:
    """Arithmetic of all stages together.

    >>> training_flop(1e24, 0.65)
    6.5e+23

    Du et al. 2024, arXiv:2405.15319 (depthwise stacking).
    """
    return training_flop * staged_flop_share


def experiment_multiplier(
    experiment_multiplier: RatioAboveOne, staged_experiment_factor: RatioAboveOne
) -> RatioAboveOne:
    """Compute over the final run's, with the trials of when and how to grow.

    >>> experiment_multiplier(2.0, 1.25)
    2.5
    """
    return experiment_multiplier * staged_experiment_factor
