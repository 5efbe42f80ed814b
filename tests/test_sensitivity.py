"""Sobol' indices and Shapley effects against closed forms, SALib, and each other."""

from __future__ import annotations

from itertools import permutations
from math import erf, sqrt

import numpy as np
import pytest
from conftest import GPT4
from sensitivity_models import G_FUNCTION, ISHIGAMI, LINEAR, explained, twins

from simulator import Scenario, load_scenario
from simulator.distributions import Point
from simulator.distributions.copula import copula
from simulator.errors import InputError
from simulator.kernel import Engine
from simulator.kernel.twins import Twins
from simulator.sensitivity.analysis import sensitivity
from simulator.sensitivity.indices import exchanges, sobol_indices
from simulator.sensitivity.shapley import shapley_effects
from simulator.simulation import Settings
from simulator.statistics.estimates import T95

SAMPLERS = ("random", "sobol")
CORRELATED = copula({("h1", "h2"): 0.5, ("h2", "h3"): -0.3})
KNOWN = {"ishigami_cost": ISHIGAMI, "g_cost": G_FUNCTION}


def alone(names: object) -> dict[str, tuple[str, ...]]:
    return {name: (name,) for name in names}  # type: ignore[attr-defined]


@pytest.mark.parametrize("quantity", KNOWN)
@pytest.mark.parametrize(("points", "within"), [(1 << 14, 0.02), (1 << 18, 0.002)])
def test_known_indices_are_found(quantity: str, points: int, within: float) -> None:
    """Ishigami's and the g-function's indices: 16 nets of 2**14 points within 0.002, of 2**10 within 0.02."""
    known = KNOWN[quantity]
    found = sobol_indices(twins("sobol"), quantity, alone(known), points)
    for name, (first, total) in known.items():
        assert found[name].first.value == pytest.approx(first, abs=within)
        assert found[name].total.value == pytest.approx(total, abs=within)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_intervals_of_indices_cover(sampler: str) -> None:
    """Over seeds, stated intervals hold the true indices about 19 times in 20, and errors are as stated."""
    distances = []
    for seed in range(40):
        for quantity, known in KNOWN.items():
            found = sobol_indices(twins(sampler, seed), quantity, alone(known), 1 << 13)
            distances += [
                (index.value - true) / index.se
                for name, pair in known.items()
                for index, true in zip((found[name].first, found[name].total), pair, strict=True)
                if true > 0.0
            ]
    assert 0.9 < np.mean(np.abs(distances) < T95) < 0.99
    assert 0.75 < sqrt(np.mean(np.square(distances))) < 1.35


def test_an_input_that_does_nothing_has_no_share() -> None:
    """Of what a quantity does not depend on both indices are exactly 0, without error."""
    found = sobol_indices(twins("random"), "ishigami_cost", {"h1": ("h1",)}, 1 << 12)["h1"]
    assert (found.first.value, found.first.se, found.total.value, found.total.se) == (0.0, 0.0, 0.0, 0.0)


def test_a_group_of_all_inputs_explains_everything() -> None:
    """The closed indices of all inputs together are 1; a group's hold what its members do together."""
    found = sobol_indices(twins("sobol"), "g_cost", {"all": tuple(G_FUNCTION), "some": ("g1", "g2")}, 1 << 16)
    assert found["all"].first.value == pytest.approx(1.0, abs=0.01)
    assert found["all"].total.value == pytest.approx(1.0, abs=0.01)
    assert found["some"].first.value > sum(G_FUNCTION[name][0] for name in ("g1", "g2"))


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_indices_of_correlated_inputs_are_those_of_linear_algebra(sampler: str) -> None:
    """Of a sum of correlated normals first-order, total and group indices are known exactly."""
    groups = {**alone(LINEAR), "two": ("h1", "h3")}
    found = sobol_indices(twins(sampler, 1, CORRELATED), "linear_cost", groups, 1 << 16)
    for name, members in groups.items():
        others = tuple(other for other in LINEAR if other not in members)
        first, total = explained(members, CORRELATED), 1.0 - explained(others, CORRELATED)
        assert found[name].first.value == pytest.approx(first, abs=4.0 * found[name].first.se + 1e-4)
        assert found[name].total.value == pytest.approx(total, abs=4.0 * found[name].total.se + 1e-4)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_shapley_effects_are_those_of_all_orders(sampler: str) -> None:
    """Of a sum of correlated normals they follow from all six orders and add up to 1, also over groups."""
    groups = {**alone(LINEAR), "two": ("h1", "h2")}
    found = shapley_effects(twins(sampler, 1, CORRELATED), "linear_cost", groups, 1 << 17)
    for name in LINEAR:
        added = []
        for order in permutations(LINEAR):
            before = order[: order.index(name)]
            added.append(explained((*before, name), CORRELATED) - explained(before, CORRELATED))
        assert found[name].value == pytest.approx(np.mean(added), abs=4.0 * found[name].se)
        assert found[name].se < 0.007
    assert sum(found[name].value for name in LINEAR) == pytest.approx(1.0, abs=1e-12)
    assert found["two"].value == pytest.approx(found["h1"].value + found["h2"].value)


