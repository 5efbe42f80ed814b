"""The cache of compiled loops: never stale, never in the way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT

from simulator.extensions import user_module
from simulator.kernel.compiled import Program, fingerprint

PROGRAM = """
import sys
from simulator import load_scenario
from simulator.kernel import Engine
s = load_scenario(sys.argv[1])
print(repr(float(Engine(s.model, s.distributions, 1).columns(["levy_cost"], 10)["levy_cost"][0])))
"""

GIVEN = """\
title: Nearly everything is given
book: {book}
plan: {{accelerator_count: 10, active_parameters: 1e9, tokens: 1e9, accelerator: A100-40G-SXM}}
formulas: [levy.py]
priors:
  hardware_cost: {{value: 1, unit: USD}}
  energy_cost: {{value: 1, unit: USD}}
  operations_cost: {{value: 1, unit: USD}}
  experiment_cost: {{value: 1, unit: USD}}
  post_training_cost: {{value: 1, unit: USD}}
  evaluation_cost: {{value: 1, unit: USD}}
  data_license_cost: {{value: 1, unit: USD}}
  data_processing_cost: {{value: 1, unit: USD}}
  label_cost: {{value: 1, unit: USD}}
  staff_cost: {{value: 1, unit: USD}}
  framework_team_cost: {{value: 1, unit: USD}}
  compliance_cost: {{value: 1, unit: USD}}
  accelerator_hours: {{value: 1000, unit: h}}
  energy: {{value: 0.3, unit: MWh}}
  training_flop: {{value: 1e19, unit: FLOP}}
  amortised_hardware_cost: {{value: 1, unit: USD}}
  rental_cost: {{value: 1, unit: USD}}
  acquisition_cost: {{value: 1, unit: USD}}
  programme_energy: {{value: 1, unit: MWh}}
  programme_emissions: {{value: 1, unit: tCO2e}}
  project_months: {{value: 1, unit: month}}
"""

DAYS = 1000.0 / 10.0 / 24.0


def formula(factor: float) -> str:
    """The text of a user's formula."""
    return (
        "from simulator.units import Component, Days\n\n\n"
        f"def levy_cost(training_days: Days) -> Component:\n    return {factor} * training_days\n"
    )


def started(plan: Path, cache: Path, **environment: str) -> subprocess.Popen[str]:
    """A fresh process that prints the first draw of levy_cost, with its own cache of compiled loops."""
    env = {**os.environ, "XDG_CACHE_HOME": str(cache), **environment}
    command = [sys.executable, "-c", PROGRAM, str(plan)]
    return subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def levy(plan: Path, cache: Path, **environment: str) -> float:
    """What such a process prints."""
    process = started(plan, cache, **environment)
    out, _ = process.communicate()
    assert process.returncode == 0
    return float(out)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario with a formula of the user's own, and a graph small enough to compile quickly."""
    folder = tmp_path_factory.mktemp("plan")
    (folder / "levy.py").write_text(formula(2.0))
    (folder / "plan.yaml").write_text(GIVEN.format(book=ROOT / "configs/books/market-2025-03.yaml"))
    return folder / "plan.yaml"


@pytest.fixture(scope="module")
def warm(plan: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the compiled plan."""
    cache = tmp_path_factory.mktemp("cache")
    assert levy(plan, cache) == 2.0 * DAYS
    return cache


def test_an_edited_formula_changes_the_result_with_a_warm_cache(plan: Path, warm: Path) -> None:
    """No stale machine code: the next run uses the edited formula, the one after it the first again."""
    (plan.parent / "levy.py").write_text(formula(14.0))
    assert levy(plan, warm) == 14.0 * DAYS
    (plan.parent / "levy.py").write_text(formula(2.0))
    assert levy(plan, warm) == 2.0 * DAYS


def test_a_broken_cache_heals(plan: Path, warm: Path, tmp_path: Path) -> None:
    """Truncated cached code is thrown away and gives the right result."""
    cache = Path(shutil.copytree(warm, tmp_path / "cache"))
    codes = list(cache.rglob("*.nbc"))
    assert codes
    for code in codes:
        code.write_bytes(code.read_bytes()[:100])
    assert levy(plan, cache) == 2.0 * DAYS
    assert len(list(cache.rglob("*.nbc"))) == len(codes) - 1


def test_no_home_and_no_cache_still_runs(plan: Path) -> None:
    """A machine without a writable home compiles without a cache."""
    assert levy(plan, Path("/proc/nowhere"), HOME="/proc/nowhere") == 2.0 * DAYS


@pytest.mark.parametrize("delay", [2.0, *(pytest.param(d / 2, marks=pytest.mark.slow) for d in range(1, 17))])
def test_killed_while_compiling_the_next_run_is_right(plan: Path, tmp_path: Path, delay: float) -> None:
    """kill -9 at an instant of the first run leaves nothing that spoils the next."""
    process = started(plan, tmp_path)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert levy(plan, tmp_path) == 2.0 * DAYS


def test_code_is_named_by_which_file_computes_which_quantity(tmp_path: Path) -> None:
    """Two files that both define two quantities give other code when the one or the other is the last."""
    text = "from simulator.units import Component\n\n\ndef {}() -> Component:\n    return {}\n"
    for name, value in (("a", 1.0), ("b", 2.0)):
        both = text.format("x_cost", value) + text.format("y_cost", value).split("\n", 1)[1]
        (tmp_path / f"{name}.py").write_text(both)
    x = {name: user_module(tmp_path / f"{name}.py") for name in "ab"}
    first = Program("text", {}, {"x_cost_": x["a"].x_cost, "y_cost_": x["b"].y_cost})
    second = Program("text", {}, {"x_cost_": x["b"].x_cost, "y_cost_": x["a"].y_cost})
    assert fingerprint(first) != fingerprint(second)
