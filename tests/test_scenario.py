"""Loading: what a scenario means, and one message with every complaint about a bad one."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import CONFIGS, GPT4, MARKET, ROOT, SCENARIOS, SEED_BOOK
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import Scenario, load_scenario
from simulator.currency import in_currency
from simulator.distributions import Point
from simulator.errors import InputError
from simulator.extensions import lever, lever_names
from simulator.model import build, formulas_of, shipped_formulas
from simulator.scenario.books import leaf, load_book
from simulator.scenario.entries import read_prior
from simulator.scenario.resolved import identity, resolved


def complaints(path: Path | str = GPT4, **options: object) -> str:
    """The message of the error that loading raises."""
    with pytest.raises(InputError) as error:
        load_scenario(path, **options)  # type: ignore[arg-type]
    return str(error.value)


def variant(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """The default scenario's file with pieces of its text replaced."""
    text = GPT4.read_text().replace("books/", f"{CONFIGS}/books/")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "scenario.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("book", [MARKET, SEED_BOOK], ids=lambda path: path.stem)
@pytest.mark.parametrize("procurement", ["own", "rent", "buy"])
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_loads_with_every_book(path: Path, book: Path, procurement: str) -> None:
    """Books can be swapped and hardware procured each way, without a missing price."""
    scenario = load_scenario(path, book=book, settings=[f"plan.procurement={procurement}"])
    assert set(scenario.priors) == set(scenario.model.inputs)
    assert scenario.book == book.stem


