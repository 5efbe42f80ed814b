"""Levers: cards, switches, exclusions, and what they save."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from simulator import load_scenario, units
from simulator.assembly import assembled
from simulator.cards import ANOTHER, card, excluded, lever_formulas, read_card
from simulator.errors import InputError, ModelError
from simulator.extensions import lever, lever_names
from simulator.model import formulas_of
from simulator.reports.levers import levers_sheet
from simulator.savings.playing import RANKED, Playing, at_play
from simulator.savings.ranking import rank
from simulator.simulation import Settings, engine
from simulator.summary import warnings
from simulator.switches import switch_of

ROOT = Path(__file__).parents[1]
GPT4 = str(ROOT / "configs/gpt4-class.yaml")
LEVERS = [name for name in lever_names() if card(name).kind in RANKED]
SETTINGS = Settings(draws=4096, seed=3)
KEYS = {"Kind", "Excludes", "Extends", "Quality", "Assumes"}  # of a card


@pytest.fixture(scope="module")
def playing() -> Playing:
    """The default scenario with every lever in play."""
    return at_play(GPT4, load_scenario(GPT4))


def test_every_lever_can_be_played(playing: Playing) -> None:
    """The books hold a prior for every effect of every lever."""
    assert list(playing.names) == LEVERS
    assert not playing.left_out


@pytest.mark.parametrize("name", LEVERS)
def test_a_switch_says_what_the_lever_says(name: str, playing: Playing) -> None:
    """At the medians a lever switched on gives, to the last bit, what the model with it alone gives."""
    alone = load_scenario(GPT4, levers=(name,))
    on = {**playing.scenario.medians, switch_of(name): 1.0}
    assert (
        playing.scenario.model.evaluate(on)["total_cost"] == alone.model.evaluate(alone.medians)["total_cost"]
    )


def test_with_all_switches_off_nothing_has_changed(playing: Playing) -> None:
    """Draws with every lever off are those of the scenario without levers, to the last bit."""
    without = engine(load_scenario(GPT4), SETTINGS).columns(["total_cost"], 4096)["total_cost"]
    off = engine(playing.scenario, SETTINGS).columns(["total_cost"], 4096)["total_cost"]
    assert np.array_equal(without, off)


def test_a_saving_is_the_difference_of_two_runs(playing: Playing) -> None:
    """What the ranking says of a lever is what two runs with and without it say."""
    found = rank(playing.scenario, ("staged_training", "tax_credit"), SETTINGS)
    base, new = (
        engine(load_scenario(GPT4, levers=levers), SETTINGS).columns(["total_cost"], 4096)["total_cost"]
        for levers in ((), ("staged_training",))
    )
    staged = next(each for each in found.levers if each.levers == ("staged_training",))
    fall = np.quantile(base, 0.5, method="inverted_cdf") - np.quantile(new, 0.5, method="inverted_cdf")
    assert staged.saving[50.0].value == fall
    assert staged.of_saving.value == np.quantile(base - new, 0.9, method="inverted_cdf")
    assert staged.saves.value == np.mean(base > new)


def test_interactions_are_what_is_left_of_the_sum(playing: Playing) -> None:
    """A portfolio's saving is the sum of its levers' own and the interaction."""
    found = rank(playing.scenario, ("staged_training", "tax_credit"), SETTINGS)
    (both,) = found.portfolios
    alone = sum(each.saving[50.0].value for each in found.levers)
    assert both.interaction and both.saving[50.0].value == pytest.approx(alone + both.interaction.value)


def test_errors_are_the_spread_over_seeds(playing: Playing) -> None:
    """The standard errors of a saving agree with how far it varies from seed to seed."""
    found = [
        rank(playing.scenario, ("staged_training",), Settings(draws=2048, seed=seed), largest=1).levers[0]
        for seed in range(1, 31)
    ]
    for level in (50.0, 90.0):
        told = np.sqrt(np.mean([each.saving[level].se ** 2 for each in found]))
        assert 0.6 < told / np.std([each.saving[level].value for each in found], ddof=1) < 1.7


SOME = ("distillation", "pooled_training", "multimodal_sharing", "antitrust", "staged_grants", "sandbox")


def test_the_first_portfolios_are_the_best_of_all(playing: Playing) -> None:
    """No other pair or three of some levers that keeps the quality, or loses some, saves more."""
    machine = engine(playing.scenario, SETTINGS)

    def median(levers: tuple[str, ...]) -> float:
        given = {switch_of(name): 1.0 for name in levers}
        return float(np.median(machine.columns(["total_cost"], 4096, given=given)["total_cost"]))

    possible = [
        chosen
        for size in (2, 3)
        for chosen in combinations(SOME, size)
        if not any(excluded(card(one), card(other)) for one, other in combinations(chosen, 2))
    ]
    portfolios = rank(playing.scenario, SOME, SETTINGS).portfolios
    for loses in (False, True):
        found = [frozenset(p.levers) for p in portfolios if ("distillation" in p.levers) is loses]
        best = min((chosen for chosen in possible if ("distillation" in chosen) is loses), key=median)
        assert found[0] == frozenset(best)
        assert all(len(one - other) > 1 for place, one in enumerate(found) for other in found[:place])


def test_another_model_is_in_no_portfolio(playing: Playing) -> None:
    """Levers that buy another model than the planned one have a table of their own and no portfolio."""
    names = ("lora", "antitrust", "tax_credit")
    found = rank(playing.scenario, names, SETTINGS)
    assert [set(each.levers) for each in found.portfolios] == [{"antitrust", "tax_credit"}]
    text = levers_sheet(found, {"scenario": "x", "book": "y"}).text("table")
    lora, heads = text.index("\nlora"), [text.index(f"\n{head} ") for head in ("lever", "another model")]
    assert heads[0] < heads[1] < lora
    assert max(map(len, text.splitlines())) <= 80


def test_a_lever_on_what_is_given_is_left_out() -> None:
    """A lever that would change what is given is left out, not ranked by the rest of its effect."""
    given, names = ("accelerator_hours=30M",), ("moe", "lora", "distillation", "small_model")
    scenario = load_scenario(GPT4, in_play=(*names, "tax_credit"), settings=given)
    ranked = rank(scenario, (*names, "tax_credit"), SETTINGS)
    assert ranked.left_out == dict.fromkeys(
        names, "accelerator_hours, which the scenario gives, would change"
    )
    assert [each.levers for each in ranked.levers] == [("tax_credit",)]


@pytest.mark.parametrize(
    ("levers", "settings", "said"),
    [
        (["lora"], ["accelerator_hours=3M"],
         ["lever lora changes nothing of accelerator_hours, which the scenario gives"]),
        (["moe"], ["accelerator_hours=30M"],
         ["lever moe changes nothing of accelerator_hours, which the scenario gives",
          "lever moe changes nothing, as moe_active_share is 1"]),
        (["moe", "tax_credit"], [],
         ["lever moe changes nothing, as moe_active_share is 1 and moe_mfu_share is 1"]),
        (["spot"], [], ["lever spot changes nothing, as procurement is own"]),
        (["spot"], ["plan.procurement=rent"], []),
        ([], ["tax_credit_share=0.2"],
         ["tax_credit_share is given in vain, as no lever is applied that uses it (tax_credit)"]),
        (["tax_credit"], ["tax_credit=-5M"],
         ["lever tax_credit changes nothing of tax_credit, which the scenario gives"]),
        (["straight_line_depreciation", "growth"], ["years_ahead=0", "useful_life=5"], []),
    ],
)  # fmt: skip
def test_a_lever_that_cannot_act_is_said(levers: list[str], settings: list[str], said: list[str]) -> None:
    """A lever that changes nothing, or nothing of what is given, does not pass in silence."""
    assert list(load_scenario(GPT4, levers=levers, settings=settings).idle) == said


def test_a_report_says_of_a_lever_that_cannot_act() -> None:
    """The warnings of a run, which are in its table, its JSON and its stored summary, hold the sentence."""
    run: Any = SimpleNamespace(
        scenario=load_scenario(GPT4, levers=["spot"]),
        summaries=defaultdict(lambda: SimpleNamespace(largest_share=0.0)),
    )
    assert warnings(run) == ["lever spot changes nothing, as procurement is own"]


def test_a_users_lever_that_changes_nothing_is_said(tmp_path: Path) -> None:
    """A user's file is told apart by its path, whatever letters are in its name."""
    path = tmp_path / "no effect.py"
    path.write_text(
        "from simulator.units import Share\n\n\ndef mfu(mfu: Share) -> Share:\n"
        '    """As it was."""\n    return mfu * 1.0\n'
    )
    assert load_scenario(GPT4, levers=[str(path)]).idle == (f"lever {path} changes nothing",)


