"""What models of later years cost, and which size of model a budget buys."""

from simulator.forecast.forecast import forecast, load_growing

__all__ = ["forecast", "load_growing"]
