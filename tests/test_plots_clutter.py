"""Pictures without clutter: nothing is squeezed to a line or drawn where there is nothing to see."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from plots_cases import CASES, draw_curve, draw_parts, lognormal, spread_of, texts

from simulator.plots import Part


def written(made: Figure) -> str:
    return "\n".join(text for text, _ in texts(made))


def test_runs_of_unlike_size_stand_on_a_logarithmic_axis() -> None:
    """Runs within a factor of 5 keep a linear axis; so does a quantity that reaches 0."""
    small, like, large = (spread_of(lognormal(centre)) for centre in (2e5, 3e5, 6e8))
    zero = spread_of(np.r_[0.0, lognormal(2e5)])
    pairs = ((small, large), (small, like), (zero, large))
    assert [draw_curve(*pair).axes[0].get_xscale() for pair in pairs] == ["log", "linear", "linear"]
    assert "$100k" in written(draw_curve(small, large, budget=1e8))


def test_a_budget_of_nothing_is_left_of_a_logarithmic_axis() -> None:
    """A logarithm of 0 is not looked for."""
    made = draw_curve(spread_of(lognormal(2e5)), spread_of(lognormal(6e8)), budget=0.0)
    assert "outside the picture, on the left" in written(made)


def test_components_that_are_nothing_are_named_not_drawn() -> None:
    """A component that is 0 has no row; the note names it."""
    made = draw_parts(Part("a", "USD", 1.0, 0.5, 2.0), Part("b", "USD", 0.0, 0.0, 0.0))
    assert len(made.axes[0].patches) == 1 and "Left out, since they are 0: b" in written(made)


def test_what_no_input_moves_has_no_rows_of_nothing() -> None:
    """One line says that nothing moves it; the note counts the inputs."""
    found = written(CASES["no swing"]())
    assert "no input moves it" in found and "Left out: 14 inputs" in found
