"""The command line: each command is one library call and its printing."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.errors import Complaint, InputError, SimulatorError
from simulator.version import __version__

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario
    from simulator.simulation import Settings

FORMATS = ("table", "markdown", "json", "csv")
STORED_DRAWS = 10_000


class Number(click.ParamType[float]):
    """A number as scenarios write it: 1e6, 1_000_000, 10k, 1.5M."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from simulator.scenario.reader import number

        found = number(value) if isinstance(value, str) else value
        if found is None:
            self.fail(f"{value!r} is not a number; write for example 1e6, 1_000_000 or 1.5M", param, ctx)
        return found


class Whole(Number):
    """A whole number as scenarios write it."""

    name = "integer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = super().convert(value, param, ctx)
        if found != int(found):
            self.fail(f"{value!r} is not a whole number", param, ctx)
        return int(found)


class Levels(click.ParamType[tuple[float, ...]]):
    """Percentile levels, separated by commas."""

    name = "levels"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...]:
        if not isinstance(value, str):
            return tuple(value)
        try:
            return tuple(sorted({float(level) for level in value.split(",")}))
        except ValueError:
            self.fail(f"{value!r} is no list of percentiles; write for example 5,50,95", param, ctx)


class Commands(click.Group):
    """A group whose errors are one message on stderr and exit code 1, or 130 after an interrupt."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a command; by itself, end the process with its exit code."""
        command = partial[Any](super().main, *args, standalone_mode=False, **extra)
        return sys.exit(self._exit_code(command)) if standalone_mode else command()

    def _exit_code(self, command: Callable[[], int | None]) -> int:
        try:
            _check_stdout()
            code = command()
            sys.stdout.flush()
            return code or 0
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except OSError as error:
            return _unwritten(error)
        except (click.Abort, KeyboardInterrupt):
            click.echo("Interrupted; nothing half-written.", err=True)
            return 130

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what this library raises is a message."""
        try:
            return super().invoke(ctx)
        except SimulatorError as error:
            raise click.ClickException(str(error)) from None


def _check_stdout() -> None:
    """Refuse to compute what cannot be printed: with a closed stdout Python drops every line."""
    if sys.stdout is None:
        raise click.ClickException("standard output is closed; send it to a file or to /dev/null")


def _unwritten(error: OSError) -> int:
    """The exit code where output failed; what is still buffered goes nowhere, lest it fail again at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno != errno.EPIPE:  # a reader that has enough, as head has, is no failure
        what = f"{error.filename}: " if error.filename else "the output cannot be written: "
        click.echo(f"Error: {what}{error.strerror or error}", err=True)
    return 1


Command = Callable[..., Any]


def simulation_options(command: Command) -> Command:
    """The options of every command that takes a scenario."""
    for option in reversed(
        [
            click.option(
                "--book", type=click.Path(), help="Take the priors from this book instead of the scenario's."
            ),
            click.option(
                "-n", "--draws", type=Whole(), default=1_000_000, show_default=True, help="Number of draws."
            ),
            click.option("--seed", type=Whole(), default=1, show_default=True, help="Seed of every stream."),
            click.option(
                "--sampler", default="random", show_default=True, help="How draws are spread: random."
            ),
            click.option(
                "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Lay a value over the scenario."
            ),
            click.option(
                "--lever",
                "levers",
                multiple=True,
                help="Apply a lever, by name or .py file; repeat to stack.",
            ),
            click.option("--threads", type=Whole(), help="Threads (default: one a processor)."),
        ]
    ):
        command = option(command)
    return command


def format_option(command: Command) -> Command:
    """How data is printed."""
    return click.option("--format", "style", type=click.Choice(FORMATS), default="table", show_default=True)(
        command
    )


def quiet_option(command: Command) -> Command:
    """Whether notes are printed."""
    return click.option("--quiet", is_flag=True, help="No notes on stderr.")(command)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="traincost")
def main() -> None:
    """What it costs to train a large language model, as a distribution.

    Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 bad input or failure, 2 wrong usage,
    130 interrupted.
    """


