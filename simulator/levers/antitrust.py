"""Competition among makers of accelerators removes a part of their excess profit from the price.

Kind: policy
Excludes: domestic_accelerators (another maker's accelerator does not hold this one's margin)
Excludes: tpu (another maker's accelerator does not hold this one's margin)
Assumes: that remedies come before the machines are bought, that makers sell as many, and that buyers need not
    port their software; only the accelerator gets cheaper, not its server or network, or what a landlord adds
"""

from __future__ import annotations

from simulator.units import RatioAboveOne, Share, USDPerAccelerator, USDPerAcceleratorHour


def accelerator_price_fall(excess_removed: Share, excess_profit_share: Share) -> Share:
    r"""Share by which the bare accelerator gets cheaper.

    .. math:: x = r e, \quad e = \frac{p - p_c}{p}

    with e the excess profit as a share of the price p, and :math:`p_c` the price at which a maker under
    competition earns its usual margin. From gross margins G and :math:`G_c`, as the making costs the same,
    :math:`e = 1 - (1 - G) / (1 - G_c)`: at 0.75 against 0.50, one half. An excess quoted as a markup m on
    the competitive price is :math:`e = m / (1 + m)`: 0.4 to 0.6 would be 0.29 to 0.38.

    >>> accelerator_price_fall(0.4, 0.5)
    0.2
    """
    return excess_removed * excess_profit_share


def installed_price(
    installed_price: USDPerAccelerator,
    accelerator_price_fall: Share,
    server_overhead: RatioAboveOne,
    interconnect_share: Share,
) -> USDPerAccelerator:
    r"""Installed price with a cheaper accelerator in the same server and network.

    .. math:: p_i \left(1 - x \frac{1 - s}{o}\right) = p_i - x p

    >>> installed_price(30_000, 0.2, 1.6, 0.2)
    27000.0
    """
    return installed_price * (1.0 - accelerator_price_fall * (1.0 - interconnect_share) / server_overhead)


def gpu_hour_price(
    gpu_hour_price: USDPerAcceleratorHour, accelerator_price_fall: Share, accelerator_share_of_rent: Share
) -> USDPerAcceleratorHour:
    """Rent, where the accelerator's share of it falls with its price.

    >>> gpu_hour_price(2.0, 0.2, 0.5)
    1.8
    """
    return gpu_hour_price * (1.0 - accelerator_price_fall * accelerator_share_of_rent)
