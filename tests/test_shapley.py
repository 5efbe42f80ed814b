"""Shares of a change among what differs, against games whose Shapley values are known."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from math import factorial

import numpy as np
import pytest

from simulator.comparison.shapley import MOST_EXACT, shapley, together

Game = dict[frozenset[str], float]


def worth(value):  # type: ignore[no-untyped-def]
    """A game as it is asked for: the worth of each coalition in a list."""
    return lambda coalitions: [np.array(float(value(coalition))) for coalition in coalitions]


def by_orders(value, players: Sequence[str]) -> dict[str, float]:  # type: ignore[no-untyped-def]
    """Shapley's definition: the mean over all orders of what each player adds."""
    found = dict.fromkeys(players, 0.0)
    for order in permutations(players):
        for place, player in enumerate(order):
            before = frozenset(order[:place])
            found[player] += (value(before | {player}) - value(before)) / factorial(len(players))
    return found


def test_glove_game() -> None:
    """One left glove, two right ones: the left is worth 2/3, each right 1/6 (Shapley & Shubik 1969)."""
    pairs = worth(lambda s: min(len(s & {"l"}), len(s & {"r1", "r2"})))
    found = shapley(pairs, ["l", "r1", "r2"], 1)
    assert {name: pytest.approx(float(share.value)) for name, share in found.items()} == {
        "l": 2 / 3,
        "r1": 1 / 6,
        "r2": 1 / 6,
    }
    assert float(found["l"].alone) == 0.0
    assert float(found["l"].last) == 1.0


def test_any_game_of_six_is_that_of_all_orders() -> None:
    """Weighted subsets give what the mean over all 720 orders gives."""
    random = np.random.default_rng(3)
    players = list("abcdef")
    table: Game = {}

    def value(coalition: frozenset[str]) -> float:
        return table.setdefault(coalition, float(random.normal()))

    found = shapley(worth(value), players, 1)
    expected = by_orders(value, players)
    assert all(float(found[name].value) == pytest.approx(expected[name]) for name in players)
    assert all(float(share.se) == 0.0 for share in found.values())


def test_random_orders_add_up() -> None:
    """Of 12 players the shares add up exactly; a square of a sum is known exactly, forwards and backwards."""
    sizes = {f"x{k}": float(k) for k in range(1, 13)}
    assert len(sizes) > MOST_EXACT

    def value(coalition: frozenset[str]) -> float:
        return sum(sizes[name] for name in coalition) ** 2

    found = shapley(worth(value), list(sizes), 5)
    whole = value(frozenset(sizes))
    assert sum(float(share.value) for share in found.values()) == pytest.approx(whole, rel=1e-12)
    for name, size in sizes.items():
        assert float(found[name].value) == pytest.approx(size * sum(sizes.values()), rel=1e-12)


def test_errors_of_random_orders_cover() -> None:
    """Where orders matter beyond pairs, 95% intervals hold the exact value about as often as they say."""
    players = [f"x{k}" for k in range(13)]

    def value(coalition: frozenset[str]) -> float:
        return float({"x0", "x1", "x2"} <= coalition) + len(coalition)

    held = []
    for seed in range(40):
        share = shapley(worth(value), players, seed)["x0"]
        held.append(abs(float(share.value) - (1.0 + 1.0 / 3.0)) <= 2.1 * float(share.se))
    assert 0.85 <= np.mean(held) <= 1.0


def test_nothing_differs() -> None:
    """Without players there is nothing to share out."""
    assert shapley(worth(lambda s: 7.0), [], 1) == {}


def test_a_stand_in_takes_the_orders() -> None:
    """What a rough game gets wrong by little is set right by a few orders: exact sums, and a small error."""
    players = [f"x{k}" for k in range(14)]

    def rough(coalition: frozenset[str]) -> float:
        return 100.0 * ({"x0", "x1", "x2"} <= coalition) + len(coalition)

    def value(coalition: frozenset[str]) -> float:
        return rough(coalition) + 0.01 * len(coalition) ** 2

    alone = shapley(worth(value), players, 3)
    found = shapley(worth(value), players, 3, worth(rough))
    assert sum(float(share.value) for share in found.values()) == pytest.approx(value(frozenset(players)))
    exact = 100.0 / 3.0 + 1.0 + 0.01 * 14
    assert abs(float(found["x0"].value) - exact) < 4.0 * float(found["x0"].se)
    assert float(found["x0"].se) == pytest.approx(float(alone["x0"].se), rel=1e-6)
    assert float(together(found[f"x{k}"] for k in range(3)).se) < 1e-9
