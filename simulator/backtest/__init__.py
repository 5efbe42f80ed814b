"""Published training runs predicted from what was knowable before them, and how well."""

from simulator.backtest.predicting import backtest
from simulator.backtest.published import read_published

__all__ = ["backtest", "read_published"]