@pytest.mark.parametrize("path", sorted((CONFIGS / "books").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_entry_of_every_book_is_sound_and_sourced(path: Path) -> None:
    """Every leaf, whatever its keys, is a distribution in its unit's domain with source and date."""
    found: list[object] = []
    book = load_book(path, found.append)
    formulas = [formula for name in lever_names() for formula in formulas_of(lever(name))]
    inputs = {name: unit for f in formulas for name, unit in zip(f.arguments, f.units, strict=True)}
    inputs |= in_currency(build(shipped_formulas()), "CNY").units
    priors = []

    def walk(name: str, node: object, keys: dict[str, str]) -> None:
        content = node.value  # type: ignore[attr-defined]
        if "by" not in content:
            priors.append(read_prior(name, node, inputs[name], book.name, found.append))  # type: ignore[arg-type]
            return
        by = content["by"].plain()
        first, *rest = by if isinstance(by, list) else [by]
        for word in content:
            chosen = leaf(name, node, {first: word, **keys}, lambda _: None) if not rest else None  # type: ignore[arg-type]
            if chosen is not None:
                walk(name, chosen, keys)

    for name, entry in book.entries.items():
        walk(name, entry.node, {})
    for chip in book.accelerators.values():
        for name, entry in chip.entries.items():
            walk(name, entry.node, {})
    assert found == []
    assert all(prior and prior.source and prior.as_of for prior in priors)
    assert len(priors) > 20


def test_the_default_scenario_shows_the_priors_its_user_named(gpt4: Scenario) -> None:
    """GPU price $10k–40k, labels $2–5, paid data $50–100 per million tokens, compliance 8–12%."""
    for name, low, high in (
        ("gpu_price", 10e3, 40e3),
        ("label_price", 2, 5),
        ("data_price", 50, 100),
        ("compliance_share", 0.08, 0.12),
        ("framework_team_size", 50, 100),
    ):
        shape = gpt4.priors[name].distribution
        assert float(shape.ppf(0.05)) == pytest.approx(low, rel=0.1)
        assert float(shape.ppf(0.95)) == pytest.approx(high, rel=0.1)
        assert gpt4.priors[name].origin == "seed-2025-06"


def test_where_the_seed_is_silent_the_market_speaks_and_is_named(gpt4: Scenario) -> None:
    """An inherited prior carries the name of the book it stands in."""
    assert gpt4.priors["pue"].origin == "market-2025-03"


def test_settings_lie_over_the_scenario() -> None:
    """--set takes values, priors, plan keys and pins in the scenario's own words."""
    given = ["mfu={pert: {low: 0.2, mode: 0.3, high: 0.5}}", "plan.accelerator_count=10_000"]
    scenario = load_scenario(GPT4, settings=[*given, "accelerator_hours=30.84M", "pue=1.1"])
    assert scenario.model.pinned == ("accelerator_hours",)
    assert scenario.priors["accelerator_hours"].distribution == Point(30.84e6)
    assert scenario.priors["accelerator_count"].distribution == Point(10_000)
    assert scenario.priors["pue"].origin == "--set"
    assert scenario.ignored == ("mfu",)


def test_an_alias_names_its_accelerator() -> None:
    """H100 is the catalogue's alias of H100-SXM."""
    found = load_scenario(
        GPT4, settings=["plan.accelerator=H100", "plan.year=2024", "plan.commitment=on-demand"]
    )
    assert found.words["accelerator"] == "H100-SXM"
    assert found.words["accelerator_family"] == "H100"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            "gpu_prize=3",
            "--set gpu_prize: gpu_prize is no input or quantity of the model; Did you mean gpu_price?",
        ),
        ("gpu_price=-5", "gpu_price is -5, it must be at least 0"),
        ("mfu=1.2", "mfu is 1.2, it must be between 0 and 1"),
        ("mfu=.nan", "not a finite number"),
        ("mfu=1e999", "not a finite number"),
        ("pue={lognormal: {p5: 2, p95: 1}, unit: 1}", "a higher percentile needs a larger value"),
        ("pue={normal: {mean: 1.1, sd: 0.1}, unit: 1}", "add truncate: {low: 1}"),
        ("pue={lognormal: {p5: 1.1, p95: 1.2}, unit: h}", "pue: the unit is h, the model counts it in 1"),
        ("pue={lognorm: {p5: 1.1, p95: 1.2}, unit: 1}", "Did you mean lognormal?"),
        ("pue={unit: 1}", "pue: no distribution or value"),
        ("pue={value: 1.1, uniform: {low: 1, high: 2}, unit: 1}", "value and uniform are both given"),
        ("pue", "this is not KEY=VALUE"),
        ("plan.accelerator=H10O", "has no accelerator H10O; Did you mean"),
        ("plan.accelerater=H100", "Did you mean accelerator?"),
        ("plan.accelerator_count=0", "accelerator_count is 0, it must be at least 1"),
        ("plan.accelerator_count=many", "accelerator_count is many, not a number"),
        ("plan.procurement=steal", "write own, rent or buy"),
        ("plan.year=1999", "gpu_hour_price has no entry for year 1999"),
        ("plan.region=Atlantis", "has no entry for region Atlantis"),
        ("size=huge", "size is huge; write planned or undisclosed"),
        ("total_cost=1", "total_cost is the sum of its components"),
        ("energy=800", "W per accelerator, below the 50 W that one draws idle"),
        ("tdp=10", "W per accelerator, below the 50 W that one draws idle"),
        ("energy=800_000", "above 1.3 times its server's rated"),
        ("accelerator_hours=10M", "of the BF16 peak, above 0.75"),
        ("nowhere.mfu=3", "a scenario has no nowhere"),
        ("mfu={beta: [1, 2], unit: 1}", "beta"),
        ("mfu=true", "number"),
        ("mfu=fast", "number"),
        ("mfu=", "nothing is written here"),
        ("plan.procurement=[own]", "plan: procurement is a list or a mapping; write one value"),
        ("plan.accelerator={a: b}", "plan: accelerator is a list or a mapping"),
        ("plan.region=[US]", "plan: region is a list or a mapping"),
        ("plan.commitment=''", "gpu_hour_price has no entry for commitment "),
        (
            "tokens=1e300",
            "--set tokens: plan: tokens: point: value must be a finite number of at most 1e+100",
        ),
        ("pue={value: 1.1, picked_by: 3}", "pue: picked_by is no list of words"),
        ("pue={value: 1.1, origin: [a]}", "origin is a list or a mapping"),
        ("pue={value: 1.1, unit: [1]}", "the unit is [1], the model counts it in 1"),
        ("size=[planned]", "size is ['planned']; write planned or undisclosed"),
        (
            "gpu_price={lognormal: {p5: 1, p95: 2}, ageing: {drift: 0, volatility: 1}, as_of: ~}",
            "wants a date",
        ),
        ("\x1b[2J=3", "--set \\x1b[2J: \\x1b[2J is no input or quantity"),
        ("x" * 10_000 + "=3", "x…: "),
    ],
)
def test_bad_settings_are_refused_with_a_remedy(setting: str, message: str) -> None:
    """Each bad value gets a message that says what, where and how to mend it."""
    assert message in complaints(settings=[setting])


def test_all_complaints_come_at_once(tmp_path: Path) -> None:
    """One message names every problem with its file and line."""
    path = variant(tmp_path, ("size: planned", "sise: planned"), ("procurement: own", "procurement: owm"))
    text = complaints(path, settings=["gpu_prize=3", "pue=0.5"])
    for part in ("unknown field sise; Did you mean size?", "procurement is owm", "gpu_prize", "pue is 0.5"):
        assert part in text
    assert f"{path}:" in text


def test_a_missing_prior_names_its_users(tmp_path: Path) -> None:
    """Without a book every input is missing, each with the formula that needs it."""
    path = tmp_path / "bare.yaml"
    path.write_text("title: bare\nplan: {accelerator_count: 10}\n")
    text = complaints(path)
    assert "mfu has no prior or value; it is needed by accelerator_hours (throughput.py:" in text
    assert "give it under priors: with unit: USD/kWh" in text


