"""Published runs: how they are read, what is pinned to compare like with like, and how predictions score."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from simulator.backtest.bases import NotComparableError, pins
from simulator.backtest.chips import chip_of, chips
from simulator.backtest.predicting import Backtest, backtest, frame_of, plan_of
from simulator.backtest.published import NOTHING, NUMBERS, PublishedRun, read_published
from simulator.backtest.scoring import BASELINE_MEAN, BASELINE_SD, Score, Summary, crps, crps_normal, scored
from simulator.errors import InputError
from simulator.reports.backtest import backtest_sheet
from simulator.scenario.books import load_book
from simulator.scenario.loader import load_scenario
from simulator.simulation import Settings

ROOT = Path(__file__).parents[1]
FRAME = ROOT / "configs/published/run.yaml"
BOOK = ROOT / "configs/books/market-2025-03.yaml"
RUNS = ROOT / "configs/published/runs.csv"
SETTINGS = Settings(draws=8192, seed=1, sampler="sobol")
HEAD = "model,chip,params_active,tokens,chip_count,chip_hours,hours_scope,energy_mwh,energy_basis,region\n"


@pytest.fixture(scope="module")
def found() -> Backtest:
    """The shipped runs, predicted."""
    return backtest(read_published(RUNS), SETTINGS, frame=FRAME)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "runs.csv"
    path.write_text(text, encoding="utf-8")
    return path


def a_run(**words: str) -> PublishedRun:
    names = ("developer", "chip", "region", "published_month", "grade", "tco2e_basis")
    empty = dict.fromkeys(names, "")
    return PublishedRun(
        2, {}, {"model": "one", "hours_scope": "published", "energy_basis": "", **empty, **words}
    )


def test_crps_of_draws_is_that_of_their_distribution() -> None:
    """Normal draws have the closed form's score, to the error of the draws."""
    draws = norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    for value in (-2.0, 0.3, 4.0):
        assert crps(draws, value) == pytest.approx(crps_normal(0.0, 1.0, value), rel=2e-3)


def test_crps_is_the_integral_of_the_squared_error_of_the_distribution() -> None:
    """The closed form is the integral of (F(x) - 1[x >= y]) squared."""
    x = np.linspace(-12.0, 12.0, 400_001)
    step = (norm.cdf(x) - (x >= 0.7)) ** 2
    assert crps_normal(0.0, 1.0, 0.7) == pytest.approx(float(np.trapezoid(step, x)), abs=1e-4)


def test_the_baseline_is_a_lognormal_from_03_to_4() -> None:
    """Its P5 and P95 are 0.3 and 4 times its centre."""
    ends = norm.ppf([0.05, 0.95], BASELINE_MEAN, BASELINE_SD)
    assert np.exp(ends) == pytest.approx([0.3, 4.0])


def test_a_percentile_is_the_share_of_draws_below() -> None:
    """The percentile of what came is the predicted chance of less, ties counted half."""
    draws = np.array([1.0, 2.0, 2.0, 3.0])
    assert scored("a", "energy", 2.0, draws, 2.0).percentile == 0.5
    assert scored("a", "energy", 9.0, draws, 2.0).percentile == 1.0


def test_calibrated_predictions_are_found_so() -> None:
    """Of predictions whose percentiles are even, half and nine tenths lie within, in line with chance."""
    scores = [Score("a", "energy", 1.0, 0.5, 1.0, 2.0, (k + 0.5) / 100, 0.1, 0.2, "", "") for k in range(100)]
    summary = Summary(tuple(scores))
    assert (summary.coverage(0.5), summary.coverage(0.9)) == (0.5, 0.9)
    assert summary.in_line(0.9) and summary.histogram == [10] * 10 and summary.width == 4.0


def test_gpt3s_hours_by_hand(found: Backtest) -> None:
    """GPT-3's hours are FLOP over a throughput within a step: predicted is 6ND / (125e12 mfu)."""
    score = next(s for s in found.scores if (s.run, s.quantity) == ("GPT-3 175B", "accelerator_hours"))
    flop = 6 * 175e9 * 3e11
    middle = 0.253  # median of the V100's mfu, lognormal from 0.16 to 0.40
    assert score.p50 == pytest.approx(1.033 * flop / (125e12 * middle * 3600), rel=0.01)
    assert score.p5 < 3.552e6 < score.p95
    hours = flop / (125e12 * 0.375 * 3600)
    naive = crps_normal(log(hours) + BASELINE_MEAN, BASELINE_SD, log(3.552e6))
    assert score.crps_baseline == pytest.approx(naive)


