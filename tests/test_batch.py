"""Batches: every combination, each stored when it ends, one bad case in nobody's way, and resumed."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree, rmtree

import numpy as np
import pytest
import xarray as xr
from comparison_cases import rented
from hypothesis import given
from hypothesis import strategies as st
from test_compare import traincost

from simulator.batch.cases import cases, dimensions, read_sweeps
from simulator.errors import InputError
from simulator.reports.catalogue import FIELDS
from simulator.results import read_summary
from simulator.scenario.reader import number
from simulator.simulation import Settings

FEW = ("-n", "2000")


def batch(*words: str) -> tuple[int, dict[str, object], str]:
    """The exit code, what is printed as JSON, and stderr."""
    code, out, err = traincost("batch", *words, *FEW, "--format", "json")
    return code, json.loads(out) if out else {}, err


def test_cases_are_the_product_the_last_sweep_fastest() -> None:
    """Two scenarios and two sweeps of two: eight cases in the order of nested loops."""
    found = cases(["a.yaml", "b.yaml"], read_sweeps(["seed=1,2", "mfu=0.3,0.4"]), Settings())
    assert [case.label for case in found[:3]] == [
        "a, seed=1, mfu=0.3",
        "a, seed=1, mfu=0.4",
        "a, seed=2, mfu=0.3",
    ]
    assert (len(found), found[2].settings.seed, found[2].laid_over) == (8, 2, ("mfu=0.3",))
    assert dimensions(found) == {"scenario": ["a", "b"], "seed": ["1", "2"], "mfu": ["0.3", "0.4"]}


VALUES = st.lists(
    st.one_of(
        st.text("abc019._", min_size=1),
        st.just("{pert: {low: 0.1, mode: 0.2, high: 0.3}}"),
        st.just("[{between: [a, b], spearman: 0.5}]"),
        st.just('"a, b"'),
    ),
    min_size=1,
    unique_by=lambda text: text if number(text) is None else number(text),
)


@given(VALUES)
def test_commas_within_brackets_and_quotes_belong_to_a_value(values: list[str]) -> None:
    """Whatever values are joined with commas are read back as those values."""
    assert read_sweeps([f"key={','.join(values)}"])[0].values == tuple(values)


NO_SWEEPS = [
    *(["mfu"], ["=1"], ["mfu="], ["mfu=1,,2"], ["mfu=1,1"], ["a=1k,1000"], ["a=1", "plan.a=2"]),
    *(["scenario=1"], ["mfu={a,0.4"]),
]


def test_swept_files_are_called_by_their_names() -> None:
    """Books and levers by as much of their paths as tells them apart, and read from where they lie."""
    sweeps = read_sweeps(["book=a/old.yaml,a/new.yaml", "lever=none,b/x.py,c/x.py"])
    found = cases(["a.yaml"], sweeps, Settings())
    assert dimensions(found)["lever"] == ["none", "b/x.py", "c/x.py"]
    assert found[5].label == "a, book=new, lever=c/x.py"
    assert (found[5].book, found[5].levers) == ("a/new.yaml", ("c/x.py",))


@pytest.mark.parametrize("written", NO_SWEEPS)
def test_what_is_no_sweep_is_said(written: list[str]) -> None:
    """A missing key or value, one written twice, a key swept twice."""
    with pytest.raises(InputError):
        read_sweeps(written)


def test_a_batch_is_its_runs(tmp_path: Path) -> None:
    """Each case is what ``run`` stores for it, to the hash; the file of the batch holds their numbers."""
    path, folder = str(rented(tmp_path)), str(tmp_path / "batch")
    code, found, _ = batch(path, "--sweep", "seed=1,2", "--sweep", "gpu_hour_price=2,3", "-o", folder)
    assert code == 0
    rows = found["cases"]
    assert [(row["case"]["seed"], row["case"]["gpu_hour_price"]) for row in rows] == [
        ("1", "2"), ("1", "3"), ("2", "2"), ("2", "3")
    ]  # fmt: skip
    words = ("--seed", "2", "--set", "gpu_hour_price=3", "-o", str(tmp_path / "one"))
    _, alone, _ = traincost("run", path, *FEW, *words, "--format", "json")
    assert rows[3]["data_sha256"] == read_summary(Path(json.loads(alone)["run"]))["data_sha256"]
    with xr.open_datatree(found["batch"], engine="h5netcdf") as tree:
        value = tree.to_dataset()["value"].sel(seed=2, gpu_hour_price=3, quantity="total_cost", quantile=0.9)
        assert float(value.squeeze()) == rows[3]["total_cost"]["90"]


def test_one_bad_case_stops_no_other(tmp_path: Path) -> None:
    """A file that is none, and a value out of its domain: reported, exit code 1, all others done."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("plan: {procurement: rented}\n")
    code, found, err = batch(
        str(bad), str(rented(tmp_path)), "--sweep", "gpu_hour_price=2,-3", "-o", str(tmp_path / "batch")
    )
    rows = found["cases"]
    assert (code, [row["status"] for row in rows]) == (1, ["failed", "failed", "done", "failed"])
    assert "gpu_hour_price is -3" in rows[3]["error"]
    known = {key: rows[3][key] for key in ("run", "scenario", "seed", "draws")}
    assert known == {"run": None, "scenario": "rented", "seed": 1, "draws": 2000}
    assert "4/4 failed" in err
    assert "failed: rented, gpu_hour_price=-3" in err
    with xr.open_datatree(found["batch"], engine="h5netcdf") as tree:
        value = tree.to_dataset()["value"].sel(quantity="total_cost", quantile=0.5).to_numpy()
    assert np.isfinite(value).tolist() == [[False, False], [True, False]]


