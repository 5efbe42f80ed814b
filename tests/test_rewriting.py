"""Books laid over one another key by key, and books written anew with one prior changed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from conftest import CONFIGS, MARKET, SEED_BOOK
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from simulator import load_scenario
from simulator.errors import Complaint, InputError
from simulator.model import build, shipped_formulas
from simulator.scenario.books import Book, load_book
from simulator.scenario.editing import with_value
from simulator.scenario.entries import Prior
from simulator.scenario.lookup import find_prior
from simulator.scenario.reader import parse
from simulator.scenario.rewriting import Change, rewrite

UNITS = build(shipped_formulas()).inputs
HOUR, PRICE = "gpu_hour_price", "gpu_price"

BASE = """\
title: Base
as_of: 2024-01
priors:
  gpu_hour_price:
    by: [accelerator, commitment, year]
    unit: USD/accelerator-hour
    source: base
    as_of: 2024-01
    A:
      source: base of A
      1y:
        2024: {lognormal: {p5: 1, p95: 2}}
        2025: {lognormal: {p5: 2, p95: 3}, as_of: 2024-06}
    B:
      1y:
        2024: {lognormal: {p5: 3, p95: 4}}
  pue: {value: 1.1, unit: 1, source: base, as_of: 2024-01}
"""
OVER = """\
title: Over
extends: base.yaml
priors:
  gpu_hour_price:
    by: [accelerator, commitment, year]
    source: over
    A:
      1y:
        2024: {lognormal: {p5: 7, p95: 8}, unit: USD/accelerator-hour, as_of: 2025-01}
        2026: {lognormal: {p5: 9, p95: 10}, unit: USD/accelerator-hour, as_of: 2025-01}
"""


def books(folder: Path, over: str = OVER) -> Book:
    (folder / "base.yaml").write_text(BASE)
    (folder / "over.yaml").write_text(over)
    return read_book(folder / "over.yaml")


def read_book(path: Path) -> Book:
    complaints: list[Complaint] = []
    book = load_book(path, complaints.append)
    assert not complaints
    return book


def prior(book: Book, chip: str, year: str, commitment: str = "1y", name: str = HOUR) -> Prior | None:
    words = {"accelerator": chip, "commitment": commitment, "year": year}
    return find_prior(book, name, words, UNITS[name])


# ---- one book over another ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chip", "year", "p50", "source", "as_of", "origin"),
    [
        ("A", "2024", 7.5, "over", "2025-01", "over"),
        ("A", "2025", 2.4, "base of A", "2024-06", "base"),
        ("A", "2026", 9.5, "over", "2025-01", "over"),
        ("B", "2024", 3.5, "base", "2024-01", "base"),
    ],
)
def test_keyed_entries_are_merged_leaf_by_leaf(
    tmp_path: Path, chip: str, year: str, p50: float, source: str, as_of: str, origin: str
) -> None:
    """A later book's leaf replaces its own alone; every leaf keeps the source, date and book it stands in."""
    found = prior(books(tmp_path), chip, year)
    assert found
    assert float(found.distribution.ppf(0.5)) == pytest.approx(p50, abs=0.1)
    assert (found.source, found.as_of, found.origin) == (source, as_of, origin)


@pytest.mark.parametrize(
    "entry",
    [
        "gpu_hour_price: {lognormal: {p5: 1, p95: 2}, unit: USD/accelerator-hour}",
        "gpu_hour_price: {by: accelerator, unit: USD/accelerator-hour, A: {lognormal: {p5: 1, p95: 2}}}",
    ],
)
def test_an_entry_keyed_otherwise_replaces_the_whole(tmp_path: Path, entry: str) -> None:
    """Without keys, or with others, nothing of the book below is left."""
    book = books(tmp_path, f"title: Over\nextends: base.yaml\npriors:\n  {entry}\n")
    assert prior(book, "A", "2024")
    node = book.entries[HOUR].node
    assert "B" not in node.value
    assert prior(book, "B", "2024") is None or "by" not in node.value


