"""The audit of the evidence: ages, sources, and the variance that rests on them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator import Scenario, load_scenario
from simulator.audit import EITHER, FRESH, GUESSED, OLD, UNSOURCED, Audit, Evidence, audit
from simulator.cli import main
from simulator.errors import InputError
from simulator.reports.audit import audit_sheet
from simulator.scenario.resolved import resolved
from simulator.sensitivity.analysis import sensitivity
from simulator.simulation import Settings
from simulator.statistics.estimates import exactly

DAY = date(2026, 11, 28)
FEW = Settings(2048, sampler="sobol", threads=1)
LATER = "mfu={lognormal: {p5: 0.3, p95: 0.4}, truncate: {high: 1}, source: ours, as_of: 2027-01}"
NOBODY = "experiment_multiplier={uniform: {low: 1, high: 4}, as_of: 2026-11}"
UNDATED = "gpu_price={lognormal: {p5: 10k, p95: 40k}, source: a vendor}"
PRICE = (
    "gpu_hour_price={lognormal: {p5: 1, p95: 2}, source: us, as_of: 2024-11, "
    "ageing: {drift: -0.1, volatility: 0.3}}"
)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory, gpt4: Scenario) -> Path:
    """The default scenario without its book, quick to read."""
    path = tmp_path_factory.mktemp("audit") / "plan.yaml"
    path.write_text(resolved(gpt4))
    return path


@pytest.fixture(scope="module")
def found(plan: Path) -> Audit:
    """An audit in which one prior is unsourced, one undated, one of the future, and all others old."""
    return audit(load_scenario(plan, settings=(LATER, NOBODY, UNDATED)), FEW, DAY)


def test_ages(found: Audit) -> None:
    """A month counts as its last day; a date to come is age 0; what is undated has no age and is old."""
    by_name = {each.prior.name: each for each in found.evidence}
    assert by_name["experiment_multiplier"].age == 0 and not by_name["experiment_multiplier"].is_old
    assert by_name["gpu_price"].age is None and by_name["gpu_price"].is_old
    assert (by_name["mfu"].age, by_name["mfu"].is_later) == (0, True)
    assert by_name["cost_of_capital"].age == (DAY - date(2024, 12, 31)).days
    assert not by_name["tokens"].is_old and by_name["tokens"].share is None


def test_sets(found: Audit) -> None:
    """Sets are what they say, of uncertain inputs alone."""
    members = {name: set(share.members) for name, share in found.shares.items()}
    assert members[UNSOURCED] == {"experiment_multiplier"} and members[FRESH] == {"mfu"}
    assert members[EITHER] == members[UNSOURCED] | members[OLD]
    assert not members[FRESH] & members[EITHER]


@pytest.mark.parametrize(
    ("words", "guessed"),
    [
        ('source: "Guess: from the H100"', True),
        ("source: our own guess", True),
        ('source: a vendor, note: "From memory. Guess in its width."', True),
        ('note: "Guess."', True),
        ('source: a vendor, note: "The high end is a guess."', False),
        ("source: a vendor", False),
    ],
)
def test_confessed_guesses(plan: Path, words: str, guessed: bool) -> None:
    """A guess is what its source calls so, or its note with a capital; one end is not all."""
    prior = f"gpu_price={{lognormal: {{p5: 10k, p95: 40k}}, {words}}}"
    found = load_scenario(plan, settings=(prior,)).priors["gpu_price"]
    assert Evidence(found, None, False, False, None).is_guess == guessed


def test_guesses_have_a_share(plan: Path) -> None:
    """Guesses are a set of their own beside the others, in the counts, in the table and for programs."""
    guess = 'mfu={lognormal: {p5: 0.3, p95: 0.4}, truncate: {high: 1}, source: "Guess: ours", as_of: 2026-11}'
    found = audit(load_scenario(plan, settings=(guess,)), FEW, DAY)
    guessed = {each.prior.name for each in found.evidence if each.is_guess and not each.prior.is_fixed}
    assert set(found.shares[GUESSED].members) == guessed and "mfu" in guessed
    assert "mfu" in found.shares[FRESH].members
    assert found.shares[GUESSED].indices.total.value > found.shares[FRESH].indices.first.value
    sheet = audit_sheet(found, {"scenario": "plan"}, 3)
    assert sheet.tables[0][-1][:2] == ("a guess", str(len(guessed)))
    assert f"0 without a source, {len(guessed)} a guess," in sheet.text("table")
    noted = 'mfu={lognormal: {p5: 0.2, p95: 0.6}, truncate: {high: 1}, source: us, note: "Guess."}'
    marked = audit_sheet(audit(load_scenario(plan, settings=(noted,)), FEW, DAY), {"scenario": "plan"}, 9)
    assert any(row[0] == "mfu" and row[-1].startswith("(guess) us") for row in marked.tables[1])
    data = json.loads(sheet.text("json"))
    assert {each["input"] for each in data["priors"] if each["guessed"] and not each["fixed"]} == guessed


def test_shares_are_sobol_indices(plan: Path, found: Audit) -> None:
    """A set of one has its input's indices; first of a set and total of all others add up to 1."""
    scenario = load_scenario(plan, settings=(LATER, NOBODY, UNDATED))
    expected = sensitivity(scenario, FEW).inputs
    indices = {name: share.indices for name, share in found.shares.items()}
    fresh, rest = indices[FRESH], indices[EITHER]
    assert fresh and rest
    assert fresh.total.value == pytest.approx(expected["mfu"].total.value, abs=0.02)
    error = 4 * rest.total.se + 4 * fresh.first.se
    assert fresh.first.value + rest.total.value == pytest.approx(1.0, abs=error)


