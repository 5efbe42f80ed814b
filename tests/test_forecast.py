"""The lever growth, cost by year, text that runs out, and what a budget affords."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from simulator import load_scenario
from simulator.cli import main
from simulator.errors import InputError
from simulator.forecast.forecast import COST, STOCK, Forecast, forecast, load_growing, shown
from simulator.pictures import forecast_picture
from simulator.reports.forecast import forecast_sheet, passes, runs_out
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, engine

GPT4 = str(Path(__file__).parents[1] / "configs/gpt4-class.yaml")
SETTINGS = Settings(draws=1 << 12, seed=1, sampler="sobol")
FIXED = ("compute_doubling_time=6", "performance_trend=0", "efficiency_trend=0", "years_ahead=0")


ABOUT = {"scenario": "a", "book": "seed-2025-06", "draws": 1, "seed": 1}


def grown(*settings: str) -> Scenario:
    return load_growing(GPT4, settings=settings)


def sheet_of(found: Forecast, style: str = "table") -> str:
    """The report of a forecast."""
    return forecast_sheet(found, ABOUT).text(style)


@pytest.fixture(scope="module")
def found() -> Forecast:
    """The default scenario three years ahead, against a budget of a billion."""
    return forecast(grown(), SETTINGS, 3, budget=1e9, budgets=(1e8, 1e10))


def test_the_first_year_is_the_scenario_itself(found: Forecast) -> None:
    """No year ahead, the cost is the scenario's without the lever."""
    cost = engine(load_scenario(GPT4), SETTINGS, [COST]).columns([COST], 1 << 12)[COST]
    assert found.years[0].cost[50.0].value == pytest.approx(np.quantile(cost, 0.5, method="inverted_cdf"))
    assert found.years[0].compute.value == found.years[0].cluster.value == 1.0


def test_compute_doubles_by_hand() -> None:
    """Doubling every 6 months, compute is 16 times, parameters and tokens 4 times as large in two years."""
    found = forecast(grown(*FIXED[:3]), SETTINGS, 2, budgets=())
    last = found.years[-1]
    assert last.compute.value == pytest.approx(16.0) and last.cluster.value == pytest.approx(16.0)
    assert last.tokens.value == pytest.approx(4 * 13e12) and last.parameters == pytest.approx(4 * 280e9)


def test_hours_grow_as_compute_over_performance() -> None:
    """A year ahead accelerator-hours are 4 times as many, on accelerators twice as fast half of that."""
    hours, names = "accelerator_hours", ["accelerator_hours", "training_days"]
    slow, fast = (
        engine(grown("compute_doubling_time=6", f"performance_trend={trend}"), SETTINGS, names).columns(
            names, 1024, given={"years_ahead": 1.0}
        )
        for trend in ("0", "0.3010299956639812")
    )
    now = engine(grown(), SETTINGS, names).columns(names, 1024)
    assert slow[hours] == pytest.approx(4.0 * now[hours])
    assert fast[hours] == pytest.approx(2.0 * now[hours])
    assert fast["training_days"] == pytest.approx(now["training_days"])


def test_a_budget_affords_what_keeps_it(found: Forecast) -> None:
    """At the size that a budget affords, P80 of the cost is the budget, to the width of the search."""
    ten = next(each for each in found.affordable if each.budget == 1e10)
    size = ten.sizes[2]
    assert size is not None and not size.beyond
    given = {"years_ahead": 2.0, "compute_scale": (size.parameters / 280e9) ** 2}
    scenario = grown()
    machine = engine(scenario, SETTINGS, (*shown(scenario), STOCK))  # the loop that the forecast compiles
    cost = machine.columns([COST], 1 << 12, given=given)[COST]
    assert np.quantile(cost, 0.8) == pytest.approx(1e10, rel=0.01)


def test_a_budget_below_what_does_not_scale_affords_nothing(found: Forecast) -> None:
    """Where the staff alone is dearer no size is affordable."""
    assert set(found.affordable[0].sizes.values()) == {None}


