"""Quotes: what is read and chosen, what the model tells of prices, and how it is scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, replace
from datetime import date
from itertools import pairwise
from math import exp, log, sqrt
from pathlib import Path
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quotes_cases import CATALOGUE, START, a_file, asked, markets
from scipy import integrate, stats

from simulator.errors import InputError
from simulator.quotes import level, smoothing
from simulator.quotes.backtest import Backtest, Score, backtest, pinball
from simulator.quotes.fitting import Finding, fit_quotes
from simulator.quotes.horizons import Horizon, read_horizon, shifted, years
from simulator.quotes.level import fit_level, price_runs
from simulator.quotes.reading import read_quotes
from simulator.quotes.selecting import Priced, Selection, read_where, select
from simulator.quotes.smoothing import Array
from simulator.statistics.estimates import clopper_pearson

PRICES = st.lists(st.floats(0.5, 50.0), min_size=1, max_size=12)
NOW = Horizon()


def complaint(path: Path, **options: object) -> str:
    with pytest.raises(InputError) as error:
        read_quotes(path, **options)  # type: ignore[arg-type]
    return str(error.value)


# ---- reading ------------------------------------------------------------------------------------


def test_rows_come_out_by_date_with_their_lines(tmp_path: Path) -> None:
    """A quote keeps its line and every cell; rows are sorted by date."""
    path = a_file(tmp_path, "2024-02-01,H100,purchase,b,30000,", "2024-01-01,H100,purchase,a,3e4,")
    found = read_quotes(path).quotes
    assert [(quote.line, quote.price) for quote in found] == [(3, 30000.0), (2, 30000.0)]
    assert found[0].columns["vendor"] == "a"


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("2024-13-01,H,p,v,3,", "'2024-13-01' is no YYYY-MM-DD"),
        ("2024-01,H,p,v,3,", "'2024-01' is no YYYY-MM-DD"),
        ("2024-01-01,H,p,v,nan,", "price 'nan' is no number from 1e-15 to 1e+15"),
        ("2024-01-01,H,p,v,0,", "price '0'"),
        ("2024-01-01,H,p,v,,", "price ''"),
        ("2024-01-01,H,p,v,1e999,", "price '1e999'"),
        ("2024-01-01,H,p,v", "4 cells under 6 columns"),
        ("2199-01-01,H,p,v,3,", "lies in the future"),
        ("0001-01-01,H,p,v,3,", "'0001-01-01' is no YYYY-MM-DD"),
        ("2024-01-01,H,p,v,1e300,", "price '1e300'"),
    ],
)
def test_bad_rows_are_told_by_line_and_skipped_only_on_demand(tmp_path: Path, row: str, what: str) -> None:
    """A bad row stops the reading, with its line; with skip_bad the others are kept and it is told of."""
    path = a_file(tmp_path, "2024-01-01,H,p,v,3,", row)
    assert f"quotes.csv:3: {what}" in complaint(path).replace("date ", "").replace("2199-01-01 ", "")
    found = read_quotes(path, skip_bad=True)
    assert len(found.quotes) == 1
    assert len(found.bad) == 1


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the file is empty"),
        ("date,price\n", "there is no quote"),
        ("date,cost\n2024-01-01,3\n", "no column price or price_usd"),
        ("when,price\n2024-01-01,3\n", "no column date"),
        ("date,price,price\n2024-01-01,3,4\n", "the column price is there twice"),
        ('date,price\n2024-01-01,"3\n', "no CSV"),
        ("date;price\n2024-01-01;3,5\n", "cells are parted by semicolons; part them by commas"),
        ("date\tprice\n2024-01-01\t3.5\n", "cells are parted by tabs; part them by commas"),
    ],
)
def test_what_is_no_file_of_quotes_is_refused(tmp_path: Path, text: str, what: str) -> None:
    """Empty files, missing and doubled columns and broken quoting are one complaint."""
    path = tmp_path / "quotes.csv"
    path.write_text(text)
    assert what in complaint(path, skip_bad=True)


def test_bad_rows_are_counted_right(tmp_path: Path) -> None:
    """As many problems as bad rows, and the last says what to do."""
    told = complaint(a_file(tmp_path, "2024-01-01,H,p,v,$3,", "2024-01-01,H,p,v,3,", "x,H,p,v,3,"))
    assert told.startswith("2 problems:")
    assert told.endswith("no YYYY-MM-DD; mend the rows, or leave them out with --skip-bad")


def test_other_bytes_than_utf8_are_refused(tmp_path: Path) -> None:
    """A Latin-1 file is no traceback."""
    path = tmp_path / "quotes.csv"
    path.write_bytes(b"date,price\n2024-01-01,3\xff\n")
    assert "not UTF-8" in complaint(path)
    assert "no such file" in complaint(tmp_path / "none.csv")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """No file whatever raises anything but InputError."""
    path = tmp_path_factory.getbasetemp() / "any.csv"
    for head in (b"", b"date,price\n"):
        path.write_bytes(head + data)
        try:
            assert read_quotes(path, skip_bad=True).quotes
        except InputError as error:
            assert str(error)


# ---- spans of time ------------------------------------------------------------------------------


def test_spans_follow_the_calendar() -> None:
    """A month leads to the same day or to the month's last; before undoes after where the day exists."""
    assert shifted(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert read_horizon("6mo").after(date(2024, 8, 31)) == date(2025, 2, 28)
    assert read_horizon("1y").before(date(2025, 3, 1)) == date(2024, 3, 1)
    for wrong in ("6m", "-1y", "", "30y", "1.5y"):
        with pytest.raises(InputError, match="--horizon"):
            read_horizon(wrong)


def test_years_rise_by_one_a_year() -> None:
    """New Year's day is a whole number and days follow in order."""
    assert years(date(2024, 1, 1)) == 2024.0
    days = [
        years(date.fromordinal(day))
        for day in range(date(2023, 12, 1).toordinal(), date(2025, 2, 1).toordinal())
    ]
    assert all(a < b for a, b in pairwise(days))


# ---- choosing -----------------------------------------------------------------------------------

ROWS = (
    "2024-01-01,H100-SXM,purchase,a,28000,single_chip",
    "2024-02-01,H100,purchase,b,42000,server_price_per_chip",
    "2024-03-01,H100-SXM,purchase,c,99999,estimate",
    "2024-04-01,H100-SXM,purchase,d,99999,whole_system",
    "2024-05-01,H100-SXM,purchase,e,30000,",
    "2024-05-01,A100,purchase,e,15000,single_chip",
    "2024-05-01,H100-SXM,rental,e,3,per_chip_hour",
)


def chosen(
    folder: Path, where: str, *rows: str, as_of: date | None = None, name: str = "gpu_price"
) -> Selection:
    return select(read_quotes(a_file(folder, *rows or ROWS)), name, read_where(where), as_of, CATALOGUE)


def test_server_prices_are_divided_and_estimates_left_out(tmp_path: Path) -> None:
    """One basis: the server's price over its overhead; what says nothing of the chip is counted by reason."""
    found = chosen(tmp_path, "chip=H100-SXM,kind=purchase")
    assert [quote.price for quote in found.quotes] == [28000, 42000, 30000]
    assert [round(exp(q.log_price)) for q in found.quotes] == [28000, 30000, 30000]
    assert found.left_out == {"estimate": 1, "whole_system": 1}
    assert set(found.by_chip) == {"H100-SXM", "A100"}


def test_an_alias_chooses_its_chip_and_is_chosen_by_it(tmp_path: Path) -> None:
    """H100 and H100-SXM are one accelerator, in the filter and in the file."""
    both = [chosen(tmp_path, f"chip={name},kind=purchase") for name in ("H100", "H100-SXM")]
    assert both[0] == both[1]


def test_later_quotes_are_not_used(tmp_path: Path) -> None:
    """No quote after the as-of date is chosen, and the date is the last quote's where none is given."""
    found = chosen(tmp_path, "chip=H100,kind=purchase", as_of=date(2024, 2, 1))
    assert [quote.vendor for quote in found.quotes] == ["a", "b"]
    assert found.left_out == {"after as-of": 3}
    assert chosen(tmp_path, "chip=H100,kind=purchase").as_of == date(2024, 5, 1)


def test_without_a_date_nothing_is_left_out_for_its_own(tmp_path: Path) -> None:
    """A later estimate is left out as an estimate where no as-of date was asked for."""
    rows = (*ROWS[:2], "2024-09-01,H100,purchase,c,1,estimate")
    found = chosen(tmp_path, "chip=H100,kind=purchase", *rows)
    assert (found.left_out, found.as_of) == ({"estimate": 1}, date(2024, 2, 1))
    found = chosen(tmp_path, "chip=H100,kind=purchase", *rows, as_of=date(2024, 2, 1))
    assert found.left_out == {"after as-of": 1}


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ("chp=H100", "no column chp; Did you mean chip?"),
        ("kind=purchse", "no row has this kind; Did you mean purchase?"),
        ("chip=A100,kind=rental", "no row has chip=A100 and kind=rental together"),
        ("chip", "'chip' is not KEY=VALUE"),
        ("chip=A,chip=B", "chip is given twice"),
        (
            "chip=H100",
            "single_chip, server_price_per_chip, estimate, whole_system and per_chip_hour; "
            "add kind=purchase to --where",
        ),
        ("chip=H100,kind=rental", "quotes.csv:8: gpu_price has no basis per_chip_hour"),
    ],
)
def test_filters_that_choose_nothing_are_refused(tmp_path: Path, where: str, what: str) -> None:
    """Unknown columns, values that no row has and unknown bases are complaints with a remedy."""
    with pytest.raises(InputError) as error:
        chosen(tmp_path, where)
    assert what in str(error.value)


