"""A scenario: a plan, a model and a prior for each of its inputs, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from simulator.currency import name_in
from simulator.distributions import Copula, Distribution
from simulator.distributions.copula import copula
from simulator.errors import Complaint, InputError, did_you_mean
from simulator.model import Model
from simulator.scenario.correlations import Correlation
from simulator.scenario.entries import Prior
from simulator.scenario.published import Published


@dataclass(frozen=True)
class Scenario:
    """What is simulated: built by :func:`simulator.load_scenario`."""

    name: str
    title: str
    description: str
    path: Path
    settings: tuple[str, ...]
    book: str
    book_title: str
    book_as_of: str
    words: Mapping[str, str]
    size: str
    experiments: str
    model: Model
    priors: Mapping[str, Prior]
    published: tuple[Published, ...]
    levers: tuple[str, ...]
    formulas: tuple[Path, ...]
    ignored: tuple[str, ...]
    correlations: tuple[Correlation, ...] = ()
    notes: tuple[str, ...] = ()
    currency: str = ""  # in which money is reported as well, if it is not dollars
    idle: tuple[str, ...] = ()  # a sentence on each lever that does not act in full
    priced_at: str = ""  # the date that priors which age are aged to

    @property
    def files(self) -> tuple[Path, ...]:
        """The user's own files of formulas and levers."""
        return (*self.formulas, *(Path(lever) for lever in self.levers if lever.endswith(".py")))

    @property
    def distributions(self) -> dict[str, Distribution]:
        """The distribution of every input."""
        return {name: prior.distribution for name, prior in self.priors.items()}

    @property
    def medians(self) -> dict[str, float]:
        """Every input at the median of its prior."""
        return {name: float(prior.ppf(0.5)) for name, prior in self.distributions.items()}

    @cached_property
    def copula(self) -> Copula:
        """How the inputs move together."""
        return copula({found.between: found.spearman for found in self.correlations})

    @property
    def choices(self) -> dict[str, str]:
        """What the scenario says of its size, of what its experiments cover and of its date."""
        found = {"size": self.size, "experiments": self.experiments, "currency": self.currency}
        found["priced_at"] = self.priced_at
        return {key: word for key, word in found.items() if word}

    @property
    def names(self) -> tuple[str, ...]:
        """Every input, then every quantity in the order of evaluation."""
        return (*self.model.inputs, *self.model.formulas)

    def own_name(self, name: str) -> str:
        """A sum of money's name in the scenario's currency; the name itself of what is none."""
        own = name_in(name, self.currency)
        return own if own in self.model.units else name

    def check_name(self, name: str) -> None:
        """Raise :class:`InputError` for a name that the model does not have."""
        if name in self.model.units:
            return
        gone = "it is not needed, since another quantity is given" if name in self.model.pruned else ""
        remedy = gone or did_you_mean(name, self.model.units)
        raise InputError([Complaint(self.name, f"there is no quantity {name}", remedy)])
