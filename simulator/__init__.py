"""traincost: what it costs to train a large language model, as a distribution.

>>> from simulator import load_scenario, simulate, percentiles
>>> scenario = load_scenario("configs/gpt4-class.yaml")
>>> runs = simulate(scenario, draws=2_000, seed=1)
>>> percentiles(runs, (50, 90)).sizes["quantile"]
2
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from simulator.version import __version__

if TYPE_CHECKING:
    from simulator.comparison.compare import compare
    from simulator.dataset import percentiles, simulate
    from simulator.errors import SimulatorError
    from simulator.model import Model
    from simulator.scenario.loader import load_scenario
    from simulator.scenario.scenario import Scenario
    from simulator.simulation import Settings

__all__ = [
    "Model",
    "Scenario",
    "Settings",
    "SimulatorError",
    "__version__",
    "compare",
    "load_scenario",
    "percentiles",
    "simulate",
]

# Names are imported when they are first used, so that `traincost --help` pays for none of them.
_HOMES = {
    "Model": "simulator.model",
    "Scenario": "simulator.scenario.scenario",
    "Settings": "simulator.simulation",
    "SimulatorError": "simulator.errors",
    "compare": "simulator.comparison.compare",
    "load_scenario": "simulator.scenario.loader",
    "percentiles": "simulator.dataset",
    "simulate": "simulator.dataset",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