@main.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO…", type=click.Path())
@simulation_options
@click.option("--percentiles", "levels", type=Levels(), default="5,10,50,80,90,95", show_default=True)
@click.option("--budget", type=Number(), help="Report the chance that the total stays within this many USD.")
@click.option("--keep", type=click.Choice(["draws"]), help="Store all draws, not the first 10,000.")
@click.option(
    "-o", "--output", default="results", show_default=True, type=click.Path(), help="Folder of results."
)
@click.option("--name", default="", help="A name for the run (one scenario).")
@format_option
@quiet_option
def run(
    scenarios: tuple[str, ...],
    levels: tuple[float, ...],
    budget: float | None,
    keep: str | None,
    output: str,
    name: str,
    style: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Simulate scenarios, store each run and print its percentiles."""
    from simulator.report import render
    from simulator.running import run_and_store

    loaded, how = _load_all(scenarios, options, quiet), _settings(options, levels)
    kept = how.draws if keep else STORED_DRAWS
    command = " ".join(["traincost", *sys.argv[1:]])
    found = [
        run_and_store(s, how, Path(output), name=name, budget=budget, keep=kept, command=command)
        for s in loaded
    ]
    click.echo(render(found, style))


@main.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO…", type=click.Path())
@simulation_options
@quiet_option
def validate(scenarios: tuple[str, ...], quiet: bool, **options: Any) -> None:
    """Read scenarios with their books and say what is wrong with them."""
    for path, scenario in zip(scenarios, _load_all(scenarios, options, quiet), strict=True):
        uncertain = sum(not prior.is_fixed for prior in scenario.priors.values())
        components = len(scenario.model.components)
        click.echo(
            f"{path}: good; {components} components, {uncertain} uncertain inputs, book {scenario.book}"
        )


@main.command()
@click.argument("scenario", type=click.Path())
@simulation_options
@format_option
@quiet_option
def priors(scenario: str, style: str, quiet: bool, **options: Any) -> None:
    """Print every input's P5, P50 and P95 after truncation, its unit, source and date."""
    from simulator import explain

    click.echo(explain.PRIORS_STYLES[style](_load_all((scenario,), options, quiet)[0]))


@main.command("explain")
@click.argument("scenario", type=click.Path())
@click.argument("name", default="total_cost", metavar="[QUANTITY]")
@simulation_options
@quiet_option
def explain_command(scenario: str, name: str, quiet: bool, **options: Any) -> None:
    """Show what a quantity is computed from: formulas, units, medians and sources, as a tree."""
    from simulator import explain

    found, how = _load_all((scenario,), options, quiet)[0], _settings(options)
    explain.check_name(found, name)
    click.echo(explain.tree(found, name, explain.medians(found, how.seed, how.threads)))


@main.command()
@click.argument("path", metavar="RUN", type=click.Path())
@format_option
def report(path: str, style: str) -> None:
    """Print the report of a stored run."""
    from simulator.report import render
    from simulator.results import load

    click.echo(render([load(Path(path)).summary], style))


@main.command()
@click.option(
    "-o", "--output", default="results", show_default=True, type=click.Path(), help="Folder of results."
)
@format_option
def runs(output: str, style: str) -> None:
    """List the stored runs, newest first."""
    from simulator.running import catalogue_text

    click.echo(catalogue_text(Path(output), style))


def _load_all(paths: tuple[str, ...], options: dict[str, Any], quiet: bool) -> list[Scenario]:
    """Every scenario, or every complaint about all of them."""
    from simulator import load_scenario

    chosen = {key: options[key] for key in ("book", "settings", "levers")}
    scenarios: list[Scenario] = []
    complaints: list[Complaint] = []
    for path in paths:
        try:
            scenarios.append(load_scenario(path, **chosen))
        except InputError as error:
            complaints += error.complaints
    if complaints:
        raise InputError(dict.fromkeys(complaints))
    for scenario in scenarios:
        if scenario.ignored and not quiet:
            click.echo(f"note: {', '.join(scenario.ignored)}: ignored, nothing needs it here", err=True)
    return scenarios


def _settings(options: dict[str, Any], levels: tuple[float, ...] | None = None) -> Settings:
    from simulator.simulation import LEVELS, Settings, check_settings

    how = Settings(
        options["draws"], options["seed"], options["sampler"], options["threads"], levels or LEVELS
    )
    check_settings(how)
    return how
