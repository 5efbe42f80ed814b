"""Formulas: a published run by hand, directions that must hold, and the rules of the house."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import formulas, levers
from simulator.assembly import assembled
from simulator.currency import CURRENCIES, rate_of
from simulator.extensions import lever, lever_names
from simulator.formulas.energy import accelerator_power, emissions, energy
from simulator.formulas.hardware import installed_price, rental_cost, value_in_use, yearly_depreciation
from simulator.formulas.reliability import goodput, job_mtbf
from simulator.formulas.throughput import accelerator_hours, contention, parallel_efficiency
from simulator.formulas.workload import training_flop
from simulator.glossary import MEANINGS
from simulator.model import Formula, build, formulas_of, shipped_formulas

ALL = [*shipped_formulas(), *(f for name in lever_names() for f in formulas_of(lever(name)))]
FILES = [f for package in (formulas, levers) for f in Path(package.__path__[0]).glob("*.py")]


def test_gpt3_by_hand() -> None:
    """GPT-3 takes 3.55 million V100-hours, 1,287 MWh and 552 t (Patterson et al. 2021, Table 4)."""
    flop = training_flop(175e9, 300e9, 3.14e23 / 3.15e23)
    hours = accelerator_hours(flop, 125e12, 24.6e12 / 125e12, 1.0)
    assert hours == pytest.approx(3.55e6, rel=0.002)
    electricity = energy(hours, accelerator_power(300, 1.1, 1.0), 1.10)
    assert electricity == pytest.approx(1287, rel=0.003)
    assert emissions(1287, 0.429) == pytest.approx(552, abs=0.2)


def test_llama_failures_by_hand() -> None:
    """Llama 3's 419 interruptions in 54 days leave a goodput above 0.9, as published."""
    assert job_mtbf(419 / (54 * 24 * 16_384), 16_384) == pytest.approx(3.09, abs=0.01)
    assert goodput(10 / 3600, 8 / 60, 3.09) > 0.9


def test_megascale_efficiency_by_hand() -> None:
    """MegaScale's 0.934 from 3,072 to 12,288 accelerators is its published sigma of 7.9e-6."""
    assert parallel_efficiency(12_288, 3_072, 7.9e-6) == pytest.approx(0.934, abs=0.002)


def test_depreciation_is_the_anchor_methods_rate_for_a_short_run() -> None:
    """At 0.14 orders of magnitude a year a short run loses 32.2% of the value a year (Cottier et al.)."""
    start = value_in_use(1.0, 0.14, 1e-3)
    assert yearly_depreciation(start, 0.14) == pytest.approx(0.3224, abs=1e-4)


@given(st.floats(0.05, 0.95), st.floats(1, 1e6), st.floats(1, 1e6))
def test_efficiency_never_rises_with_the_cluster(at_10k: float, smaller: float, larger: float) -> None:
    """A larger cluster is never more efficient per accelerator."""
    sigma = contention(at_10k, 8)
    low, high = sorted((smaller, larger))
    assert parallel_efficiency(high, 1000, sigma) <= parallel_efficiency(low, 1000, sigma) <= 1.0


@given(st.floats(1, 1e8), st.floats(0.01, 100), st.floats(1.0, 10))
def test_rent_is_proportional(hours: float, price: float, factor: float) -> None:
    """Twice the price is twice the rent."""
    assert rental_cost(hours, price * factor) == pytest.approx(rental_cost(hours, price) * factor)


@given(st.floats(1, 1e5), st.floats(1, 3), st.floats(0, 0.5))
def test_installation_never_makes_an_accelerator_cheaper(price: float, overhead: float, share: float) -> None:
    """Server and network only add to the price."""
    assert installed_price(price, overhead, share) >= price * (1 - 1e-12)


@pytest.mark.parametrize("formula", ALL, ids=lambda f: f.name)
def test_every_formula_is_documented_with_a_number(formula: Formula) -> None:
    """Every formula has a sentence and a doctest."""
    text = formula.function.__doc__ or ""
    assert formula.meaning
    assert f">>> {formula.name}(" in text or f"({formula.name}(" in text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_formulas_import_nothing_but_math_and_units(path: Path) -> None:
    """Compiled code is named by the bytes of these files, so nothing else may enter them."""
    tree = ast.parse(path.read_text())
    names = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))
    assert set(names) <= {"__future__", "math", "simulator.units"}


def test_every_input_is_described() -> None:
    """Each input of formulas, levers and currencies has its sentence, and each sentence its input."""
    model = build(shipped_formulas())
    levers = {name for lever in lever_names() for name in assembled([], [lever]).inputs}
    rates = {rate_of(currency) for currency in CURRENCIES if currency != "USD"}
    assert set(MEANINGS) == set(model.inputs) | levers | rates
    assert all(text and not text.endswith(".") for text in MEANINGS.values())
