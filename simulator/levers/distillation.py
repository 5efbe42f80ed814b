"""Train a smaller student from the answers of a teacher instead of a model of full size from raw text.

Kind: engineering
Excludes: moe (the student's size is stated against a dense model)
Excludes: reuse_weights (both start from what a trained model knows)
Excludes: staged_training (a student is not grown)
Excludes: small_model (both replace the planned size)
Quality: 5% lost (about 95% of the teacher's at 40% of its size by the document; DistilBERT 97% at 60%)
Assumes: that a teacher of the planned size exists and may be used; if it must be trained first, nothing is
    saved. Most is saved by fewer tokens, as for a student cut out of the teacher; for one that starts from
    nothing set student_token_share to 1. The faster answers of a student (2.5 times by the document) are no
    cost of training
"""

from __future__ import annotations

from simulator.units import FLOP, Parameters, Share, Tokens


def active_parameters(active_parameters: Parameters, student_parameter_share: Share) -> Parameters:
    """Parameters of the student.

    >>> active_parameters(110e6, 0.4)
    44000000.0

    Sanh et al. 2019, arXiv:1910.01108 (DistilBERT).
    """
    return active_parameters * student_parameter_share


def tokens(tokens: Tokens, student_token_share: Share) -> Tokens:
    """Tokens that the student sees.

    >>> tokens(8e12, 0.025)
    200000000000.0

    Muralidharan et al. 2024, arXiv:2407.14679 (Minitron: a fortieth, from a pruned teacher).
    """
    return tokens * student_token_share


def training_flop(training_flop: FLOP, student_parameter_share: Share) -> FLOP:
    r"""Arithmetic of the student's training and of its teacher, who reads every token once.

    .. math:: C \, (1 + \frac{2}{6 s})

    since a forward pass takes 2 of the 6 FLOP per parameter and token, in a teacher 1 / s as large.

    >>> training_flop(6e22, 0.5)
    1e+23
    """
    return training_flop * (1.0 + 2.0 / (6.0 * student_parameter_share))
