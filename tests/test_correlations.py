"""The scenario's ``correlations:``: what they mean, what has no effect, and every complaint at once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import CONFIGS, GPT4, SEED_BOOK
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import Scenario, load_scenario
from simulator.cli import main
from simulator.distributions import NO_CORRELATION, Copula
from simulator.errors import Complaint, InputError
from simulator.reports.sentences import header
from simulator.scenario.correlations import Names, read_correlations
from simulator.scenario.reader import parse
from simulator.scenario.resolved import identity, resolved
from simulator.simulation import Settings, run
from simulator.summary import summarised

PRICES = "correlations=[{between: [gpu_price, gpu_hour_price], spearman: 0.6}]"
PRICE_COPULA = Copula(("gpu_hour_price", "gpu_price"), ((1.0, 0.6), (0.6, 1.0)))


def with_list(text: str, *others: str) -> Scenario:
    """The default scenario with this list of correlations, and further settings."""
    return load_scenario(GPT4, settings=[f"correlations={text}", *others])


def complaints(text: str, *others: str) -> str:
    """The message of the error that this list raises."""
    with pytest.raises(InputError) as error:
        with_list(text, *others)
    return str(error.value)


def in_file(tmp_path: Path, lines: str) -> Path:
    """The default scenario's file with lines added at its end."""
    path = tmp_path / "scenario.yaml"
    path.write_text(GPT4.read_text().replace("books/", f"{CONFIGS}/books/") + lines)
    return path


@cache
def names() -> Names:
    """What can be said of the default scenario's names."""
    scenario = load_scenario(GPT4)
    return Names(scenario.model, scenario.priors, scenario.model.units)


def line_of(path: Path, text: str) -> str:
    """The file and line at which a text first stands."""
    return f"{path}:{path.read_text()[: path.read_text().index(text)].count(chr(10)) + 1}"


def test_a_scenario_without_correlations_has_none(gpt4: Scenario) -> None:
    """Nothing given is no correlation, and the written-out scenario does not speak of it."""
    assert gpt4.copula == NO_CORRELATION
    assert "correlations" not in resolved(gpt4)
    assert resolved(with_list("[]")) == resolved(with_list("~")) == resolved(gpt4)


def test_pairs_and_matrices_are_the_same(tmp_path: Path) -> None:
    """A file's pairs, a matrix, and numbers in any spelling give the same copula."""
    pairs = """
correlations:
  - {between: [gpu_price, gpu_hour_price], spearman: 50%}
  - between: [gpu_hour_price, mfu]
    spearman: -0.25
    source: our own guess
    as_of: 2025-03
    note: half of nothing
"""
    matrix = """
correlations:
  - between: [gpu_price, gpu_hour_price, mfu]
    spearman: [[1, .5, 0], [0.5, 1, -25%], [0, -25e-2, 100%]]
"""
    found, again = (load_scenario(in_file(tmp_path, text)) for text in (pairs, matrix))
    rows = ((1.0, 0.5, -0.25), (0.5, 1.0, 0.0), (-0.25, 0.0, 1.0))
    assert found.copula == again.copula == Copula(("gpu_hour_price", "gpu_price", "mfu"), rows)
    assert found.correlations[1].source == "our own guess"


def test_two_names_may_have_a_matrix() -> None:
    """A matrix of two names is their pair."""
    text = "[{between: [gpu_price, gpu_hour_price], spearman: [[1, 0.6], [0.6, 1]]}]"
    assert with_list(text).copula == PRICE_COPULA


def test_a_setting_replaces_the_files_list(tmp_path: Path) -> None:
    """--set correlations= takes the place of the whole list, and an empty one ends it."""
    path = in_file(tmp_path, "correlations: [{between: [mfu, pue], spearman: 0.1}]\n")
    assert load_scenario(path, settings=[PRICES]).copula == PRICE_COPULA
    assert load_scenario(path, settings=["correlations=[]"]).copula == NO_CORRELATION


