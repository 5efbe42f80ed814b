"""A fitted prior in words: as a book has it, and what to know before trusting it."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, hypot
from typing import Any

from simulator.quotes.backtest import FEWEST_SCORED, Backtest
from simulator.quotes.fitting import Finding
from simulator.quotes.horizons import years
from simulator.quotes.level import MOST, SCATTER
from simulator.quotes.selecting import Overhead, Priced
from simulator.quotes.smoothing import REVERSION

FEW = 3  # votes below which the width is mostly what was assumed
MOST_NAMED = 5  # vendors in a source, and quotes that are told of by line
MODELS = {"last_quotes": "last five prices", "constant": "constant lognormal"}  # the naive ones
LONGEST = 60  # letters of a name from a file
LARGEST_FACTOR = 700.0  # in logarithms; exp of more is no double


def prior_of(finding: Finding) -> dict[str, Any]:
    """The entry as a book has it, with source, date and note."""
    words = {"source": source_of(finding), "as_of": finding.as_of.isoformat(), "note": _note(finding)}
    return {**finding.spec, **words}


def source_of(finding: Finding) -> str:
    """The file, how many quotes, by whom and from when to when."""
    quotes, vendors = finding.quotes, finding.vendors
    named = ", ".join(printable(vendor) for vendor in vendors[:MOST_NAMED])
    others = f" and {len(vendors) - MOST_NAMED} others" if len(vendors) > MOST_NAMED else ""
    days = dict.fromkeys(day.isoformat() for day in (quotes[0].day, quotes[-1].day))
    count = f"{counted(len(quotes), 'quote')}{f' by {named}{others}' if named else ''}"
    return f"{printable(finding.path.name)}: {count}, {' to '.join(days)}"


def counted(count: float, noun: str) -> str:
    """So many of something.

    >>> counted(1, "quote"), counted(3, "quote")
    ('1 quote', '3 quotes')
    """
    return f"{count:g} {noun}{'' if count == 1 else 's'}"


def _note(finding: Finding) -> str:
    """The model, the date the prior holds for, and its score."""
    chosen = ", ".join(f"{key} {printable(value)}" for key, value in finding.where.items()) or "all quotes"
    told, parts = finding.backtest, [f"traincost fit, {chosen}: mean-reverting level, vendors around it"]
    parts.append(f"for {finding.holds.isoformat()}")
    if finding.overhead:
        parts.append(f"{finding.servers} server prices over an overhead of {finding.overhead.median:.3g}")
    score = f"Backtest: {told.inside} of {told.scored} new prices within the 80% band, {told.verdict}."
    return f"{'; '.join(parts)}. {score}"


def notes_of(finding: Finding) -> list[str]:
    """What a reader should know before trusting the prior."""
    runs, found = finding.market.runs, list(finding.bad)
    found += [
        f"quotes of {len(words)} {column}s are taken together; --where {column}=… takes one"
        for column, words in finding.selection.together.items()
    ]
    found += _better(finding.backtest)
    if finding.servers and finding.overhead:
        found.append(_drawn_apart(finding, finding.overhead))
    if finding.market.votes < FEW:
        by = f"{counted(len(runs), 'price')} of {counted(round(finding.market.votes, 1), 'vendor')}"
        assumed = f"that they scatter by a factor of {exp(SCATTER):.1f}, which counts as one vendor more"
        found.append(f"little to go by, {by}: the width hangs on what is assumed beforehand, {assumed}")
    found += _far_ahead(finding)
    if again := _nameless_again(runs):
        told = counted(again, "quote")
        found.append(
            f"{told} of no vendor ask{'s' if again == 1 else ''} a price of another day, each taken for "
            "one vendor more; name vendors in a column vendor so that repetitions count once"
        )
    far = finding.far_off
    found += [_far(finding, quote) for quote in far[:MOST_NAMED]]
    if len(far) > MOST_NAMED:
        found.append(f"{len(far) - MOST_NAMED} more quotes lie as far off")
    if len(runs) >= MOST:
        found.append(f"only the latest {MOST} prices were used")
    return found


def _better(told: Backtest) -> list[str]:
    """Which naive models told prices better than this one."""
    if told.loss is None or told.scored < FEWEST_SCORED:
        return []
    losses = {MODELS[name]: loss for name, loss in told.naive.items() if loss is not None}
    better = " and ".join(f"the {name} ({loss:.3f})" for name, loss in losses.items() if loss < told.loss)
    told_better = f"{better} told new prices better than this model (pinball loss {told.loss:.3f})"
    return [told_better] if better else []


def _far_ahead(finding: Finding) -> list[str]:
    """How far beyond the last quote the price is told, where that is beyond what the model knows."""
    ahead = years(finding.holds) - finding.quotes[-1].when
    what = f"told {ahead:.1f} years beyond the last quote: past {REVERSION:g} years the band hardly widens"
    return [f"{what}, as if prices kept to one level for good"] if ahead > REVERSION else []


def _drawn_apart(finding: Finding, overhead: Overhead) -> str:
    """How much wider than the quotes a scenario spreads the price with its server."""
    bare, server = finding.forecast.sd, finding.in_server.sd
    drawn = hypot(bare, overhead.sd)
    related = (server**2 - drawn**2) / (2.0 * bare * overhead.sd) if overhead.sd else 0.0
    return (
        f"as these are server prices, {finding.name} is low where server_overhead is high (correlation "
        f"{related:.2f}), but a scenario draws the two apart: log({finding.name} x server_overhead) has a sd "
        f"of {drawn:.3f} there and of {server:.3f} as quoted"
    )


def _nameless_again(runs: Sequence[Priced]) -> int:
    """How many prices without a vendor stand on an earlier day as well."""
    prices = [(run.price, run.server) for run in runs if not run.vendor]
    return len(prices) - len(set(prices))


def _far(finding: Finding, quote: Priced) -> str:
    level = finding.market.forecast(quote.when).mean
    factor = exp(min(abs(quote.log_price - level), LARGEST_FACTOR))
    return f"line {quote.line}: {quote.price:g} lies a factor of {factor:.2g} off and hardly counts"


def printable(text: str) -> str:
    """A name from a file, without what a book cannot hold."""
    return "".join(letter for letter in text if letter.isprintable() and ord(letter) < 0xFFFE)[:LONGEST]
