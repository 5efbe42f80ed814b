"""run.nc: numbers with a hash of their own, and files that are refused before they are read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import xarray as xr
from results_cases import reseal

from simulator.errors import ResultError
from simulator.results import data_sha256, load
from simulator.results.netcdf import decoded, encoded

pytestmark = pytest.mark.usefixtures("no_waiting")


def test_any_reader_of_netcdf(stored: Path) -> None:
    """xarray alone finds what was saved, and every array with a dimension carries a checksum."""
    with xr.open_datatree(stored / "run.nc", engine="h5netcdf") as tree:
        assert_same(tree.load(), load(stored).tree)
    with h5py.File(stored / "run.nc") as file:
        assert all(file[f"inputs/{name}"].fletcher32 for name in ("gpu_price", "mfu"))
        assert all(file[f"statistics/{name}"].fletcher32 for name in ("value", "quantity", "unit", "label"))


def test_files_of_earlier_versions(stored: Path) -> None:
    """A file written by xarray itself, as runs once were, is read like one of today."""
    today = load(stored).tree
    encoding = {
        node.path: {
            name: {"dtype": "S1"} if variable.dtype == object else {"_FillValue": None}
            for name, variable in node.variables.items()
        }
        for node in today.subtree
    }
    today.to_netcdf(stored / "run.nc", engine="h5netcdf", encoding=encoding)
    reseal(stored)
    assert_same(load(stored).tree, today)


def assert_same(found: xr.DataTree, wanted: xr.DataTree) -> None:
    """Two trees hold the same variables in the same order, with the same attributes."""
    assert found.groups == wanted.groups
    for path in wanted.groups:
        one, other = (tree[path].to_dataset(inherit=False) for tree in (found, wanted))
        xr.testing.assert_identical(one, other)
        assert list(one.variables) == list(other.variables)


ODD = xr.Dataset(
    {
        "blank": ("word", ["", ""]),
        "nobody": ("nothing", np.array([], dtype=str)),
        "one": ((), "训练"),
        "table": (("word", "i"), [["a", "bb"], ["é", ""]]),
        "no": ((), False),
        "none": (("word", "nothing"), np.empty((2, 0))),
        "short": ("i", np.array([1, 2], ">i2")),
    },
    coords={"word": ["", "q"], "of_all": ((), "w"), "of_i": ("i", [1.5, 2.0])},
    attrs={"numbers": [1, 2], "share": 1.5, "text": ""},
)


def test_odd_trees() -> None:
    """Words of no letters, arrays of no values, values without dimension, and coordinates of all kinds."""
    tree = xr.DataTree.from_dict({"/": ODD, "/a/b": xr.Dataset(), "/c": ODD.drop_attrs()})
    marks = {"data_sha256": data_sha256(tree), "created_at": "", "command": ""}
    content = bytes(encoded(tree, marks))
    xr.testing.assert_equal(decoded(content), tree)
    with xr.open_datatree(BytesIO(content), engine="h5netcdf") as found:
        assert_same(found.load(), decoded(content))


# --------------------------------------------------------------------------------------------- hash


def test_hash_against_its_definition() -> None:
    """The hash is SHA-256 over headers and bytes written out by hand."""
    later, sooner = {"x": ("i", np.array([1.0, 2.0], ">f8"))}, {"t": ("i", ["é", "ab"])}
    tree = xr.DataTree.from_dict({"/b": xr.Dataset(later), "/a": xr.Dataset(sooner)})
    text = b'["/a", "t", "text", [2]]' + b"2:\xc3\xa92:ab"
    number = b'["/b", "x", "<f8", [2]]' + np.array([1.0, 2.0], "<f8").tobytes()
    assert data_sha256(tree) == sha256(text + number).hexdigest()


def test_hash_ignores_how_arrays_are_held() -> None:
    """Byte order, memory order, kind of text, order of names and attributes do not matter."""
    table = np.arange(6.0).reshape(2, 3)
    one = xr.Dataset({"a": (("i", "j"), table), "t": ("i", ["x", "yy"])}, attrs={"k": 1})
    two = xr.Dataset(
        {"t": ("i", np.array(["x", "yy"], object)), "a": (("i", "j"), np.asfortranarray(table).astype(">f8"))}
    )
    assert data_sha256(xr.DataTree(one)) == data_sha256(xr.DataTree(two))


@pytest.mark.parametrize(
    "other",
    [
        {"a": ("i", [1.0, 2.0000000000000004])},
        {"a": ("i", [1, 2])},
        {"a": ("i", np.array([1.0, 2.0], "f4"))},
        {"a": (("i", "j"), [[1.0, 2.0]])},
        {"b": ("i", [1.0, 2.0])},
        {"a": ("i", [1.0, 2.0]), "b": 0.0},
        {"a": ("i", ["1", "2"])},
    ],
)
def test_hash_sees_every_change(other: dict[str, Any]) -> None:
    """A value, dtype, shape, name, number of variables or kind that differs gives another hash."""
    assert data_sha256(xr.DataTree(xr.Dataset({"a": ("i", [1.0, 2.0])}))) != data_sha256(
        xr.DataTree(xr.Dataset(other))
    )


# ------------------------------------------------------------------------------------------- damage


def places_of_numbers(data: bytes) -> Iterator[int]:
    """A byte of every chunk and of every scalar in a file."""
    with h5py.File(BytesIO(data)) as file:
        for name in (
            "inputs/mfu",
            "statistics/value",
            "statistics/counts",
            "statistics/quantity",
            "statistics/unit",
        ):
            yield file[name].id.get_chunk_info(0).byte_offset
        yield file["statistics/scalar"].id.get_offset()


def test_flipped_numbers_behind_a_forged_summary(stored: Path) -> None:
    """Where the summary vouches for a changed file, checks inside it still see a changed number or word."""
    good = (stored / "run.nc").read_bytes()
    for place in places_of_numbers(good):
        for bit in (1, 128):
            bad = bytearray(good)
            bad[place] ^= bit
            (stored / "run.nc").write_bytes(bad)
            reseal(stored)
            with pytest.raises(ResultError, match=r"filter returned failure|numbers in run\.nc are not"):
                load(stored)


def test_numbers_that_disagree_with_their_hash(stored: Path) -> None:
    """A number changed with a tool that mends checksums is seen by the hash over the data."""
    with h5py.File(stored / "run.nc", "r+") as file:
        file["inputs/mfu"][0] += 1
    reseal(stored)
    with pytest.raises(ResultError, match=r"numbers in run\.nc are not those that were saved"):
        load(stored)


# ------------------------------------------------------------------------------------ hostile files


def external_link(file: h5py.File, secret: Path) -> None:
    file["x"] = h5py.ExternalLink(str(secret), "/x")


def soft_link(file: h5py.File, secret: Path) -> None:
    file["x"] = h5py.SoftLink("/y")


def two_names(file: h5py.File, secret: Path) -> None:
    file["x"] = np.ones(3)
    file["y"] = file["x"]


def a_cycle(file: h5py.File, secret: Path) -> None:
    file.create_group("a")["back"] = file["/"]


def external_storage(file: h5py.File, secret: Path) -> None:
    file.create_dataset("x", (16,), "u1", external=[(str(secret), 0, 16)])


def virtual(file: h5py.File, secret: Path) -> None:
    layout = h5py.VirtualLayout((16,), "u1")
    layout[:] = h5py.VirtualSource(str(secret), "x", (16,))
    file.create_virtual_dataset("x", layout)


def terabytes(file: h5py.File, secret: Path) -> None:
    file.create_dataset("x", (10**12,), "f8", chunks=(10**6,))


def many_chunks(file: h5py.File, secret: Path) -> None:
    file.create_dataset("x", (2**31, 2**31), "u1", chunks=(1, 1))


def a_thousandfold(file: h5py.File, secret: Path) -> None:
    file.create_dataset("x", (10**7,), "f8", chunks=(10**6,))


def a_huge_chunk(file: h5py.File, secret: Path) -> None:
    file.create_dataset("x", (1,), "f8", maxshape=(None,), chunks=(10**8,))


def packed(file: h5py.File, secret: Path) -> None:
    file.create_dataset("x", data=np.zeros(10**5), compression="gzip")


def text_of_any_length(file: h5py.File, secret: Path) -> None:
    file.create_dataset("x", data=["a" * 1000] * 10, dtype=h5py.string_dtype())


def compound(file: h5py.File, secret: Path) -> None:
    file["x"] = np.zeros(3, [("a", "f8"), ("b", "i4")])


def references(file: h5py.File, secret: Path) -> None:
    file.create_dataset("x", data=[file.ref], dtype=h5py.ref_dtype)


def a_named_type(file: h5py.File, secret: Path) -> None:
    file["x"] = np.dtype("f8")


def no_value(file: h5py.File, secret: Path) -> None:
    file["x"] = h5py.Empty("f8")


def odd_attribute(file: h5py.File, secret: Path) -> None:
    file.attrs["x"] = np.zeros(2, [("a", "f8"), ("b", "i4")])


def many_words(file: h5py.File, secret: Path) -> None:
    file.attrs.create("x", ["a" * 1000] * 10, dtype=h5py.string_dtype())


def deep(file: h5py.File, secret: Path) -> None:
    file.create_group("/".join("g" * 300))


def wide(file: h5py.File, secret: Path) -> None:
    for number in range(200):
        file.create_group(str(number))


def a_dimension_nowhere(file: h5py.File, secret: Path) -> None:
    nowhere = np.empty(1, object)
    nowhere[0] = np.array([h5py.Reference()], h5py.ref_dtype)
    file["x"] = np.ones(3)
    file["x"].attrs.create("DIMENSION_LIST", nowhere, dtype=h5py.vlen_dtype(h5py.ref_dtype))


def a_dimension_of_another_group(file: h5py.File, secret: Path) -> None:
    file["a/i"], file["b/x"] = np.ones(3), np.ones(3)
    file["a/i"].make_scale("i")
    file["b/x"].dims[0].attach_scale(file["a/i"])


def an_odd_encoding(file: h5py.File, secret: Path) -> None:
    file["x"] = np.array([b"a", b"b"])
    file["x"].make_scale("x")
    file["x"].attrs["_Encoding"] = "zlib"


def long_text(file: h5py.File, secret: Path) -> None:
    file.attrs["x"] = "a" * (65 << 20)


def not_ours(file: h5py.File, secret: Path) -> None:
    del file.attrs["data_sha256"]


def not_netcdf(file: h5py.File, secret: Path) -> None:
    file["x"] = np.ones((3, 4))


HOSTILE = [
    (external_link, "holds a link: x"),
    (soft_link, "holds a link: x"),
    (two_names, "holds a link: x"),
    (a_cycle, "holds a link: back"),
    (external_storage, "in another file or packed"),
    (virtual, "in another file or packed"),
    (terabytes, "declares 8,000,000,000,000 bytes"),
    (many_chunks, "declares 4,611,686,018,427,387,904 bytes"),
    (a_thousandfold, "declares 80,000,000 bytes"),
    (a_huge_chunk, "declares 800,000,000 bytes"),
    (packed, "in another file or packed"),
    (text_of_any_length, "neither numbers nor text: its values"),
    (compound, "neither numbers nor text: its values"),
    (references, "neither numbers nor text: its values"),
    (a_named_type, "cannot be read"),
    (no_value, "cannot be read"),
    (odd_attribute, "neither numbers nor text: x"),
    (many_words, "neither numbers nor text: x"),
    (deep, "too many things"),
    (wide, "too many things"),
    (a_dimension_nowhere, "cannot be read"),
    (a_dimension_of_another_group, "cannot be read"),
    (an_odd_encoding, "cannot be read"),
    (long_text, "bytes that are no values"),
    (not_ours, "was not written by this program"),
    (not_netcdf, "cannot be read"),
]


@pytest.mark.parametrize(("build", "reason"), HOSTILE, ids=lambda value: getattr(value, "__name__", ""))
def test_hostile_files(stored: Path, tmp_path: Path, build: Callable[..., None], reason: str) -> None:
    """A file made to read other files, to fill the memory or to puzzle the reader is refused."""
    secret = tmp_path / "secret"
    with h5py.File(secret, "w") as file:
        file["x"] = np.full(16, 7, "u1")
    with h5py.File(stored / "run.nc", "w") as file:
        file.attrs.update({"data_sha256": data_sha256(xr.DataTree()), "created_at": "", "command": ""})
        build(file, secret)
    reseal(stored)
    start = time.perf_counter()
    with pytest.raises(ResultError, match=reason):
        load(stored)
    assert time.perf_counter() - start < 5
