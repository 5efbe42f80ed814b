"""Published claims held against the model: each against the matching quantity of the matching case."""
