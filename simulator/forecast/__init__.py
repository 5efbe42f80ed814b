"""What models of later years cost, and which size of model a budget buys."""

from simulator.forecast.forecast import forecast

__all__ = ["forecast"]
