"""The budget gate: never a pass by noise, and an exit code for each answer."""

from __future__ import annotations

import json
from math import exp
from pathlib import Path

import numpy as np
import pytest
from comparison_cases import rented
from test_compare import DEARER, stored, traincost

from simulator.errors import InputError
from simulator.gate import INCREASE, MAX, OVER, PASS, UNDECIDED, Limit, Verdict, decision, read_limits
from simulator.statistics.estimates import Estimate, percentile

P80 = 2e6 * exp(0.8416212336 * 0.5)  # of hours x price
LIMIT = Limit(MAX, "total_cost", 80.0, 100.0)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (90.0, 100.0, PASS),
        (100.0, 110.0, UNDECIDED),
        (101.0, 110.0, OVER),
        (float("nan"), float("nan"), UNDECIDED),
    ],
)
def test_the_whole_interval_decides(low: float, high: float, expected: str) -> None:
    """Kept up to the limit itself, broken beyond it, undecided else and where no error is known."""
    assert Verdict(LIMIT, Estimate(100.0, 5.0, low, high), 1000).decision == expected


def test_one_broken_limit_breaks_all() -> None:
    """Over before undecided before pass."""
    kept, broken, unknown = (
        Verdict(LIMIT, Estimate(100.0, 5.0, *ends), 1000)
        for ends in ((90.0, 99.0), (101.0, 110.0), (95.0, 105.0))
    )
    assert decision([kept, unknown, broken]) == OVER
    assert decision([kept, unknown]) == UNDECIDED
    assert decision([kept]) == PASS


def test_noise_passes_no_broken_limit() -> None:
    """Of 4,000 small runs whose true P80 is a hair over the limit no more than 1 in 30 passes."""
    random = np.random.default_rng(5)
    passes = 0
    for _ in range(4_000):
        found = percentile(np.sort(random.normal(size=400)), 80.0)
        passes += Verdict(Limit(MAX, "x", 80.0, 0.8416 - 1e-4), found, 400).decision == PASS
    assert passes / 4_000 < 1 / 30


