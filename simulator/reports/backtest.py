"""A backtest as tables: how good predictions of published runs were, and each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

from simulator.backtest.predicting import NOT_PUBLISHED, Backtest
from simulator.backtest.scoring import Score, Summary
from simulator.reports.layout import Row, Sheet, cut, grouped
from simulator.reports.numbers import percent, rounded, stated

FEWEST = 20  # below which coverage says little
BANDS = (0.5, 0.9)
LONGEST = 22  # letters of a run's name
EXPLAINED = (
    "within 50%, 90%: the share of published figures within the central band of their prediction, with the "
    "exact 95% interval of that share in brackets",
    "CRPS: continuous ranked probability score in ln units, smaller is better; baseline: 6ND over the peak "
    "at an MFU of 0.375, a lognormal from 0.3 to 4 times that (P5, P95), and fixed power and PUE",
    "width: median of P95 over P5; u: the predicted chance of less than was published",
)


def backtest_sheet(found: Backtest, about: Mapping[str, Any]) -> Sheet:
    """The tables of a backtest; every prediction as a record and for programs.

    Keys of the data: ``runs`` (a list: ``run``, ``quantity``, ``published``, ``p5``, ``p50``, ``p95``,
    ``percentile`` between 0 and 1 …: the fields of a :class:`Score`), ``skipped`` (with the reason) and
    ``summary`` by quantity (``n``, ``coverage50``, ``coverage90`` with their intervals, ``crps``,
    ``crps_baseline``, ``width``, ``pit``: percentiles counted in tenths, ``developers``,
    ``coverage90_by_developer`` and the same ``by_family`` of accelerators).
    """
    runs = [vars(score) for score in found.scores]
    return Sheet(
        above=("Published runs, predicted from what was knowable before", *_sentences(found, about)),
        tables=tuple(rows for rows in (_summaries(found), _families(found), _runs(found)) if len(rows) > 1),
        below=(*EXPLAINED, *_taken(found), *_skipped(found)),
        records=[{**record, **about} for record in runs],
        data={
            "runs": runs,
            "skipped": [vars(each) for each in found.skipped],
            "taken": {sentence: list(runs) for sentence, runs in found.taken.items()},
            "summary": {name: _summary(each) for name, each in found.summaries.items()},
            **about,
        },
    )


def _sentences(found: Backtest, about: Mapping[str, Any]) -> Iterator[str]:
    yield f"Book: {about['book']}; {about['draws']:,} draws, seed {about['seed']}, sampler {about['sampler']}"
    if not found.scores:
        yield "No figure could be predicted"
    for name, each in found.summaries.items():
        few = f"; below {FEWEST} figures, coverage says little" if each.count < FEWEST else ""
        better = 1.0 - each.crps / each.crps_baseline
        line = "in line with" if each.in_line(0.9) else "NOT in line with"
        yield (
            f"{name}: {each.count - each.inside(0.9)} of {each.count} figures miss the 90% band, {line} "
            f"chance; CRPS {abs(better):.0%} {'below' if better >= 0 else 'ABOVE'} the baseline's{few}"
        )
        if each.developers < each.count:
            yield (
                f"{name}: {each.count} figures of {each.developers} developers, related within one; "
                f"with each developer counted once, {each.by_developer(0.9):.0%} lie within the 90% band"
            )


def _families(found: Backtest) -> list[Row]:
    heads = ("quantity", "family", "n", "inside 90%", "CRPS", "baseline", "width", "median u")
    return [
        heads,
        *(
            _family(quantity, family, each)
            for quantity, summary in found.summaries.items()
            for family, each in summary.families.items()
        ),
    ]


def _family(quantity: str, family: str, found: Summary) -> Row:
    middle = median(score.percentile for score in found.scores)
    scores = (f"{number:.3f}" for number in (found.crps, found.crps_baseline))
    ends = (f"{found.width:.2f}", f"{middle:.2f}")
    return (quantity, family, str(found.count), str(found.inside(0.9)), *scores, *ends)


def _taken(found: Backtest) -> Iterator[str]:
    """What was taken for granted, and of which runs."""
    for sentence, runs in found.taken.items():
        yield f"Taken: {sentence}: {', '.join(runs)}"


def _summaries(found: Backtest) -> list[Row]:
    heads = ("quantity", "n", *(f"within {band:.0%}" for band in BANDS), "CRPS", "baseline", "width")
    return [heads, *(_row(name, each) for name, each in found.summaries.items())]


def _row(name: str, found: Summary) -> Row:
    return (
        name,
        str(found.count),
        *(_coverage(found, band) for band in BANDS),
        f"{found.crps:.3f}",
        f"{found.crps_baseline:.3f}",
        f"{found.width:.2f}",
    )


def _coverage(found: Summary, band: float) -> str:
    low, high = (f"{100 * end:.0f}" for end in found.interval(band))
    return f"{percent(found.coverage(band), 0.01)} ({low}-{high})"


def _runs(found: Backtest) -> list[Row]:
    heads = ("run", "quantity", "published", "P5", "P50", "P95", "u")
    return [heads, *(_cells(score) for score in found.scores)]


def _cells(score: Score) -> Row:
    told = (rounded(value, value / 100.0) for value in (score.p5, score.p50, score.p95))
    published = stated(score.published, "")
    return (cut(score.run, LONGEST), score.quantity, published, *told, f"{score.percentile:.2f}")


def _skipped(found: Backtest) -> Iterator[str]:
    """What was not predicted of what was published, and why; what was not published goes without saying."""
    told = [each for each in found.skipped if each.reason != NOT_PUBLISHED]
    for reason, runs in grouped((f"{each.run} ({each.quantity})", each.reason) for each in told).items():
        yield f"Skipped: {', '.join(runs)}: {reason}"


def _summary(found: Summary) -> dict[str, Any]:
    return {
        **_coverages(found),
        **{f"coverage{100 * band:.0f}_ci95": list(found.interval(band)) for band in BANDS},
        "misses90_in_line": found.in_line(0.9),
        **_sharpness(found),
        "pit": found.histogram,
        "developers": found.developers,
        "coverage90_by_developer": found.by_developer(0.9),
        "by_family": {
            family: {**_coverages(each), **_sharpness(each)} for family, each in found.families.items()
        },
    }


def _coverages(found: Summary) -> dict[str, Any]:
    coverages = {f"coverage{100 * band:.0f}": found.coverage(band) for band in BANDS}
    return {"n": found.count, **coverages}


def _sharpness(found: Summary) -> dict[str, Any]:
    return {"crps": found.crps, "crps_baseline": found.crps_baseline, "width": found.width}
