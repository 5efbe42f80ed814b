"""What a published figure covers, and which inputs are pinned so that like is compared with like."""

from __future__ import annotations

import re

from simulator.backtest.published import BASES, PublishedRun

ESTIMATED = "third_party_estimate"
AS_HELD = "published"
SCOPES = {AS_HELD: (), "derived_assumed_count": ("system_utilization=1",)}
# of hours: as held by the run; or FLOP over a stated throughput within a step, without downtime and repeats

ASSUMED = re.compile(r"chip_assumed_(\d+(?:\.\d+)?)w")
POWER: dict[str, tuple[str, ...]] = {
    "system_measured": (),
    "chip_tdp": ("server_power_factor=1", "average_power_share=1"),
    "chip_measured": ("server_power_factor=1",),
}
NO_SITE = "pue=1"
SITE: dict[str, tuple[str, ...]] = {"pue": (), "no_pue": (NO_SITE,)}
GROSS, NET = "gross", "net"  # by the grid the power came from, or less purchased carbon-free power


class NotComparableError(Exception):
    """Why a published figure cannot be compared with a prediction."""


def pins(run: PublishedRun, quantity: str) -> tuple[str, ...]:
    """The settings that make a prediction cover what the published figure covers.

    Energy and emissions rest on the hours, so that what those leave out they leave out as well.

    Raises :class:`NotComparableError` with the reason where none do.
    """
    column = BASES[quantity]
    if ESTIMATED in (run.words["hours_scope"], run.words[column]):
        raise NotComparableError("an estimate of third parties, nothing published")
    if column == "hours_scope":
        return _hours(hours_scope(run))
    hours = _hours(run.words["hours_scope"] or AS_HELD)
    if not run.words[column]:
        raise NotComparableError(f"{column} does not say what the figure covers")
    parts = _parts(run.words[column])
    return (*hours, *(_power(parts, column) if quantity == "energy" else _emissions(parts)))


def hours_scope(run: PublishedRun) -> str:
    """What a run's hours cover: where nothing is said of hours that are published, all that it held."""
    return run.words["hours_scope"] or (AS_HELD if "accelerator_hours" in run.numbers else "")


def _hours(scope: str) -> tuple[str, ...]:
    if not scope:
        raise NotComparableError("hours_scope does not say what the figure covers")
    if scope not in SCOPES:
        raise NotComparableError(f"hours_scope {scope} is none of {', '.join(SCOPES)}")
    return SCOPES[scope]


def _parts(basis: str) -> frozenset[str]:
    """The words of a basis, in any order.

    >>> sorted(_parts("PUE, chip_tdp"))
    ['chip_tdp', 'pue']
    """
    return frozenset(re.split(r"[\s,;+]+", basis.strip().lower()))


def _power(parts: frozenset[str], column: str) -> tuple[str, ...]:
    powers = [word for word in parts if word in POWER or ASSUMED.fullmatch(word)]
    sites = [word for word in parts if word in SITE]
    if (len(powers), len(sites), len(parts)) != (1, 1, 2):
        told = ", ".join(sorted(parts))
        raise NotComparableError(
            f"{column} {told} is no power ({', '.join(POWER)}, chip_assumed_300w) with pue or no_pue"
        )
    assumed = ASSUMED.fullmatch(powers[0])
    watts = (f"accelerator_power={assumed[1]}",) if assumed else POWER[powers[0]]
    return (*watts, *SITE[sites[0]])


def _emissions(parts: frozenset[str]) -> tuple[str, ...]:
    if NET in parts:
        raise NotComparableError(
            "emissions are net of purchased carbon-free power; the model's are the grid's"
        )
    if GROSS not in parts:
        raise NotComparableError("tco2e_basis does not say gross (by the grid) or net")
    return _power(parts - {GROSS}, "tco2e_basis")