def test_a_server_price_without_an_overhead_is_refused(tmp_path: Path) -> None:
    """A chip that the book does not know cannot be freed of its server."""
    row = "2024-02-01,Gaudi2,purchase,b,8125,server_price_per_chip"
    with pytest.raises(InputError, match="server_overhead"):
        chosen(tmp_path, "chip=Gaudi2,kind=purchase", row)


# ---- the model ----------------------------------------------------------------------------------


def moving_together(times: Array) -> Array:
    """The covariance of the level at some dates."""
    apart = np.abs(times[:, None] - times)
    return np.asarray(smoothing.VAGUE**2 + smoothing.MOVEMENT**2 * np.exp(-apart / smoothing.REVERSION))


@given(
    st.lists(
        st.tuples(st.integers(0, 900), st.booleans(), st.floats(-2, 2), st.floats(0.01, 100)), min_size=1
    ),
    st.floats(0, 0.5),
)
@settings(max_examples=60, deadline=None)
def test_the_level_is_that_of_the_full_covariance(
    rows: list[tuple[int, bool, float, float]], overhead_sd: float
) -> None:
    """At dates with prices, several a day, and at others before, between and after, against dense algebra."""
    days, servers, values, precisions = np.array(rows, dtype=float).T
    asked_of = [(days.min() - 400, 0), (days.mean() + 0.25, 1), (days.max() + 200, 1)]
    times = 2022.0 + np.append(days, [day for day, _ in asked_of]) / 365.0
    kinds, known = np.append(servers, [kind for _, kind in asked_of]), len(rows)
    joint = moving_together(times) + overhead_sd**2 * np.outer(kinds, kinds)
    gain = joint[:, :known] @ np.linalg.inv(joint[:known, :known] + np.diag(1.0 / precisions))
    padded = [np.append(column, np.zeros(3)) for column in (values, precisions)]
    found, variance = smoothing.smoothed(times, kinds, *padded, overhead_sd)
    assert found == pytest.approx(gain @ values, abs=1e-6)
    assert variance == pytest.approx(np.diag(joint - gain @ joint[:known]), rel=1e-6, abs=1e-8)


