"""Whole runs: their bytes, their precision, their correlations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import sqrt
from typing import Any

import numpy as np
import pytest
from conftest import GPT4
from scipy.stats import spearmanr

from simulator import Scenario, load_scenario
from simulator.dataset import to_tree
from simulator.errors import InputError
from simulator.kernel import Engine
from simulator.results import data_sha256
from simulator.simulation import Run, Settings, run
from simulator.statistics.census import FIRST_LOOK, Census
from simulator.statistics.estimates import T95
from simulator.statistics.precision import Target, read_target, read_targets
from simulator.statistics.summaries import summaries
from simulator.watch import Watch

SAMPLERS = ["random", "sobol"]


def correlated(settings: str, sampler: str, names: Sequence[str], draws: int = 1 << 17) -> Any:
    """Spearman's correlations of a run's inputs."""
    scenario = load_scenario(GPT4, settings=[f"correlations={settings}"])
    done = run(scenario, Settings(draws, sampler=sampler))
    return spearmanr(np.array([done.columns[name] for name in names]).T)[0]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_one_hash_for_any_number_of_threads(gpt4: Scenario, sampler: str) -> None:
    """One, two, three and seven threads give one data_sha256."""
    done = [run(gpt4, Settings(300_000, sampler=sampler, threads=t), keep=1000) for t in (1, 2, 3, 7)]
    assert len({data_sha256(to_tree(each)) for each in done}) == 1


def test_sobol_draws_are_whole_nets(gpt4: Scenario) -> None:
    """Under Sobol' sampling the draws are rounded up to 16 times a power of two, and the run says so."""
    done = run(gpt4, Settings(10_000, sampler="sobol"), keep=1)
    assert done.settings.draws == 16_384
    assert done.summaries["total_cost"].counts.sum() == 16_384


def test_sobol_means_are_far_more_exact(gpt4: Scenario) -> None:
    """At 65,536 draws the mean's error under Sobol' sampling is less than a fifth of plain sampling's."""
    plain, even = (run(gpt4, Settings(1 << 16, sampler=sampler), keep=1) for sampler in SAMPLERS)
    means = [each.summaries["total_cost"].mean for each in (plain, even)]
    assert means[1].se < means[0].se / 5
    assert abs(means[0].value - means[1].value) < 4 * means[0].se


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_precision_is_reached_by_doubling(gpt4: Scenario, sampler: str) -> None:
    """Draws are doubled until the target is met, and no further; the run is that of as many draws."""
    target = Target("total_cost", 90.0, 0.002)
    done = run(gpt4, Settings(10_000, sampler=sampler, targets=(target,)), keep=10)
    draws = done.settings.draws
    assert draws % 65_536 == 0
    assert target.reached(done.summaries["total_cost"]) <= 0.002
    assert draws == 65_536 or target.reached(half(gpt4, sampler, draws).summaries["total_cost"]) > 0.002
    plain = run(gpt4, Settings(draws, sampler=sampler), keep=10)
    assert data_sha256(to_tree(done)) == data_sha256(to_tree(plain))


