"""The command line."""

from __future__ import annotations

import click

from simulator.commands import (
    batches,
    comparisons,
    decisions,
    drivers,
    forecasts,
    pictures,
    predictions,
    prices,
    savings,
    scenarios,
    stored,
)
from simulator.terminal.endings import Commands
from simulator.version import __version__


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="traincost")
def main() -> None:
    """What it costs to train a large language model, as a distribution.

    Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 bad input or failure, 2 wrong usage,
    130 interrupted; of check also 3 over, 4 undecided.
    """


for command in (
    scenarios.run,
    batches.batch,
    scenarios.validate,
    scenarios.priors,
    scenarios.explain_command,
    stored.report,
    stored.runs,
    stored.verify_command,
    drivers.tornado_command,
    drivers.sensitivity_command,
    decisions.decide_command,
    decisions.audit_command,
    savings.levers_command,
    forecasts.forecast_command,
    pictures.plot,
    comparisons.compare_command,
    comparisons.check_command,
    prices.fit,
    predictions.backtest_command,
    predictions.claims_command,
):
    main.add_command(command)