def test_a_forecast_is_that_of_the_joint_normal() -> None:
    """Mean and variance are those of a normal distribution given the quotes, worked out another way."""
    quotes = (*asked([3.0, 4.0, 2.5, 6.0]), *asked([3.5, 3.2], step=77, vendor="w"))
    market = fit_level(quotes)
    times = np.array([run.when for run in market.runs])
    prices = np.array([run.log_price for run in market.runs])
    count = [sum(run.vendor == one.vendor for one in market.runs) for run in market.runs]
    when = times.max() + 0.7
    every = np.append(times, when)
    joint = moving_together(every)
    joint += np.diag(np.append(market.scatter**2 * np.array(count) / market.weights, market.scatter**2))
    precision = np.linalg.inv(joint)  # of the last given the others: its row of the precision
    mean = market.centre - precision[-1, :-1] @ (prices - market.centre) / precision[-1, -1]
    found = market.forecast(when)
    assert found.mean == pytest.approx(mean, abs=1e-8)
    assert found.sd == pytest.approx(precision[-1, -1] ** -0.5, rel=1e-6)


def test_one_quote_tells_its_price_within_the_assumed_scatter() -> None:
    """With nothing else known the median is the price, and the width that of two vendors."""
    found = fit_level(asked([3.0])).forecast(years(START))
    assert exp(found.mean) == pytest.approx(3.0, rel=1e-3)
    assert found.sd == pytest.approx(2**0.5 * level.SCATTER, rel=0.01)


