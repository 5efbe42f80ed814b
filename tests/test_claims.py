"""Claims: how they are read and judged, and what becomes of the two documents' figures."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from math import inf, log
from pathlib import Path
from random import Random

import numpy as np
import pytest
from mutilating import mutilated, warped

from simulator import load_scenario
from simulator.claims.cases import Cases, asked, kind
from simulator.claims.judging import Judged, judge
from simulator.claims.power_law import claimed_exponent, exponents, fitted
from simulator.claims.reading import Claims, PowerLaw, read_claims
from simulator.errors import InputError
from simulator.extensions import lever_names
from simulator.pictures import claims_picture
from simulator.reports.claims import VERDICTS, claims_sheet, told
from simulator.scenario.reader import read
from simulator.simulation import Settings, engine

ROOT = Path(__file__).parents[1]
CLAIMS = ROOT / "configs/claims/claims.yaml"
SETTINGS = Settings(draws=1 << 14, seed=1, sampler="sobol")
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
    return engine(scenario, SETTINGS, ["energy"]).columns(["energy"], SETTINGS.draws)["energy"]


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
    assert found.verdict == "impossible" and found.implied
    assert told(found.implied).startswith("implies watts_per_accelerator of 2.8 to 5.6 W")
    assert found.implied.values == pytest.approx((10e6 / 3.552e6, 20e6 / 3.552e6))


def test_what_a_claim_amounts_to_is_told_of_a_consistent_one_too(tmp_path: Path) -> None:
    """300 to 500 t are 65 to 109 cars at 4.6 t, whatever the verdict."""
    found = judged(tmp_path, "emissions", "low: 300, high: 500", "implies: car_years")
    assert found.verdict == "consistent" and found.implied
    assert found.implied.values == pytest.approx((300 / 4.6, 500 / 4.6))


def test_a_comparison_is_made_draw_by_draw(tmp_path: Path) -> None:
    """Halving the tokens saves half the hours in every draw, so that the prediction has no width."""
    found = judged(
        tmp_path, "accelerator_hours", "low: 0.5, high: 0.5", 'as: saving, against: ["plan.tokens=1.5e11"]'
    )
    assert [each.value for each in found.predicted.values()] == pytest.approx([0.5] * 3)


def test_what_is_judged_is_not_given(seeds: Claims) -> None:
    """No claim gives its own quantity, nor is it judged by the documents' own book."""
    for claim in seeds.claims:
        assert not any(fact.split("=")[0] == claim.quantity for fact in claim.given), claim.id
        assert "seed" not in str(seeds.book)


