"""What a published figure covers, and which inputs are pinned so that like is compared with like."""

from __future__ import annotations

import re
from collections.abc import Callable

from simulator.backtest.published import BASES, PublishedRun

ESTIMATED = "third_party_estimate"
SCOPES = {"published": (), "derived_assumed_count": ("system_utilization=1",)}
# of hours: as held by the run; or FLOP over a stated throughput within a step, without downtime and repeats

ASSUMED = re.compile(r"chip_assumed_(\d+)w")
POWER: dict[str, tuple[str, ...]] = {
    "system_measured": (),
    "chip_tdp": ("server_power_factor=1", "average_power_share=1"),
    "chip_measured": ("server_power_factor=1",),
}
SITE: dict[str, tuple[str, ...]] = {"pue": (), "no_pue": ("pue=1",)}
GROSS = "gross"  # by the grid the power came from; net of purchased carbon-free power is another thing


class NotComparableError(Exception):
    """Why a published figure cannot be compared with a prediction."""


def pins(run: PublishedRun, quantity: str) -> tuple[str, ...]:
    """The settings that make a prediction cover what the published figure covers.

    Raises :class:`NotComparableError` with the reason where none do.
    """
    column = BASES[quantity]
    basis = run.words[column]
    if not basis:
        raise NotComparableError(f"{column} does not say what the figure covers")
    if ESTIMATED in (basis, run.words["hours_scope"]):
        raise NotComparableError("an estimate of third parties, nothing published")
    return READERS[column](basis)


def _hours(basis: str) -> tuple[str, ...]:
    if basis not in SCOPES:
        raise NotComparableError(f"hours_scope {basis} is none of {', '.join(SCOPES)}")
    return SCOPES[basis]


def _energy(basis: str) -> tuple[str, ...]:
    power, _, site = (part.strip() for part in basis.partition(","))
    assumed = ASSUMED.fullmatch(power)
    if (power not in POWER and not assumed) or site not in SITE:
        raise NotComparableError(f"energy_basis {basis} is no power ({', '.join(POWER)}) and pue or no_pue")
    watts = (f"accelerator_power={assumed[1]}",) if assumed else POWER[power]
    return (*watts, *SITE[site])


def _emissions(basis: str) -> tuple[str, ...]:
    energy, _, kind = (part.strip() for part in basis.rpartition(","))
    if kind != GROSS:
        raise NotComparableError(
            "emissions are net of purchased carbon-free power; the model's are the grid's"
        )
    return _energy(energy)


READERS: dict[str, Callable[[str], tuple[str, ...]]] = {
    "hours_scope": _hours,
    "energy_basis": _energy,
    "tco2e_basis": _emissions,
}