def test_the_factor_of_consistency_is_its_integral() -> None:
    """c is the mean of w(z) z^2 of a standard normal."""

    def weighted(z: float) -> float:
        return float(min(1.0, 5.0 / (4.0 + z**2)) * z**2 * stats.norm.pdf(z))

    found = 2.0 * (integrate.quad(weighted, 0.0, 1.0)[0] + integrate.quad(weighted, 1.0, np.inf)[0])
    assert pytest.approx(found, abs=1e-9) == level.CONSISTENCY


@pytest.mark.parametrize("sd", [0.1, 0.3, 0.6])
def test_the_scatter_of_many_normal_prices_is_their_sd(sd: float) -> None:
    """Of 200 prices at the quantiles of a normal sigma is its sd, but for the prior's one vote."""
    found = fit_level(asked(np.exp(sd * stats.norm.ppf((np.arange(200) + 0.5) / 200)), step=0)).scatter
    assert found == pytest.approx(sqrt((199 * sd**2 + level.SCATTER**2) / 200), rel=0.02)


@given(PRICES, st.integers(0, 200))
@settings(max_examples=40, deadline=None)
def test_the_scatter_solves_its_equation(prices: list[float], step: int) -> None:
    """With the hat matrix by dense algebra: a level that follows the prices takes degrees of freedom."""
    market = fit_level(asked(prices, step=step))
    times, values = np.array([(run.when, run.log_price) for run in market.runs]).T
    joint = moving_together(times)
    hat = joint @ np.linalg.inv(joint + np.diag(market.scatter**2 / market.weights))
    errors = values - market.centre - hat @ (values - market.centre)
    squares = level.SCATTER**2 + float(np.sum(market.weights * errors**2)) / level.CONSISTENCY
    freedom = 1.0 + len(values) - float(np.trace(hat))
    assert market.scatter**2 * freedom == pytest.approx(squares, rel=1e-3)