def test_every_claim_of_the_documents_is_there(seeds: Claims) -> None:
    """All 15 of the first and all 33 of the second, each judged or covered by something that exists."""
    assert [c.id for c in seeds.claims if c.document in ("A", "B")] == [
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
    watts = found["B09"].implied
    assert watts and watts.values == pytest.approx((700e6 / 57e6, 1000e6 / 57e6))
    assert "of 12 to 18 W, where 6" in told(watts) and "e+" not in told(watts)


def test_remarks_on_consistent_claims_are_shown(seeds: Claims) -> None:
    """What limits a claim is said beside every verdict: a consistent one can rest on a choice of ours."""
    [claim] = [claim for claim in seeds.claims if claim.id == "A08"]
    part = replace(seeds, power_law=None, claims=(claim,))
    about = {"book": "market", "draws": 1, "seed": 1, "sampler": "sobol", "set": "mfu=0.4"}
    [found] = judge(part, SETTINGS)
    text = claims_sheet([found], None, part, about).text("table")
    assert found.verdict == "consistent" and "A08: Consistent by construction" in text
    assert "Laid over every case, set: mfu=0.4" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("draws", [1000, 8192, 1 << 25])
def test_draws_that_cannot_tell_one_in_ten_thousand_are_refused(draws: int, seeds: Claims) -> None:
    """What is beyond all but 0.01% of the draws takes 10,000 to tell, and no more than fit into memory."""
    with pytest.raises(InputError, match="take 10,000 to"):
        judge(seeds, Settings(draws=draws))


def test_draws_are_those_of_the_whole_model(seeds: Claims) -> None:
    """The loop of what claims ask for gives the same bytes as that of the whole model, correlated or not."""
    correlated = ("correlations=[{between: [gpu_price, pue], spearman: 0.5}]",)
    for laid_over in ((), correlated):
        cases = Cases(seeds, SETTINGS, laid_over=laid_over)
        [claim] = [claim for claim in seeds.claims if claim.id == "B09"]
        assert claim.case
        pruned = cases.draws(claim.case, "energy", claim.given)
        whole = engine(cases.scenario(claim.case, claim.given), SETTINGS)
        assert np.array_equal(pruned, whole.columns(["energy"], SETTINGS.draws)["energy"])


def test_claims_that_ask_alike_share_a_loop(seeds: Claims) -> None:
    """Nearly all claims are answered by few programs: those in which the same quantities are given."""
    kinds = asked(seeds)
    assert len(kinds) <= 8
    assert kinds[kind((), ())] >= {"total_cost", "training_days", "label_share", "gpu_price"}
    assert kinds[kind(("accelerator_hours=57M",), ())] >= {"energy", "rental_cost", "emissions"}


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
        (
            "energy",
            "low: 1, unit: MWh",
            'as: ratio, against: ["plan.tokens=1e11"]',
            "the claim is in MWh, energy in 1",
        ),
        ("energy", "low: 1", 'against: ["plan.tokens=1e11"]', "compares, and does not say how"),
        ("energy", "low: 1", "as: saving", "as: saving compares with nothing"),
        ("energy", "low: 1", "given: 5", "given is no list"),
        ("energy", "low: 1", "levers: moe", "levers is no list"),
        ("energy", "low: 1", 'given: ["energy=6"]', "the claim is of energy, which it gives"),
        ("energy", "low: 1", "implies: watts", "X1.*there is no quantity watts"),
        ("energy", "low: 1", "implies: tdp", "X1.*tdp is not computed from energy"),
        ("total_cost", "low: 1", "implies: direct_cost", "X1.*direct_cost is not computed from total_cost"),
        ("energy", "low: 1", 'as: svaing, against: ["plan.tokens=1e11"]', "svaing is no comparison"),
        ("energy", "low: 1", "colour: red", "unknown field colour"),
        ("energy", "low: 1", 'given: ["mfu=2"]', "X1.*mfu"),
    ],
)
def test_bad_claims_are_refused(quantity: str, ends: str, more: str, wanted: str, tmp_path: Path) -> None:
    """What is wrong with a claim is said with its id or line."""
    with pytest.raises(InputError, match=f"(?s){wanted}"):
        judged(tmp_path, quantity, ends, more)


def test_a_fault_of_many_claims_is_told_once(seeds: Claims) -> None:
    """What is wrong for all claims is one complaint that names the first of them."""
    with pytest.raises(InputError, match=r"^A03, A05, A06 and \d+ more: --set mfu: mfu is 2"):
        judge(replace(seeds, power_law=None), SETTINGS, laid_over=("mfu=2",))


def test_what_a_sum_implies_is_not_told(tmp_path: Path) -> None:
    """The total is the sum of its parts and cannot be given, as what it implies would need."""
    with pytest.raises(InputError, match=r"X1: .*cannot be given.*; leave implies: out"):
        judged(tmp_path, "total_cost", "low: 1", "implies: label_share")


def test_every_prediction_and_claim_is_seen(tmp_path: Path) -> None:
    """What is predicted exactly has a bar, and what was said far off the axis has its mark at the edge."""
    exact = judged(tmp_path, "accelerator_hours", "low: 0.5", 'as: saving, against: ["plan.tokens=1.5e11"]')
    far = judged(tmp_path, "energy", "low: 5e300, high: 5e300")
    nothing = judged(tmp_path, "energy_cost", "low: 1", 'given: ["plan.procurement=rent"]')
    figure = claims_picture([exact, far, nothing], "said")
    ax = figure.axes[0]
    assert [bar.get_width() > 0.1 for bar in ax.patches] == [True, True]
    assert ax.get_xlim()[1] <= 1e9 and all(max(line.get_xdata()) <= 1e9 for line in ax.lines)
    assert any("not drawn, since not above 0: X1" in text.get_text() for text in figure.texts + ax.texts)
    heading = " ".join(text.get_text() for text in figure.texts + ax.texts)
    counts = [f"{sum(each.verdict == word for each in (exact, far, nothing))} {word}" for word in VERDICTS]
    assert ", ".join(count for count in counts if not count.startswith("0")) in " ".join(heading.split())


