"""Names of accelerators as publications write them, found in the catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping

from simulator.scenario.books import Book

IGNORED = re.compile(
    r"nvidia|tesla|[dh]gx|google|cloud|huawei|amd|instinct|gpus?|chips?|tensor|core|pods?|x\d*|hbm\w*|\d+g?"
)
# of a name: makers, servers, numbers, and sizes of memory or pods, which change neither peak nor rated power
ALIKE = (
    (r"\b\d+x(?=[a-z])", ""),  # 8xH100
    (r"\btpu v", "tpuv"),
    (r"\bsxm\d?\b", "sxm"),
    (r"(?<=\d) ?gb\b", "g"),
    (r"(?<=\d)s\b", ""),  # A100s
)  # ways to write the same
BARE = {"A100": "A100-80G-SXM", "A100-SXM": "A100-80G-SXM", "V100": "V100-32G", "V100-SXM": "V100-32G"}
# names that leave the memory open; large clusters hold boards, not PCIe cards


def chips(book: Book) -> dict[str, str]:
    """Ids of a book's accelerators by what they are called: id, alias, a name that leaves the memory open."""
    bare = {name: chip for name, chip in BARE.items() if chip in book.accelerators}
    return {**bare, **book.aliases, **{name: name for name in book.accelerators}}


def chip_of(text: str, known: Mapping[str, str]) -> str:
    """The accelerator that a name stands for, or the name itself where it stands for none that is known.

    >>> known = {"H100": "H100-SXM", "H100-PCIe": "H100-PCIe", "TPUv4": "TPUv4"}
    >>> [chip_of(text, known) for text in ("NVIDIA H100 80GB", "H100 PCIe", "TPU v4", "H100 NVL", "GH200")]
    ['H100-SXM', 'H100-PCIe', 'TPUv4', 'H100 NVL', 'GH200']
    """
    said = _words(text)
    fits = [
        (len(words), chip)
        for words, chip in ((_words(name), chip) for name, chip in known.items())
        if words <= said and all(IGNORED.fullmatch(word) for word in said - words)
    ]
    return max(fits)[1] if fits else text


def _words(text: str) -> frozenset[str]:
    r"""The words of a name, in whatever order, spelled alike.

    >>> sorted(_words("A100-SXM4-80 GB")), sorted(_words("8xTPU v5e"))
    (['80g', 'a100', 'sxm'], ['tpuv5e'])
    """
    spaced = " ".join(re.findall(r"[a-z0-9]+", text.lower()))
    for said, meant in ALIKE:
        spaced = re.sub(said, meant, spaced)
    return frozenset(spaced.split())