def test_four_in_five_new_vendors_ask_a_price_in_the_band() -> None:
    """Of a dozen normal prices about a level that moves as assumed, and one vendor more."""
    inside = 0
    for quotes in markets(400, 13, seed=7).values():
        found = fit_level(quotes[:-1]).forecast(quotes[-1].when)
        inside += abs(quotes[-1].log_price - found.mean) <= 1.2815515655 * found.sd
    assert 0.77 < inside / 400 < 0.87


@given(PRICES, st.floats(0.01, 1000.0))
@settings(max_examples=40, deadline=None)
def test_another_currency_changes_nothing_else(prices: list[float], factor: float) -> None:
    """Prices times a factor give the forecast times that factor."""
    one, other = (fit_level(asked([k * p for p in prices])).forecast(2025.0) for k in (1.0, factor))
    assert other.mean - one.mean == pytest.approx(log(factor), abs=1e-6)
    assert other.sd == pytest.approx(one.sd, rel=1e-6)


@given(PRICES)
@settings(max_examples=40, deadline=None)
def test_the_band_widens_to_a_limit(prices: list[float]) -> None:
    """The further from the last quote the wider, up to the level's own spread about its mean."""
    quotes = asked(prices)
    market, last = fit_level(quotes), quotes[-1].when
    widths = [market.forecast(last + ahead).sd for ahead in (0.0, 0.5, 1.0, 3.0, 10.0, 50.0)]
    assert all(a <= b + 1e-9 for a, b in pairwise(widths))
    assert widths[-1] - widths[-2] < 0.01


def test_the_level_goes_back_to_its_mean() -> None:
    """After a fall the median of a far date lies above that of a near one."""
    market = fit_level(asked([6.0] * 6 + [3.0] * 6, step=60))
    last = START.toordinal() + 11 * 60
    near, far = (market.forecast(years(date.fromordinal(last)) + ahead).mean for ahead in (0.0, 10.0))
    assert log(3.0) < near < far < log(6.0)


@pytest.mark.parametrize("factor", [0.01, 100.0])
def test_an_absurd_quote_hardly_counts(factor: float) -> None:
    """A price a hundred times off, among a dozen, moves the median by less than 5%."""
    prices = [3.0 * exp(0.25 * np.sin(2.4 * k)) for k in range(12)]
    good, bad = (
        fit_level(asked(p)).forecast(2023.0) for p in (prices, [*prices[:6], 3 * factor, *prices[6:]])
    )
    assert abs(good.mean - bad.mean) < 0.05
    assert bad.sd < 1.6 * good.sd


def test_repeating_a_price_says_it_once() -> None:
    """Twenty sightings of a vendor's list price are one, at the last date."""
    once = asked([2.0, 4.0, 3.0], step=200)
    often = [
        Priced(date.fromordinal(once[2].day.toordinal() - k), "X", "v2", 3.0, log(3.0), False, 1.0, 99 - k)
        for k in range(1, 20)
    ]
    assert fit_level([*often, *once]).forecast(2024.0) == fit_level(once).forecast(2024.0)


def nameless(quotes: Sequence[Priced]) -> list[Priced]:
    return [replace(quote, vendor="") for quote in quotes]


def test_nameless_quotes_of_equal_price_are_as_many_as_their_days() -> None:
    """Without vendors a dozen days tell as much as a dozen vendors; copies of one day are one quote."""
    quotes = asked([25_000.0] * 12)
    assert fit_level(nameless(quotes)).forecast(2023.0) == fit_level(quotes).forecast(2023.0)
    copies = [replace(quote, line=quote.line + 50) for quote in quotes[:5]]
    assert len(price_runs(nameless([*quotes, *copies]))) == 12
    assert backtest({"X": tuple(nameless(quotes))}, NOW, {}).scored == 9


def test_a_vendor_with_many_prices_has_one_vote() -> None:
    """Eight prices of one vendor do not outvote four vendors."""
    market = fit_level([*asked([10.0 + 0.01 * k for k in range(8)], step=1, vendor="one"), *asked([3.0] * 4)])
    assert exp(market.forecast(2022.2).mean) < 5.0
    assert market.votes == pytest.approx(5.0)


