"""Comparisons of two scenarios on the same draws, against closed forms and brute force."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from math import exp, factorial, hypot
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from comparison_cases import rented, rented_scenario
from conftest import GPT4, MARKET

from simulator import Scenario, load_scenario, plots
from simulator.cli import main
from simulator.comparison.compare import compare
from simulator.comparison.differences import CORRELATIONS, LEVER, PLAN, PRIOR, STRUCTURE, Between, Difference
from simulator.errors import InputError
from simulator.results import load
from simulator.running import run_and_store
from simulator.sides import Side, compared, labels, notes, of_run
from simulator.simulation import Settings, engine
from simulator.statistics.estimates import rank
from simulator.statistics.lanes import statistics

SETTINGS = Settings(draws=20_000)
DEARER = "{lognormal: {median: 2.5, sigma: 0.4}, unit: USD/accelerator-hour}"
LONGER = "{lognormal: {median: 1.1e6, sigma: 0.3}, unit: h}"
WIDER = "{lognormal: {median: 2, sigma: 0.8}, unit: USD/accelerator-hour}"


def test_scaled_prices_in_closed_form(tmp_path: Path) -> None:
    """Of total = hours x price, both scaled, each P90 and every part follows from two factors."""
    base = rented_scenario(tmp_path)
    new = rented_scenario(tmp_path, "new", gpu_hour_price=DEARER, accelerator_hours=LONGER)
    found = compare(base, new, SETTINGS, asked=(90.0,)).changes[90.0]
    start = found.base.value
    assert abs(start - 2e6 * exp(1.2815515655 * 0.5)) < 4.0 * found.base.se
    assert found.new.value == pytest.approx(start * 1.25 * 1.1, rel=1e-6)
    parts = {part.what: part for part in found.contributions}
    assert parts["gpu_hour_price"].alone.value == pytest.approx(start * 0.25, rel=1e-5)
    assert parts["gpu_hour_price"].last.value == pytest.approx(start * 0.25 * 1.1, rel=1e-5)
    assert parts["gpu_hour_price"].value.value == pytest.approx(start * 0.25 * 1.05, rel=1e-5)
    assert parts["accelerator_hours"].value.value == pytest.approx(start * 0.1 * 1.125, rel=1e-5)


def test_a_wider_prior_moves_p90_and_not_p50(tmp_path: Path) -> None:
    """With sigma 0.4 widened to 0.8 the total's sigma is 0.854; the median stays, P90 rises as it says."""
    new = rented_scenario(tmp_path, "new", gpu_hour_price=WIDER)
    found = compare(rented_scenario(tmp_path), new, replace(SETTINGS, draws=200_000)).changes
    middle, high = found[50.0], found[90.0]
    assert abs(middle.change.value) < 4.0 * middle.change.se
    truth = 2e6 * (exp(1.2815515655 * hypot(0.3, 0.8)) - exp(1.2815515655 * 0.5))
    assert abs(high.change.value - truth) < 4.0 * high.change.se
    assert high.change.se < 0.01 * truth


def test_attribution_is_that_of_all_orders() -> None:
    """Three priors of the default scenario that differ: the mean over all six orders, by other code."""
    settings = ("gpu_price=25k", "mfu={pert: {low: 0.2, mode: 0.3, high: 0.5}}", "plan.accelerator_count=10k")
    base, new = load_scenario(GPT4), load_scenario(GPT4, settings=settings)
    names = ("gpu_price", "mfu", "accelerator_count")

    def p90(taken: tuple[str, ...]) -> float:
        mixed = [text for text in settings if any(f"{name}=" in text for name in taken)]
        machine = engine(load_scenario(GPT4, settings=mixed), SETTINGS)
        column = np.sort(machine.columns(["total_cost"], SETTINGS.draws)["total_cost"])
        return float(column[rank(len(column), 90.0)])

    expected = dict.fromkeys(names, 0.0)
    for order in permutations(names):
        for place, name in enumerate(order):
            step = p90(order[: place + 1]) - p90(order[:place])
            expected[name] += step / factorial(len(names))
    found = compare(base, new, SETTINGS, asked=(90.0,)).changes[90.0]
    parts = {part.what: part.value.value for part in found.contributions}
    assert parts == {name: pytest.approx(value, rel=1e-9) for name, value in expected.items()}
    assert sum(parts.values()) == pytest.approx(found.change.value, rel=1e-12)
    kinds = {part.what: part.kind for part in found.contributions}
    assert kinds == {"gpu_price": PRIOR, "mfu": PRIOR, "accelerator_count": PLAN}


