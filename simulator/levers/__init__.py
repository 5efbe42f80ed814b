"""What could be done about the cost: one module a lever, in the language of the formulas."""
