"""Stored histograms made fit to be drawn: bars of one width, merged until they are smooth.

The first and the last stored bar reach out to the least and the greatest draw; where they are wider than
the others they are left out, and what lies in them is told in words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.plots.data import Array, Spread

FEW = 12  # values that are drawn one by one
SKEWED = 0.1  # a median nearer to the left end than this share of the range: the tail is cut at P95
SMOOTHEST, ROUGHEST = 20, 66  # bars
WIDER = 1.5  # than the others: an outer bar is left out


@dataclass(frozen=True)
class Picture:
    """Bars that can be drawn, with the shares of the draws beyond them."""

    edges: Array
    shares: Array  # of the draws, by bar
    below: float
    beyond: float
    values: Array  # where the draws take a few values, each of these; else none

    @property
    def heights(self) -> Array:
        """Density: share over width."""
        found: Array = self.shares / np.diff(self.edges)
        return found


def picture(spread: Spread) -> Picture:
    """The bars of a histogram, or the few values that its draws take."""
    edges, shares = spread.edges.astype(float), spread.counts / spread.counts.sum()
    met = np.flatnonzero(spread.counts)
    if np.median(np.diff(edges)) <= 0.0:
        return Picture(edges, np.ones(1), 0.0, 0.0, np.array([spread.at(50)]))
    if len(met) <= FEW:
        return Picture(edges, shares[met], 0.0, 0.0, _values(edges, met))
    edges, shares, below = _first(edges, shares)
    edges, shares, beyond = _last(edges, shares)
    keep = _shown(spread, edges)
    beyond += float(shares[keep:].sum())
    edges, shares = _merged(edges[: keep + 1], shares[:keep], _bars(int(spread.counts.sum())))
    return Picture(edges, shares, below, beyond, np.zeros(0))


def _values(edges: Array, met: Array) -> Array:
    """About where the draws of some bars are: the outer ones at the ends."""
    middles = (edges[:-1] + edges[1:]) / 2.0
    middles[0], middles[-1] = edges[0], edges[-1]
    found: Array = middles[met]
    return found


def _first(edges: Array, shares: Array) -> tuple[Array, Array, float]:
    """Leave out a first bar that reaches far down."""
    if edges[1] - edges[0] > WIDER * (edges[2] - edges[1]):
        return edges[1:], shares[1:], float(shares[0])
    return edges, shares, 0.0


def _last(edges: Array, shares: Array) -> tuple[Array, Array, float]:
    """Leave out a last bar that reaches far up; join one of nearly no width to the bar before it."""
    ratio = (edges[-1] - edges[-2]) / (edges[-2] - edges[-3])
    if ratio > WIDER:
        return edges[:-1], shares[:-1], float(shares[-1])
    if ratio < 1.0 / WIDER:
        return np.delete(edges, -2), np.append(shares[:-2], shares[-2:].sum()), 0.0
    return edges, shares, 0.0


def _shown(spread: Spread, edges: Array) -> int:
    """How many bars to draw: all, or those up to P95 of a distribution with a long tail."""
    if spread.at(50) - edges[0] >= SKEWED * (edges[-1] - edges[0]):
        return len(edges) - 1
    return max(int(np.searchsorted(edges, spread.at(95))), SMOOTHEST)


def _bars(draws: int) -> int:
    """How many bars so many draws fill smoothly (Rice's rule)."""
    return int(np.clip(2.0 * draws ** (1.0 / 3.0), SMOOTHEST, ROUGHEST))


def _merged(edges: Array, shares: Array, bars: int) -> tuple[Array, Array]:
    """Join neighbours so that no more than so many bars remain."""
    starts = np.arange(0, len(shares), -(-len(shares) // bars))
    return np.append(edges[starts], edges[-1]), np.add.reduceat(shares, starts)
