"""What differs between two scenarios, and the engine of any mixture of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from simulator.assembly import assembled
from simulator.distributions import Distribution, Point
from simulator.distributions.copula import Copula, copula
from simulator.errors import Complaint, InputError
from simulator.kernel import Engine
from simulator.model import Model
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings

STRUCTURE, LEVER, PRIOR, PLAN, CORRELATIONS = "structure", "lever", "prior", "plan", "correlations"


@dataclass(frozen=True)
class Difference:
    """One thing that differs: an input, the plan's word that picks some, a lever, correlations, structure."""

    name: str
    kind: str
    inputs: tuple[str, ...] = ()  # those whose priors it is


AND = " & "  # between words of the plan that pick the same inputs
FAMILY = "accelerator_family"  # goes with the accelerator
Taken = frozenset[Difference]  # what of the differences is as the new scenario has it


@dataclass(frozen=True)
class Between:
    """Two scenarios, and all that lies between them."""

    base: Scenario
    new: Scenario

    @cached_property
    def structure(self) -> Difference | None:
        """What is given, the user's own formulas and the order of levers: differences that come as one."""
        ours, theirs = (_structure(scenario, self._common_levers) for scenario in (self.base, self.new))
        return Difference(STRUCTURE, STRUCTURE) if ours != theirs else None

    @cached_property
    def parts(self) -> tuple[Difference, ...]:
        """Every other difference, each of which can be taken by itself."""
        return (*self._levers, *self._inputs, *self._correlations)

    @property
    def everything(self) -> Taken:
        """All differences."""
        return frozenset([*self.parts, *([self.structure] if self.structure else [])])

    def engine(self, taken: Taken, settings: Settings) -> Engine:
        """The base scenario with some differences taken from the new one.

        An input that one scenario alone has keeps its prior there. Raises :class:`InputError` where a
        mixture of levers needs an input that neither has.
        """
        model = self._model(taken)
        priors = self._priors(model, {name for difference in taken for name in difference.inputs})
        return Engine(model, priors, settings.seed, settings.sampler, self._copula(priors, taken))

    def _model(self, taken: Taken) -> Model:
        frame, other = (self.new, self.base) if self.structure in taken else (self.base, self.new)
        mine = {lever_key(lever): lever for lever in (*frame.levers, *other.levers)}
        theirs = {difference.name for difference in taken if difference.kind == LEVER}
        switched = self._keys(self.base) ^ theirs
        wanted = tuple(lever for key, lever in mine.items() if key in switched)
        if wanted == frame.levers:
            return frame.model
        return assembled(frame.formulas, wanted).pin(frame.model.pinned)

    def _priors(self, model: Model, taken: set[str]) -> dict[str, Distribution]:
        found = {}
        for name in model.inputs:
            sides = (self.new, self.base) if name in taken else (self.base, self.new)
            prior = next((side.priors[name] for side in sides if name in side.priors), None)
            if prior is None:
                what = f"some of the levers together need {name}, which neither scenario has"
                raise InputError([Complaint(self.new.name, what, "compare one lever after the other")])
            found[name] = prior.distribution
        return found

    def _copula(self, priors: Mapping[str, Distribution], taken: Taken) -> Copula:
        side = self.new if any(d.kind == CORRELATIONS for d in taken) else self.base
        random = {name for name, p in priors.items() if p.continuous and not isinstance(p, Point)}
        return copula({c.between: c.spearman for c in side.correlations if random.issuperset(c.between)})

    @property
    def _levers(self) -> list[Difference]:
        """The levers that one scenario alone applies."""
        ours, theirs = self._keys(self.base), self._keys(self.new)
        return [Difference(key, LEVER) for key in sorted(ours ^ theirs)]

    @property
    def _inputs(self) -> list[Difference]:
        """The inputs that both have with unlike priors; those that an unlike word picks come as one."""
        ours, theirs = self.base.priors, self.new.priors
        unlike = [n for n in ours if n in theirs and ours[n].distribution != theirs[n].distribution]
        words = {name: frozenset(self.words.keys() & self._pickers(name)) for name in unlike}
        picked = joined([found for found in words.values() if found])
        groups = {
            group: tuple(name for name in unlike if words[name] & group)
            for group in sorted(picked, key=sorted)
        }
        kinds = {n: PLAN if "plan" in (ours[n].origin, theirs[n].origin) else PRIOR for n in unlike}
        return [
            *(Difference(AND.join(sorted(group)), PLAN, inputs) for group, inputs in groups.items()),
            *(Difference(name, kinds[name], (name,)) for name in unlike if not words[name]),
        ]

    @cached_property
    def words(self) -> dict[str, tuple[str, str]]:
        """The plan's words that differ, on either side."""
        ours, theirs = ({**side.words, **side.choices} for side in (self.base, self.new))
        return {
            word: (ours[word], theirs[word])
            for word in ours
            if word in theirs and ours[word] != theirs[word] and word != FAMILY
        }

    def _pickers(self, name: str) -> set[str]:
        """The words that pick an input's prior on either side; an input may be such a word itself."""
        found = {word for side in (self.base, self.new) for word in side.priors[name].picked_by}
        return {name, *("accelerator" if word == FAMILY else word for word in found)}

    @property
    def _correlations(self) -> list[Difference]:
        """Those of inputs that vary on both sides: where one is fixed, a correlation has no say."""
        sides = (self.base, self.new)
        random = set.intersection(*({n for n, p in s.priors.items() if not p.is_fixed} for s in sides))
        ours, theirs = (
            {c.between: c.spearman for c in side.correlations if random.issuperset(c.between)}
            for side in sides
        )
        return [Difference(CORRELATIONS, CORRELATIONS)] if ours != theirs else []

    @property
    def _common_levers(self) -> set[str]:
        return self._keys(self.base) & self._keys(self.new)

    @staticmethod
    def _keys(scenario: Scenario) -> set[str]:
        return {lever_key(lever) for lever in scenario.levers}


def joined(sets: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Sets united until none shares a word with another.

    >>> sorted(map(sorted, joined([frozenset("ab"), frozenset("c"), frozenset("bd")])))
    [['a', 'b', 'd'], ['c']]
    """
    found: list[frozenset[str]] = []
    for one in sets:
        apart = [other for other in found if not other & one]
        found = [*apart, one.union(*(other for other in found if other & one))]
    return found


def lever_key(lever: str) -> str:
    """A lever's name; of a user's file its name and what is in it, wherever it lies."""
    return file_key(Path(lever)) if lever.endswith(".py") else lever


def file_key(path: Path) -> str:
    """A file's name and a hash of what is in it."""
    return f"{path.stem} ({sha256(path.read_bytes()).hexdigest()[:8]})"


def given(scenario: Scenario) -> str:
    """What a scenario gives that could be computed, and which formulas it adds, in words."""
    pinned = ", ".join(sorted(scenario.model.pinned))
    files = ", ".join(file_key(path) for path in scenario.formulas)
    words = (pinned and f"given {pinned}", files and f"formulas {files}")
    return "; ".join(filter(None, words)) or "all computed"


def _structure(scenario: Scenario, common: set[str]) -> tuple[str, tuple[str, ...]]:
    order = tuple(key for lever in scenario.levers if (key := lever_key(lever)) in common)
    return given(scenario), order
