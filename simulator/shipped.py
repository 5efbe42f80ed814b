"""Files that come with the repository and not with the package: claims, published runs, books."""

from __future__ import annotations

from pathlib import Path

from simulator.errors import Complaint, InputError

HERE = Path(__file__).parents[1]  # the checkout; beside a package installed alone no such files lie


def shipped(path: str, instead: str = "") -> Path:
    """Where a file of the repository is: in the current folder, else in the checkout that runs.

    Raises :class:`InputError` where it is in neither; ``instead`` says what else a user can name.

    >>> shipped("configs/no-such-book.yaml", "a book with --book")
    Traceback (most recent call last):
    ...
    simulator.errors.InputError: configs/no-such-book.yaml: not here, as it comes with the repository and \
not with the package; run traincost in the repository's folder, or name a book with --book
    """
    for found in (Path(path), HERE / path):
        if found.is_file():
            return found
    what = "not here, as it comes with the repository and not with the package"
    remedy = f"run traincost in the repository's folder{f', or name {instead}' if instead else ''}"
    raise InputError([Complaint(path, what, remedy)])
