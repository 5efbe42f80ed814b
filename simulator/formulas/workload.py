"""How much arithmetic the final training run takes."""

from __future__ import annotations

from simulator.units import FLOP, Parameters, Ratio, Tokens


def training_flop(active_parameters: Parameters, tokens: Tokens, flop_factor: Ratio) -> FLOP:
    r"""Arithmetic of one pass of training over all tokens.

    .. math:: C = 6 N D \cdot f

    ``flop_factor`` is near 1 where the size is the scenario's own plan (attention and rounding) and
    wide where the size is undisclosed. Valid for dense and mixture-of-experts transformers whose
    context is short against their width (N counts the parameters active for a token).

    >>> training_flop(175e9, 300e9, 1.0)
    3.15e+23

    Kaplan et al. 2020, arXiv:2001.08361; Hoffmann et al. 2022, arXiv:2203.15556.
    """
    return 6.0 * active_parameters * tokens * flop_factor
