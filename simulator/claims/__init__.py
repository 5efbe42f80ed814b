"""Published claims held against the model: each against the matching quantity of the matching case."""

from simulator.claims.judging import judge
from simulator.claims.power_law import fitted
from simulator.claims.reading import read_claims

__all__ = ["fitted", "judge", "read_claims"]
