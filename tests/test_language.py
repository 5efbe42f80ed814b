"""Files of formulas: what is in the language, and one complaint with its line for all that is not."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from conftest import CONFIGS, GPT4, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import load_scenario
from simulator.distributions import distribution
from simulator.errors import InputError
from simulator.extensions import user_module
from simulator.kernel import Engine
from simulator.language import complaints
from simulator.language.words import MATH_FUNCTIONS
from simulator.model import build, formulas_of

PACKAGE = sorted([*ROOT.glob("simulator/formulas/*.py"), *ROOT.glob("simulator/levers/*.py")])
HEAD = "import math\nfrom simulator.units import Component, Share, USD\n\n\n"
SIGNATURE = HEAD + "def z_cost(x: USD, y: Share) -> Component:\n"  # the body begins in line 6


def refusal(path: Path, text: str | bytes) -> str:
    """The message with which a file is refused."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as error:
        user_module(path)
    return str(error.value)


@pytest.mark.parametrize("path", PACKAGE, ids=lambda path: path.stem)
def test_the_package_keeps_its_own_rules(path: Path) -> None:
    """Every formula and lever that ships is in the language."""
    assert complaints(ast.parse(path.read_bytes()), path.name) == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("    pass\n", "6: pass is not in"),
        ("    return\n", "6: return gives no value"),
        ("    if x > y:\n        return x\n", "5: z_cost may end without a value"),
        ("    for i in 3:\n        x += i\n    return x\n", "6: a loop"),
        ("    while x > 1.0:\n        x /= 2.0\n    return x\n", "6: a loop"),
        ("    raise ValueError('x')\n", "6: raise is not in"),
        ("    if x > 2e8:\n        raise ValueError('x')\n    return x\n", "7: raise"),
        ("    assert x < 1e7\n    return x\n", "6: assert"),
        ("    try:\n        return x\n    except ValueError:\n        return y\n", "6: try"),
        ("    with x:\n        return y\n", "6: with"),
        ("    global x2\n    return x\n", "6: global"),
        ("    yield x\n", "6: a line that gives nothing a value"),
        ("    print(x)\n    return x\n", "6: a line that gives nothing a value"),
        ("    import os\n    return x\n", "6: an import within a function"),
        ("    def h(a): return a\n    return h(x)\n", "6: a function within a function"),
        ("    return sum(a for a in (x, y))\n", "6: a comprehension"),
        ("    return float(f'{x:.3f}')\n", "6: an f-string"),
        ("    return 'abc'\n", "6: 'abc' is not a real number"),
        ("    return None\n", "6: 'None' is not a real number"),
        ("    return x * 1j\n", "6: '1j' is not a real number"),
        ("    return [x, 1.0]\n", "6: a list"),
        ("    return (x, 1.0)\n", "6: a tuple"),
        ("    a, b = x, y\n    return a\n", "6: a value is given to one plain name"),
        ("    return {1: x}[1]\n", "6: a subscript"),
        ("    return x.real\n", "6: an attribute"),
        ("    return (a := x)\n", "6: an assignment within an expression"),
        ("    return (lambda a: a)(x)\n", "6: only functions are called, by their names"),
        ("    return max(*x)\n", "6: a star"),
        ("    return max(x)\n", "6: max takes two or more"),
        ("    return math.sqrt(x, y)\n", "6: sqrt takes 1 plain"),
        ("    return math.log(x=x)\n", "6: log takes 1 plain"),
        ("    return math.fsum(x)\n", "6: math.fsum is not compiled"),
        ("    return sqrt(x)\n", "6: sqrt is not imported; write from math import sqrt"),
        ("    return id(x) * 1.0\n", "6: id is not a function that formulas call"),
        ("    return z_cost(x)\n", "6: z_cost is a formula and is not called; name it among the arg"),
        ("    return z_cost\n", "6: z_cost is a formula, not a number"),
        ("    return x(y)\n", "6: x is not a function"),
        ("    return math\n", "6: math is not a number"),
        ("    return HOURS_PER_DAY\n", "6: HOURS_PER_DAY is not imported; write from simulator.units"),
        ("    price = x\n    return prize\n", "7: prize is unknown; Did you mean price?"),
        ("    if x > y:\n        a = x\n    return a\n", "8: a may have no value here"),
        ("    a += x\n    return a\n", "6: a may have no value here"),
        ("    return x & y\n", "6: & has no meaning"),
        ("    return ~x\n", "6: ~ has no meaning"),
        ("    return x is y\n", "6: in and is"),
        ("    return 10**30\n", "6: a whole number beyond 2^63"),
        ("    return 9**9**9**9\n", "6: a whole number beyond 2^63"),
        ("    return x * 9223372036854775808\n", "6: a whole number beyond 2^63"),
        ("    n = 10\n    return n ** n ** n\n", "7: whole numbers multiplied"),
        ("    return 1 // 0\n", "6: this cannot be computed"),
        ("    return (-8) ** 0.5\n", "6: (1.7"),
        ("    return 1e999\n", "6: inf is not a finite real number"),
        ("    return " + "(" * 150 + "x" + ")" * 150 + "\n    return é\n", "7: é is unknown"),
        ("    return " + "-" * 150 + "x\n", "6: nested deeper than 100"),
        (
            "    return max(" + "x, " * 500 + "x)\n",
            "5: z_cost has more than 1,000 names, numbers and operators",
        ),
        ("    return " + "-" * 60_000 + "x\n", "nested too deep to be read"),
    ],
)
def test_what_is_not_in_a_body(tmp_path: Path, body: str, message: str) -> None:
    """Each construct that formulas do not have is named with its file and line."""
    assert message in refusal(tmp_path / "mine.py", SIGNATURE + body)
    assert str(tmp_path / "mine.py") in refusal(tmp_path / "mine.py", SIGNATURE + body)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import os\n", "1: imports os; a file of formulas may import math and simulator.units only"),
        ("from . import x\n", "1: imports ."),
        ("from .units import x\n", "1: imports .units"),
        ("from math import *\n", "1: math has no * for formulas"),
        ("import simulator.units\n", "1: imports simulator.units whole"),
        (
            "from simulator.units import Shore\n",
            "1: simulator.units has no Shore for formulas; Did you mean Sha",
        ),
        ("from __future__ import division\n", "1: imports __future__"),
        ("o = __import__('os')\n", "1: a call"),
        ("raise SystemExit(3)\n", "1: raise"),
        ("raise BaseException('boo')\n", "1: raise"),
        ("1/0\n", "1: a line that gives nothing a value"),
        ("K = 1/0\n", "1: this cannot be computed: division by zero"),
        ("K = [0.25]\n", "1: a list"),
        ("K = 0.25\nK = 0.5\n", "2: K is defined twice, first in line 1"),
        ("K = 0.25\nK += 1.0\n", "2: an assignment that changes more"),
        ("K: Shares = 0.25\n", "1: Shares is no unit"),
        ("K: float\n", "1: an annotation that is no plain name, or has no value"),
        (
            "def z(x: USD) -> USD:\n    return x\nfrom simulator.units import USD\n",
            "3: an import stands below",
        ),
        ("__name__ = 3\n", "1: a constant is one plain name"),
        ("class Z:\n    pass\n", "1: a class"),
        ("z_cost = lambda a: 1e6\n", "1: a lambda"),
        ("if 1 > 0:\n    K = 3\n", "1: if"),
        (SIGNATURE + "    return x\ny_cost = z_cost\n", "7: z_cost is a formula, not a number"),
        (SIGNATURE + "    return x\ny_cost = z_cost(1, 2)\n", "7: a call"),
        (SIGNATURE + "    return x\n\n\ndef z_cost() -> USD:\n    return 1\n", "9: z_cost is defined twice"),
        (HEAD + "async def z_cost(x: USD) -> Component:\n    return x\n", "5: an async function"),
        (HEAD + "def _h(x):\n    return x\n", "5: _h is a helper"),
        (HEAD + "@abs\ndef z_cost(x: USD) -> USD:\n    return x\n", "6: z_cost has a decorator"),
        (HEAD + "def z_cost(x: USD = 1.0) -> USD:\n    return x\n", "5: z_cost: arguments are plain names"),
        (HEAD + "def z_cost(*x: USD) -> USD:\n    return 1.0\n", "5: z_cost: arguments are plain names"),
        (HEAD + "def z_cost(*, x: USD) -> USD:\n    return x\n", "5: z_cost: arguments are plain names"),
        (HEAD + "def z_cost(x: USD, /) -> USD:\n    return x\n", "5: z_cost: arguments are plain names"),
        (HEAD + "def z_cost(x, y: Share) -> USD:\n    return x\n", "5: z_cost: x has no unit"),
        (HEAD + "def z_cost(x: USD):\n    return x\n", "5: z_cost: the result has no unit"),
        (
            HEAD + "def z_cost(x: USDX) -> USD:\n    return x\n",
            "5: z_cost: x: USDX is no unit; Did you mean USD?",
        ),
        (
            HEAD + "def z_cost(x: Days) -> USD:\n    return x\n",
            "Days is not imported; write from simulator.u",
        ),
        (HEAD + "def z_cost(x: 'USD') -> USD:\n    return x\n", "5: z_cost: x: the unit is not a plain name"),
        (
            HEAD + "def z_cost(x: Component) -> USD:\n    return x\n",
            "x is annotated Component, which marks a",
        ),
        (HEAD + "x = 3.0\n\n\ndef z_cost(x: USD) -> USD:\n    return x\n", "8: x is a constant of this file"),
        (HEAD + "def z_cost(x: USD, x: USD) -> USD:\n    return x\n", "5: this is not Python"),
        ("def x(:\n", "1: this is not Python"),
        ("# coding: foobar\nx = 1\n", "this is not Python: unknown encoding"),
        (b"x = \xff\n", "1: this is not Python"),
        (b"x=\x00\n", "this is not Python"),
        ("K = 1.0\n", "there is no formula in it"),
        ("", "there is no formula in it"),
        ("#" * (1 << 16) + "\n", "larger than 65,536 bytes"),
    ],
)
def test_what_is_not_in_a_file(tmp_path: Path, text: str | bytes, message: str) -> None:
    """Outside of functions stand imports, numbers and formulas whose every argument has a unit."""
    assert message in refusal(tmp_path / "mine.py", text)


