"""Tokens and labels: what is bought, cleaned and annotated."""

from __future__ import annotations

from math import exp, log

from simulator.units import (
    TOKENS_PER_MILLION,
    Component,
    Items,
    Ratio,
    RatioAboveOne,
    Share,
    Tokens,
    USDPerItem,
    USDPerMillionTokens,
)


def unique_tokens(tokens: Tokens, text_stock: Tokens) -> Tokens:
    """Distinct tokens trained on: no more than the stock of usable text holds.

    >>> unique_tokens(13e12, 4e12)
    4000000000000.0

    Villalobos et al. 2024, arXiv:2211.04325 (stock).
    """
    return min(tokens, text_stock)


def data_epochs(tokens: Tokens, unique_tokens: Tokens) -> RatioAboveOne:
    """How often an average token is seen; demand above the stock is met by repetition.

    >>> data_epochs(13e12, 4e12)
    3.25
    """
    return tokens / unique_tokens


def data_scarcity(
    unique_tokens: Tokens, text_stock: Tokens, scarcity_slope: Ratio, stock_share_at_quote: Share
) -> RatioAboveOne:
    r"""How much dearer paid text is than when its price was quoted, as the stock is used up.

    .. math:: \max\left(1, e^{b (x - x_0)}\right), \quad x = \min(D_u / S, 1)

    >>> round(data_scarcity(4e12, 4e12, 1.0, 0.5), 4)
    1.6487
    """
    return max(1.0, exp(scarcity_slope * (min(unique_tokens / text_stock, 1.0) - stock_share_at_quote)))


def paid_tokens(unique_tokens: Tokens, paid_token_share: Share, buys_data: Share) -> Tokens:
    """Tokens that are licensed; ``buys_data`` is 1 where the project buys text at all, else 0.

    >>> paid_tokens(4e12, 0.01, 1.0)
    40000000000.0
    """
    return unique_tokens * paid_token_share * buys_data


def data_license_cost(
    paid_tokens: Tokens,
    data_price: USDPerMillionTokens,
    quoted_lot: Tokens,
    lot_discount: Ratio,
    data_scarcity: RatioAboveOne,
) -> Component:
    r"""Licences for paid text, at a price that falls with the lot and rises with scarcity.

    .. math:: D_p \, p \, \max(1, D_p / L)^{-\epsilon} \, s

    with L the lot for which the price was quoted; smaller lots pay the quoted price.

    >>> round(data_license_cost(1e9, 70, 1e9, 0.7, 1.0)), round(data_license_cost(1e12, 70, 1e9, 0.7, 1.0))
    (70000, 556030)
    """
    lots = max(1.0, paid_tokens / quoted_lot)
    return paid_tokens / TOKENS_PER_MILLION * data_price * exp(-lot_discount * log(lots)) * data_scarcity


def data_processing_cost(unique_tokens: Tokens, data_processing_price: USDPerMillionTokens) -> Component:
    """Crawling, cleaning, de-duplication and structuring, per token kept.

    >>> round(data_processing_cost(15e12, 0.03))
    450000

    Penedo et al. 2024, arXiv:2406.17557 (FineWeb: about 120,000 H100-hours for 15T tokens).
    """
    return unique_tokens / TOKENS_PER_MILLION * data_processing_price


def label_cost(
    sft_items: Items,
    sft_item_price: USDPerItem,
    preference_pairs: Items,
    label_price: USDPerItem,
    label_overhead: RatioAboveOne,
) -> Component:
    """Written demonstrations and compared pairs, with the quality control on both.

    ``label_price`` is that of a pair, ``sft_item_price`` that of a demonstration.

    >>> label_cost(27_540, 15, 1_418_091, 3, 1.2)
    5600847.6

    Touvron et al. 2023, arXiv:2307.09288 (the counts).
    """
    return (sft_items * sft_item_price + preference_pairs * label_price) * label_overhead
