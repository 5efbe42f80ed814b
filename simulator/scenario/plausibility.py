"""Whether given facts can be true together: checked on the plain-Python model, every input at its median."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.model import Model
from simulator.units import WATTS_PER_MEGAWATT

IDLE_POWER = 50.0  # W: an A100 draws about this doing nothing
MOST_OF_SERVER_TDP = 1.3  # rated server power times the worst plausible PUE
MOST_OF_PEAK = 0.75  # of the BF16 peak, end to end; the best published run has 0.48


def implausible(model: Model, medians: Mapping[str, float]) -> list[str]:
    """What cannot be true, in sentences with the arithmetic; empty where nothing is wrong."""
    try:
        values = model.evaluate(medians)
    except ArithmeticError as error:
        return [f"with every input at its median {error}"]
    return _power(values) + _utilization(values)


def _power(values: Mapping[str, float]) -> list[str]:
    if not {"accelerator_hours", "energy"} <= set(values):
        return []
    hours, energy = values["accelerator_hours"], values["energy"]
    watts = energy * WATTS_PER_MEGAWATT / hours / values.get("pue", 1.0)
    implied = f"{energy:,.4g} MWh over {hours:,.4g} accelerator-hours is {watts:.3g} W per accelerator"
    if watts < IDLE_POWER:
        return [f"{implied}, below the {IDLE_POWER:g} W that one draws idle"]
    rated = values.get("tdp", float("nan")) * values.get("server_power_factor", float("nan"))
    if watts > MOST_OF_SERVER_TDP * rated:
        return [f"{implied}, above {MOST_OF_SERVER_TDP:g} times its server's rated {rated:.4g} W"]
    return []


def _utilization(values: Mapping[str, float]) -> list[str]:
    share = values.get("end_to_end_utilization", 0.0)
    if share <= MOST_OF_PEAK:
        return []
    given = [
        f"{name} {values[name]:.4g}" for name in ("training_flop", "accelerator_hours") if name in values
    ]
    bound = f"above {MOST_OF_PEAK:g}; published runs reach 0.2 to 0.48"
    return [f"{' and '.join(given)} make a utilization of {share:.2f} of the BF16 peak, {bound}"]
