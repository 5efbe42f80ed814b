"""Every kind of input that is fuzzed: how one is made by chance, and what reads it."""

from __future__ import annotations

import json
import math
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from mutilating import ODD, mutilated, parts, scrambled, unicode, warped
from results_cases import a_run
from ruamel.yaml import YAML

from simulator import load_scenario, simulate
from simulator.assembly import Layer, laid_over
from simulator.batch.cases import cases, read_sweeps
from simulator.errors import ResultError
from simulator.extensions import user_module
from simulator.model import build, formulas_of, shipped_formulas
from simulator.quotes.reading import read_quotes
from simulator.reports.catalogue import catalogue_text
from simulator.results import catalogue, check_name, find, save, sealing
from simulator.results.names import folder_name
from simulator.scenario.reader import Node, parse, read
from simulator.simulation import Settings

ROOT = Path(__file__).parent.parent
CONFIGS = ROOT / "configs"
DRAWS = 64
SYNTAX = """\
title: Prices of March   # a comment
list:
- 1.5M
- ~
- - 13T
  - true
  - ? long key
    : |+
      text
quoted: "A quote, page 3: \\u20ac"
note: >-
  folded over
  two lines and 'it''s so'
"""
CODE = [
    *"()[]{}:=+-*/%<>,.@~^|&\"'#\\\n\t 019e",
    *("**", "//", "==", "lambda ", "if ", " else ", "return ", "def ", "async ", "yield ", ":="),
    *("1e999", "9" * 30, "9**9**9", "1j", "x", "math.", "exp(", "USD", "-> Component:\n", "    "),
    *("__import__", "import os\n", "(" * 120, "-" * 120, "\0", "\ufeff", "\u202e", "é", "训", "'''"),
]  # fmt: skip
NAMES = [
    *("../../x", "/etc/x", "a\0b", "．．／x", "\u202ex", "x" * 300, "-rf", "CON"),
    *("a.", "a\n", ".", "..", "~", "link"),
]  # fmt: skip
Made = tuple[object, Callable[[], Any]]  # an input, and what reads it


