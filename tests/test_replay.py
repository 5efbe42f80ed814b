"""Stored runs opened again: their draws are those of the run, or those that were kept."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import GPT4

from simulator import Scenario, load_scenario
from simulator.errors import InputError
from simulator.pictures import converged, labelled
from simulator.replay import MOST_DRAWS, replayed, simulated
from simulator.results import find, load
from simulator.running import run_and_store
from simulator.simulation import Settings

FORMULA = '''
from simulator.units import Component, USDNotNegative

def extra_cost(extra_price: USDNotNegative) -> Component:
    """A cost of one's own."""
    return {factor} * extra_price
'''
EXTRA = "extra_price={uniform: {low: 1, high: 2}, unit: USD}"


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stored run of the default scenario."""
    root = tmp_path_factory.mktemp("results")
    return Path(run_and_store(load_scenario(GPT4), Settings(20_000), root)["run"])


def test_replayed_draws_are_the_runs(run_folder: Path) -> None:
    """All draws can be had, though only the first are stored, and the percentiles are theirs."""
    stored = load(run_folder)
    found = replayed(stored)
    total = found.columns(["total_cost"])["total_cost"]
    assert found.draws == len(total) == 20_000
    assert np.array_equal(total[:10_000], stored.tree["quantities"]["total_cost"].to_numpy())
    assert np.sort(total)[15_999] == found.summary["quantities"]["total_cost"]["percentiles"]["80"]["value"]
    assert not found.notes
    assert "mfu" in found.inputs
    assert "accelerator_count" not in found.inputs


def test_a_scenario_and_its_stored_run_are_the_same(run_folder: Path, gpt4: Scenario) -> None:
    """Draws and statistics of a run made for the purpose are those of the stored one."""
    now, then = simulated(gpt4, Settings(20_000)), replayed(load(run_folder))
    assert now.inputs == then.inputs
    assert now.units == then.units
    for name in ("mfu", "total_cost"):
        assert np.array_equal(now.columns([name])[name], then.columns([name])[name])


def test_a_changed_model_is_told_and_kept_draws_are_used(tmp_path: Path) -> None:
    """Where a formula has changed the stored draws are used, and what needs the model is refused."""
    path = tmp_path / "extra.py"
    path.write_text(FORMULA.format(factor=1.0))
    scenario = load_scenario(GPT4, settings=[EXTRA], levers=[str(path)])
    folder = Path(run_and_store(scenario, Settings(4000), tmp_path / "results", keep=1000)["run"])
    assert replayed(load(folder)).scenario
    stored = load(folder)
    (folder / "extra.py").write_text(FORMULA.format(factor=3.0))
    found = replayed(stored)
    assert found.draws == 1000
    assert "extra_cost comes out differently today" in found.notes[0]
    kept = stored.tree["quantities"]["total_cost"].to_numpy()
    assert np.array_equal(found.columns(["total_cost"])["total_cost"], kept)
    with pytest.raises(InputError, match="run its scenario again"):
        found.model()


def test_a_scenario_that_no_longer_loads_is_told(run_folder: Path, tmp_path: Path) -> None:
    """A stored scenario that today's model refuses leaves the kept draws."""
    stored = load(run_folder)
    broken = tmp_path / "scenario.resolved.yaml"
    broken.write_text(stored.scenario.read_text().replace("  mfu:", "  mfu_of_old:"))
    from dataclasses import replace

    found = replayed(replace(stored, scenario=broken))
    assert found.scenario is None
    assert "mfu_of_old" in found.notes[0]
    assert found.draws == 10_000


def test_huge_runs_are_looked_at_in_part(run_folder: Path) -> None:
    """Of a run of more draws than fit into memory the first million are looked at."""
    stored = load(run_folder)
    stored.summary["draws"] = 10**9
    found = replayed(stored)
    assert found.draws == MOST_DRAWS
    assert found.columns(["mfu"])["mfu"].size == MOST_DRAWS


@pytest.mark.parametrize("sampler", ["random", "sobol"])
def test_convergence_ends_at_the_runs_own_percentile(gpt4: Scenario, sampler: str) -> None:
    """The last point is the run's percentile with the run's interval."""
    found = simulated(gpt4, Settings(1 << 15, sampler=sampler))
    last = converged(found, "total_cost", 80.0)[-1]
    own = found.summary["quantities"]["total_cost"]["percentiles"]["80"]
    assert (last.draws, last.value) == (1 << 15, own["value"])
    assert (last.low, last.high) == pytest.approx(own["ci95"], rel=0.01)
    few = simulated(gpt4, Settings(16, sampler=sampler))
    with pytest.raises(InputError, match="too few"):
        converged(few, "total_cost", 80.0)


def test_runs_alike_are_told_apart() -> None:
    """Labels say no more than is needed, and are never equal for different runs."""
    runs = [
        {"name": "a", "book": "x", "settings": [], "seed": 1, "run": "r1"},
        {"name": "a", "book": "x", "settings": ["mfu=0.4"], "seed": 2, "run": "r2"},
        {"name": "b", "book": "x", "settings": [], "seed": 2, "run": "r3"},
    ]
    assert labelled(runs) == ["a, x", "a, x, mfu=0.4", "b"]


def test_find_and_json_round_trip(run_folder: Path) -> None:
    """A run is found by how its name begins."""
    assert find("gpt4", run_folder.parent) == run_folder
    assert json.loads((run_folder / "summary.json").read_text())["draws"] == 20_000
