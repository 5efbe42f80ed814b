"""Levers: cards, switches, exclusions, and what they save."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from simulator import load_scenario
from simulator.assembly import assembled
from simulator.cards import ANOTHER, card, excluded, lever_formulas, read_card
from simulator.errors import InputError, ModelError
from simulator.extensions import lever, lever_names
from simulator.model import formulas_of
from simulator.reports.levers import levers_sheet
from simulator.savings.playing import KINDS, at_play
from simulator.savings.ranking import rank
from simulator.simulation import Settings, engine
from simulator.switches import switch_of

ROOT = Path(__file__).parents[1]
GPT4 = str(ROOT / "configs/gpt4-class.yaml")
LEVERS = [name for name in lever_names() if card(name).kind in KINDS]
SETTINGS = Settings(draws=4096, seed=3)


def medians(scenario) -> dict[str, float]:  # type: ignore[no-untyped-def]
    return {name: float(prior.distribution.ppf(0.5)) for name, prior in scenario.priors.items()}


@pytest.fixture(scope="module")
def playing():  # type: ignore[no-untyped-def]
    """The default scenario with every lever in play."""
    return at_play(GPT4, load_scenario(GPT4))


def test_every_lever_can_be_played(playing) -> None:  # type: ignore[no-untyped-def]
    """The books hold a prior for every effect of every lever."""
    assert list(playing.names) == LEVERS
    assert not playing.left_out


@pytest.mark.parametrize("name", LEVERS)
def test_a_switch_says_what_the_lever_says(name: str, playing) -> None:  # type: ignore[no-untyped-def]
    """At the medians a lever switched on gives, to the last bit, what the model with it alone gives."""
    alone = load_scenario(GPT4, levers=(name,))
    on = {**medians(playing.scenario), switch_of(name): 1.0}
    assert (
        playing.scenario.model.evaluate(on)["total_cost"]
        == alone.model.evaluate(medians(alone))["total_cost"]
    )


def test_with_all_switches_off_nothing_has_changed(playing) -> None:  # type: ignore[no-untyped-def]
    """Draws with every lever off are those of the scenario without levers, to the last bit."""
    without = engine(load_scenario(GPT4), SETTINGS).columns(["total_cost"], 4096)["total_cost"]
    off = engine(playing.scenario, SETTINGS).columns(["total_cost"], 4096)["total_cost"]
    assert np.array_equal(without, off)


def test_a_saving_is_the_difference_of_two_runs(playing) -> None:  # type: ignore[no-untyped-def]
    """What the ranking says of a lever is what two runs with and without it say."""
    found = rank(playing.scenario, ("moe", "tax_credit"), SETTINGS)
    base, new = (
        engine(load_scenario(GPT4, levers=levers), SETTINGS).columns(["total_cost"], 4096)["total_cost"]
        for levers in ((), ("moe",))
    )
    moe = next(each for each in found.levers if each.levers == ("moe",))
    fall = np.quantile(base, 0.5, method="inverted_cdf") - np.quantile(new, 0.5, method="inverted_cdf")
    assert moe.saving[50.0].value == fall
    assert moe.of_saving.value == np.quantile(base - new, 0.9, method="inverted_cdf")
    assert moe.saves.value == np.mean(base > new)


def test_interactions_are_what_is_left_of_the_sum(playing) -> None:  # type: ignore[no-untyped-def]
    """A portfolio's saving is the sum of its levers' own and the interaction."""
    found = rank(playing.scenario, ("moe", "tax_credit"), SETTINGS)
    (both,) = found.portfolios
    alone = sum(each.saving[50.0].value for each in found.levers)
    assert both.interaction and both.saving[50.0].value == pytest.approx(alone + both.interaction.value)


@pytest.mark.parametrize("name", ["moe", "lora", "distillation", "small_model"])
def test_a_lever_on_what_is_given_is_left_out(name: str) -> None:
    """A lever that would change what is given is left out, not ranked by the rest of its effect."""
    given, names = ("accelerator_hours=30M",), (name, "tax_credit")
    scenario = load_scenario(GPT4, in_play=names, settings=given)
    ranked = rank(scenario, names, SETTINGS)
    assert ranked.left_out == {name: "it would change accelerator_hours, which the scenario gives"}


def test_draws_need_not_fall_into_equal_parts(playing) -> None:  # type: ignore[no-untyped-def]
    """Plain draws are rounded up to as many in each part."""
    found = rank(playing.scenario, ("moe",), Settings(draws=1001, sampler="random"))
    assert found.settings.draws == 1008


def test_energy_is_no_money(playing) -> None:  # type: ignore[no-untyped-def]
    """Another quantity than money is printed in its own unit."""
    found = rank(playing.scenario, ("moe",), SETTINGS, "energy")
    text = levers_sheet(found, {"scenario": "x", "book": "y"}).text("table")
    assert "$" not in text and "MWh" in text


def test_each_lever_of_a_portfolio_adds_to_it(playing) -> None:  # type: ignore[no-untyped-def]
    """A portfolio that saves no more than a part of it, as with the open model and partners, is none."""
    found = rank(playing.scenario, ("lora", "international_sharing", "antitrust"), SETTINGS)
    good = {frozenset(each.levers) for each in found.portfolios}
    assert good == {frozenset({"lora", "antitrust"}), frozenset({"international_sharing", "antitrust"})}


def test_what_changes_no_draw_is_left_out(playing) -> None:  # type: ignore[no-untyped-def]
    """Spot capacity saves nothing where accelerators are owned, for certain, not by chance."""
    found = rank(playing.scenario, ("spot", "moe"), SETTINGS)
    assert [each.levers for each in found.levers] == [("moe",)]
    assert found.left_out == {"spot": "it changes total_cost in no draw"}


def test_an_applied_lever_is_left_out_as_such() -> None:
    """A lever that is applied throughout is not said to be named twice."""
    found = at_play(GPT4, load_scenario(GPT4, levers=("moe",)), levers=("moe",))
    assert found.left_out["moe"] == "it is applied throughout"


def test_every_figure_has_its_error(playing) -> None:  # type: ignore[no-untyped-def]
    """The data of a lever hold the standard error of each figure, and of a chance its interval."""
    found = rank(playing.scenario, ("antitrust",), SETTINGS)
    (record,) = levers_sheet(found, {"scenario": "x", "book": "y"}).data["levers"]
    assert record["p90_of_saving_se"] > 0.0
    assert record["p_saves"] == 1.0 and record["p_saves_ci95"][0] < 1.0


def test_order_does_not_matter() -> None:
    """Two levers that may be combined give the same cost in either order."""
    for one, other in combinations(LEVERS, 2):
        if not excluded(card(one), card(other)):
            first, second = (load_scenario(GPT4, levers=pair) for pair in ((one, other), (other, one)))
            costs = [each.model.evaluate(medians(each))["total_cost"] for each in (first, second)]
            assert costs[0] == pytest.approx(costs[1], rel=1e-12), (one, other)


@pytest.mark.parametrize("name", lever_names())
def test_cards_are_whole(name: str) -> None:
    """Every lever has a title, a kind, formulas with meanings, and excludes only levers that exist."""
    found = card(name)
    assert found.title and found.kind
    assert set(found.excludes) <= set(lever_names())
    assert all(formula.meaning for formula in formulas_of(lever(name)))


@pytest.mark.parametrize("pair", [
    ("lora", "qlora"), ("qlora", "tpu"), ("lora", "training_alliance"), ("qlora", "international_sharing"),
    ("reuse_weights", "distillation"), ("model_library", "moe"), ("spot", "reserved"), ("tpu", "antitrust"),
    ("multimodal_sharing", "international_sharing"), ("multimodal_sharing", "training_alliance"),
    ("pooled_training", "training_alliance"), ("pooled_training", "international_sharing"),
])  # fmt: skip
def test_what_would_count_twice_is_refused(pair: tuple[str, str]) -> None:
    """Levers that divide one bill, replace one thing, or have nothing to act on in each other's plan."""
    one, other = map(card, pair)
    assert excluded(one, other) and excluded(other, one)
    with pytest.raises(InputError, match="exclude each other"):
        load_scenario(GPT4, levers=pair)


