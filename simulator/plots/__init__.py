"""Pictures: distributions, S-curves, breakdowns, tornados, waterfalls, fans, quotes, predictions and others.

Each function draws on matplotlib axes and returns them; :func:`figure` makes axes in the house style and
:func:`save` stores them. Nothing else in the package imports matplotlib.
"""

from simulator.plots.bars import breakdown
from simulator.plots.convergence import convergence
from simulator.plots.curves import s_curve
from simulator.plots.data import Converged, Part, Spread
from simulator.plots.densities import distribution
from simulator.plots.fan import fan
from simulator.plots.files import check_ending, figure, save
from simulator.plots.matrices import correlation
from simulator.plots.predictions import Predicted, Said, predictions, sayings
from simulator.plots.quotes import Quoted, quotes
from simulator.plots.rows import height_of
from simulator.plots.tornados import rows_of, tornado
from simulator.plots.waterfall import Rise, waterfall

__all__ = [
    "Converged",
    "Part",
    "Predicted",
    "Quoted",
    "Rise",
    "Said",
    "Spread",
    "breakdown",
    "check_ending",
    "convergence",
    "correlation",
    "distribution",
    "fan",
    "figure",
    "height_of",
    "predictions",
    "quotes",
    "rows_of",
    "s_curve",
    "save",
    "sayings",
    "tornado",
    "waterfall",
]
