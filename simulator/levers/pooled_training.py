"""Train together with other institutions that share the bill of computing and data.

Kind: engineering
Quality: shared (none lost on what all want; a partner's own needs count for a part of the model)
Assumes: that partners of like means are found and agree; each pays its own staff, and coordination on top
"""

from __future__ import annotations

from simulator.units import USD, Component, Persons, RatioAboveOne, Share


def mfu(mfu: Share, pooled_mfu_share: Share) -> Share:
    """What training across sites leaves of the utilization.

    >>> mfu(0.4, 0.875)
    0.35000000000000003

    Jaghouar et al. 2024, arXiv:2412.01152 (INTELLECT-1).
    """
    return mfu * pooled_mfu_share


def rd_headcount(rd_headcount: Persons, coordination_factor: RatioAboveOne) -> Persons:
    """Own research staff, with those who keep the partners together.

    >>> rd_headcount(100.0, 1.25)
    125.0
    """
    return rd_headcount * coordination_factor


def hardware_cost(hardware_cost: USD, partners: RatioAboveOne) -> Component:
    """This partner's part of the hardware; the experiments' follows from it.

    >>> hardware_cost(60e6, 3.0)
    20000000.0
    """
    return hardware_cost / partners


def energy_cost(energy_cost: USD, partners: RatioAboveOne) -> Component:
    """This partner's part of the electricity.

    >>> energy_cost(6e6, 3.0)
    2000000.0
    """
    return energy_cost / partners


def operations_cost(operations_cost: USD, partners: RatioAboveOne) -> Component:
    """This partner's part of maintenance and data-centre staff.

    >>> operations_cost(6e6, 3.0)
    2000000.0
    """
    return operations_cost / partners


def data_license_cost(data_license_cost: USD, partners: RatioAboveOne) -> Component:
    """This partner's part of the licences.

    >>> data_license_cost(6e6, 3.0)
    2000000.0
    """
    return data_license_cost / partners


def data_processing_cost(data_processing_cost: USD, partners: RatioAboveOne) -> Component:
    """This partner's part of crawling and cleaning.

    >>> data_processing_cost(600e3, 3.0)
    200000.0
    """
    return data_processing_cost / partners


def label_cost(label_cost: USD, partners: RatioAboveOne) -> Component:
    """This partner's part of the labels.

    >>> label_cost(6e6, 3.0)
    2000000.0
    """
    return label_cost / partners
