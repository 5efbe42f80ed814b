"""The command line as its users and other programs see it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import CONFIGS, GPT4, MARKET, ROOT

from simulator import load_scenario, percentiles, simulate
from simulator.cli import main
from simulator.extensions import lever_names
from simulator.results import load


def traincost(*arguments: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="traincost")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A results folder with one run of the default scenario, and what the run printed."""
    root = tmp_path_factory.mktemp("results")
    done = traincost(
        "run", GPT4, "-n", "20k", "--seed", 1, "--budget", "400M", "--format", "json", "-o", root
    )
    assert done.exit_code == 0, done.output
    return root, json.loads(done.stdout)


def test_json_is_the_contract(stored: tuple[Path, dict]) -> None:  # type: ignore[type-arg]
    """The object has the keys that other programs read, and every name of the model in its unit."""
    _, found = stored
    for key in (
        "scenario",
        "book",
        "run",
        "seed",
        "draws",
        "sampler",
        "components",
        "pinned",
        "pruned",
        "budget",
    ):
        assert key in found
    assert (found["seed"], found["draws"], found["sampler"]) == (1, 20_000, "random")
    units = {"total_cost": "USD", "energy": "MWh", "emissions": "tCO2e", "accelerator_hours": "h", "mfu": "1"}
    for name, unit in units.items():
        quantity = found["quantities"][name]
        assert quantity["unit"] == unit
        assert set(quantity["percentiles"]) == {"5", "10", "50", "80", "90", "95"}
        assert set(quantity["percentiles"]["50"]) == {"value", "se", "ci95"}
    assert found["budget"]["limit"] == 400e6
    assert 0 < found["budget"]["probability"] < 1


def test_components_add_up_to_the_last_bit() -> None:
    """In every draw the components' left-to-right sum is total_cost, exactly."""
    tree = simulate(load_scenario(GPT4), draws=5000, seed=3)
    total = 0.0
    for name in load_scenario(GPT4).model.components:
        total = total + tree["quantities"][name].to_numpy()
    assert (total == tree["quantities"]["total_cost"].to_numpy()).all()


def test_the_tree_is_the_contract() -> None:
    """Groups, dimension and attributes are those that other programs read."""
    tree = simulate(load_scenario(GPT4), draws=1000, seed=1)
    assert tree["quantities"]["total_cost"].dims == ("draw",)
    assert tree["inputs"]["mfu"].attrs["units"] == "1"
    assert {"units", "long_name", "source"} <= set(tree["inputs"]["gpu_price"].attrs)
    table = percentiles(tree, (5, 50, 80, 90))
    assert table["value"].dims == ("quantity", "quantile")
    assert float(table["value"].sel(quantity="total_cost", quantile=0.5)) > 0
    assert str(table["unit"].sel(quantity="energy").item()) == "MWh"


def test_the_same_seed_is_the_same_run(stored: tuple[Path, dict], tmp_path: Path) -> None:  # type: ignore[type-arg]
    """A rerun from the stored scenario, on other threads, has the same folder name and the same data."""
    root, found = stored
    first = load(Path(found["run"]))
    again = traincost(
        "run", first.scenario, "-n", "20k", "--name", "gpt4-class", "--threads", 1, "-o", tmp_path
    )
    assert again.exit_code == 0, again.output
    (folder,) = tmp_path.iterdir()
    assert load(folder).tree.attrs["data_sha256"] == first.tree.attrs["data_sha256"]
    assert str(root) in found["run"]


def test_runs_that_differ_in_what_they_report_are_kept_apart(tmp_path: Path) -> None:
    """Other percentiles, another budget and more draws kept each have a folder; the same again has not."""
    for options in (
        (),
        ("--percentiles", "50,80"),
        ("--budget", "400M"),
        ("--budget", "500M"),
        ("--keep", "draws"),
        ("--percentiles", "80,50", "--threads", 1),
    ):
        assert traincost("run", GPT4, "-n", "20k", "-o", tmp_path, *options).exit_code == 0
    assert len(list(tmp_path.iterdir())) == 5


