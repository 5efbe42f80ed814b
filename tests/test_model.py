"""The graph read from signatures: order, inputs, units, cycles, pins, extensions."""

from __future__ import annotations

import re
from math import sqrt
from pathlib import Path
from types import ModuleType

import pytest

from simulator.assembly import Layer, laid_over
from simulator.errors import InputError, ModelError
from simulator.extensions import lever, user_module
from simulator.model import build, formulas_of, read_formula, shipped_formulas
from simulator.units import USD, Component, Hours, Share, USDPerAcceleratorHour


def module(*functions: object, name: str = "given") -> ModuleType:
    """A module that defines these functions."""
    made = ModuleType(name)
    for function in functions:
        function.__module__ = name  # type: ignore[attr-defined]
        setattr(made, function.__name__, function)  # type: ignore[attr-defined]
    return made


def test_components_are_marked_by_type_and_compliance_is_last() -> None:
    """What returns Component is in the total, in the order of the files."""
    model = build(shipped_formulas())
    assert model.components[0] == "hardware_cost"
    assert model.components[-1] == "compliance_cost"
    assert model.formulas["total_cost"].arguments == model.components
    assert model.formulas["direct_cost"].arguments == model.components[:-1]


def test_every_quantity_follows_what_it_needs() -> None:
    """The order of evaluation is one."""
    model = build(shipped_formulas())
    known = set(model.inputs)
    for name, formula in model.formulas.items():
        assert known.issuperset(formula.arguments)
        known.add(name)


def test_units_must_agree() -> None:
    """A formula that wants another unit than the maker's is named, with both units and the line."""

    def waste(training_days: Hours) -> USD:
        return training_days

    with pytest.raises(ModelError, match=r"test_model.py:\d+: waste wants training_days in h, it is in day"):
        build([*shipped_formulas(), *formulas_of(module(waste))])


def test_circles_are_named() -> None:
    """Two quantities that need each other are an error that names them."""

    def a(b: Share) -> Share:
        return b

    def b(a: Share) -> Share:
        return a

    with pytest.raises(ModelError, match=r"circle: [ab] <- [ab] <- [ab]"):
        build([*shipped_formulas(), *formulas_of(module(a, b))])


def test_a_component_that_needs_the_total_is_a_circle() -> None:
    """The total cannot depend on itself."""

    def tax_cost(total_cost: USD) -> Component:
        return total_cost

    with pytest.raises(ModelError, match="circle"):
        build(laid_over(shipped_formulas(), [Layer(formulas_of(module(tax_cost)), "mine")]))


def test_arguments_need_units() -> None:
    """An argument without a unit is named with its line."""

    def bad(mfu) -> Share:  # type: ignore[no-untyped-def]
        return mfu  # type: ignore[no-any-return]

    with pytest.raises(ModelError, match="bad: mfu has no unit"):
        formulas_of(module(bad))


def test_pinning_prunes_what_only_the_pinned_needed() -> None:
    """Given accelerator-hours make utilization and mfu superfluous, not the arithmetic's check."""
    model = build(shipped_formulas()).pin(name for name in ["accelerator_hours"])
    assert model.pinned == ("accelerator_hours",)
    assert {"mfu", "goodput", "system_utilization", "failure_rate"} <= set(model.pruned)
    assert "training_flop" in model.formulas
    assert model.inputs["accelerator_hours"].symbol == "h"
    assert "gpu_price" in model.inputs


def test_a_pinned_component_stays_in_the_total() -> None:
    """A component that is given is a component still."""
    model = build(shipped_formulas()).pin(["label_cost"])
    assert "label_cost" in model.formulas["total_cost"].arguments
    assert "label_price" in model.pruned


@pytest.mark.parametrize("name", ["total_cost", "direct_cost"])
def test_sums_cannot_be_given(name: str) -> None:
    """Components add up to the total, so the total is never given."""
    with pytest.raises(ModelError, match="sum of its components"):
        build(shipped_formulas()).pin([name])


def test_nobody_defines_the_total() -> None:
    """A file that defines total_cost is refused."""

    def total_cost(hardware_cost: USD) -> USD:
        return hardware_cost

    with pytest.raises(ModelError, match="write a component"):
        laid_over(shipped_formulas(), [Layer(formulas_of(module(total_cost)), "mine")])


def test_a_wrapped_quantity_uses_the_old_value() -> None:
    """A function with its own name among its arguments wraps what it replaces."""

    def goodput(goodput: Share) -> Share:
        return goodput * 0.5

    model = build(laid_over(shipped_formulas(), [Layer(formulas_of(module(goodput)), "half")]))
    assert model.formulas["goodput"].arguments == ("goodput__without_half",)
    assert "goodput" in model.formulas["system_utilization"].arguments