class Inputs:
    """Every kind of input: how one is made by chance and what reads it."""

    def __init__(self, chance: random.Random, folder: Path):
        self.chance, self.folder = chance, folder
        self.texts = [path.read_text() for path in sorted(CONFIGS.rglob("*.yaml"))]
        absolute = f"{CONFIGS}/books/"
        self.scenarios = [read(path).plain() for path in sorted(CONFIGS.glob("*.yaml"))]
        self.scenarios = [{**tree, "book": str(CONFIGS / tree["book"])} for tree in _plain(self.scenarios)]
        self.books = _plain([read(path).plain() for path in sorted((CONFIGS / "books").glob("*.yaml"))])
        for book in self.books:
            book.update({"extends": absolute + book["extends"]} if "extends" in book else {})
        self.pool = [part for tree in [*self.scenarios, *self.books] for part in parts(tree)]
        scenario = load_scenario(CONFIGS / "gpt4-class.yaml")
        self.specs = {name: _plain(dict(prior.spec)) for name, prior in scenario.priors.items()}
        simulate(scenario, draws=DRAWS, seed=1, threads=1)  # imports and compiles
        self.formulas = [
            path.read_text() for path in sorted((ROOT / "simulator" / "formulas").glob("*.py"))[1:]
        ]
        quotes = (CONFIGS / "quotes" / "a100-h100-2024-08.csv").read_text().splitlines(keepends=True)
        self.quotes = "".join(quotes[:30])
        self.results = folder / "results"
        self.run = save(a_run(), self.results, "gpt4", "0123456789abcdef")
        self.summary = json.loads((self.run / "summary.json").read_bytes())
        self.summary.pop("sha256")
        (self.results / "link").symlink_to("/etc")
        self.pristine = set(build(shipped_formulas()).formulas)
        self.kinds: dict[Callable[[], Made], int] = {
            self.yaml: 36, self.scenario: 4, self.book: 3, self.setting: 3, self.sweep: 14,
            self.formula: 20, self.quote: 10, self.name: 7, self.stored: 3,
        }  # fmt: skip

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        return path

    def yaml(self) -> Made:
        """Any text, read as YAML is and shaped as the loader of bare text has it."""
        chance = self.chance
        base = chance.choice([SYNTAX, SYNTAX, chance.choice(self.texts)[:3000]])
        ways = (lambda: mutilated(base, chance), lambda: scrambled(chance), lambda: unicode(chance))
        text = chance.choice((ways[0], *ways))()

        def reading() -> None:
            check(parse(text, "fuzz"), YAML(typ="base", pure=True).load(text))

        return text, reading

    def scenario(self) -> Made:
        """A shipped scenario with a few of its parts changed, or its text mutilated."""
        chance = self.chance
        tree = warped(chance.choice(self.scenarios), chance, self.pool)
        text = json.dumps(tree, ensure_ascii=False)
        if chance.random() < 0.3:
            text = mutilated(text, chance)
        path = self.write("scenario.yaml", text)
        return text, lambda: self.load(path)

    def book(self) -> Made:
        """A scenario with a book of which a few parts are changed, or one laid over the market's."""
        chance = self.chance
        tree = warped(chance.choice(self.books), chance, self.pool)
        if chance.random() < 0.5 and isinstance(tree, dict):
            name, entry = chance.choice(list(self.books[1]["priors"].items()))
            tree = {
                "title": "mine",
                "extends": f"{CONFIGS}/books/market-2025-03.yaml",
                "priors": {name: entry},
            }
            tree = warped(tree, chance, self.pool)
        text = json.dumps(tree, ensure_ascii=False)
        book, path = self.write("mine.yaml", text), chance.choice(sorted(CONFIGS.glob("*.yaml")))
        return (path.name, text), lambda: self.load(path, book=book)

    def setting(self) -> Made:
        """A scenario with one to three settings laid over it."""
        chance, found = self.chance, []
        for _ in range(chance.randint(1, 3)):
            name, spec = chance.choice(list(self.specs.items()))
            value = warped(spec, chance, [*ODD, *self.pool]) if chance.random() < 0.5 else spec
            text = (
                f"{chance.choice(('', '', 'plan.', 'priors.'))}{name}={json.dumps(value, ensure_ascii=False)}"
            )
            found.append(mutilated(text, chance) if chance.random() < 0.2 else text)
        path = chance.choice(sorted(CONFIGS.glob("*.yaml")))
        return (path.name, found), lambda: self.load(path, settings=found)

    def sweep(self) -> Made:
        """Sweeps and the cases that they make."""
        chance = self.chance
        texts = [
            "seed=1,2",
            "draws=1k,2e3",
            "sampler=random,sobol",
            "mfu={pert: {low: 0.2, mode: 0.3, high: 0.5}},0.4",
        ]
        texts += [
            "plan.accelerator_count=1k,5k",
            "book=A.yaml,B.yaml",
            "lever=a,b",
            "seed=1e300,-1",
            "draws=2.5,0",
        ]
        found = [chance.choice(texts) for _ in range(chance.randint(1, 3))]
        found = [mutilated(text, chance) if chance.random() < 0.7 else text for text in found]
        return found, lambda: cases(["a.yaml", "b.yaml"], read_sweeps(found), Settings())

    def formula(self) -> Made:
        """A file of formulas mutilated, and what it makes of the model."""
        chance = self.chance
        text = mutilated(chance.choice(self.formulas), chance, CODE)
        if chance.random() < 0.2:
            text = scrambled(chance, CODE)
        path = self.write("mine.py", text)
        return text, lambda: self.model(path)

    def quote(self) -> Made:
        """A table of quotes mutilated."""
        text = mutilated(
            self.quotes, self.chance, [*",;\"'\n\r\t\0 .-", "1e999", "nan", "=1+1", "2025-02-30", "\ufeff"]
        )
        path = self.write("quotes.csv", text)
        return text, lambda: read_quotes(path, skip_bad=self.chance.random() < 0.5)

    def name(self) -> Made:
        """The name of a run, whose folder must lie in the folder of results."""
        text = (
            mutilated(self.chance.choice(NAMES), self.chance)
            if self.chance.random() < 0.8
            else unicode(self.chance)
        )

        def naming() -> None:
            with suppress(ResultError):
                find(text, self.results)
            assert (self.results / folder_name(text, "0" * 64)).resolve().parent == self.results.resolve()
            check_name(text)
            assert "/" not in text and "\\" not in text and text.isprintable()

        return text, naming

    def stored(self) -> Made:
        """A stored summary changed and sealed anew, as a forger would: listed, or listed as unreadable."""
        summary = warped(self.summary, self.chance, self.pool)
        (self.run / "summary.json").write_bytes(sealing.sealed(summary))

        def listing() -> None:
            for style in ("table", "csv", "json", "markdown"):
                assert catalogue_text(catalogue(self.results), style)

        return summary, listing

    def load(self, path: Path, **options: Any) -> None:
        """What loads is run, unless the loop would have to be compiled anew."""
        scenario = load_scenario(path, **options)
        if set(scenario.model.formulas) == self.pristine and self.chance.random() < 0.3:
            simulate(scenario, draws=DRAWS, seed=1, threads=1)

    def model(self, path: Path) -> None:
        module = user_module(path)
        sys.modules.pop(module.__name__)
        build(laid_over(shipped_formulas(), [Layer(formulas_of(module), "mine")]))
        for formula in formulas_of(module):
            try:
                formula.value(dict.fromkeys(formula.arguments, 1.5))
            except ArithmeticError as error:
                assert "cannot be computed" in str(error)


def _plain(trees: Any) -> Any:
    """The trees with dates as text, as JSON has them."""
    return json.loads(json.dumps(trees, default=str))


def check(node: Node, bare: object) -> None:
    """What the reader gave is finite, printable, and shaped as the loader of bare text gives it."""
    value = node.value
    if isinstance(value, dict):
        assert isinstance(bare, dict) and list(value) == list(bare), (value, bare)
        for key, child in value.items():
            check(child, bare[key])
    elif isinstance(value, list):
        assert isinstance(bare, list) and len(value) == len(bare), (value, bare)
        for child, item in zip(value, bare, strict=True):
            check(child, item)
    elif isinstance(value, str):
        assert value == bare and not any(0xD800 <= ord(letter) < 0xE000 for letter in value), (value, bare)
    else:
        assert not isinstance(value, float) or math.isfinite(value), value
