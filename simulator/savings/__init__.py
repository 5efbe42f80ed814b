"""What levers save, one by one and together, on the same draws."""
