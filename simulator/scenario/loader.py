"""A scenario file, its book and the command line's settings, read into one frozen Scenario.

Every complaint is collected and raised at once, each with file, line, key and remedy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from simulator.assembly import assembled
from simulator.currency import in_currency
from simulator.errors import Complaint, InputError, ModelError
from simulator.model import Model
from simulator.scenario.books import EMPTY, UNKNOWN, Book, Entry, checked_fields, leaf, load_book, mapping
from simulator.scenario.correlations import Names, read_correlations
from simulator.scenario.dates import read_date
from simulator.scenario.effects import idle_levers, unused
from simulator.scenario.entries import Complain, Prior, ageing_notes, constant, read_prior
from simulator.scenario.names import check_complete, check_names, known_names
from simulator.scenario.plan import CHOICES, KEYS, Plan, one_of, read_plan
from simulator.scenario.plausibility import implausible
from simulator.scenario.published import read_published
from simulator.scenario.reader import MOST_COMPLAINTS, Node, parse, read
from simulator.scenario.scenario import Scenario
from simulator.switches import SWITCH, switch_of

FIELDS = (
    *("title", "description", "book", "made_from", "size", "experiments", "currency"),
    *("priced_at", "plan", "priors", "correlations", "published", "formulas", "levers"),
)
WHOLE = (*CHOICES, "priced_at", "correlations")  # fields that a setting replaces whole


@dataclass(frozen=True)
class Sources:
    """The files of a scenario, read but not yet understood."""

    path: Path
    content: Mapping[str, Node]
    book: Book
    formulas: tuple[Path, ...]
    levers: tuple[str, ...]  # names, or paths of a user's files
    in_play: tuple[str, ...]  # levers under a switch
    settings: tuple[str, ...]  # KEY=VALUE, as typed


def load_scenario(
    path: str | Path,
    *,
    book: str | Path | None = None,
    settings: Sequence[str] = (),
    levers: Sequence[str] = (),
    in_play: Sequence[str] = (),
) -> Scenario:
    """Read a scenario; ``settings`` are ``KEY=VALUE`` in the scenario's own YAML, laid over the file.

    Levers ``in_play`` are under switches, constant inputs that are 0 until an evaluation sets them.

    Raises :class:`InputError` with every complaint.
    """
    complaints: list[Complaint] = []

    def complain(complaint: Complaint) -> None:
        complaints.append(complaint)
        if len(complaints) >= MOST_COMPLAINTS:
            raise InputError(dict.fromkeys(complaints))

    try:
        sources = _sources(Path(path), book, settings, levers, tuple(in_play), complain)
    except InputError as error:
        raise InputError(dict.fromkeys([*complaints, *error.complaints])) from None
    model = _model(sources, complain)
    scenario = _scenario(sources, model, complain) if model else None
    if scenario and not complaints:
        for sentence in implausible(scenario.model, scenario.medians):
            complain(Complaint(str(path), sentence, "check the given figures and their units"))
    if complaints or scenario is None:
        raise InputError(dict.fromkeys(complaints))
    return scenario


def _sources(
    path: Path,
    book: str | Path | None,
    settings: Sequence[str],
    levers: Sequence[str],
    in_play: tuple[str, ...],
    complain: Complain,
) -> Sources:
    """The scenario's content with the settings laid over it, its book, and the files it names."""
    content = dict(checked_fields(read(path), FIELDS, "a scenario", complain))
    for setting in settings:
        _lay_over(content, setting, complain)
    for key, choices in CHOICES.items():
        if key in content and content[key].value not in choices:
            complain(
                Complaint(content[key].where, f"{key} is {content[key].plain()}", f"write {one_of(choices)}")
            )
    formulas = tuple(path.parent / file for file in _words("formulas", content, complain))
    own = [
        str(path.parent / word) if word.endswith(".py") else word
        for word in _words("levers", content, complain)
    ]
    if book is None and "book" in content:
        book = path.parent / str(content["book"].value)
    found = EMPTY if book is None else load_book(Path(book), complain)
    return Sources(path, content, found, formulas, (*own, *levers), in_play, tuple(settings))


def _lay_over(content: dict[str, Node], setting: str, complain: Complain) -> None:
    """Put one KEY=VALUE where the scenario would have it."""
    key, equals, text = setting.partition("=")
    where = f"--set {key}"
    if not equals or not key:
        complain(Complaint(f"--set {setting}", "this is not KEY=VALUE", "write for example --set mfu=0.4"))
        return
    try:
        value = Node(parse(text, where).value, where)
    except InputError as error:
        for complaint in error.complaints:
            complain(complaint)
        return
    section, _, name = key.rpartition(".")
    if not section and name in WHOLE:
        content[name] = value
        return
    plan = mapping(content.get("plan"), complain)
    section = section or ("plan" if name in plan or name in KEYS else "priors")
    if section not in ("plan", "priors"):
        complain(Complaint(where, f"a scenario has no {section}", "write plan.NAME=VALUE or NAME=VALUE"))
        return
    content[section] = Node({**mapping(content.get(section), complain), name: value}, where)


def _model(sources: Sources, complain: Complain) -> Model | None:
    """The model: shipped formulas, the scenario's own files, then levers, then what is pinned."""
    try:
        model = assembled(sources.formulas, sources.levers, sources.in_play)
        given = mapping(sources.content.get("priors"), complain)
        currency = sources.content.get("currency")
        model = model.pin(name for name in given if name in model.formulas)
        return in_currency(model, str(currency.value)) if currency else model
    except ModelError as error:
        complain(Complaint(str(sources.path), str(error)))
    except InputError as error:
        for complaint in error.complaints:
            complain(complaint)
    return None


