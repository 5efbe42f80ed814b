"""tornado, sensitivity, plot and report --allocate as their users and other programs see them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from conftest import CONFIGS, GPT4
from test_cli import traincost

SMALL = CONFIGS / "finetune-7b.yaml"
KINDS = ("swing", "binned", "variance")


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a stored run of the default scenario."""
    root = tmp_path_factory.mktemp("results")
    done = traincost("run", GPT4, "-n", "20k", "--format", "json", "-o", root)
    assert done.exit_code == 0, done.output
    return str(json.loads(done.stdout)["run"])


def test_tornado_json_is_the_contract() -> None:
    """Kind, metric, baseline, and of every uncertain input its two ends, swing, error and share."""
    found = json.loads(traincost("tornado", GPT4, "--format", "json", "-n", "2k").stdout)
    assert (found["kind"], found["quantity"]) == ("swing", "total_cost")
    assert found["baseline"] > 0
    validated = json.loads(traincost("validate", GPT4, "--format", "json").stdout)
    assert {bar["input"] for bar in found["bars"]} == set(validated["uncertain_inputs"])
    for bar in found["bars"]:
        assert bar["swing"] == abs(bar["high"] - bar["low"])
        assert {"low_input", "high_input", "se", "explained"} <= bar.keys()
    assert sum(bar["explained"] for bar in found["bars"]) == pytest.approx(1.0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("style", ["table", "markdown", "csv", "json"])
def test_tornados_of_runs_and_scenarios_print(kind: str, style: str, run_folder: str) -> None:
    """Every kind prints in every style, of stored runs and of scenarios, 80 columns wide."""
    for given in (run_folder, SMALL):
        few = () if given == run_folder else ("-n", "5k")
        done = traincost("tornado", given, "--kind", kind, "--metric", "p90", "--format", style, *few)
        assert done.exit_code == 0, done.output
        if style == "table":
            assert max(map(len, done.stdout.splitlines())) <= 80
        if style == "csv":
            rows = list(csv.DictReader(io.StringIO(done.stdout)))
            assert len(rows) > 40
            assert rows[0]["kind"] == kind


def test_a_run_and_its_scenario_have_the_same_tornado(run_folder: str) -> None:
    """Bars of a stored run are those of the scenario with as many draws."""
    of_run, of_scenario = (
        json.loads(traincost("tornado", *given, "--kind", "binned", "--format", "json").stdout)["bars"]
        for given in ((run_folder,), (GPT4, "-n", "20k"))
    )
    assert of_run == of_scenario


def test_options_of_scenarios_are_refused_for_runs(run_folder: str) -> None:
    """A stored run cannot be given another seed: that is wrong usage and says so."""
    done = traincost("tornado", run_folder, "--seed", 2, "--set", "mfu=0.4")
    assert done.exit_code == 2
    assert "--seed, --set cannot be heeded" in done.stderr


def test_sensitivity_json_is_the_contract() -> None:
    """Of every uncertain input first-order and total index with errors, and groups beside them."""
    done = traincost("sensitivity", GPT4, "-n", "4k", "--format", "json")
    found = json.loads(done.stdout)
    for index in found["inputs"].values():
        assert {"first", "first_se", "total", "total_se"} <= index.keys()
        assert 0.0 <= index["first"] <= index["total"] + 4.0 * index["total_se"] + 1e-6 <= 1.1
    assert "hardware" in found["groups"]
    assert found["inputs"]["gpu_price"]["total"] > 0.2


@pytest.mark.parametrize("style", ["table", "markdown", "csv"])
@pytest.mark.parametrize("correlated", [False, True])
def test_sensitivity_prints(style: str, correlated: bool) -> None:
    """Every style prints, with Shapley effects where inputs are correlated, 80 columns wide."""
    pair = "correlations=[{between: [gpu_price, mfu], spearman: 0.5}]"
    words = ("--set", pair) if correlated else ()
    done = traincost("sensitivity", GPT4, "-n", "1k", "--format", style, *words)
    assert done.exit_code == 0, done.output
    assert ("hapley" in done.stdout) == correlated
    if style == "table":
        assert max(map(len, done.stdout.splitlines())) <= 80


def test_pictures_are_written(run_folder: str, tmp_path: Path) -> None:
    """Every kind of picture of a run is written, as PNG and as SVG, and its path printed."""
    for kind in ("distribution", "s-curve", "breakdown", "tornado", "convergence", "correlation"):
        for ending in ("png", "svg"):
            place = tmp_path / f"{kind}.{ending}"
            done = traincost("plot", run_folder, "--kind", kind, "--budget", "100M", "-o", place)
            assert (done.exit_code, done.stdout.strip()) == (0, str(place)), done.output
            assert place.stat().st_size > 5000
    again = tmp_path / "again.svg"
    traincost("plot", run_folder, "--kind", "s-curve", "--budget", "100M", "-o", again)
    assert again.read_bytes() == (tmp_path / "s-curve.svg").read_bytes()


def test_several_runs_are_laid_over_each_other(run_folder: str, tmp_path: Path) -> None:
    """S-curves of a stored run and a scenario go into one picture; other kinds show one run."""
    place = tmp_path / "both.png"
    done = traincost("plot", run_folder, SMALL, "-n", "5k", "--kind", "s-curve", "-o", place)
    assert done.exit_code == 0
    assert place.exists()
    assert traincost("plot", run_folder, "-n", "5k", "-o", place).exit_code == 2
    done = traincost("plot", run_folder, SMALL, "--kind", "tornado", "-o", place)
    assert done.exit_code == 2
    assert "only s-curve shows several" in done.stderr


def test_a_tornado_is_drawn_where_asked(tmp_path: Path) -> None:
    """tornado -o writes the picture and prints the table."""
    place = tmp_path / "tornado.png"
    done = traincost("tornado", SMALL, "-o", place, "-n", "2k")
    assert done.exit_code == 0
    assert place.exists()
    assert "label" in done.stdout


def test_wrong_pictures_are_refused_before_anything_is_computed(run_folder: str, tmp_path: Path) -> None:
    """An ending no picture has, a folder that is not there, a quantity nobody knows: one message each."""
    done = traincost("plot", run_folder, "-o", tmp_path / "a.jpg")
    assert (done.exit_code, ".png or .svg" in done.stderr) == (1, True)
    done = traincost("plot", run_folder, "-o", tmp_path / "no" / "a.png")
    assert done.exit_code == 1
    assert not list(tmp_path.iterdir())
    done = traincost("plot", run_folder, "--quantity", "totl_cost", "-o", tmp_path / "a.png")
    assert (done.exit_code, "Did you mean total_cost?" in done.stderr) == (1, True)
    for words in (("--metric", "p100"), ("--metric", "median"), ("--top", "0")):
        assert traincost("tornado", run_folder, *words).exit_code == 2


def test_a_percentile_is_allocated(run_folder: str) -> None:
    """report --allocate says what makes up a percentile: its components add up to it, in every style."""
    found = json.loads(traincost("report", run_folder, "--allocate", "p80", "--format", "json").stdout)
    allocation = found["allocation"]
    assert list(allocation["components"]) == found["components"]
    whole = found["quantities"]["total_cost"]["percentiles"]["80"]["value"]
    parts = [part["value"] for part in allocation["components"].values()]
    assert sum(parts) == pytest.approx(whole, rel=1e-12)
    contingencies = [part["contingency"] for part in allocation["components"].values()]
    assert sum(contingencies) == pytest.approx(found["contingency"]["value"], rel=1e-9)
    for style in ("table", "markdown", "csv"):
        done = traincost("report", run_folder, "--allocate", "p80", "--format", style)
        assert done.exit_code == 0
        assert "experiment_cost" in done.stdout
    assert traincost("report", run_folder, "--allocate", "80").exit_code == 2


def test_too_few_draws_are_refused(tmp_path: Path) -> None:
    """Bins of an input and shares of a percentile need draws; what lacks them is said in one line."""
    for kind in ("binned", "variance"):
        done = traincost("tornado", SMALL, "--kind", kind, "-n", 100, "--quiet")
        assert (done.exit_code, "too few to cut into bins" in done.stderr) == (1, True)
    traincost("run", SMALL, "-n", 100, "-o", tmp_path)
    done = traincost("report", "finetune", "--allocate", "p80", "--results", tmp_path)
    assert (done.exit_code, "too few to share out" in done.stderr) == (1, True)


def test_a_metric_asks_for_bins(run_folder: str) -> None:
    """--metric alone means binned; what a kind cannot heed is said, and a part of a run is called one."""
    found = traincost("tornado", run_folder, "--metric", "p90", "--format", "json")
    assert (json.loads(found.stdout)["kind"], found.stderr) == ("binned", "")
    assert json.loads(found.stdout)["draws_used"] == 20_000
    done = traincost("tornado", run_folder, "--kind", "swing", "--metric", "p90")
    assert (done.exit_code, "--metric makes no difference to --kind swing" in done.stderr) == (0, True)
    done = traincost("tornado", run_folder, "--kind", "variance", "--conditional")
    assert "--conditional makes no difference to --kind variance" in done.stderr


def test_what_moves_together_is_ranked_together() -> None:
    """Inputs whose total index is 0 since each follows from the other come first by their Shapley effects."""
    pair = "correlations=[{between: [gpu_price, experiment_multiplier], spearman: 1}]"
    done = traincost("sensitivity", GPT4, "-n", "4k", "--format", "json", "--set", pair, "--quiet")
    found = json.loads(done.stdout)["inputs"]
    assert set(list(found)[:2]) == {"gpu_price", "experiment_multiplier"}
    assert found["gpu_price"]["total"] < 0.01


def test_a_folder_is_no_scenario(run_folder: str) -> None:
    """Where a scenario is wanted a stored run's folder is refused, with the file to name instead."""
    done = traincost("sensitivity", run_folder)
    assert (done.exit_code, "scenario.resolved.yaml" in done.stderr) == (1, True)


def test_an_allocation_says_how_many_draws_it_looked_at(
    run_folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a longer run than fits only the first draws are shared out, and every style for programs says so."""
    monkeypatch.setattr("simulator.replay.MOST_DRAWS", 8192)
    done = traincost("report", run_folder, "--allocate", "p80", "--format", "json")
    found = json.loads(done.stdout)["allocation"]
    assert (found["draws"], found["draws_used"]) == (20_000, 8192)
    done = traincost("report", run_folder, "--allocate", "p80", "--format", "csv", "--quiet")
    assert {row["draws_used"] for row in csv.DictReader(io.StringIO(done.stdout))} == {"8192"}
