"""How much of the hardware's arithmetic becomes training progress, and how long that takes."""

from __future__ import annotations

from simulator.units import (
    FLOP,
    HOURS_PER_DAY,
    SECONDS_PER_HOUR,
    AcceleratorHours,
    Accelerators,
    Days,
    FLOPPerSecond,
    Ratio,
    Share,
)


def contention(efficiency_at_10k_nodes: Share, accelerators_per_node: Accelerators) -> Ratio:
    r"""Share of the work that one more accelerator serialises (Amdahl's sigma).

    .. math:: \sigma = \frac{1/e - 1}{10\,000\, a - 1}

    with e the efficiency at 10,000 nodes of a accelerators, relative to one accelerator. Published
    systems lie between 8e-6 (MegaScale) and 2e-5 (Megatron-LM).

    >>> round(contention(0.5, 8), 10)
    1.25002e-05

    Amdahl 1967; Jiang et al. 2024, arXiv:2402.15627, Table 2.
    """
    return (1.0 / efficiency_at_10k_nodes - 1.0) / (10_000.0 * accelerators_per_node - 1.0)


def parallel_efficiency(accelerator_count: Accelerators, mfu_scale: Accelerators, contention: Ratio) -> Share:
    r"""Throughput per accelerator, relative to the scale at which the stated MFU was measured.

    .. math:: \eta = \min\left(1, \frac{1 + \sigma (N_0 - 1)}{1 + \sigma (N - 1)}\right)

    Only the loss beyond ``mfu_scale`` counts: the stated MFU contains the loss up to it.
    Above some 50,000 accelerators this is extrapolation.

    >>> round(parallel_efficiency(24_577, 8_193, 1e-5), 4)
    0.8685
    """
    loss = 1.0 + contention * (accelerator_count - 1.0)
    loss_in_mfu = 1.0 + contention * (mfu_scale - 1.0)
    return min(1.0, loss_in_mfu / loss)


def system_utilization(parallel_efficiency: Share, goodput: Share, useful_step_share: Share) -> Share:
    r"""Share of the in-step throughput that becomes progress of the final model.

    .. math:: \eta \cdot g \cdot s

    ``useful_step_share`` is what is left after repeated steps, evaluation and ramp-up.

    >>> system_utilization(0.9, 0.9, 0.8)
    0.6480000000000001
    """
    return parallel_efficiency * goodput * useful_step_share


def accelerator_hours(
    training_flop: FLOP, peak_flop_per_second: FLOPPerSecond, mfu: Share, system_utilization: Share
) -> AcceleratorHours:
    r"""Hours of accelerators the final run holds, downtime and repeats contained.

    .. math:: h = \frac{C}{P \cdot \mathrm{mfu} \cdot u \cdot 3600}

    ``mfu`` is in-step, of the dense BF16 peak. GPT-3's 3.55 million V100-hours:

    >>> round(accelerator_hours(3.14e23, 125e12, 0.1965, 1.0))
    3551032

    Patterson et al. 2021, arXiv:2104.10350, Table 4.
    """
    return training_flop / (peak_flop_per_second * mfu * system_utilization) / SECONDS_PER_HOUR


def training_days(accelerator_hours: AcceleratorHours, accelerator_count: Accelerators) -> Days:
    """Wall-clock length of the final run.

    >>> round(training_days(3.552e6, 10_000), 3)
    14.8
    """
    return accelerator_hours / accelerator_count / HOURS_PER_DAY


def end_to_end_utilization(
    training_flop: FLOP, accelerator_hours: AcceleratorHours, peak_flop_per_second: FLOPPerSecond
) -> Ratio:
    """Training arithmetic over all that the held accelerators could have done at peak.

    Published runs lie between 0.20 and 0.48.

    >>> round(end_to_end_utilization(3.8e25, 30.84e6, 989.4e12), 3)
    0.346
    """
    return training_flop / (accelerator_hours * SECONDS_PER_HOUR * peak_flop_per_second)