def test_a_stored_run_can_be_reported_and_listed(stored: tuple[Path, dict]) -> None:  # type: ignore[type-arg]
    """report and runs read what run wrote."""
    root, found = stored
    assert "Programme: P50" in traincost("report", found["run"]).stdout
    assert json.loads(traincost("report", found["run"], "--format", "json").stdout)["seed"] == 1
    (row,) = json.loads(traincost("runs", "-o", root, "--format", "json").stdout)
    assert row["total_cost"]["80"] == found["quantities"]["total_cost"]["percentiles"]["80"]["value"]
    assert row["scenario"] == "gpt4-class"
    assert "gpt4-class" in traincost("runs", "-o", root).stdout


def test_the_report_says_what_a_reader_must_know(stored: tuple[Path, dict]) -> None:  # type: ignore[type-arg]
    """Book, date, seed, draws, scopes, P80's direction, published figures, the cluster size at 70%."""
    text = " ".join(traincost("report", stored[1]["run"]).stdout.split())
    for part in (
        "seed-2025-06",
        "as of 2025-06",
        "seed 1",
        "20,000 draws",
        "Final run: the one run that makes the model; the fleet is owned",
        "Programme: the final run and the rows below it",
        "P80: an 80% chance of being at or below. Means add up; percentiles do not.",
        "±: one standard error of the Monte Carlo draws alone",
        "The scenario's own: buys_data, preparation_months, rd_headcount",
        "Hardware of the final run, three ways (not added up), USD",
        "amortised_hardware_cost * ",
        "* the one in hardware_cost",
        "P(final_run_cost ≤ $63M)",
        "P(total_cost ≤ $100M)",
        "Contingency of the programme (P80 - P50)",
        "falls below 70% above about",
        "Size: the scenario's own plan",
    ):
        assert part in text


def test_tables_fit_eighty_columns(stored: tuple[Path, dict]) -> None:  # type: ignore[type-arg]
    """No line of the report is wider than a terminal."""
    assert max(len(line) for line in traincost("report", stored[1]["run"]).stdout.splitlines()) <= 80


def test_csv_has_a_row_for_every_name(stored: tuple[Path, dict]) -> None:  # type: ignore[type-arg]
    """CSV holds the same numbers as JSON, but not the procurement, which is a word; and says of which run."""
    found = stored[1]
    rows = list(csv.DictReader(io.StringIO(traincost("report", found["run"], "--format", "csv").stdout)))
    assert {row["name"] for row in rows} == set(found["quantities"]) - {"procurement"}
    for key in ("run", "book", "seed", "draws"):
        assert {row[key] for row in rows} == {str(found[key])}


def test_several_scenarios_are_a_list(tmp_path: Path) -> None:
    """JSON of several scenarios is a list in their order."""
    paths = [CONFIGS / "llama2-70b.yaml", GPT4]
    done = traincost("run", *paths, "-n", 1000, "--format", "json", "-o", tmp_path)
    assert [found["scenario"] for found in json.loads(done.stdout)] == ["llama2-70b", "gpt4-class"]


