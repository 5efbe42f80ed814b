r"""Shapley values: a change shared out among the differences that make it, adding up.

.. math:: \phi_i = \sum_{S \subseteq N \setminus i} \frac{|S|! \, (k - |S| - 1)!}{k!}
          \left( v(S \cup i) - v(S) \right), \quad \sum_i \phi_i = v(N) - v(\emptyset)

Shapley 1953, doi:10.1515/9781400881970-018. Of many differences random orders are taken, each forwards and
backwards (Castro, Gomez & Tejada 2009, doi:10.1016/j.cor.2008.04.004), which add up as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, sqrt
from typing import Any, Generic, TypeVar

import numpy as np

from simulator.kernel.philox import random_order

Array = np.ndarray[Any, np.dtype[Any]]
Player = TypeVar("Player")
Coalition = frozenset[Player]

MOST_EXACT = 8  # differences whose every subset is valued: 256 of them
MOST_VALUED, FEWEST_ORDERS = 256, 4  # subsets on the way of random orders; pairs of such orders


@dataclass(frozen=True)
class Step(Generic[Player]):
    """A player who joins those before, and what that counts."""

    player: Player
    before: Coalition[Player]
    weight: float


@dataclass(frozen=True)
class Share:
    """A player's part of the change, and what it does as the first of all and as the last of all."""

    parts: Array  # the part in each pair of random orders, or in the mean over all orders, as one
    alone: Array
    last: Array

    @property
    def value(self) -> Array:
        """The mean part."""
        return np.asarray(self.parts.mean(axis=0))

    @property
    def se(self) -> Array:
        """The error of having taken some orders; 0 where every subset was valued."""
        return order_error(self.parts)


def order_error(parts: Array) -> Array:
    """The standard error of a mean over random orders; 0 of all orders.

    >>> order_error(np.array([[1.0], [3.0]])).tolist(), order_error(np.array([[5.0]])).tolist()
    ([1.0], [0.0])
    """
    if len(parts) == 1:
        return np.zeros(parts.shape[1:])
    return np.asarray(np.std(parts, axis=0, ddof=1) / sqrt(len(parts)))


def shapley(
    value: Callable[[Sequence[Coalition[Player]]], Sequence[Array]], players: Sequence[Player], seed: int
) -> dict[Player, Share]:
    """Every player's share. ``value`` gives the worth, an array, of each coalition in a list.

    >>> worth = lambda coalitions: [np.array(float(len(c) == 2)) for c in coalitions]
    >>> {name: float(share.value) for name, share in shapley(worth, ["a", "b"], 1).items()}
    {'a': 0.5, 'b': 0.5}
    """
    whole: Coalition[Player] = frozenset(players)
    batches = _batches(players, seed)
    steps = [step for batch in batches for step in batch]
    ends = [frozenset([player]) for player in players] + [whole - {player} for player in players]
    joined = [step.before | {step.player} for step in steps]
    asked = list(dict.fromkeys([frozenset(), whole, *ends, *(step.before for step in steps), *joined]))
    worth = dict(zip(asked, value(asked), strict=True))
    return {player: _share(player, worth, batches, whole) for player in players}


def _share(
    player: Player, worth: dict[Coalition[Player], Array], batches: list[list[Step[Player]]],
    whole: Coalition[Player],
) -> Share:  # fmt: skip
    parts = np.array(
        [
            sum(
                step.weight * (worth[step.before | {player}] - worth[step.before])
                for step in batch
                if step.player == player
            )
            for batch in batches
        ]
    )
    alone = worth[frozenset([player])] - worth[frozenset()]
    return Share(parts, alone, worth[whole] - worth[whole - {player}])


def _batches(players: Sequence[Player], seed: int) -> list[list[Step[Player]]]:
    """All subsets as one batch of steps, or pairs of random orders, each a batch."""
    if len(players) <= MOST_EXACT:
        return [_all_subsets(players)]
    count = max(FEWEST_ORDERS, MOST_VALUED // (2 * (len(players) - 1)))
    orders = ([players[k] for k in random_order(seed, number, len(players))] for number in range(count))
    return [[*_in_order(order), *_in_order(order[::-1])] for order in orders]


def _all_subsets(players: Sequence[Player]) -> list[Step[Player]]:
    return [
        Step(player, frozenset(before), 1.0 / (len(players) * comb(len(players) - 1, size)))
        for player in players
        for size in range(len(players))
        for before in combinations([other for other in players if other != player], size)
    ]


def _in_order(order: Sequence[Player]) -> Iterable[Step[Player]]:
    return [Step(player, frozenset(order[:place]), 0.5) for place, player in enumerate(order)]