def test_a_level_of_one_book_does_not_speak_for_the_others(tmp_path: Path) -> None:
    """A truncation that the later book gives all its keys leaves the earlier book's priors alone."""
    over = OVER.replace("    source: over\n", "    source: over\n    truncate: {high: 9.5}\n")
    book = books(tmp_path, over)
    below, above = prior(book, "A", "2025"), prior(book, "A", "2026")
    assert below and below.distribution.support[1] == float("inf")
    assert above and above.distribution.support[1] == 9.5


def test_three_books_are_merged_in_order(tmp_path: Path) -> None:
    """The last to name a key has it; what only the first names is still there, under its name."""
    books(tmp_path)
    top = (
        OVER.replace("base.yaml", "over.yaml")
        .replace("p5: 7, p95: 8", "p5: 70, p95: 80")
        .replace("2026", "2027")
    )
    (tmp_path / "top.yaml").write_text(top)
    book = read_book(tmp_path / "top.yaml")
    origins = {year: prior(book, "A", year) for year in ("2024", "2025", "2026", "2027")}
    assert {year: found.origin for year, found in origins.items() if found} == {
        "2024": "top", "2025": "base", "2026": "over", "2027": "top",
    }  # fmt: skip


# ---- values put into text -----------------------------------------------------------------------

WORDS = st.text("abcde", min_size=1, max_size=3)
TREES = st.recursive(
    st.integers(0, 99) | st.just("a text: with a colon") | st.just("x " * 80),
    lambda inner: st.dictionaries(WORDS, inner, min_size=1, max_size=3),
    max_leaves=8,
)


def plainly(text: str) -> Any:
    return parse(text, "a.yaml").plain()


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(WORDS, TREES, min_size=1, max_size=4),
    st.lists(WORDS, min_size=1, max_size=4),
    st.booleans(),
)
def test_any_path_of_any_mapping_can_be_set(tree: dict[str, Any], path: list[str], flow: bool) -> None:
    """The new text reads as the old with that value, and keeps every comment outside what was replaced."""
    out = io.StringIO()
    writer = YAML()
    writer.default_flow_style = flow
    writer.width = 60
    writer.dump(tree, out)
    text = "# first\n\n" + out.getvalue() + "# last\n"
    expected, place = plainly(text), path
    inner = expected
    for word in path[:-1]:
        if not isinstance(inner.get(word, {}), dict):
            return  # a scalar stands where a mapping would have to be
        inner = inner.setdefault(word, {})
    inner[path[-1]] = {"lognormal": {"p5": 1.5, "p95": 20_000}, "source": "a, b: c # d", "as_of": "2024-01"}
    found = with_value(text, place, inner[path[-1]])
    assert plainly(found) == expected
    assert found.startswith("# first\n")
    assert found.count("# last\n") == 1


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ("a:\n  b: 1  # of b\n\n# of c\nc: 2\n", ("a", "b"), "a:\n  b: 9  # of b\n\n# of c\nc: 2\n"),
        ("a:\n  b: >-\n    x\n    y\n\n# of c\nc: 2\n", ("a", "b"), "a:\n  b: 9\n\n# of c\nc: 2\n"),
        ("a:\n  b: 1  # of b\n\n# of c\nc: 2\n", ("a", "d"), "a:\n  b: 1  # of b\n  d: 9\n\n# of c\nc: 2\n"),
        ("a:\nc: 2\n", ("a", "d"), "a:\n  d: 9\nc: 2\n"),
        ("a: {}\n", ("a", "d"), "a: {d: 9}\n"),
        ("a: {b: 1}  # x", ("a", "b"), "a: {b: 9}  # x"),
        ("a: 1", ("d",), "a: 1\nd: 9\n"),
    ],
)
def test_what_is_not_changed_stays(before: str, path: tuple[str, ...], after: str) -> None:
    """Comments, empty lines and neighbours are as they were."""
    assert with_value(before, path, 9) == after