def test_the_goals_are_met(found: Backtest) -> None:
    """Misses are in line with chance, widths as narrow, CRPS as far below the baseline's as asked."""
    hours, energy = found.summaries["accelerator_hours"], found.summaries["energy"]
    assert hours.in_line(0.9) and 2.2 <= hours.width <= 3.5 and hours.crps <= 0.85 * hours.crps_baseline
    assert energy.in_line(0.9) and energy.width <= 5.0 and energy.crps <= 0.85 * energy.crps_baseline
    assert hours.count >= 60 and hours.developers >= 20 and 0.85 <= hours.by_developer(0.9) <= 0.97


def test_the_readme_says_what_is_found(found: Backtest) -> None:
    """How many hours it says are shipped, of how many developers, and lie within the band."""
    hours = found.summaries["accelerator_hours"]
    gain = 100.0 * (1.0 - hours.crps / hours.crps_baseline)
    told = (
        f"Of the {hours.count} accelerator-hours shipped ({hours.developers} developers) {hours.inside(0.9)} "
        f"lie within the 90% band, with a CRPS {gain:.0f}% below the baseline's and a P95/P5 of "
        f"{hours.width:.1f}"
    )
    assert told in " ".join((ROOT / "README.md").read_text().split())


def test_families_of_accelerators_are_told_each(found: Backtest) -> None:
    """No family's hours are predicted well at another's expense."""
    families = found.summaries["accelerator_hours"].families
    assert all(each.in_line(0.9) and each.crps < each.crps_baseline for each in families.values())


def test_what_was_published_is_no_input(found: Backtest) -> None:
    """A run's own hours, MFU, energy and emissions change nothing of its prediction."""
    run = next(run for run in read_published(RUNS) if run.name == "BLOOM 176B")
    moved = PublishedRun(run.line, {**run.numbers, "accelerator_hours": 5e6, "energy": 3e3}, run.words)
    again = backtest([moved], SETTINGS, frame=FRAME)
    before = [(s.p5, s.p50, s.p95) for s in found.scores if s.run == run.name]
    assert [(s.p5, s.p50, s.p95) for s in again.scores] == before


@pytest.mark.parametrize(
    ("basis", "wanted"),
    [
        ("system_measured,pue", ()),
        ("chip_tdp,no_pue", ("server_power_factor=1", "average_power_share=1", "pue=1")),
        ("chip_assumed_280w,pue", ("accelerator_power=280",)),
        ("chip_measured,no_pue", ("server_power_factor=1", "pue=1")),
        ("PUE; system_measured", ()),
        ("no_pue, chip_tdp", ("server_power_factor=1", "average_power_share=1", "pue=1")),
    ],
)
def test_a_basis_says_what_is_pinned(basis: str, wanted: tuple[str, ...]) -> None:
    """What a published energy leaves out is 1 in the prediction, too."""
    assert pins(a_run(energy_basis=basis), "energy") == wanted


@pytest.mark.parametrize("basis", ["", "guessed,pue", "chip_tdp", "chip_tdp,perhaps", "third_party_estimate"])
def test_an_unknown_basis_is_not_compared(basis: str) -> None:
    """A figure of which nobody knows what it covers is skipped with the reason."""
    with pytest.raises(NotComparableError):
        pins(a_run(energy_basis=basis), "energy")


def test_energy_leaves_out_what_the_hours_leave_out() -> None:
    """Energy that rests on hours without downtime is compared with energy of hours without downtime."""
    run = a_run(hours_scope="derived_assumed_count", energy_basis="system_measured,pue")
    assert pins(run, "energy") == pins(run, "training_days") == ("system_utilization=1",)