def test_better_hardware_affords_larger_models(found: Forecast) -> None:
    """What a budget buys grows year by year, and more slowly than demand."""
    sizes = [size.parameters for size in found.affordable[-1].sizes.values() if size]
    demand = [year.parameters for year in found.years]
    assert sizes == sorted(sizes)
    assert sizes[-1] / sizes[0] < demand[-1] / demand[0]


def test_the_year_of_a_budget_is_that_of_the_median(found: Forecast) -> None:
    """The year said is the first whose median is beyond the budget."""
    beyond = [str(2022 + year.ahead) for year in found.years if year.cost[50.0].value > 1e9]
    assert passes(found, 1e9) == beyond[0]
    assert passes(found, 1.0) == "2022" and passes(found, 1e30) is None


def test_an_affordable_size_has_the_error_that_other_seeds_show(found: Forecast) -> None:
    """The error told of a size is about the spread of what other seeds find."""
    ten = found.affordable[-1].sizes[0]
    assert ten and ten.se < 0.01 * ten.parameters
    others = []
    for seed in range(2, 12):
        how = Settings(draws=1 << 12, seed=seed, sampler="random")
        [again] = forecast(grown(), how, 1, budgets=(1e10,)).affordable
        size = again.sizes[0]
        assert size
        others.append((size.parameters, size.se))
    sizes, errors = np.array(others).T
    assert 0.5 < errors.mean() / np.std(sizes, ddof=1) < 2.0


def test_absurd_budgets_are_not_shown_as_affordable() -> None:
    """Beyond the largest model tried a budget affords more than that, and one too small affords none."""
    rich = forecast(grown(), SETTINGS, 1, budget=1e30, budgets=(1e9,))
    assert all(size and size.beyond for size in rich.affordable[-1].sizes.values())
    assert "> 8,850T" in sheet_of(rich) and "keeps it until 2023" in sheet_of(rich)
    bought = json.loads(sheet_of(rich, "json"))["affordable"]
    assert [each["more_than"] for each in bought] == [[], ["2022", "2023"]]
    poor = forecast(grown(), SETTINGS, 1, budget=1.0, budgets=(10.0, 1e9))
    [heads, first, *_] = [
        line.split() for line in sheet_of(poor).splitlines() if "–" in line or "$1B" in line
    ]
    assert heads[-3:] == ["$1", "$10", "$1B"] and first[-3:-1] == ["–", "–"]
    assert "beyond it already in 2022" in sheet_of(poor)


def test_the_year_of_every_budget_is_in_table_and_json(found: Forecast) -> None:
    """Each budget has the year in which the median passes it; already or later where it is none of these."""
    [row] = [line.split() for line in sheet_of(found).splitlines() if line.startswith("P50 passes")]
    data = json.loads(sheet_of(found, "json"))
    assert row[2:] == ["already", "2023", "later"]
    assert [each["year_p50_passes"] for each in data["affordable"]] == ["2022", "2023", None]
    assert data["year_p50_passes_budget"] == "2023"


def test_money_may_be_in_yuan() -> None:
    """In yuan costs, growth and budgets are those of the converted cost; JSON has the dollars as well."""
    plain = forecast(grown(), SETTINGS, 1, budgets=())
    found = forecast(grown("currency=CNY"), SETTINGS, 1, budget=1e9, budgets=())
    yuan, dollars = found.years[0].cost[50.0].value, found.years[0].dollars[50.0].value
    assert dollars == plain.years[0].cost[50.0].value and 6.2 < yuan / dollars < 7.3
    [bought] = found.affordable
    given = {"compute_scale": (bought.sizes[0].parameters / 280e9) ** 2} if bought.sizes[0] else {}
    scenario = grown("currency=CNY")
    machine = engine(scenario, SETTINGS, (*shown(scenario), STOCK))
    cost = machine.columns([f"{COST}_cny"], 1 << 12, given=given)
    assert np.quantile(cost[f"{COST}_cny"], 0.8) == pytest.approx(1e9, rel=0.01)
    record = json.loads(sheet_of(found, "json"))["years"][0]
    assert record["percentiles"]["50"]["value"] == dollars
    assert record["percentiles_cny"]["50"]["value"] == yuan
    assert (
        "total_cost, CNY" in sheet_of(found)
        and "¥1B" in sheet_of(found)
        and "p50_cny" in sheet_of(found, "csv")
    )


