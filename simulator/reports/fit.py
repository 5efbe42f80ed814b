"""A fitted prior as tables: its percentiles, what it rests on, and how well the model told new prices."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import Any

from simulator.quotes.backtest import LEVELS, Backtest
from simulator.quotes.fitting import Finding
from simulator.quotes.level import Forecast
from simulator.quotes.smoothing import REVERSION, YEARLY
from simulator.quotes.wording import MODELS, counted, notes_of, prior_of, source_of
from simulator.reports.layout import Row, Sheet
from simulator.reports.numbers import percent, rounded

OWN_BASIS = {
    "gpu_price": ("bare accelerator", "accelerator in its server"),
    "gpu_hour_price": ("accelerator-hour", ""),
}


def fit_sheet(finding: Finding) -> Sheet:
    """Percentiles of the prior and in the quotes' own basis, and the backtest against two naive models."""
    return Sheet(
        above=(_title(finding), *_sentences(finding)),
        tables=(_percentiles(finding), _scores(finding.backtest)),
        below=(*_verdict(finding), *(f"Note: {note}" for note in notes_of(finding))),
        records=_records(finding),
        data=fit_data(finding),
    )


def _title(finding: Finding) -> str:
    chosen = ", ".join(finding.where.values()) or finding.path.name
    return f"{finding.name} of {chosen}"


def _sentences(finding: Finding) -> list[str]:
    ends = finding.spec["lognormal"]
    vendors = f"{counted(len(finding.vendors), 'vendor')} named" if finding.vendors else "no vendor named"
    fit = finding.fit
    lines = [
        f"Prior: lognormal, p5 {ends['p5']:g}, p95 {ends['p95']:g} {finding.unit}",
        f"As of {finding.as_of}, for a price on {finding.holds}: what one more vendor would ask",
        f"Quotes: {source_of(finding)}",
        f"Used: {counted(len(finding.quotes), 'quote')}: {_prices(finding)}; {vendors}",
        f"Fit: {fit['inside80']} of {fit['price_runs']} prices within the 80% band that they helped to draw; "
        f"vendors scatter by a factor of {exp(finding.market.scatter):.2g}; Kolmogorov-Smirnov distance "
        f"{fit['ks_distance']:.2f}",
    ]
    if finding.overhead:
        lines.append(
            f"Server prices: {finding.servers}, over a server_overhead of {finding.overhead.median:.3g}, "
            f"whose uncertainty of {percent(finding.overhead.sd, 0.01)} is in the width"
        )
    if finding.selection.left_out:
        reasons = (f"{count} {reason}" for reason, count in finding.selection.left_out.items())
        lines.append(f"Left out: {', '.join(reasons)}")
    return lines


def _prices(finding: Finding) -> str:
    """How many prices the quotes tell, and how many quotes repeat one."""
    again = len(finding.quotes) - finding.prices
    repeated = (
        f"{counted(again, 'quote')} repeat{'s' if again == 1 else ''} one" if again else "none is repeated"
    )
    return f"{counted(finding.prices, 'price')}, {repeated}"


def _percentiles(finding: Finding) -> list[Row]:
    own, server = OWN_BASIS.get(finding.name, ("price", ""))
    rows = [(own, *_cells(finding.percentiles, finding.forecast))]
    if finding.mostly_servers:
        rows.append((server, *_cells(finding.quote_percentiles, finding.quoted)))
    return [(f"price in {finding.unit}", *(f"P{level:g}" for level in LEVELS)), *rows]


def _cells(found: Mapping[float, float], forecast: Forecast) -> list[str]:
    """Percentiles with the digits that the error of the level supports, two at least."""
    return [rounded(value, value * min(forecast.level_sd, 0.1)) for value in found.values()]