def test_the_first_sample_is_the_runs() -> None:
    """Unmixed draws are those of the engine, under both samplers; twins are others, independent of them."""
    for sampler in SAMPLERS:
        pair = twins(sampler)
        own = pair.draws(pair.mixture(()), "h1", 512, 4096)
        assert np.array_equal(own, pair.engine.columns(["h1"], 4608)["h1"][512:])
        other = pair.draws(pair.mixture(pair.names), "h1", 512, 4096)
        assert abs(np.corrcoef(own, other)[0, 1]) < 0.06
        ranks = [0.5 * (1.0 + erf(value / sqrt(2.0))) for value in other]
        assert abs(np.mean(ranks) - 0.5) < 0.02


def test_the_order_of_correlated_inputs_changes_no_law() -> None:
    """Whatever follows from whatever, inputs keep their correlations; the first in order keeps its draws."""
    pair = twins("random", 1, CORRELATED)
    plain = pair.engine.columns(["h3"], 1 << 16)["h3"]
    turned = pair.mixture((), ("h3", "h2", "h1"))
    drawn = {name: pair.draws(turned, name, 0, 1 << 16) for name in LINEAR}
    found = np.corrcoef([drawn[name] for name in LINEAR])
    assert np.allclose(found, CORRELATED.normal, atol=0.015)
    assert not np.array_equal(drawn["h3"], plain)
    assert np.array_equal(drawn["h3"], twins("random").engine.columns(["h3"], 1 << 16)["h3"])


def test_exchanges_are_as_few_as_can_be() -> None:
    """An input that is not correlated with others outside needs one exchange for both indices."""
    first, total = exchanges({"a"}, ["b", "c"])
    assert first == total
    first, total = exchanges({"b", "c"}, ["b", "c"])
    assert first == total
    assert len({exchange.order for exchange in exchanges({"b"}, ["b", "c"])}) == 2


def test_threads_change_no_bit(gpt4: Scenario) -> None:
    """Indices are the same bytes on one thread and on three."""
    one, three = (sensitivity(gpt4, Settings(8192, 1, "sobol", threads)) for threads in (1, 3))
    assert one.inputs == three.inputs
    assert one.groups == three.groups


def test_salib_agrees(gpt4: Scenario) -> None:
    """SALib's estimators on its own sample of the default scenario give the same indices within errors."""
    sample = pytest.importorskip("SALib.sample.sobol")
    analyze = pytest.importorskip("SALib.analyze.sobol")
    priors = {name: p for name, p in gpt4.distributions.items() if not isinstance(p, Point)}
    problem = {"num_vars": len(priors), "names": list(priors), "bounds": [[0.0, 1.0]] * len(priors)}
    uniforms = np.clip(sample.sample(problem, 1 << 11, calc_second_order=False, seed=7), 1e-9, 1.0 - 1e-9)
    columns = {name: prior.ppf(u) for (name, prior), u in zip(priors.items(), uniforms.T, strict=True)}
    total = evaluated(gpt4, columns)
    theirs = analyze.analyze(problem, total, calc_second_order=False, seed=1)
    ours = sensitivity(gpt4, Settings(1 << 16, 1, "sobol"))
    for place, name in enumerate(priors):
        for index, key in ((ours.inputs[name].first, "S1"), (ours.inputs[name].total, "ST")):
            error = theirs[f"{key}_conf"][place]
            assert index.value == pytest.approx(theirs[key][place], abs=2.0 * error + 4.0 * index.se + 1e-4)


def evaluated(scenario: Scenario, columns: dict[str, np.ndarray]) -> np.ndarray:
    """The total cost of given inputs, formula by formula on arrays."""
    known = {name: columns.get(name, np.float64(p.ppf(0.5))) for name, p in scenario.distributions.items()}
    for formula in scenario.model.formulas.values():
        known[formula.name] = np.vectorize(formula.function, otypes=[float])(
            *(known[argument] for argument in formula.arguments)
        )
    return known["total_cost"]


def test_groups_are_the_rooms_of_formulas(gpt4: Scenario) -> None:
    """Every uncertain input is in one group, named after the file whose formula uses it first."""
    found = sensitivity(gpt4, Settings(1024, 1, "sobol"))
    grouped = [name for members in found.members.values() for name in members]
    assert sorted(grouped) == sorted(found.inputs)
    assert "gpu_price" in found.members["hardware"]
    assert "electricity_price" in found.members["energy"]
    assert not found.shapley


def test_correlations_bring_shapley_effects() -> None:
    """With correlated inputs every input has a Shapley effect, and they add up to 1."""
    settings = ["correlations=[{between: [gpu_price, mfu], spearman: -0.5}]"]
    found = sensitivity(load_scenario(GPT4, settings=settings), Settings(4096, 1, "random"))
    assert found.shapley.keys() == found.inputs.keys()
    assert sum(effect.value for effect in found.shapley.values()) == pytest.approx(1.0)


def test_what_does_not_vary_is_refused() -> None:
    """A quantity that is the same in every draw has no indices, and the message says so."""
    rented = load_scenario(GPT4, settings=["plan.procurement=rent"])
    with pytest.raises(InputError, match="energy_cost does not vary"):
        sensitivity(rented, Settings(1024), "energy_cost")
    with pytest.raises(InputError, match="Did you mean total_cost"):
        sensitivity(rented, Settings(1024), "total_costs")


def test_all_fixed_is_refused(gpt4: Scenario) -> None:
    """A model without uncertain inputs has no names to exchange."""
    fixed = {name: Point(float(prior.ppf(0.5))) for name, prior in gpt4.distributions.items()}
    assert Twins(Engine(gpt4.model, fixed, 1)).names == ()
