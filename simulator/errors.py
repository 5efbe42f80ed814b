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
        return f"{self.where}: {self.what}" + (f"; {self.remedy}" if self.remedy else "")


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


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A question that proposes the nearest known name, or nothing.

    >>> did_you_mean("gpu_prize", ["gpu_price", "pue"])
    'Did you mean gpu_price?'
    >>> did_you_mean("zebra", ["gpu_price", "pue"])
    ''
    """
    near = get_close_matches(name, list(known), n=1, cutoff=0.7)
    return f"Did you mean {near[0]}?" if near else ""
