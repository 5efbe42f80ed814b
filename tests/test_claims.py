"""Claims: how they are read and judged, and what becomes of the two documents' figures."""

from __future__ import annotations

from math import inf, log
from pathlib import Path

import numpy as np
import pytest

from simulator import load_scenario
from simulator.claims.judging import Judged, judge
from simulator.claims.power_law import claimed_exponent, exponents
from simulator.claims.reading import Claims, PowerLaw, read_claims
from simulator.errors import InputError
from simulator.extensions import lever_names
from simulator.simulation import Settings, engine

ROOT = Path(__file__).parents[1]
CLAIMS = ROOT / "configs/claims/claims.yaml"
SETTINGS = Settings(draws=1 << 13, seed=1, sampler="sobol")
FILE = """\
book: {root}/configs/books/market-2025-03.yaml
formulas: {root}/configs/claims/equivalents.py
claims:
  - {{id: X1, statement: said, document: A, quantity: {quantity}, {ends},
      case: {root}/configs/gpt3-175b.yaml{more}}}
"""


def written(tmp_path: Path, quantity: str, ends: str, more: str = "") -> Path:
    path = tmp_path / "claims.yaml"
    path.write_text(FILE.format(root=ROOT, quantity=quantity, ends=ends, more=f", {more}" if more else ""))
    return path


def judged(tmp_path: Path, quantity: str, ends: str, more: str = "") -> Judged:
    [found] = judge(read_claims(written(tmp_path, quantity, ends, more)), SETTINGS)
    return found


def energy_of_gpt3() -> np.ndarray:
    scenario = load_scenario(ROOT / "configs/gpt3-175b.yaml", book=ROOT / "configs/books/market-2025-03.yaml")
    return engine(scenario, SETTINGS).columns(["energy"], SETTINGS.draws)["energy"]


@pytest.fixture(scope="module")
def seeds() -> Claims:
    return read_claims(CLAIMS)


def test_a_percentile_is_the_chance_of_no_more(tmp_path: Path) -> None:
    """Of a point the percentile is the share of draws up to it; of a range, that of its middle."""
    draws = energy_of_gpt3()
    point = judged(tmp_path, "energy", "low: 1287, high: 1287")
    assert point.percentile == np.mean(draws <= 1287)
    between = judged(tmp_path, "energy", "low: 1000, high: 2000")
    assert between.percentile == pytest.approx((np.mean(draws < 1000) + np.mean(draws <= 2000)) / 2)


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        ("low: 1287, high: 1287", "consistent"),
        ("low: 1", "consistent"),
        ("low: 5000", "high"),
        ("high: 500", "low"),
        ("low: 100, high: 1500", "consistent"),
        ("low: 100, high: 200", "low"),
        ("low: 9e6, high: 9e6", "high"),
    ],
)
def test_verdicts(ends: str, verdict: str, tmp_path: Path) -> None:
    """What overlaps P5 to P95 is consistent, an open end reaches on, all else is low or high."""
    assert judged(tmp_path, "energy", ends).verdict == verdict


def test_impossible_needs_arithmetic(tmp_path: Path) -> None:
    """What no draw shows is impossible where a quantity says why, with both ends' arithmetic."""
    found = judged(
        tmp_path,
        "energy",
        "low: 10, high: 20",
        'given: ["accelerator_hours=3.552M"], implies: watts_per_accelerator',
    )
    assert found.verdict == "impossible"
    assert found.arithmetic.startswith("implies watts_per_accelerator of 2.8 to 5.6 W")


def test_a_comparison_is_made_draw_by_draw(tmp_path: Path) -> None:
    """Halving the tokens saves half the hours in every draw, so that the prediction has no width."""
    found = judged(
        tmp_path, "accelerator_hours", "low: 0.5, high: 0.5", 'as: saving, against: ["plan.tokens=1.5e11"]'
    )
    assert [each.value for each in found.predicted.values()] == pytest.approx([0.5] * 3)


