"""Tornados and what makes up a percentile, against closed forms and the plain-Python model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import exp, sqrt
from threading import get_ident

import numpy as np
import pytest
from conftest import GPT4
from scipy.stats import norm, qmc

from simulator import Scenario, load_scenario
from simulator.errors import InputError
from simulator.kernel.options import LANES
from simulator.reports.tornado import tornado_sheet
from simulator.sensitivity.allocation import allocated, halves
from simulator.sensitivity.binning import Ordered, statistic
from simulator.sensitivity.given_data import binned, shares, variance
from simulator.sensitivity.swing import _ends, swing
from simulator.sensitivity.tornado import Bar, ranked
from simulator.statistics.estimates import T95

UNITS = dict.fromkeys(("y", "a", "b", "c", "d", "u"), "1")
Draws = Mapping[str, np.ndarray]


def drawn(seed: int, draws: int = 1 << 16) -> Draws:
    """y = 3 a + b - 2 d and a curve in u: a to c normal, d takes two values, c does nothing."""
    random = np.random.default_rng(seed)
    a, b, c, u = random.normal(size=(4, draws))
    d = (random.random(draws) < 0.3).astype(float)
    return {"y": 3.0 * a + b - 2.0 * d + 0.8 * (u**2 - 1.0), "a": a, "b": b, "c": c, "d": d, "u": u}


def columns(found: Draws):  # type: ignore[no-untyped-def]
    def of(names: Sequence[str]) -> Draws:
        return {name: found[name] for name in names}

    return of


INPUTS = ("a", "b", "c", "d", "u")
VARIANCES = {"a": 9.0, "b": 1.0, "c": 0.0, "d": 4.0 * 0.21, "u": 2.0 * 0.64}


def bars(found: Sequence[Bar]) -> dict[str, Bar]:
    return {bar.input: bar for bar in found}


def test_swing_is_two_evaluations_of_the_model(gpt4: Scenario) -> None:
    """Each bar ends where the plain-Python model puts it, the others at their medians; widest first."""
    found = swing(gpt4, "total_cost")
    medians = {name: float(prior.ppf(0.5)) for name, prior in gpt4.distributions.items()}
    assert found.baseline == gpt4.model.evaluate(medians)["total_cost"]
    uncertain = [name for name, prior in gpt4.priors.items() if not prior.is_fixed]
    assert sorted(bar.input for bar in found.bars) == sorted(uncertain)
    for bar in found.bars:
        prior = gpt4.distributions[bar.input]
        assert (bar.low_input, bar.high_input) == (float(prior.ppf(0.1)), float(prior.ppf(0.9)))
        for given, value in ((bar.low_input, bar.low), (bar.high_input, bar.high)):
            assert value == gpt4.model.evaluate({**medians, bar.input: given})["total_cost"]
    swings = [bar.swing for bar in found.bars]
    assert swings == sorted(swings, reverse=True)
    assert sum(bar.explained for bar in found.bars) == pytest.approx(1.0)
    assert not bars(found.bars)["mfu"].rises
    assert bars(found.bars)["gpu_price"].rises


def test_discrete_inputs_swing_between_their_extremes() -> None:
    """A discrete input goes from its least to its greatest value, however rare they are."""
    settings = ["pue={discrete: {values: [1.1, 1.2, 1.9], weights: [0.01, 0.98, 0.01]}, unit: 1}"]
    bar = bars(swing(load_scenario(GPT4, settings=settings), "energy").bars)["pue"]
    assert (bar.low_input, bar.high_input) == (1.1, 1.9)
    assert bar.high / bar.low == pytest.approx(1.9 / 1.1)


def test_conditional_swings_move_what_is_correlated() -> None:
    """Given an input at its P90, one correlated with it goes to its median under the Gaussian copula."""
    settings = ["correlations=[{between: [gpu_price, mfu], spearman: 1}]"]
    scenario = load_scenario(GPT4, settings=settings)
    alone, both = (bars(swing(scenario, "total_cost", given).bars) for given in (False, True))
    medians = {name: float(prior.ppf(0.5)) for name, prior in scenario.distributions.items()}
    high = {name: float(scenario.distributions[name].ppf(0.9)) for name in ("gpu_price", "mfu")}
    assert both["gpu_price"].high == pytest.approx(scenario.model.evaluate({**medians, **high})["total_cost"])
    assert both["gpu_price"].swing < alone["gpu_price"].swing
    assert both["pue"].swing == alone["pue"].swing
    assert "--conditional" in swing(scenario, "total_cost").notes[0]


@pytest.mark.parametrize("level", [None, 90.0])
def test_binned_bars_are_the_tenths_means_and_percentiles(level: float | None) -> None:
    """Ends are statistics over the outer tenths, as sorting gives them; discrete inputs have their values."""
    found = drawn(1)
    tornado = binned(columns(found), "y", UNITS, INPUTS, level)
    bar, order = bars(tornado.bars)["a"], np.argsort(found["a"])
    for end, part in ((bar.low, order[:6553]), (bar.high, order[-6553:])):
        values = np.sort(found["y"][part])
        expected = values.mean() if level is None else values[int(np.ceil(0.9 * len(part))) - 1]
        assert end == pytest.approx(expected, abs=0.02)
    two = bars(tornado.bars)["d"]
    assert (two.low_input, two.high_input) == (0.0, 1.0)
    assert not two.rises
    if level is None:
        assert two.low - two.high == pytest.approx(2.0, abs=4.0 * two.se)
        assert tornado.baseline == pytest.approx(found["y"].mean())
        assert bar.swing == pytest.approx(6.0 * norm.pdf(norm.ppf(0.1)) / 0.1, abs=4.0 * bar.se)


def test_a_bar_of_nothing_is_noise_and_a_bent_one_is_seen() -> None:
    """What an input does not do is told as noise 19 times in 20; a curve's bar reaches to its middle."""
    noise = []
    for seed in range(40):
        found = bars(binned(columns(drawn(seed, 1 << 14)), "y", UNITS, INPUTS, None).bars)
        noise.append(found["c"].is_noise)
        assert not found["a"].is_noise
    assert sum(noise) >= 34
    bent = bars(binned(columns(drawn(1)), "y", UNITS, INPUTS, None).bars)["u"]
    assert not bent.is_noise
    assert abs(bent.low_input) < 0.3 or abs(bent.high_input) < 0.3