def test_draws_to_decide_decide() -> None:
    """Where the value is as found, as many draws as are said decide 9 times in 10, a third seldom."""
    random = np.random.default_rng(6)
    gap = 1.3 * 1.2533 / np.sqrt(500)  # standard errors of the median of 500 normal draws
    limit = Limit(MAX, "x", 50.0, gap)
    found = Estimate(0.0, gap / 1.3, -1.96 * gap / 1.3, 1.96 * gap / 1.3)
    wanted = Verdict(limit, found, 500).draws_to_decide
    assert wanted

    def decided(count: int) -> float:
        runs = (percentile(np.sort(random.normal(size=count)), 50.0) for _ in range(300))
        return float(np.mean([Verdict(limit, run, count).decision != UNDECIDED for run in runs]))

    assert 0.83 < decided(wanted) < 0.97
    assert decided(wanted // 3) < 0.55


def test_limits_are_read_as_written() -> None:
    """A name before a dot, percent only where it can be meant; every complaint at once."""
    found = read_limits({MAX: ["p80=150M", "energy.mean=30k"], INCREASE: ["p90=5%", "p90=2M"]})
    assert found == [
        Limit(MAX, "total_cost", 80.0, 150e6),
        Limit(MAX, "energy", None, 30e3),
        Limit(INCREASE, "total_cost", 90.0, 0.05, relative=True),
        Limit(INCREASE, "total_cost", 90.0, 2e6),
    ]
    with pytest.raises(InputError, match="2 problems") as error:
        read_limits({MAX: ["p80=5%", "median=3", "p50=1"]})
    assert "--max median=3" in str(error.value)


@pytest.mark.parametrize(
    ("limit", "code", "word"), [(1.2 * P80, 0, PASS), (1.0, 3, OVER), (P80, 4, UNDECIDED)]
)
def test_exit_codes(tmp_path: Path, limit: float, code: int, word: str) -> None:
    """0 kept, 3 broken, 4 undecided, of a scenario and of a stored run."""
    path = rented(tmp_path)
    for given in (str(path), stored(path, tmp_path / "results")):
        words = ["-n", "5000"] if given == str(path) else []
        found = traincost("check", given, *words, "--max", f"p80={limit:.0f}", "--format", "json")
        assert (found[0], json.loads(found[1])["decision"]) == (code, word)


def test_increases_are_paired(tmp_path: Path) -> None:
    """A quarter dearer is within 25.5% and beyond 24.5% after few draws: both sides have the same ones."""
    base, new = str(rented(tmp_path)), str(rented(tmp_path, "new", gpu_hour_price=DEARER))
    for limit, code in (("25.5%", 0), ("24.5%", 3), ("1", 3)):
        words = ("check", new, "--max-increase", f"p90={limit}", "--against", base, "-n", "5000")
        assert traincost(*words)[0] == code


def test_what_is_set_is_not_set_for_the_base(tmp_path: Path) -> None:
    """--set changes the side that is checked, so that its increase is seen."""
    base = str(rented(tmp_path))
    words = ("check", base, "--set", "gpu_hour_price=5", "--max-increase", "p50=50%", "--against", base)
    assert traincost(*words, "-n", "5000")[0] == 3


def test_a_check_that_cannot_be_made_is_no_pass(tmp_path: Path) -> None:
    """Nothing to check, half an increase, an unknown name or run: 2 or 1, never 0."""
    path = str(rented(tmp_path))
    assert traincost("check", path)[0] == 2
    assert traincost("check", path, "--max-increase", "p90=5%")[0] == 2
    assert traincost("check", path, "--max", "p80=1M", "--against", path)[0] == 2
    assert traincost("check", path, "--max", "nothing.p80=1M")[0] == 1
    assert traincost("check", "nowhere", "--max", "p80=1M")[0] == 1
    assert traincost("check", path, "-n", "20", "--max-increase", "p90=5%", "--against", path)[0] == 1


def test_a_stored_run_of_another_model_is_held_against_what_it_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stored percentiles are checked as they are, and that is said; what would be made anew is refused."""
    path = str(rented(tmp_path))
    run = stored(Path(path), tmp_path / "results")
    monkeypatch.setattr("simulator.sides.changed", lambda stored, scenario: "total_cost comes out otherwise")
    code, out, _ = traincost("check", run, "--max", "p80=1")
    assert (code, "(total_cost comes out otherwise)" in " ".join(out.split())) == (3, True)
    code, _, err = traincost("check", run, "--max", "p77=1")
    assert (code, "the model has changed since" in err) == (1, True)
    for given, base in ((run, run), (run, path), (path, run)):
        code, _, err = traincost("check", given, "--max-increase", "p80=900%", "--against", base)
        assert (code, "of it no increase is known" in err) == (1, True)


def test_every_unknown_quantity_is_named(tmp_path: Path) -> None:
    """Limits of names that one of the sides does not have are complained of at once."""
    path = str(rented(tmp_path))
    limits = ("--max", "energie.p50=1", "--max-increase", "nada.p50=1", "--against", path)
    code, _, err = traincost("check", path, *limits)
    assert (code, "2 problems" in err, "energie" in err, "nada" in err) == (1, True, True, True)


def test_what_was_checked_is_said(tmp_path: Path) -> None:
    """Settings and draws of what is checked, what it is held against, and units that are not dollars."""
    path = str(rented(tmp_path))
    words = ("--set", "gpu_hour_price=2", "-n", "5000", "--max", "accelerator_hours.p50=2M")
    more = ("--max-increase", "accelerator_hours.p50=1", "--against", path)
    out = traincost("check", path, *words, *more)[1]
    assert "Checked: rented, gpu_hour_price=2; 5,000 draws, seed 1, sampler random\n" in out
    assert "Increases: over rented; both on 5,000 draws, seed 1, sampler random\n" in out
    assert "\naccelerator_hours p50 (h) " in out


def test_heavy_tails_decide_no_mean(tmp_path: Path) -> None:
    """Where a mean rests on a few draws its interval is not to be trusted, and nothing passes by it."""
    heavy = "{lognormal: {median: 2, sigma: 3}, unit: USD/accelerator-hour}"
    path = str(rented(tmp_path, gpu_hour_price=heavy))
    code, out, _ = traincost("check", path, "-n", "5000", "--max", "mean=1e15")
    assert code == 4
    assert "rests on so few draws" in " ".join(out.split())
