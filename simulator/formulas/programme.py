"""From the final run to the programme: experiments, post-training and evaluation on the same machines."""

from __future__ import annotations

from simulator.units import BUY, USD, Component, MegawattHours, Procurement, Ratio, RatioAboveOne, TonnesCO2e


def final_run_cost(hardware_cost: USD, energy_cost: USD, operations_cost: USD) -> USD:
    """The final run alone: hardware, electricity and operations.

    >>> final_run_cost(40e6, 4e6, 1e6)
    45000000.0
    """
    return hardware_cost + energy_cost + operations_cost


def rerun_cost(final_run_cost: USD, energy_cost: USD, procurement: Procurement) -> USD:
    """What one more run of the final run's size costs; where the machines are bought, its electricity.

    >>> rerun_cost(45e6, 4e6, 0.0), rerun_cost(850e6, 4e6, 2.0)
    (45000000.0, 4000000.0)
    """
    return energy_cost if procurement == BUY else final_run_cost


def experiment_cost(experiment_multiplier: RatioAboveOne, rerun_cost: USD) -> Component:
    r"""Runs before the final one: ablations, failed runs or, where the scenario says so, all research.

    .. math:: (m - 1)\, c

    with m all compute before post-training over the final run's.

    >>> experiment_cost(2.2, 45e6)
    54000000.00000001

    Cottier et al. 2024, arXiv:2405.21015, section 3.3.
    """
    return (experiment_multiplier - 1.0) * rerun_cost


def post_training_cost(post_training_share: Ratio, rerun_cost: USD) -> Component:
    """Compute of fine-tuning and preference rounds, as a share of the final run's.

    >>> round(post_training_cost(0.02, 45e6))
    900000
    """
    return post_training_share * rerun_cost


def evaluation_cost(evaluation_share: Ratio, rerun_cost: USD) -> Component:
    """Compute of evaluation and deployment preparation, as a share of the final run's.

    >>> round(evaluation_cost(0.01, 45e6))
    450000
    """
    return evaluation_share * rerun_cost


def programme_energy(
    energy: MegawattHours,
    experiment_multiplier: RatioAboveOne,
    post_training_share: Ratio,
    evaluation_share: Ratio,
) -> MegawattHours:
    """Electricity of the final run, the experiments, post-training and evaluation.

    >>> round(programme_energy(1287, 2.0, 0.02, 0.01))
    2613
    """
    return energy * (experiment_multiplier + post_training_share + evaluation_share)


def programme_emissions(
    emissions: TonnesCO2e,
    experiment_multiplier: RatioAboveOne,
    post_training_share: Ratio,
    evaluation_share: Ratio,
) -> TonnesCO2e:
    """Emissions of the final run, the experiments, post-training and evaluation (location-based).

    >>> round(programme_emissions(552, 2.0, 0.02, 0.01))
    1121
    """
    return emissions * (experiment_multiplier + post_training_share + evaluation_share)
