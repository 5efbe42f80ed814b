"""Scenarios whose components are given, so that what drives their total is known."""

from __future__ import annotations

from functools import cache

from conftest import GPT4

from simulator import load_scenario


@cache
def _fixed() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Settings that give every component of the default scenario, and every other input, a value."""
    components = [f"{name}=0" for name in load_scenario(GPT4).model.components]
    left = load_scenario(GPT4, settings=components).priors.values()
    others = [f"{p.name}={float(p.distribution.ppf(0.5))!r}" for p in left if not p.is_fixed]
    return tuple(components), tuple(others)


def pinned(**priors: str) -> list[str]:
    """Settings after which only these components vary: a prior of each, without its unit."""
    components, others = _fixed()
    given = [f"{name}={{{prior}, unit: USD}}" for name, prior in priors.items()]
    return [*(s for s in components if s.partition("=")[0] not in priors), *others, *given]
