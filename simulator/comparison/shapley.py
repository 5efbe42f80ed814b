r"""Shapley values: a change shared out among the differences that make it, adding up.

.. math:: \phi_i = \sum_{S \subseteq N \setminus i} \frac{|S|! \, (k - |S| - 1)!}{k!}
          \left( v(S \cup i) - v(S) \right), \quad \sum_i \phi_i = v(N) - v(\emptyset)

Shapley 1953, doi:10.1515/9781400881970-018. Of many differences random orders are taken, each forwards and
backwards (Castro, Gomez & Tejada 2009, doi:10.1016/j.cor.2008.04.004), which add up as well. A cheap stand-in
for v takes far more orders, and a few correct it: v = stand-in + (v - stand-in), and so are Shapley values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from math import comb, sqrt
from typing import Any, Generic, TypeVar

import numpy as np

from simulator.kernel.philox import random_order

Array = np.ndarray[Any, np.dtype[Any]]
Player = TypeVar("Player")
Coalition = frozenset[Player]
Worth = Callable[[Sequence[Coalition[Player]]], Sequence[Array]]  # of each coalition in a list

MOST_EXACT = 8  # players whose every subset is valued: 256 of them
FEWEST_PAIRS = 4  # of random orders of more, of v itself
MOST_ROUGH = 4096  # subsets of which the stand-in is valued


@dataclass(frozen=True)
class Step(Generic[Player]):
    """A player who joins those before, and what that counts."""

    player: Player
    before: Coalition[Player]
    weight: float


@dataclass(frozen=True)
class Share:
    """A player's part of the change, and what it does as the first of all and as the last of all.

    Each part is that of all orders or, a row each, those of pairs of random orders.
    """

    parts: Array  # of v, or of what the stand-in lacks of it
    rough: Array  # of the stand-in
    alone: Array
    last: Array

    @property
    def value(self) -> Array:
        """The mean part."""
        return np.asarray(self.parts.mean(axis=0) + self.rough.mean(axis=0))

    @property
    def se(self) -> Array:
        """The error of having taken some orders; 0 where every subset was valued."""
        return np.hypot(order_error(self.parts), order_error(self.rough))

    def __add__(self, other: Share) -> Share:
        """The part of two players together, who join one after the other."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Share(*(mine + theirs for mine, theirs in pairs))


def order_error(parts: Array) -> Array:
    """The standard error of a mean over random orders; 0 of all orders.

    >>> order_error(np.array([[1.0], [3.0]])).tolist(), order_error(np.array([[5.0]])).tolist()
    ([1.0], [0.0])
    """
    if len(parts) == 1:
        return np.zeros(parts.shape[1:])
    return np.asarray(np.std(parts, axis=0, ddof=1) / sqrt(len(parts)))


def shapley(
    value: Worth[Player], players: Sequence[Player], seed: int, rough: Worth[Player] | None = None
) -> dict[Player, Share]:
    """Every player's share of what ``value`` gives; ``rough`` is a cheap stand-in for it.

    >>> worth = lambda coalitions: [np.array(float(len(c) == 2)) for c in coalitions]
    >>> {name: float(share.value) for name, share in shapley(worth, ["a", "b"], 1).items()}
    {'a': 0.5, 'b': 0.5}
    """
    whole: Coalition[Player] = frozenset(players)
    ends = [frozenset(), whole, *(frozenset([p]) for p in players), *(whole - {p} for p in players)]
    known = dict(zip(ends, value(ends), strict=True))
    if rough is None or len(players) <= MOST_EXACT:
        most = 1 << MOST_EXACT if rough else MOST_ROUGH
        parts = _parts(value, players, _batches(players, seed, most))
        coarse = {player: np.zeros_like(found[:1]) for player, found in parts.items()}
    else:
        few = _in_pairs(players, seed, FEWEST_PAIRS)
        exact, stood = (_parts(worth, players, few) for worth in (value, rough))
        parts = {player: exact[player] - stood[player] for player in players}
        coarse = _parts(rough, players, _batches(players, seed, MOST_ROUGH))
    return {
        player: Share(
            parts[player],
            coarse[player],
            known[frozenset([player])] - known[frozenset()],
            known[whole] - known[whole - {player}],
        )
        for player in players
    }


def together(shares: Iterable[Share]) -> Share:
    """The share of several players as one, were they to join one after the other."""
    return reduce(Share.__add__, shares)


def _parts(
    value: Worth[Player], players: Sequence[Player], batches: list[list[Step[Player]]]
) -> dict[Player, Array]:
    """What each player adds in every batch of steps: (batch, ...)."""
    steps = [step for batch in batches for step in batch]
    asked = list(dict.fromkeys(s for step in steps for s in (step.before, step.before | {step.player})))
    worth = dict(zip(asked, value(asked), strict=True))
    found = {player: np.zeros((len(batches), *np.shape(worth[frozenset()]))) for player in players if batches}
    for number, batch in enumerate(batches):
        for step in batch:
            added = worth[step.before | {step.player}] - worth[step.before]
            found[step.player][number] += step.weight * added
    return found


def _batches(players: Sequence[Player], seed: int, most: int) -> list[list[Step[Player]]]:
    """All subsets, if no more than so many, as one batch; else pairs of random orders, each a batch."""
    if 1 << len(players) <= most:
        return [_all_subsets(players)]
    return _in_pairs(players, seed, max(FEWEST_PAIRS, most // (2 * (len(players) - 1))))


def _all_subsets(players: Sequence[Player]) -> list[Step[Player]]:
    return [
        Step(player, frozenset(before), 1.0 / (len(players) * comb(len(players) - 1, size)))
        for player in players
        for size in range(len(players))
        for before in combinations([other for other in players if other != player], size)
    ]


def _in_pairs(players: Sequence[Player], seed: int, count: int) -> list[list[Step[Player]]]:
    """Random orders, each forwards and backwards."""
    orders = ([players[k] for k in random_order(seed, number, len(players))] for number in range(count))
    return [[*_in_order(order), *_in_order(order[::-1])] for order in orders]


def _in_order(order: Sequence[Player]) -> list[Step[Player]]:
    return [Step(player, frozenset(order[:place]), 0.5) for place, player in enumerate(order)]
