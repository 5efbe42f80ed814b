"""Share licences and cleaning with the members of a data alliance.

Kind: engineering
Excludes: pooled_training (it divides the same bill of data)
Quality: same (but the same data serve rivals)
Assumes: that licences may be shared within the alliance, and members want the same text
"""

from __future__ import annotations

from simulator.units import USD, Component, Share, USDNotNegative


def data_license_cost(data_license_cost: USD, alliance_share: Share) -> Component:
    """What of the licences this member bears.

    >>> data_license_cost(4e6, 0.5)
    2000000.0
    """
    return data_license_cost * alliance_share


def data_processing_cost(data_processing_cost: USD, alliance_share: Share) -> Component:
    """What of crawling and cleaning this member bears.

    >>> data_processing_cost(400e3, 0.5)
    200000.0
    """
    return data_processing_cost * alliance_share


def alliance_cost(alliance_fee: USDNotNegative) -> Component:
    """Membership, and joining its catalogues and contracts.

    >>> alliance_cost(100e3)
    100000.0
    """
    return alliance_fee
