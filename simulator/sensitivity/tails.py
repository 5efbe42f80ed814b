"""Whether a quantity's variance rests on a few draws."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator.summary import HEAVY

Array = np.ndarray[Any, np.dtype[Any]]


def tail_notes(quantity: str, draws: Array) -> tuple[str, ...]:
    """A warning where one draw carries so much of the variance that errors are not to be trusted.

    >>> tail_notes("y", np.append(np.zeros(99), 1.0))
    ('One draw has 99% of the variance of y: means, shares and their errors rest on few draws',)
    """
    apart = draws - draws.mean()
    apart /= float(np.abs(apart).max()) or 1.0
    whole = float(apart @ apart)
    if whole == 0.0 or 1.0 / whole <= HEAVY:
        return ()
    rest = "means, shares and their errors rest on few draws"
    return (f"One draw has {1.0 / whole:.0%} of the variance of {quantity}: {rest}",)