def test_equal_prices_are_told_narrowly_but_not_surely() -> None:
    """A dozen vendors at one price leave a width, a tenth or so."""
    found = fit_level(asked([3.0] * 12, step=1)).forecast(years(START))
    assert exp(found.mean) == pytest.approx(3.0)
    assert 0.1 < found.sd < 0.2


def weighted(prices: Sequence[float], weights: Sequence[float]) -> list[Priced]:
    return [replace(one, weight=w) for one, w in zip(asked(prices, step=0), weights, strict=True)]


def test_a_weight_counts_as_so_many_vendors() -> None:
    """A quote of weight 1 among others of 1/3 is worth three of them at its price."""
    heavy = fit_level(weighted([3.0, 4.0, 5.0], [1.0, 1.0, 3.0]))
    thrice = fit_level(asked([3.0, 4.0, 5.0, 5.0, 5.0], step=0))
    assert heavy.votes == pytest.approx(5.0 / 3.0)
    assert heavy.precisions[2] == pytest.approx(3.0 * heavy.precisions[1])
    assert heavy.forecast(2022.0).mean == pytest.approx(thrice.forecast(2022.0).mean, abs=0.01)


@given(PRICES, st.sampled_from([1e-15, 1e-6, 0.01, 100.0, 1e12, 1e15]))
@settings(max_examples=40, deadline=None)
def test_weights_are_relative(prices: list[float], factor: float) -> None:
    """Times any factor they tell the same, and no quote has more than one vote."""
    weights = [1.0 + k % 3 for k in range(len(prices))]
    one, other = (fit_level(weighted(prices, [f * w for w in weights])) for f in (1.0, factor))
    assert astuple(other.forecast(2023.0)) == pytest.approx(astuple(one.forecast(2023.0)), abs=1e-9)
    assert one.votes <= len(prices)


def test_weights_of_any_size_leave_the_median_among_the_prices() -> None:
    """A quote that outweighs the others by 30 powers of ten is the only one."""
    found = fit_level(weighted([3.0, 5.0, 4.0], [1e-15, 1e15, 1e-15])).forecast(2022.0)
    assert exp(found.mean) == pytest.approx(5.0, rel=1e-2)
    assert 0.4 < found.sd < 0.7


def test_the_servers_overhead_is_one_uncertain_factor() -> None:
    """Of server prices alone, the bare price is wider by the overhead's variance, however many there are."""
    for count in (1, 5, 40):
        market = fit_level(asked([3e4 + 100 * k for k in range(count)], server=True), overhead_sd=0.08)
        bare, server = (market.forecast(2025.0, server=kind) for kind in (False, True))
        assert bare.sd**2 - server.sd**2 == pytest.approx(0.08**2, rel=0.02)
        assert bare.mean == pytest.approx(server.mean, abs=1e-3)


def test_bare_prices_among_servers_tell_of_the_overhead() -> None:
    """Where both are quoted the bare price is told more narrowly than from servers alone."""
    servers, bare = asked([3e4] * 8, server=True), asked([29e3, 3e4, 31e3], step=77)
    alone, both = (fit_level(quotes, 0.3).forecast(2022.6) for quotes in (servers, (*servers, *bare)))
    assert both.sd < 0.8 * alone.sd


# ---- the backtest -------------------------------------------------------------------------------


@pytest.mark.parametrize(("inside", "count"), [(0, 5), (5, 5), (3, 9), (37, 46)])
def test_the_interval_is_clopper_and_pearsons(inside: int, count: int) -> None:
    """Against scipy's exact binomial interval."""
    exact = stats.binomtest(inside, count).proportion_ci(0.95, "exact")
    assert clopper_pearson(inside, count) == pytest.approx((exact.low, exact.high))


