"""A tax credit for research and development: the state gives back a share of what qualifies.

Kind: policy
Assumes: that the firm owes tax enough to use the credit, or is paid it; that pay does not rise with it, as
    Goolsbee (1998) found that it does; a super deduction counts as a credit of the tax rate times the extra
    deduction; purchased machines do not qualify, the wear of owned ones does where the law says so
"""

from __future__ import annotations

from simulator.units import RENT, USD, Component, Procurement, Share, USDNotNegative


def research_compute(
    experiment_cost: USD,
    rerun_cost: USD,
    qualifying_run_share: Share,
    rented_compute_qualifies: Share,
    owned_compute_qualifies: Share,
    procurement: Procurement,
) -> USD:
    r"""Computing that the law counts as research: experiments, and a share of the final run.

    .. math:: k (E + s R)

    with k whether rented or owned machines qualify. The United States count rent, not depreciation.

    >>> research_compute(60e6, 50e6, 0.5, 1.0, 0.0, RENT)
    85000000.0

    26 USC 41(b)(2)(A)(iii) and (C)(ii); Caishui (2015) No. 119 (China).
    """
    counted = rented_compute_qualifies if procurement == RENT else owned_compute_qualifies
    return counted * (experiment_cost + qualifying_run_share * rerun_cost)


def tax_credit(
    staff_cost: USD,
    framework_team_cost: USD,
    research_compute: USD,
    qualifying_share: Share,
    tax_credit_limit: USDNotNegative,
    tax_credit_share: Share,
    claim_cost_share: Share,
) -> Component:
    r"""The credit less what claiming it costs, as a negative cost.

    .. math:: -c \, (1 - a) \min(L, q \, (S + F + K))

    >>> round(tax_credit(30e6, 10e6, 85e6, 0.8, 1e12, 0.1, 0.05))
    -9500000
    """
    qualifying = min(
        tax_credit_limit, qualifying_share * (staff_cost + framework_team_cost + research_compute)
    )
    return -tax_credit_share * (1.0 - claim_cost_share) * qualifying


def compliance_cost(compliance_cost: USD, tax_credit: USD, compliance_share: Share) -> Component:
    """Compliance is a share of what is spent, which a credit does not lower.

    >>> round(compliance_cost(9.0, -10.0, 0.1), 12)
    10.111111111111
    """
    return compliance_cost - compliance_share / (1.0 - compliance_share) * tax_credit
