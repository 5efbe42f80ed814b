"""The cases of a batch: every scenario with every combination of what is swept."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

from simulator.batch.names import printable, short_names
from simulator.errors import Complaint, InputError
from simulator.scenario.loader import load_scenario
from simulator.scenario.reader import number
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, check_settings

OPENING, CLOSING, QUOTES = "[{", "]}", "\"'"
RESERVED = (
    *("scenario", "quantity", "quantile", "unit", "status", "error", "run"),
    *("value", "se", "mean", "mean_se"),
)  # dimensions and variables of every batch's table
WHOLE = ("seed", "draws")  # settings of a run that are whole numbers
FILES = ("book", "lever")  # whose values may be paths
NONE = "none"  # as a lever: no further one
MOST_CASES = 100_000


@dataclass(frozen=True)
class Sweep:
    """What is swept, and its values as they were written."""

    key: str
    values: tuple[str, ...]

    @property
    def sets(self) -> str:
        """What it sets."""
        return short(self.key)

    @property
    def named(self) -> list[tuple[str, str, str]]:
        """The key, each value, and what that is called in tables: a file by its name."""
        names = short_names(self.values) if self.key in FILES else self.values
        return [(self.key, value, name) for value, name in zip(self.values, names, strict=True)]


@dataclass(frozen=True)
class Case:
    """One run of a batch: a scenario's file, what is laid over it, how it is run.

    Paths are as they were written, and meant from the folder ``base``: a worker may stand in another one.
    """

    path: str
    swept: tuple[tuple[str, str], ...]  # each key and what its value is called
    settings: Settings
    book: str | None = None
    laid_over: tuple[str, ...] = ()
    levers: tuple[str, ...] = ()
    name: str = ""  # of the scenario, among those of its batch
    base: str = ""

    @property
    def label(self) -> str:
        """What tells it from the others."""
        return printable(", ".join([self.name, *(f"{short(key)}={value}" for key, value in self.swept)]))

    @property
    def place(self) -> dict[str, str]:
        """The scenario and the values of what is swept, by dimension."""
        return {"scenario": self.name, **{key: printable(value) for key, value in self.swept}}

    @property
    def loaded_from(self) -> tuple[Any, ...]:
        """All that its scenario hangs on: cases that differ only in how they are run have it in common."""
        return self.path, self.book, self.laid_over, self.levers

    @property
    def known(self) -> dict[str, Any]:
        """What is known of a run before its scenario is read, as the list of runs has it."""
        book = {} if self.book is None else {"book": Path(self.book).stem}
        scenario = Path(self.path).stem
        how = {"seed": self.settings.seed, "draws": self.settings.first_draws}
        return {"name": scenario, "scenario": scenario, **book, **how}

    def scenario(self) -> Scenario:
        """The scenario. Raises :class:`InputError` with every complaint about it."""
        levers = [self._at(lever) if lever.endswith(".py") else lever for lever in self.levers]
        book = None if self.book is None else self._at(self.book)
        return load_scenario(self._at(self.path), book=book, settings=self.laid_over, levers=levers)

    def as_written(self, text: str) -> str:
        """A text with the paths of this case as they were written, where they had to be made whole."""
        return text if self._is_here else text.replace(f"{self.base}{os.sep}", "")

    @property
    def _is_here(self) -> bool:
        return self.base in ("", str(Path.cwd()))

    def _at(self, path: str) -> str:
        """A path as it was written; from another folder than it is meant from, the whole of it."""
        return path if self._is_here else str(Path(self.base, path))


def fingerprint(found: Iterable[Case]) -> str:
    """A hash of what a batch is to run, wherever its results come from: those of a batch and its resumption.

    >>> one = Case("a.yaml", (), Settings(seed=1))
    >>> fingerprint([one]) == fingerprint([replace(one, settings=Settings(seed=1, threads=2))])
    True
    """
    digest = sha256()
    for case in found:
        how = replace(case.settings, threads=None)
        parts = (str(Path(case.base, case.path)), case.swept, how, case.book, case.laid_over, case.levers)
        digest.update(ascii(parts).encode())
    return digest.hexdigest()


def read_sweeps(written: Iterable[str]) -> tuple[Sweep, ...]:
    """Sweeps as written, KEY=VALUE,VALUE; commas within brackets or quotes belong to a value.

    >>> read_sweeps(["seed=1,2", "mfu={pert: {low: 0.2, mode: 0.3, high: 0.5}},0.4"])[1].values
    ('{pert: {low: 0.2, mode: 0.3, high: 0.5}}', '0.4')

    Raises :class:`InputError` with every complaint.
    """
    found: list[Sweep] = []
    complaints: list[Complaint] = []
    for text in written:
        key, equals, values = (part.strip() for part in text.partition("="))
        parts = tuple(part.strip() for part in _split(values))
        if not equals or not key or not all(parts) or not _is_balanced(values):
            what, remedy = "this is no sweep", "write for example plan.accelerator_count=1k,5k"
            complaints.append(Complaint(f"--sweep {text}", what, remedy))
        elif key in RESERVED:
            what, remedy = f"{key} is a name of the batch's own", "sweep something else"
            complaints.append(Complaint(f"--sweep {text}", what, remedy))
        elif len({_meant(key, part) for part in parts}) < len(parts):
            complaints.append(Complaint(f"--sweep {text}", "a value is written twice", "take one out"))
        elif short(key) in [sweep.sets for sweep in found]:
            complaints.append(Complaint(f"--sweep {text}", f"{key} is swept twice", "write one sweep of it"))
        else:
            found.append(Sweep(key, parts))
    if complaints:
        raise InputError(complaints)
    return tuple(found)


def _meant(key: str, part: str) -> float | str:
    """A value by which those that are written otherwise and mean the same are told."""
    value = number(part)
    if value is not None:
        return value
    return str(Path(part).resolve()) if key == "book" or part.endswith(".py") else part


def short(key: str) -> str:
    """What a key sets: plan.tokens and tokens are one thing.

    >>> short("plan.tokens"), short("mfu")
    ('tokens', 'mfu')
    """
    return key.rpartition(".")[2]


def _is_balanced(text: str) -> bool:
    """Whether every bracket that opens closes.

    >>> _is_balanced("{a: [1, 2]}"), _is_balanced("{a,0.4")
    (True, False)
    """
    return all(text.count(one) == text.count(other) for one, other in ("[]", "{}"))


def _split(text: str) -> Iterator[str]:
    """Parts between the commas that are in no bracket and no quotes; within a word an apostrophe is none.

    >>> list(_split("O'Neill.yaml,x.yaml")), list(_split("{a: 'b, c'},'d, e',f"))
    (["O'Neill.yaml", 'x.yaml'], ["{a: 'b, c'}", "'d, e'", 'f'])
    """
    depth, quote, begin = 0, "", 0
    for place, letter in enumerate(text):
        opens = letter in QUOTES and text[begin:place].rstrip()[-1:] in ("", *"[{:,")
        if quote or opens:
            quote = "" if letter == quote else quote or letter
        elif letter in OPENING or letter in CLOSING:
            depth += 1 if letter in OPENING else -1
        elif letter == "," and depth == 0:
            yield text[begin:place]
            begin = place + 1
    yield text[begin:]


def cases(
    paths: Sequence[str],
    sweeps: Sequence[Sweep],
    settings: Settings,
    *,
    book: str | None = None,
    laid_over: Sequence[str] = (),
    levers: Sequence[str] = (),
) -> list[Case]:
    """Every scenario with every combination of swept values, the last sweep fastest.

    Swept may be ``book``, ``seed``, ``draws``, ``sampler``, ``lever`` (``none`` adds none) and whatever
    ``--set`` may be given. Raises :class:`InputError` for too many, and for a file that is given twice.
    """
    count = len(paths)
    for sweep in sweeps:
        count *= len(sweep.values)
    if count > MOST_CASES:
        raise InputError([Complaint("--sweep", f"{count:,} cases", f"make it {MOST_CASES:,} at most")])
    base = Case("", (), settings, book, tuple(laid_over), tuple(levers), base=str(Path.cwd()))
    combined = list(product(*(sweep.named for sweep in sweeps)))
    named = [
        replace(base, path=path, name=name) for path, name in zip(paths, short_names(paths), strict=True)
    ]
    return [_case(case, chosen) for case in named for chosen in combined]


def _case(case: Case, chosen: Sequence[tuple[str, str, str]]) -> Case:
    """A case with its swept values where they belong."""
    case = replace(case, swept=tuple((key, called) for key, _, called in chosen))
    for key, value, _ in chosen:
        if key == "book":
            case = replace(case, book=value)
        elif key == "lever":
            case = case if value == NONE else replace(case, levers=(*case.levers, value))
        elif key in (*WHOLE, "sampler"):
            case = replace(case, settings=_set(case.settings, key, value))
        else:
            case = replace(case, laid_over=(*case.laid_over, f"{key}={value}"))
    return case


def _set(settings: Settings, key: str, text: str) -> Settings:
    value = number(text)
    if key == "sampler":
        changed = replace(settings, sampler=text)
    elif value is None or value != int(value):
        raise InputError([Complaint(f"--sweep {key}={text}", f"{text} is not a whole number", "mend it")])
    elif key == "seed":
        changed = replace(settings, seed=int(value))
    else:
        changed = replace(settings, draws=int(value))
    check_settings(changed)
    return changed


def dimensions(found: Sequence[Case]) -> Mapping[str, list[str]]:
    """The scenarios and the values of each sweep, in the order of the cases."""
    places = [case.place for case in found]
    keys = dict.fromkeys(key for place in places for key in place)
    return {key: list(dict.fromkeys(place[key] for place in places)) for key in keys}