def _words(key: str, content: Mapping[str, Node], complain: Complain) -> list[str]:
    """The names under a key: one, or a list of them."""
    if key not in content:
        return []
    found = content[key].plain()
    words = found if isinstance(found, list) else [found]
    if all(isinstance(word, str) for word in words):
        if twice := next((word for word, times in Counter(words).items() if times > 1), ""):
            complain(Complaint(content[key].where, f"{key} names {twice} twice", "keep one of them"))
        return list(dict.fromkeys(words))
    complain(Complaint(content[key].where, f"{key} is no list of names", f"write {key}: [NAME, NAME]"))
    return []


def _scenario(sources: Sources, model: Model, complain: Complain) -> Scenario:
    """Everything a model needs, from the plan, the scenario's priors, the catalogue and the book."""
    content, book = sources.content, sources.book
    plan = read_plan(mapping(content.get("plan"), complain), model, book, complain)
    choices = {key: _choice(key, content[key]) for key in CHOICES if key in content}
    priced_at = read_date(content.get("priced_at"), "priced_at", complain)
    priors = _all_priors(sources, plan, choices, model, priced_at, complain)
    names = Names(model, priors, known_names(model))
    correlations, notes = read_correlations(content.get("correlations"), names, complain)
    return Scenario(
        name=sources.path.stem,
        title=_text("title", content) or sources.path.stem,
        description=_text("description", content),
        path=sources.path,
        settings=sources.settings,
        **_book_words(content, book),
        words=plan.words,
        size=choices.get("size", ""),
        experiments=choices.get("experiments", ""),
        currency=choices.get("currency", ""),
        model=model,
        priors=dict(sorted(priors.items())),
        published=read_published(content.get("published"), model, complain),
        levers=sources.levers,
        formulas=sources.formulas,
        ignored=tuple(name for name in _given(content, complain) if name in model.pruned),
        correlations=correlations,
        notes=(*notes, *ageing_notes(priors, priced_at)),
        idle=(
            *idle_levers(sources.formulas, sources.levers, model, priors),
            *unused(_set(content, complain), model),
        ),
        priced_at=priced_at.isoformat() if priced_at else "",
    )


def _all_priors(
    sources: Sources,
    plan: Plan,
    choices: Mapping[str, str],
    model: Model,
    priced_at: date | None,
    complain: Complain,
) -> dict[str, Prior]:
    """A prior for every input: the scenario's own before the catalogue's and the book's; switches are off."""
    own = {
        name: Entry(node, "scenario")
        for name, node in mapping(sources.content.get("priors"), complain).items()
    }
    check_names({**sources.book.entries, **own}, plan, model, complain)
    entries = {**sources.book.entries, **_catalogue(plan, sources.book), **own}
    switches = {switch_of(lever) for lever in sources.in_play} & model.inputs.keys()
    off = {name: constant(name, 0.0, SWITCH, "", "plan") for name in switches}
    planned = mapping(sources.content.get("plan"), complain)
    wanted = [name for name in model.inputs if name not in planned and name not in off]
    check_complete(wanted, entries, model, sources.path, complain)
    known = [name for name in wanted if name in entries]
    read = _priors(entries, {**plan.words, **choices}, model, known, priced_at, complain)
    return {**read, **plan.constants, **off}


def _text(key: str, content: Mapping[str, Node]) -> str:
    return str(content[key].value).strip() if key in content else ""


def _set(content: Mapping[str, Node], complain: Complain) -> list[str]:
    """Every prior that a setting gives."""
    priors = mapping(content.get("priors"), complain)
    return [name for name, node in priors.items() if node.where.startswith("--set")]


def _given(content: Mapping[str, Node], complain: Complain) -> dict[str, None]:
    """Every name that the scenario or a setting gives, each once."""
    return dict.fromkeys(name for key in ("plan", "priors") for name in mapping(content.get(key), complain))


def _book_words(content: Mapping[str, Node], book: Book) -> dict[str, str]:
    """Name, title and date of the book, or of the one that a scenario written out whole was made from."""
    node = content.get("made_from") if book is EMPTY else None
    made_from = node.plain() if node and isinstance(node.value, dict) else {}
    words = {"book": book.name, "title": book.title, "as_of": book.as_of, **made_from}
    return {"book": str(words["book"]), "book_title": str(words["title"]), "book_as_of": str(words["as_of"])}


def _choice(key: str, node: Node) -> str:
    return str(node.value) if node.value in CHOICES[key] else UNKNOWN


def _catalogue(plan: Plan, book: Book) -> Mapping[str, Entry]:
    chip = book.accelerator(plan.words.get("accelerator", ""))
    return chip.entries if chip else {}


def _priors(
    entries: Mapping[str, Entry],
    keys: Mapping[str, str],
    model: Model,
    wanted: Iterable[str],
    priced_at: date | None,
    complain: Complain,
) -> dict[str, Prior]:
    """The priors of the wanted inputs."""
    priors = {}
    for name in wanted:
        node = leaf(name, entries[name].node, keys, complain)
        if node:
            origin = "--set" if node.where.startswith("--set") else entries[name].book
            priors[name] = read_prior(name, node, model.inputs[name], origin, complain, priced_at)
    return {name: prior for name, prior in priors.items() if prior}
