"""Which quotes are meant, and what each says of the bare price."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log

from simulator.errors import Complaint, InputError, did_you_mean
from simulator.quotes.horizons import years
from simulator.quotes.reading import Quote, Table

CHIPS = ("chip", "accelerator")  # the column that names the accelerator
BARE, SERVER, LEFT_OUT = "bare", "server", "left out"
# What a basis says of the input's price; no basis at all says the price itself.
BASES: Mapping[str, Mapping[str, str]] = {
    "gpu_price": {
        "single_chip": BARE,
        "server_price_per_chip": SERVER,
        "server_or_superchip": LEFT_OUT,
        "whole_system": LEFT_OUT,
        "estimate": LEFT_OUT,
    },
    "gpu_hour_price": {"per_chip_hour": BARE, "whole_system": LEFT_OUT, "estimate": LEFT_OUT},
}
APART = (*CHIPS, "kind", "commitment", "region")  # columns whose words have prices of their own
KIND = "kind"  # the column that tells purchases from rentals
LATER = "after as-of"
Run = tuple[str | date, float, bool]
MOST_LINES = 12  # of one complaint
OTHER_BASES = {"estimate": LEFT_OUT}


@dataclass(frozen=True)
class Overhead:
    """What a server costs over its accelerators: the median factor and the sd of its logarithm."""

    median: float
    sd: float


@dataclass(frozen=True)
class Catalogue:
    """What is known of accelerators: ids by alias, and what their servers cost over them."""

    aliases: Mapping[str, str]
    overheads: Mapping[str, Overhead]


@dataclass(frozen=True)
class Priced:
    """A quote on the input's own basis: a server's is divided by the median overhead."""

    day: date
    chip: str
    vendor: str
    price: float  # as quoted
    log_price: float  # of the bare accelerator
    server: bool
    weight: float
    line: int

    @property
    def when(self) -> float:
        """The date in years."""
        return years(self.day)

    @property
    def run(self) -> Run:
        """What a repetition has in common with the quote: vendor, or the day without one, price, basis."""
        return self.vendor or self.day, self.price, self.server


@dataclass(frozen=True)
class Selection:
    """The quotes that are meant, those of every chip, how many were left out and why, and up to when.

    ``together`` holds the words of columns that should have one, where the quotes have several.
    """

    quotes: tuple[Priced, ...]
    by_chip: Mapping[str, tuple[Priced, ...]]
    left_out: Mapping[str, int]
    as_of: date
    bad: tuple[Complaint, ...]
    together: Mapping[str, tuple[str, ...]]


def read_where(text: str) -> dict[str, str]:
    """The filters of KEY=VALUE,KEY=VALUE.

    >>> read_where("chip=H100-SXM, kind=purchase")
    {'chip': 'H100-SXM', 'kind': 'purchase'}
    """
    pairs = [part.partition("=") for part in text.split(",")] if text.strip() else []
    found: dict[str, str] = {}
    for key, equals, value in pairs:
        name = key.strip()
        if not equals or not name or name in found:
            what = f"{name} is given twice" if name in found else f"{key + equals + value!r} is not KEY=VALUE"
            raise InputError([Complaint("--where", what, "write for example chip=H100-SXM,kind=rental")])
        found[name] = value.strip()
    return found


def canonical(where: Mapping[str, str], aliases: Mapping[str, str]) -> dict[str, str]:
    """The filters with an accelerator's id for its alias.

    >>> canonical({"chip": "H100", "kind": "rental"}, {"H100": "H100-SXM"})
    {'chip': 'H100-SXM', 'kind': 'rental'}
    """
    return {key: aliases.get(value, value) if key in CHIPS else value for key, value in where.items()}


def select(
    table: Table,
    name: str,
    where: Mapping[str, str],
    as_of: date | None,
    catalogue: Catalogue,
    *,
    skip_bad: bool = False,
) -> Selection:
    """The quotes of an input that the filters choose, up to a date, on one basis.

    The date is that of the last of them where none is given. Raises :class:`InputError` for a filter that
    chooses nothing, for an unknown basis unless bad rows are skipped, and where a server's overhead is needed
    and not known.
    """
    chooser = _Chooser(table, BASES.get(name, OTHER_BASES), catalogue)
    wanted = canonical(where, catalogue.aliases)
    chooser.check_filters(wanted)
    pool = chooser.chosen({key: value for key, value in wanted.items() if key not in CHIPS})
    bad = chooser.bad_bases(pool, name)
    if bad and not skip_bad:
        raise InputError(chooser.mixed(pool, wanted) or bad)
    mine = chooser.chosen(wanted)
    end = as_of or max((quote.day for quote in mine if chooser.kind(quote) != LEFT_OUT), default=date.max)
    known = [quote for quote in mine if quote.day <= (as_of or date.max)]
    chooser.check_overheads(known, name)
    priced = {quote.line: chooser.priced(quote) for quote in pool if quote.day <= end}
    by_chip: dict[str, list[Priced]] = defaultdict(list)
    for each in filter(None, priced.values()):
        by_chip[each.chip].append(each)
    used = [quote for quote in known if priced.get(quote.line)]
    quotes = [one for quote in used if (one := priced[quote.line])]
    left_out = Counter(quote.columns["basis"] for quote in known if chooser.kind(quote) == LEFT_OUT)
    left_out.update({LATER: len(mine) - len(known)} if len(mine) > len(known) else {})
    if not quotes:
        raise InputError([_none_left(table, left_out)])
    return Selection(
        tuple(quotes),
        {chip: tuple(found) for chip, found in by_chip.items()},
        dict(left_out),
        end,
        tuple(bad),
        chooser.together(used),
    )


def _none_left(table: Table, left_out: Mapping[str, int]) -> Complaint:
    reasons = ", ".join(f"{count} {reason}" for reason, count in left_out.items())
    remedy = "give a later --as-of" if LATER in left_out else "no price of the input can be told from these"
    return Complaint(str(table.path), f"no quote is left ({reasons or 'bad rows alone'})", remedy)


def _listed(words: Sequence[str], last: str) -> str:
    """Words with commas, and another word before the last.

    >>> _listed(["a", "b", "c"], "and")
    'a, b and c'
    """
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


@dataclass(frozen=True)
class _Chooser:
    """The rows of a table seen through a catalogue."""

    table: Table
    bases: Mapping[str, str]
    catalogue: Catalogue

    def chosen(self, where: Mapping[str, str]) -> list[Quote]:
        """The quotes that the filters choose."""
        return [quote for quote in self.table.quotes if self.cells(quote, where) == where]

    def cells(self, quote: Quote, keys: Iterable[str]) -> dict[str, str]:
        """Some cells of a row, an accelerator under its id."""
        return canonical({key: quote.columns[key] for key in keys}, self.catalogue.aliases)

    def together(self, quotes: Sequence[Quote]) -> dict[str, tuple[str, ...]]:
        """The words of every column that tells prices apart and has several in these quotes."""
        columns = [name for name in APART if name in self.table.columns]
        words = {name: dict.fromkeys(self.cells(quote, [name])[name] for quote in quotes) for name in columns}
        return {name: tuple(found) for name, found in words.items() if len(found) > 1}

    def chip(self, quote: Quote) -> str:
        """The accelerator's id; empty where no column names it."""
        column = next((name for name in CHIPS if name in quote.columns), "")
        return self.cells(quote, [column])[column] if column else ""

    def kind(self, quote: Quote) -> str:
        """What the basis says of the price."""
        basis = quote.columns.get("basis", "")
        return self.bases.get(basis, LEFT_OUT) if basis else BARE

    def priced(self, quote: Quote) -> Priced | None:
        """The quote on the bare basis; nothing where it is left out or its overhead is not known."""
        kind, overhead = self.kind(quote), self.catalogue.overheads.get(self.chip(quote))
        if kind == LEFT_OUT or (kind == SERVER and overhead is None):
            return None
        divisor = overhead.median if kind == SERVER and overhead else 1.0
        vendor, value = quote.columns.get("vendor", ""), log(quote.price) - log(divisor)
        return Priced(
            quote.day, self.chip(quote), vendor, quote.price, value, kind == SERVER, quote.weight, quote.line
        )

    def bad_bases(self, pool: Sequence[Quote], name: str) -> list[Complaint]:
        """Complaints about bases that are not known of the input, with their rows."""
        rows: dict[str, list[int]] = defaultdict(list)
        for quote in pool:
            if (basis := quote.columns.get("basis", "")) and basis not in self.bases:
                rows[basis].append(quote.line)
        return [self._bad_basis(name, basis, sorted(lines)) for basis, lines in rows.items()]

    def _bad_basis(self, name: str, basis: str, lines: Sequence[int]) -> Complaint:
        others = f" and {len(lines) - MOST_LINES} others" if len(lines) > MOST_LINES else ""
        where = f"{self.table.path}:{lines[0]}"
        if len(lines) > 1:
            where = f"{self.table.path}, lines {', '.join(map(str, lines[:MOST_LINES]))}{others}"
        hint = did_you_mean(basis, self.bases) or f"it has {', '.join(self.bases)}"
        remedy = f"{hint}; choose other rows with --where, or leave these out with --skip-bad"
        return Complaint(where, f"{name} has no basis {basis}", remedy)

    def mixed(self, pool: Sequence[Quote], where: Mapping[str, str]) -> list[Complaint]:
        """The complaint that says which kind to choose, where kinds tell usable bases from unknown ones."""
        if KIND in where or KIND not in self.table.columns:
            return []
        bases = [quote.columns.get("basis", "") for quote in pool]
        usable = {quote.columns[KIND]: None for quote in pool if self.kind(quote) != LEFT_OUT}
        unknown = {
            quote.columns[KIND]
            for quote, basis in zip(pool, bases, strict=True)
            if basis not in ("", *self.bases)
        }
        if not usable or unknown & set(usable):
            return []
        what = f"the quotes chosen have bases {_listed(list(dict.fromkeys(filter(None, bases))), 'and')}"
        choices = _listed([f"{KIND}={kind}" for kind in usable], "or")
        return [Complaint(str(self.table.path), what, f"add {choices} to --where")]

    def check_overheads(self, known: Sequence[Quote], name: str) -> None:
        """Complain of server prices without an overhead, or without one in common."""
        chips = list(dict.fromkeys(self.chip(quote) for quote in known if self.kind(quote) == SERVER))
        if len(chips) > 1:
            what = f"server prices of {', '.join(chips)} have no overhead in common"
            raise InputError([Complaint("--where", what, "choose one with chip=…")])
        if chips and chips[0] not in self.catalogue.overheads:
            what = f"{name} of {chips[0]} needs its server_overhead, which no book at hand has"
            raise InputError([Complaint(str(self.table.path), what, "name a book that has it with --book")])

    def check_filters(self, where: Mapping[str, str]) -> None:
        """Complain of columns that are not there, and of values that no row has."""
        complaints = [found for key, value in where.items() if (found := self._wrong(key, value))]
        if not complaints and not self.chosen(where):
            what = f"no row has {' and '.join(f'{key}={value}' for key, value in where.items())} together"
            complaints = [Complaint("--where", what, "leave one of them out")]
        if complaints:
            raise InputError(complaints)

    def _wrong(self, key: str, value: str) -> Complaint | None:
        option, columns = f"--where {key}={value}", self.table.columns
        if key not in columns:
            hint = did_you_mean(key, columns) or f"the columns are {', '.join(columns)}"
            return Complaint(option, f"{self.table.path} has no column {key}", hint)
        cells = dict.fromkeys(self.cells(quote, [key])[key] for quote in self.table.quotes)
        if value in cells:
            return None
        some = ", ".join(cell or "(empty)" for cell in list(cells)[:12])
        return Complaint(option, f"no row has this {key}", did_you_mean(value, cells) or f"rows have {some}")
