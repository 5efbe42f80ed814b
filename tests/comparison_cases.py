"""Scenarios so small that every change between them is known in closed form."""

from __future__ import annotations

from pathlib import Path

from simulator import Scenario, load_scenario

HOURS, PRICE = (
    "{lognormal: {median: 1e6, sigma: 0.3}, unit: h}",
    "{lognormal: {median: 2, sigma: 0.4}, unit: USD/accelerator-hour}",
)
NOTHING = (
    *("amortised_hardware_cost", "acquisition_cost", "energy_cost", "operations_cost", "experiment_cost"),
    *("post_training_cost", "evaluation_cost", "data_license_cost", "data_processing_cost", "label_cost"),
    *("staff_cost", "framework_team_cost", "compliance_cost"),
)
GIVEN = {
    "training_flop": (1e23, "FLOP"),
    "end_to_end_utilization": (0.3, "1"),
    "unique_tokens": (1e12, "token"),
    "data_epochs": (1, "1"),
    "energy": (500, "MWh"),
    "emissions": (200, "tCO2e"),
    "programme_energy": (500, "MWh"),
    "programme_emissions": (200, "tCO2e"),
}


def rented(folder: Path, name: str = "rented", **priors: str) -> Path:
    """A file whose total is hours times price, two lognormals, and what else is given."""
    zeros = dict.fromkeys(NOTHING, "{value: 0, unit: USD}")
    given = {key: f"{{value: {value}, unit: {unit}}}" for key, (value, unit) in GIVEN.items()}
    found = {"accelerator_hours": HOURS, "gpu_hour_price": PRICE, **zeros, **given, **priors}
    lines = ["title: A rented run", "plan: {procurement: rent}", "priors:"]
    path = folder / f"{name}.yaml"
    path.write_text("\n".join([*lines, *(f"  {key}: {text}" for key, text in found.items())]) + "\n")
    return path


def rented_scenario(folder: Path, name: str = "rented", **priors: str) -> Scenario:
    """The same, loaded."""
    return load_scenario(rented(folder, name, **priors))