def test_pinball_is_least_at_the_true_percentiles() -> None:
    """The loss of a normal's own percentiles is below that of wider, narrower and shifted ones."""
    draws, z = stats.norm.ppf((np.arange(999) + 0.5) / 999), stats.norm.ppf([0.05, 0.1, 0.5, 0.9, 0.95])
    true, *others = (
        np.mean([pinball(shift + scale * z, value) for value in draws])
        for shift, scale in ((0.0, 1.0), (0.0, 1.3), (0.0, 0.7), (0.3, 1.0))
    )
    assert all(true < other for other in others)


def test_the_band_covers_what_the_model_says_it_does() -> None:
    """On prices of the model itself four in five lie within the band, and both naive models lose."""
    told = backtest(markets(60, 9, seed=1), NOW, {})
    assert told.scored == 60 * 6
    assert told.coverage == pytest.approx(0.8, abs=0.06)
    assert told.loss is not None
    assert all(told.loss < loss for loss in told.naive.values() if loss is not None)
    assert told.verdict in ("in line with 80%", "the band is too wide")


def test_no_score_knows_what_came_later() -> None:
    """Changing the last price changes the score of no earlier one."""
    quotes = asked([3.0, 3.5, 2.8, 4.0, 3.1, 3.3])
    changed = (*quotes[:-1], Priced(quotes[-1].day, "X", "z", 99.0, log(99.0), False, 1.0, 9))
    one, other = (backtest({"X": found}, NOW, {}).scores for found in (quotes, changed))
    assert one[:-1] == other[:-1]
    assert one[-1] != other[-1]


def test_the_horizon_holds_back_what_was_not_known() -> None:
    """With a horizon of 60 days a price is told from those 60 days older; none of its own day ever counts."""
    quotes = asked([3.0, 3.5, 2.8, 4.0, 3.1, 3.3])
    assert backtest({"X": quotes}, NOW, {}).scored == 3
    assert backtest({"X": quotes}, read_horizon("60d"), {}).scored == 2
    assert backtest({"X": asked([3.0, 3.5, 2.8, 4.0], step=0)}, NOW, {}).scored == 0


def test_a_repeated_price_is_scored_once() -> None:
    """Sightings of an unchanged price after the first earn nothing."""
    quotes = asked([3.0, 3.5, 2.8, 4.0])
    again = [Priced(date(2023, 1, k), "X", "v3", 4.0, log(4.0), False, 1.0, 50 + k) for k in range(1, 9)]
    assert backtest({"X": (*quotes, *again)}, NOW, {}).scored == 1


def test_a_price_is_told_from_three_others_and_not_from_one_seen_thrice() -> None:
    """Of one or two known prices the naive models have no spread to speak of, and nothing is scored."""
    quotes = asked([3.0, 3.0, 3.0, 3.5], vendor="v0")
    later = [replace(quotes[-1], vendor=f"w{k}", day=date(2023, 1, k), line=50 + k) for k in (1, 2)]
    assert backtest({"X": quotes}, NOW, {}).scored == 0
    assert [score.vendor for score in backtest({"X": (*quotes, *later)}, NOW, {}).scores] == ["w2"]


def test_many_chips_are_soon_scored() -> None:
    """The latest prices of every chip alike, 1,500 of all."""
    one = asked([3.0 + 0.01 * k for k in range(20)])
    chips = {f"c{k}": tuple(replace(quote, chip=f"c{k}") for quote in one) for k in range(300)}
    told = backtest(chips, NOW, {})
    assert told.scored == 1500
    assert {part.scored for _, part in told.by_chip()} == {5}
    assert backtest({"X": one}, NOW, {}).scored == 17


