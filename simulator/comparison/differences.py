"""What differs between two scenarios, and the engine of any mixture of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from simulator.distributions import Distribution, Point
from simulator.distributions.copula import Copula, copula
from simulator.errors import Complaint, InputError
from simulator.extensions import assembled
from simulator.kernel import Engine
from simulator.model import Model
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings

STRUCTURE, LEVER, PRIOR, PLAN, CORRELATIONS = "structure", "lever", "prior", "plan", "correlations"


@dataclass(frozen=True)
class Difference:
    """One thing that differs: an input's prior or planned value, a lever, the correlations, the structure."""

    name: str
    kind: str


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
        priors = self._priors(model, {difference.name for difference in taken})
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
        """The inputs that both have with unlike priors."""
        ours, theirs = self.base.priors, self.new.priors
        shared = [name for name in ours if name in theirs]
        return [
            Difference(name, PLAN if "plan" in (ours[name].origin, theirs[name].origin) else PRIOR)
            for name in shared
            if ours[name].distribution != theirs[name].distribution
        ]

    @property
    def _correlations(self) -> list[Difference]:
        ours, theirs = ({c.between: c.spearman for c in s.correlations} for s in (self.base, self.new))
        return [Difference(CORRELATIONS, CORRELATIONS)] if ours != theirs else []

    @property
    def _common_levers(self) -> set[str]:
        return self._keys(self.base) & self._keys(self.new)

    @staticmethod
    def _keys(scenario: Scenario) -> set[str]:
        return {lever_key(lever) for lever in scenario.levers}


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