def test_resume_runs_what_is_missing_or_broken(tmp_path: Path) -> None:
    """Whole runs are left as they are, a damaged one is made anew; the results are those of one batch."""
    path, folder = str(rented(tmp_path)), tmp_path / "batch"
    words = (path, "--sweep", "seed=1,2,3", "-o", str(folder))
    _, first, told = batch(*words)
    assert max(map(len, told.splitlines()[:3])) <= 80
    damaged = Path(first["cases"][1]["run"]) / "run.nc"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    _, again, told = batch(*words, "--resume")
    assert [row["resumed"] for row in again["cases"]] == [True, False, True]
    assert [row["damage"] for row in again["cases"]] == [None, "run.nc is not what was saved", None]
    assert "2/3 redone rented, seed=2: run.nc is not what was saved" in told
    (Path(first["cases"][0]["run"]) / "summary.json").write_text("{}")
    _, text, _ = traincost("batch", *words, *FEW, "--resume")
    assert text.startswith("3 cases: 1 done (1 had been damaged), 2 stored before")
    hashes = [[row["data_sha256"] for row in found["cases"]] for found in (first, again)]
    assert hashes[0] == hashes[1]
    assert first["batch"] == again["batch"]


def test_a_run_in_the_place_of_another_is_no_result(tmp_path: Path) -> None:
    """A whole run copied into another's folder is made anew by --resume, and no report is made of it."""
    path, folder = str(rented(tmp_path)), tmp_path / "batch"
    words = (path, "--sweep", "seed=1,2", "-o", str(folder))
    _, first, _ = batch(*words)
    one, two = (Path(row["run"]) for row in first["cases"])
    rmtree(two)
    copytree(one, two)
    assert traincost("report", str(two))[0] == 1
    _, again, _ = batch(*words, "--resume")
    assert [row["resumed"] for row in again["cases"]] == [True, False]
    assert [row["data_sha256"] for row in again["cases"]] == [row["data_sha256"] for row in first["cases"]]


