"""Train a specialised model of a tenth of the size for chosen tasks instead of a general one.

Kind: engineering
Quality: another model (as good on the chosen tasks only; on all others as one of a tenth of the size)
Assumes: that the tasks are few and known, and good text for them is there
"""

from __future__ import annotations

from simulator.units import Parameters, RatioAboveOne, Share, USDPerMillionTokens


def active_parameters(active_parameters: Parameters, small_parameter_share: Share) -> Parameters:
    """Parameters of the specialised model.

    >>> active_parameters(13e9, 0.1)
    1300000000.0

    Gunasekar et al. 2023, arXiv:2306.11644 (phi-1).
    """
    return active_parameters * small_parameter_share


def data_processing_price(
    data_processing_price: USDPerMillionTokens, curation_factor: RatioAboveOne
) -> USDPerMillionTokens:
    """Price of text chosen for the tasks.

    >>> data_processing_price(0.04, 4.0)
    0.16
    """
    return data_processing_price * curation_factor
