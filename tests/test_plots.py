"""Pictures: readable in awkward cases, true to what they show, the same bytes every time."""

from __future__ import annotations

import os
import subprocess
import sys
from errno import ENOSPC
from functools import cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from plots_cases import (
    CASES,
    LONG,
    a_bar,
    a_tornado,
    draw_curve,
    draw_distribution,
    draw_matrix,
    draw_tornado,
    lognormal,
    many,
    outside,
    overlapping,
    shares,
    spread_of,
    texts,
)

from simulator.errors import InputError
from simulator.plots import Spread, distribution, figure, save, tornado
from simulator.plots.histograms import picture
from simulator.plots.style import BLUE, NOISE, ORANGE

ENDINGS = (".png", ".svg")


def axes(made: Figure) -> Axes:
    return made.axes[0]


def written(made: Figure) -> str:
    return "\n".join(text for text, _ in texts(made))


def bars(made: Figure) -> list[tuple[int, float, float, str]]:
    """Row, ends and colour of every piece of a bar."""
    found = [patch for patch in axes(made).patches if isinstance(patch, Rectangle)]
    return [
        (
            round(p.get_y() + p.get_height() / 2),
            p.get_x(),
            p.get_x() + p.get_width(),
            to_hex(p.get_facecolor()),
        )
        for p in found
    ]


@cache
def drawn(name: str) -> Figure:
    return CASES[name]()


@pytest.mark.parametrize("name", CASES)
def test_every_text_is_whole_and_apart(name: str) -> None:
    """No text is cut by the figure's edge and no two overlap."""
    made = drawn(name)
    found = texts(made)
    assert not outside(made, found)
    assert not overlapping(found)


@pytest.mark.parametrize("name", CASES)
def test_no_text_is_too_small_at_half_a_page(name: str) -> None:
    """Every text has 9 points or more in a figure 6.5 inches wide."""
    made = drawn(name)
    sizes = [t.get_fontsize() for t in made.findobj(mpl.text.Text) if t.get_text()]
    assert min(sizes) >= 9.0


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", ["tornado", "published close together", "curves", "correlations"])
def test_the_same_picture_is_the_same_bytes(name: str, ending: str, tmp_path: Path, no_waiting: None) -> None:
    """A picture drawn twice is byte-identical, and tells neither when nor by what it was made."""
    one, other = (save(CASES[name](), tmp_path / f"{n}{ending}").read_bytes() for n in (1, 2))
    assert one == other
    assert b"Software" not in one and b"dc:date" not in one and b"Matplotlib v" not in one


@pytest.mark.parametrize("ending", ENDINGS)
def test_another_process_draws_the_same_bytes(ending: str, tmp_path: Path, no_waiting: None) -> None:
    """Neither the hash seed nor a matplotlibrc of the reader's own changes a picture."""
    (tmp_path / "matplotlibrc").write_text("font.size: 20\naxes.facecolor: red\ntext.usetex: True\n")
    other = tmp_path / f"other{ending}"
    code = "from plots_cases import CASES; from simulator.plots import save; "
    code += f"save(CASES['curve'](), {str(other)!r})"
    root = Path(__file__).parent
    paths = os.pathsep.join([str(root), str(root.parent)])
    environment = {**os.environ, "MATPLOTLIBRC": str(tmp_path), "PYTHONHASHSEED": "7", "PYTHONPATH": paths}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert other.read_bytes() == save(CASES["curve"](), tmp_path / f"one{ending}").read_bytes()


@pytest.mark.parametrize("module", ["simulator", "simulator.cli", "simulator.sensitivity.tornado"])
def test_matplotlib_is_loaded_only_for_pictures(module: str) -> None:
    """Importing the rest of the package does not import matplotlib, and pictures do not import pyplot."""
    code = f"import sys, {module}; assert 'matplotlib' not in sys.modules\n"
    code += "import simulator.plots; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)


def test_the_readers_own_style_is_left_alone() -> None:
    """Drawing changes nothing in matplotlib's settings."""
    before = dict(mpl.rcParams)
    CASES["curve"]()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", ["a.pdf", "a", "a.png.gz"])