def test_a_written_out_scenario_keeps_its_correlations(tmp_path: Path) -> None:
    """Read back, the correlations are the same to the bit, with their sources and under the same identity."""
    rho = 0.1 + 0.2
    text = f"[{{between: [gpu_price, mfu], spearman: {rho}, source: 'a: b', as_of: 2025-03-01, note: n}}]"
    scenario = with_list(text)
    path = tmp_path / "gpt4-class.yaml"
    path.write_text(resolved(scenario))
    again = load_scenario(path)
    assert again.copula == scenario.copula
    assert again.copula.spearman[0][1] == rho
    assert resolved(again) == resolved(scenario)
    assert identity(again, {"seed": 1}) == identity(scenario, {"seed": 1})


def test_identity_covers_correlations(gpt4: Scenario) -> None:
    """Another correlation is another result."""
    others = [with_list(f"[{{between: [mfu, pue], spearman: {rho}}}]") for rho in (0.1, 0.2)]
    assert len({identity(scenario, {}) for scenario in (gpt4, *others)}) == 3
    assert identity(with_list("[{between: [mfu, pue], spearman: 0}]"), {}) == identity(gpt4, {})


def test_a_given_quantity_with_a_prior_is_correlated() -> None:
    """What is pinned with a distribution is an input like any other."""
    pin = "energy={uniform: {low: 40k, high: 60k}}"
    scenario = with_list("[{between: [energy, gpu_price], spearman: 0.3}]", pin)
    assert scenario.copula.names == ("energy", "gpu_price")
    assert scenario.notes == ()


@pytest.mark.parametrize(
    ("pair", "setting", "note"),
    [
        (
            "gpu_price, tokens",
            "size=planned",
            "correlation of gpu_price and tokens: ignored, tokens is fixed here",
        ),
        ("pue, mfu", "pue=1.2", "correlation of pue and mfu: ignored, pue is fixed here"),
        ("gpu_price, energy", "energy=50k", "correlation of gpu_price and energy: ignored, energy is fixed"),
        (
            "mfu, gpu_price",
            "accelerator_hours=80M",
            "correlation of mfu and gpu_price: ignored, nothing needs mfu",
        ),
        ("goodput, pue", "accelerator_hours=80M", "ignored, nothing needs goodput here"),
    ],
)
def test_what_cannot_move_is_noted_and_ignored(pair: str, setting: str, note: str) -> None:
    """A correlation of something fixed or not needed has no effect, and a note says so."""
    text = f"[{{between: [{pair}], spearman: 0.6}}, {{between: [label_price, data_price], spearman: 0.2}}]"
    scenario = with_list(text, setting)
    assert scenario.copula.names == ("data_price", "label_price")
    (found,) = scenario.notes
    assert note in found
    assert "0.6" not in resolved(scenario).partition("correlations:")[2]


