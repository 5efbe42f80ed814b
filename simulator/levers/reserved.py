"""Commit to the rented capacity for years.

Kind: engineering
Assumes: that the plan rents, else it changes nothing; that others, or later runs, use or take over most of
    the committed hours after this one
"""

from __future__ import annotations

from simulator.units import RENT, Procurement, Ratio, Share, USDPerAcceleratorHour


def gpu_hour_price(
    gpu_hour_price: USDPerAcceleratorHour,
    reserved_price_ratio: Ratio,
    commitment_use_share: Share,
    procurement: Procurement,
) -> USDPerAcceleratorHour:
    r"""Committed rate of an hour that is used, the idle ones paid along.

    .. math:: p \, d / u

    >>> gpu_hour_price(3.0, 0.5, 0.75, RENT), gpu_hour_price(3.0, 0.5, 0.75, 0.0)
    (2.0, 3.0)

    Cottier et al. 2024, arXiv:2405.21015 (committed-use discounts).
    """
    if procurement == RENT:
        return gpu_hour_price * reserved_price_ratio / commitment_use_share
    return gpu_hour_price
