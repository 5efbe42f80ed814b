"""What drives a total whose components are given, or of which nothing varies."""

from __future__ import annotations

import json

import numpy as np
import pytest
from conftest import GPT4
from pinned import pinned
from test_cli import traincost

from simulator import load_scenario
from simulator.errors import InputError
from simulator.reports.sensitivity import sensitivity_sheet
from simulator.sensitivity.analysis import sensitivity
from simulator.sensitivity.tornado import Bar, missed
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


HEAVY = "lognormal: {mu: 2, sigma: 4}"


@pytest.mark.parametrize("options", [("tornado", "--kind", "variance"), ("tornado", "--kind", "binned")])
def test_tornados_say_where_a_tail_is_heavy(options: tuple[str, ...]) -> None:
    """Where one draw carries much of the variance, notes say so; with a percentile there is no need."""
    command, *rest = options
    settings = given(pinned(hardware_cost=HEAVY, staff_cost=NORMAL))
    done = traincost(command, *settings, *rest, "-n", "4k", "--format", "json", "--quiet")
    assert any("of the variance of total_cost: means, shares" in n for n in json.loads(done.stdout)["notes"])
    done = traincost(command, *settings, "--metric", "p50", "-n", "4k", "--format", "json", "--quiet")
    assert json.loads(done.stdout)["notes"] == []


@pytest.mark.parametrize(("prior", "count"), [(HEAVY, 1), (NORMAL, 0)])
def test_sensitivity_says_where_a_tail_is_heavy(prior: str, count: int) -> None:
    """The same for indices, in their table and for programs."""
    settings = pinned(hardware_cost=prior, staff_cost=NORMAL)
    found = sensitivity(load_scenario(GPT4, settings=settings), Settings(4096))
    sheet = sensitivity_sheet(found, {"scenario": "s"}, 5)
    assert len(found.notes) == count
    assert sheet.text("table").count("of the variance of total_cost: means") == count
    assert sheet.data["notes"] == list(found.notes)


@pytest.mark.parametrize("kind", ["binned", "variance"])
def test_what_swings_put_first_and_draws_do_not_is_named(kind: str) -> None:
    """Of four parts one is far out but seldom: its swing is the widest, of the variance it has the least."""
    parts = dict.fromkeys(("hardware_cost", "staff_cost", "label_cost"), NORMAL)
    rare = "discrete: {values: [0, 50, 100], weights: [0.0001, 0.9998, 0.0001]}"
    options = ("--kind", kind, "-n", "20k", "--format", "json", "--quiet")
    notes = json.loads(traincost("tornado", *given(pinned(**parts, energy_cost=rare)), *options).stdout)[
        "notes"
    ]
    assert (
        sum(
            note.startswith("Among the widest three of --kind swing, but not here: energy_cost;")
            for note in notes
        )
        == 1
    )
    notes = json.loads(traincost("tornado", *given(pinned(**parts)), *options).stdout)["notes"]
    assert not any("--kind swing" in note for note in notes)


def test_what_is_missed_is_clearly_so() -> None:
    """Only an input that is clearly narrower than the three widest counts as missed."""
    parts = np.random.default_rng(1).normal(size=16)
    ours = [
        Bar(name, "1", 0.0, 1.0, 0.0, width, True, se=0.25, replicates=width + parts[::sign])
        for name, width, sign in (("a", 5.0, 1), ("b", 4.0, 1), ("c", 3.0, 1), ("d", 2.9, -1), ("e", 1.0, -1))
    ]
    theirs = [Bar(name, "1", 0.0, 1.0, 0.0, 1.0, True) for name in ("d", "e", "a")]
    assert missed(ours, theirs) == ["e"]
    assert missed(ours, ours) == missed([], theirs) == missed(ours[:2], theirs) == []