@pytest.mark.parametrize(
    ("before", "path"),
    [
        ("a:\n  b: 1  # of b\n\n# of c\nc: 2\n", ("a", "b")),
        ("a:\n  b: >-\n    x\n    y\n\n# of c\nc: 2\n", ("a", "b")),
        ("a:\n  b: 1  # of b\n\n# of c\nc: 2\n", ("a", "d")),
        ("a:\nc: 2\n", ("a", "d")),
        ("a: {b: 1}\n", ("a", "b")),
        ("a: 1\n", ("d", "e", "f")),
    ],
)
def test_lines_end_as_they_did(before: str, path: tuple[str, ...]) -> None:
    """A text whose lines end in CR and LF becomes what it would with LF alone, its new lines among them."""
    value = {"lognormal": {"p5": 1, "p95": 2}, "note": "many words, " * 12}
    expected = with_value(before, path, value).replace("\n", "\r\n")
    assert with_value(before.replace("\n", "\r\n"), path, value) == expected


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("inner", ["{b: 1}", "1", "\n    b: 1"])
def test_a_comment_beside_what_becomes_many_lines_stays_a_comment(inner: str, line_end: str) -> None:
    """It moves to the line of the key, and does not end up in the text of a note."""
    value = {"lognormal": {"p5": 1}, "note": "many words, " * 12}
    text = f"x:\n  a: {inner}  # by Ann\n  c: 2  # of c\n".replace("\n", line_end)
    found = with_value(text, ("x", "a"), value)
    assert plainly(found)["x"] == {"a": {**value, "note": value["note"].strip()}, "c": 2}
    assert f"x:{line_end}  a:  # by Ann{line_end}    lognormal:" in found
    assert found.endswith(f"{line_end}  c: 2  # of c{line_end}")


# ---- a book written anew ------------------------------------------------------------------------


def a_change(name: str = HOUR, as_of: str = "2025-04-01", **words: str) -> Change:
    given_words = words or {"accelerator": "H100-SXM", "commitment": "on-demand", "year": "2025"}
    prior = {
        "lognormal": {"p5": 2.1, "p95": 7.5},
        "unit": UNITS[name].symbol,
        "source": 'quotes.csv: 3 quotes by "a", b: c, 2024-01-01 to 2025-03-31',
        "as_of": as_of,
        "note": "A note of many words, " * 9,
    }
    return Change(name, UNITS[name], given_words, prior)


@pytest.mark.parametrize("book", [MARKET, SEED_BOOK], ids=lambda path: path.stem)
@pytest.mark.parametrize("chip", ["H100-SXM", "MI300X"])
def test_a_new_book_differs_in_its_prior_alone(tmp_path: Path, book: Path, chip: str) -> None:
    """Every other entry, comment and line is the old book's; the old file is not touched."""
    before = book.read_bytes()
    words = {"accelerator": chip, "commitment": "on-demand", "year": "2025"}
    change = a_change(as_of="2026-01-01", **words)
    rewrite(book, tmp_path / "new.yaml", change)
    assert book.read_bytes() == before
    old, new = read_book(book), read_book(tmp_path / "new.yaml")
    found = find_prior(new, HOUR, words, UNITS[HOUR])
    assert found and (found.source, found.as_of, found.origin) == (
        change.prior["source"],
        "2026-01-01",
        "new",
    )
    assert float(found.distribution.ppf(0.05)) == pytest.approx(2.1)
    for year, commitment in (("2024", "on-demand"), ("2025", "3y"), ("2023", "1y")):
        one, other = (prior(b, "H100-SXM", year, commitment) for b in (old, new))
        assert one and other and one.distribution == other.distribution
    old_lines, new_lines = book.read_text().splitlines(), (tmp_path / "new.yaml").read_text().splitlines()
    gone = [line for line in old_lines if line not in new_lines]
    assert len(gone) < 9
    assert not any(line.lstrip().startswith("#") for line in gone)


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "marked"])
def test_a_book_with_windows_line_ends_keeps_them(tmp_path: Path, mark: str) -> None:
    """Every byte but the title's, the date's and the prior's is the old book's."""
    change = a_change(as_of="2026-01-01", accelerator="A", commitment="1y", year="2024")
    (tmp_path / "plain.yaml").write_text("# First\n" + BASE)
    rewrite(tmp_path / "plain.yaml", tmp_path / "expected.yaml", change)
    (tmp_path / "old.yaml").write_bytes(windows(tmp_path / "plain.yaml", mark))
    rewrite(tmp_path / "old.yaml", tmp_path / "new.yaml", change)
    assert (tmp_path / "new.yaml").read_bytes() == windows(tmp_path / "expected.yaml", mark)


