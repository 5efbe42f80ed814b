"""A batch as a table: a line a case, with the percentiles of its total, or why it has none."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from math import nan
from typing import Any

from simulator.batch.cases import dimensions
from simulator.batch.dry import GOOD, UNREAD
from simulator.batch.running import DONE, FAILED, Ended
from simulator.reports.layout import WIDTH, Row, Sheet, aligned, counted, shortened, wrapped
from simulator.reports.numbers import quantity

TOTAL = "total_cost; P80: an 80% chance of being at or below"
LEVELS = ("50", "80", "90")
FIELDS = ("run", "name", "scenario", "book", "seed", "draws", "created_at", "data_sha256", "total_cost")
MOST_NAMED = 3  # cases that failed for one reason
LONGEST_LABEL = 32  # characters, where a reason follows


def batch_sheet(ended: Sequence[Ended], stored: str | None, count: int) -> Sheet:
    """All cases that ended of so many; ``stored`` is the file that holds them as one."""
    records = [_record(each) for each in ended]
    heads = tuple(f"P{level}" for level in LEVELS)
    return Sheet(
        above=(_counts(ended, count), TOTAL),
        tables=(_columns(ended, heads, [tuple(_cost(e, level) for level in LEVELS) for e in ended]),),
        below=_below(ended),
        records=[_flat(each, record) for each, record in zip(ended, records, strict=True)],
        data={"cases": records, "batch": stored},
    )


def dry_sheet(ended: Sequence[Ended]) -> Sheet:
    """The cases of a batch, none of them run, and whether their scenarios can be read."""
    records = [{**each.case.place, "status": each.status, "error": each.error} for each in ended]
    counts = Counter(each.status for each in ended)
    more = [f"{counts[status]:,} {status}" for status in (GOOD, FAILED, UNREAD) if counts[status]]
    return Sheet(
        above=(f"{counted(len(ended), 'case')}: {', '.join(more)}",),
        tables=(_columns(ended, ("scenario read",), [(each.status,) for each in ended]),),
        below=_below(ended),
        records=records,
        data={"cases": records},
    )


def line(ended: Ended, number: int, count: int) -> str:
    """What is said of a case as it ends, in one line of a terminal.

    ::

         3/18 done   gpt4-class, plan.accelerator_count=2k       P50 $579M P90 $945M   1.2 s
    """
    word = "stored" if ended.resumed else "redone" if ended.damage else ended.status
    begin, label = f"{number:>{len(str(count))}}/{count} {word:<6} ", ended.case.label
    if ended.status == FAILED or ended.damage:
        begin += f"{shortened(label, LONGEST_LABEL)}: "
        return begin + textwrap.shorten(_why(ended), WIDTH - len(begin), placeholder="…")
    costs = " ".join(f"P{level} {_cost(ended, level):>6}" for level in ("50", "90"))
    end = f" {costs} {ended.seconds:>5.{1 if ended.seconds < 100.0 else 0}f} s"
    room = WIDTH - len(begin) - len(end)
    return f"{begin}{shortened(label, room):{room}}{end}"


def reasons(ended: Sequence[Ended]) -> list[tuple[str, str]]:
    """Why cases failed, each reason once, with the cases that it holds of."""
    groups: dict[str, list[str]] = {}
    for each in ended:
        if each.status == FAILED:
            groups.setdefault(str(each.error), []).append(each.case.label)
    return [(_named(labels), why) for why, labels in groups.items()]


def _below(ended: Sequence[Ended]) -> tuple[str, ...]:
    """The same, each in one line below a table."""
    return tuple(f"{which}: {' '.join(why.split())}" for which, why in reasons(ended))


def failures(ended: Sequence[Ended]) -> list[str]:
    """The same in lines of a terminal."""
    return [part for which, why in reasons(ended) for part in (*wrapped(f"failed: {which}"), *_indented(why))]


def _indented(text: str) -> list[str]:
    """Every line of a reason in lines of a terminal."""
    return [part for each in text.splitlines() for part in wrapped(f"  {each}", "      ")]


def _named(labels: Sequence[str]) -> str:
    """A few cases, and how many there are besides.

    >>> _named(["a", "b"]), _named(["a, seed=1", "a, seed=2", "a, seed=3", "a, seed=4"])
    ('a; b', 'a, seed=1; a, seed=2; a, seed=3; and 1 more')
    """
    more = len(labels) - MOST_NAMED
    return "; ".join([*labels[:MOST_NAMED], *([f"and {more:,} more"] if more > 0 else [])])


def _why(ended: Ended) -> str:
    """Why a case failed, without the path of its own file, or was run again."""
    return str(ended.error or ended.damage).replace(f"{ended.case.path}: ", "")


def _counts(ended: Sequence[Ended], count: int) -> str:
    """How the cases of a batch ended.

    >>> _counts([], 18)
    '18 cases: 0 done, 18 not run'
    """
    failed = sum(each.status == FAILED for each in ended)
    before = sum(each.status == DONE and each.resumed for each in ended)
    damaged = sum(each.status == DONE and each.damage is not None for each in ended)
    here = f"{len(ended) - failed - before:,} done" + (f" ({damaged:,} had been damaged)" if damaged else "")
    words = {"stored before": before, "failed": failed, "not run": count - len(ended)}
    parts = [here, *(f"{n:,} {word}" for word, n in words.items() if n)]
    return f"{counted(count, 'case')}: {', '.join(parts)}"


def _columns(ended: Sequence[Ended], heads: Row, cells: Sequence[Row]) -> list[Row]:
    """A column for each thing that is swept; where they are too wide for a terminal, one for all."""
    keys = tuple(dimensions([each.case for each in ended]))
    places = [tuple(each.case.place.values()) for each in ended]
    rows = [(*keys, *heads), *(place + row for place, row in zip(places, cells, strict=True))]
    if max(map(len, aligned(rows))) <= WIDTH:
        return rows
    return [("case", *heads), *((each.case.label, *row) for each, row in zip(ended, cells, strict=True))]


def _cost(ended: Ended, level: str) -> str:
    """A percentile of the total, with no digit below its error."""
    value = ended.row.get("total_cost", {}).get(level)
    se = ended.row.get("total_cost_se", {}).get(level)
    if ended.status != DONE:
        return ended.status
    return "–" if value is None else quantity(value, nan if se is None else se, "USD")


def _record(ended: Ended) -> dict[str, Any]:
    """A case as the list of runs has it, with how it ended."""
    row: Mapping[str, Any] = {**ended.case.known, **ended.row}
    return {
        **{field: row.get(field) for field in FIELDS},
        "case": ended.case.place,
        "status": ended.status,
        "error": ended.error,
        "resumed": ended.resumed,
        "damage": ended.damage,
        "seconds": round(ended.seconds, 3),
    }


def _flat(ended: Ended, record: Mapping[str, Any]) -> dict[str, Any]:
    total = ended.row.get("total_cost") or dict.fromkeys(LEVELS)
    about = {key: record[key] for key in ("status", "error", *FIELDS[:-1]) if key != "scenario"}
    return {**ended.case.place, **{f"p{level}": total.get(level) for level in LEVELS}, **about}