def test_errors_of_bars_are_as_stated() -> None:
    """Over seeds, a bar's distance from the truth is as large as its standard error says."""
    truth, distances = 6.0 * norm.pdf(norm.ppf(0.1)) / 0.1, []
    for seed in range(60):
        bar = bars(binned(columns(drawn(seed, 1 << 14)), "y", UNITS, ("a",), None).bars)["a"]
        distances.append((bar.swing - truth) / bar.se)
    assert 0.75 < sqrt(np.mean(np.square(distances))) < 1.3
    assert np.mean(np.abs(distances) < T95) > 0.88


def test_shares_of_the_variance_are_those_of_a_sum() -> None:
    """Of a sum of independent parts each share is its own variance over the whole."""
    found = bars(variance(columns(drawn(1, 1 << 18)), "y", UNITS, INPUTS).bars)
    whole = sum(VARIANCES.values())
    for name, own in VARIANCES.items():
        assert found[name].swing == pytest.approx(own / whole, abs=4.0 * found[name].se + 1e-5)
    assert found["c"].is_noise
    assert all(bar.swing == max(0.0, bar.explained) for bar in found.values())
    assert not found["d"].rises


@pytest.mark.parametrize("draws", [600, 4096, 1 << 16])
def test_shares_of_skewed_inputs_have_no_bias(draws: int) -> None:
    """Over seeds, shares of a straight line's variance are right on average, also of an input with a tail."""
    for shape, scale, sd in (("normal", 1.0, 1.0), ("lognormal", 0.5, sqrt(exp(0.25) * (exp(0.25) - 1.0)))):
        random, distances = np.random.default_rng(2), []
        for _ in range(60):
            x = getattr(random, shape)(0.0, scale, draws)
            y = 2.0 * x + sd * random.normal(size=draws)
            found = variance(columns({"y": y, "a": x}), "y", UNITS, ("a",)).bars[0]
            distances.append((found.swing - 0.8) / found.se)
        assert abs(np.mean(distances)) < 5.0 / sqrt(60.0)
        assert 0.7 < np.std(distances) < 1.5


