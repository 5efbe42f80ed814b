"""traincost fit as its users and other programs see it."""

from __future__ import annotations

import csv
import io
import json
from math import log, sqrt
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from conftest import CONFIGS, MARKET, SEED_BOOK
from plots_cases import outside, overlapping, texts
from quotes_cases import a_file
from test_cli import traincost

from simulator.pictures import quotes_picture
from simulator.plots.quotes import date_ticks
from simulator.quotes.fitting import Finding, fit_quotes
from simulator.quotes.horizons import read_horizon
from simulator.quotes.reading import read_quotes
from simulator.quotes.selecting import Catalogue, Overhead

HEAD = "date,chip,kind,commitment,vendor,price_usd,basis"
BUY = ("--input", "gpu_price", "--where", "chip=H100-SXM,kind=purchase", "--book", MARKET)
RENT = ("--input", "gpu_hour_price", "--where", "chip=H100-SXM,kind=rental,commitment=on-demand")
H100, A100 = "H100-SXM,rental,on-demand", "A100-PCIe,rental,on-demand"
ROWS = [
    *(
        f"2023-{m:02d}-10,H100-SXM,purchase,none,,{34000 + 900 * m},server_price_per_chip"
        for m in range(1, 10)
    ),
    "2023-05-05,H100-SXM,purchase,none,,99999,estimate",
    "2023-06-05,H100-SXM,purchase,none,,9999999,whole_system",
    *(f"2023-{m:02d}-20,{H100},v{m % 5},{2.5 + 0.4 * (m % 4)},per_chip_hour" for m in range(1, 13)),
    *(f"2023-{m:02d}-21,{A100},v{m},{1.5 + 0.1 * m},per_chip_hour" for m in range(1, 8)),
]


@pytest.fixture
def quotes(tmp_path: Path) -> Path:
    return a_file(tmp_path, *ROWS, head=HEAD)


def fitted(*words: Any) -> Result:
    done: Result = traincost("fit", *words)
    assert done.exit_code == 0, done.output
    return done


def test_json_is_the_contract(quotes: Path) -> None:
    """Input, date, count, prior as in a book, percentiles in both bases, and the backtest."""
    found = json.loads(fitted(quotes, *BUY, "--as-of", "2024-01-31", "--format", "json").stdout)
    assert (found["input"], found["as_of"], found["n"]) == ("gpu_price", "2024-01-31", 9)
    assert set(found["percentiles"]) == set(found["quote_percentiles"]) == {"5", "10", "50", "90", "95"}
    ends = found["prior"]["lognormal"]
    assert (ends["p5"], ends["p95"]) == (found["percentiles"]["5"], found["percentiles"]["95"])
    assert found["prior"]["unit"] == "USD/accelerator"
    assert found["prior"]["source"].startswith("quotes.csv: 9 quotes, 2023-01-10 to 2023-09-10")
    assert found["prior"]["as_of"] == "2024-01-31"
    assert found["quote_percentiles"]["50"] / found["percentiles"]["50"] == pytest.approx(2**0.5, rel=1e-3)
    assert found["left_out"] == {"estimate": 1, "whole_system": 1}
    told = found["backtest"]
    assert set(told["pinball_naive"]) == {"last_quotes", "constant"}
    assert told["scored"] == 6
    assert told["coverage80_ci95"][0] <= told["coverage80"] <= told["coverage80_ci95"][1]
    assert told["verdict"] == "too few to judge"


def test_a_month_is_as_of_its_last_day(quotes: Path) -> None:
    """As everywhere in the command line, a month stands for all of it."""
    found = json.loads(fitted(quotes, *BUY, "--as-of", "2024-02", "--format", "json").stdout)
    assert (found["as_of"], found["holds"]) == ("2024-02-29", "2024-02-29")


