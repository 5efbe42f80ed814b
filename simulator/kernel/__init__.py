"""The compiled engine: model and priors in, columns of draws out. The only home of numba."""

from simulator.kernel.engine import Engine

__all__ = ["Engine"]
