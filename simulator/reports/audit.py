"""An audit as tables: how much of the variance rests on what evidence, and every prior's age and source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simulator.audit import EITHER, FRESH, GUESSED, OLD, PLAN, UNSOURCED, Aged, Audit, Evidence, Share
from simulator.reports.layout import WIDTH, Row, Sheet
from simulator.reports.numbers import error_text, percent, percent_error, rounded
from simulator.scenario.entries import ageing_notes
from simulator.statistics.estimates import Estimate

UNDATED, NOBODY = "undated", "no source"
EXPLAINED = (
    "first: the share of the variance that would go if these inputs were known; total: the share that would "
    "stay if they alone were not; share: an input's total",
    "±: one standard error of the simulation, not of the priors",
    "Sets overlap: what is both old and without a source is in each of the first two rows",
    "A guess: its source or note says Guess; the rows above take any source for one, whatever it says",
)
SHAPLEY = "Inputs are correlated: Shapley effects share out what they explain together"
Estimated = dict[str, Any]


def audit_sheet(found: Audit, about: Mapping[str, Any], top: int) -> Sheet:
    """The tables of an audit; every prior as a record and for programs.

    Keys of the data: ``as_of``, ``older_than_days``, ``priors`` (a list: ``input``, ``as_of``, ``age_days``,
    ``old``, ``guessed``, ``source``, ``origin``, ``fixed``, ``share_total``), ``shares`` (``unsourced``,
    ``old``, ``either``, ``fresh``, ``guessed``: ``inputs`` and ``first``, ``total``, ``shapley``,
    null where nothing varies) and ``ageing``, null unless some prior was aged.
    """
    ordered = sorted(found.evidence, key=lambda each: (-_share(each), each.prior.name))
    priors = [_prior(each) for each in ordered]
    uncertain = [each for each in ordered if not each.prior.is_fixed]
    tables = (_sets(found), _rows(uncertain, top), *([_aged(found)] if found.ageing else []))
    return Sheet(
        above=(f"Evidence behind {found.quantity}, {about['scenario']}", *_sentences(found)),
        tables=tuple(rows for rows in tables if len(rows) > 1),
        below=(*EXPLAINED, *([SHAPLEY] if _has_shapley(found) else [])),
        records=[{**_flat(record), "audited_at": found.as_of.isoformat(), **about} for record in priors],
        data={
            "as_of": found.as_of.isoformat(),
            "older_than_days": found.older_than,
            "quantity": found.quantity,
            "priors": priors,
            "shares": {name: _shares(share) for name, share in found.shares.items()},
            "ageing": _ageing(found),
            **about,
        },
    )


def _share(found: Evidence) -> float:
    return found.share.value if found.share else -1.0


def _sentences(found: Audit) -> Iterator[str]:
    planned = [each for each in found.evidence if each.prior.origin == PLAN]
    fixed = [each for each in found.evidence if each.prior.is_fixed and each not in planned]
    uncertain = [each for each in found.evidence if not each.prior.is_fixed]
    yield (
        f"Ages on {found.as_of}; old: undated, or older than {found.older_than:,} days; a month counts as "
        "its last day"
    )
    yield f"{len(uncertain)} uncertain inputs: {_counted(uncertain)}"
    yield f"{len(fixed)} fixed values, which carry no variance: {_counted(fixed)}"
    yield f"{len(planned)} values of the plan, which are decisions"
    yield (
        f"{found.settings.draws:,} base points, seed {found.settings.seed}, sampler {found.settings.sampler}"
    )
    if later := [each.prior.name for each in found.evidence if each.is_later]:
        yield f"Of a date after {found.as_of}, age 0: {', '.join(later)}"
    if found.shares[FRESH].indices is None:
        yield f"{found.quantity} does not vary, so that no variance rests on anything"
    if notes := ageing_notes({each.prior.name: each.prior for each in found.evidence}, found.priced_at):
        yield f"Prices {'; '.join(notes)}"
    elif idle := [each.prior.name for each in found.evidence if each.prior.ageing]:
        yield f"Not aged, though said how: {', '.join(idle)}; --ageing {found.as_of} ages to that day"


def _counted(found: Sequence[Evidence]) -> str:
    unsourced, guessed = sum(each.is_unsourced for each in found), sum(each.is_guess for each in found)
    old, undated = sum(each.is_old for each in found), sum(each.age is None for each in found)
    known = f"{unsourced} without a source, {guessed} a guess, {old} old"
    return known + (f" ({undated} undated)" if undated else "")


def _sets(found: Audit) -> list[Row]:
    names = {
        UNSOURCED: "without a source",
        OLD: f"older than {found.older_than:,} days",
        EITHER: "either of both",
        FRESH: "neither",
        GUESSED: "a guess",
    }
    heads = (
        "evidence",
        "inputs",
        "first",
        "±",
        "total",
        "±",
        *(("Shapley", "±") if _has_shapley(found) else ()),
    )
    return [heads, *(_set(names[name], share) for name, share in found.shares.items() if share.indices)]


def _set(name: str, share: Share) -> Row:
    assert share.indices
    told = (share.indices.first, share.indices.total, *([share.shapley] if share.shapley else []))
    return (name, str(len(share.members)), *(cell for each in told for cell in _cells(each)))


def _cells(found: Estimate) -> tuple[str, str]:
    return percent(found.value, found.se), percent_error(found.se) if found.se else ""


def _has_shapley(found: Audit) -> bool:
    return any(share.shapley for share in found.shares.values())


def _rows(uncertain: Sequence[Evidence], top: int) -> list[Row]:
    """The priors on which most of the variance rests, their sources cut to the width that is left."""
    shown, others = uncertain[:top], uncertain[top:]
    rows = [_row(each) for each in shown]
    if others:
        most = max(_share(each) for each in others)
        share = f"≤ {percent(most)}" if most >= 0.0 else ""
        old = sum(each.is_old for each in others)
        rows.append((f"{len(others)} others, each", share, "", "", f"{old} old", ""))
    heads = ("input", "share", "±", "as of", "days", "source")
    table = [heads, *rows]
    left = WIDTH - sum(max(len(row[column]) for row in table) + 2 for column in range(5))
    return [(*row[:5], _cut(row[5], left)) for row in table]


def _row(found: Evidence) -> Row:
    cells = _cells(found.share) if found.share else ("–", "")
    age = "–" if found.age is None else f"{found.age:,}"
    return (found.prior.name, *cells, found.prior.as_of or UNDATED, age, _source(found))


def _source(found: Evidence) -> str:
    """Its source; marked where the note alone calls it a guess."""
    source = found.prior.source or NOBODY
    return f"(guess) {source}" if found.is_guess and "guess" not in source.lower() else source


def _cut(text: str, width: int) -> str:
    return (text if len(text) <= width else f"{text[: max(width - 1, 0)]}…").ljust(width)


def _aged(found: Audit) -> list[Row]:
    heads = (f"{found.quantity}, {found.unit}", "as written", "±", "aged", "±", "added", "±")
    return [heads, *(_aged_row(each) for each in found.ageing)]


def _aged_row(found: Aged) -> Row:
    told = (found.unaged, found.aged, found.added)
    cells = (cell for each in told for cell in (rounded(each.value, each.se), error_text(each.se)))
    return (f"P{found.level:g}", *cells)


def _prior(found: Evidence) -> dict[str, Any]:
    prior = found.prior
    return {
        "input": prior.name,
        "as_of": prior.as_of or None,
        "age_days": found.age,
        "old": found.is_old,
        "guessed": found.is_guess,
        "source": prior.source,
        "origin": prior.origin,
        "fixed": prior.is_fixed,
        "share_total": found.share and _estimate(found.share),
    }


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """A prior's record with its share as two numbers."""
    share = record["share_total"] or {"value": None, "se": None}
    return {**record, "share_total": share["value"], "share_total_se": share["se"]}


def _shares(share: Share) -> dict[str, Any]:
    indices = share.indices
    return {
        "inputs": list(share.members),
        "first": indices and _estimate(indices.first),
        "total": indices and _estimate(indices.total),
        "shapley": share.shapley and _estimate(share.shapley),
    }


def _ageing(found: Audit) -> dict[str, Any] | None:
    if not found.ageing:
        return None
    return {
        "priced_at": found.priced_at,
        "priors": [_ages(each) for each in found.evidence if each.prior.unaged],
        "percentiles": {
            f"{each.level:g}": {
                "unaged": _estimate(each.unaged),
                "aged": _estimate(each.aged),
                "added": _estimate(each.added),
            }
            for each in found.ageing
        },
    }


def _ages(found: Evidence) -> dict[str, Any]:
    ageing, unaged = found.prior.ageing, found.prior.unaged
    assert ageing and unaged
    return {
        "input": found.prior.name,
        "years": ageing.years,
        "drift": ageing.drift,
        "volatility": ageing.volatility,
        "unaged": unaged.describe(),
        "aged": found.prior.distribution.describe(),
    }


def _estimate(found: Estimate) -> Estimated:
    return {"value": found.value, "se": found.se, "ci95": [found.low, found.high]}