@pytest.mark.parametrize("draws", [512, 4096, 1 << 16])
def test_shares_stand_beside_the_ends_of_inputs(draws: int) -> None:
    """However few the draws, ends are the P10 and P90 that sorting gives, or the extremes of few values."""
    random = np.random.default_rng(2)
    a, d = random.normal(size=draws), random.choice(np.arange(12.0), p=[0.02] * 10 + [0.4] * 2, size=draws)
    found = bars(variance(columns({"y": a + d, "a": a, "d": d}), "y", UNITS, ("a", "d")).bars)
    tenth, ninetieth = (np.sort(a)[int(np.ceil(draws * p)) - 1] for p in (0.1, 0.9))
    assert (found["a"].low_input, found["a"].high_input) == (tenth, ninetieth)
    assert (found["d"].low_input, found["d"].high_input) == (0.0, 11.0)


def test_what_inputs_explain_together_does_not_hang_on_the_draws() -> None:
    """Of 30 inputs that do nothing and one that has half of the variance, all explain half on average."""
    random, wholes = np.random.default_rng(8), []
    names = tuple(f"x{number}" for number in range(31))
    for _ in range(12):
        given = dict(zip(names, random.normal(size=(31, 2048)), strict=True))
        found = {"y": given["x0"] + random.normal(size=2048), **given}
        wholes.append(
            sum(bar.explained for bar in variance(columns(found), "y", dict.fromkeys(found, "1"), names).bars)
        )
    assert abs(np.mean(wholes) - 0.5) < 4.0 * np.std(wholes) / sqrt(12.0)
    assert np.std(wholes) < 0.1


def test_shares_that_overlap_are_said_to() -> None:
    """Correlated inputs explain more than all: the sum is not cut off, and where to share it out is told."""
    random = np.random.default_rng(1)
    a, rest = random.normal(size=(2, 1 << 14))
    b = 0.8 * a + 0.6 * rest
    tornado = variance(columns({"y": a + b, "a": a, "b": b}), "y", UNITS, ("a", "b"))
    assert sum(bar.explained for bar in tornado.bars) == pytest.approx(1.8, abs=0.03)
    assert tornado.notes[0].startswith("Shares add up to 180%: correlated inputs explain the same")
    sheet = tornado_sheet(tornado, {"scenario": "s"}, 1)
    assert float(sheet.tables[0][-1][-1].rstrip("%")) == pytest.approx(180.0, abs=3.0)


def test_chance_in_bins_is_taken_off() -> None:
    """Of an input that does nothing the share is 0 on average, and no surer or less sure than it is."""
    random, found = np.random.default_rng(1), []
    for _ in range(200):
        cut = Ordered(random.normal(size=8192)).cut(random.normal(size=8192), 64, 1)
        found.append(shares(cut.sums()))
    values, errors = np.mean(found, axis=1), np.std(found, axis=1, ddof=1) / 4.0
    assert abs(np.mean(values)) < 4.0 * np.std(values) / sqrt(200.0)
    assert 0.8 < sqrt(np.mean(np.square(errors))) / np.std(values) < 1.6


def test_errors_of_small_shares_are_as_stated() -> None:
    """A driver of 2% of the variance is told from chance with draws that tell it, at its true size."""
    random, distances = np.random.default_rng(6), []
    for _ in range(40):
        x, rest = random.normal(size=(2, 1 << 14))
        y = sqrt(0.02) * x + sqrt(0.98) * rest
        bar = variance(columns({"y": y, "a": x}), "y", UNITS, ("a",)).bars[0]
        distances.append((bar.swing - 0.02) / bar.se)
        assert not bar.is_noise
    assert 0.6 < sqrt(np.mean(np.square(distances))) < 1.2


