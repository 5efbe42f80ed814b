"""Priors that age: the arithmetic, what may age, when it takes effect, and that a stored run keeps it."""

from __future__ import annotations

from datetime import date
from math import exp
from pathlib import Path

import numpy as np
import pytest
from conftest import MINIMAL
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from simulator import Scenario, load_scenario
from simulator.distributions import Lognormal
from simulator.errors import DistributionError, InputError
from simulator.results import load
from simulator.running import run_and_store
from simulator.scenario.dates import last_day
from simulator.scenario.resolved import identity, resolved
from simulator.simulation import Settings, run
from simulator.verify import verify

RATES = "ageing: {drift: -0.10, volatility: 0.25}"
PRICE = f"{{lognormal: {{median: 2, sigma: 0.3}}, truncate: {{high: 5}}, as_of: 2024-11-30, {RATES}}}"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory, gpt4: Scenario) -> Path:
    """A scenario of one's own whose rental price ages."""
    path = tmp_path_factory.mktemp("ageing") / "plan.yaml"
    price = PRICE.replace("{lognormal", "{unit: USD/accelerator-hour, lognormal", 1)
    lines = resolved(gpt4).splitlines()
    path.write_text("\n".join(f"  gpu_hour_price: {price}" if "gpu_hour_price:" in x else x for x in lines))
    return path


def loaded(path: Path, *settings: str) -> Scenario:
    return load_scenario(path, settings=settings)


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 10), st.floats(0, 10))
def test_ageing_twice_is_ageing_once(drift: float, volatility: float, first: float, second: float) -> None:
    """A walk of some years and then of more is a walk of all of them."""
    price = Lognormal.from_median(2.0, 0.3)
    twice = price.aged(first, drift, volatility).aged(second, drift, volatility)
    once = price.aged(first + second, drift, volatility)
    assert (twice.mu, twice.sigma) == (pytest.approx(once.mu), pytest.approx(once.sigma))


def test_ageing_is_a_random_walk_of_the_log_price() -> None:
    """The aged prior is the distribution of simulated walks."""
    rng = np.random.default_rng(1)
    start = np.log(2.0) + 0.3 * rng.normal(size=200_000)
    ends = start + sum(-0.1 / 12 + 0.25 / np.sqrt(12) * rng.normal(size=200_000) for _ in range(24))
    aged = Lognormal.from_median(2.0, 0.3).aged(2.0, -0.1, 0.25)
    assert ends.mean() == pytest.approx(aged.mu, abs=4e-3)
    assert ends.std() == pytest.approx(aged.sigma, abs=4e-3)


def test_a_shift_does_not_age() -> None:
    """Of a shifted lognormal only what lies above the shift would walk: refused."""
    with pytest.raises(DistributionError, match="cannot age"):
        Lognormal.from_median(2.0, 0.3, shift=1.0).aged(1.0, 0.0, 0.1)


@pytest.mark.parametrize(
    ("written", "day"),
    [("2025-03", date(2025, 3, 31)), ("2024-02", date(2024, 2, 29)), ("2025-03-01", date(2025, 3, 1)),
     ("2023", date(2023, 12, 31)), ("2023-13", None), ("2023-02-30", None), ("spring", None), ("", None)],
)  # fmt: skip
def test_dates(written: str, day: date | None) -> None:
    """A month is its last day, a year its last; what is no date is none."""
    assert last_day(written) == day


def test_nothing_ages_unasked(plan: Path) -> None:
    """Without priced_at: a scenario with ageing draws what one without it draws."""
    plain = plan.with_name("plain.yaml")
    plain.write_text(plan.read_text().replace(f", {RATES}", ""))
    assert loaded(plan).distributions == loaded(plain).distributions
    assert "priced_at" not in resolved(loaded(plan))


def test_an_aged_price(plan: Path) -> None:
    """Two years on the median has drifted and the spread grown; the bound stands and the note says so."""
    prior = loaded(plan, "priced_at=2026-11-30").priors["gpu_hour_price"]
    untruncated = prior.distribution.base
    assert untruncated.ppf(0.5) == pytest.approx(2.0 * exp(-0.2), rel=1e-3)
    assert untruncated.sigma == pytest.approx(np.sqrt(0.09 + 2 * 0.0625), rel=1e-3)
    assert prior.distribution.support == (0.0, 5.0)
    assert "Aged 2.00 years from 2024-11-30 to 2026-11-30" in prior.note
    assert prior.unaged == loaded(plan).distributions["gpu_hour_price"]


def test_what_is_later_does_not_age(plan: Path) -> None:
    """A prior of a later date than the one asked for stays, and a note names it."""
    found = loaded(plan, "priced_at=2024-10")
    assert found.distributions == loaded(plan).distributions
    assert any("gpu_hour_price" in note and "left as they are" in note for note in found.notes)


def test_what_truncation_takes_from_an_aged_price(plan: Path) -> None:
    """The share of the aged lognormal beyond its bound is told in both notes; a little is not."""
    found = loaded(plan, "priced_at=2034-11-30")
    sigma = np.sqrt(0.09 + 10.0 * 0.0625)
    lost = norm.sf((np.log(5.0) - np.log(2.0) + 1.0) / sigma)
    said = f"{lost:.1%} of the aged prior of gpu_hour_price lies beyond its truncation"
    assert said in found.priors["gpu_hour_price"].note and said in found.notes
    soon = loaded(plan, "priced_at=2025-01")
    assert not any("truncation" in words for words in (*soon.notes, soon.priors["gpu_hour_price"].note))


