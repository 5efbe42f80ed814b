"""What can go wrong, as a tree of exceptions.

::

    SimulatorError            everything this library raises on purpose
    ├── InputError            a file or an option is wrong; carries every complaint
    ├── ModelError            formulas do not form a model (units, cycles, names)
    ├── DistributionError     no such distribution exists (p5 > p95, infeasible percentiles)
    └── ResultError           a stored run cannot be read, trusted or written
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

LONGEST_PART = 2000  # characters of a complaint's part; the longest list of names to choose from has 1000
LONGEST_NAME = 100  # characters of a name that another is proposed for


class SimulatorError(Exception):
    """The base of every error that this library raises on purpose."""


class ModelError(SimulatorError):
    """The formulas do not form a model."""


class DistributionError(SimulatorError):
    """The parameters describe no distribution."""


class ResultError(SimulatorError):
    """A stored run cannot be read, trusted or written."""


@dataclass(frozen=True)
class Complaint:
    """One thing wrong with the input: where it stands, what is wrong, how to mend it.

    >>> print(Complaint("book.yaml:3", "gpu_price: unit is missing", "write unit: USD/accelerator"))
    book.yaml:3: gpu_price: unit is missing; write unit: USD/accelerator
    """

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        where, what, remedy = map(shown, (self.where, self.what, self.remedy))
        return f"{where}: {what}" + (f"; {remedy}" if remedy else "")


class InputError(SimulatorError):
    """A file or an option is wrong; every complaint about it in one message.

    >>> raise InputError([Complaint("a.yaml:1", "the file is empty")])
    Traceback (most recent call last):
    ...
    simulator.errors.InputError: a.yaml:1: the file is empty
    """

    def __init__(self, complaints: Iterable[Complaint]):
        self.complaints = tuple(complaints)
        super().__init__(self._text())

    def _text(self) -> str:
        if len(self.complaints) == 1:
            return str(self.complaints[0])
        lines = [f"  {i}. {complaint}" for i, complaint in enumerate(self.complaints, 1)]
        return "\n".join([f"{len(lines)} problems:", *lines])


def shown(text: str, longest: int = LONGEST_PART) -> str:
    r"""A text from anywhere as a terminal may show it: cut where it is endless, odd characters spelled out.

    >>> shown("gpu_\x1b[2Jprice"), len(shown("x" * 10_000))
    ('gpu_\\x1b[2Jprice', 2001)
    """
    cut = text if len(text) <= longest else f"{text[:longest]}…"
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in cut)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A question that proposes the nearest known name, or nothing.

    >>> did_you_mean("gpu_prize", ["gpu_price", "pue"])
    'Did you mean gpu_price?'
    >>> did_you_mean("zebra", ["gpu_price", "pue"])
    ''
    """
    near = get_close_matches(name, list(known), n=1, cutoff=0.7) if len(name) <= LONGEST_NAME else []
    return f"Did you mean {near[0]}?" if near else ""