@pytest.mark.parametrize("points", [512, 1 << 14])
def test_shares_have_no_bias_where_points_are_spread_evenly(points: int) -> None:
    """Scrambled nets leave less to chance than plain draws do; shares of a sum are its parts' even so."""
    random, distances = np.random.default_rng(2), []
    known = {"a": 0.5, "b": 0.3, "c": 0.15, "d": 0.05}
    for _ in range(4):
        nets = [qmc.Sobol(4, rng=random).random(points) for _ in range(LANES)]
        normal = norm.ppf(np.stack(nets, axis=1).reshape(-1, 4))
        given = dict(zip(known, normal.T, strict=True))
        y = sum(sqrt(share) * given[name] for name, share in known.items())
        found = variance(columns({"y": y, **given}), "y", UNITS, tuple(known))  # type: ignore[dict-item]
        distances += [(bar.swing - known[bar.input]) / bar.se for bar in found.bars]
    assert abs(np.mean(distances)) < 4.0 / sqrt(4.0)
    assert sqrt(np.mean(np.square(distances))) < 2.0


def test_rare_values_are_told_or_counted() -> None:
    """A value drawn too seldom to have a mean is named; of the variance it has its share all the same."""
    random = np.random.default_rng(3)
    rare = np.where(random.random(1 << 16) < 5e-4, 1000.0, 0.0)
    found = {"y": rare + random.normal(size=1 << 16), "a": rare}
    tornado = binned(columns(found), "y", UNITS, ("a",), None)
    assert tornado.notes == ("a: too few draws of 1000 to tell what they do",)
    assert variance(columns(found), "y", UNITS, ("a",)).bars[0].swing > 0.99


@pytest.mark.parametrize("draws", [512, 768, 1280])
def test_bars_of_few_draws_have_errors(draws: int) -> None:
    """Where bins are just filled, every part of the run has draws in each and bars have their errors."""
    for seed in range(60):
        found = binned(columns(drawn(seed, draws)), "y", UNITS, ("a", "b", "c", "u"), None)
        assert all(np.isfinite(bar.se) for bar in found.bars)


def test_a_quantity_without_a_value_is_refused() -> None:
    """Where some draws are infinite or no number, no bar is told."""
    found = dict(drawn(1, 4096))
    found["y"] = np.where(np.arange(4096) == 7, np.inf, found["y"])
    for tornado in (
        lambda of: binned(of, "y", UNITS, ("a",), None),
        lambda of: variance(of, "y", UNITS, ("a",)),
    ):
        with pytest.raises(InputError, match="not a finite number in some draws"):
            tornado(columns(found))


def test_bars_take_as_many_threads_as_asked() -> None:
    """With one thread every bar is made in the thread that asks; the bars are the same with two."""
    threads, found = set(), drawn(1, 4096)

    def of(names: Sequence[str]) -> Draws:
        return {name: found[name].view(Watched) for name in names}

    class Watched(np.ndarray):  # type: ignore[type-arg]
        def __array_finalize__(self, obj: object) -> None:
            threads.add(get_ident())

    alone = binned(of, "y", UNITS, INPUTS, None, 1)
    assert threads == {get_ident()}
    assert binned(of, "y", UNITS, INPUTS, None, 2).bars[0].swing == alone.bars[0].swing


def test_few_draws_make_few_bins() -> None:
    """A percentile far out wants more draws a bin; what cannot fill two bins is refused."""
    found = drawn(1, 8192)
    assert "eighth" in binned(columns(drawn(1, 2048)), "y", UNITS, ("a",), None).how
    assert "half" in binned(columns(found), "y", UNITS, ("a",), 99.0).how
    with pytest.raises(InputError, match="too few to cut"):
        binned(columns(drawn(1, 4096)), "y", UNITS, ("a",), 99.0)
    with pytest.raises(InputError, match="too few to cut"):
        variance(columns(drawn(1, 400)), "y", UNITS, ("a",))