def test_hours_without_a_scope_are_all_that_was_held() -> None:
    """Published hours of which nothing is said are the run's; a length alone is not compared."""
    run = a_run(hours_scope="")
    assert pins(PublishedRun(2, {"accelerator_hours": 1e5}, run.words), "accelerator_hours") == ()
    with pytest.raises(NotComparableError, match="hours_scope does not say"):
        pins(run, "training_days")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("H100 SXM5", "H100-SXM"),
        ("NVIDIA H100 80GB HBM3", "H100-SXM"),
        ("H100-PCIe 80GB", "H100-PCIe"),
        ("A100", "A100-80G-SXM"),
        ("A100 SXM4 40GB", "A100-40G-SXM"),
        ("NVIDIA A100-SXM4-80GB", "A100-80G-SXM"),
        ("H800", "H800-SXM"),
        ("TPU v4", "TPUv4"),
        ("Cloud TPU v5e", "TPUv5e"),
        ("Ascend 910B", "Ascend-910B"),
        ("Ascend 910", "Ascend 910"),
        ("H100 NVL", "H100 NVL"),
        ("GH200", "GH200"),
        ("A100/H100", "A100/H100"),
        ("A100 80 GB", "A100-80G-SXM"),
        ("A100 (40 GB)", "A100-40G-SXM"),
        ("NVIDIA Tesla V100-SXM2 32 GB", "V100-32G"),
        ("DGX H100", "H100-SXM"),
        ("H100s", "H100-SXM"),
        ("8xH100", "H100-SXM"),
        ("A100 x 512", "A100-80G-SXM"),
        ("A100 x512", "A100-80G-SXM"),
        ("a100_80gb_sxm", "A100-80G-SXM"),
        ("TPU v4 pod", "TPUv4"),
        ("V100 PCIe", "V100 PCIe"),
        ("AMD Instinct MI300X", "MI300X"),
        ("AMD Instinct MI250X", "AMD Instinct MI250X"),
        ("A100 40GB and H100", "A100 40GB and H100"),
    ],
)
def test_chips_as_publications_write_them(said: str, meant: str) -> None:
    """Order, spelling, maker and memory do not matter; another chip is never taken for a like one."""
    assert chip_of(said, chips(load_book(BOOK, lambda complaint: None))) == meant


def test_every_accelerator_is_found_by_its_own_names() -> None:
    """Ids and aliases of the catalogue stand for what they are."""
    book = load_book(BOOK, lambda complaint: None)
    known = chips(book)
    assert {name: chip_of(name, known) for name in known} == known


def test_a_foreign_file_is_read_leniently(tmp_path: Path) -> None:
    """Odd numbers, chips, regions and columns leave what can be predicted predicted, with what was taken."""
    head = HEAD.strip() + ",extra\n"
    path = written(
        tmp_path,
        head + 'one,A100,65B,1.4T,"2,048","1,022,362",,449,"PUE,chip_tdp",AE,x\n'
        'two,TPU v4,1e9,1e12,n/a,1e5,published,30,"no_pue,chip_tdp",AE,\n'
        "two,H100 80GB,1e9,1e12,-,1e4,published,,,,\n",
    )
    found = backtest(read_published(path), SETTINGS, frame=FRAME)
    scored_of = [(s.run, s.quantity, s.published) for s in found.scores]
    assert scored_of == [
        ("one", "accelerator_hours", 1_022_362.0),
        ("two (line 3)", "accelerator_hours", 1e5),
        ("two (line 3)", "energy", 30.0),
        ("two (line 4)", "accelerator_hours", 1e4),
    ]
    reasons = {(s.run, s.quantity): s.reason for s in found.skipped}
    assert "AE" in reasons[("one", "energy")] and "no region" not in reasons[("one", "energy")]
    assert found.taken["A100 is taken for A100-80G-SXM"] == ("one",)
    assert any("nothing is said" in sentence for sentence in found.taken)


def test_figures_do_not_depend_on_those_beside_them(found: Backtest) -> None:
    """A quantity is predicted alike whether it is predicted alone or with others of its run."""
    run = next(run for run in read_published(RUNS) if run.name == "LLaMA-65B")
    alone = PublishedRun(
        run.line, {k: v for k, v in run.numbers.items() if k != "accelerator_hours"}, run.words
    )
    again = {s.quantity: s for s in backtest([alone], SETTINGS, frame=FRAME).scores}
    for score in (s for s in found.scores if s.run == run.name and s.quantity in again):
        assert again[score.quantity] == score


