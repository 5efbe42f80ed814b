"""Runs, comparisons, decisions and quotes as pictures: which numbers each kind of picture shows.

``runs``, ``comparisons``, ``decisions`` and ``prices`` turn what was computed into what :mod:`simulator.plots` draws.
"""

from simulator.pictures.comparisons import comparison_picture
from simulator.pictures.decisions import decision_picture
from simulator.pictures.prices import quotes_picture
from simulator.pictures.runs import converged, labelled, picture, tornado_picture

__all__ = [
    "comparison_picture",
    "converged",
    "decision_picture",
    "labelled",
    "picture",
    "quotes_picture",
    "tornado_picture",
]
