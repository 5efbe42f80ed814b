"""What drives a total whose components are given, or of which nothing varies."""

from __future__ import annotations

import json

import pytest
from conftest import GPT4
from pinned import pinned
from test_cli import traincost

from simulator import load_scenario
from simulator.errors import InputError
from simulator.sensitivity.analysis import sensitivity
from simulator.simulation import Settings

NORMAL = "normal: {mean: 50, sd: 5}"


def given(settings: list[str]) -> list[str]:
    """The default scenario with settings, for the command line."""
    return [str(GPT4), *(part for setting in settings for part in ("--set", setting))]


def test_without_uncertain_inputs_there_are_no_indices() -> None:
    """A scenario of which nothing is uncertain is refused, and the message says why."""
    with pytest.raises(InputError, match="no input of it is uncertain"):
        sensitivity(load_scenario(GPT4, settings=pinned()), Settings(1024))


@pytest.mark.parametrize("kind", ["swing", "binned", "variance"])
@pytest.mark.parametrize("style", ["table", "markdown", "csv", "json"])
def test_tornados_without_uncertain_inputs_print(kind: str, style: str) -> None:
    """Where nothing is uncertain there is no bar in any style, and people are told so."""
    done = traincost("tornado", *given(pinned()), "--kind", kind, "-n", "1k", "--format", style, "--quiet")
    assert done.exit_code == 0, done.output
    if style == "json":
        assert json.loads(done.stdout)["bars"] == []
    elif style == "csv":
        assert done.stdout.strip() == ""
    else:
        assert "No input of it is uncertain" in done.stdout


def test_given_components_are_a_group_of_their_own() -> None:
    """Components that the scenario gives are no room's: their group is called given."""
    settings = pinned(hardware_cost=NORMAL, staff_cost=NORMAL)
    found = sensitivity(load_scenario(GPT4, settings=settings), Settings(1024))
    assert found.members == {"given": ("hardware_cost", "staff_cost")}


@pytest.mark.parametrize("kind", ["binned", "variance"])
def test_every_uncertain_input_has_a_bar(kind: str) -> None:
    """An input of which only one value was drawn has a bar of 0, and a note says what was not seen."""
    rare = "discrete: {values: [0, 1], weights: [0.0003, 0.9997]}"
    options = ("--kind", kind, "-n", "1000", "--format", "json", "--quiet")
    done = traincost("tornado", *given(pinned(hardware_cost=rare, staff_cost=NORMAL)), *options)
    found = json.loads(done.stdout)
    assert [(bar["input"], bar["swing"] > 0.0) for bar in found["bars"]] == [
        ("staff_cost", True),
        ("hardware_cost", False),
    ]
    assert not any(note.startswith("Shares add up") for note in found["notes"])
    assert "hardware_cost: too few draws to tell what it does, all are 1" in found["notes"]
