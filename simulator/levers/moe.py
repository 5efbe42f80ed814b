"""Train a mixture of experts instead of a dense model of the same quality.

Kind: engineering
Quality: same (by definition, as the shares compare models of equal quality)
Assumes: that the plan is a dense model; one that is a mixture already sets moe_active_share and
    moe_mfu_share to 1
"""

from __future__ import annotations

from simulator.units import Parameters, Share


def active_parameters(active_parameters: Parameters, moe_active_share: Share) -> Parameters:
    """Parameters that work on a token when a router chooses among experts.

    >>> active_parameters(175e9, 0.4)
    70000000000.0

    Du et al. 2022, arXiv:2112.06905 (GLaM); Dai et al. 2024, arXiv:2401.06066 (DeepSeekMoE).
    """
    return active_parameters * moe_active_share


def mfu(mfu: Share, moe_mfu_share: Share) -> Share:
    """What is left of the utilization when tokens are sent to their experts and back.

    >>> mfu(0.4, 0.75)
    0.30000000000000004

    Gale et al. 2023, arXiv:2211.15841 (MegaBlocks).
    """
    return mfu * moe_mfu_share
