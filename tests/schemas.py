"""Strategies over what scenarios and books may hold: mostly sound, here and there wrong in kind or size."""

from __future__ import annotations

import json
from typing import Any

from conftest import MARKET
from hypothesis import strategies as st
from mutilating import ODD

from simulator.distributions import FAMILIES
from simulator.model import build, shipped_formulas

UNITS = {name: unit.symbol for name, unit in build(shipped_formulas()).inputs.items()}
NAMES = st.sampled_from([*UNITS, "gpu_prize", "total_cost", "训练"])
NUMBERS = st.one_of(
    st.floats(0.01, 2),
    st.floats(1, 1e6),
    st.integers(-2, 10**13),
    st.sampled_from([1e-90, 5e-324, 1e100, 1e308]),
)
WRONG = st.one_of(st.sampled_from(ODD), st.text(max_size=5), st.floats(), st.booleans())
WORDS = st.sampled_from(["A guess", "2025-03", "2025-02-30", "训练 \u202e", "US", "A100-40G-SXM", "2022", ""])
PARAMETERS = st.one_of(
    st.fixed_dictionaries({"p5": NUMBERS, "p95": NUMBERS}),
    st.fixed_dictionaries({"p5": NUMBERS, "p50": NUMBERS, "p95": NUMBERS}),
    st.fixed_dictionaries({"low": NUMBERS, "high": NUMBERS}, optional={"mode": NUMBERS}),
    *(st.just(dict(form.example)) for forms in FAMILIES.values() for form in forms),
    st.dictionaries(
        st.sampled_from(["p0", "p100", "p1e5", "mean", "sd", "values", "weights", "a", "b"]), WRONG
    ),
)


def rarely(sound: st.SearchStrategy[Any], odd: st.SearchStrategy[Any] = WRONG) -> st.SearchStrategy[Any]:
    """Mostly the one, one time in ten the other."""
    return st.integers(0, 9).flatmap(lambda chance: odd if chance == 0 else sound)


FAMILY = st.one_of(
    st.builds(
        lambda family, found: {family: found}, st.sampled_from([*FAMILIES, "lognorm"]), rarely(PARAMETERS)
    ),
    st.builds(lambda value: {"value": value}, rarely(NUMBERS)),
)
ABOUT = st.fixed_dictionaries(
    {},
    optional={
        "unit": rarely(st.sampled_from([*sorted(set(UNITS.values())), "USD/MWh", "%"])),
        "truncate": rarely(st.dictionaries(st.sampled_from(["low", "high", "mid"]), NUMBERS, max_size=2)),
        "source": rarely(WORDS),
        "as_of": rarely(WORDS),
        "picked_by": rarely(st.lists(WORDS, max_size=2)),
        "ageing": rarely(st.fixed_dictionaries({"drift": rarely(NUMBERS), "volatility": rarely(NUMBERS)})),
    },
)
LEAF = st.builds(lambda family, about: {**about, **family}, FAMILY, ABOUT)
KEYED = st.builds(
    lambda by, leaves, about: {**about, "by": by, **leaves},
    rarely(st.sampled_from(["accelerator", "region", ["region", "year"], "size", "weather"])),
    st.dictionaries(st.sampled_from(["A100-40G-SXM", "US", "2022", "planned", "x"]), LEAF, max_size=3),
    ABOUT,
)


def _with_unit(name: str, entry: Any, unit: bool) -> tuple[str, Any]:
    """The entry of a name, in the name's unit where it is to have it."""
    return name, {**entry, "unit": UNITS.get(name, "1")} if unit and isinstance(entry, dict) else entry


ENTRIES = st.lists(
    st.builds(_with_unit, NAMES, rarely(st.one_of(LEAF, LEAF, KEYED)), st.integers(0, 9).map(bool)),
    max_size=3,
).map(dict)
PLAN = st.fixed_dictionaries(
    {
        "accelerator": rarely(st.just("A100-40G-SXM")),
        "accelerator_count": rarely(NUMBERS),
        "active_parameters": rarely(st.just(7e9)),
        "tokens": rarely(st.just(2e12)),
        "procurement": rarely(st.sampled_from(["own", "rent", "buy"])),
        "region": rarely(st.just("US")),
        "year": rarely(st.just(2022)),
        "commitment": rarely(st.just("3y")),
    },
    optional={"utilisation": NUMBERS},
)
CORRELATIONS = st.lists(
    rarely(
        st.fixed_dictionaries(
            {
                "between": rarely(st.lists(NAMES, min_size=2, max_size=3)),
                "spearman": rarely(st.floats(-1.1, 1.1)),
            }
        )
    ),
    max_size=3,
)
PUBLISHED = st.lists(
    rarely(
        st.fixed_dictionaries(
            {"quantity": rarely(st.just("energy")), "value": rarely(NUMBERS), "unit": rarely(st.just("MWh"))}
        )
    ),
    max_size=2,
)
SCENARIOS = st.fixed_dictionaries(
    {"title": rarely(WORDS), "book": st.just(str(MARKET)), "plan": rarely(PLAN), "priors": rarely(ENTRIES)},
    optional={
        "size": rarely(st.sampled_from(["planned", "undisclosed"])),
        "experiments": rarely(st.sampled_from(["project", "laboratory"])),
        "priced_at": rarely(st.just("2026-01")),
        "correlations": rarely(CORRELATIONS),
        "published": rarely(PUBLISHED),
        "levers": rarely(st.just([])),
        "sise": WRONG,
    },
)
BOOKS = st.fixed_dictionaries(
    {"extends": st.just(str(MARKET)), "priors": rarely(ENTRIES)},
    optional={"title": rarely(WORDS), "as_of": rarely(WORDS), "accelerators": WRONG},
)


def written(tree: Any) -> str:
    """A tree as a file; JSON is YAML, and nan and infinity are words that no file may hold."""
    return json.dumps(tree, ensure_ascii=False)