def test_a_mixture_is_not_made_one_again(playing: Playing) -> None:
    """GPT-4-class is planned as a mixture of experts, so that the lever saves nothing; of GPT-3 it does."""
    found = rank(playing.scenario, ("moe",), SETTINGS)
    assert found.left_out == {"moe": "no draw changes, as moe_active_share is 1 and moe_mfu_share is 1"}
    dense = str(ROOT / "configs/gpt3-175b.yaml")
    costs = [load_scenario(dense, levers=levers) for levers in ((), ("moe",))]
    before, after = (each.model.evaluate(each.medians)["total_cost"] for each in costs)
    assert after < before


def test_draws_need_not_fall_into_equal_parts(playing: Playing) -> None:
    """Plain draws are rounded up to as many in each part."""
    found = rank(playing.scenario, ("sandbox",), Settings(draws=1001, sampler="random"))
    assert found.settings.draws == 1008


def test_energy_is_no_money(playing: Playing) -> None:
    """Another quantity than money is printed in its own unit."""
    found = rank(playing.scenario, ("staged_training",), SETTINGS, "energy")
    text = levers_sheet(found, {"scenario": "x", "book": "y"}).text("table")
    assert "$" not in text and "MWh" in text


def test_each_lever_of_a_portfolio_adds_to_it(playing: Playing) -> None:
    """A portfolio that saves no more than a part of it is none."""
    names = ("distillation", "antitrust", "data_alliance", "synthetic_data")
    for each in rank(playing.scenario, names, SETTINGS, top=20).portfolios:
        parts = [load_scenario(GPT4, levers=set(each.levers) - {left}) for left in each.levers]
        whole = load_scenario(GPT4, levers=each.levers)
        costs = [s.model.evaluate(s.medians)["total_cost"] for s in (whole, *parts)]
        assert costs[0] < min(costs[1:])


