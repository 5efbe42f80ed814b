"""Notebooks print what is stored in them, hold no figures in their text, and stay small."""

from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path

import pytest

from notebooks import NOTEBOOKS, executed, stored, texts, written

LARGEST = 250_000  # bytes
ELSEWHERE = re.compile(r"(?<![\w.:/])/[a-z]+/\w|[A-Z]:\\\\|file://|\.venv|site-packages", re.IGNORECASE)
AMOUNT = re.compile(r"[$€£]|\d\s*(%|percent|million|billion|USD)", re.IGNORECASE)

every = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_are_notebooks() -> None:
    """Else the tests below would say nothing."""
    assert NOTEBOOKS


@every
def test_outputs_are_what_is_printed_today(path: Path) -> None:
    """Every text is as stored, every picture is there; ``python tests/notebooks.py`` writes them anew."""
    assert texts(executed(path)) == texts(stored(path))


@every
def test_nothing_in_it_says_when_or_where(path: Path) -> None:
    """Small, without places on a disk, execution times or states of the reader's program."""
    notebook, text = stored(path), path.read_text()
    assert len(text.encode()) < LARGEST
    assert written(notebook) == text
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in codes] == list(range(1, len(codes) + 1))
    assert not any(cell.metadata for cell in notebook.cells)
    assert not any(output.get("name") == "stderr" for cell in codes for output in cell.outputs)
    for cell in notebook.cells:
        shown = [cell.source, *texts(notebook).get(cell.id, [])]
        assert not ELSEWHERE.search("\n".join(shown)), cell.id


@every
def test_pictures_are_whole_and_described(path: Path) -> None:
    """Every picture is a PNG with words for those who do not see it."""
    outputs = [output for cell in stored(path).cells for output in cell.get("outputs", [])]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert pictures
    for picture in pictures:
        assert b64decode(picture.data["image/png"]).startswith(b"\x89PNG\r\n")
        assert picture.metadata["image/png"]["alt"]


@every
def test_no_amount_is_typed_into_the_text(path: Path) -> None:
    """Amounts and percentages are printed, so that none can be out of date."""
    for cell in stored(path).cells:
        if cell.cell_type == "markdown":
            assert not AMOUNT.search(cell.source), cell.id