def windows(path: Path, mark: str) -> bytes:
    """A text as an editor of Windows saves it."""
    return (mark + path.read_text(encoding="utf-8")).replace("\n", "\r\n").encode()


def test_a_new_book_works_in_a_scenario(tmp_path: Path) -> None:
    """A plan that names the key gets the prior with its source."""
    rewrite(SEED_BOOK, tmp_path / "new.yaml", a_change())
    scenario = load_scenario(
        CONFIGS / "finetune-7b.yaml", book=tmp_path / "new.yaml", settings=["plan.year=2025"]
    )
    assert scenario.priors[HOUR].origin == "new"
    assert scenario.book_title == "The two documents; gpu_hour_price of 2025-04-01"


def test_its_own_date_follows_a_later_prior(tmp_path: Path) -> None:
    """The book is as of the prior's date where that is later, and its own where it is not."""
    rewrite(MARKET, tmp_path / "later.yaml", a_change(as_of="2025-04-01"))
    rewrite(MARKET, tmp_path / "earlier.yaml", a_change(as_of="2024-04-01"), force=True)
    assert read_book(tmp_path / "later.yaml").as_of == "2025-04-01"
    assert read_book(tmp_path / "earlier.yaml").as_of == "2025-03"


def test_an_older_prior_needs_force(tmp_path: Path) -> None:
    """Also where the later one stands in the book below; a month is as late as any of its days."""
    for book in (MARKET, SEED_BOOK):
        with pytest.raises(InputError, match=r"as of 2025-03 .*later than 2024-08-31; give --force"):
            rewrite(book, tmp_path / "new.yaml", a_change(as_of="2024-08-31"))
    assert list(tmp_path.iterdir()) == []
    assert rewrite(MARKET, tmp_path / "same.yaml", a_change(as_of="2025-03-01")).replaced
    assert rewrite(MARKET, tmp_path / "forced.yaml", a_change(as_of="2024-08-31"), force=True).replaced


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    """An existing file, the old book itself among them, is refused even with force."""
    (tmp_path / "there.yaml").write_text("mine")
    for place in (tmp_path / "there.yaml", MARKET):
        with pytest.raises(InputError, match="no book is overwritten"):
            rewrite(MARKET, place, a_change(), force=True)
    assert (tmp_path / "there.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (a_change(PRICE, accelerator="H100-SXM"), "one prior for all there"),
        (a_change(accelerator="H100-SXM", year="2025"), "keyed by commitment"),
        (a_change(accelerator="H100-SMX", commitment="1y", year="2025"), "Did you mean H100-SXM"),
    ],
)
def test_what_the_book_does_not_key_is_refused(tmp_path: Path, change: Change, what: str) -> None:
    """The seed's gpu_price of all chips, a missing word and an unknown chip are complaints."""
    with pytest.raises(InputError, match=what):
        rewrite(SEED_BOOK, tmp_path / "new.yaml", change)
    assert list(tmp_path.iterdir()) == []


def test_a_prior_that_would_be_truncated_is_not_written(tmp_path: Path) -> None:
    """Where the entry's level truncates all its keys, the new book would not say what was fitted."""
    (tmp_path / "old.yaml").write_text(BASE.replace("    source: base\n", "    truncate: {high: 5}\n", 1))
    change = a_change(accelerator="A", commitment="1y", year="2024")
    with pytest.raises(InputError) as error:
        rewrite(tmp_path / "old.yaml", tmp_path / "new.yaml", change)
    told = str(error.value)
    assert "old.yaml: gpu_hour_price has truncate: {high: 5} for all its keys" in told
    assert "would cut 28% off the prior" in told
    assert "move it to the keys that need it" in told
    assert not (tmp_path / "new.yaml").exists()


def test_a_price_for_all_is_replaced_whole(tmp_path: Path) -> None:
    """An unkeyed entry takes a prior that was chosen by no key."""
    change = a_change("label_price", as_of="2026-01-01", year="2026")
    rewrite(SEED_BOOK, tmp_path / "new.yaml", change)
    found = find_prior(read_book(tmp_path / "new.yaml"), "label_price", {}, UNITS["label_price"])
    assert found and found.as_of == "2026-01-01"