def _scores(told: Backtest) -> list[Row]:
    head = ("backtest of", "prices told", "within 80% band", "its 95% interval", "pinball loss")
    losses = [(MODELS[name], "", "", "", _loss(loss)) for name, loss in told.naive.items()]
    if told.coverage is None or told.interval is None:
        return [head, ("this model", "0", "–", "–", "–"), *losses]
    ends = "–".join(f"{100.0 * end:.0f}" for end in told.interval) + "%"
    return [
        head,
        ("this model", str(told.scored), percent(told.coverage, 0.01), ends, _loss(told.loss)),
        *losses,
    ]


def _loss(loss: float | None) -> str:
    return "–" if loss is None else f"{loss:.3f}"


def _verdict(finding: Finding) -> list[str]:
    told, chips = finding.backtest, len(finding.backtest.by_chip())
    many = f"{counted(told.scored, 'new price')} of {counted(chips, 'chip')}"
    many += f" and {counted(told.vendors, 'vendor')}" if told.vendors else ""
    ahead = finding.holds > finding.as_of
    known = f"prices at least {finding.horizon.text} older" if ahead else "older prices"
    return [
        f"Coverage: {told.verdict}. {many}, each told from 3 or more {known} of its chip; "
        "a price that a vendor repeats counts once; the interval takes them as independent",
        "Pinball loss: mean over P5, P10, P50, P90, P95 of the log price; less is better",
        _assumed(),
    ]


def _assumed() -> str:
    """What no quote tells the model of how prices move."""
    moves = f"levels move by {percent(YEARLY, 0.01)} a year and return in {REVERSION:g} years"
    since = "as set from A100 and H100 rental of 2021 to 2025"
    return f"Assumed, not fitted: {moves}, {since}, of which the backtest is no test"


def fit_data(finding: Finding) -> dict[str, Any]:
    """The fit for programs; what cannot be told is null."""
    told = finding.backtest
    return {
        "input": finding.name,
        "unit": finding.unit,
        "as_of": finding.as_of.isoformat(),
        "horizon": finding.horizon.text,
        "holds": finding.holds.isoformat(),
        "where": dict(finding.where),
        "n": len(finding.quotes),
        "prices": finding.prices,
        "server_quotes": finding.servers,
        "server_overhead": finding.overhead.median if finding.overhead else None,
        "left_out": dict(finding.selection.left_out),
        "vendors": list(finding.vendors),
        "prior": prior_of(finding),
        "percentiles": _keyed(finding.percentiles),
        "quote_basis": "server" if finding.mostly_servers else "bare",
        "quote_percentiles": _keyed(finding.quote_percentiles),
        "fit": finding.fit,
        "backtest": {
            **_told(told),
            "verdict": told.verdict,
            "chips": [{"chip": chip, **_told(part)} for chip, part in told.by_chip()],
        },
        "notes": notes_of(finding),
    }


def _told(told: Backtest) -> dict[str, Any]:
    return {
        "scored": told.scored,
        "coverage80": told.coverage,
        "coverage80_ci95": list(told.interval) if told.interval else None,
        "pinball": told.loss,
        "pinball_naive": told.naive,
        "vendors": told.vendors,
    }


def _keyed(found: Mapping[float, float]) -> dict[str, float]:
    return {f"{level:g}": float(f"{value:.6g}") for level, value in found.items()}


def _records(finding: Finding) -> list[dict[str, Any]]:
    """One record of the prior, and one in the quotes' own basis where that is another."""
    told = finding.backtest
    bases = {"bare": finding.percentiles}
    if finding.mostly_servers:
        bases["server"] = finding.quote_percentiles
    return [
        {
            "input": finding.name,
            "basis": basis,
            "unit": finding.unit,
            **{f"p{level}": value for level, value in _keyed(found).items()},
            "as_of": finding.as_of.isoformat(),
            "holds": finding.holds.isoformat(),
            "n": len(finding.quotes),
            "scored": told.scored,
            "coverage80": told.coverage,
            "pinball": told.loss,
            **{f"pinball_{name}": loss for name, loss in told.naive.items()},
        }
        for basis, found in bases.items()
    ]
