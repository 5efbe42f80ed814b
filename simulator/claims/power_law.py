"""How cost grows with size over several cases: the exponent of a power law, with its spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from simulator.claims.cases import Cases
from simulator.claims.judging import LEVELS
from simulator.claims.reading import Claims, PowerLaw
from simulator.errors import Complaint, InputError
from simulator.simulation import Settings
from simulator.statistics.estimates import Estimate
from simulator.statistics.lanes import percentile

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Fitted:
    """The exponent over the cases, and that of what was said."""

    quantity: str
    cases: tuple[str, ...]
    exponent: Mapping[float, Estimate]
    claimed: float


def fitted(
    source: Claims,
    settings: Settings,
    *,
    book: str | Path | None = None,
    laid_over: Sequence[str] = (),
    levers: Sequence[str] = (),
) -> Fitted | None:
    """The power law of a file of claims, by its book or another; None where it has none.

    Raises :class:`InputError` for a case that cannot be read or lacks the quantity.
    """
    law = source.power_law
    if law is None:
        return None
    cases = Cases(source, settings, book, laid_over, levers)
    costs = np.array([cases.draws(path, law.quantity) for path in law.sizes])
    if not (np.isfinite(costs) & (costs > 0.0)).all():
        what = f"{law.quantity} is not above 0 in all draws of all cases"
        raise InputError([Complaint("power_law", what, "take another quantity: or other cases")])
    drawn = exponents(list(law.sizes.values()), costs)
    return Fitted(
        law.quantity,
        tuple(path.stem for path in law.sizes),
        {level: percentile(drawn, level) for level in LEVELS},
        claimed_exponent(law),
    )


def claimed_exponent(law: PowerLaw) -> float:
    """The exponent of the sizes and costs that were said."""
    sizes, costs = zip(*law.claimed, strict=True)
    return float(exponents(sizes, np.array(costs)[:, None])[0])


def exponents(sizes: Sequence[float], costs: Array) -> Array:
    r"""The exponent in each draw (case, draw), by least squares on logarithms.

    .. math:: \ln c_i = a + b \ln n_i

    >>> exponents([1e9, 1e11], np.array([[1.0], [100.0]])).round(12).tolist()
    [1.0]
    """
    x = np.log(sizes)
    x = x - x.mean()
    return np.asarray(x @ np.log(costs) / (x @ x))
