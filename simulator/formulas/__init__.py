"""What training costs: the formulas, one file per dimension of the cost.

A formula is a pure scalar function named after the quantity it computes; its arguments name the
quantities it needs; its annotations are their units. Files here import ``math`` and
``simulator.units`` and nothing else: the compiled loop is named by a hash of their bytes.
"""
