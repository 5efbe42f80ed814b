"""Names of runs: none leads out of the folder of results."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import ResultError
from simulator.results import check_name, slugify
from simulator.results.names import RESERVED


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("gpt4-class", "gpt4-class"),
        ("GPT-4: a (very) big run!", "gpt-4-a-very-big-run"),
        ("", "run"),
        ("...", "run"),
        ("训练", "run"),
        ("../../etc/passwd", "etc-passwd"),
        ("/etc/x\n", "etc-x"),
        ("．．／x", "x"),
        ("-rf", "rf"),
        ("a\0b", "a-b"),
        ("CON", "_con"),
        ("com1.v2", "_com1.v2"),
        ("console", "console"),
        ("v1.2.", "v1.2"),
        ("_x_", "_x_"),
        ("\u202egnp", "gnp"),
        ("x" * 300, "x" * 100),
        ("x" * 99 + ". y", "x" * 99),
    ],
)
def test_slugify(text: str, slug: str) -> None:
    """Any text gives a name that every file system takes."""
    assert slugify(text) == slug


@given(st.text())
def test_slugs_of_any_text(text: str) -> None:
    """A slug fits the pattern, is no device of Windows, and is its own slug."""
    slug = slugify(text)
    assert re.match(r"[a-z0-9_][a-z0-9_.-]{0,99}\Z", slug) and not slug.endswith(".")
    assert slug.split(".")[0] not in RESERVED and slugify(slug) == slug


@pytest.mark.parametrize("name", ["a", "GPT-4 class, 2025", "训练 v1.2", "x" * 100, "-rf", "CON", "50% off"])
def test_names_that_can_be_used(name: str) -> None:
    """A label is free text."""
    check_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "../../x",
        "/etc/x",
        "a/b",
        "a\\b",
        ".hidden",
        "．．／x",
        "a\0b",
        "a\nb",
        "x" * 101,
        "\u202ex",
        "\udcff",
    ],
)
def test_names_that_cannot_be_used(name: str) -> None:
    """A name that looks like a path, or cannot be printed, is refused with what to do."""
    with pytest.raises(ResultError, match=r"give 1 to 100 printable|leave out slashes"):
        check_name(name)
