"""What levers save, one by one and together, on the same draws."""

from simulator.savings.playing import at_play
from simulator.savings.ranking import rank

__all__ = ["at_play", "rank"]
