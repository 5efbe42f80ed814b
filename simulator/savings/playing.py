"""The levers that a scenario can play: those whose effects have priors and that nothing applied excludes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from simulator.cards import Card, card, excluded
from simulator.errors import Complaint, InputError, did_you_mean
from simulator.extensions import lever_names
from simulator.scenario.loader import load_scenario
from simulator.scenario.scenario import Scenario

RANKED = ("engineering", "policy")  # kinds; the others are no ways to save


@dataclass(frozen=True)
class Playing:
    """A scenario with levers under switches, and why others are not."""

    scenario: Scenario
    names: tuple[str, ...]
    left_out: Mapping[str, str]


def at_play(
    path: str, base: Scenario, kinds: Sequence[str] = RANKED, only: Sequence[str] = (), **chosen: Any
) -> Playing:
    """A scenario with every lever of some kinds in play that can be; ``chosen`` are the loader's options.

    Raises :class:`InputError` with every complaint about the scenario, and for a name in ``only`` that is no
    lever of these kinds.
    """
    load = partial(load_scenario, path, **chosen)
    cards = [found for found in map(card, lever_names()) if found.kind in kinds]
    _check_names(only, [found.name for found in cards])
    cards = [found for found in cards if not only or found.name in only]
    left_out = dict(_excluded(cards, base.levers))
    names = tuple(each.name for each in cards if each.name not in left_out)
    try:
        return Playing(load(in_play=names), names, left_out)
    except InputError:
        left_out |= {name: reason for name in names if (reason := _fault(load, name))}
    names = tuple(name for name in names if name not in left_out)
    return Playing(load(in_play=names), names, left_out)


def _check_names(only: Sequence[str], known: Sequence[str]) -> None:
    if wrong := [name for name in only if name not in known]:
        listed = f"there are {', '.join(known)}"
        raise InputError(
            Complaint("--only", f"there is no lever {name} to rank", did_you_mean(name, known) or listed)
            for name in wrong
        )


def _excluded(cards: Iterable[Card], applied: Sequence[str]) -> Iterable[tuple[str, str]]:
    """The levers that cannot join those applied, with the reason."""
    known = [card(name) for name in applied if not name.endswith(".py")]
    for each in cards:
        if each.name in applied:
            yield each.name, "applied throughout"
        elif reason := next(filter(None, (excluded(each, other) for other in known)), ""):
            yield each.name, reason


def _fault(load: partial[Scenario], name: str) -> str:
    """What is wrong with one lever in play, as for its inputs without a prior; empty if nothing."""
    try:
        load(in_play=(name,))
    except InputError as error:
        return "; ".join(complaint.what for complaint in error.complaints)
    return ""
