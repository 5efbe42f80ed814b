"""The cases of the two documents: they load, say whence they have what they say, come out sensible."""

from __future__ import annotations

from functools import cache
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from simulator import Scenario, load_scenario
from simulator.errors import InputError
from simulator.reports.report import render
from simulator.simulation import Settings, run
from simulator.summary import limits, summarised

CONFIGS = Path(__file__).parents[1] / "configs"
CASES = sorted((CONFIGS / "cases").glob("*.yaml"))
IN_YUAN = {"ernie-2023", "own-datacentre-cn", "small-firm-tuning"}


def case(name: str, *settings: str) -> Scenario:
    """A case by its name."""
    return load_scenario(CONFIGS / "cases" / f"{name}.yaml", settings=settings)


@cache
def drawn(name: str, draws: int = 400) -> dict[str, np.ndarray]:
    """Every quantity of a case in some plain-Python draws, (draws,) each."""
    scenario, random = case(name), np.random.default_rng(1)
    inputs = {key: prior.distribution.ppf(random.random(draws)) for key, prior in scenario.priors.items()}
    found = [scenario.model.evaluate({k: float(v[i]) for k, v in inputs.items()}) for i in range(draws)]
    return {key: np.array([each[key] for each in found]) for key in found[0]}


def at_medians(name: str, *settings: str) -> dict[str, float]:
    """Every quantity of a case with each input at its median."""
    scenario = case(name, *settings)
    return dict(scenario.model.evaluate(scenario.medians))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_case_loads_with_nothing_to_remark(path: Path) -> None:
    """Nothing given is ignored or noted, and the text says what is guessed and why which book is taken."""
    scenario = load_scenario(path)
    assert scenario.notes == () and scenario.ignored == ()
    assert "guess" in scenario.description.lower()
    assert f"{scenario.book.split('-')[0].capitalize()} book:" in scenario.description


@pytest.mark.parametrize("procurement", ["own", "rent", "buy"])
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_case_loads_with_every_book(path: Path, procurement: str) -> None:
    """Claims are judged by the market's priors, and hardware can be procured each way."""
    for name in ("market-2025-03", "seed-2025-06"):
        book = CONFIGS / "books" / f"{name}.yaml"
        scenario = load_scenario(path, book=book, settings=[f"plan.procurement={procurement}"])
        assert set(scenario.priors) == set(scenario.model.inputs)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_published_figures_and_own_priors_have_their_sources(path: Path) -> None:
    """Each case has figures to be read against, with label, source and date; so has each own prior."""
    scenario = load_scenario(path)
    assert scenario.published
    assert all(figure.label and figure.source and figure.as_of for figure in scenario.published)
    own = [prior for prior in scenario.priors.values() if prior.origin == "scenario"]
    assert all(prior.source and prior.as_of for prior in own)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_cases_in_yuan_speak_yuan(path: Path) -> None:
    """The Chinese cases count in CNY, the others in dollars; each yuan is a dollar times that draw's rate."""
    scenario, found = load_scenario(path), drawn(path.stem, 20 if path.stem not in IN_YUAN else 400)
    assert (scenario.currency == "CNY") == (path.stem in IN_YUAN) == ("total_cost_cny" in found)
    if scenario.currency:
        assert np.array_equal(found["total_cost_cny"], found["total_cost"] * found["cny_per_usd"])
        assert 6.7 < np.median(found["cny_per_usd"]) < 7.25


def test_a_report_in_yuan_has_the_figures_in_yuan() -> None:
    """Tables and what was said in yuan stand in one report; in dollars the latter is left out."""
    scenario = case("own-datacentre-cn")
    done = run(scenario, Settings(draws=512, seed=1), limits=limits(scenario, None))
    text = render([summarised(done)], "table")
    assert "Programme, CNY" in text and "P(acquisition_cost_cny ≤ ¥100M):" in text
    assert max(map(len, text.splitlines())) <= 80
    assert case("own-datacentre-cn", "currency=USD").published == ()
    assert case("own-datacentre-cn", "hardware_cost=7e6").published == ()


def test_what_is_no_money_has_no_yuan(tmp_path: Path) -> None:
    """A figure of a quantity that is no sum of money, in yuan, is a complaint."""
    text = (CONFIGS / "cases/ernie-2023.yaml").read_text().replace("../books", str(CONFIGS / "books"))
    path = tmp_path / "case.yaml"
    path.write_text(text.replace("quantity: total_cost_cny", "quantity: energy_cny"))
    with pytest.raises(InputError, match="energy_cny is no name of the model"):
        load_scenario(path)