def test_a_lever_that_extends_another_has_its_formulas_and_exclusions() -> None:
    """QLoRA is LoRA but for what coarser weights change; it excludes LoRA and what LoRA excludes."""
    own, lora, qlora = (
        {formula.name: formula.where for formula in found}
        for found in (formulas_of(lever("qlora")), lever_formulas("lora"), lever_formulas("qlora"))
    )
    assert qlora == lora | own and "tokens" not in own
    assert {*card("lora").excludes, "lora"} < set(card("qlora").excludes)


def test_what_buys_another_model_says_so() -> None:
    """Levers that do not buy the planned model cheaper are told apart; distillation loses 5%."""
    assert [name for name in LEVERS if card(name).quality == ANOTHER] == [
        "lora", "model_library", "qlora", "reuse_weights", "small_model",
    ]  # fmt: skip
    assert card("distillation").quality == "5% lost"


def test_a_card_without_kind_is_refused() -> None:
    """A module that does not say of which kind its lever is raises an error that lists the kinds."""
    with pytest.raises(ModelError, match="says no Kind: engineering, policy"):
        read_card("units", __import__("simulator.units", fromlist=["units"]))


def test_a_lever_named_twice_is_refused() -> None:
    """The same lever twice would act twice."""
    with pytest.raises(InputError, match="moe is named twice"):
        load_scenario(GPT4, levers=("moe", "moe"))


def test_whoever_reads_a_wrapped_input_reads_it_wrapped(tmp_path: Path) -> None:
    """A lever that reads an input which another one wraps reads the wrapped value, in any order."""
    reader = tmp_path / "reader.py"
    reader.write_text(
        "from simulator.units import Component, Parameters\n\n\n"
        "def size_fee(active_parameters: Parameters) -> Component:\n"
        '    """A fee for size."""\n    return active_parameters / 1e9\n'
    )
    for applied in (["moe", str(reader)], [str(reader), "moe"]):
        model = assembled([], applied)
        assert "active_parameters" not in model.formulas["size_fee"].arguments