def test_a_scenario_that_does_not_grow_is_refused() -> None:
    """A scenario without the lever, or whose year or size is given, cannot be forecast."""
    with pytest.raises(InputError, match="there is no lever growth; load the scenario by load_growing"):
        forecast(load_scenario(GPT4), SETTINGS, 1)
    for given in ("compute_scale={uniform: {low: 1, high: 2}}", "compute_scale=2", "years_ahead=3"):
        with pytest.raises(InputError, match=f"{given.split('=')[0]} is given"):
            forecast(grown(given), SETTINGS, 1)


def test_the_command_says_what_was_laid_over_the_scenario() -> None:
    """A forecast of other values than the file's says so, and those of the forecast itself it does not."""
    words = ["forecast", GPT4, "--years", "1", "-n", "1024", "--set", "mfu=0.4", "--lever", "tax_credit"]
    done = CliRunner().invoke(main, [*words, "--currency", "CNY", "--budget", "1B"])
    assert done.exit_code == 0, done.output
    assert "set: mfu=0.4\n" in done.stdout and "levers: tax_credit\n" in done.stdout
    assert "Budget ¥1B" in done.stdout


@pytest.mark.parametrize("budget", [0.0, -5.0, float("nan"), float("inf")])
def test_what_is_no_budget_is_refused(budget: float) -> None:
    """A budget is an amount above 0."""
    with pytest.raises(InputError, match="is no budget"):
        forecast(grown(), SETTINGS, 1, budget=budget)


def test_years_have_room_for_their_labels(found: Forecast) -> None:
    """Of thirty years no more are labelled than fit beside each other."""
    years = tuple(replace(found.years[0], ahead=ahead) for ahead in range(31))
    figure = forecast_picture(replace(found, years=years), "A run")
    labels = [text.get_text() for text in figure.axes[0].get_xticklabels()]
    assert labels[:2] == ["2022", "2025"] and len(labels) == 11


def test_thirty_years_fit_a_terminal(found: Forecast) -> None:
    """However many years, they are rows, and no line of the report is wider than a terminal."""
    years = tuple(replace(found.years[0], ahead=ahead) for ahead in range(31))
    bought = tuple(replace(each, sizes=dict.fromkeys(range(31), each.sizes[0])) for each in found.affordable)
    for each in (found, replace(found, years=years, affordable=bought)):
        assert max(map(len, sheet_of(each).splitlines())) <= 80


def test_text_runs_out_when_half_the_draws_say_so() -> None:
    """The year in which text is used up is that of a chance above one half, for each book."""
    other = load_growing(GPT4, book=Path(GPT4).parent / "books/market-2025-03.yaml")
    found = forecast(grown(), SETTINGS, 6, budgets=(), others=(other,))
    assert runs_out(found, "seed-2025-06") == "2022"
    assert runs_out(found, "market-2025-03") in ("2026", "2027")


def test_plain_draws_need_not_fall_into_equal_parts() -> None:
    """Plain draws are rounded up to as many in each of the parts that tell errors."""
    found = forecast(grown(), Settings(draws=1001, sampler="random"), 1, budgets=())
    assert found.settings.draws == 1008


def test_text_that_lasts_is_not_said_to_run_out() -> None:
    """Text that is not used up in the years looked at is said to last, not to be used up in the last one."""
    found = forecast(grown("text_stock=1e18"), SETTINGS, 1, budgets=())
    words = " ".join(sheet_of(found).split())
    assert "lasts beyond 2023" in words and "used up" not in words


@pytest.mark.parametrize("given", ["training_flop=2e25", "accelerator_hours=57M", "compute_growth=2"])
def test_what_is_given_cannot_grow(given: str) -> None:
    """A forecast of given hours or arithmetic is refused: nothing would grow."""
    with pytest.raises(InputError, match="cannot grow"):
        forecast(grown(given), SETTINGS, 2)


@pytest.mark.parametrize("years", [0, -1, 31])
def test_years_out_of_reach_are_refused(years: int) -> None:
    """Years are 1 to 30."""
    with pytest.raises(InputError, match="look 1 to 30 years ahead"):
        forecast(grown(), SETTINGS, years)
