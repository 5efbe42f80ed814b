"""Pictures."""

import click


@click.command()
def plot() -> None:
    """Draw."""
