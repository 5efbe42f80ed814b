"""Draws counted and looked up: percentiles, means and chances, each with its Monte Carlo error."""