def test_swings_see_what_bends() -> None:
    """Where the model lies beyond both ends in between, the bar reaches there, and a note says so."""
    settings = ["stock_share_at_quote={uniform: {low: 0, high: 1}, unit: 1}"]
    tornado = swing(load_scenario(GPT4, settings=settings), "total_cost")
    assert all(bar.swing >= abs(bar.high - bar.low) for bar in tornado.bars)
    assert _ends([1.0, 5.0, 1.0]) == (0, 1)
    assert _ends([3.0, 2.0, 1.0]) == (0, 2)
    assert _ends([2.0, 2.0, 2.0]) == (0, 2)
    assert _ends([1.0, 0.0, 3.0, 2.0]) == (1, 2)


def test_a_heavy_value_among_many_has_a_bin_of_its_own() -> None:
    """Of 101 values of which one has 30% of the draws, the outer bins have the means that sorting gives."""
    random = np.random.default_rng(5)
    atoms = random.choice(np.arange(101.0), p=np.r_[0.3, np.full(100, 0.007)], size=1 << 16)
    for a in (atoms, 100.0 - atoms, np.minimum(100.0, np.maximum(0.0, atoms - 20.0))):
        y = a + random.normal(size=len(a))
        for level in (None, 90.0):
            bar = binned(columns({"y": y, "a": a}), "y", UNITS, ("a",), level).bars[0]
            assert bar.explained == 1.0
            assert bar.se > 0.0
            heavy = y[a == (0.0 if (a == 0.0).sum() > 10_000 else 100.0)]
            expected = heavy.mean() if level is None else np.sort(heavy)[int(np.ceil(0.9 * len(heavy))) - 1]
            assert min(abs(bar.low - expected), abs(bar.high - expected)) < 1e-9


@pytest.mark.parametrize(("weight", "bins"), [(0.5, 6), (0.98, 1), (1.0, 1)])
def test_bins_keep_ties_together_and_are_never_empty(weight: float, bins: int) -> None:
    """Whatever a heavy value among many does, every bin has at least half a tenth of the draws."""
    random = np.random.default_rng(1)
    given = np.where(random.random(20_000) < weight, 0.5, random.random(20_000))
    cut = Ordered(given).cut(given, 10, 128)
    sizes = np.bincount(cut.bins, minlength=cut.count)
    assert cut.count >= bins
    assert sizes.min() >= 1000
    assert len(set(cut.bins[cut.given == 0.5].tolist())) == 1
    assert (np.diff(cut.inputs) > 0.0).all()


def test_a_rare_value_shares_a_bin_at_either_end() -> None:
    """A value drawn too seldom has no bar, be it the least or the greatest, and is named."""
    random = np.random.default_rng(3)
    for sign in (1.0, -1.0):
        a = sign * (random.random(1 << 16) < 4e-4)
        found = {"y": 50.0 * a + random.normal(size=1 << 16), "a": a, "b": random.normal(size=1 << 16)}
        tornado = binned(columns(found), "y", UNITS, ("a", "b"), None)
        assert (bars(tornado.bars)["a"].swing, bars(tornado.bars)["a"].explained) == (0.0, 0.0)
        assert tornado.notes == (f"a: too few draws of {sign:g} to tell what they do",)


def test_values_that_are_all_rare_are_pooled() -> None:
    """Of 50 values, none of which has draws enough, neighbours together have a bar."""
    random = np.random.default_rng(3)
    a = random.integers(0, 50, 4000).astype(float)
    bar = binned(columns({"y": a, "a": a}), "y", UNITS, ("a",), None).bars[0]
    assert bar.swing > 35.0
    assert np.isfinite(bar.se)


def test_values_share_bins_where_they_are_rare() -> None:
    """A value of an input that was drawn too seldom to have a mean is pooled with its neighbour."""
    given = np.repeat([0.0, 1.0, 2.0], [5000, 5, 5000])
    cut = Ordered(given).cut(given, 10, 128)
    assert (cut.inputs.tolist(), cut.rare.tolist()) == ([0.0, 2.0], [1.0])
    assert Ordered(given).cut(given, 10, 1).inputs.tolist() == [0.0, 1.0, 2.0]


