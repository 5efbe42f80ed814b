"""Let models write a part of the text that is paid for, and compare a part of the answers.

Kind: engineering
Quality: narrower (than text of people; unchecked, a model's own faults are taught back to it)
Assumes: that the writing model's licence allows it
"""

from __future__ import annotations

from simulator.units import (
    TOKENS_PER_MILLION,
    USD,
    Component,
    Ratio,
    Share,
    Tokens,
    USDPerMillionTokens,
)


def paid_tokens(paid_tokens: Tokens, synthetic_share: Share) -> Tokens:
    """Tokens that are still licensed.

    >>> paid_tokens(4e10, 0.25)
    30000000000.0
    """
    return paid_tokens * (1.0 - synthetic_share)


def synthetic_data_cost(
    unique_tokens: Tokens,
    paid_token_share: Share,
    buys_data: Share,
    synthetic_share: Share,
    synthetic_yield: Share,
    generation_price: USDPerMillionTokens,
) -> Component:
    """Generating what is not licensed, more than is kept.

    >>> synthetic_data_cost(4e12, 0.01, 1.0, 0.25, 0.5, 1.0)
    20000.0

    Ben Allal et al. 2024 (Cosmopedia); Abdin et al. 2024, arXiv:2412.08905 (Phi-4).
    """
    replaced = unique_tokens * paid_token_share * buys_data * synthetic_share
    return replaced / synthetic_yield / TOKENS_PER_MILLION * generation_price


def label_cost(label_cost: USD, ai_label_share: Share, ai_label_price_ratio: Ratio) -> Component:
    r"""Labels when models make a part of them.

    .. math:: L \, (1 - a (1 - r))

    >>> label_cost(1e6, 0.5, 0.1)
    550000.0

    Lee et al. 2023, arXiv:2309.00267 (RLAIF).
    """
    return label_cost * (1.0 - ai_label_share * (1.0 - ai_label_price_ratio))
