"""Levers as tables: what each saves, the best portfolios, what is lost or presumed with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from simulator.cards import ANOTHER
from simulator.currency import SIGNS
from simulator.reports.data import percentiles
from simulator.reports.layout import Row, Sheet, counted, grouped
from simulator.reports.numbers import chance_of, error_text, quantity, rounded
from simulator.savings.ranking import LEVELS, MEDIAN, OF_SAVING, SCREENED_DRAWS, Ranking, Saving

EXPLAINED = (
    "P50, P90: that of the cost less that with the lever, on the same draws; ±: one standard error of the "
    "simulation, not of the priors",
    f"paired: P{OF_SAVING:g} of what it saves in a draw; saves: the chance that it saves anything",
    "quality: what becomes of the planned model",
)
NO_CHEAPER = (
    f"{ANOTHER}: what is bought is not the planned model, so that these are in no portfolio; --lever NAME "
    "applies one and ranks the others beside it"
)
MORE = "What is lost, and what must be so: --only NAME, or --format json"
PORTFOLIOS = {"portfolio": True, "with some loss": False}  # whether the quality is kept
TOGETHER = "interaction: what a portfolio saves less what each of its levers saves alone, in P50"


def levers_sheet(found: Ranking, about: Mapping[str, Any], explained: Collection[str] = ()) -> Sheet:
    """The tables of a ranking; every lever and portfolio as a record and for programs.

    Keys of the data: ``levers`` (a list: ``lever``, ``kind``, ``title``, ``quality`` in a word, ``loss``,
    ``assumes``, ``saving_p50``, ``saving_p90``, ``se`` of the first, ``p90_of_saving``, ``p_saves``,
    each with its ``_se``), ``portfolios`` (a list: ``levers``, ``keeps_quality`` and the same figures with
    ``interaction_p50``) and ``left_out`` (by lever, why). Of levers that are ``explained`` a table says what
    is lost and presumed.
    """
    levers = [
        {"lever": each.levers[0], **_about(found, each.levers[0]), **_data(each)} for each in found.levers
    ]
    portfolios = [
        {"levers": list(each.levers), "keeps_quality": found.keeps_quality(each.levers), **_data(each)}
        for each in found.portfolios
    ]
    return Sheet(
        above=(f"What levers save of {found.quantity}, {about['scenario']}", *_sentences(found, about)),
        tables=tuple(rows for rows in _tables(found) if len(rows) > 1),
        below=tuple(_below(found, explained)),
        records=[{**record, **about, "quantity": found.quantity, "unit": found.unit} for record in levers],
        data={
            "quantity": found.quantity,
            "unit": found.unit,
            "base": percentiles(found.base),
            "levers": levers,
            "portfolios": portfolios,
            "left_out": dict(found.left_out),
            **about,
        },
    )


def _buys_another(found: Ranking, saving: Saving) -> bool:
    return found.cards[saving.levers[0]].quality == ANOTHER


def _sentences(found: Ranking, about: Mapping[str, Any]) -> Iterator[str]:
    told = ", ".join(f"P{level:g} {quantity(e.value, e.se, found.unit)}" for level, e in found.base.items())
    unit = "" if found.unit in (*SIGNS, "1") else f" {found.unit}"
    applied = ", ".join(about.get("applied", ()))
    yield f"With {applied} throughout: {told}{unit}" if applied else f"Without any of them: {told}{unit}"
    yield f"Book: {about['book']}"
    how = found.settings
    yield f"{how.draws:,} draws, seed {how.seed}, sampler {how.sampler}"


def _tables(found: Ranking) -> Iterator[list[Row]]:
    for head, another in (("lever", False), (ANOTHER, True)):
        yield _levers(found, head, [e for e in found.levers if _buys_another(found, e) is another])
    for head, keeps in PORTFOLIOS.items():
        yield _portfolios(found, head, keeps)


def _below(found: Ranking, explained: Collection[str]) -> Iterator[str]:
    yield from EXPLAINED if found.levers else ()
    if any(_buys_another(found, each) for each in found.levers):
        yield NO_CHEAPER
    yield from _together(found)
    yield from _presumed(found, explained) if explained else (MORE,)
    yield from _left_out(found)


def _levers(found: Ranking, head: str, savings: Collection[Saving]) -> list[Row]:
    """A row a lever, with its quality where the head does not say it of all."""
    rows: list[Row] = [(head, *_heads(), "paired", "saves", *(() if head == ANOTHER else ("quality",)))]
    for each in savings:
        (name,) = each.levers
        paired = rounded(each.of_saving.value, each.of_saving.se)
        quality = () if head == ANOTHER else (found.cards[name].quality,)
        rows.append((name, *_cells(each), paired, chance_of(each.saves), *quality))
    return rows


def _portfolios(found: Ranking, head: str, keeps: bool) -> list[Row]:
    """A row for each lever of a portfolio that keeps the quality, or does not, its figures in the first."""
    rows: list[Row] = [(head, *_heads(), "interaction", "quality")]
    for each in (each for each in found.portfolios if found.keeps_quality(each.levers) is keeps):
        more = "" if each.interaction is None else rounded(each.interaction.value, each.interaction.se)
        figures = [(*_cells(each), more), *[("",) * 5] * (len(each.levers) - 1)]
        for name, cells in zip(each.levers, figures, strict=True):
            label = name if any(cells) else f"+ {name}"
            rows.append((label, *cells, found.cards[name].quality))
    return rows


def _heads() -> tuple[str, ...]:
    return tuple(head for level in LEVELS for head in (f"P{level:g}", "±"))


def _cells(found: Saving) -> tuple[str, ...]:
    return tuple(text for e in found.saving.values() for text in (rounded(e.value, e.se), error_text(e.se)))


def _together(found: Ranking) -> Iterator[str]:
    few = min(found.settings.draws, SCREENED_DRAWS)
    if found.portfolios:
        yield TOGETHER
    if found.screened > len(found.portfolios) > 0:
        yield (
            f"Portfolios: the best of {counted(found.screened, 'combination')} on their first {few:,} draws, "
            "so that they are a little flattered; of those that differ in one lever the best is shown"
        )


def _presumed(found: Ranking, explained: Collection[str]) -> Iterator[str]:
    """What some levers are, what is lost with them, and what must be so."""
    for card in (found.cards[name] for name in explained if name in found.cards):
        yield f"{card.name}: {card.title}"
        yield f"{card.name}: quality {card.quality}" + (f", {card.loss}" if card.loss else "")
        if card.assumes:
            yield f"{card.name}: assumes {card.assumes}"


def _left_out(found: Ranking) -> Iterator[str]:
    for reason, names in grouped(found.left_out.items()).items():
        yield f"Left out: {', '.join(names)}: {reason}"


def _about(found: Ranking, lever: str) -> dict[str, str]:
    card = found.cards[lever]
    words = {"kind": card.kind, "title": card.title, "quality": card.quality}
    return {**words, "loss": card.loss, "assumes": card.assumes}


def _data(found: Saving) -> dict[str, Any]:
    saving = {f"saving_p{level:g}": each.value for level, each in found.saving.items()}
    errors = {f"saving_p{level:g}_se": each.se for level, each in found.saving.items()}
    more = {"interaction_p50": found.interaction.value} if found.interaction else {}
    return {
        **saving,
        "se": found.saving[MEDIAN].se,
        **errors,
        f"p{OF_SAVING:g}_of_saving": found.of_saving.value,
        f"p{OF_SAVING:g}_of_saving_se": found.of_saving.se,
        "p_saves": found.saves.value,
        "p_saves_se": found.saves.se,
        "p_saves_ci95": [found.saves.low, found.saves.high],
        **more,
    }