def test_the_backtest_pools_chips(quotes: Path) -> None:
    """All filters but the chip's: both chips' prices are scored, each told from its own."""
    found = json.loads(fitted(quotes, *RENT, "--format", "json").stdout)["backtest"]
    assert {row["chip"] for row in found["chips"]} == {"H100-SXM", "A100-PCIe"}
    assert sum(row["scored"] for row in found["chips"]) == found["scored"]


def test_one_quote_is_told_and_nothing_scored(tmp_path: Path) -> None:
    """What cannot be told is null, and the width is said to be assumed."""
    path = a_file(tmp_path, "2024-01-01,3", head="date,price")
    found = json.loads(fitted(path, "--input", "gpu_hour_price", "--format", "json").stdout)
    told = found["backtest"]
    assert (told["scored"], told["coverage80"], told["coverage80_ci95"], told["pinball"]) == (
        0,
        None,
        None,
        None,
    )
    assert told["pinball_naive"] == {"last_quotes": None, "constant": None}
    assert "little to go by" in found["notes"][0]


def test_how_many_prices_repeat_one_is_told(tmp_path: Path) -> None:
    """Quotes, the prices that they tell and those that repeat one, in words and in JSON."""
    rows = ["2024-01-01,3,a", "2024-02-01,3,a", "2024-03-01,4,a", "2024-03-01,3,b"]
    words = (a_file(tmp_path, *rows, head="date,price,vendor"), "--input", "gpu_hour_price")
    assert "Used: 4 quotes: 3 prices, 1 quote repeats one; 2 vendors named" in fitted(*words).stdout
    assert json.loads(fitted(*words, "--format", "json").stdout)["prices"] == 3


def test_server_prices_say_how_much_wider_a_scenario_is(quotes: Path) -> None:
    """The price with its server varies more where both factors are drawn than as it was quoted."""
    found = json.loads(fitted(quotes, *BUY, "--format", "json").stdout)
    [note] = [note for note in found["notes"] if "draws the two apart" in note]
    quoted, bare = (log(found[key]["95"] / found[key]["5"]) / (2 * 1.6448536) for key in
                    ("quote_percentiles", "percentiles"))  # fmt: skip
    overhead = sqrt(bare**2 - quoted**2)
    assert f"a sd of {sqrt(bare**2 + overhead**2):.3f} there and of {quoted:.3f} as quoted" in note
    assert f"(correlation {-overhead / bare:.2f})" in note
    assert not [note for note in json.loads(fitted(quotes, *RENT, "--format", "json").stdout)["notes"]
                if "draws the two apart" in note]  # fmt: skip


def test_words_that_have_their_own_prices_are_told_when_mixed(quotes: Path, tmp_path: Path) -> None:
    """Chips, commitments, regions and kinds; what the filters or the file hold to one word is not told of."""
    (tmp_path / "mixed").mkdir()
    rows = [*ROWS, "2023-12-01,H100-SXM,rental,1y,v1,2,per_chip_hour"]
    mixed = a_file(tmp_path / "mixed", *rows, head=HEAD)
    told = fitted(mixed, "--input", "gpu_hour_price", "--where", "kind=rental", "--format", "json").stdout
    assert json.loads(told)["notes"][:2] == [
        "quotes of 2 chips are taken together; --where chip=… takes one",
        "quotes of 2 commitments are taken together; --where commitment=… takes one",
    ]
    assert json.loads(fitted(quotes, *RENT, "--format", "json").stdout)["notes"] == []


def test_a_naive_model_that_did_better_is_named(tmp_path: Path) -> None:
    """Of equal prices both; not where there are too few to judge."""
    rows = [f"2023-{k % 12 + 1:02d}-{k % 28 + 1:02d},3,v{k}" for k in range(40)]
    words = ("--input", "gpu_hour_price", "--format", "json")
    told = json.loads(fitted(a_file(tmp_path, *rows, head="date,price,vendor"), *words).stdout)
    [note] = told["notes"]
    assert "the last five prices (0.000) and the constant lognormal (0.000) told new prices better" in note
    few = a_file(tmp_path, *rows[:20], head="date,price,vendor")
    assert json.loads(fitted(few, *words).stdout)["notes"] == []


