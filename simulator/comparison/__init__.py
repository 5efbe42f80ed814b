"""Two scenarios compared on the same draws: what changed, and which difference changed it by how much."""