def test_no_price_for_the_accelerator_is_an_error() -> None:
    """No match in a book is an error, never the price of a neighbour."""
    text = complaints(book=MARKET, settings=["plan.accelerator=Iluvatar-BI-V100"])
    assert "gpu_price has no entry for accelerator Iluvatar-BI-V100" in text
    assert "give gpu_price under priors: in the scenario" in text


def test_a_value_in_plan_and_priors_is_refused(tmp_path: Path) -> None:
    """The same name in two places is a complaint."""
    path = variant(tmp_path, ("priors:", "priors:\n  tokens: {value: 1T, unit: token}"))
    assert "tokens has a value in the plan as well" in complaints(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "nothing is written here"),
        ("- a\n- b\n", "the file holds no mapping"),
        ("a: &x 1\nb: *x\n", "anchors, aliases and tags are not allowed"),
        ("[" * 100_000, "nested deeper"),
        ("title: a\ntitle: b\n", "written twice"),
        ("title: a\nplan: 3\n", "3 stands where KEY: VALUE lines belong"),
        ("title: a\npriors: [1, 2]\n", "stands where KEY: VALUE lines belong"),
        ("title: a\npublished: 3\n", "published: wants a list"),
        (
            "title: a\npriors: {pue: {lognormal: {p5: 1.1, p95: 1.2}}}\n",
            "pue: the unit is missing; write unit: 1",
        ),
        ("title: a\nbook: nowhere.yaml\n", "there is no such file"),
        ("title: a\nformulas: [nowhere.py]\n", "nowhere.py: cannot be read"),
        ("title: a\nlevers: [cheaper]\n", "there is no lever cheaper"),
        ("title: a\nlevers: [a.py, b.py, a.py]\n", "levers names a.py twice; keep one of them"),
        ("title: [a, b]\n", "title is a list or a mapping; write title: and a text"),
        ("title: a\nbook: {a: b}\n", "book is a list or a mapping"),
        ("title: a\nbook: loop\n", "loop: there is no such file"),
        ("title: a\npublished: [{quantity: energy, value: [1], unit: MWh}]\n", "[1] is not a number"),
        ("title: a\n" + "".join(f"k{i}: 1\n" for i in range(5000)), "100 problems:"),
        ("x" * (1 << 20) + ": 1", "larger than"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    """Broken, hostile and empty files give one clear message."""
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    (tmp_path / "loop").symlink_to("loop")
    assert message in complaints(path)


def test_a_book_that_extends_itself_is_refused(tmp_path: Path) -> None:
    """A circle of books is an error, not a hang."""
    (tmp_path / "a.yaml").write_text("title: a\nextends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("title: b\nextends: a.yaml\n")
    assert complaints(book=tmp_path / "a.yaml").endswith("the book extends itself; take out one extends:")


@pytest.mark.parametrize("line", ["extends: nowhere.yaml", "priors: [1"])
def test_a_book_that_cannot_be_read_is_the_one_complaint(tmp_path: Path, line: str) -> None:
    """What is missing because of it is not complained of as well; other faults of the scenario are."""
    book = tmp_path / "mine.yaml"
    book.write_text(f"title: mine\n{line}\n")
    text = complaints(book=book)
    assert "\n" not in text and (text.startswith(str(book)) or "nowhere.yaml: there is no such file" in text)
    path = variant(tmp_path, ("size: planned", "sise: planned"))
    text = complaints(path, book=tmp_path / "none.yaml")
    assert "unknown field sise" in text and "none.yaml: there is no such file" in text
    assert text.startswith("2 problems:")


def test_what_is_given_in_vain_is_known() -> None:
    """A plan's value that a pin makes superfluous is ignored like a prior; settings are kept as typed."""
    typed = ["training_flop=2e25", "unique_tokens=3T", "data_epochs=4", "pue=1.1"]
    scenario = load_scenario(GPT4, settings=typed)
    assert "tokens" in scenario.ignored
    assert scenario.settings == tuple(typed)


def test_units_are_converted(tmp_path: Path) -> None:
    """A price written per MWh is the price per kWh."""
    setting = "electricity_price={uniform: {low: 60, high: 80}, unit: USD/MWh}"
    found = load_scenario(GPT4, settings=[setting]).priors["electricity_price"].distribution
    assert found.support == pytest.approx((0.06, 0.08))


def test_a_resolved_scenario_is_the_scenario(tmp_path: Path) -> None:
    """Written out whole and read back without its book, every prior is equal to the bit."""
    scenario = load_scenario(GPT4, settings=["mfu=0.4", "data_license_cost=5M"])
    path = tmp_path / "gpt4-class.yaml"
    path.write_text(resolved(scenario))
    again = load_scenario(path)
    assert again.distributions == scenario.distributions
    assert again.book == scenario.book
    assert resolved(again) == resolved(scenario)
    assert identity(again, {"seed": 1}) == identity(scenario, {"seed": 1})


def test_identity_changes_with_what_determines_the_result(gpt4: Scenario) -> None:
    """Another seed, plan or prior is another identity."""
    others = [load_scenario(GPT4, settings=[s]) for s in ("mfu=0.4", "plan.accelerator_count=30_000")]
    found = {identity(s, {"seed": 1}) for s in (gpt4, *others)} | {identity(gpt4, {"seed": 2})}
    assert len(found) == 4


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["mfu", "pue", "gpu_price", "unit", "lognormal", "plan", "x"]),
        st.one_of(
            st.integers(), st.floats(), st.text(max_size=5), st.none(), st.lists(st.integers(), max_size=3)
        ),
        max_size=4,
    )
)
def test_no_content_of_priors_escapes_as_another_error(
    tmp_path_factory: pytest.TempPathFactory, content: object
) -> None:
    """Whatever stands under priors: gives a scenario or an InputError, nothing else."""
    import json

    path = tmp_path_factory.mktemp("fuzz") / "s.yaml"
    body = json.dumps(content, ensure_ascii=False)
    path.write_text(f"title: t\nbook: {SEED_BOOK}\npriors: {body}\n", encoding="utf-8", errors="replace")
    with pytest.raises(InputError):
        load_scenario(path)