def test_developers_count_alike() -> None:
    """A developer of many runs counts as much as one of a single run."""
    marks = [("a", 0.5), ("a", 0.5), ("a", 0.5), ("b", 0.99)]
    scores = [Score("", "energy", 1, 1, 1, 1, u, 0, 0, "", "", developer, "X") for developer, u in marks]
    found = Summary(tuple(scores))
    assert (found.coverage(0.9), found.by_developer(0.9), found.developers) == (0.75, 0.5, 2)
    assert found.families["X"] == found


def test_net_emissions_are_not_compared() -> None:
    """Emissions net of purchased power are not the grid's."""
    with pytest.raises(NotComparableError, match="net of purchased"):
        pins(a_run(tco2e_basis="system_measured,pue,net"), "emissions")


def test_a_run_of_unknown_number_takes_weeks_to_months() -> None:
    """Without a number of accelerators the prediction spreads it over 15 to 135 days of work."""
    run = PublishedRun(2, {"active_parameters": 7e10, "tokens": 2e12}, a_run(chip="A100-80G-SXM").words)
    settings = plan_of(run, frame_of(FRAME, BOOK))
    scenario = load_scenario(FRAME, settings=settings)
    count = scenario.priors["accelerator_count"].distribution
    days = 6 * 7e10 * 2e12 / (312e12 * 0.30 * 86400) / count.ppf(np.array([0.05, 0.95]))
    assert days == pytest.approx([135.0, 15.0], rel=1e-6)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    """Of rows without size, tokens, chip, basis or prior each published figure is skipped with the reason."""
    path = written(
        tmp_path,
        HEAD + "no tokens,H100-SXM,7e9,,,1e5,published,,,US\n"
        "no such chip,Z9,7e9,1e12,64,1e5,published,,,US\n"
        'no region,H100-SXM,7e9,1e12,64,1e5,published,90,"system_measured,pue",\n'
        "odd scope,H100-SXM,7e9,1e12,64,1e5,upper_bound,,,US\n",
    )
    found = backtest(read_published(path), SETTINGS, frame=FRAME)
    reasons = {(s.run, s.quantity): s.reason for s in found.skipped if s.reason != "not published"}
    assert reasons[("no tokens", "accelerator_hours")] == "not published, though needed: tokens"
    assert reasons[("no such chip", "accelerator_hours")] == (
        "the book has no accelerator Z9; list it, with an mfu of its family, in a book that extends this one"
    )
    assert reasons[("no region", "energy")] == "not published, though needed: region"
    assert reasons[("odd scope", "accelerator_hours")].startswith("hours_scope upper_bound is none of")
    assert [(s.run, s.quantity) for s in found.scores] == [("no region", "accelerator_hours")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "the file is empty"),
        ("model,chip\n", "no column params_active"),
        (HEAD, "there is no run in it"),
        (HEAD.replace("region", "chip"), "the column chip is there twice"),
        (HEAD + 'a,"H100\n', "this is no CSV"),
    ],
)
def test_bad_files_are_refused(text: str, wanted: str, tmp_path: Path) -> None:
    """What is wrong with a file as a whole is said with its line."""
    with pytest.raises(InputError, match=wanted):
        read_published(written(tmp_path, text))


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ("a,H100,seven,1e12,,1e5,,,,", "params_active 'seven' is no number above 0"),
        ("a,H100,7e9,-1,,1e5,,,,", "tokens '-1' is no number above 0"),
        ("a,H100,7e9,nan,,1e5,,,,", "tokens 'nan' is no number above 0"),
        ("a,H100,7e9,1e12,512-1024,1e5,,,,", "chip_count '512-1024' is no number above 0"),
        ("a,H100,7e9,1e12,512,about 1e5,,,,", "chip_hours 'about 1e5' is no number above 0"),
        ("a,H100,7e9", "3 cells under 10 columns"),
        ("a,H100,7e9,1e12,512,1e5,published,,,US,a note, with a comma", "12 cells under 10 columns"),
        ("sound,H100,7e9,1e12,512,1e5,published,,,US", "the same as line 2"),
    ],
)
def test_a_bad_row_costs_no_other(row: str, wanted: str, tmp_path: Path) -> None:
    """A row that cannot be read is skipped with the reason, and the others are predicted as without it."""
    sound = HEAD + "sound,H100,7e9,1e12,512,1e5,published,,,US\n"
    found = backtest(read_published(written(tmp_path, sound + row + "\n")), SETTINGS, frame=FRAME)
    assert [(s.quantity, s.published) for s in found.scores] == [("accelerator_hours", 1e5)]
    assert wanted in [s.reason for s in found.skipped if s.quantity == "accelerator_hours"]


