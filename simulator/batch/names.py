"""What the files of a batch are called: no more of their paths than it takes to tell them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from simulator.errors import Complaint, InputError


def short_names(paths: Sequence[str]) -> list[str]:
    """The stem of each file; of files that share one, so much of the end of their paths that they differ.

    >>> short_names(["a/base.yaml", "b/base.yaml", "b/large.yaml"])
    ['a/base.yaml', 'b/base.yaml', 'large']

    Raises :class:`InputError` with every file that is named twice.
    """
    _refuse_twice(paths)
    whole = [Path(path).absolute() for path in paths]
    taken = [0] * len(paths)
    while True:
        names = [_name(path, parts) for path, parts in zip(whole, taken, strict=True)]
        counts = Counter(names)
        if len(counts) == len(names):
            return names
        taken = [parts + (counts[name] > 1) for name, parts in zip(names, taken, strict=True)]


def _refuse_twice(paths: Sequence[str]) -> None:
    first: dict[Path, str] = {}
    complaints = []
    for path in paths:
        whole = Path(path).resolve()
        if whole in first:
            complaints.append(Complaint(path, f"this is {first[whole]} once more", "take one of them out"))
        first.setdefault(whole, path)
    if complaints:
        raise InputError(complaints)


def _name(path: Path, parts: int) -> str:
    """The stem, or the last parts of a path, with what cannot be printed written out."""
    return printable("/".join(path.parts[-parts:]) if parts else path.stem)


def printable(text: str) -> str:
    r"""Text whose odd characters are written out as escapes.

    >>> printable("a\nb"), printable("语")
    ('a\\nb', '语')
    """
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