def test_bert_takes_some_thousand_hours_and_dollars() -> None:
    """Tokens by hand, hours and rent within a factor of two of the published, 300,000 USD is no scope's."""
    tokens = 256 * 1e6 * (0.9 * 128 + 0.1 * 512)
    found = at_medians("bert-2018")
    assert case("bert-2018").priors["tokens"].distribution.ppf(0.5) == pytest.approx(tokens, rel=1e-3)
    assert found["training_flop"] == pytest.approx(6 * 340e6 * tokens, rel=0.05)
    assert 0.5 < found["accelerator_hours"] / (64 * 4 * 24) < 2
    assert 0.5 < found["rental_cost"] / (64 * 4 * 24 * 4.5 / 4) < 2
    assert np.percentile(drawn("bert-2018")["final_run_cost"], 95) < 300e3 < found["total_cost"]


def test_the_documents_gpt3_does_not_fit_together() -> None:
    """Published hours and power give the energy; their cards for three weeks are four times the hours."""
    found = at_medians("gpt3", "accelerator_hours=3.552M", "accelerator_power=330", "pue=1.1")
    assert found["energy"] == pytest.approx(1287, rel=0.005)
    weeks = drawn("gpt3")
    assert 30_000 * 21 * 24 > 4 * 3.552e6
    assert np.percentile(weeks["training_days"], 95) < 21
    assert np.percentile(weeks["rental_cost"], 5) < 5e6 < np.percentile(weeks["rental_cost"], 95)


def test_chatgpts_seven_million_of_labels_are_high() -> None:
    """By the predecessor's counts at 2-5 USD the labels cost less, and are a smaller share of the whole."""
    found = drawn("chatgpt-rlhf")
    assert np.percentile(found["label_cost"], 95) < 7e6
    assert np.median(found["label_cost"] / found["total_cost"]) < 0.12
    assert np.percentile(found["total_cost"], 5) < 7e6 / 0.15 < np.percentile(found["total_cost"], 95)


def test_gpt4s_energy_as_said_cannot_be() -> None:
    """850 MWh over the 57 million hours are 15 W an accelerator, which is refused."""
    with pytest.raises(InputError, match=r"below the 50 W"):
        case("gpt4", "accelerator_hours=57M", "energy=850")
    assert np.percentile(drawn("gpt4")["energy"], 5) > 1000


def test_ernies_programme_is_hundreds_of_millions_of_yuan() -> None:
    """One generation costs less than a year's billion for all models, yet not by orders of magnitude."""
    found = drawn("ernie-2023")["total_cost_cny"]
    assert 150e6 < np.median(found) < 700e6
    assert np.percentile(found, 80) < 1e9 < 30 * np.median(found)


def test_llama_2_without_its_tuning() -> None:
    """No labels and no tuning are paid for; published hours lie within the middle 90%."""
    found = drawn("llama2-70b")
    assert not found["label_cost"].any() and not found["post_training_cost"].any()
    low, high = np.percentile(found["accelerator_hours"], (5, 95))
    assert low < 1_720_320 < high < 2 * low


def test_a_hundred_billion_parameters_cost_what_is_said_for_one_run() -> None:
    """20 tokens a parameter on rented H100 are within 2 to 12 million USD; the programme is beyond."""
    found = at_medians("dense-100b")
    assert found["tokens"] == 20 * found["active_parameters"]
    assert 2e6 < found["final_run_cost"] < 12e6 < found["total_cost"]


def test_the_first_purchase_is_tens_of_millions_of_yuan() -> None:
    """256 cards at the middle price, in servers, in their network: by hand."""
    found = at_medians("own-datacentre-cn")
    in_server = sqrt(11e3 * 23e3) * sqrt(1.3 * 2.1)
    by_hand = 256 * in_server / (1 - found["interconnect_share"]) * found["cny_per_usd"]
    assert found["acquisition_cost_cny"] == pytest.approx(by_hand, rel=0.01)
    assert found["final_run_cost"] > found["acquisition_cost"]
    low, high = np.percentile(drawn("own-datacentre-cn")["acquisition_cost_cny"], (5, 95))
    assert 10e6 < low < high < 100e6


def test_a_small_firm_pays_people_and_licence_not_machines() -> None:
    """The licence is a component of its own; open weights save it with the compliance that rests on it."""
    bought, open_weights = (
        at_medians("small-firm-tuning"),
        at_medians("small-firm-tuning", "base_model_price=0"),
    )
    share = bought["compliance_share"]
    saved = bought["base_model_cost"] / (1 - share)
    assert bought["total_cost"] - open_weights["total_cost"] == pytest.approx(saved, rel=1e-9)
    machines = bought["final_run_cost"] + bought["experiment_cost"]
    assert machines < 0.05 * bought["total_cost"]
    assert bought["base_model_cost"] == pytest.approx(sqrt(20e3 * 300e3), rel=1e-6)
