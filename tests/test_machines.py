"""One hash over processors' features and Python versions: slow, since each compiles its own loops."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import GPT4, ROOT

from simulator import load_scenario
from simulator.running import run_and_store
from simulator.simulation import Settings

MATRIX = "[[1, .6, -.2], [.6, 1, .1], [-.2, .1, 1]]"
CORRELATED = f"correlations=[{{between: [gpu_price, gpu_hour_price, mfu], spearman: {MATRIX}}}]"
PLAIN_KERNEL = {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "+sse2"}
PLAIN_LIBRARIES = {
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 X86_V3 AVX512_ICL AVX512_SPR",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA",
}

pytestmark = pytest.mark.slow


@pytest.fixture(params=["random", "sobol"])
def run(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A stored run with correlated inputs."""
    scenario = load_scenario(GPT4, settings=[CORRELATED])
    done = run_and_store(scenario, Settings(200_000, sampler=request.param), tmp_path / "results")
    return Path(done["run"])


def verdict(run: Path, command: list[str], **environment: str) -> str:
    """What another process says of a run."""
    env = {**os.environ, "XDG_CACHE_HOME": str(run.parent / "cache"), **environment}
    words = [*command, "-m", "simulator", "verify", str(run)]
    done = subprocess.run(words, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip().rpartition(": ")[2] or done.stderr


def test_a_kernel_without_vector_instructions_gives_the_same_bits(run: Path) -> None:
    """Compiled for a processor without AVX, the kernel gives the same bytes."""
    assert verdict(run, [sys.executable], **PLAIN_KERNEL) == "identical"


def test_nothing_vectorised_is_equal_within_1e_12(run: Path) -> None:
    """With AVX off in numpy, scipy and libm too, from which tables are built, numbers agree to 1e-12."""
    found = verdict(run, [sys.executable], **PLAIN_KERNEL, **PLAIN_LIBRARIES)
    assert found in ("identical", "equal within 1e-12")


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv provides the other Pythons")
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_every_python_gives_the_same_bits(run: Path, version: str) -> None:
    """Every Python on the PATH, each with its own numpy and scipy, gives the same bytes."""
    uv = ["uv", "run", "--quiet", "--isolated", "--no-dev", "--python", version, "python"]
    found = verdict(run, uv, UV_PYTHON_DOWNLOADS="never")
    if "No interpreter found" in found or "command not found" in found:
        pytest.skip(f"no Python {version} on the PATH")
    assert found == "identical"