def test_far_beyond_the_last_quote_is_told(quotes: Path) -> None:
    """A date or a horizon beyond the time in which the level returns."""
    for words in (("--horizon", "30mo"), ("--as-of", "2026-06-20")):
        notes = json.loads(fitted(quotes, *RENT, *words, "--format", "json").stdout)["notes"]
        assert notes == [
            "told 2.5 years beyond the last quote: past 2 years the band hardly widens, "
            "as if prices kept to one level for good"
        ]


def test_nameless_repetitions_are_told(tmp_path: Path) -> None:
    """Twelve equal prices without a vendor count as twelve, and the reader is told how to count them once."""
    rows = [f"2024-{m:02d}-01,25000" for m in range(1, 13)]
    found = json.loads(
        fitted(a_file(tmp_path, *rows, head="date,price"), "--input", "gpu_price", "--format", "json").stdout
    )
    assert found["fit"]["price_runs"] == 12
    assert found["prior"]["lognormal"]["p95"] / found["prior"]["lognormal"]["p5"] < 2
    [note] = found["notes"]
    assert note.startswith("11 quotes of no vendor ask a price of another day")


@pytest.mark.parametrize("style", ["table", "markdown", "csv"])
@pytest.mark.parametrize("which", [BUY, RENT], ids=["buy", "rent"])
def test_every_style_prints(quotes: Path, style: str, which: tuple[str, ...]) -> None:
    """Tables are 80 columns wide; CSV has one row a basis; the same command prints the same again."""
    one, two = (fitted(quotes, *which, "--format", style).stdout for _ in range(2))
    assert one == two
    if style == "table":
        assert max(map(len, one.splitlines())) <= 80
        assert "too few to judge" in one
    if style == "csv":
        rows = list(csv.DictReader(io.StringIO(one)))
        assert [row["basis"] for row in rows] == (["bare", "server"] if which is BUY else ["bare"])


def test_a_new_book_holds_the_prior_and_a_scenario_shows_it(quotes: Path, tmp_path: Path) -> None:
    """The key is chip, commitment and the year the prior holds for; priors prints it with its source."""
    book = tmp_path / "new.yaml"
    options = ("--as-of", "2023-12-31", "--horizon", "6mo", "--update", SEED_BOOK, "--force", "-o", book)
    done = fitted(quotes, *RENT, *options)
    assert "accelerator: H100-SXM, commitment: on-demand, year: 2024" in " ".join(done.stderr.split())
    assert "in place of" in done.stderr
    rented = CONFIGS / "finetune-7b.yaml"
    assert traincost("validate", rented, "--book", book).exit_code == 0
    shown = json.loads(traincost("priors", rented, "--book", book, "--format", "json").stdout)
    [prior] = [row for row in shown if row["name"] == "gpu_hour_price"]
    assert prior["source"].startswith("quotes.csv: 12 quotes by v1, v2")
    assert (prior["as_of"], prior["origin"]) == ("2023-12-31", "new")
    again = traincost("fit", quotes, *RENT, *options)
    assert again.exit_code == 1
    assert "no book is overwritten" in again.output


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (("--input", "gpu_prize"), 1, "Did you mean gpu_price?"),
        (("--input", "mfu"), 1, "no price"),
        ((*RENT, "--horizon", "6m"), 1, "write 90d, 6mo or 1y"),
        ((*RENT, "--as-of", "2024-02-30"), 2, "no date"),
        ((*RENT, "--as-of", "2199-01-01"), 2, "2199-01-01 lies in the future; --horizon"),
        ((*RENT, "--as-of", "2020-01-01"), 1, "no quote is left (12 after as-of)"),
        ((*RENT, "--update", MARKET), 2, "-o NEW_BOOK"),
        ((*RENT, "--update", MARKET, "-o", "new.txt"), 1, ".yaml"),
        ((*RENT, "-o", "picture.pdf"), 1, ".png or .svg"),
        ((*RENT, "--book", "none.yaml"), 1, "no such file"),
        (("--input", "gpu_price"), 1, "add kind=purchase to --where"),
        (("--input", "gpu_hour_price"), 1, "add kind=rental to --where"),
        ((), 2, "--input"),
    ],
)
def test_wrong_use_is_one_message(quotes: Path, words: tuple[Any, ...], code: int, what: str) -> None:
    """Every mistake is told with a remedy, without a traceback."""
    done = traincost("fit", quotes, *words)
    assert done.exit_code == code
    assert what in done.output
    assert "Traceback" not in done.output