def test_statistics_of_cells() -> None:
    """Percentiles and means of cells are those of sorting each; an empty cell has none."""
    random = np.random.default_rng(3)
    values, cells = np.sort(random.normal(size=999)), random.integers(0, 7, 999)
    for level in (None, 5.0, 50.0, 99.0):
        found = statistic(values, cells, 8, level)
        for cell in range(7):
            own = values[cells == cell]
            expected = own.mean() if level is None else own[int(np.ceil(len(own) * level / 100.0)) - 1]
            assert found[cell] == pytest.approx(expected)
        assert np.isnan(found[7])


def test_neighbours_that_are_not_resolved_are_marked() -> None:
    """Equal bars, and bars closer than their paired error, are not told apart."""
    parts = np.random.default_rng(1).normal(size=16)
    one = Bar("one", "1", 0.0, 1.0, 0.0, 5.0, True, se=0.25, replicates=5.0 + parts)
    near = replace(one, input="near", high=4.9, replicates=4.9 + parts[::-1])
    far = replace(one, input="far", high=2.0, replicates=2.0 + parts)
    clear = {bar.input: bar.clear_of_next for bar in ranked([far, near, one])}
    assert clear == {"one": False, "near": True, "far": True}
    equal = ranked([replace(one, replicates=np.zeros(0))] * 2)
    assert not equal[0].clear_of_next
    assert ranked([]) == ()


def lognormals(seed: int, draws: int) -> Draws:
    """Two correlated normal parts and their sum, whose conditional means are straight lines."""
    random = np.random.default_rng(seed)
    x, y = random.normal(size=(2, draws))
    one, other = 10.0 + 2.0 * x, 5.0 + x + 1.5 * y
    return {"one": one, "other": other, "total": one + other}


def test_an_allocation_is_the_conditional_mean_and_adds_up() -> None:
    """Of normals E[part | total] is known; parts and contingencies add up, to rounding."""
    spread = sqrt(9.0 + 2.25)
    for level in (80.0, 95.0):
        found = allocated(lognormals(1, 1 << 18), "total", ("one", "other"), level)
        z = norm.ppf(level / 100.0)
        for name, mean, slope in (("one", 10.0, 6.0 / 11.25), ("other", 5.0, 5.25 / 11.25)):
            part = found.parts[name]
            assert part.value.value == pytest.approx(mean + slope * z * spread, abs=4.0 * part.value.se)
            assert part.contingency.value == pytest.approx(slope * z * spread, abs=4.0 * part.contingency.se)
            assert 0.0 < part.value.se < 0.05
        for figure in ("value", "contingency"):
            parts = [getattr(part, figure).value for part in found.parts.values()]
            assert sum(parts) == pytest.approx(getattr(found.total, figure).value, rel=1e-12)


def test_errors_of_allocations_are_as_stated() -> None:
    """Over seeds, the distance from the truth is as large as the standard error says."""
    truth, distances = 10.0 + 6.0 / 11.25 * norm.ppf(0.8) * sqrt(11.25), []
    for seed in range(60):
        part = allocated(lognormals(seed, 1 << 14), "total", ("one", "other"), 80.0).parts["one"].value
        distances.append((part.value - truth) / part.se)
    assert 0.75 < sqrt(np.mean(np.square(distances))) < 1.3


@pytest.mark.parametrize(("level", "draws"), [(99.0, 1 << 18), (95.0, 1 << 14), (97.0, 1 << 16)])
def test_allocations_in_the_tail_are_no_straight_line(level: float, draws: int) -> None:
    """Far out, where a part with a tail takes over from one without, each has the mean it has there."""
    random, distances = np.random.default_rng(4), []

    def tailed(count: int) -> Draws:
        one, other = np.exp(random.normal(size=count)), random.normal(3.0, 1.0, count)
        return {"one": one, "other": other, "total": one + other}

    big = tailed(1 << 22)
    place = np.argsort(big["total"])[int(len(big["one"]) * level / 100.0) + np.arange(-2000, 2000)]
    truth = float(big["other"][place].mean())
    for _ in range(24):
        part = allocated(tailed(draws), "total", ("one", "other"), level).parts["other"].value
        distances.append((part.value - truth) / part.se)
    assert abs(np.mean(distances)) < 1.2
    assert 0.6 < np.std(distances) < 1.5
    with pytest.raises(InputError, match=r"too few to share out P99\.9"):
        allocated(tailed(1 << 14), "total", ("one", "other"), 99.9)