def test_many_differences_add_up() -> None:
    """Two books that differ in sixteen priors: parts by random orders add up to the change."""
    base, new = load_scenario(GPT4), load_scenario(GPT4, book=MARKET)
    found = compare(base, new, Settings(draws=2_000), asked=(50.0, None)).changes
    for level in (50.0, None):
        parts = found[level].contributions
        assert len(parts) > 8
        assert sum(part.value.value for part in parts) == pytest.approx(found[level].change.value, rel=1e-9)
    assert any("text_stock" in together.members for together in found[None].together)


def test_paired_errors_are_honest(tmp_path: Path) -> None:
    """Over 60 seeds the change of P90 scatters as its stated error says, far below that of either side."""
    base = rented_scenario(tmp_path)
    new = rented_scenario(tmp_path, "new", gpu_hour_price=WIDER)
    runs = [
        compare(base, new, Settings(draws=4_000, seed=seed), asked=(90.0,), attribute=False).changes[90.0]
        for seed in range(60)
    ]
    spread = np.std([run.change.value for run in runs], ddof=1)
    stated = np.sqrt(np.mean([run.change.se**2 for run in runs]))
    assert 0.75 < stated / spread < 1.35
    unpaired = np.sqrt(np.mean([run.base.se**2 + run.new.se**2 for run in runs]))
    assert spread < unpaired


def test_structure_is_one_row(tmp_path: Path) -> None:
    """What is newly given comes as one row before the priors, which keep to the new structure."""
    base = load_scenario(GPT4)
    new = load_scenario(GPT4, settings=("accelerator_hours=57M", "gpu_price=15k"))
    found = compare(base, new, Settings(draws=2_000), asked=(50.0,)).changes[50.0]
    assert [part.kind for part in found.contributions] == [STRUCTURE, PRIOR]
    only = load_scenario(GPT4, settings=("accelerator_hours=57M",))
    middle = compare(base, only, Settings(draws=2_000), asked=(50.0,)).changes[50.0]
    assert found.contributions[0].value == middle.change
    assert sum(part.value.value for part in found.contributions) == pytest.approx(found.change.value)


def test_levers_and_correlations_are_parts() -> None:
    """A lever and a correlation that one side alone has are parts; with all of them it is the new side."""
    pair = "correlations=[{between: [gpu_price, mfu], spearman: 0.5}]"
    base = load_scenario(GPT4)
    new = load_scenario(GPT4, levers=("straight_line_depreciation",), settings=(pair, "useful_life=5"))
    between = Between(base, new)
    assert [part.kind for part in between.parts] == [LEVER, CORRELATIONS]
    how = Settings(draws=2_000)
    for taken, scenario in ((frozenset[Difference](), base), (between.everything, new)):
        mixed, own = (machine.columns(["total_cost"], 2_000)["total_cost"]
                      for machine in (between.engine(taken, how), engine(scenario, how)))  # fmt: skip
        assert np.array_equal(mixed, own)
    backwards = Between(new, base)
    column = backwards.engine(backwards.everything, how).columns(["total_cost"], 2_000)["total_cost"]
    assert np.array_equal(column, engine(base, how).columns(["total_cost"], 2_000)["total_cost"])


def test_equal_sides_give_exactly_zero() -> None:
    """The same scenario twice: no parts, and not a cent between them."""
    base, again = load_scenario(GPT4), load_scenario(GPT4)
    for change in compare(base, again, Settings(draws=2_000)).changes.values():
        assert (change.change.value, change.change.se) == (0.0, 0.0)
        assert change.contributions == ()


