"""Work on the software of parallel training until it loses less.

Kind: engineering
Quality: same
Assumes: that the plan's software is not the best there is already; the priors of mfu and efficiency hold
    the best and the worst stacks alike
"""

from __future__ import annotations

from simulator.units import Component, Hours, PersonYears, Ratio, RatioAboveOne, Share, USDPerPersonYear


def contention(contention: Ratio, software_loss_share: Share) -> Ratio:
    """Share of the work that one more accelerator serialises; efficiency at scale follows.

    >>> round(contention(2.1e-5, 0.4), 8)
    8.4e-06

    Jiang et al. 2024, arXiv:2402.15627, Table 2.
    """
    return contention * software_loss_share


def recovery_time(recovery_time: Hours, software_loss_share: Share) -> Hours:
    """Time from a failure to the next useful step.

    >>> recovery_time(0.2, 0.5)
    0.1
    """
    return recovery_time * software_loss_share


def useful_step_share(useful_step_share: Share, software_loss_share: Share) -> Share:
    r"""Share of the steps that end in the model.

    .. math:: 1 - (1 - s) l

    >>> useful_step_share(0.8, 0.5)
    0.9
    """
    return 1.0 - (1.0 - useful_step_share) * software_loss_share


def mfu(mfu: Share, software_mfu_factor: RatioAboveOne) -> Share:
    """Utilization within a step.

    >>> mfu(0.4, 1.1)
    0.44000000000000006
    """
    return mfu * software_mfu_factor


def parallel_software_cost(
    software_person_years: PersonYears, framework_team_pay: USDPerPersonYear, framework_team_share: Share
) -> Component:
    """This model's share of the work on it, beside the framework team's.

    >>> parallel_software_cost(20.0, 400_000.0, 0.25)
    2000000.0
    """
    return software_person_years * framework_team_pay * framework_team_share