def test_bad_rows_are_skipped_only_when_told(tmp_path: Path) -> None:
    """By line in the error, and in the notes where they are skipped."""
    path = a_file(tmp_path, "2024-01-01,3", "2024-02-01,x", head="date,price")
    refused = traincost("fit", path, "--input", "gpu_hour_price")
    assert refused.exit_code == 1
    assert "quotes.csv:3" in refused.output
    found = json.loads(fitted(path, "--input", "gpu_hour_price", "--skip-bad", "--format", "json").stdout)
    assert "quotes.csv:3" in found["notes"][0]


# ---- the picture --------------------------------------------------------------------------------


def finding(path: Path, horizon: str = "0d", name: str = "gpu_hour_price", **where: str) -> Finding:
    catalogue = Catalogue({}, {"H100-SXM": Overhead(1.4, 0.08)})
    return fit_quotes(
        read_quotes(path), name, "USD/accelerator-hour", where, catalogue, horizon=read_horizon(horizon)
    )


def test_pictures_are_whole_and_the_same_again(quotes: Path, tmp_path: Path) -> None:
    """No text is cut or overlaps, for many quotes, far ones and a single one; the same bytes twice."""
    (tmp_path / "other").mkdir()
    far = a_file(
        tmp_path / "other",
        *(f"2023-{m:02d}-01,{price}" for m, price in enumerate([3, 3.1, 2.9, 3, 400], 1)),
        head="date,price",
    )
    made = [
        quotes_picture(finding(quotes, "6mo", chip="H100-SXM", kind="rental")),
        quotes_picture(finding(quotes, name="gpu_price", chip="H100-SXM", kind="purchase")),
        quotes_picture(finding(far, "10y")),
        quotes_picture(finding(a_file(tmp_path / "other", "2023-01-01,3", head="date,price"))),
    ]
    for picture in made:
        found = texts(picture)
        assert not outside(picture, found)
        assert not overlapping(found)
    places = [tmp_path / name for name in ("one.png", "two.png", "three.svg")]
    fitted(quotes, *RENT, "-o", places[0], "--picture", places[2])
    fitted(quotes, *RENT, "-o", places[1])
    assert places[0].read_bytes() == places[1].read_bytes()
    assert places[2].read_text().startswith("<?xml")


def test_small_prices_are_labelled_with_what_they_are(tmp_path: Path) -> None:
    """Prices in cents, far enough apart for ticks 1, 2, 5, 10: $0.05 is no $0500."""
    rows = [f"2024-{k:02d}-01,{price}" for k, price in enumerate((0.04, 0.06, 0.09, 0.2, 0.4), 1)]
    picture = quotes_picture(finding(a_file(tmp_path, *rows, head="date,price"), name="electricity_price"))
    labels = [tick.get_text() for tick in picture.axes[0].get_yticklabels() if tick.get_text()]
    assert labels[:3] == ["$0.05", "$0.1", "$0.2"]


def test_dates_have_ticks_that_fit() -> None:
    """As many as there is room for, at round months."""
    for end in (2024.2, 2026.0, 2040.0):
        found = date_ticks(2024.0, end, 8)
        assert 1 <= len(found) <= 8
        assert found[0] == (2024.0, "2024") or end == 2040.0
