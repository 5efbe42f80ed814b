"""What could be done about the cost: one module a lever, in the language of the formulas.

A module's docstring is the lever's card (:mod:`simulator.cards`): its title, ``Kind:``, and where it applies
``Excludes:``, ``Extends:``, ``Quality:``, ``Assumes:``. Its formulas wrap or replace those of the model; the
size of its effect is a prior in the books.
"""
