"""Own or rent: regrets, break-even points and the value of information, against closed forms."""

from __future__ import annotations

import json
from functools import cache
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import CONFIGS, GPT4, MARKET
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from test_compare import traincost

from simulator import Scenario, load_scenario
from simulator.cli import main
from simulator.decision.breakeven import NoLineError, even_price, even_utilization, line
from simulator.decision.decision import Decision, decide
from simulator.decision.information import binned, evpi, evppi, regrets
from simulator.decision.options import Load, options
from simulator.errors import InputError
from simulator.pictures import decision_picture
from simulator.plots import save
from simulator.reports.decision import decision_sheet
from simulator.scenario.resolved import resolved
from simulator.simulation import Settings
from simulator.statistics.estimates import T95
from simulator.statistics.lanes import chance, mean, percentile
from simulator.watch import Watch

PLAN = f"""\
title: A plan
book: {MARKET}
size: planned
experiments: project
plan: {{accelerator: A100-40G-SXM, accelerator_count: 1000, active_parameters: 7e9, tokens: 2T,
       procurement: rent, region: US, commitment: 1y, year: 2022}}
"""
PRICED = """\
  gpu_hour_price: {by: commitment, unit: USD/accelerator-hour, on-demand: {lognormal: {p5: 1.1, p95: 4.5}},
    1y: {lognormal: {p5: 1.6, p95: 2.6}}, 3y: {lognormal: {p5: 0.95, p95: 1.55}}}"""
QUOTED = "gpu_hour_price={lognormal: {p5: 1, p95: 3}}"


def unit_normal_loss(t: float) -> float:
    """The mean of max(Z - t, 0) of a standard normal Z."""
    return float(norm.pdf(t) - t * norm.sf(t))