def test_an_ignored_pair_contradicts_nothing() -> None:
    """What can stand together is judged by what has an effect."""
    pairs = {"mfu, pue": 0.9, "pue, gpu_price": 0.9, "mfu, gpu_price": -0.9}
    text = ", ".join(f"{{between: [{names}], spearman: {rho}}}" for names, rho in pairs.items())
    assert "contradict each other" in complaints(f"[{text}]")
    assert with_list(f"[{text}]", "pue=1.2").copula.names == ("gpu_price", "mfu")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3", "correlations: wants a list; begin each with a dash"),
        ("[3]", "3 stands where KEY: VALUE lines belong"),
        ("[{between: [mfu, pue]}]", "a correlation lacks spearman"),
        ("[{spearman: 1}]", "a correlation lacks between"),
        ("[{between: [mfu, pue], spearmen: 0.5}]", "unknown field spearmen; Did you mean spearman?"),
        (
            "[{between: [mfu, pue], spearman: 0.5, rank: 1}]",
            "the fields of a correlation are between, spearman",
        ),
        ("[{between: mfu, spearman: 0.5}]", "between wants two names or more"),
        ("[{between: [mfu], spearman: 0.5}]", "between wants two names or more"),
        ("[{between: [mfu, 3], spearman: 0.5}]", "between wants two names or more"),
        ("[{between: [mfu, mfu], spearman: 0.5}]", "mfu stands twice in between"),
        (
            "[{between: [mfu, gpu_prize], spearman: 0.5}]",
            "gpu_prize is no input of the model; Did you mean gpu_price?",
        ),
        ("[{between: [mfu, region], spearman: 0.5}]", "region is no input of the model"),
        ("[{between: [mfu, energy], spearman: 0.5}]", "energy is computed (energy.py:"),
        ("[{between: [mfu, energy], spearman: 0.5}]", "name an input, or give it a prior under priors:"),
        (
            "[{between: [mfu, pue], spearman: 1.1}]",
            "the correlation of mfu and pue is 1.1, it must be between -1",
        ),
        ("[{between: [mfu, pue], spearman: -101%}]", "is -1.01, it must be between -1 and 1"),
        ("[{between: [mfu, pue], spearman: high}]", "the correlation of mfu and pue is high, not a number"),
        ("[{between: [mfu, pue], spearman: true}]", "is True, not a number"),
        ("[{between: [mfu, pue], spearman: }]", "is None, not a number"),
        ("[{between: [mfu, pue], spearman: {p5: 1}}]", "not a number"),
        ("[{between: [mfu, pue], spearman: .nan}]", "not a finite number"),
        (
            "[{between: [mfu, pue, tdp], spearman: 0.5}]",
            "spearman of 3 names wants a matrix, 3 rows of 3 numbers",
        ),
        ("[{between: [mfu, pue], spearman: [0.5]}]", "spearman of 2 names wants a matrix"),
        ("[{between: [mfu, pue], spearman: [[1, 0.5], [0.5]]}]", "spearman of 2 names wants a matrix"),
        ("[{between: [mfu, pue], spearman: [[1, [2]], [0.5, 1]]}]", "is [2], not a number"),
        (
            "[{between: [mfu, pue], spearman: [[1, 0.5], [0.5, 2]]}]",
            "of pue with itself is 2; write 1 on the",
        ),
        (
            "[{between: [mfu, pue], spearman: [[1, 0.5], [0.4, 1]]}]",
            "is 0.5 above the diagonal and 0.4 below",
        ),
    ],
)
def test_bad_correlations_are_refused_with_a_remedy(text: str, message: str) -> None:
    """Each bad entry gets a message that says what is wrong and how to mend it."""
    found = complaints(text)
    assert message in found
    assert "--set correlations: " in found


def test_a_discrete_input_is_refused() -> None:
    """A table of values has no quantile function that a rank correlation could go through."""
    text = "[{between: [mfu, pue], spearman: 0.5}]"
    message = complaints(text, "mfu={discrete: {values: [0.3, 0.4], weights: [1, 1]}}")
    assert "mfu is discrete, 0.3 (0.5), 0.4 (0.5); only continuous priors are correlated" in message


@pytest.mark.parametrize("again", ["[mfu, pue]", "[pue, mfu]"])
def test_a_pair_given_twice_is_refused(tmp_path: Path, again: str) -> None:
    """A pair in either order stands once in the list, matrices counted; both places are named."""
    lines = f"""
correlations:
  - {{between: [mfu, pue, gpu_price], spearman: [[1, 0, 0.1], [0, 1, 0.1], [0.1, 0.1, 1]]}}
  - {{between: {again}, spearman: 0.2}}
"""
    path = in_file(tmp_path, lines)
    with pytest.raises(InputError) as error:
        load_scenario(path)
    first, second = line_of(path, "- {between: [mfu, pue, gpu"), line_of(path, f"- {{between: {again},")
    names = again.strip("[]").replace(", ", " and ")
    assert f"{second}: the correlation of {names} is given twice, first at {first}" in str(error.value)


def test_all_complaints_come_at_once_with_their_lines(tmp_path: Path) -> None:
    """One message names every problem of the list beside those of the rest of the file."""
    lines = """
correlations:
  - {between: [mfu, pux], spearman: 0.5}
  - between: [gpu_price, gpu_hour_price]
    spearman: 3
    sourse: nobody
"""
    path = in_file(tmp_path, lines)
    with pytest.raises(InputError) as error:
        load_scenario(path, settings=["gpu_prize=3"])
    text = str(error.value)
    for where, what in (
        ("- {between: [mfu, pux]", "pux is no"),
        ("spearman: 3", "is 3, it"),
        ("sourse", "Did you"),
    ):
        assert any(line_of(path, where) in line and what in line for line in text.splitlines()), text
    assert "gpu_prize" in text