def test_statistics_of_parts_are_those_of_every_sixteenth_draw() -> None:
    """Whole first, then draws k, k + 16, ...: order statistics and means."""
    column = np.random.default_rng(1).lognormal(size=1_003)
    found = statistics(column, (90.0, None))
    assert found.shape == (2, 17)
    assert found[0, 0] == np.sort(column)[rank(1_003, 90.0)]
    assert found[1, 4] == pytest.approx(column[3::16].mean())


@pytest.mark.parametrize(
    ("settings", "asked", "quantity", "what"),
    [
        (Settings(draws=100), (90.0,), "total_cost", "too few to tell the error of P90; take 320"),
        (SETTINGS, (90.0,), "total_price", "there is no quantity total_price"),
    ],
)
def test_what_cannot_be_compared_is_said(
    settings: Settings, asked: tuple[float, ...], quantity: str, what: str
) -> None:
    """Too few draws and unknown names are complaints."""
    base = load_scenario(GPT4)
    with pytest.raises(InputError, match=what):
        compare(base, base, settings, quantity, asked)


def traincost(*words: str) -> tuple[int, str, str]:
    """A command's exit code, stdout and stderr."""
    result = CliRunner().invoke(main, list(words))
    return result.exit_code, result.stdout, result.stderr


def stored(path: Path, folder: Path, *more: str) -> str:
    code, out, err = traincost("run", str(path), "-n", "5000", "-o", str(folder), "--format", "json", *more)
    assert code == 0, err
    return str(json.loads(out)["run"])


def test_command_gives_the_contract(tmp_path: Path) -> None:
    """The JSON has base, new, change and an attribution that adds up, for each statistic asked for."""
    base = str(rented(tmp_path))
    new = str(rented(tmp_path, "new", gpu_hour_price=DEARER))
    code, out, err = traincost("compare", base, new, "-n", "5000", "--format", "json", "--quiet")
    assert (code, err) == (0, "")
    found = json.loads(out)["statistics"]["p90"]
    assert found["change"] == pytest.approx(found["new"] - found["base"])
    assert [row["what"] for row in found["attribution"]] == ["gpu_hour_price"]
    assert {"contribution", "se", "alone", "last"} <= found["attribution"][0].keys()
    assert found["attribution"][0]["contribution"] == pytest.approx(found["change"])


def test_two_equal_runs_give_zero(tmp_path: Path) -> None:
    """A stored run against itself: every change and every part is exactly 0."""
    run = stored(rented(tmp_path), tmp_path / "results")
    code, out, _ = traincost("compare", run, run, "--format", "json")
    assert code == 0
    for found in json.loads(out)["statistics"].values():
        assert found["change"] == found["change_se"] == 0.0
        assert all(row["contribution"] == row["se"] == 0.0 for row in found["attribution"] or [])


def test_base_has_the_say_over_seed_and_draws(tmp_path: Path) -> None:
    """A new run of another seed is evaluated on the base's, and that is said."""
    folder = tmp_path / "results"
    path = rented(tmp_path)
    run, other = stored(path, folder), stored(path, folder, "--seed", "7")
    code, out, _ = traincost("compare", run, other, "--format", "json")
    found = json.loads(out)
    assert (code, found["seed"], found["statistics"]["p90"]["change"]) == (0, 1, 0.0)
    assert "here it has BASE's" in found["notes"][0]


EXTRA = '''
from simulator.units import Component, USDNotNegative

def extra_cost(extra_price: USDNotNegative) -> Component:
    """A cost of one's own."""
    return {factor} * extra_price
'''


def before(folder: Path, settings: Settings) -> Side:
    """A stored run, a formula of which has been changed since: its cost is now 1.2 times what it was."""
    path, formula = rented(folder), folder / "extra.py"
    then = _with_lever(path, formula, EXTRA.format(factor="1.0"))
    run = load(Path(run_and_store(then, settings, folder / "results")["run"]))
    now = _with_lever(path, formula, EXTRA.format(factor="1.2"))
    return Side(now, settings, run, "extra_cost comes out differently today")