@pytest.mark.parametrize(
    ("quantity", "ends", "told"),
    [
        ("rental_cost", "low: 5e6, unit: USD", "X1 rental_cost ≥ $5M"),
        ("gpu_price", "low: 10_000, high: 40_000, unit: USD/accelerator", "X1 gpu_price $10,000-40,000"),
        ("energy", "high: 1287, unit: MWh", "X1 energy, MWh ≤ 1,287"),
        ("system_utilization", 'low: 0.7, high: 0.7, unit: "1"', "X1 system_utilization 0.7"),
    ],
)
def test_the_table_says_in_which_unit(quantity: str, ends: str, told: str, tmp_path: Path) -> None:
    """Money has its sign, another quantity its unit beside its name, where that has room."""
    about = {"book": "market", "draws": 1, "seed": 1, "sampler": "sobol"}
    read = read_claims(written(tmp_path, quantity, ends))
    text = claims_sheet(judge(read, SETTINGS), None, read, about).text("table")
    assert told in " ".join(text.split())


def test_a_mutilated_file_is_read_or_refused(tmp_path: Path) -> None:
    """Whatever a file of claims holds, it is read or its faults are said, each with its place."""
    refused, chance, path = 0, Random(1), written(tmp_path, "energy", "low: 1, high: 2", 'given: ["mfu=0.4"]')
    text, tree = path.read_text(), read(path).plain()
    for number in range(300):
        made = mutilated(text, chance) if number % 2 else json.dumps(warped(deepcopy(tree), chance, ["x", 1]))
        path.write_bytes(made.encode("utf-8", "replace"))
        try:
            assert all(claim.low <= claim.high for claim in read_claims(path).claims)
        except InputError as error:
            refused += 1
            assert all(each.where and each.what for each in error.complaints)
    assert 0 < refused < 300


def test_open_ends_are_infinite(tmp_path: Path) -> None:
    """An end that is left out is open."""
    [claim] = read_claims(written(tmp_path, "energy", "low: 5")).claims
    assert (claim.low, claim.high) == (5.0, inf)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("claims: []", "claims is no list of one or more"),
        ("claims: {a: b}", "claims is no list of one or more"),
        ("documents: {A: a}\nclaims: [{id: X1, document: B}]", "X1 is of document B, which is not listed"),
        ("documents: [a]", "stands where KEY: VALUE lines belong"),
        ("power_law: {quantity: total_cost}", "no power law"),
        ("power_law: {quantity: q, sizes: {a: 1, b: 2}, claimed: [[1, 1], [2, -2]]}", "no power law"),
        ("power_law: {quantity: q, sizes: {a: 1, b: 1}, claimed: [[1, 1], [2, 2]]}", "no power law"),
    ],
)
def test_bad_files_of_claims_are_refused(text: str, wanted: str, tmp_path: Path) -> None:
    """What is wrong with the file around the claims is said, too."""
    path = tmp_path / "claims.yaml"
    path.write_text(f"book: book.yaml\n{text}\n")
    with pytest.raises(InputError, match=wanted):
        read_claims(path)


def test_a_power_law_of_what_is_unknown_or_nothing_is_refused(seeds: Claims) -> None:
    """A quantity that no case has, or that is 0, has no exponent."""
    law = seeds.power_law
    assert law
    for quantity, wanted in (("totl_cost", "there is no quantity totl_cost"), ("energy_cost", "above 0")):
        part = replace(seeds, power_law=replace(law, quantity=quantity), claims=())
        with pytest.raises(InputError, match=wanted):
            fitted(part, SETTINGS)


def test_a_power_law_heeds_what_is_laid_over_all() -> None:
    """Settings laid over all claims are laid over the cases of the power law, too."""
    sizes = {ROOT / "configs/cases/gpt3.yaml": 1e9, ROOT / "configs/cases/gpt4.yaml": 1e11}
    law = PowerLaw("training_flop", sizes, ((1.0, 1.0), (2.0, 2.0)))
    book = ROOT / "configs/books/market-2025-03.yaml"
    found = Claims("t", {}, book, None, law, ())
    same = fitted(found, SETTINGS, laid_over=("training_flop=1e24",))
    assert same and [each.value for each in same.exponent.values()] == pytest.approx([0.0] * 3)