def test_what_truncation_takes_below(plan: Path) -> None:
    """A low bound counts too, in the entry's own unit."""
    low = PRICE.replace("{high: 5}", "{low: 1.5, high: 50}").replace("-0.10", "-1")
    said = [
        note
        for note in loaded(plan, f"gpu_hour_price={low}", "priced_at=2025-11-30").notes
        if "beyond" in note
    ]
    share = norm.cdf((np.log(1.5) - np.log(2.0) + 1.0) / np.sqrt(0.09 + 0.0625))
    assert len(said) == 1 and float(said[0].split("%")[0]) == pytest.approx(100 * share, abs=0.3)


def test_what_was_aged_already(plan: Path, tmp_path: Path) -> None:
    """A price written out once aged is of that date already, and its notes tell each step's dates."""
    path = tmp_path / "aged.yaml"
    path.write_text(resolved(loaded(plan, "priced_at=2026-11-30")))
    notes = loaded(path).notes
    assert "already at that date: gpu_hour_price" in notes and "aged to 2026-11-30: nothing" in notes
    note = loaded(path, "priced_at=2028-11-30").priors["gpu_hour_price"].note
    assert "from 2024-11-30 to 2026-11-30" in note and "from 2026-11-30 to 2028-11-30" in note


def test_an_aged_run_verifies(plan: Path, tmp_path: Path, no_waiting: None) -> None:
    """The run written out reruns bit for bit, is not the run that did not age, and can age further."""
    young, old = loaded(plan), loaded(plan, "priced_at=2026-11-30")
    assert identity(young, {}) != identity(old, {})
    summary = run_and_store(old, Settings(2000), tmp_path)
    stored = load(Path(summary["run"]))
    assert verify(stored).sentence == "identical"
    again = load_scenario(stored.scenario)
    lines = zip(resolved(again).splitlines(), resolved(old).splitlines(), strict=True)
    assert [one for one, other in lines if one != other and not one.startswith("made_from")] == []
    assert summary["priced_at"] == "2026-11-30" and summary["aged"] == ["gpu_hour_price"]
    further = load_scenario(stored.scenario, settings=["priced_at=2028-11-30"])
    once = loaded(plan, "priced_at=2028-11-30")
    assert further.distributions["gpu_hour_price"].base.sigma == pytest.approx(
        once.distributions["gpu_hour_price"].base.sigma
    )


def test_every_command_heeds_the_date(plan: Path) -> None:
    """A run of an aged scenario differs in the price and in nothing that does not need it."""
    young = run(loaded(plan), Settings(2000), keep=2000).columns
    old = run(loaded(plan, "priced_at=2026-11"), Settings(2000), keep=2000).columns
    moved = {name for name in young if not np.array_equal(young[name], old[name])}
    assert moved == {"gpu_hour_price", "rental_cost"}


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("pue={uniform: {low: 1.1, high: 1.2}, as_of: 2024-01, ageing: {drift: 0, volatility: 0}}", "only a"),
        ("pue={value: 1.1, as_of: 2024-01, ageing: {drift: 0, volatility: 0}}", "only a"),
        (f"gpu_price={{lognormal: {{p5: 1, p95: 2}}, {RATES}}}", "wants a date"),
        (f"gpu_price={{lognormal: {{p5: 1, p95: 2}}, as_of: soon, {RATES}}}", "no date"),
        (f"gpu_price={{lognormal: {{p5: 1, p50: 1.2, p95: 2}}, as_of: 2024-01, {RATES}}}", "with a shift"),
        ("gpu_price={lognormal: {p5: 1, p95: 2}, as_of: 2024-01, ageing: {drift: x, volatility: 1}}", "is x"),
        (
            "gpu_price={lognormal: {p5: 1, p95: 2}, as_of: 2024-01, ageing: {drift: 0, volatility: -1}}",
            ">= 0",
        ),
        ("gpu_price={lognormal: {p5: 1, p95: 2}, as_of: 2024-01, ageing: {drift: 0}}", "wants drift and"),
        ("gpu_price={lognormal: {p5: 1, p95: 2}, as_of: 2024-01, ageing: 25%}", "wants drift and"),
        ("priced_at=soon", "no date"),
        ("priced_at=[1]", "no date"),
    ],
)
def test_what_cannot_age(plan: Path, setting: str, words: str) -> None:
    """Shapes, rates and dates that cannot be aged are complaints, whether or not a date is asked for."""
    with pytest.raises(InputError, match=words):
        loaded(plan, setting)


def test_a_drift_beyond_all_numbers(plan: Path) -> None:
    """A walk that leaves the range of a double is a complaint and no infinite price."""
    huge = PRICE.replace("-0.10", "1e6")
    with pytest.raises(InputError, match="leaves the range"):
        loaded(plan, f"gpu_hour_price={huge}", "priced_at=2026-11-30")


def test_ageing_in_the_head_of_a_keyed_entry(tmp_path: Path) -> None:
    """Ageing above the keys of a book's entry holds for all of them."""
    book = tmp_path / "book.yaml"
    book.write_text(
        f"title: A book\npriors:\n  gpu_hour_price: {{by: year, unit: USD/accelerator-hour, {RATES}, "
        "2024: {lognormal: {p5: 1, p95: 2}, as_of: 2024-06}}\n"
    )
    path = tmp_path / "plan.yaml"
    path.write_text(MINIMAL.replace("own}", "own, year: 2024}"))
    with pytest.raises(InputError) as caught:
        load_scenario(path, book=book)
    assert not any("gpu_hour_price" in complaint.what for complaint in caught.value.complaints)
