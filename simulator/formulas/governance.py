"""Compliance: a share of the whole, or a fixed sum."""

from __future__ import annotations

from simulator.units import BUY, USD, Component, Procurement, Share, USDNotNegative


def compliance_cost(
    direct_cost: USD,
    hardware_cost: USD,
    compliance_share: Share,
    compliance_fixed_cost: USDNotNegative,
    procurement: Procurement,
) -> Component:
    r"""Data compliance and governance: a share of the total, purchased hardware left out, plus a fixed sum.

    .. math:: \frac{s}{1 - s} B + F

    so that without the fixed sum compliance is the share s of base and compliance together.
    Valid for s below 1.

    >>> round(compliance_cost(90.0, 0.0, 0.10, 0.0, 0.0), 12)
    10.0
    """
    purchase = hardware_cost if procurement == BUY else 0.0
    return compliance_share / (1.0 - compliance_share) * (direct_cost - purchase) + compliance_fixed_cost
