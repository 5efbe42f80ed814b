"""Staged and risk-shared grants: paid by milestones, and a share of what failed runs cost.

Kind: policy
Assumes: that the grant is awarded (the European Innovation Council's go to one application in about twenty)
    and that nothing else is dropped for it
"""

from __future__ import annotations

from simulator.units import MONTHS_PER_YEAR, USD, Component, Months, Share, USDNotNegative, USDPerPersonYear


def staged_grant(
    staff_cost: USD,
    framework_team_cost: USD,
    rerun_cost: USD,
    experiment_cost: USD,
    grant_share: Share,
    milestone_share: Share,
    failed_run_share: Share,
    risk_share: Share,
    grant_limit: USDNotNegative,
    claim_cost_share: Share,
) -> Component:
    r"""What is paid out: for milestones that are met, and for failed runs, less reports and audits.

    .. math:: -(1 - a) \min(L, g \, m \, (S + F + R + (1 - f) E) + r f E)

    Milestones pay for people, the final run and the experiments that succeed; of the failed ones, a share f,
    the state bears r.

    >>> round(staged_grant(2e6, 0.0, 1e6, 4e6, 0.5, 0.8, 0.25, 0.6, 1e7, 0.1))
    -2700000
    """
    failed = failed_run_share * experiment_cost
    spent = staff_cost + framework_team_cost + rerun_cost + experiment_cost - failed
    promised = grant_share * milestone_share * spent + risk_share * failed
    return -(1.0 - claim_cost_share) * min(grant_limit, promised)


def grant_application_cost(application_effort: Months, staff_pay: USDPerPersonYear) -> Component:
    """What the application costs.

    >>> grant_application_cost(1.0, 360e3)
    30000.0
    """
    return application_effort / MONTHS_PER_YEAR * staff_pay


def qualifying_share(
    qualifying_share: Share,
    staged_grant: USD,
    staff_cost: USD,
    framework_team_cost: USD,
    rerun_cost: USD,
    experiment_cost: USD,
) -> Share:
    """What a grant has paid does not qualify for a tax credit.

    >>> qualifying_share(0.8, -2.5, 4.0, 0.0, 2.0, 4.0)
    0.6000000000000001

    26 USC 41(d)(4)(H).
    """
    spent = staff_cost + framework_team_cost + rerun_cost + experiment_cost
    return qualifying_share * (1.0 + staged_grant / spent) if spent > 0.0 else qualifying_share


def compliance_cost(compliance_cost: USD, staged_grant: USD, compliance_share: Share) -> Component:
    """Compliance is a share of what is spent, which a grant does not lower.

    >>> round(compliance_cost(9.0, -10.0, 0.1), 12)
    10.111111111111
    """
    return compliance_cost - compliance_share / (1.0 - compliance_share) * staged_grant
