"""Shared scenarios, and a cache of compiled loops that lives as long as the tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from simulator import Scenario, load_scenario

ROOT = Path(__file__).parent.parent
CONFIGS = ROOT / "configs"
SCENARIOS = sorted(CONFIGS.glob("*.yaml"))
MARKET = CONFIGS / "books" / "market-2025-03.yaml"
SEED_BOOK = CONFIGS / "books" / "seed-2025-06.yaml"
GPT4 = CONFIGS / "gpt4-class.yaml"

MINIMAL = """\
title: A small plan
plan: {accelerator_count: 1000, active_parameters: 7e9, tokens: 2T, procurement: own}
"""


@pytest.fixture(autouse=True, scope="session")
def _from_the_root() -> None:
    """Doctests and tests name files from the repository's root."""
    os.chdir(ROOT)


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are not forced to the disk: nothing here cuts the power."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """The folder of a small run."""
    from results_cases import IDENTITY, a_run

    from simulator.results import save

    return save(a_run(), tmp_path / "results", "GPT 4", IDENTITY)


@pytest.fixture(scope="session")
def gpt4() -> Scenario:
    """The default scenario."""
    return load_scenario(GPT4)
