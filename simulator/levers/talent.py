"""Programmes that train people in AI and another field: more of them in some years, and lower pay.

Kind: policy
Assumes: that demand for such people does not grow because there are more of them, and that those
    trained stay; employers pay a part of the training
"""

from __future__ import annotations

from math import exp, log

from simulator.units import USD, Component, Share, SharePerYear, USDPerPersonYear, Years


def pay_ratio(talent_growth: SharePerYear, talent_years: Years, pay_flexibility: Share) -> Share:
    r"""Pay over that without the programme.

    .. math:: (1 + g)^{-t \eta}

    with g the growth of the number of specialists that the programme adds, after t years of it.

    >>> round(pay_ratio(0.05, 5.0, 0.35), 4)
    0.9182

    Borjas 2003, doi:10.1162/003355303322552810 (10% more workers of a kind, 3-4% less pay).
    """
    return exp(-pay_flexibility * talent_years * log(1.0 + talent_growth))


def staff_pay(staff_pay: USDPerPersonYear, pay_ratio: Share) -> USDPerPersonYear:
    """Pay of research staff when there are more of them.

    >>> staff_pay(400e3, 0.9)
    360000.0
    """
    return staff_pay * pay_ratio


def framework_team_pay(framework_team_pay: USDPerPersonYear, pay_ratio: Share) -> USDPerPersonYear:
    """Pay of the framework team when there are more who could work in it.

    >>> framework_team_pay(400e3, 0.9)
    360000.0
    """
    return framework_team_pay * pay_ratio


def staff_training_cost(staff_cost: USD, framework_team_cost: USD, training_share: Share) -> Component:
    """The employer's part of the training.

    >>> staff_training_cost(30e6, 10e6, 0.01)
    400000.0
    """
    return (staff_cost + framework_team_cost) * training_share