def test_other_endings_are_refused(name: str, tmp_path: Path) -> None:
    """A picture is PNG or SVG; anything else is an error that names both, and leaves no file."""
    with pytest.raises(InputError, match=r"\.png or \.svg"):
        save(figure(2, 2)[0], tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_picture_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where writing fails, the error is the system's, the old file is whole and nothing else is there."""
    place = tmp_path / "a.png"
    place.write_bytes(b"old")

    def fail(handle: int) -> None:
        raise OSError(ENOSPC, "the disk is full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk is full"):
        save(figure(2, 2)[0], place)
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"] and place.read_bytes() == b"old"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing folder is neither made nor hidden, and a folder is no file."""
    with pytest.raises(InputError, match="there is no folder"):
        save(figure(2, 2)[0], tmp_path / "none" / "a.svg")
    (tmp_path / "a.png").mkdir()
    with pytest.raises(InputError, match="this is a folder"):
        save(figure(2, 2)[0], tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == [tmp_path / "a.png"]


def test_an_ending_may_be_in_capitals(tmp_path: Path, no_waiting: None) -> None:
    """a.PNG is a PNG."""
    assert save(figure(2, 2)[0], tmp_path / "a.PNG").read_bytes()[1:4] == b"PNG"


def test_each_side_of_a_swing_has_the_colour_of_its_input() -> None:
    """An inverse relation has the low input's colour on the right."""
    made = draw_tornado(a_tornado(a_bar("gpu_price", 3e8, 8e8), a_bar("mfu", 6e8, 4.5e8)))
    assert set(bars(made)) == {
        (0, 5e8, 3e8, ORANGE.lower()), (0, 5e8, 8e8, BLUE.lower()),
        (1, 5e8, 6e8, ORANGE.lower()), (1, 5e8, 4.5e8, BLUE.lower()),
    }  # fmt: skip


def test_both_ends_of_a_bar_are_seen_on_one_side() -> None:
    """Where both ends are above the baseline the shorter piece is drawn over the longer one."""
    made = draw_tornado(a_tornado(a_bar("mfu", 6e8, 7e8)))
    assert [end for _, _, end, _ in bars(made)] == [7e8, 6e8]


def test_noise_is_grey() -> None:
    """A bar that chance could have made has no colour, and the legend says so."""
    made = draw_tornado(a_tornado(a_bar("mfu", 3e8, 8e8, 1e6), a_bar("pue", 4.99e8, 5.01e8, 1e6)))
    assert {colour for row, _, _, colour in bars(made) if row == 1} == {NOISE.lower()}
    assert "no more than noise" in written(made)


def test_neighbours_of_unresolved_order_are_bracketed() -> None:
    """One bracket joins each run of rows whose order is not resolved; without any there is no bracket."""
    close = [
        a_bar(name, 5e8 - half, 5e8 + half)
        for name, half in zip("abcde", (3e8, 2e8, 2e8, 2e8, 1e8), strict=True)
    ]
    made = draw_tornado(a_tornado(*close))
    found = [line for line in axes(made).lines if line.get_gid() == "bracket"]
    assert [(min(line.get_ydata()), max(line.get_ydata())) for line in found] == [(0.8, 3.2)]
    assert "order not resolved" in written(made)
    assert "order not resolved" not in written(draw_tornado(many(8)))


def test_the_bars_left_over_are_combined() -> None:
    """The others are one hatched bar: the root of the sum of squares on each side."""
    ends = [(5e8 - 4e8, 5e8 + 4e8), (5e8 - 3e7, 5e8 + 6e7), (5e8 + 8e7, 5e8 - 4e7)]
    made = draw_tornado(a_tornado(*(a_bar(f"i{i}", *end) for i, end in enumerate(ends))), top=1)
    low, high = sorted(end for row, _, end, _ in bars(made) if row == 1)
    assert (low, high) == pytest.approx((5e8 - 5e7, 5e8 + 1e8))
    assert "2 others\ncombined" in written(made) and "root of the sum of squares" in written(made)


def test_inputs_that_do_nothing_are_counted_not_drawn() -> None:
    """A note counts the inputs without any effect."""
    assert "Left out: 2 inputs with the same result at both ends" in written(draw_tornado(many()))


@pytest.mark.parametrize(("unit", "factor"), [("%", 1.0), ("1", 0.01)])
def test_shares_are_in_percent(unit: str, factor: float) -> None:
    """A variance tornado shows percentages from zero, whether they come as such or as fractions."""
    made = draw_tornado(shares(unit, factor))
    assert bars(made)[0][1:3] == pytest.approx((0.0, 40.0))
    assert "40.0%" in written(made) and "rises with the input" in written(made)


def test_errors_of_swings_are_drawn() -> None:
    """The whisker reaches 2.13 standard errors (Student's t, 15 degrees) to both sides of the outer end."""
    made = draw_tornado(a_tornado(a_bar("mfu", 4e8, 8e8, 1e7)))
    whisker = next(line for line in axes(made).lines if line.get_marker() == "|")
    assert whisker.get_xdata() == pytest.approx([8e8 - 2.13145e7, 8e8 + 2.13145e7])


def test_a_tornado_shows_inputs_and_outputs() -> None:
    """Beside each end stand the input's value and the quantity's."""
    found = written(draw_tornado(a_tornado(a_bar("mfu", 4e8, 8e8))))
    assert all(text in found for text in ("1.13e-5", "34.3k", "$400M", "$800M", "baseline\n$500M"))


def test_bars_have_the_area_of_their_draws() -> None:
    """The density of what is drawn, with the shares left out on both sides, adds up to one."""
    found = picture(spread_of(lognormal()))
    area = float((found.heights * np.diff(found.edges)).sum())
    assert area + found.below + found.beyond == pytest.approx(1.0)
    assert 0.004 < found.beyond < 0.006 and len(found.heights) <= 66


def test_what_is_not_drawn_is_told() -> None:
    """A note says which share of the draws is beyond the axis."""
    made = draw_distribution(spread_of(lognormal()))
    assert "Not drawn: 0.5% of the draws above" in written(made)
    assert axes(made).get_xlim()[1] < lognormal().max()


def test_published_figures_are_numbered() -> None:
    """The legend gives each number its value, its label and the chance of being at or below it."""
    found = written(draw_distribution(spread_of(lognormal()), ("One", 5e8), (LONG, 1e15)))
    assert "(1) $500M: One (50" in found and "(2) $1,000T" in found and "2▸" in found


def test_a_budget_is_read_off() -> None:
    """The budget's line says the chance of keeping it, the percentile's its value."""
    one = spread_of(lognormal())
    found = written(draw_curve(one, budget=one.at(50)))
    assert "50% chance" in found and "P80\n" in found and "chance of being at or below" in found


def test_a_percentile_that_was_looked_up_is_used() -> None:
    """Percentiles beside the histogram are exact and go before what its bars say."""
    ends, counts = np.linspace(0.0, 1.0, 201), np.ones(200, int)
    assert Spread("a", "b", "1", ends, counts, {80.0: 0.7999}).at(80) == 0.7999
    assert Spread("a", "b", "1", ends, counts, {}).at(80) == pytest.approx(0.8)


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_what_no_axis_can_hold_is_refused(value: float) -> None:
    """A quantity that is not finite in every draw is an error, not an empty picture."""
    broken = Spread("a run", "total_cost", "USD", np.append(np.arange(200.0), value), np.ones(200, int), {})
    with pytest.raises(InputError, match="finite"):
        distribution(figure(2, 2)[1], broken)


def test_only_the_lower_triangle_is_drawn() -> None:
    """Cells on and above the diagonal stay empty, and small correlations have no number."""
    made = draw_matrix(4)
    assert np.isfinite(axes(made).collections[0].get_array().filled(np.nan)).sum() == 6
    assert ".00" not in written(made)


def test_axes_share_a_figure() -> None:
    """Two pictures stand side by side, each in its own part of the figure."""
    made = Figure(figsize=(16, 11))
    left, right = made.subplots(1, 2)
    tornado(left, many())
    assert distribution(right, spread_of(lognormal())) is right
    assert not outside(made, texts(made)) and not overlapping(texts(made))


def test_where_a_picture_cannot_be_written_its_own_name_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message of the system names the file that was asked for, not the one written beside it."""

    def refused(self: Path, *args: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    drawn, _ = figure(2.0, 2.0)
    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(PermissionError) as caught:
        save(drawn, tmp_path / "fan.png")
    assert caught.value.filename == str(tmp_path / "fan.png")


def test_a_curve_ends_where_draws_are_few() -> None:
    """Of a long last bar no line is drawn, and of a budget within it no more is said than is known."""
    one, two = spread_of(lognormal(5e8, 1.0)), spread_of(lognormal(4e8, 1.0), label="another")
    budget = 0.5 * (one.usual[1] + one.edges[-1])
    made = draw_curve(one, two, budget=budget)
    assert made.axes[0].lines[0].get_xdata()[-1] == one.usual[1] < one.edges[-1]
    assert ">99.5% within budget" in written(made)
