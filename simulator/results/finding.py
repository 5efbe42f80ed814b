"""Finding: which run a user means who gives a path, a folder's name or the beginning of one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

from simulator.errors import ResultError
from simulator.results.names import is_run, without_identity

MOST_NAMED = 10
NEAR_ENOUGH = 0.6


def find(given: str, root: Path) -> Path:
    """The path given, if there is such; else the one run under ``root`` whose name begins like that.

    A run named exactly so comes before those that only begin so. Raises :class:`ResultError`, which names
    the runs that may be meant, where none or several do.
    """
    path = Path(given)
    with suppress(OSError, ValueError):  # no path at all, as a name of 300 letters
        if path.exists():
            return path
    place, name = (root, given) if path.name == given else (path.parent, path.name)
    runs = _runs(place)
    meant = (
        [run for run in runs if run == name]
        or [run for run in runs if without_identity(run) == name]
        or [run for run in runs if run.startswith(name)]
    )
    if len(meant) == 1:
        return place / meant[0]
    raise ResultError(_several(place, name, meant) if meant and name else _none(given, place, name, runs))


def _runs(place: Path) -> list[str]:
    """The names of the runs in a folder; none where it cannot be listed."""
    with suppress(OSError, ValueError):
        return sorted(entry.name for entry in place.iterdir() if is_run(entry.name) and entry.is_dir())
    return []


def _several(place: Path, name: str, meant: Sequence[str]) -> str:
    more = ", …" if len(meant) > MOST_NAMED else ""
    listing = ", ".join(meant[:MOST_NAMED]) + more
    return f"{place}: {len(meant)} runs begin with {name}: {listing}; write more of the one you mean"


def _none(given: str, place: Path, name: str, runs: Sequence[str]) -> str:
    """That there is no such run, with those of a like name."""
    stem = without_identity(name) if is_run(name) else name
    near = get_close_matches(stem, {without_identity(run) for run in runs}, MOST_NAMED, NEAR_ENOUGH)
    alike = [run for run in runs if without_identity(run) in near][:MOST_NAMED]
    listing = f"list the stored ones with: traincost runs -o {place}"
    hint = f"Did you mean {' or '.join(alike)}?" if alike else listing
    return f"{given}: there is no such run in {place}; {hint}"
