"""Policy levers: each does what its card says, and none pays twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import load_scenario

CONFIGS = Path(__file__).parents[1] / "configs"


def cost(config: str, *levers: str, settings: tuple[str, ...] = (), **given: float) -> dict[str, float]:
    """Every quantity with every input at its median, some given."""
    scenario = load_scenario(str(CONFIGS / config), levers=levers, settings=settings)
    return scenario.model.evaluate({**scenario.medians, **given})


GPT4, GPT3, SMALL = "gpt4-class.yaml", "gpt3-175b.yaml", "finetune-7b.yaml"


def test_competition_takes_its_part_of_the_accelerator_alone() -> None:
    """The installed price falls by excess removed x excess share x the bare accelerator's price, no more."""
    given = {"excess_removed": 0.5, "excess_profit_share": 0.5, "gpu_price": 20e3}
    without, with_it = cost(GPT4, gpu_price=20e3), cost(GPT4, "antitrust", **given)
    fall = without["installed_price"] - with_it["installed_price"]
    assert fall == pytest.approx(0.25 * 20e3)


@pytest.mark.parametrize("lever", ["tax_credit", "staged_grants"])
def test_money_from_the_state_does_not_lower_compliance(lever: str) -> None:
    """Compliance is a share of what is spent: with a credit or grant it is what it was."""
    without, with_it = cost(GPT4), cost(GPT4, lever, application_effort=0.0)
    assert with_it["compliance_cost"] == pytest.approx(without["compliance_cost"], rel=1e-12)


def test_a_grant_does_not_qualify_for_the_credit() -> None:
    """Where nothing but the grant's own base qualifies, the credit falls by the share the grant has paid."""
    given = {"owned_compute_qualifies": 1.0, "qualifying_run_share": 1.0, "grant_limit": 1e12}
    alone, both = cost(GPT4, "tax_credit", **given), cost(GPT4, "tax_credit", "staged_grants", **given)
    spent = sum(
        alone[name] for name in ("staff_cost", "framework_team_cost", "rerun_cost", "experiment_cost")
    )
    assert both["tax_credit"] == pytest.approx(alone["tax_credit"] * (1 + both["staged_grant"] / spent))


def test_the_american_credit_counts_rent_and_no_machines() -> None:
    """26 USC 41: amounts paid for the use of computers count, property subject to depreciation does not."""
    own = cost(GPT4, "tax_credit")
    rent = cost(GPT4, "tax_credit", settings=("plan.procurement=rent",))
    assert own["research_compute"] == 0.0
    assert rent["research_compute"] == pytest.approx(rent["experiment_cost"] + 0.5 * rent["final_run_cost"])


def test_a_credit_has_a_limit() -> None:
    """What qualifies beyond the limit brings nothing."""
    found = cost(GPT4, "tax_credit", tax_credit_limit=1e6, claim_cost_share=0.0, tax_credit_share=0.25)
    assert found["tax_credit"] == -250_000.0


def test_public_hours_pay_for_no_more_than_they_are() -> None:
    """A small programme gets all its hours, and waits as little as its tier does; a large one gets few."""
    small, large = cost(SMALL, "national_compute"), cost(GPT4, "national_compute")
    assert small["allotted_share"] == 1.0 and large["allotted_share"] < 0.05
    assert small["queue_months"] < 0.5 < large["queue_months"]
    free = cost(GPT4, "national_compute", allotted_hours=1e12, compute_subsidy=1.0)
    assert free["final_run_cost"] == free["experiment_cost"] == 0.0


def test_a_quota_of_nothing_costs_more() -> None:
    """Whoever gets no quota pays the dearer market; whoever gets all of it, the quota's price."""
    base = cost(GPT3)["hardware_cost"]
    dear = cost(GPT3, "compute_quota", quota_share=0.0, market_scarcity=1.2)["hardware_cost"]
    cheap = cost(GPT3, "compute_quota", quota_share=1.0, quota_discount=0.3)["hardware_cost"]
    assert (dear, cheap) == (pytest.approx(1.2 * base), pytest.approx(0.7 * base))


def test_an_alliance_of_one_saves_nothing() -> None:
    """Alone, without time to agree, the cost is what it was; many members share all but the overhead."""
    without = cost(SMALL)
    alone = cost(SMALL, "training_alliance", alliance_members=1.0, coordination_months=0.0)
    many = cost(SMALL, "training_alliance", alliance_members=1e9, coordination_months=0.0)
    assert alone["total_cost"] == pytest.approx(without["total_cost"])
    large = cost(GPT4, "training_alliance")
    assert large["joint_share"] < 0.1
    overhead = many["label_cost"] / without["label_cost"]
    assert 0.0 < overhead < 0.25


def test_partners_share_computing_alone() -> None:
    """Partners bear their share of the run and the experiments; labels and licences stay."""
    given = {"partner_share": 0.5, "sharing_overhead": 0.1, "coordination_months": 0.0}
    without, shared = cost(GPT4), cost(GPT4, "international_sharing", **given)
    assert shared["final_run_cost"] == pytest.approx(0.55 * without["final_run_cost"])
    assert shared["experiment_cost"] == pytest.approx(0.55 * without["experiment_cost"])
    assert shared["label_cost"] == without["label_cost"]
    assert shared["energy"] == without["energy"]


def test_research_pays_no_fee() -> None:
    """A licence by law costs commerce more than it saves here, and research nothing."""
    without = cost(GPT4)["total_cost"]
    assert cost(GPT4, "ip_licence")["total_cost"] > without
    assert cost(GPT4, "ip_licence", commercial_use=0.0)["total_cost"] < without


def test_a_library_holds_no_more_than_was_put_in() -> None:
    """A library trained with less arithmetic than the plan's replaces no more than that."""
    given = {"library_flop": 1e23, "library_replaces": 0.9, "flop_factor": 1.0}
    without, with_it = cost(GPT3, flop_factor=1.0), cost(GPT3, "model_library", **given)
    assert without["training_flop"] - with_it["training_flop"] == pytest.approx(1e23)


def test_more_talent_lowers_pay_by_the_elasticity() -> None:
    """Ten per cent more specialists at an elasticity of 0.35 lower pay by 3.3%."""
    given = {"talent_growth": 0.1, "talent_years": 1.0, "pay_flexibility": 0.35}
    ratio = cost(GPT4, "talent", **given)["staff_cost"] / cost(GPT4)["staff_cost"]
    assert ratio == pytest.approx(1.1**-0.35)


def test_a_sandbox_acts_on_compliance_and_preparation() -> None:
    """Compliance in a sandbox is that share of the total; preparation is shorter."""
    given = {"sandbox_compliance": 0.5, "sandbox_time": 1.0, "application_effort": 0.0}
    found, share = (
        cost(GPT4, "sandbox", **given),
        load_scenario(str(CONFIGS / GPT4)).medians["compliance_share"],
    )
    assert found["compliance_cost"] / found["total_cost"] == pytest.approx(0.5 * share)
    assert cost(GPT4, "sandbox")["project_months"] < cost(GPT4)["project_months"]
