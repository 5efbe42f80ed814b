"""How a command ends: its exit code and its one message, whatever becomes of its output."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import GPT4, ROOT

COMMAND = [sys.executable, "-m", "simulator"]
FULL = Path("/dev/full")


def shell(command: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which ``traincost`` is the command."""
    line = f'set -o pipefail; traincost() {{ "{sys.executable}" -m simulator "$@"; }}; {command}'
    return subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", ["--help", "--version", f"priors {GPT4}"])
def test_a_full_disk_is_one_message(arguments: str) -> None:
    """Output that cannot be written is an error, at once and not again when the process ends."""
    done = shell(f"traincost {arguments} > /dev/full")
    message = "Error: the output cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, message)


@pytest.mark.parametrize("arguments", ["--help", f"run {GPT4} -n 1000"])
def test_a_closed_output_is_one_message(arguments: str) -> None:
    """Nothing is computed where nothing can be printed."""
    done = shell(f"traincost {arguments} >&-")
    message = "Error: standard output is closed; send it to a file or to /dev/null\n"
    assert (done.returncode, done.stderr) == (1, message)


def test_a_reader_that_has_enough_is_no_error() -> None:
    """A pipe that closes early is passed over in silence."""
    done = shell(f"traincost priors {GPT4} --format json | head -c 1")
    assert (done.stdout, done.stderr) == ("[", "")


@pytest.mark.parametrize(("arguments", "code"), [("--help", 0), ("", 2), ("nonsense", 2), ("validate no", 1)])
def test_exit_codes(arguments: str, code: int) -> None:
    """0 is done, 1 bad input, 2 wrong usage."""
    done = shell(f"traincost {arguments}")
    assert done.returncode == code
    assert (done.stderr == "") == (code == 0)


@pytest.mark.parametrize("wait", [1.0, 3.0])
def test_an_interrupt_is_exit_code_130(tmp_path: Path, wait: float) -> None:
    """SIGINT while modules load, formulas compile or draws are made: one line and no file."""
    output = tmp_path / "results"
    process = subprocess.Popen(
        [*COMMAND, "run", str(GPT4), "-n", "50M", "-o", str(output)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(wait)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.strip()) == (130, "", "Interrupted; nothing half-written.")
    assert not output.exists()