def test_what_changes_no_draw_is_left_out(playing: Playing) -> None:
    """Spot capacity saves nothing where accelerators are owned, for certain, not by chance."""
    found = rank(playing.scenario, ("spot", "sandbox"), SETTINGS)
    assert [each.levers for each in found.levers] == [("sandbox",)]
    assert found.left_out == {"spot": "no draw changes, as procurement is own"}


def test_an_applied_lever_is_left_out_as_such() -> None:
    """A lever that is applied throughout is not said to be named twice."""
    found = at_play(GPT4, load_scenario(GPT4, levers=("moe",)), levers=("moe",))
    assert found.left_out["moe"] == "applied throughout"


def test_only_some_levers_are_explained(playing: Playing) -> None:
    """What is lost and presumed is told of the levers that were asked for, else where it is told."""
    found, about = rank(playing.scenario, ("distillation",), SETTINGS), {"scenario": "x", "book": "y"}
    assert "assumes that a teacher" in levers_sheet(found, about, ["distillation"]).text("table")
    text = levers_sheet(found, about).text("table")
    assert "--only NAME" in text and "5% lost" in text and "teacher" not in text


def test_money_is_ranked_in_its_currency() -> None:
    """Sums are those in the scenario's or the asked currency; what is no money, and dollars, stay."""
    yuan, dollars = (load_scenario(GPT4, settings=given) for given in (["currency=CNY"], []))
    asked = ("total_cost", "total_cost_cny", "energy")
    assert [yuan.own_name(name) for name in asked] == ["total_cost_cny", "total_cost_cny", "energy"]
    assert dollars.own_name("total_cost") == "total_cost"


def test_only_what_is_a_lever_is_ranked() -> None:
    """A name that is no lever, or one of another kind, is one complaint each with what may be meant."""
    with pytest.raises(InputError, match="no lever distilation to rank; Did you mean distillation"):
        at_play(GPT4, load_scenario(GPT4), only=("distilation",))
    with pytest.raises(InputError, match="no lever growth to rank; there are"):
        at_play(GPT4, load_scenario(GPT4), only=("growth",))


def test_every_figure_has_its_error(playing: Playing) -> None:
    """The data of a lever hold the standard error of each figure, and of a chance its interval."""
    found = rank(playing.scenario, ("antitrust",), SETTINGS)
    (record,) = levers_sheet(found, {"scenario": "x", "book": "y"}).data["levers"]
    assert record["p90_of_saving_se"] > 0.0
    assert record["p_saves"] == 1.0 and record["p_saves_ci95"][0] < 1.0


def test_order_does_not_matter(playing: Playing) -> None:
    """Two levers that may be combined give the same cost in either order."""
    values = playing.scenario.medians
    for one, other in combinations(LEVERS, 2):
        if not excluded(card(one), card(other)):
            models = [assembled((), pair) for pair in ((one, other), (other, one))]
            costs = [model.evaluate(values)["total_cost"] for model in models]
            assert costs[0] == pytest.approx(costs[1], rel=1e-12), (one, other)


@pytest.mark.parametrize("name", lever_names())
def test_cards_are_whole(name: str) -> None:
    """Every lever has a title, a kind, formulas with meanings, and excludes only levers that exist."""
    found, text = card(name), lever(name).__doc__ or ""
    assert set(re.findall(r"^([A-Z]\w+):", text, re.MULTILINE)) <= KEYS, "a key is misspelled"
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
    with pytest.raises(ModelError, match="has no line Kind: WORD, one of engineering, policy"):
        read_card("units", units)


def test_a_lever_named_twice_is_refused() -> None:
    """The same lever twice would act twice."""
    with pytest.raises(InputError, match="moe is named twice"):
        load_scenario(GPT4, levers=("moe", "moe"))


def test_levers_of_one_name_are_refused(tmp_path: Path) -> None:
    """Of two files of one name, or a file that is called as a shipped lever, one would hide the other."""
    ours, theirs = (tmp_path / folder / "moe.py" for folder in ("ours", "theirs"))
    for path in (ours, theirs):
        path.parent.mkdir()
        path.write_text(
            "from simulator.units import Share\n\n\ndef mfu(mfu: Share) -> Share:\n"
            '    """Half."""\n    return mfu * 0.5\n'
        )
    for other in (str(theirs), "moe"):
        with pytest.raises(InputError, match=f"{ours} and {other} would have one name, moe: rename a file"):
            load_scenario(GPT4, levers=(str(ours), other))
    with pytest.raises(InputError, match=f"lever {ours} is named twice"):
        load_scenario(GPT4, levers=(str(ours), str(ours)))


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
