"""Money in another currency: at the exchange rate of each draw, beside the dollars."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulator import load_scenario
from simulator.currency import in_currency
from simulator.errors import InputError
from simulator.model import build, shipped_formulas
from simulator.reports.report import render
from simulator.results import load
from simulator.running import run_and_store
from simulator.scenario.resolved import resolved
from simulator.simulation import Settings, engine, run
from simulator.summary import summarised

GPT4 = str(Path(__file__).parents[1] / "configs/gpt4-class.yaml")
SETTINGS = Settings(draws=2048, seed=1)
YUAN = ("currency=CNY",)


def test_every_sum_of_money_is_converted_draw_by_draw() -> None:
    """In each draw the sum in yuan is the sum in dollars times the rate of that draw."""
    found = engine(load_scenario(GPT4, settings=YUAN), SETTINGS).columns(
        ["total_cost", "cny_per_usd", "total_cost_cny", "energy_cost", "energy_cost_cny"], 2048
    )
    assert np.array_equal(found["total_cost_cny"], found["total_cost"] * found["cny_per_usd"])
    assert np.array_equal(found["energy_cost_cny"], found["energy_cost"] * found["cny_per_usd"])
    assert 6.2 < np.median(found["cny_per_usd"]) < 7.3


def test_dollars_stay_as_they_are() -> None:
    """A second currency changes no draw of any sum in dollars, nor the components."""
    plain, yuan = load_scenario(GPT4), load_scenario(GPT4, settings=YUAN)
    first, second = (engine(s, SETTINGS).columns(["total_cost"], 2048)["total_cost"] for s in (plain, yuan))
    assert np.array_equal(first, second)
    assert plain.model.components == yuan.model.components


def test_all_money_is_converted_and_nothing_else() -> None:
    """Each quantity in dollars has its double, prices and hours have none."""
    model = in_currency(build(shipped_formulas()), "CNY")
    doubles = {name for name in model.formulas if name.endswith("_cny")}
    money = {name for name in build(shipped_formulas()).formulas if model.units[name].symbol == "USD"}
    assert doubles == {f"{name}_cny" for name in money}
    assert {model.units[name].symbol for name in doubles} == {"CNY"}


def test_given_money_is_converted_too() -> None:
    """A sum that the scenario gives in dollars has its double."""
    scenario = load_scenario(GPT4, settings=(*YUAN, "hardware_cost=1e8", "plan.year=2024"))
    assert "hardware_cost_cny" in scenario.model.formulas


def test_a_report_shows_yuan_and_json_both() -> None:
    """Tables and headlines are in yuan under the usual names; the data holds both."""
    found = summarised(run(load_scenario(GPT4, settings=YUAN), SETTINGS, keep=100))
    text = render([found], "table")
    assert "Programme, CNY" in text and "Programme: P50 ¥" in text and "for a dollar" in text
    assert found["quantities"]["total_cost"]["unit"] == "USD"
    assert found["quantities"]["total_cost_cny"]["unit"] == "CNY"
    ratio = found["contingency_cny"]["value"] / found["contingency"]["value"]
    assert 6.2 < ratio < 7.3


def test_a_stored_run_keeps_its_currency(tmp_path: Path) -> None:
    """The scenario written out whole says its currency, and runs again to the same identity."""
    scenario = load_scenario(GPT4, settings=YUAN)
    summary = run_and_store(scenario, SETTINGS, tmp_path)
    again = load_scenario(load(Path(summary["run"])).scenario)
    assert again.currency == "CNY" and "currency: CNY" in resolved(again)


def test_an_unknown_currency_is_refused() -> None:
    """Another currency is a complaint that lists those there are."""
    with pytest.raises(InputError, match="currency is EUR; write USD or CNY"):
        load_scenario(GPT4, settings=("currency=EUR",))


def test_a_year_without_a_rate_is_refused() -> None:
    """No neighbour's rate stands in for that of a year which the book lacks."""
    with pytest.raises(InputError, match="cny_per_usd has no entry for year 1999"):
        load_scenario(GPT4, settings=(*YUAN, "plan.year=1999"))
