"""How a command ends: its exit code, and one message where it fails."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import click

from simulator.errors import SimulatorError


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
