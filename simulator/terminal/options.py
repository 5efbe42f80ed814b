"""The options that commands share: how numbers are read, what scenarios are run with, how data is printed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

FORMATS = ("table", "markdown", "json", "csv")

STATISTIC = re.compile(r"[pP](\d{1,2}(?:\.\d+)?)", re.ASCII)
FOLDER = click.Path(path_type=Path)

Command = Callable[..., Any]


class Number(click.ParamType[float]):
    """A number as scenarios write it: 1e6, 1_000_000, 10k, 1.5M."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from simulator.scenario.reader import number

        found = number(value) if isinstance(value, str) else value
        if found is None:
            self.fail(f"{value!r} is not a number; write for example 1e6, 1_000_000 or 1.5M", param, ctx)
        return float(found)


class Whole(Number):
    """A whole number as scenarios write it."""

    name = "integer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = super().convert(value, param, ctx) if isinstance(value, str) else value
        if found != int(found):
            self.fail(f"{value!r} is not a whole number", param, ctx)
        return int(found)


class Day(click.ParamType[date]):
    """A date as scenarios write it: 2026-11-28, or 2026-11 for its last day."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        from simulator.scenario.dates import last_day

        found = last_day(value) if isinstance(value, str) else value
        if found is None:
            self.fail(f"{value!r} is no date; write for example 2026-11-28 or 2026-11", param, ctx)
        return date.fromisoformat(str(found))


class FirstDay(Day):
    """A date from or before which something is: 2026-11-28, or 2026-11 for its first day."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        last = super().convert(value, param, ctx)
        return date.fromisoformat(f"{value}{'-01-01'[len(value) - 4 :]}") if isinstance(value, str) else last


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


class Percentile(click.ParamType[float]):
    """A percentile as people write it: p80."""

    name = "percentile"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = STATISTIC.fullmatch(value) if isinstance(value, str) else None
        level = float(found[1]) if found else 0.0
        if not 0.0 < level < 100.0:
            self.fail(f"{value!r} is no percentile; write for example p80", param, ctx)
        return level


class Metric(Percentile):
    """A statistic: mean, which is None, or a percentile."""

    name = "metric"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return None if value == "mean" else super().convert(value, param, ctx)


def shipped_levers() -> str:
    """The names of the levers in the package, read off its folder: importing them would take long."""
    files = (Path(__file__).parents[1] / "levers").glob("[!_]*.py")
    return ", ".join(sorted(file.stem for file in files))


def simulated_by(draws: int, sampler: str, what: str) -> Callable[[Command], Command]:
    """The options of a command that takes a scenario: so many draws of this sampler unless told otherwise."""
    return _all_of(
        click.option(
            "--book",
            type=click.Path(),
            help="Take the priors from this book instead of the scenario's; a path from the current folder.",
        ),
        click.option("-n", "--draws", type=Whole(), default=draws, show_default=True, help=what),
        click.option("--seed", type=Whole(), default=1, show_default=True, help="Seed of every stream."),
        click.option(
            "--sampler",
            default=sampler,
            show_default=True,
            help="How draws are spread: random (each independent of the others) or sobol (evenly, in 16 "
            "scrambled nets; far smaller errors of means; draws are rounded up to 16 times a power of two).",
        ),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="KEY=VALUE",
            help="Lay a value over the scenario, in its own YAML; repeat for more. A value: mfu=0.4, "
            "plan.procurement=rent. A prior: 'mfu={pert: {low: 0.2, mode: 0.3, high: 0.5}}'. "
            "A computed quantity, which is then given: accelerator_hours=30.84M.",
        ),
        click.option(
            "--lever",
            "levers",
            multiple=True,
            metavar="NAME|FILE.py",
            help="Apply a lever or a file of your own formulas; repeat to stack. "
            f"Shipped: {shipped_levers()}.",
        ),
        threads_option,
    )


def _all_of(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorated(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


def threads_option(command: Command) -> Command:
    """How many threads compute."""
    return click.option("--threads", type=Whole(), help="Threads (default: one a processor).")(command)


simulation_options = simulated_by(1_000_000, "random", "Number of draws.")


def format_option(command: Command) -> Command:
    """How data is printed."""
    kind = click.Choice(FORMATS)
    return click.option("--format", "style", type=kind, default="table", show_default=True)(command)


def quiet_option(command: Command) -> Command:
    """Whether notes are printed."""
    return click.option("--quiet", is_flag=True, help="No notes on stderr.")(command)


def currency_option(command: Command) -> Command:
    """In which currency money is printed."""
    text = "Print money in this currency, at each draw's exchange rate; in JSON it stands beside the dollars."
    kind = click.Choice(("USD", "CNY"))
    return click.option("--currency", type=kind, help=text)(command)


def results_option(command: Command) -> Command:
    """Where runs are stored."""
    return click.option(
        "-o", "--output", default="results", show_default=True, type=FOLDER, help="Folder of results."
    )(command)


def stored_option(command: Command) -> Command:
    """Where a stored run that is named by its folder's name, or how that begins, is looked for."""
    return click.option(
        "--results", default="results", show_default=True, type=FOLDER, help="Folder of stored runs."
    )(command)


def picture_option(command: Command) -> Command:
    """Where a picture is written."""
    text = "Write the picture to this file, .png or .svg."
    return click.option("-o", "--output", type=FOLDER, metavar="FILE", callback=_writable, help=text)(command)


def _writable(context: click.Context, option: click.Parameter, place: Path | None) -> Path | None:
    """The picture's file, refused before anything is computed where no picture can be written."""
    if place:
        from simulator.plots import check_ending

        check_ending(place)
    return place


def quantity_option(command: Command) -> Command:
    """Which quantity is looked at."""
    text = "The quantity looked at."
    return click.option("--quantity", default="total_cost", show_default=True, help=text)(command)


def top_option(command: Command) -> Command:
    """How many inputs are shown."""
    kind, text = click.IntRange(1), "So many inputs one by one, the others together."
    return click.option("--top", type=kind, default=12, show_default=True, help=text)(command)
