"""The compiled engine against the plain-Python formulas, and against itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import SCENARIOS

from simulator import Scenario, load_scenario
from simulator.distributions import distribution
from simulator.kernel import Engine
from simulator.kernel.loop import source
from simulator.kernel.philox import philox
from simulator.kernel.sampler import uniforms
from simulator.kernel.tables import quantile_table
from simulator.model import build, read_formula
from simulator.units import Component, Ratio


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_random123_known_answers(
    counter: tuple[int, ...], key: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    """Philox4x32-10 gives the vectors that Random123 publishes."""
    assert tuple(philox(*(np.uint64(word) for word in (*counter, *key)))) == expected


def folded(first: int, count: int, key: int) -> tuple[np.ndarray, np.ndarray]:
    v, upper = np.empty(count), np.empty(count, dtype=np.uint64)
    uniforms(first, count, np.uint64(key), v, upper)
    return v, upper


def test_a_draw_can_be_computed_alone() -> None:
    """Draws 1000 to 1009 are the same whether or not those before them are made."""
    v, upper = folded(0, 2000, 42)
    alone, alone_upper = folded(1000, 10, 42)
    assert (v[1000:1010] == alone).all()
    assert (upper[1000:1010] == alone_upper).all()


def test_uniforms_are_uniform_and_never_at_the_ends() -> None:
    """Folded u lies strictly inside (0, 1/2), and a chi-square of 200 bins passes at 1e-6."""
    v, upper = folded(0, 1 << 20, 7)
    assert v.min() > 0 and v.max() < 0.5
    counts = np.histogram(np.where(upper == 1, 1 - v, v), bins=200, range=(0, 1))[0]
    expected = len(v) / 200
    assert ((counts - expected) ** 2 / expected).sum() < 306  # chi-square(199) at 1 - 1e-6


TABULATED = [
    ("normal", {"mean": 0, "sd": 1}),
    ("lognormal", {"p5": 10_000, "p95": 40_000}),
    ("lognormal", {"median": 1, "sigma": 2}),
    ("uniform", {"low": 0, "high": 1}),
    ("loguniform", {"low": 1e-6, "high": 1e6}),
    ("triangular", {"low": 1, "mode": 1.1, "high": 1.5}),
    ("triangular", {"low": 0, "mode": 1, "high": 1}),
    ("pert", {"low": 0.55, "mode": 0.88, "high": 1.0}),
    ("pert", {"low": 0, "mode": 0, "high": 1}),
    ("beta", {"a": 0.5, "b": 0.5}),
    ("beta", {"a": 30, "b": 2}),
    ("quantiles", {"p0": 1, "p5": 2, "p50": 3, "p95": 7, "p100": 20}),
]


def tabulated(family: str, parameters: dict[str, float], u: np.ndarray, upper: bool) -> np.ndarray:
    """Values the table gives at u, or at 1 - u, in plain numpy."""
    table = quantile_table(distribution(family, parameters))
    side = len(table.breaks) // 2
    cell = ((u.view(np.uint64) >> np.uint64(52 - table.bits)).astype(np.int64)) - ((1023 - 53) << table.bits)
    cell = cell + side * upper
    c = np.where(u >= table.breaks[cell], 4, 0)
    row = table.coefficients
    return row[cell, c] + u * (row[cell, c + 1] + u * (row[cell, c + 2] + u * row[cell, c + 3]))


@pytest.mark.parametrize(("family", "parameters"), TABULATED)
@pytest.mark.parametrize("upper", [False, True])
def test_tables_keep_their_accuracy(family: str, parameters: dict[str, float], upper: bool) -> None:
    """Tables are within 1e-6 of the quantile function to u = 1e-6 and within 1e-4 to 1e-9, both tails."""
    shape = distribution(family, parameters)
    for smallest, tolerance in ((1e-6, 1e-6), (1e-9, 1e-4), (2.0**-53, 1e-4)):
        u = np.exp(np.random.default_rng(1).uniform(np.log(smallest), np.log(0.4999), 20_000))
        exact = shape.isf(u) if upper else shape.ppf(u)
        scale = np.maximum(np.abs(exact), 1e-3 if shape.support[0] < 0 else 0)
        error = np.abs(tabulated(family, parameters, u, upper) - exact) / scale
        assert error.max() < tolerance


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_kernel_equals_reference(path: Path) -> None:
    """On 1,000 draws of every scenario the compiled quantities are the formulas' own to 1e-9."""
    scenario = load_scenario(path)
    columns = Engine(scenario.model, scenario.distributions, 3).columns(scenario.names, 1000)
    rows = zip(*(columns[name].tolist() for name in scenario.names), strict=True)
    for row in rows:
        found = dict(zip(scenario.names, row, strict=True))
        expected = scenario.model.evaluate({name: found[name] for name in scenario.model.inputs})
        for name in scenario.model.formulas:
            assert found[name] == pytest.approx(expected[name], rel=1e-9, abs=0)


def test_threads_and_length_change_no_bit(gpt4: Scenario) -> None:
    """One, two, three and seven threads give the same bytes, and the first n of 2n draws are the same."""
    engine = Engine(gpt4.model, gpt4.distributions, 1)
    columns = [
        engine.columns(["total_cost"], 300_001, threads=t)["total_cost"].tobytes() for t in (1, 2, 3, 7)
    ]
    assert len(set(columns)) == 1
    assert engine.columns(["total_cost"], 150_000)["total_cost"].tobytes() == columns[0][: 150_000 * 8]


def test_other_inputs_keep_their_draws(gpt4: Scenario) -> None:
    """A stream is keyed by name: fixing one input leaves every other input's draws alone."""
    other = load_scenario(gpt4.path, settings=["mfu=0.4"])
    first = Engine(gpt4.model, gpt4.distributions, 1).columns(["gpu_price", "pue"], 100)
    second = Engine(other.model, other.distributions, 1).columns(["gpu_price", "pue"], 100)
    assert all((first[name] == second[name]).all() for name in first)


def test_a_plan_or_book_compiles_nothing(gpt4: Scenario) -> None:
    """The generated text depends on the graph alone, not on plan, priors or procurement."""
    settings = ["plan.accelerator_count=80_000", "mfu=0.4", "plan.procurement=rent"]
    assert source(load_scenario(gpt4.path, settings=settings).model) == source(gpt4.model)


def test_no_name_of_a_users_hides_a_variable_of_the_loop() -> None:
    """Quantities called n, i, block or run are computed like any other."""

    def n(block: Ratio, i: Ratio) -> Ratio:
        return block * i

    def run(n: Ratio, count: Ratio, out: Ratio) -> Component:
        return n + count + out

    values = {"block": 2.0, "i": 3.0, "count": 5.0, "out": 7.0}
    model = build([read_formula(n), read_formula(run)])
    engine = Engine(model, {name: distribution("point", {"value": v}) for name, v in values.items()}, 1)
    assert engine.columns(["run"], 1)["run"][0] == 18.0