def _with_lever(path: Path, formula: Path, text: str) -> Scenario:
    formula.write_text(text)
    prior = "extra_price={uniform: {low: 0, high: 1M}, unit: USD}"
    return load_scenario(path, settings=(prior,), levers=(str(formula),))


def test_a_changed_model_is_a_row_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What today's model makes of a stored base comes first, with an error, and is in the sum."""
    run = stored(rented(tmp_path), tmp_path / "results")
    monkeypatch.setattr("simulator.sides.of_run", lambda *_: before(tmp_path, Settings(5_000)))
    for new in (run, str(rented(tmp_path, "new", gpu_hour_price=DEARER))):
        code, out, err = traincost("compare", run, new, "--format", "json")
        assert code == 0, err
        found = json.loads(out)["statistics"]["p90"]
        assert found["attribution"][0]["what"] == "model version"
        assert sum(row["contribution"] for row in found["attribution"]) == pytest.approx(found["change"])
    out = " ".join(traincost("compare", run, run)[1].split())
    assert "P90 rose by" in out
    assert "do not differ" not in out
    assert out.count("the model has changed since it was stored") == 1
    code, _, err = traincost("compare", run, run, "--statistic", "p77")
    assert (code, "holds no P77" in err) == (1, True)


def test_the_error_of_a_changed_model_is_paired(tmp_path: Path) -> None:
    """What a formula's change moved is 0.2 of its cost, as near as stated by a quarter of the draws."""
    side = before(tmp_path, Settings(40_000))
    changes = compared(side, side, "total_cost", (50.0, 90.0)).changes
    assert abs(changes[None].change.value - 0.2 * 0.5e6) < 4.0 * changes[None].change.se
    for level in (None, 50.0, 90.0):
        alone = compare(side.scenario, side.scenario, side.settings, asked=(level,)).changes[level].base.se
        assert 0.0 < changes[level].change.se < 0.5 * alone


def test_a_quantity_that_the_model_has_lost_is_said(tmp_path: Path) -> None:
    """What a stored run holds and today's model does not is a complaint."""
    side = replace(before(tmp_path, Settings(5_000)), scenario=rented_scenario(tmp_path, "new"))
    with pytest.raises(InputError, match="there is no quantity extra_cost"):
        compared(side, side, "extra_cost", (50.0,))


def test_a_model_changed_elsewhere_moves_nothing(tmp_path: Path) -> None:
    """What a changed formula does not reach is the same to the cent, and without error."""
    side = before(tmp_path, Settings(5_000))
    for found in compared(side, side, "rental_cost", (50.0, 90.0)).changes.values():
        assert found.change.value == found.change.se == 0.0


def test_options_that_a_stored_run_cannot_heed_are_refused(tmp_path: Path) -> None:
    """Draws of a stored base, and another book for a stored new side, are wrong usage."""
    path = rented(tmp_path)
    run = stored(path, tmp_path / "results")
    for words in ((run, str(path), "-n", "100"), (str(path), run, "--book-new", "x.yaml")):
        code, _, err = traincost("compare", *words)
        assert code == 2
        assert "a stored run is as it was made" in err


@pytest.mark.parametrize("kind", ["waterfall", "overlay"])
@pytest.mark.parametrize("ending", ["png", "svg"])
def test_pictures_are_the_same_bytes(tmp_path: Path, kind: str, ending: str) -> None:
    """A picture drawn twice is the same file."""
    base, new = str(rented(tmp_path)), str(rented(tmp_path, "new", gpu_hour_price=DEARER))
    drawn = [tmp_path / f"{number}.{ending}" for number in (1, 2)]
    for path in drawn:
        assert traincost("compare", base, new, "-n", "5000", "--kind", kind, "-o", str(path))[0] == 0
    assert drawn[0].read_bytes() == drawn[1].read_bytes()