def test_a_batch_that_cannot_be_stored_whole_prints_its_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the file of all cases cannot be written the table is there all the same, and an error."""

    def full(content: bytes, path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("simulator.results.store.write_file", full)
    code, found, err = batch(str(rented(tmp_path)), "-o", str(tmp_path / "batch"))
    assert (code, found["batch"], "No space left" in err) == (1, None, True)
    assert found["cases"][0]["status"] == "done"


def test_pruning_takes_what_it_is_told_and_no_more(tmp_path: Path) -> None:
    """Options before the word are refused; folders that are no runs stay, whatever is asked."""
    path, folder = str(rented(tmp_path)), tmp_path / "batch"
    batch(path, "-o", str(folder))
    foreign = folder / "foreign-0123456789ab"
    foreign.mkdir()
    (foreign / "thesis.tex").write_text("years of work")
    for words in (("-o", str(folder)), ("--where", "seed=1")):
        code, _, err = traincost("runs", *words, "prune", "--since", "2020-01-01")
        assert (code, "after prune" in err) == (2, True)
    for where in ("name=*", "name=", "scenario=*"):
        traincost("runs", "prune", "-o", str(folder), "--where", where)
    assert (foreign / "thesis.tex").exists()


def test_a_dry_run_runs_nothing(tmp_path: Path) -> None:
    """The cases are listed in every style, and nothing is stored."""
    path = str(rented(tmp_path))
    for style in ("table", "markdown", "csv", "json"):
        words = ("--sweep", "seed=1,2", "--dry-run", "-o", str(tmp_path / "batch"), "--format", style)
        code, out, _ = traincost("batch", path, *words)
        assert (code, "rented" in out) == (0, True)
    assert not (tmp_path / "batch").exists()


def test_a_wrong_batch_is_one_message(tmp_path: Path) -> None:
    """Sweeps that are none, a file given twice: exit code 1 before anything is run."""
    path = str(rented(tmp_path))
    for words in (
        (path, "--sweep", "mfu"),
        (path, f"{tmp_path}/../{tmp_path.name}/rented.yaml"),
        (path, "--sweep", "seed=x"),
        (path, "--sweep", "draws=1"),
    ):
        code, _, err = traincost("batch", *words, "-o", str(tmp_path / "batch"))
        assert (code, err.startswith("Error: ")) == (1, True)
    assert not (tmp_path / "batch").exists()


@pytest.mark.parametrize(
    "given", [("--seed", "5"), ("-n", "2000"), ("--book", "x.yaml"), ("--set", "plan.tokens=1T")]
)
def test_nothing_is_swept_and_given_as_well(tmp_path: Path, given: tuple[str, ...]) -> None:
    """What every case was told and is swept as well is refused: neither wins unsaid."""
    swept = [
        word for key in ("seed=1,2", "draws=2k,4k", "book=a,b", "tokens=2T,3T") for word in ("--sweep", key)
    ]
    code, _, err = traincost("batch", str(rented(tmp_path)), *swept, *given, "--dry-run")
    assert (code, "swept and given" in err) == (2, True)


def test_every_listed_run_has_every_key(tmp_path: Path) -> None:
    """A run that cannot be read is null but for its folder and the reason, in JSON and in CSV."""
    path, folder = str(rented(tmp_path)), str(tmp_path / "batch")
    _, made, _ = batch(path, "--sweep", "seed=1,2", "-o", folder)
    (Path(made["cases"][0]["run"]) / "summary.json").write_text("{}")
    rows = json.loads(traincost("runs", "-o", folder, "--format", "json")[1])
    keys = [*FIELDS, "total_cost", "error"]
    assert [list(row)[: len(keys)] for row in rows] == [keys, keys]
    assert [[key for key in keys if row[key] is None] for row in rows] == [["error"], keys[1:-1]]
    head, *lines = csv.reader(traincost("runs", "-o", folder, "--format", "csv")[1].splitlines())
    assert [dict(zip(head, line, strict=True))["error"] for line in lines] == ["", rows[1]["error"]]


def test_runs_are_filtered_and_pruned(tmp_path: Path) -> None:
    """Filters choose, a month from its first day; prune deletes those, a dry run none; no filter is wrong."""
    path, folder = str(rented(tmp_path)), str(tmp_path / "batch")
    batch(path, "--sweep", "seed=1,2,13", "-o", folder)

    def seeds(*words: str) -> list[int]:
        code, out, err = traincost("runs", *words, "-o", folder, "--format", "json")
        assert code == 0, err
        return sorted(row["seed"] for row in json.loads(out))

    assert seeds("--where", "seed=1*", "--since", "2020-01-01") == [1, 13]
    assert seeds("--where", "draws=2k") == [1, 2, 13]
    assert seeds("--before", "2020-01-01") == seeds("--where", "scenario=other") == []
    assert seeds("prune", "--where", "seed=1*", "--dry-run") == [1, 13]
    assert seeds() == [1, 2, 13]
    assert seeds("prune", "--where", "seed=1*") == [1, 13]
    assert seeds() == [2]
    today = datetime.now(UTC)
    month, year = today.strftime("%Y-%m"), today.strftime("%Y")
    assert seeds("--since", month) == seeds("--since", year) == seeds("--since", f"{month}-01") == [2]
    assert seeds("prune", "--before", month) == seeds("prune", "--before", year) == []
    assert traincost("runs", "prune", "-o", folder)[0] == 2
    code, _, err = traincost("runs", "--where", "sead=1", "-o", folder)
    assert (code, "Did you mean seed?" in err) == (1, True)
