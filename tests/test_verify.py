"""A stored run recomputed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import GPT4

from simulator import load_scenario
from simulator.results import StoredRun, load
from simulator.running import run_and_store
from simulator.simulation import Settings
from simulator.verify import verify


@pytest.fixture(params=["random", "sobol"])
def run(tmp_path: Path, request: pytest.FixtureRequest) -> StoredRun:
    """A stored run, with a correlation and an uncommon percentile."""
    scenario = load_scenario(GPT4, settings=["correlations=[{between: [gpu_price, mfu], spearman: 0.5}]"])
    how = Settings(20_000, seed=3, sampler=request.param, levels=(7.0, 50.0, 80.0))
    return load(Path(run_and_store(scenario, how, tmp_path, keep=50)["run"]))


def test_a_run_comes_out_the_same(run: StoredRun) -> None:
    """A stored run is identical to the last bit on any number of threads."""
    assert verify(run, threads=1).sentence == verify(run, threads=3).sentence == "identical"


def test_last_bits_are_told_from_differences(run: StoredRun) -> None:
    """A number off by one bit is equal within 1e-12; one off by more is named with both values."""
    run.summary["data_sha256"] = "0" * 64
    values = run.tree["quantities"]["energy"].to_numpy()
    values[3] = np.nextafter(values[3], np.inf)
    assert verify(run).sentence == "equal within 1e-12"
    values[5] *= 1.001
    verdict = verify(run)
    assert not verdict.same
    assert verdict.sentence.startswith("/quantities/energy[5] was ")
    assert "1 of" in verdict.sentence