def test_a_wrapped_input_keeps_its_name_and_prior() -> None:
    """Those who used the input use the wrapped value; the prior stays under the input's name."""

    def gpu_hour_price(gpu_hour_price: USDPerAcceleratorHour) -> USDPerAcceleratorHour:
        return gpu_hour_price * 0.5

    model = build(laid_over(shipped_formulas(), [Layer(formulas_of(module(gpu_hour_price)), "spot")]))
    assert "gpu_hour_price" in model.inputs
    assert "gpu_hour_price__with_spot" in model.formulas["rental_cost"].arguments


def test_a_wrapped_component_counts_once() -> None:
    """The value before a lever is no component."""

    def label_cost(label_cost: USD) -> Component:
        return label_cost * 0.5

    model = build(laid_over(shipped_formulas(), [Layer(formulas_of(module(label_cost)), "half")]))
    assert model.components.count("label_cost") == 1
    assert not any("without" in name for name in model.components)


def test_a_users_file_adds_an_input_and_a_component(tmp_path: Path) -> None:
    """A .py file outside the package adds to the model."""
    path = tmp_path / "insurance.py"
    path.write_text(
        "from simulator.units import Component, Share, USD\n\n\n"
        "def insurance_cost(acquisition_cost: USD, premium_share: Share) -> Component:\n"
        "    return acquisition_cost * premium_share\n"
    )
    model = build(laid_over(shipped_formulas(), [Layer(formulas_of(user_module(path)), "insurance")]))
    assert "premium_share" in model.inputs
    assert model.components[-2:] == ("insurance_cost", "compliance_cost")


def test_a_users_file_may_not_import_helpers(tmp_path: Path) -> None:
    """An import would let compiled code go stale."""
    path = tmp_path / "mine.py"
    path.write_text("import numpy\n")
    with pytest.raises(InputError, match=r"mine.py:1: imports numpy"):
        user_module(path)


def test_what_is_in_the_total_stays_and_what_is_not_stays_out() -> None:
    """A replaced component is a component, any other quantity or input is none; both complaints at once."""

    def hardware_cost(rental_cost: USD) -> USD:
        return rental_cost

    def rental_cost(acquisition_cost: USD) -> Component:
        return acquisition_cost

    def compliance_fixed_cost(compliance_fixed_cost: USD) -> Component:
        return compliance_fixed_cost

    with pytest.raises(ModelError) as error:
        laid_over(
            shipped_formulas(),
            [Layer(formulas_of(module(hardware_cost, rental_cost, compliance_fixed_cost)), "mine")],
        )
    text = str(error.value)
    assert re.search(r"test_model.py:\d+: hardware_cost is a component; annotate it -> Component", text)
    assert "rental_cost is no component; annotate it with its own unit" in text
    assert "compliance_fixed_cost is no component" in text


def test_a_label_is_no_part_of_python() -> None:
    """A file may have any name; what it wraps has one that compiles."""

    def goodput(goodput: Share) -> Share:
        return goodput * 0.5

    model = build(laid_over(shipped_formulas(), [Layer(formulas_of(module(goodput)), "half price (2)")]))
    assert model.formulas["goodput"].arguments == ("goodput__without_half_price__2_",)


def test_what_cannot_be_computed_is_named_with_its_arguments() -> None:
    """Division by zero, a function outside its domain and a root of -1 are one error that says where."""

    def ratio(x: Share) -> Share:
        return 1.0 / x

    def root(x: Share) -> Share:
        return sqrt(x - 1.0)

    def power(x: Share) -> Share:
        return (x - 1.0) ** 0.5

    def most(x: Share) -> Share:
        return max(0.0, (x - 1.0) ** 0.5)

    for function, reason in (
        (ratio, "zero"),
        (root, "domain"),
        (power, "real number"),
        (most, "real number"),
    ):
        with pytest.raises(
            ArithmeticError, match=rf"{function.__name__} \(test_model.py:\d+\).* x 0: .*{reason}"
        ):
            build([read_formula(function)]).evaluate({"x": 0.0})


def test_an_unknown_lever_is_answered_with_the_nearest() -> None:
    """A misspelt lever gets a proposal."""
    with pytest.raises(ModelError, match="Did you mean straight_line_depreciation"):
        lever("straight_line_deprecation")


def test_arguments_are_plain_names() -> None:
    """Defaults and stars have no meaning in a formula."""

    def bad(mfu: Share = 0.5) -> Share:
        return mfu

    def worse(*mfu: Share) -> Share:
        return mfu[0]

    for function in (bad, worse):
        with pytest.raises(ModelError, match="without defaults or stars"):
            formulas_of(module(function))


def test_a_given_sum_of_components_takes_their_place() -> None:
    """If the final run's cost is given, it is in the total and its parts are not."""
    model = build(shipped_formulas()).pin(["final_run_cost"])
    assert model.components[0] == "final_run_cost"
    assert not {"hardware_cost", "energy_cost", "operations_cost"} & set(model.components)
    assert model.formulas["total_cost"].arguments == model.components
    assert model.formulas["direct_cost"].arguments == model.components[:-1]
    assert "maintenance_share" not in model.inputs
    both = build(shipped_formulas()).pin(["final_run_cost", "hardware_cost"])
    assert "hardware_cost" not in both.components