def beside_a_gap(random: np.random.Generator, weight: float, draws: int) -> Draws:
    """A normal total to which a third part adds 100 or nothing."""
    one, other = random.normal(50.0, 6.0, draws), random.normal(30.0, 4.0, draws)
    rare = np.where(random.random(draws) < weight, 100.0, 0.0)
    return {"one": one, "other": other, "rare": rare, "total": one + other + rare}


@pytest.mark.parametrize("weight", [0.15, 0.192, 0.208, 0.3])
def test_allocations_beside_a_gap_are_those_of_their_side(weight: float) -> None:
    """Where the percentile lies a little below or above a gap, parts have the means of that side."""
    random, distances = np.random.default_rng(7), []
    side = 0.8 / (1.0 - weight) if weight < 0.2 else (weight - 0.2) / weight
    z = norm.ppf(side)
    truth = {"one": 50.0 + 36.0 / sqrt(52.0) * z, "other": 30.0 + 16.0 / sqrt(52.0) * z}
    for _ in range(16):
        found = allocated(beside_a_gap(random, weight, 40_000), "total", ("one", "other", "rare"), 80.0).parts
        assert found["rare"].value.value == pytest.approx(0.0 if weight < 0.2 else 100.0, abs=1e-6)
        distances += [(found[k].value.value - truth[k]) / found[k].value.se for k in truth]
    assert abs(np.mean(distances)) < 0.8
    assert 0.5 < sqrt(np.mean(np.square(distances))) < 1.5


def test_at_a_gap_an_allocation_is_uncertain() -> None:
    """Where draws cannot tell on which side of a gap the percentile lies, stated errors mostly say so."""
    random = np.random.default_rng(7)
    found = [
        allocated(beside_a_gap(random, 0.2, 20_000), "total", ("rare",), 80.0).parts["rare"].value
        for _ in range(12)
    ]
    assert {round(estimate.value) for estimate in found} == {0, 100}
    assert np.median([estimate.se for estimate in found]) > 20.0


def test_halves_show_the_error_that_parts_do() -> None:
    """The error of a mean over balanced halves of the draws is that of 16 parts, to rounding."""
    x = np.random.default_rng(1).normal(size=1600)
    found = [x[half].mean() for half in halves(np.arange(1600))]
    apart = (np.array(found[::2]) - np.array(found[1::2])) / 2.0
    means = [x[lane::LANES].mean() for lane in range(LANES)]
    assert sqrt(np.mean(apart**2)) == pytest.approx(np.std(means, ddof=1) / 4.0, rel=1e-12)


def test_the_percentile_allocated_is_the_order_statistic() -> None:
    """The total at a percentile is that percentile of the draws, also where the density is steep."""
    random = np.random.default_rng(1)
    total = np.exp(random.normal(size=10_000))
    found = allocated({"part": total, "total": total}, "total", ("part",), 90.0)
    assert found.total.value.value == pytest.approx(np.sort(total)[8999], rel=1e-12)
    assert found.total.value.value == pytest.approx(exp(norm.ppf(0.9)), rel=0.05)


def test_a_constant_total_is_allocated() -> None:
    """Where nothing varies every part is itself and no contingency is needed."""
    found = allocated({"part": np.full(2048, 3.0), "total": np.full(2048, 3.0)}, "total", ("part",), 80.0)
    part = found.parts["part"]
    assert (part.value.value, part.contingency.value) == pytest.approx((3.0, 0.0), abs=1e-12)