def half(scenario: Scenario, sampler: str, draws: int) -> Run:
    """The run before the last doubling."""
    return run(scenario, Settings(draws // 2, sampler=sampler), keep=1)


def test_precision_stops_at_the_most_draws(gpt4: Scenario) -> None:
    """A target that the most draws do not reach leaves a run of at most as many."""
    target = Target("total_cost", 50.0, 1e-6)
    done = run(gpt4, Settings(65_536, targets=(target,), most=300_000), keep=1)
    assert done.settings.draws == 262_144
    assert target.reached(done.summaries["total_cost"]) > 1e-6


def test_targets_as_written() -> None:
    """Percentiles and means of any name are understood; all that is not is complained of at once."""
    assert read_target("p99.9=1%") == Target("total_cost", 99.9, 0.01)
    assert read_target("energy.mean=1e-3") == Target("energy", None, 0.001)
    with pytest.raises(InputError) as caught:
        read_targets(["p90", "p0=1%", "energy.sd=1%", "p50=0", "p50=1%"])
    assert len(caught.value.complaints) == 4


def test_unknown_names_in_targets_are_refused(gpt4: Scenario) -> None:
    """A target of a name that is not simulated is an error with a suggestion."""
    with pytest.raises(InputError, match="Did you mean energy"):
        run(gpt4, Settings(1000, targets=(Target("enrgy", 50.0, 0.1),)))


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_rank_correlations_are_those_asked_for(sampler: str) -> None:
    """Spearman's correlations of 131,072 draws are within four standard errors of those of the scenario."""
    names = ["gpu_price", "gpu_hour_price", "mfu"]
    found = correlated(
        "[{between: [gpu_price, gpu_hour_price, mfu], spearman: [[1, .6, -.3], [.6, 1, 0.1], [-.3, .1, 1]]}]",
        sampler,
        names,
    )
    for (i, j), asked in {(0, 1): 0.6, (0, 2): -0.3, (1, 2): 0.1}.items():
        error = 1.06 * (1 - asked**2) / sqrt(1 << 17)
        assert abs(found[i, j] - asked) < 4 * error


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("asked", [1, -1])
def test_a_pair_may_move_as_one(sampler: str, asked: int) -> None:
    """At a correlation of 1 or -1 one input's rank is the other's, or its opposite."""
    found = correlated(f"[{{between: [mfu, pue], spearman: {asked}}}]", sampler, ["mfu", "pue"], 1 << 14)
    assert found == pytest.approx(asked, abs=1e-6)


def test_correlation_moves_no_other_draw(gpt4: Scenario) -> None:
    """Correlated inputs keep their own distribution, and all others their draws."""
    scenario = load_scenario(GPT4, settings=["correlations=[{between: [gpu_price, mfu], spearman: 0.8}]"])
    plain, joint = (run(each, Settings(1 << 16)) for each in (gpt4, scenario))
    moved = [name for name in gpt4.model.inputs if (plain.columns[name] != joint.columns[name]).any()]
    assert moved == ["mfu"]
    for level, estimate in joint.summaries["mfu"].percentiles.items():
        assert abs(estimate.value - plain.summaries["mfu"].percentiles[level].value) < 6 * estimate.se


def test_a_watcher_hears_of_every_draw(gpt4: Scenario) -> None:
    """What is expected and what is done are the draws of both passes."""
    heard = {"expect": 0, "done": 0}

    class Listener(Watch):
        def expect(self, draws: int) -> None:
            heard["expect"] += draws

        def done(self, draws: int) -> None:
            heard["done"] += draws

    run(gpt4, Settings(100_000, threads=1), keep=1, watch=Listener())
    assert heard == {"expect": 200_000, "done": 200_000}


def test_keeping_more_than_memory_holds_is_refused(gpt4: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns that would not fit are an error before anything is drawn, not a crash."""
    monkeypatch.setattr("simulator.simulation.MOST_KEPT", 1000)
    with pytest.raises(InputError, match="keep at most"):
        run(gpt4, replace(Settings(), draws=10_000))


def test_one_inputs_percentiles_have_honest_errors(gpt4: Scenario) -> None:
    """Under Sobol' sampling the errors of a single input's percentiles, which its nets hide, are told."""
    levels = (5.0, 10.0, 50.0, 80.0, 90.0, 95.0)
    exact = {level: float(gpt4.distributions["mfu"].ppf(level / 100.0)) for level in levels}
    distances = []
    for seed in range(40):
        machine = Engine(gpt4.model, gpt4.distributions, seed, "sobol")
        fill, first = partial(machine.fill, ["mfu"]), np.empty((1, FIRST_LOOK))
        fill(0, first)
        census = Census(fill, first, digits=8, lanes=16)
        census.count(1 << 14)
        found = summaries(census, levels)[0].percentiles
        distances += [(found[level].value - exact[level]) / found[level].se for level in levels]
    assert 0.6 < sqrt(np.mean(np.square(distances))) < 1.1
    assert np.mean(np.abs(distances) < T95) > 0.93


def test_bins_are_those_of_the_final_draws(gpt4: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run doubled past the change of bins is the run of as many draws, though none were looked up."""
    monkeypatch.setattr("simulator.simulation.MANY_DRAWS", 100_000)
    monkeypatch.setattr("simulator.statistics.summaries.MOST_PICKED", 0)
    target = Target("total_cost", 90.0, 0.0035)
    done = run(gpt4, Settings(65_536, targets=(target,)), keep=1)
    assert done.settings.draws > 100_000
    plain = run(gpt4, Settings(done.settings.draws), keep=1)
    assert data_sha256(to_tree(done)) == data_sha256(to_tree(plain))


def test_a_percentile_at_an_atom_needs_no_more_draws(gpt4: Scenario) -> None:
    """Where a value of positive probability is the percentile, its error is 0 at once."""
    settings = ["paid_token_share={discrete: {values: [0, 0.1], weights: [0.5, 0.5]}, unit: 1}"]
    scenario = load_scenario(GPT4, settings=settings)
    done = run(scenario, Settings(1000, targets=(Target("data_license_cost", 5.0, 1e-6),)), keep=1)
    assert done.settings.draws == 65_536


@pytest.mark.parametrize(
    ("how", "complaint"),
    [
        (Settings(100_000, targets=(Target("energy", 50.0, 0.1),), most=100_000), "--max-draws"),
        (Settings(3_000_000_000, sampler="sobol"), "--draws"),
        (Settings(1000, levels=(50.0, 99.99999)), "six digits"),
    ],
)
def test_settings_that_cannot_be_kept_are_refused(gpt4: Scenario, how: Settings, complaint: str) -> None:
    """More draws than allowed after rounding, or a percentile that cannot be written, is an error."""
    with pytest.raises(InputError, match=complaint):
        run(gpt4, how)
