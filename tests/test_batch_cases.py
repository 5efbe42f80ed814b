"""What a batch is made of and what is said of it: names, labels, levers, dry runs, tables, reasons."""

from __future__ import annotations

import csv
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from comparison_cases import rented
from hypothesis import given, settings
from hypothesis import strategies as st
from test_compare import traincost

from simulator.batch import running, table
from simulator.batch.cases import Case, cases, fingerprint, read_sweeps
from simulator.batch.dry import checked
from simulator.batch.names import short_names
from simulator.batch.report import batch_sheet, dry_sheet, line
from simulator.batch.running import DONE, FAILED, Ended, run_case
from simulator.errors import InputError
from simulator.reports.catalogue import catalogue_text
from simulator.running import folder_of
from simulator.simulation import Settings

HOSTILE = ("=1+1", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx", "＝1+1", "＋1", "－1", "＠A1")
COSTS = {"50": 1.234e6, "80": 2.3e6, "90": 3.1e6}
ERRORS = {"50": 2e3, "80": 5e4, "90": None}


def made(sweeps: list[str], *paths: str) -> list[Case]:
    return cases(paths or ("a.yaml",), read_sweeps(sweeps), Settings())


def done(case: Case, **more: Any) -> Ended:
    return Ended(
        case, {"run": "r/x", "total_cost": COSTS, "total_cost_se": ERRORS, **more}, DONE, None, False, 1.2
    )


# ------------------------------------------------------------------------------------------- cases


NAMES = st.lists(st.sampled_from(["a", "b", "x.yaml", "x.yml", "x.yaml.yaml"]), min_size=1, max_size=3)


@given(st.lists(NAMES.map("/".join), min_size=1, unique=True))
def test_names_tell_scenarios_apart(paths: list[str]) -> None:
    """However paths repeat one another, each name is an end of its own path (or its stem) and no other's."""
    names = short_names(paths)
    assert len(set(names)) == len(names)
    for path, name in zip(paths, names, strict=True):
        assert f"/{Path(path).absolute()}".endswith(f"/{name}") or name == Path(path).stem


def test_a_file_given_twice_is_refused(tmp_path: Path) -> None:
    """The same file under two paths or by a link is said, with both paths."""
    path, link = rented(tmp_path), tmp_path / "link.yaml"
    link.symlink_to(path)
    with pytest.raises(InputError, match=r"link\.yaml: this is .*rented\.yaml once more"):
        short_names([str(path), str(link)])


def test_the_lever_none_is_no_lever() -> None:
    """Of lever=none,x the first case has the levers of all, the second one more."""
    found = cases(["a.yaml"], read_sweeps(["lever=none,x"]), Settings(), levers=["y"])
    assert [case.levers for case in found] == [("y",), ("y", "x")]
    assert found[0].label == "a, lever=none"


@pytest.mark.parametrize(
    "written", ["seed=0,0.0", "seed=1k,1000", "book=a.yaml,./a.yaml", "lever=a.py,b/../a.py"]
)
def test_the_same_value_twice_is_refused(written: str) -> None:
    """Numbers and files written in two ways are one value."""
    with pytest.raises(InputError, match="a value is written twice"):
        read_sweeps([written])


def test_a_case_finds_its_files_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are meant from the folder in which the batch was started; the run is the same, and so called."""
    rented(tmp_path)
    (tmp_path / "own.py").write_text(
        "from simulator.units import USD, Component\n\n\n"
        "def fee(label_cost: USD) -> Component:\n    return label_cost + 1.0\n"
    )
    monkeypatch.chdir(tmp_path)
    (case,) = cases(["rented.yaml"], [], Settings(draws=2000), levers=["own.py"])
    here = folder_of(case.scenario(), case.settings, tmp_path, keep=10)
    monkeypatch.chdir("/")
    assert folder_of(case.scenario(), case.settings, tmp_path, keep=10) == here
    missing = replace(case, path="missing.yaml")
    assert (
        run_case(missing, tmp_path, "", False).error == "missing.yaml: there is no such file; check the path"
    )


def test_a_batch_is_known_by_its_cases() -> None:
    """Threads do not tell batches apart; everything else that is swept or set does."""
    found = made(["seed=1,2"])
    threads = [replace(case, settings=replace(case.settings, threads=1)) for case in found]
    assert fingerprint(found) == fingerprint(threads)
    others = [made(["seed=1,3"]), made(["seed=1,2"], "b.yaml"), found[:1], cases(["a.yaml"], [], Settings())]
    assert len({fingerprint(found), *map(fingerprint, others)}) == 5


def test_many_cases_take_little_time_each() -> None:
    """100,000 values are one sweep; one more is refused before any case is made."""
    sweeps = read_sweeps([f"seed={','.join(map(str, range(1, 100_001)))}"])
    assert len(sweeps[0].values) == 100_000
    with pytest.raises(InputError, match="200,000 cases"):
        cases(["a.yaml", "b.yaml"], sweeps, Settings())


# ----------------------------------------------------------------------------------------- dry runs


def test_a_dry_run_reads_each_scenario_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases that differ in seeds share one reading; a bad value is told of every case that has it."""
    read: list[Case] = []
    scenario = Case.scenario
    monkeypatch.setattr(Case, "scenario", lambda case: (read.append(case), scenario(case))[1])
    found = made(["seed=1,2,3", "gpu_hour_price=2,-3"], str(rented(tmp_path)))
    assert [each.status for each in checked(found)] == ["ok", "failed"] * 3
    assert len(read) == 2


def test_a_dry_run_looks_at_every_value_first(tmp_path: Path) -> None:
    """Where not all can be read, each value is looked at alone before any combination, and it is said."""
    found = made(["gpu_hour_price=1,2,3", "label_cost=0,1,2"], str(rented(tmp_path)))
    ended = checked(found, most=5)
    unread = [each.case.label for each in ended if each.status == "not read"]
    assert unread == [f"rented, gpu_hour_price={x}, label_cost={y}" for x in (2, 3) for y in (1, 2)]
    assert dry_sheet(ended).above == ("9 cases: 5 ok, 4 not read",)


def test_a_dry_run_with_a_bad_value_fails(tmp_path: Path) -> None:
    """What is wrong is told of each case and once more for all, in every style; exit code 1."""
    path, sweep = str(rented(tmp_path)), "gpu_hour_price=2,-3"
    code, out, err = traincost("batch", path, "--sweep", sweep, "--dry-run", "--format", "json")
    rows = json.loads(out)["cases"]
    assert (code, [row["status"] for row in rows]) == (1, ["ok", "failed"])
    assert "gpu_hour_price is -3" in rows[1]["error"] and rows[0]["error"] is None
    assert "failed: rented, gpu_hour_price=-3" in err
    _, out, _ = traincost("batch", path, "--sweep", sweep, "--dry-run")
    assert "2 cases: 1 ok, 1 failed" in out


# ------------------------------------------------------------------------------------ lines and tables


@settings(max_examples=30)
@given(st.text(min_size=1, max_size=120), st.text(max_size=200), st.integers(1, 100_000), st.floats(0.0, 1e5))
def test_the_line_of_a_case_fits_a_terminal(value: str, why: str, number: int, seconds: float) -> None:
    """However long its label, its reason or its time: one line of at most 80 letters, all to be seen."""
    case = Case("a.yaml", (("mfu", value),), Settings(), name="a")
    for ended in (done(case), Ended(case, {}, FAILED, why or "why")):
        text = line(replace(ended, seconds=seconds), number, 100_000)
        assert len(text) <= 80 and "\n" not in text


def test_what_is_told_of_a_case() -> None:
    """Number, how it ended, label, P50 and P90 with the digits that their errors support, seconds."""
    (case,) = made(["seed=2"])
    assert line(done(case), 3, 18) == f" 3/18 done   {'a, seed=2':37} P50 $1.23M P90 $~3.1M   1.2 s"
    assert line(replace(done(case), resumed=True), 3, 18).startswith(" 3/18 stored a, seed=2 ")


def test_wide_tables_keep_every_label_whole() -> None:
    """Where columns do not fit into 80 letters there is one of labels, wrapped and not shortened."""
    values = ["{pert: {low: 0.2, mode: 0.3, high: 0.5}}", "{pert: {low: 0.2, mode: 0.35, high: 0.5}}"]
    found = made([f"mfu={','.join(values)}", "plan.accelerator_count=1k,2k"])
    text = batch_sheet([done(case) for case in found], None, len(found)).text("table")
    assert max(map(len, text.splitlines())) <= 80
    plain = re.sub(r"\s+", " ", text)
    assert all(case.label in plain for case in found)


def test_reasons_are_told_once_each() -> None:
    """Five cases that failed for one reason and one for another: two reasons, with the first few cases."""
    found = made(["seed=1,2,3,4,5,6,7"])
    ended = [*(Ended(case, {}, FAILED, "no room") for case in found[:5])]
    ended += [
        Ended(found[5], {}, FAILED, "2 problems:\n  1. no\n  2. right"),
        replace(done(found[6]), resumed=True),
    ]
    sheet = batch_sheet(ended, None, 8)
    assert sheet.above[0] == "8 cases: 0 done, 1 stored before, 6 failed, 1 not run"
    assert sheet.below == (
        "a, seed=1; a, seed=2; a, seed=3; and 2 more: no room",
        "a, seed=6: 2 problems: 1. no 2. right",
    )
    assert [record["seed"] for record in sheet.records] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("word", HOSTILE)
def test_no_cell_is_computed(word: str) -> None:
    """Text that begins like a formula is quoted wherever a batch prints CSV; numbers are left alone."""
    case = Case("x.yaml", (("mfu", "-0.5"), ("note", word)), Settings(), name=word)
    ended = [done(case, book=word, name=word), Ended(case, {"book": word}, FAILED, word)]
    row = {"run": word, "name": word, "scenario": word, "book": word, "settings": [word], "total_cost": COSTS}
    assert not re.search(r"(^|,)\"?[=@+＝＋－＠\t\r]", catalogue_text([row], "csv").partition("\n")[2])
    for text in (batch_sheet(ended, None, 2).text("csv"), dry_sheet(ended).text("csv")):
        cells = [cell for row in csv.reader(text.splitlines(keepends=True)[1:]) for cell in row]
        assert not [cell for cell in cells if cell.startswith(tuple("=+@\t\r＝＋－＠"))]
        assert [cell for cell in cells if cell.startswith("-")] == ["-0.5"] * 2


def test_a_table_puts_each_run_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers of case k stand at case k's swept values, of quantities that only some runs have as well."""
    found = made(["seed=1,2,3", "mfu=0.3,0.4"])

    def summary(path: Path) -> dict[str, Any]:
        k = float(path.name)
        percentiles = {f"{level:g}": {"value": k + level, "se": None} for level in (5, 10, 50, 80, 90, 95)}
        quantity = {"unit": "USD", "mean": k, "mean_se": 0.1, "percentiles": percentiles}
        return {"quantities": {"total_cost": quantity, **({"fee": quantity} if k == 4 else {})}}

    monkeypatch.setattr(table, "read_summary", summary)
    ended = [done(case, run=f"r/{k}") for k, case in enumerate(found)]
    ended[1] = Ended(found[1], {}, FAILED, "no")
    tree = table.batch_tree(ended).to_dataset()
    total = tree.sel(quantity="total_cost", scenario="a")
    assert np.array_equal(total["mean"].to_numpy(), [[0, np.nan], [2, 3], [4, 5]], equal_nan=True)
    assert float(total["value"].sel(seed=2, mfu=0.4, quantile=0.9)) == 93.0
    fee = tree["mean"].sel(quantity="fee").to_numpy()
    assert np.isnan(fee).sum() == 5 and fee[0, 2, 0] == 4.0
    assert np.isnan(tree["se"].to_numpy()).all()


# ----------------------------------------------------------------------------------- ended half-way


def test_an_interrupted_batch_tells_what_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the third case: exit code 130, a table of two, no file of all; --resume runs the third."""
    words = ("batch", str(rented(tmp_path)), "--sweep", "seed=1,2,3", "-n", "2000", "-o", str(tmp_path / "r"))
    store, stored = running.run_and_store, list[str]()

    def interrupted(*given: Any, **more: Any) -> Any:
        if len(stored) == 2:
            raise KeyboardInterrupt
        stored.append("one")
        return store(*given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(running, "run_and_store", interrupted)
        code, out, err = traincost(*words, "--format", "json")
    assert (code, len(json.loads(out)["cases"]), json.loads(out)["batch"]) == (130, 2, None)
    assert "2 of 3 cases ended; --resume runs the others" in err
    assert not list((tmp_path / "r").glob("batch.*"))
    code, out, _ = traincost(*words, "--resume", "--format", "json")
    assert [row["resumed"] for row in json.loads(out)["cases"]] == [True, True, False]


def test_files_of_batches_replace_their_own_and_are_pruned(tmp_path: Path) -> None:
    """The same batch leaves one file, another one more; prune takes those of the time, never strangers."""
    folder, path = tmp_path / "r", str(rented(tmp_path))
    words = ("batch", path, "-n", "2000", "-o", str(folder))
    for sweep in ("seed=1", "seed=1", "seed=1,2"):
        traincost(*words, "--sweep", sweep, "--resume")
    strange = folder / "batch.0123456789ab.nc"
    strange.write_bytes(b"no netCDF")
    files = set(folder.glob("batch.*.nc"))
    assert len(files) == 3
    prune = ("runs", "prune", "-o", str(folder))
    for more in (("--before", "2020-01-01"), ("--since", "2020-01-01", "--dry-run")):
        assert traincost(*prune, *more)[0] == 0
        assert set(folder.glob("batch.*.nc")) == files
    _, _, err = traincost(*prune, "--since", "2020-01-01")
    assert "deleted: 2 runs and 2 files of batches" in err
    assert list(folder.iterdir()) == [strange]


def test_listing_and_dry_runs_delete_nothing(tmp_path: Path) -> None:
    """Whatever lies in a folder of results, runs and prune --dry-run leave every file there."""
    folder = tmp_path / "r"
    traincost("batch", str(rented(tmp_path)), "-n", "2000", "-o", str(folder))
    for name in (f".tmp-{'0' * 32}", f".old-{'0' * 32}-{next(folder.glob('rented-*')).name}"):
        (folder / name).mkdir()
        os.utime(folder / name, (0, 0))
    before = sorted(folder.rglob("*"))
    for words in (("runs",), ("runs", "prune", "--since", "2020-01-01", "--dry-run")):
        assert traincost(*words, "-o", str(folder))[0] == 0
        assert sorted(folder.rglob("*")) == before


def test_many_scenarios_and_one_that_is_missing(tmp_path: Path) -> None:
    """Of 30 files one is missing and one is a folder: 28 are read, two are told, exit code 1."""
    paths = [str(rented(tmp_path, f"s{k}")) for k in range(28)]
    (tmp_path / "folder.yaml").mkdir()
    odd = [str(tmp_path / "missing.yaml"), str(tmp_path / "folder.yaml")]
    code, out, _ = traincost("batch", *paths, *odd, "--dry-run", "--format", "json")
    rows = json.loads(out)["cases"]
    assert (code, [row["status"] for row in rows]) == (1, ["ok"] * 28 + ["failed"] * 2)
    assert "there is no such file" in rows[28]["error"] and "not a regular file" in rows[29]["error"]
