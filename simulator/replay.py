"""A run whose draws can be had again: made anew, or, where the model has changed, those kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.dataset import to_tree
from simulator.errors import Complaint, InputError, SimulatorError, did_you_mean
from simulator.results import StoredRun
from simulator.scenario.loader import load_scenario
from simulator.scenario.scenario import Scenario
from simulator.sensitivity.given_data import Columns
from simulator.simulation import Settings, engine, run
from simulator.summary import limits, summarised
from simulator.watch import UNWATCHED, Watch

if TYPE_CHECKING:
    import xarray as xr

MOST_DRAWS = 1 << 20  # of a run, from its first on, that pictures and tornados look at
COMPARED = 1 << 14  # draws that tell whether the model is still the one of a stored run
SAME = 1e-9  # relative


@dataclass(frozen=True)
class Replay:
    """A run: what is known of it, and draws of any of its names."""

    summary: Mapping[str, Any]
    tree: xr.DataTree
    draws: int  # that can be had of every name
    columns: Columns  # those draws, by name
    scenario: Scenario | None  # None where the model is no longer the run's
    notes: tuple[str, ...] = ()

    @property
    def units(self) -> dict[str, str]:
        """The unit of every name."""
        return {name: found["unit"] for name, found in self.summary["quantities"].items()}

    @property
    def part(self) -> list[str]:
        """That only a part of the run's draws is looked at, where it is."""
        draws = self.summary["draws"]
        return [f"of {draws:,} draws the first {self.draws:,} are used"] if self.draws < draws else []

    @property
    def inputs(self) -> list[str]:
        """The names of the uncertain inputs; of those that vary, where the model is no longer the run's."""
        names = [str(name) for name in self.tree["inputs"].data_vars]
        if self.scenario is not None:
            return [name for name in names if not self.scenario.priors[name].is_fixed]
        ends = self.tree["statistics"]
        varies = ends["minimum"].to_numpy() < ends["maximum"].to_numpy()
        varying = dict(zip(ends["quantity"].to_numpy().tolist(), varies.tolist(), strict=True))
        return [name for name in names if varying[name]]

    def check_name(self, name: str) -> None:
        """Raise :class:`InputError` for a name that the run does not have."""
        if name not in self.units:
            what = f"there is no quantity {name}"
            raise InputError([Complaint(self.summary["scenario"], what, did_you_mean(name, self.units))])

    def model(self) -> Scenario:
        """The scenario, or :class:`InputError` where the model is no longer the run's."""
        if self.scenario is None:
            what = "the model has changed since this run was stored, so that it cannot be evaluated anew"
            raise InputError([Complaint(self.summary["run"], what, "run its scenario again")])
        return self.scenario


def simulated(scenario: Scenario, settings: Settings, watch: Watch = UNWATCHED) -> Replay:
    """A scenario's run, made now and not stored."""
    done = run(scenario, settings, keep=1, limits=limits(scenario, None), watch=watch)
    draws = min(done.settings.draws, MOST_DRAWS)
    columns = partial(done.machine.columns, draws=draws, threads=settings.threads)
    return Replay(summarised(done), to_tree(done), draws, columns, scenario)


def replayed(stored: StoredRun, threads: int | None = None) -> Replay:
    """A stored run, its draws made anew if the model is still the same."""
    try:
        scenario = load_scenario(stored.scenario)
    except SimulatorError as error:
        return _as_kept(stored, str(error))
    how = settings_of_run(stored, threads)
    if why := changed(stored, scenario):
        return _as_kept(stored, why)
    draws = min(how.draws, MOST_DRAWS)
    columns = partial(engine(scenario, how).columns, draws=draws, threads=threads)
    return Replay(stored.summary, stored.tree, draws, columns, scenario)


def settings_of_run(stored: StoredRun, threads: int | None = None) -> Settings:
    """How a stored run was made."""
    summary = stored.summary
    return Settings(summary["draws"], summary["seed"], summary["sampler"], threads)


def changed(stored: StoredRun, scenario: Scenario) -> str:
    """Why a stored run's scenario no longer gives the draws that were kept; empty where it does."""
    kept = kept_draws(stored)
    if set(kept) != set(scenario.names):
        return "other quantities than today's are in it"
    columns = partial(engine(scenario, settings_of_run(stored)).columns, threads=1)
    name = _differing(kept, columns)
    return f"{name} comes out differently today" if name else ""


def _as_kept(stored: StoredRun, why: str) -> Replay:
    """A stored run whose model has changed: of its draws only those kept can be had."""
    kept = kept_draws(stored)
    draws = min(map(len, kept.values()))

    def columns(names: Sequence[str]) -> dict[str, Any]:
        return {name: kept[name] for name in names}

    note = f"{stored.path}: the model has changed since ({why}); its {draws:,} kept draws are used"
    return Replay(stored.summary, stored.tree, draws, columns, None, (note,))


def kept_draws(stored: StoredRun) -> dict[str, Any]:
    """The draws kept of every name, from the first on."""
    groups = (stored.tree["inputs"], stored.tree["quantities"])
    return {str(name): column.to_numpy() for group in groups for name, column in group.data_vars.items()}


def _differing(kept: Mapping[str, Any], columns: Any) -> str:
    """The first name whose draws do not come out as they were kept; empty if all do."""
    count = min(COMPARED, *map(len, kept.values()))
    found = columns(list(kept), count)
    same = (np.allclose(found[n], kept[n][:count], rtol=SAME, atol=0.0, equal_nan=True) for n in kept)
    return next((name for name, is_same in zip(kept, same, strict=True) if not is_same), "")
