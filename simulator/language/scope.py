"""What the names of a file mean, and the complaints about it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from simulator.errors import Complaint
from simulator.language.words import BUILT_IN, OTHER, RULES


@dataclass(frozen=True)
class Value:
    """What is known of a value before anything runs: its number, and whether it is a whole one."""

    number: int | float | None = None
    whole: bool = False


@dataclass
class Scope:
    """The names that a file imports and defines."""

    path: str
    formulas: frozenset[str] = frozenset()
    functions: dict[str, str] = field(default_factory=dict)  # as called here -> as math calls it
    modules: set[str] = field(default_factory=set)  # what math is called here
    numbers: dict[str, Value] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)  # as called here -> as simulator.units calls it
    lines: dict[str, int] = field(default_factory=dict)  # where each name gets its meaning
    constants: set[str] = field(default_factory=set)
    complaints: list[tuple[int, Complaint]] = field(default_factory=list)

    def complain(self, node: ast.AST, what: str, remedy: str) -> None:
        """Note what is wrong at a node, and how to mend it."""
        line = getattr(node, "lineno", 1)
        self.complaints.append((line, Complaint(f"{self.path}:{line}", what, remedy)))

    def refuse(self, node: ast.AST, remedy: str = "") -> None:
        """Complain of a construct that the language does not have."""
        name, usual = OTHER.get(type(node), (type(node).__name__.lower(), RULES))
        self.complain(node, f"{name} is not in the language of formulas", remedy or usual)

    def define(self, name: str, node: ast.stmt) -> None:
        """Note where a name gets its meaning; it gets one once."""
        if name in self.lines:
            what = f"{name} is defined twice, first in line {self.lines[name]}"
            self.complain(node, what, "keep one of them")
        self.lines.setdefault(name, node.lineno)

    def called(self, name: str) -> str:
        """The function that a name calls, or nothing."""
        return self.functions.get(name, name if name in BUILT_IN and name not in self.lines else "")