def test_words_of_the_plan_are_parts_with_all_they_pick() -> None:
    """Another accelerator or region comes as one part with the priors that it picks."""
    base = load_scenario(GPT4, book=MARKET)
    new = load_scenario(
        GPT4,
        book=MARKET,
        settings=("plan.accelerator=H100-SXM", "plan.year=2024", "mfu=0.4", "gpu_price=20k"),
    )
    found = {part.name: part for part in Between(base, new).parts}
    word = found["accelerator & year"]
    assert word.kind == PLAN
    assert {"gpu_hour_price", "tdp", "peak_flop_per_second"} <= set(word.inputs)
    own = load_scenario(GPT4, book=MARKET, settings=("plan.region=CN",))
    assert {part.name: part.inputs for part in Between(base, own).parts} == {
        "region": ("electricity_price", "grid_carbon_intensity", "pue")
    }


def test_a_correlation_of_what_one_side_fixes_is_no_difference() -> None:
    """Both sides state it, one fixes an input of it: the input alone differs."""
    pair = "correlations=[{between: [gpu_price, mfu], spearman: 60%}]"
    base, new = (load_scenario(GPT4, settings=(pair, *more)) for more in ((), ("gpu_price=15000",)))
    assert [part.name for part in Between(base, new).parts] == ["gpu_price"]


def test_what_a_negative_base_gains_is_an_increase(tmp_path: Path) -> None:
    """Of a base below 0 a relative change has the sign of the change; of 0 there is none but 0."""
    rebate = "{value: -4e6, unit: USD}"
    base = rented_scenario(tmp_path, energy_cost=rebate)
    new = rented_scenario(tmp_path, "new", energy_cost=rebate, gpu_hour_price=DEARER)
    found = compare(base, new, SETTINGS, asked=(50.0,), attribute=False).changes[50.0]
    assert found.base.value < 0.0 < found.change.value
    assert found.relative.value == pytest.approx(found.change.value / abs(found.base.value))
    nothing = compare(base, new, SETTINGS, "staff_cost", (50.0,), attribute=False).changes[50.0]
    assert (nothing.base.value, nothing.relative.value) == (0.0, 0.0)


def test_a_side_is_told_by_all_that_differs(tmp_path: Path) -> None:
    """Book, settings and levers that the other side has not are named, a seed that has no say is not."""
    run = load(Path(stored(rented(tmp_path), tmp_path / "results", "--seed", "7")))
    base = Side(rented_scenario(tmp_path), SETTINGS)
    levered = _with_lever(rented(tmp_path), tmp_path / "extra.py", EXTRA.format(factor="1.0"))
    prior = "extra_price={uniform: {low: 0, high: 1M}, unit: USD}"
    assert labels(base, Side(levered, SETTINGS)) == ["rented", f"rented, {prior}, extra.py"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    alike = labels(base, Side(rented_scenario(elsewhere), SETTINGS))
    assert alike == [f"rented, {tmp_path / 'rented.yaml'}", f"rented, {elsewhere / 'rented.yaml'}"]
    side = of_run(run)
    assert labels(side, side) == ["rented", "rented"]
    assert "NEW was stored with 5,000 draws, seed 7" in notes(base, side)[0]


def test_the_first_sentence_says_no_more_than_is_clear(tmp_path: Path) -> None:
    """A change within twice its error has not clearly moved; a unit is named once, a mean is no MEAN."""
    base, new = str(rented(tmp_path)), str(rented(tmp_path, "new", gpu_hour_price=WIDER))
    words = ("-n", "5000", "--statistic", "p50", "--statistic", "mean")
    out = traincost("compare", base, new, *words)[1]
    assert "\nP50 has not clearly moved (" in out
    assert "\nThe mean rose by $" in out
    longer = str(rented(tmp_path, "longer", accelerator_hours=LONGER))
    out = traincost("compare", base, longer, "-n", "5000", "--quantity", "accelerator_hours")[1]
    assert out.startswith("What moved accelerator_hours (h)\n")


def test_a_waterfall_shows_no_digit_beyond_its_error() -> None:
    """A step of 77.6 with an error of 2 is a step of 78."""
    _, ax = plots.figure(6.5, 3.0)
    plots.waterfall(ax, 458e6, [plots.Rise("a", 77.6e6, 2e6)], "total_cost", "USD", "P90")
    assert "+$78M" in {text.get_text() for text in ax.texts}
