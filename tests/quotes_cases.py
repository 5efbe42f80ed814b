"""Quotes made in the test: small files and prices of known models."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import exp, log
from pathlib import Path

import numpy as np

from simulator.quotes.selecting import Catalogue, Overhead, Priced

HEAD = "date,chip,kind,vendor,price,basis"
START = date(2022, 1, 1)
CATALOGUE = Catalogue({"H100": "H100-SXM"}, {"H100-SXM": Overhead(1.4, 0.08)})


def a_file(folder: Path, *rows: str, head: str = HEAD) -> Path:
    """A CSV file with these rows."""
    path = folder / "quotes.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def asked(
    prices: Sequence[float], *, step: int = 30, vendor: str = "", server: bool = False, chip: str = "X"
) -> tuple[Priced, ...]:
    """Prices so many days apart, each of a vendor of its own unless one is named."""
    return tuple(
        Priced(START + timedelta(k * step), chip, vendor or f"v{k}", p, log(p), server, 1.0, k + 2)
        for k, p in enumerate(prices)
    )


def markets(chips: int, quotes: int, *, seed: int) -> dict[str, tuple[Priced, ...]]:
    """Prices of chips whose level moves as the model has it, by vendors that scatter by 0.3."""
    rng = np.random.default_rng(seed)
    days = np.arange(quotes) * 45
    apart = np.abs(days[:, None] - days[None, :]) / 365.25
    root = np.linalg.cholesky(0.26**2 * np.exp(-apart / 2.0) + 1e-12 * np.eye(quotes))
    return {
        f"c{chip}": asked(
            [exp(v) for v in root @ rng.standard_normal(quotes) + 0.3 * rng.standard_normal(quotes)],
            step=45,
            chip=f"c{chip}",
        )
        for chip in range(chips)
    }
