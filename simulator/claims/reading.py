"""Claims from a YAML file: what was said, of which quantity, in which case, on which accounting basis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from simulator.errors import Complaint, InputError, did_you_mean
from simulator.scenario.books import checked_fields, mapping
from simulator.scenario.entries import Complain
from simulator.scenario.reader import Node, read

FIELDS = ("title", "documents", "book", "formulas", "power_law", "claims")
FIELDS_OF_CLAIM = (
    *("id", "statement", "document", "quantity", "low", "high", "unit", "as_of", "basis", "case"),
    *("given", "levers", "as", "against", "against_levers", "implies", "covered_by", "note"),
)
TEXTS = ("id", "statement", "document", "quantity", "unit", "as_of", "basis", "implies", "covered_by", "note")
NEEDED = ("id", "statement", "document")
LISTS = ("given", "levers", "against", "against_levers")
ARITHMETIC = "arithmetic"  # the basis of a claim that follows from given figures
RATIOS = ("saving", "gain", "ratio")


@dataclass(frozen=True)
class Claim:
    """What somebody said; without a quantity, what in the program covers it."""

    id: str
    statement: str
    document: str
    quantity: str
    low: float  # -inf and inf where the claim is open
    high: float
    unit: str
    as_of: str
    basis: str  # what the figure covers: final run or programme, rent or own
    case: Path | None
    given: tuple[str, ...]  # disclosed facts, never what is judged
    levers: tuple[str, ...]
    ratio: str  # how two quantities are compared, where against is given
    against: tuple[str, ...]  # what is changed for the comparison
    against_levers: tuple[str, ...]
    implies: str  # the quantity that shows why a claim is impossible
    covered_by: str  # the lever, policy or sentence, where nothing is computed
    note: str

    @property
    def subject(self) -> str:
        """The quantity, or how it compares with itself."""
        return f"{self.ratio} of {self.quantity}" if self.ratio else self.quantity

    @property
    def has_arithmetic(self) -> bool:
        """Whether arithmetic on given figures can show that the claim cannot be."""
        return bool(self.implies) or self.basis == ARITHMETIC


@dataclass(frozen=True)
class PowerLaw:
    """The cases over which cost is held against size, and the sizes and costs that were said."""

    quantity: str
    sizes: Mapping[Path, float]
    claimed: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Claims:
    """A file of claims, the book they are judged by, and the formulas that make their quantities."""

    title: str
    documents: Mapping[str, str]
    book: Path
    formulas: Path | None
    power_law: PowerLaw | None
    claims: tuple[Claim, ...]


def read_claims(path: str | Path) -> Claims:
    """The claims of a file. Raises :class:`InputError` with every complaint about it."""
    path = Path(path)
    complaints: list[Complaint] = []
    complain = complaints.append
    content = checked_fields(read(path), FIELDS, "a file of claims", complain)
    for field in ("claims", "book"):
        if field not in content:
            complain(Complaint(str(path), f"there are no {field}:", f"write {field}:"))
    found = [
        _claim(node, path.parent, complain) for node in _items(content.get("claims"), "claims", complain)
    ]
    _check_ids(path, found, complain)
    documents = mapping(content.get("documents"), complain)
    _check_documents(path, found, documents, complain)
    law = _power_law(content["power_law"], path.parent, complain) if "power_law" in content else None
    if complaints:
        raise InputError(complaints)
    return Claims(
        str(content["title"].value) if "title" in content else path.stem,
        {key: str(node.value) for key, node in documents.items()},
        path.parent / str(content["book"].value),
        path.parent / str(content["formulas"].value) if "formulas" in content else None,
        law,
        tuple(found),
    )


def _items(node: Node | None, key: str, complain: Complain) -> list[Node]:
    """What a list holds; an empty one, with a complaint, where it is none or holds nothing."""
    if node is None:
        return []
    if isinstance(node.value, list) and node.value:
        return node.value
    complain(Complaint(node.where, f"{key} is no list of one or more", f"write {key}: [ … ]"))
    return []


def _power_law(node: Node, folder: Path, complain: Complain) -> PowerLaw | None:
    content = {key: child.plain() for key, child in mapping(node, complain).items()}
    try:
        sizes = {folder / file: float(size) for file, size in content["sizes"].items()}
        claimed = tuple((float(size), float(cost)) for size, cost in content["claimed"])
        found = PowerLaw(str(content["quantity"]), sizes, claimed)
    except (KeyError, TypeError, ValueError, AttributeError):
        found = None
    if found and _is_law(found):
        return found
    remedy = (
        "write quantity:, sizes: {CASE: SIZE, …} and claimed: [[SIZE, COST], …], two sizes or more of each"
    )
    complain(Complaint(node.where, "this is no power law", remedy))
    return None


def _is_law(found: PowerLaw) -> bool:
    """Whether there are two sizes and more, of the cases and of what was said, and nothing at or below 0."""
    said = tuple(size for size, _ in found.claimed)
    numbers = (*found.sizes.values(), *said, *(cost for _, cost in found.claimed))
    return min(len(set(found.sizes.values())), len(set(said))) > 1 and all(n > 0.0 for n in numbers)


def _check_ids(path: Path, found: list[Claim], complain: Complain) -> None:
    ids = [claim.id for claim in found]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        complain(Complaint(str(path), f"claim {name} is there twice", "give it an id of its own"))


def _check_documents(
    path: Path, found: list[Claim], documents: Mapping[str, Node], complain: Complain
) -> None:
    """Where documents are listed, those that claims name are among them: the report says what they are."""
    for claim in found if documents else ():
        if claim.document and claim.document not in documents:
            what = f"claim {claim.id} is of document {claim.document}, which is not listed"
            complain(Complaint(str(path), what, f"write {claim.document}: under documents:"))


def _claim(node: Node, folder: Path, complain: Complain) -> Claim:
    content = checked_fields(node, FIELDS_OF_CLAIM, "a claim", complain)
    plain = {key: child.plain() for key, child in content.items()}
    for key in NEEDED:
        if not plain.get(key):
            complain(Complaint(node.where, f"the claim has no {key}", f"write {key}:"))
    _check_judged(plain, node, complain)
    low, high = _end(content, "low", -inf, complain), _end(content, "high", inf, complain)
    if low > high:
        complain(Complaint(node.where, f"low {low:g} is above high {high:g}", "exchange them"))
    lists: dict[str, Any] = {key: _facts(content.get(key), key, complain) for key in LISTS}
    texts: dict[str, Any] = {key: str(plain.get(key, "")).strip() for key in (*TEXTS, "case", "as")}
    quantity, case, ratio = texts["quantity"], texts.pop("case"), texts.pop("as")
    if quantity in (fact.split("=")[0].strip() for fact in lists["given"]):
        what = f"the claim is of {quantity}, which it gives"
        complain(Complaint(node.where, what, "take it out of given:"))
    place = folder / case if "case" in plain else None
    return Claim(low=low, high=high, case=place, ratio=ratio, **texts, **lists)


def _facts(node: Node | None, key: str, complain: Complain) -> tuple[str, ...]:
    return tuple(str(item.plain()) for item in _items(node, key, complain))


def _check_judged(plain: Mapping[str, Any], node: Node, complain: Complain) -> None:
    """A claim names a quantity and a case, or what covers it; a comparison says how."""
    if not plain.get("covered_by"):
        for key in ("quantity", "case"):
            if not plain.get(key):
                complain(
                    Complaint(node.where, f"the claim has neither {key} nor covered_by", f"write {key}:")
                )
        if "low" not in plain and "high" not in plain:
            complain(Complaint(node.where, "the claim has no low and no high", "write what was said"))
    compared, how = plain.get("against") or plain.get("against_levers"), plain.get("as")
    if bool(compared) != bool(how):
        what = "the claim compares, and does not say how" if compared else f"as: {how} compares with nothing"
        complain(
            Complaint(node.where, what, f"write as: {', '.join(RATIOS)}, and against: or against_levers:")
        )
    elif how and how not in RATIOS:
        hint = did_you_mean(str(how), RATIOS) or f"write {', '.join(RATIOS)}"
        complain(Complaint(node.where, f"as: {how} is no comparison", hint))


def _end(content: Mapping[str, Node], key: str, open_end: float, complain: Complain) -> float:
    """One end of what was said; open where it is left out."""
    if key not in content:
        return open_end
    value = content[key].value
    if isinstance(value, bool) or not isinstance(value, int | float):
        complain(Complaint(content[key].where, f"{key} is {value}, not a number", "write a number"))
        return open_end
    return float(value)
