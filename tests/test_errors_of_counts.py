"""No summary looks more certain than its draws allow."""

from __future__ import annotations

import numpy as np
import pytest
from counting import census, summarise, summarise_all

from simulator.statistics.estimates import chance, chance_of_replicates, percentile
from simulator.statistics.precision import Target
from simulator.statistics.summaries import Column, _expected

NARROW = np.random.default_rng(5).normal(1_000_500.0, 1.0, 160_000)


@pytest.mark.parametrize("lanes", [1, 16])
def test_narrow_quantities_are_counted_finely(lanes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws that share their leading digits are told apart by bins alone, within the stated error."""
    monkeypatch.setattr("simulator.statistics.summaries.MOST_PICKED", 0)
    found = summarise(NARROW, [5, 50, 95], lanes=lanes)
    for level, estimate in found.percentiles.items():
        exact = percentile(np.sort(NARROW), level).value
        assert abs(estimate.value - exact) < found.resolution < 0.002
        assert estimate.se >= abs(estimate.value - exact) / 2.0


def test_errors_contain_the_width_of_bins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where percentiles are read off bins, standard error and interval hold the bins' width."""
    draws = np.random.default_rng(3).lognormal(3, 2, 160_000)
    exact = summarise(draws, [50])
    monkeypatch.setattr("simulator.statistics.summaries.MOST_PICKED", 0)
    found = summarise(draws, [50])
    assert found.percentiles[50].se > exact.percentiles[50].se
    assert found.percentiles[50].se > found.resolution
    assert found.percentiles[50].high >= exact.percentiles[50].high


def test_columns_that_fit_are_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column with too many draws beside its percentiles costs no other column its exact ones."""
    random = np.random.default_rng(1)
    wide, lumpy = random.lognormal(0, 1, 160_000), np.where(random.random(160_000) < 0.5, 0.0, 1.0)
    lumpy = lumpy + 1e-9 * random.random(160_000)
    monkeypatch.setattr("simulator.statistics.summaries.MOST_PICKED", 20_000)
    found = summarise_all(np.array([lumpy, wide]), [50])
    assert found[1].resolution == 0.0
    assert found[1].percentiles[50].value == percentile(np.sort(wide), 50).value


def test_draws_beside_an_atom_are_counted_as_such() -> None:
    """An atom that shares a bin with a density does not hide how many draws a second look would hold."""
    draws = np.maximum(1.0, np.random.default_rng(1).normal(1.0, 1e-9, 160_000))
    found = census(np.array([draws]))
    column = Column(found, 0, found.bins(0))
    everything = np.ones(found.layout.bins, np.uint8)
    assert _expected(column, everything) == pytest.approx(80_000, rel=0.05)


@pytest.mark.parametrize("size", [1e-200, 1e200, 1e304])
@pytest.mark.parametrize("lanes", [1, 16])
def test_errors_do_not_depend_on_the_scale(size: float, lanes: int) -> None:
    """Tiny and huge quantities have the mean, the spread and the errors of the same draws times a number."""
    draws = np.random.default_rng(1).normal(10.0, 1.0, 20_000)
    one, scaled = summarise(draws, [50], lanes=lanes), summarise(draws * size, [50], lanes=lanes)
    assert scaled.mean.value == pytest.approx(one.mean.value * size, rel=1e-12)
    assert scaled.mean.se == pytest.approx(one.mean.se * size, rel=1e-6)
    assert scaled.sd == pytest.approx(one.sd * size, rel=1e-9)
    assert scaled.percentiles[50].se == pytest.approx(one.percentiles[50].se * size, rel=1e-6)


def test_what_was_never_seen_to_vary_has_no_certain_mean() -> None:
    """Where all draws are alike percentiles are exact and the mean's error is not known."""
    found = summarise(np.zeros(20_000), [50])
    assert (found.percentiles[50].se, found.mean.value) == (0.0, 0.0)
    assert np.isnan(found.mean.se)
    assert Target("y", None, 0.01).reached(found) == float("inf")
    assert Target("y", 50.0, 0.01).reached(found) == 0.0


@pytest.mark.parametrize(("draws", "level"), [(64, 5.0), (1024, 99.9), (16, 80.0)])
def test_too_few_points_a_net_tell_no_percentile_of_it(draws: int, level: float) -> None:
    """Where a net has hardly a point beyond a percentile, the error is that of plain draws, or unknown."""
    column = np.random.default_rng(1).lognormal(0, 1, draws)
    found = summarise(column, [level, 50.0], lanes=16)
    assert level not in found.replicates
    expected = percentile(np.sort(column), level)
    np.testing.assert_equal(vars(found.percentiles[level]), vars(expected))


def test_rare_events_of_nets_have_the_error_of_plain_draws() -> None:
    """An event that was hardly ever met, or missed, has Wilson's interval: 16 counts of 0 tell nothing."""
    assert chance_of_replicates(np.zeros(16, np.int64), 1000) == chance(0, 16_000)
    assert chance_of_replicates(np.full(16, 1000), 1000) == chance(16_000, 16_000)
    often = np.arange(500, 516)
    assert chance_of_replicates(often, 1000).se == pytest.approx(often.std(ddof=1) / 4.0 / 1000.0)


def test_a_difference_with_an_unknown_end_is_unknown() -> None:
    """P80 - P50 has no error where P80 has none."""
    found = summarise(np.random.default_rng(1).normal(size=4), [50, 80])
    assert np.isnan(found.percentiles[80].se)
    difference = found.difference(80, 50)
    assert difference
    assert np.isnan(difference[1])