def test_what_is_judged_is_not_given(seeds: Claims) -> None:
    """No claim has its own quantity, or its own figure, among the disclosed facts."""
    for claim in seeds.claims:
        assert not any(fact.split("=")[0] == claim.quantity for fact in claim.given), claim.id
        assert "seed" not in str(seeds.book)


def test_every_claim_of_the_documents_is_there(seeds: Claims) -> None:
    """All 15 of the first and all 33 of the second, each judged or covered by something that exists."""
    assert [c.id for c in seeds.claims] == [
        *(f"A{n:02d}" for n in range(1, 16)),
        *(f"B{n:02d}" for n in range(1, 34)),
    ]
    assert all(c.quantity or c.covered_by for c in seeds.claims)


def test_named_levers_exist(seeds: Claims) -> None:
    """What a claim says covers it, where that is levers or policies, ships."""
    for claim in seeds.claims:
        if claim.covered_by.startswith(("the lever", "the polic")):
            names = [
                w.strip(",") for w in claim.covered_by.split() if "_" in w or w.strip(",") in lever_names()
            ]
            assert names and set(names) <= set(lever_names()), claim.id


def test_the_documents_verdicts(seeds: Claims) -> None:
    """What physics and arithmetic rule out is found, what was published is consistent."""
    wanted = {
        "A02": "consistent",
        "A04": "consistent",
        "A05": "impossible",
        "B09": "impossible",
        "B10": "impossible",
        "B11": "impossible",
        "B12": "consistent",
        "B26": "not computed",
    }
    some = [claim for claim in seeds.claims if claim.id in wanted]
    part = Claims(seeds.title, seeds.documents, seeds.book, seeds.formulas, None, tuple(some))
    found = {each.claim.id: each for each in judge(part, SETTINGS)}
    assert {name: each.verdict for name, each in found.items()} == wanted
    assert "of 12 to 18 W" in found["B09"].arithmetic


def test_a_power_law_by_hand() -> None:
    """The exponent of two points is the quotient of the logarithms of their ratios."""
    law = PowerLaw("total_cost", {}, ((340e6, 300e3), (1e12, 1e8)))
    assert claimed_exponent(law) == pytest.approx(log(1e8 / 3e5) / log(1e12 / 340e6))
    assert exponents([1.0, 10.0, 100.0], np.array([[1.0], [3.0], [9.0]])) == pytest.approx(log(3) / log(10))


@pytest.mark.parametrize(
    ("quantity", "ends", "more", "wanted"),
    [
        ("enrgy", "low: 1", "", "X1.*there is no quantity enrgy.*energy"),
        ("energy", "low: one", "", "low is one, not a number"),
        ("energy", "unit: MWh", "", "no low and no high"),
        ("energy", "low: 2, high: 1", "", "low 2 is above high 1"),
        ("energy", "low: 1, unit: kWh", "", "the claim is in kWh, energy in MWh"),
        ("energy", "low: 1, unit: MWh", 'against: ["plan.tokens=1e11"]', "the claim is in MWh, energy in 1"),
        ("energy", "low: 1", "as: svaing", "svaing is no comparison"),
        ("energy", "low: 1", "colour: red", "unknown field colour"),
        ("energy", "low: 1", 'given: ["mfu=2"]', "X1.*mfu"),
    ],
)
def test_bad_claims_are_refused(quantity: str, ends: str, more: str, wanted: str, tmp_path: Path) -> None:
    """What is wrong with a claim is said with its id or line."""
    with pytest.raises(InputError, match=f"(?s){wanted}"):
        judged(tmp_path, quantity, ends, more)


def test_open_ends_are_infinite(tmp_path: Path) -> None:
    """An end that is left out is open."""
    [claim] = read_claims(written(tmp_path, "energy", "low: 5")).claims
    assert (claim.low, claim.high) == (5.0, inf)