def test_a_contradiction_stands_at_the_list(tmp_path: Path) -> None:
    """Correlations that no inputs have are refused, with the worst pair and the values that would do."""
    lines = """
correlations:
  - {between: [mfu, pue], spearman: 0.3}
  - {between: [pue, gpu_price], spearman: -0.4}
  - {between: [mfu, gpu_price], spearman: 0.95}
"""
    path = in_file(tmp_path, lines)
    with pytest.raises(InputError) as error:
        load_scenario(path)
    what = "gpu_price and mfu at 0.95 cannot stand beside the others; between -0.99 and 0.71 would do"
    assert str(error.value) == f"{line_of(path, 'correlations:')}: correlations contradict each other: {what}"


def test_a_pair_given_as_0_was_given() -> None:
    """A contradiction speaks of pairs not given only where some are not."""
    full = "[{between: [mfu, pue, gpu_price], spearman: [[1, 0.8, 0.8], [0.8, 1, 0], [0.8, 0, 1]]}]"
    pairs = "[{between: [mfu, pue], spearman: 0.8}, {between: [mfu, gpu_price], spearman: 0.8}]"
    assert "beside the others; between -0.56 and 0.56" in complaints(full)
    assert "beside the others (pairs not given are 0); between -0.56 and 0.56" in complaints(pairs)


def test_a_book_holds_no_correlations(tmp_path: Path) -> None:
    """Correlations belong to a scenario; in a book they are an unknown field."""
    book = tmp_path / "mine.yaml"
    book.write_text(f"title: mine\nextends: {SEED_BOOK}\ncorrelations: []\n")
    with pytest.raises(InputError, match="unknown field correlations"):
        load_scenario(GPT4, book=book)


@settings(deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "between": st.lists(
                    st.sampled_from(["mfu", "pue", "gpu_price", "energy", "x", 3]), max_size=3
                ),
                "spearman": st.recursive(
                    st.sampled_from([1, 0.5, -2, None, "a", True, {}]), lambda x: st.lists(x, max_size=3)
                ),
                "source": st.none() | st.text(max_size=3) | st.lists(st.integers(), max_size=1),
            },
        )
        | st.integers(),
        max_size=3,
    )
    | st.integers()
    | st.text(max_size=3)
)
def test_no_content_escapes_as_another_error(content: object) -> None:
    """Whatever stands under correlations: gives correlations or complaints, nothing else."""
    found: list[Complaint] = []
    try:
        node = parse(json.dumps(content), "s.yaml")
    except InputError:
        return
    used, _ = read_correlations(node, names(), found.append)
    assert found or {name for pair in used for name in pair.between} <= {"mfu", "pue", "gpu_price"}


def test_reports_and_json_name_the_pairs(gpt4: Scenario) -> None:
    """The report has one line and the JSON a list of pairs; without any, no line and an empty list."""
    text = "[{between: [gpu_price, gpu_hour_price], spearman: 0.6}, {between: [mfu, pue], spearman: -25%}]"
    found, none = (summarised(run(s, Settings(draws=100), keep=1)) for s in (with_list(text), gpt4))
    assert "Correlated: gpu_price and gpu_hour_price 0.6; mfu and pue -0.25" in header(found)
    assert found["correlations"] == [
        {"between": ["gpu_price", "gpu_hour_price"], "spearman": 0.6},
        {"between": ["mfu", "pue"], "spearman": -0.25},
    ]
    assert none["correlations"] == []
    assert not any("Correlated" in line for line in header(none))
    del none["correlations"]
    assert header(none)  # a run stored before there were correlations


def test_notes_go_to_stderr_unless_quiet() -> None:
    """A correlation without effect is a note on stderr, which --quiet takes away."""
    command = ["validate", str(GPT4), "--set", "correlations=[{between: [mfu, tokens], spearman: 0.5}]"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0
    assert "note: correlation of mfu and tokens: ignored, tokens is fixed here" in done.stderr
    assert CliRunner().invoke(main, [*command, "--quiet"]).stderr == ""
