"""Levers as tables: what each saves, the best portfolios, what is lost or presumed with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.currency import SIGNS
from simulator.reports.layout import Row, Sheet
from simulator.reports.numbers import chance, error_text, quantity, rounded
from simulator.savings.ranking import LEVELS, OF_SAVING, Ranking, Saving
from simulator.statistics.estimates import Estimate

EXPLAINED = (
    "saves P50: the median without less the median with the lever, on the same draws; P90 likewise",
    f"P{OF_SAVING:g} of saving: what it saves in a draw, of which {OF_SAVING:g}% are at or below",
    "saves: the chance that it saves anything; ±: one standard error of the simulation, not of the priors",
)
EXPLAINED_LEVERS = 12  # whose quality and assumptions a table has room for
TOGETHER = (
    "interaction: what the levers of a portfolio save together less what each saves alone, in P50",
    "Portfolios are the best of many on the same draws, so that the best is a little flattered",
)


def levers_sheet(found: Ranking, about: Mapping[str, Any]) -> Sheet:
    """The tables of a ranking; every lever and portfolio as a record and for programs.

    Keys of the data: ``levers`` (a list: ``lever``, ``kind``, ``title``, ``saving_p50``, ``saving_p90``,
    ``se`` of the first, ``p90_of_saving``, ``p_saves``, each with its ``_se``, ``quality``, ``assumes``),
    ``portfolios`` (a list: ``levers`` and the same with ``interaction_p50``), ``left_out`` (by lever, why).
    """
    levers = [
        {"lever": each.levers[0], **_about(found, each.levers[0]), **_data(each)} for each in found.levers
    ]
    portfolios = [{"levers": list(each.levers), **_data(each)} for each in found.portfolios]
    above = (f"What levers save of {found.quantity}, {about['scenario']}", *_sentences(found, about))
    return Sheet(
        above=above,
        tables=tuple(rows for rows in (_levers(found), _portfolios(found)) if len(rows) > 1),
        below=(*EXPLAINED, *(TOGETHER if portfolios else ()), *_presumed(found), *_left_out(found)),
        records=[{**record, **about} for record in levers],
        data={
            "quantity": found.quantity,
            "unit": found.unit,
            "base": {f"{level:g}": _estimate(each) for level, each in found.base.items()},
            "levers": levers,
            "portfolios": portfolios,
            "left_out": dict(found.left_out),
            **about,
        },
    )


def _sentences(found: Ranking, about: Mapping[str, Any]) -> Iterator[str]:
    told = ", ".join(f"P{level:g} {quantity(e.value, e.se, found.unit)}" for level, e in found.base.items())
    unit = "" if found.unit in (*SIGNS, "1") else f" {found.unit}"
    yield f"Without any of them: {told}{unit}"
    yield f"Book: {about['book']}"
    how = found.settings
    yield f"{how.draws:,} draws, seed {how.seed}, sampler {how.sampler}"


def _levers(found: Ranking) -> list[Row]:
    heads = ("lever", *_heads(), "saves")
    return [heads, *((each.levers[0], *_cells(each), _chance(each.saves)) for each in found.levers)]


def _portfolios(found: Ranking) -> list[Row]:
    rows: list[Row] = [("portfolio", *_heads(), "interaction")]
    for each in found.portfolios:
        more = "" if each.interaction is None else rounded(each.interaction.value, each.interaction.se)
        rows.append((" + ".join(each.levers), *_cells(each), more))
    return rows


def _heads() -> tuple[str, ...]:
    first, *others = (f"saves P{level:g}" for level in LEVELS)
    return (first, "±", *others, f"P{OF_SAVING:g} of saving")


def _cells(found: Saving) -> tuple[str, ...]:
    first, *others = found.saving.values()
    return (
        rounded(first.value, first.se),
        error_text(first.se),
        *(rounded(e.value, e.se) for e in (*others, found.of_saving)),
    )


def _chance(found: Estimate) -> str:
    return chance(found.value, found.se, found.low, found.high)


def _presumed(found: Ranking) -> Iterator[str]:
    """What is lost, and what must be so, with each of the levers that save most."""
    for each in found.levers[:EXPLAINED_LEVERS]:
        card = found.cards[each.levers[0]]
        said = (
            f"quality: {card.quality}" if card.quality else "",
            card.assumes and f"assumes {card.assumes}",
        )
        if any(said):
            yield f"{card.name}: {'; '.join(filter(None, said))}"
    if len(found.levers) > EXPLAINED_LEVERS:
        yield "What the other levers lose and presume is in --format json, and in simulator/levers/"


def _left_out(found: Ranking) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for name, reason in found.left_out.items():
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        yield f"Left out: {', '.join(names)}: {reason}"


def _about(found: Ranking, lever: str) -> dict[str, str]:
    card = found.cards[lever]
    return {"kind": card.kind, "title": card.title, "quality": card.quality, "assumes": card.assumes}


def _data(found: Saving) -> dict[str, Any]:
    saving = {f"saving_p{level:g}": each.value for level, each in found.saving.items()}
    errors = {f"saving_p{level:g}_se": each.se for level, each in found.saving.items()}
    more = {"interaction_p50": found.interaction.value} if found.interaction else {}
    return {
        **saving,
        "se": found.saving[LEVELS[0]].se,
        **errors,
        f"p{OF_SAVING:g}_of_saving": found.of_saving.value,
        f"p{OF_SAVING:g}_of_saving_se": found.of_saving.se,
        "p_saves": found.saves.value,
        "p_saves_se": found.saves.se,
        "p_saves_ci95": [found.saves.low, found.saves.high],
        **more,
    }


def _estimate(found: Estimate) -> dict[str, float]:
    return {"value": found.value, "se": found.se}