def test_a_bad_input_is_one_message_and_exit_code_one(tmp_path: Path) -> None:
    """A misspelt name proposes the right one; nothing is printed on stdout, nothing is written."""
    done = traincost("run", GPT4, "--set", "gpu_prize=3", "-o", tmp_path / "results")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "Did you mean gpu_price?" in done.stderr
    assert "Traceback" not in done.output
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("-n", "0"), 1, "0 draws"),
        (("-n", "1e18"), 1, "draws"),
        (("-n", "many"), 2, "is not a number"),
        (("-n", "1.5"), 2, "is not a whole number"),
        (("--seed", "-1"), 1, "the seed is -1"),
        (("--sampler", "magic"), 1, "there is no sampler magic"),
        (("--percentiles", "5,105"), 1, "there is no percentile 105"),
        (("--percentiles", "high"), 2, "is no list of percentiles"),
        (("--threads", "0"), 1, "0 threads"),
        (("--lever", "magic"), 1, "there is no lever magic"),
        (("--name", "../../x"), 1, "looks like a path"),
        (("--book", "nowhere.yaml"), 1, "there is no such file"),
    ],
)
def test_bad_options(tmp_path: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    """Options outside their range are refused before anything runs."""
    done = traincost("run", GPT4, *arguments, "-o", tmp_path)
    assert (done.exit_code, done.stdout) == (code, "")
    assert message in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_complaints_of_all_scenarios_come_together(tmp_path: Path) -> None:
    """Two bad files are one message."""
    done = traincost("validate", tmp_path / "a.yaml", tmp_path / "b.yaml")
    assert done.exit_code == 1
    assert "a.yaml" in done.stderr and "b.yaml" in done.stderr


def test_gpt3_is_predicted(tmp_path: Path) -> None:
    """P5 to P95 of GPT-3 holds 1,287 MWh and 3.55M hours, and is no wider than 5 and 4 fold."""
    done = traincost(
        "run", CONFIGS / "gpt3-175b.yaml", "--book", MARKET, "-n", "50k", "--format", "json", "-o", tmp_path
    )
    found = json.loads(done.stdout)["quantities"]
    for name, fact, widest in (("energy", 1287, 5), ("accelerator_hours", 3.552e6, 4)):
        low, high = (found[name]["percentiles"][level]["value"] for level in ("5", "95"))
        assert low < fact < high
        assert high / low <= widest


def test_llama_emissions_are_predicted_from_its_hours(tmp_path: Path) -> None:
    """Pinned to the published scope, P5 to P95 of Llama 3.1's emissions holds 8,930 t."""
    pins = [
        f"--set={pin}"
        for pin in ("accelerator_hours=30.84M", "server_power_factor=1", "average_power_share=1")
    ]
    path = CONFIGS / "llama31-405b.yaml"
    done = traincost("run", path, "--book", MARKET, *pins, "-n", "50k", "--format", "json", "-o", tmp_path)
    found = json.loads(done.stdout)
    low, high = (found["quantities"]["emissions"]["percentiles"][level]["value"] for level in ("5", "95"))
    assert low < 8930 < high
    assert found["pinned"] == ["accelerator_hours"]
    assert "mfu" in found["pruned"] and "mfu" not in found["quantities"]


@pytest.mark.parametrize(("count", "level"), [("25_000", "50"), ("80_000", "90")])
def test_the_seeds_utilization_at_scale(tmp_path: Path, count: str, level: str) -> None:
    """With the seed book utilization is below 70%: the median as planned, P90 at 10,000 nodes."""
    setting = f"plan.accelerator_count={count}"
    done = traincost("run", GPT4, "--set", setting, "-n", "20k", "--format", "json", "-o", tmp_path)
    found = json.loads(done.stdout)["quantities"]["system_utilization"]["percentiles"]
    assert found[level]["value"] < 0.70


def test_explain_is_a_tree() -> None:
    """explain shows formulas with their lines, inputs with medians and sources, and no line is broken off."""
    done = traincost("explain", GPT4, "total_cost", "-n", "20k")
    assert done.exit_code == 0, done.output
    head, _, root, *lines = done.stdout.splitlines()
    assert head == "Medians of 20,000 draws. The median of a sum is not the sum of the medians."
    assert root.startswith("total_cost  $")
    assert any(line.startswith("├─ hardware_cost  $") for line in lines)
    assert "[throughput.py:" in done.stdout
    assert "[seed-2025-06: " in done.stdout
    assert "procurement  own" in done.stdout
    assert max(map(len, lines)) <= 80
    assert traincost("explain", GPT4, "total_csot").exit_code == 1


def test_the_bars_of_the_tree_are_unbroken() -> None:
    """Below every ├ or │ of a tree stands a │, ├ or └: lines that go on keep the bars."""
    lines = traincost("explain", GPT4, "-n", 1000).stdout.splitlines()[2:]
    for line, following in pairwise(lines):
        for column, character in enumerate(line):
            if character in "├│":
                assert following[column : column + 1] in ("│", "├", "└"), (line, following)


def test_explain_in_every_format() -> None:
    """JSON nests the tree, CSV and Markdown have a row a name; the medians are those that run reports."""
    arguments = ("explain", GPT4, "hardware_cost", "-n", "20k", "--format")
    tree = json.loads(traincost(*arguments, "json").stdout)
    assert (tree["name"], tree["unit"], tree["draws"]) == ("hardware_cost", "USD", 20_000)
    assert tree["formula"].startswith("hardware.py:")
    median = percentiles(simulate(load_scenario(GPT4), draws=20_000, seed=1), [50])["value"]
    assert tree["median"] == float(median.sel(quantity="hardware_cost", quantile=0.5))
    children = {child["name"]: child for child in tree["children"]}
    assert children["rental_cost"]["children"][0] == {**children["rental_cost"]["children"][0], "above": True}
    price = children["rental_cost"]["children"][1]
    assert price["formula"] is None and price["file"] and price["source"] and price["as_of"]
    assert (children["procurement"]["median"], children["procurement"]["word"]) == (None, "own")
    rows = list(csv.DictReader(io.StringIO(traincost(*arguments, "csv").stdout)))
    assert (rows[0]["name"], rows[0]["depth"], rows[1]["depth"]) == ("hardware_cost", "0", "1")
    assert "| 1 | rental_cost | $" in traincost(*arguments, "markdown").stdout


def test_priors_in_every_format() -> None:
    """priors prints percentiles, unit, source and date of every input."""
    rows = json.loads(traincost("priors", GPT4, "--format", "json").stdout)
    assert {"name", "p5", "p50", "p95", "unit", "source", "as_of"} <= set(rows[0])
    assert len(rows) == len(load_scenario(GPT4).priors)
    markdown = traincost("priors", GPT4, "--format", "markdown").stdout
    assert "| gpu_price |" in markdown
    assert "| :-- | --: | --: | --: | :-- | :-- | :-- | :-- |" in markdown
    assert "| procurement | own | own | own |" in markdown
    assert "times" not in {word for row in rows for word in row["distribution"].split()}
    (stall,) = (row for row in rows if row["name"] == "checkpoint_stall")
    assert stall["distribution"] == "lognormal, median 0.003287, sigma 1.081"
    assert max(len(line) for line in traincost("priors", GPT4).stdout.splitlines()) <= 80


def test_priors_in_csv_have_no_noise() -> None:
    """CSV has 50, not 49.99999999999999, and no number for a word."""
    rows = csv.DictReader(io.StringIO(traincost("priors", GPT4, "--format", "csv").stdout))
    found = {row["name"]: row for row in rows}
    assert found["framework_team_size"]["p5"] == "50.0"
    assert [found["procurement"][key] for key in ("p50", "distribution")] == ["", "own"]


def test_validate_in_every_format() -> None:
    """validate names components, uncertain inputs and book, one object or row a scenario."""
    found = json.loads(traincost("validate", GPT4, "--format", "json").stdout)
    assert found["components"] == list(load_scenario(GPT4).model.components)
    assert "gpu_price" in found["uncertain_inputs"]
    assert len(json.loads(traincost("validate", GPT4, GPT4, "--format", "json").stdout)) == 2
    (row,) = csv.DictReader(io.StringIO(traincost("validate", GPT4, "--format", "csv").stdout))
    assert row["uncertain_inputs"] == str(len(found["uncertain_inputs"]))
    assert f"| {GPT4} | 12 |" in traincost("validate", GPT4, "--format", "markdown").stdout


def test_what_is_superfluous_is_noted_on_stderr() -> None:
    """What a given quantity makes superfluous is named, once, away from the data, in lines that fit."""
    arguments = ("validate", GPT4, "--set", "accelerator_hours=60M", "--set", "mfu=0.4")
    lines = traincost(*arguments).stderr.splitlines()
    assert lines[0].startswith("note: 13 names not needed: ")
    assert lines[-1] == "note: ignored, though given: mfu"
    assert max(map(len, lines)) <= 80
    assert traincost(*arguments, "--quiet").stderr == ""


def test_the_report_says_what_was_changed(tmp_path: Path) -> None:
    """Settings stand in the report as typed and in the list of runs; a rerun names them as its own."""
    changes = ("gpu_price=20k", "plan.procurement=rent")
    arguments = ("-n", 1000, "-o", tmp_path, *(f"--set={change}" for change in changes))
    text = traincost("run", GPT4, *arguments).stdout
    assert "Set: gpu_price=20k; plan.procurement=rent\n" in text
    assert "\nrental_cost *" in text
    (row,) = json.loads(traincost("runs", "-o", tmp_path, "--format", "json").stdout)
    assert row["settings"] == list(changes)
    assert "set gpu_price=20k; plan.procurement=rent" in traincost("runs", "-o", tmp_path).stdout
    assert (
        "gpu_price=20k; plan.procurement=rent" in traincost("runs", "-o", tmp_path, "--format", "csv").stdout
    )
    rerun = traincost("run", load(Path(row["run"])).scenario, "-n", 1000, "-o", tmp_path, "--format", "json")
    found = json.loads(rerun.stdout)
    assert found["settings"] == []
    assert found["own_priors"] == ["buys_data", "gpu_price", "preparation_months", "rd_headcount"]


def test_a_run_is_found_by_the_beginning_of_its_name(tmp_path: Path) -> None:
    """run says where it stored; report takes that, its last part, or as much of it as is unambiguous."""
    done = traincost("run", GPT4, "-n", 1000, "-o", tmp_path)
    (folder,) = tmp_path.iterdir()
    assert done.stderr == f"stored: {folder}\n"
    for given in (folder, folder.name, "gpt4", tmp_path / "gpt4-cl"):
        assert (
            traincost("report", given, "--results", tmp_path).stdout
            == traincost("report", folder).stdout
            != ""
        )
    near = traincost("report", "gtp4-class", "--results", tmp_path)
    assert (near.exit_code, near.stdout) == (1, "")
    assert f"there is no such run in {tmp_path}; Did you mean {folder.name}?" in near.stderr
    assert (
        "list the stored ones with: traincost runs" in traincost("report", "x", "--results", tmp_path).stderr
    )
    assert traincost("run", GPT4, "-n", 1001, "-o", tmp_path, "--quiet").stderr == ""
    several = traincost("report", "gpt4", "--results", tmp_path)
    assert several.exit_code == 1 and "2 runs begin with gpt4: " in several.stderr
    named = traincost("run", GPT4, "-n", 1000, "-o", tmp_path, "--name", "gpt4")
    assert traincost("report", "gpt4", "--results", tmp_path).stdout == named.stdout != ""


def test_the_list_of_runs_says_what_its_numbers_are(tmp_path: Path) -> None:
    """Heads name total_cost and UTC; times have minutes; no line is too wide, nor of odd runs."""
    name = "a name as long as anybody would ever care to type it in full"
    assert traincost("run", GPT4, "-n", 1000, "-o", tmp_path, "--name", name).exit_code == 0
    assert traincost("run", GPT4, "-n", 1000, "-o", tmp_path).exit_code == 0
    (tmp_path / "broken-0123456789ab").mkdir()
    lines = traincost("runs", "-o", tmp_path).stdout.splitlines()
    assert lines[0].split() == ["total_cost"]
    assert lines[1].split() == ["run", "created", "(UTC)", "draws", "P50", "P80", "P90"]
    assert re.search(r"gpt4-class-\w{12} +\d{4}-\d\d-\d\d \d\d:\d\d  1,000  \$", "\n".join(lines))
    assert max(map(len, lines)) <= 80
    words = " ".join(" ".join(lines).split())
    assert "unreadable" in words and "summary.json is missing" in words
    markdown = traincost("runs", "-o", tmp_path, "--format", "markdown").stdout
    assert "| total_cost P50 | total_cost P80 | total_cost P90 |" in markdown


def test_help_says_what_to_write() -> None:
    """Syntax and an example of --set, the shipped levers, what a book's path is relative to."""
    text = " ".join(traincost("run", "--help").stdout.split())
    for part in ("mfu=0.4", "plan.procurement=rent", "{pert: {low: 0.2", "from the current folder"):
        assert part in text
    for lever in lever_names():
        assert lever in text.replace(" ", "")


def test_a_lever_changes_the_result(tmp_path: Path) -> None:
    """--lever replaces formulas; its own input then needs a value."""
    assert (
        "useful_life has no prior" in traincost("run", GPT4, "--lever", "straight_line_depreciation").stderr
    )
    levered = ("--lever", "straight_line_depreciation", "--set", "useful_life=5")
    done = traincost("run", GPT4, *levered, "-n", 1000, "--format", "json", "-o", tmp_path)
    assert json.loads(done.stdout)["levers"] == ["straight_line_depreciation"]


def test_help_imports_nothing_heavy() -> None:
    """--help pays for neither numpy, numba, scipy, xarray nor YAML."""
    code = "import sys; from simulator.cli import main; main(['--help'], standalone_mode=False)"
    code += "; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = done.stdout.splitlines()[-1]
    assert not any(f"'{name}'" in modules for name in ("numpy", "numba", "scipy", "xarray", "ruamel.yaml"))


def test_interrupted_a_run_leaves_nothing(tmp_path: Path) -> None:
    """SIGINT in the middle of a long run ends it at once, with no folder and no traceback."""
    command = [sys.executable, "-m", "simulator", "run", str(GPT4), "-n", "20M", "-o", str(tmp_path)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    time.sleep(8)
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - begun < 5
    assert process.returncode != 0
    assert out == ""
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_draws_that_are_not_finite_are_an_error(tmp_path: Path) -> None:
    """A divisor that can be 0 is named, not averaged."""
    prior = "facility_life={discrete: {values: [0, 20], weights: [0.01, 0.99]}, unit: year}"
    capital = "cost_of_capital=0"
    done = traincost("run", GPT4, "--set", prior, "--set", capital, "-n", "10k", "-o", tmp_path)
    assert done.exit_code == 1
    assert "facility_charge is not a finite number in" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_heavy_tail_is_warned_about(tmp_path: Path) -> None:
    """A mean that a few draws decide is named above the other sentences."""
    prior = "data_price={lognormal: {median: 100, sigma: 4}}"
    text = traincost("run", GPT4, "--set", prior, "-n", "10k", "-o", tmp_path).stdout
    assert "Mean and its error rest on few draws" in text
    assert "data_license_cost (" in text


def test_a_given_final_run_is_in_the_total(tmp_path: Path) -> None:
    """The programme contains the final run that was given, and no part of the one that was computed."""
    words = ("--set", "final_run_cost=10B", "-n", "2k", "--quiet", "--format", "json", "-o", tmp_path)
    found = json.loads(traincost("run", GPT4, *words).stdout)
    means = {name: found["quantities"][name]["mean"] for name in (*found["components"], "total_cost")}
    assert "hardware_cost" not in found["components"]
    assert means["final_run_cost"] == 10e9
    assert sum(means[name] for name in found["components"]) == pytest.approx(means["total_cost"], rel=1e-9)


@pytest.mark.parametrize("limit", ["400M", "1000", "1e6"])
def test_budgets_are_numbers_however_written(limit: str, tmp_path: Path) -> None:
    """A whole number as a budget is as good as any, also where no published figure stands beside it."""
    done = traincost("run", CONFIGS / "finetune-7b.yaml", "-n", "2k", "--budget", limit, "-o", tmp_path)
    assert done.exit_code == 0, done.output
    assert "the budget given" in done.stdout


def test_too_many_draws_to_keep_are_refused_at_once(tmp_path: Path) -> None:
    """Before anything is drawn, not after."""
    done = traincost("run", GPT4, "-n", "3e9", "--keep", "draws", "-o", tmp_path)
    assert (done.exit_code, "keep at most" in done.stderr) == (1, True)


def test_few_draws_are_printed_as_such(tmp_path: Path) -> None:
    """Percentiles whose error cannot be told are marked and have two digits."""
    text = traincost("run", GPT4, "-n", 5, "-o", tmp_path).stdout
    assert "P90 ~$" in text or "P90 $~" in text
