"""Levers: cards, switches, exclusions, and what they save."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from simulator import load_scenario
from simulator.assembly import assembled
from simulator.cards import card, excluded, read_card
from simulator.errors import InputError, ModelError
from simulator.extensions import lever, lever_names
from simulator.model import formulas_of
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


def test_a_lever_on_what_is_given_is_left_out() -> None:
    """A lever that acts on what a given quantity made superfluous can do nothing, and the ranking says so."""
    given = ("accelerator_hours=30M",)
    scenario = load_scenario(GPT4, in_play=("moe", "tax_credit"), settings=given)
    ranked = rank(scenario, ("moe", "tax_credit"), SETTINGS)
    assert ranked.left_out == {"moe": "total_cost does not hang on what it changes"}


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