def gaussian(draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (3, n), and the costs of a sure thing and of a linear function of them."""
    x = np.random.default_rng(seed).normal(size=(3, draws))
    return x, np.array([np.zeros(draws), MU + WEIGHTS @ x])


MU, WEIGHTS = 0.5, np.array([2.0, 1.0, 0.1])
EVPI = sqrt(WEIGHTS @ WEIGHTS) * unit_normal_loss(MU / sqrt(WEIGHTS @ WEIGHTS))
EVPPI = [weight * unit_normal_loss(MU / weight) for weight in WEIGHTS]


def test_information_on_a_linear_gaussian_problem() -> None:
    """EVPI and EVPPI are the unit normal loss integral of the spread that would be known."""
    x, costs = gaussian(1 << 18, 1)
    found = evpi(costs)
    assert abs(found.value - EVPI) < 4.0 * found.se < 0.02
    for column, expected in zip(x, EVPPI, strict=True):
        found = evppi(costs, binned(column))
        assert abs(found.value - expected) < 4.0 * found.se + 1e-6
        assert found.value <= EVPI


def test_information_where_the_known_is_correlated() -> None:
    """EVPPI of an input is that of all that moves with it."""
    x, _ = gaussian(1 << 17, 2)
    other = 0.8 * x[0] + 0.6 * x[1]
    costs = np.array([np.full(x.shape[1], 0.3), x[0]])
    found = evppi(costs, binned(other))
    assert abs(found.value - 0.8 * unit_normal_loss(0.3 / 0.8)) < 4.0 * found.se


def test_errors_of_information_are_honest() -> None:
    """Over seeds, intervals of EVPI and EVPPI hold the true value nineteen times in twenty."""
    inside = []
    for seed in range(60):
        x, costs = gaussian(1 << 13, seed)
        for found, true in ((evpi(costs), EVPI), (evppi(costs, binned(x[0])), EVPPI[0])):
            inside.append(found.low <= true <= found.high)
    assert np.mean(inside) == pytest.approx(0.95, abs=3.5 * sqrt(0.95 * 0.05 / len(inside)))


def test_what_says_nothing_is_worth_nothing() -> None:
    """An input without effect does not come out as worth knowing more often than one time in twenty."""
    found = []
    for seed in range(80):
        _, costs = gaussian(2048, seed)
        noise = np.random.default_rng(1000 + seed).normal(size=2048)
        found.append(evppi(costs, binned(noise)).low > 0.0)
    assert np.mean(found) <= 0.05 + 3.0 * sqrt(0.05 * 0.95 / 80)


def test_information_in_an_input_of_few_values() -> None:
    """A discrete input is learnt by its values: here it settles which option is the cheaper."""
    draws = 1 << 16
    switch = np.random.default_rng(3).integers(0, 2, size=draws).astype(float)
    costs = np.array([np.full(draws, 0.5), switch])
    assert evppi(costs, binned(switch)).value == pytest.approx(evpi(costs).value, abs=0.01)
    assert evppi(costs, binned(np.ones(draws))).value == 0.0


def test_a_bent_input_is_followed() -> None:
    """Where only the middle of an input favours an option, that is found: (x² - 1) of a standard normal."""
    x = np.random.default_rng(4).normal(size=1 << 17)
    costs = np.array([np.zeros(len(x)), x * x - 1.0])
    assert evppi(costs, binned(x)).value == pytest.approx(2.0 * norm.pdf(1.0), rel=0.02)


def test_a_choice_in_the_tail_is_found() -> None:
    """Where a rare high price favours another option: a call on a lognormal price, by its closed form."""
    x = norm.ppf((np.arange(1 << 18) + 0.5) / (1 << 18))[np.random.default_rng(7).permutation(1 << 18)]
    for strike, short in ((2.0, 0.005), (2.5, 0.03)):
        costs = np.array([np.zeros(len(x)), np.exp(strike) - np.exp(x)])
        expected = np.exp(0.5) * norm.cdf(1.0 - strike) - np.exp(strike) * norm.cdf(-strike)
        assert evppi(costs, binned(x)).value == pytest.approx(expected, rel=short)


@given(st.lists(st.tuples(*[st.floats(-1e9, 1e9)] * 3), min_size=1, max_size=8))
def test_regrets_are_of_the_cheapest(costs: list[tuple[float, ...]]) -> None:
    """No regret is negative, and in every draw some option has none."""
    found = regrets(np.array(costs).T)
    assert (found >= 0.0).all() and (found.min(axis=0) == 0.0).all()


def test_lanes() -> None:
    """Mean, order statistic and chance are those of all draws; a constant has no error."""
    x = np.random.default_rng(5).normal(size=1600)
    assert mean(x).value == pytest.approx(x.mean())
    assert percentile(x, 90).value == np.sort(x)[1439]
    assert chance(x > 0.0).value == np.mean(x > 0.0)
    assert percentile(np.full(1600, 3.0), 50).se == 0.0


def test_errors_of_percentiles_are_honest() -> None:
    """Over seeds, a percentile's interval holds the true one nineteen times in twenty."""
    rng = np.random.default_rng(6)
    found = [percentile(rng.normal(size=4096), 90) for _ in range(200)]
    inside = np.mean([each.low <= norm.ppf(0.9) <= each.high for each in found])
    assert inside == pytest.approx(0.95, abs=3.5 * sqrt(0.95 * 0.05 / 200))


def test_a_bend_is_refused() -> None:
    """A third point off the line is an error."""
    x = np.array([1.0, 2.0])
    with pytest.raises(NoLineError):
        line([(x, x**2), (2 * x, 4 * x**2), (4 * x, 16 * x**2)])


@given(st.floats(0.1, 10), st.floats(0.0, 10), st.floats(0.1, 10))
def test_break_even_points_make_costs_equal(own: float, intercept: float, slope: float) -> None:
    """At the price found renting costs what owning does, at the utilization owning what renting does."""
    (price,) = even_price(*(np.array([value]) for value in (own, intercept, slope)))
    assert intercept + slope * price == pytest.approx(own)
    (share,) = even_utilization(*(np.array([value]) for value in (own, intercept, slope)))
    assert own <= intercept if np.isinf(share) else intercept + slope / share == pytest.approx(own)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small plan of a user's own, without a book, its rental price keyed by the commitment."""
    path = tmp_path_factory.mktemp("plan") / "plan.yaml"
    path.write_text(PLAN)
    lines = resolved(load_scenario(path)).splitlines()
    path.write_text("\n".join(PRICED if "gpu_hour_price:" in line else line for line in lines))
    return path


def loader(path: Path, *settings: str) -> Load:
    """What decide reads the scenario with."""
    return lambda more: loaded(path, (*settings, *more))


@cache
def loaded(path: Path, settings: tuple[str, ...]) -> Scenario:
    """A scenario, read once."""
    return load_scenario(path, settings=settings)


@pytest.fixture(scope="module")
def found(plan: Path) -> Decision:
    """The plan's options compared."""
    return decide(loader(plan), Settings(2048, sampler="sobol", threads=1))


def test_a_scenario_s_options(found: Decision) -> None:
    """Chances add up, EVPI is the least regret, no EVPPI is above it, break-even agrees with the chances."""
    assert [o.name for o in found.outcomes] == ["own", "rent on-demand", "rent 1y", "rent 3y"]
    assert sum(o.cheapest.value for o in found.outcomes) == pytest.approx(1.0)
    assert found.evpi.value == pytest.approx(min(o.regret.value for o in found.outcomes))
    worth = [*found.evppi.values(), *found.together.values()]
    assert all(0.0 <= e.value <= found.evpi.value + 3.0 * (e.se + found.evpi.se) for e in worth)
    assert max(worth, key=lambda e: e.value).value > 0.0
    for even, outcome in zip(found.utilization, found.outcomes[1:], strict=True):
        assert outcome.own_cheaper is not None
        assert even.never.value <= 1.0 - outcome.own_cheaper.value  # what is used more may be cheaper


def test_break_even_price_is_the_price_that_evens(plan: Path) -> None:
    """With every other input fixed at its median, renting at the break-even price costs what owning does."""
    base = load_scenario(plan)
    medians = {name: float(p.distribution.ppf(0.5)) for name, p in base.priors.items() if not p.is_fixed}
    fixed = [f"{name}={value!r}" for name, value in medians.items() if name != "gpu_hour_price"]
    found = decide(loader(plan, *fixed), Settings(2048))
    assert found.price is not None
    even = found.price.percentiles[50.0].value

    def total(*settings: str) -> float:
        scenario = load_scenario(plan, settings=(*fixed, *settings))
        inputs = {name: float(p.distribution.ppf(0.5)) for name, p in scenario.priors.items()}
        return scenario.model.evaluate(inputs)["total_cost"]

    own, rent = total("plan.procurement=own"), total(f"gpu_hour_price={even!r}")
    assert rent == pytest.approx(own, rel=1e-9)
    at = found.utilization[0].percentiles[50.0].value
    on_demand = loaded(plan, ("plan.commitment=on-demand",)).distributions["gpu_hour_price"]
    price = f"gpu_hour_price={float(on_demand.ppf(0.5))!r}"
    assert total("plan.procurement=own", f"fleet_utilization={at!r}") == pytest.approx(total(price), rel=0.02)


def test_errors_on_a_scenario_are_honest(plan: Path) -> None:
    """In parts of a long run, EVPI and EVPPI lie about those of the whole as their errors say."""
    options_, _ = options(loader(plan), Settings(1 << 17))
    columns = [option.columns(["total_cost", "gpu_price"]) for option in options_]
    costs, known = np.array([each["total_cost"] for each in columns]), columns[0]["gpu_price"]
    truths = evpi(costs).value, evppi(costs, binned(known)).value
    apart = []
    for start in range(0, costs.shape[1], 4096):
        part, own = costs[:, start : start + 4096], binned(known[start : start + 4096])
        each = zip((evpi(part), evppi(part, own)), truths, strict=True)
        apart += [abs(e.value - true) / e.se for e, true in each]
    assert np.mean(np.array(apart) < T95) == pytest.approx(0.95, abs=3.5 * sqrt(0.95 * 0.05 / len(apart)))


def test_a_price_of_one_s_own_makes_one_rent(plan: Path) -> None:
    """A gpu_hour_price that no commitment changes gives one rental option, and a note."""
    found = decide(loader(plan, QUOTED), Settings(2048))
    assert [o.name for o in found.outcomes] == ["own", "rent"] and "one option" in found.notes[0]


def test_unpriced_commitments_are_named(plan: Path) -> None:
    """A commitment without a price is left out with a note, never given a neighbour's."""
    found = decide(
        loader(
            plan,
            "gpu_hour_price={by: commitment, on-demand: {value: 2, unit: USD/accelerator-hour}}",
            "plan.commitment=on-demand",
        ),
        Settings(2048),
    )
    assert [o.name for o in found.outcomes] == ["own", "rent on-demand"]
    assert [note.partition(" is left out")[0] for note in found.notes] == ["rent 1y", "rent 3y"]


def test_options_may_be_left_out(plan: Path) -> None:
    """What is left out is not compared; a name that is none is an error, and so is leaving out all."""
    found, _ = options(loader(plan), Settings(2048), ["rent 3y"])
    assert [option.name for option in found] == ["own", "rent on-demand", "rent 1y"]
    with pytest.raises(InputError, match="Did you mean rent 3y"):
        options(loader(plan), Settings(2048), ["rent 3yr"])
    with pytest.raises(InputError, match="nothing to compare"):
        options(loader(plan, QUOTED), Settings(2048), ["rent"])


def test_a_price_of_nothing(plan: Path) -> None:
    """Where the price is 0 no break-even price can be told, which is said; everything else is."""
    found = decide(loader(plan, "gpu_hour_price=0"), Settings(2048))
    assert found.price is None and any("no break-even gpu_hour_price" in note for note in found.notes)


def test_a_loss_that_no_draw_shows(plan: Path) -> None:
    """Where one option is the cheapest in every draw, knowing more is not said to be worth nothing."""
    found = decide(loader(plan, "gpu_hour_price=0"), Settings(2048))
    text = " ".join(decision_sheet(found, {"scenario": "plan"}, 5).text("table").split())
    assert "rent is the cheapest in every draw" in text and "$0" not in text and "≤ 0" not in text


@pytest.mark.parametrize(
    ("settings", "how", "words"),
    [
        (("hardware_cost=10M",), Settings(2048), "do not differ"),
        (("energy_cost=5M",), Settings(2048), "beside a rent that contains it"),
        (("operations_cost={uniform: {low: 1M, high: 2M}}",), Settings(2048), "beside a rent that contains"),
        ((), Settings(100), "2,048 to"),
        ((), Settings(1 << 23), "in memory"),
    ],
)
def test_what_cannot_be_decided(plan: Path, settings: tuple[str, ...], how: Settings, words: str) -> None:
    """Nothing to decide, too few and too many draws are errors with a remedy."""
    with pytest.raises(InputError, match=words):
        decide(loader(plan, *settings), how)


def test_costs_given_as_nothing(plan: Path) -> None:
    """Whoever leaves electricity out of the comparison may say so."""
    assert len(options(loader(plan, "energy_cost=0"), Settings(2048))[0]) == 4


def test_a_rent_given_whole(plan: Path) -> None:
    """A rental_cost of one's own is one option, without a break-even price of the hour."""
    found = decide(loader(plan, "rental_cost=2M"), Settings(2048))
    assert [o.name for o in found.outcomes] == ["own", "rent"] and found.price is None
    assert "its price does not depend on the commitment" in found.notes[0]


def test_the_bar_moves_over_all_of_it(plan: Path) -> None:
    """As many draws are done as were expected, in many small steps."""

    class Counting(Watch):
        expected, steps = 0, ()

        def expect(self, draws: int) -> None:
            self.expected += draws

        def done(self, draws: int) -> None:
            self.steps = (*self.steps, draws)

    watch = Counting()
    decide(loader(plan), Settings(2048, threads=1), watch=watch)
    assert sum(watch.steps) == watch.expected > 0 and len(watch.steps) > 40


def test_a_quantity_the_options_leave_alone(plan: Path) -> None:
    """Energy is the same whoever owns the machines."""
    with pytest.raises(InputError, match="no hardware_cost, energy_cost, operations_cost in it"):
        decide(loader(plan), Settings(2048), "energy")


def test_correlations_keep_draws_paired(plan: Path) -> None:
    """With prices correlated, all else is drawn alike in all options; where it is not, that is said."""
    pairs = "correlations=[{between: [gpu_price, gpu_hour_price], spearman: 0.6}]"
    found, _ = options(loader(plan, pairs), Settings(2048))
    assert len(found) == 4
    fixed = PRICED.replace("\n", " ").replace("{lognormal: {p5: 1.6, p95: 2.6}}", "{value: 2}").strip()
    with pytest.raises(InputError, match="not drawn alike"):
        options(loader(plan, pairs, fixed.replace(": ", "=", 1)), Settings(2048))


def test_the_sheet(found: Decision) -> None:
    """The table fits 80 columns, no style fails, and JSON has the keys that programs read."""
    sheet = decision_sheet(found, {"scenario": "plan"}, 5)
    assert max(map(len, sheet.text("table").splitlines())) <= 80
    assert sheet.text("csv") and sheet.text("markdown")
    data = json.loads(sheet.text("json"))
    rented = {"rent on-demand", "rent 1y", "rent 3y"}
    assert set(data["options"]) == {"own", *rented}
    assert set(data["p_own_cheaper"]) == set(data["break_even"]["fleet_utilization"]) == rented
    assert set(data["break_even"]["gpu_hour_price"]["percentiles"]) == {"5", "25", "50", "75", "95"}
    assert {"value", "se", "ci95"} == set(data["evpi"]) == set(data["evppi"]["gpu_price"])
    assert 0.0 < data["commitment"]["rent 3y"]["used"]["50"]["value"] < 1.0


def test_the_command(plan: Path, found: Decision) -> None:
    """The command prints what the library finds, on any number of threads."""
    words = ["decide", str(plan), "-n", "2048", "--threads", "2", "--quiet", "--format", "json"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0
    about = {key: json.loads(done.output)[key] for key in ("scenario", "book", "seed", "draws", "sampler")}
    assert done.output.strip() == decision_sheet(found, about, 5).text("json")


def test_the_picture(found: Decision, tmp_path: Path) -> None:
    """Each option's curve holds all draws, on edges that all share, and is drawn to a file."""
    edges, counts = zip(*(outcome.histogram for outcome in found.outcomes), strict=True)
    assert all(np.array_equal(edges[0], other) for other in edges)
    assert [each.sum() for each in counts] == [found.settings.draws] * len(found.outcomes)
    assert save(decision_picture(found), tmp_path / "options.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    "quantity", ["hardware_cost", "rental_cost", "energy_cost", "operations_cost", "amortised_hardware_cost"]
)
def test_parts_of_what_is_decided_are_no_basis_of_it(quantity: str) -> None:
    """Electricity and operations are in the rent, and a way of procuring alone decides nothing: refused."""
    code, _, err = traincost("decide", str(GPT4), "-n", "2048", "--quantity", quantity)
    assert (code, "cannot be compared by" in err) == (1, True)


def test_a_faulty_rental_price_is_said_and_no_option_less() -> None:
    """A price below 0 in one commitment's prior is an error, not an option without a price."""
    keys = "on-demand: {value: 3}, 1y: {normal: {mean: 2, sd: 1}}, 3y: {value: 1}"
    prior = f"{{by: commitment, unit: USD/accelerator-hour, {keys}}}"
    code, _, err = traincost("decide", str(GPT4), "-n", "2048", "--set", f"priors.gpu_hour_price={prior}")
    assert (code, "gpu_hour_price must be at least 0" in err) == (1, True)


def test_owning_hangs_on_other_work_too() -> None:
    """Where owning is cheapest the report says what it hangs on, and what is cheapest without that."""
    code, out, _ = traincost("decide", str(CONFIGS / "llama31-405b.yaml"), "-n", "4096")
    text = " ".join(out.split())
    assert code == 0
    assert "if other work keeps the fleet busy; with nothing left over: rent on-demand" in text
    assert "drawn apart" in text