@pytest.mark.parametrize(
    "written_as",
    [
        lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: text.replace("model", " Model ").replace("chip_hours", "CHIP_HOURS").encode(),
        lambda text: text.replace("published,", "Published,").replace(",US", ",us").encode(),
        lambda text: text.replace(",1e12,", ",1 T,").encode(),
    ],
)
def test_files_that_say_the_same_are_read_alike(written_as: Callable[[str], bytes], tmp_path: Path) -> None:
    """Marks of byte order, ends of lines, separators and capitals make no difference."""
    text = HEAD + "one,H100,7e9,1e12,512,1e5,published,,,US\ntwo,TPU v4,7e9,1e12,,2e5,published,,,US\n"
    path = written(tmp_path, text)
    expected = read_published(path)
    path.write_bytes(written_as(text))
    assert read_published(path) == expected


def test_every_fact_has_a_source() -> None:
    """Each shipped run names where its figures come from."""
    with RUNS.open(encoding="utf-8") as file:
        assert all(row["source"] and row["grade"] in {*"ABC"} for row in csv.DictReader(file))


def test_flop_that_come_from_the_outcome_are_no_tokens() -> None:
    """LaMDA's printed FLOP are hours times a measured throughput, so that nothing is predicted from them."""
    lamda = next(run for run in read_published(RUNS) if run.name == "LaMDA 137B")
    hours = lamda.numbers["accelerator_hours"]
    assert pytest.approx(hours * 3600 * 123e12 * 0.565, rel=0.01) == 3.55e23
    assert "tokens" not in lamda.numbers


def test_hours_of_iterations_alone_hold_no_downtime() -> None:
    """Hours that are an iteration's time times their number are compared with hours without downtime."""
    runs = {run.name: run for run in read_published(RUNS)}
    names = ("Pythia 2.8B", "Pythia 6.9B", "Pythia 12B", "OPT-175B")
    assert {pins(runs[name], "accelerator_hours") for name in names} == {("system_utilization=1",)}


CELLS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8), min_size=10, max_size=10
)


@given(cells=CELLS)
def test_whatever_is_in_the_cells_is_a_number_or_at_fault(
    cells: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No row is lost or refuses the file, and every cell of numbers is above 0, empty or told."""
    path = tmp_path_factory.getbasetemp() / "cells.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD.strip().split(","), ["sound", *cells[1:]]])
    (run,) = read_published(path)
    assert all(0.0 < value < float("inf") for value in run.numbers.values())
    assert not set(run.numbers) & set(run.faults) and all(run.faults.values())
    columns = HEAD.strip().split(",")
    filled = [
        name for column, name in NUMBERS.items() if column in columns and cells[columns.index(column)].strip()
    ]
    spelled = {name for name in filled if name in run.numbers or name in run.faults}
    empty = {
        cells[columns.index(c)].strip().lower()
        for c, name in NUMBERS.items()
        if name in set(filled) - spelled
    }
    assert empty <= set(NOTHING)


def test_what_programs_read(found: Backtest) -> None:
    """JSON holds runs, skipped and summary with the names that scripts outside rely on."""
    data = json.loads(
        backtest_sheet(found, {"file": "", "book": "", "seed": 1, "draws": 1, "sampler": ""}).text("json")
    )
    assert {"runs", "skipped", "summary"} <= set(data)
    assert all(
        {"run", "quantity", "published", "p5", "p50", "p95", "percentile"} <= set(r) for r in data["runs"]
    )
    assert all(
        set(skipped) == {"run", "quantity", "reason"} and skipped["reason"] for skipped in data["skipped"]
    )
    names = {"n", "coverage50", "coverage90", "crps", "crps_baseline", "width"}
    assert all(names <= set(summary) for summary in data["summary"].values())
    assert {"accelerator_hours", "training_days", "energy", "emissions"} == set(data["summary"])