def test_all_complaints_come_at_once(tmp_path: Path) -> None:
    """One message has every line that is wrong, in the order of the file."""
    text = refusal(tmp_path / "mine.py", SIGNATURE + "    return x if z else [y]\n\n\nK = os\nimport os\n")
    places = [text.index(part) for part in (":6: z is unknown", ":6: a list", ":9: os is", ":10: imports os")]
    assert places == sorted(places)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A folder or a missing file is one message."""
    for path, message in ((tmp_path, "not a regular file"), (tmp_path / "no.py", "cannot be read: No such")):
        with pytest.raises(InputError, match=message):
            user_module(path)


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    """Two texts of one length, written within a tick of the clock, are two modules."""
    path = tmp_path / "mine.py"
    for number in ("1.0", "2.0"):
        path.write_text(SIGNATURE + f"    return {number}\n")
        assert formulas_of(user_module(path))[0].function(0.0, 0.0) == float(number)
    assert list(tmp_path.iterdir()) == [path]


WHOLE_LANGUAGE = f'''"""All of the language."""

from __future__ import annotations

import math as m
from math import {", ".join(sorted(MATH_FUNCTIONS))}, inf
from simulator.units import HOURS_PER_DAY, USD, Component, Real, Share

RATE = 0.25
FLOOR: USD = 1e3 * (2 + RATE) / 3
NODE = 8
"""Accelerators in one."""


def functions(x: Real) -> Real:
    """Every function."""
    ones = {" + ".join(f"{f}(x)" for f, count in MATH_FUNCTIONS.items() if count == 1 and f != "acosh")}
    return ones + atan2(x, 2) + copysign(x, -1.0) + hypot(x, x) + pow(x, 3) + acosh(1.0 + x) + m.pi


def nodes(x: Real) -> Real:
    """Whole numbers."""
    return 8.0 * ceil(x * 100.0 / NODE) + 7 // 2 + x // 0.25 + x % 0.3 - -x % 0.3 + HOURS_PER_DAY ** 2


def odd_cost(x: Real, functions: Real) -> Component:
    """Every path."""
    kept: float = functions
    kept *= RATE
    if x > 0.5 and not x >= 0.75:
        return FLOOR
    elif 0.1 < x <= 0.3 or x == 0.4:
        rest = 1
    else:
        rest = m.hypot(kept, 2)
        if rest > 5 and x != 0.45:
            return abs(-rest) ** 0.5
    rest += max(0, x, 0.2)
    return min(rest, x) if x > 0.2 else (+rest if x < 0.15 else -inf) * (x > 0.1) + (rest or x)
'''


def test_the_whole_language_compiles_and_means_the_same(tmp_path: Path) -> None:
    """Every function, operator and statement has the value compiled that it has in Python."""
    path = tmp_path / "mine.py"
    path.write_text(WHOLE_LANGUAGE)
    model = build(formulas_of(user_module(path)))
    prior = distribution("uniform", {"low": 0.05, "high": 0.95})
    names = ["x", *model.formulas]
    found = Engine(model, {"x": prior}, 1).columns(names, 2000)
    expected = [model.evaluate({"x": x}) for x in found["x"].tolist()]
    for name in names:
        np.testing.assert_allclose(found[name], [values[name] for values in expected], rtol=1e-12)


WORDS = "x y x y n K 1 2.5 9 10**18 True math.pi"
FORMS = (
    "({0}+{1}) ({0}-{1}) ({0}*{1}) ({0}**{1}) ({0}/{1}) ({0}//{1}) ({0}%{1}) (-{0}) ({0}<{1}) max({0},{1})"
)
MORE_FORMS = (
    "abs({0}) math.sqrt({0}) math.ceil({0}) ({0}and({1})) ({0}or({1})) (not({0})) ({0}if({1})else({0}))"
)
OTHER_WORDS = "z_cost 1j 'a' None _h z math abs"
OTHER_FORMS = "({0}&{1}) (~{0}) min({0}) [{0}] {0}.real (n:={0}) {0}({1}) (lambda:{0}) int({0}) f'{{{0}}}'"
TEMPLATES = [*FORMS.split(), *MORE_FORMS.split(), *OTHER_FORMS.split()]


def _filled(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(str.format, st.sampled_from(TEMPLATES), inner, inner)


EXPRESSIONS = st.recursive(st.sampled_from([*WORDS.split(), *OTHER_WORDS.split()]), _filled, max_leaves=6)


@settings(max_examples=400, deadline=None)
@given(EXPRESSIONS, EXPRESSIONS, EXPRESSIONS, st.sampled_from(["n", "x, y", "K", "x"]))
def test_no_text_escapes_as_another_error(
    tmp_path_factory: pytest.TempPathFactory, first: str, condition: str, last: str, name: str
) -> None:
    """Whatever is written, a file is a module whose formulas give numbers, or one InputError."""
    path = tmp_path_factory.getbasetemp() / "fuzz.py"
    body = f"    n = {first}\n    if {condition}:\n        {name} = {last}\n    return {last}\n"
    path.write_text(SIGNATURE.replace("\n\n\n", "\nK = 3\n\n") + body)
    try:
        (formula,) = formulas_of(user_module(path))
    except InputError as error:
        assert f"{path}:" in str(error)
        return
    try:
        assert isinstance(formula.value({"x": 2.0, "y": -0.5}), int | float)
    except ArithmeticError as error:
        assert "fuzz.py:5" in str(error)


@pytest.mark.parametrize("line", ["formulas: {a: 1}", "formulas: [1, mine.py]", "levers: 3", "formulas:"])
def test_names_of_files_are_names(tmp_path: Path, line: str) -> None:
    """What is no list of names under formulas: or levers: is one complaint with its line."""
    path = tmp_path / "plan.yaml"
    path.write_text(f"title: a plan\n{line}\n")
    with pytest.raises(
        InputError, match=rf"plan.yaml:2: {line.partition(':')[0]} is no list of names; write"
    ):
        load_scenario(path)


def test_a_formula_that_fails_says_so(tmp_path: Path) -> None:
    """With inputs at their medians a formula outside its domain is named with what it was given."""
    (tmp_path / "mine.py").write_text(
        HEAD + "def z_cost(mfu: Share) -> Component:\n    return math.log(-mfu)\n"
    )
    path = tmp_path / "plan.yaml"
    text = GPT4.read_text().replace("books/", f"{CONFIGS}/books/")
    path.write_text(text + "\nformulas: [mine.py]\n")
    with pytest.raises(InputError, match=r"z_cost \(mine.py:5\) cannot be computed from mfu 0.*domain error"):
        load_scenario(path)