def test_readme_examples_of_a_users_file(tmp_path: Path) -> None:
    """A scenario names a user's file, whose input needs a prior like any other."""
    (tmp_path / "insurance.py").write_text(
        "from simulator.units import Component, Share, USD\n\n\n"
        "def insurance_cost(acquisition_cost: USD, premium_share: Share) -> Component:\n"
        '    """Insurance of the cluster."""\n'
        "    return acquisition_cost * premium_share\n"
    )
    path = variant(tmp_path, ("priors:", "formulas: [insurance.py]\npriors:"))
    assert (
        "premium_share has no prior or value; it is needed by insurance_cost (insurance.py:4)"
        in complaints(path)
    )
    scenario = load_scenario(path, settings=["premium_share=0.01"])
    assert "insurance_cost" in scenario.model.components
    assert ROOT not in scenario.formulas[0].parents


def test_what_is_pruned_is_not_checked() -> None:
    """With energy or hours out of the model there is no power per accelerator to judge."""
    pins = ["energy_cost=4M", "emissions=20k", "programme_energy=100k", "programme_emissions=50k"]
    assert "energy" in load_scenario(GPT4, settings=pins).model.pruned
    more = [
        "energy=50k",
        "training_days=90",
        "fleet_years=10k",
        "rental_cost=60M",
        "end_to_end_utilization=0.3",
    ]
    assert "accelerator_hours" in load_scenario(GPT4, settings=more).model.pruned
    assert "utilization of 0.80" in complaints(settings=["end_to_end_utilization=0.8"])


def test_a_book_that_gives_a_computed_quantity_is_refused(tmp_path: Path) -> None:
    """A book holds priors of inputs; a quantity is given in the scenario, never silently dropped."""
    book = tmp_path / "mine.yaml"
    book.write_text(f"title: mine\nextends: {MARKET}\npriors:\n  energy: {{value: 50_000, unit: MWh}}\n")
    assert "energy is computed (energy.py:" in complaints(book=book)


def test_a_lever_of_ones_own_is_named_by_its_path(tmp_path: Path) -> None:
    """--lever FILE is read from where the user stands; the run keeps the file."""
    path = tmp_path / "half_labels.py"
    path.write_text(
        "from simulator.units import USD, Component\n\n\n"
        "def label_cost(label_cost: USD) -> Component:\n"
        '    """Half the labels."""\n'
        "    return 0.5 * label_cost\n"
    )
    scenario = load_scenario(GPT4, levers=[str(path)])
    assert "label_cost__without_half_labels" in scenario.model.formulas
    assert scenario.files == (path,)


@pytest.mark.parametrize("line", ["made_from: 3", "published: [{quantity: {a: b}, value: 1, unit: h}]"])
def test_wrong_kinds_of_values_are_no_crash(tmp_path: Path, line: str) -> None:
    """A number or mapping where words belong is passed over or complained of, never another error."""
    path = tmp_path / "odd.yaml"
    path.write_text(f"title: odd\n{line}\n")
    assert "has no prior or value" in complaints(path)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_resolved_scenario_reads_back(path: Path, tmp_path: Path) -> None:
    """The file written beside a run's results gives the same priors, with or without published figures."""
    scenario = load_scenario(path)
    file = tmp_path / "scenario.resolved.yaml"
    file.write_text(resolved(scenario))
    again = load_scenario(file)
    assert again.distributions == scenario.distributions
    assert again.published == scenario.published