def sightings(count: int, *, seed: int, step: int = 1) -> tuple[Priced, ...]:
    """List prices of six vendors that change now and then, seen again and again."""
    rng = np.random.default_rng(seed)
    return tuple(
        Priced(
            date.fromordinal(START.toordinal() + k * step // 4), "X", f"v{k % 6}", p, log(p), False, 1.0, k
        )
        for k, p in enumerate(np.round(np.exp(0.3 * rng.standard_normal(count)), 2))
    )


def test_every_price_is_told_from_what_was_known() -> None:
    """Each score is that of a fit to the quotes of its time, picked out one by one."""
    quotes, horizon = sightings(120, seed=3, step=20), read_horizon("3mo")
    told: list[Score] = []
    for k, quote in enumerate(quotes):
        earlier = [one for one in quotes if one.day <= shifted(quote.day, -3)]
        if len(price_runs(earlier)) >= 3 and quote.run not in {one.run for one in quotes[:k]}:
            found = fit_level(earlier).forecast(quote.when)
            loss = pinball(
                found.mean + found.sd * stats.norm.ppf([0.05, 0.1, 0.5, 0.9, 0.95]), quote.log_price
            )
            inside = abs(quote.log_price - found.mean) <= 1.2815515655 * found.sd
            told.append(Score("X", quote.vendor, quote.day.isoformat(), inside, loss, {}))
    scores = backtest({"X": quotes}, horizon, {}).scores
    assert [(score.day, score.inside) for score in scores] == [(score.day, score.inside) for score in told]
    assert [score.loss for score in scores] == pytest.approx([score.loss for score in told], rel=1e-9)


def test_many_quotes_are_soon_scored() -> None:
    """Work grows with the number of quotes, not with its square: 6,000 take a second or so."""
    begin = process_time()
    assert backtest({"X": sightings(6000, seed=4)}, NOW, {}).scored == 300
    assert process_time() - begin < 6.0


def test_few_scores_are_no_verdict() -> None:
    """Below twenty the verdict is that there are too few; without any all is None."""
    nothing = Backtest(())
    assert (nothing.coverage, nothing.interval, nothing.loss) == (None, None, None)
    assert nothing.verdict == "too few to judge"
    assert backtest({"X": asked([3.0 + 0.01 * k for k in range(22)])}, NOW, {}).verdict == "too few to judge"
    assert (
        backtest({"X": asked([3.0 + 0.01 * k for k in range(60)])}, NOW, {}).verdict == "the band is too wide"
    )


# ---- the finding --------------------------------------------------------------------------------


def finding(folder: Path, *rows: str, horizon: str = "0d") -> Finding:
    table = read_quotes(a_file(folder, *rows))
    where = {"chip": "H100-SXM", "kind": "purchase"}
    return fit_quotes(table, "gpu_price", "USD/accelerator", where, CATALOGUE, horizon=read_horizon(horizon))


def test_percentiles_are_those_of_the_entry_that_is_written(tmp_path: Path) -> None:
    """p5 and p95 of the lognormal are the percentiles; the quotes' own basis is dearer by the overhead."""
    rows = [
        f"2024-0{k}-01,H100-SXM,purchase,v{k},{40000 + 300 * k},server_price_per_chip" for k in range(1, 8)
    ]
    found = finding(tmp_path, *rows)
    ends = found.spec["lognormal"]
    assert found.percentiles[5.0] == pytest.approx(ends["p5"])
    assert found.percentiles[95.0] == pytest.approx(ends["p95"])
    assert found.quote_percentiles[50.0] / found.percentiles[50.0] == pytest.approx(1.4, rel=1e-3)
    bare, server = (log(found.percentiles[95.0] / found.percentiles[5.0]),
                    log(found.quote_percentiles[95.0] / found.quote_percentiles[5.0]))  # fmt: skip
    assert bare > server
    assert found.fit["inside80"] == 7


def test_bare_quotes_have_one_basis(tmp_path: Path) -> None:
    """Where most quotes are of the bare chip its percentiles are the quotes' own."""
    found = finding(tmp_path, *ROWS[:1], *ROWS[4:5], horizon="6mo")
    assert found.quote_percentiles == found.percentiles
    assert (found.as_of, found.holds) == (date(2024, 5, 1), date(2024, 11, 1))
