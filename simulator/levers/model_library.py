"""A library of pre-trained models, free or cheap for small firms, stands for a part of pre-training.

Kind: policy
Excludes: reuse_weights (both take weights that exist for a part of pre-training)
Excludes: moe (the architecture is that of the library's weights)
Excludes: sparse_attention (the architecture is that of the library's weights)
Excludes: staged_training (nothing is grown from a small model)
Excludes: lora (tuning has no pre-training that a library could replace)
Excludes: qlora (tuning has no pre-training that a library could replace)
Excludes: distillation (the student is trained from a teacher, not from a library's weights)
Excludes: small_model (it is trained from scratch in place of the model that the library would replace)
Quality: another model (in general no better than the library's; fit for the field it is trained on further)
Assumes: that the plan trains from scratch, that the library holds a model of the field, and that the firm is
    small enough to be let in
"""

from __future__ import annotations

from simulator.units import FLOP, Component, Parameters, Share, Tokens, USDNotNegative


def library_share(
    library_replaces: Share, library_flop: FLOP, active_parameters: Parameters, tokens: Tokens
) -> Share:
    r"""Share of the arithmetic that is in the library already: no more than its models took.

    .. math:: \min\left(r, \frac{C_l}{6 N D}\right)

    >>> library_share(0.8, 3e23, 70e9, 2e12), round(library_share(0.8, 3e23, 280e9, 13e12), 4)
    (0.35714285714285715, 0.0137)
    """
    return min(library_replaces, library_flop / (6.0 * active_parameters * tokens))


def training_flop(training_flop: FLOP, library_share: Share) -> FLOP:
    """Arithmetic of training the library's model further.

    >>> training_flop(1e24, 0.75)
    2.5e+23

    Rozière et al. 2023, arXiv:2308.12950 (Code Llama: 500 billion tokens on top of Llama 2's two trillion).
    """
    return training_flop * (1.0 - library_share)


def library_fee(library_access_price: USDNotNegative) -> Component:
    """What access and advice cost.

    >>> library_fee(20e3)
    20000.0
    """
    return library_access_price