def test_all_or_none_need_no_draws(plan: Path) -> None:
    """With everything old, all of the variance rests on it, and none on the rest, exactly."""
    shares = audit(load_scenario(plan), FEW, DAY).shares
    assert [shares[name].indices.total.value for name in (UNSOURCED, OLD, EITHER, FRESH)] == [0, 1, 1, 0]
    shares = audit(load_scenario(plan), FEW, DAY, older_than=10_000).shares
    assert shares[FRESH].indices.total.value == 1.0


def test_correlated_inputs_have_shapley_effects(plan: Path) -> None:
    """Shapley effects of a set and of its complement add up to 1."""
    pair = "correlations=[{between: [gpu_price, mfu], spearman: 0.5}]"
    shares = audit(load_scenario(plan, settings=(LATER, pair)), FEW, DAY).shares
    effects = [shares[name].shapley for name in (EITHER, FRESH)]
    assert all(effects) and sum(each.value for each in effects if each) == pytest.approx(1.0)


def test_an_empty_set_of_correlated_inputs(plan: Path) -> None:
    """Where inputs are correlated, every row has a Shapley effect: of no inputs exactly 0, of all 1."""
    pair = "correlations=[{between: [gpu_price, mfu], spearman: 0.5}]"
    found = audit(load_scenario(plan, settings=(pair,)), FEW, DAY)
    effects = {name: share.shapley for name, share in found.shares.items()}
    assert effects[UNSOURCED] == effects[FRESH] == exactly(0.0)
    assert effects[OLD] == effects[EITHER] == exactly(1.0)
    rows = audit_sheet(found, {"scenario": "plan"}, 3).tables[0]
    assert len({len(row) for row in rows}) == 1 and "Shapley" in rows[0]


def test_what_does_not_vary(plan: Path) -> None:
    """Of a constant nothing is shared out, and that is said; an unknown name is an error."""
    found = audit(load_scenario(plan), FEW, DAY, quantity="tdp")
    assert found.shares[OLD].indices is None
    assert "does not vary" in audit_sheet(found, {"scenario": "plan"}, 3).text("table")
    with pytest.raises(InputError, match="no quantity"):
        audit(load_scenario(plan), FEW, DAY, quantity="total_cots")


def test_what_ageing_does(plan: Path) -> None:
    """Percentiles with and without ageing are of the same draws, and differ by what is said."""
    scenario = load_scenario(plan, settings=(PRICE, "priced_at=2026-11", "plan.procurement=rent"))
    for each in audit(scenario, FEW, DAY).ageing:
        assert each.added.value == pytest.approx(each.aged.value - each.unaged.value)
        assert 0.0 < each.added.se < each.aged.se + each.unaged.se
    data = json.loads(audit_sheet(audit(scenario, FEW, DAY), {"scenario": "plan"}, 3).text("json"))
    assert [each["input"] for each in data["ageing"]["priors"]] == ["gpu_hour_price"]
    assert set(data["ageing"]["percentiles"]) == {"50", "90"}


def test_what_could_age_and_was_not_asked_to(plan: Path) -> None:
    """A prior that says how it ages is not taken for aged where no date is asked for."""
    found = audit(load_scenario(plan, settings=(PRICE,)), FEW, DAY)
    said = " ".join(audit_sheet(found, {"scenario": "plan"}, 3).text("table").split())
    assert "Not aged, though said how: gpu_hour_price; --ageing 2026-11-28" in said


def test_the_report_and_the_notes_agree(plan: Path, tmp_path: Path) -> None:
    """What was aged, and what was of that date already, is the same beside the report as in it."""
    young = load_scenario(plan, settings=(PRICE, "priced_at=2026-11", "plan.procurement=rent"))
    path = tmp_path / "aged.yaml"
    path.write_text(resolved(young))
    old = load_scenario(path)
    assert "aged to 2026-11-30: gpu_hour_price" in young.notes
    said = audit_sheet(audit(old, FEW, DAY), {"scenario": "aged"}, 3).text("table")
    assert "Prices aged to 2026-11-30: nothing; already at that date: gpu_hour_price" in said
    assert {"aged to 2026-11-30: nothing", "already at that date: gpu_hour_price"} <= set(old.notes)


def test_the_sheet(found: Audit) -> None:
    """The table fits 80 columns and tells of the future and the undated; JSON has the keys programs read."""
    sheet = audit_sheet(found, {"scenario": "plan"}, 6)
    text = sheet.text("table")
    assert max(map(len, text.splitlines())) <= 80
    assert "of the simulation, not of the priors" in " ".join(text.split())
    assert "undated" in text and "no source" in text and "Of a date after 2026-11-28, age 0: mfu" in text
    data = json.loads(sheet.text("json"))
    assert (data["as_of"], data["older_than_days"]) == ("2026-11-28", 180)
    assert set(data["shares"]) == {"unsourced", "old", "either", "fresh", "guessed"}
    keys = {"input", "as_of", "age_days", "old", "guessed", "source", "origin", "fixed", "share_total"}
    assert set(data["priors"][0]) == keys
    assert sheet.text("markdown") and sheet.text("csv").count("\n") == len(data["priors"])


def test_the_command(plan: Path) -> None:
    """Exit code 0, the date said, today's by default; what is no date is wrong usage."""
    words = ["audit", str(plan), "-n", "256", "--quiet"]
    done = CliRunner().invoke(main, [*words, "--as-of", "2025-01"])
    assert done.exit_code == 0 and "Ages on 2025-01-31" in done.output
    assert f"Ages on {date.today()}" in CliRunner().invoke(main, words).output
    assert CliRunner().invoke(main, [*words, "--as-of", "soon"]).exit_code == 2
    aged = CliRunner().invoke(main, [*words, "--ageing", "2026-11", "--set", PRICE])
    assert "Prices aged to 2026-11-30: gpu_hour_price" in aged.output
