"""Trees as the bytes of netCDF-4 files and back, with every number checked on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from io import BytesIO
from math import prod
from typing import TYPE_CHECKING, Any

from simulator.errors import ResultError
from simulator.results.names import DATA
from simulator.results.sealing import MOST_BYTES

if TYPE_CHECKING:
    import xarray as xr

MARKS = {"data_sha256", "created_at", "command"}  # root attributes that only this package writes

MOST_EXPANSION = 1000  # declared bytes for each byte of the file
MOST_GROUPS, MOST_NAMES = 100, 10_000  # reading takes milliseconds for each

PLAIN = "biufS"  # numpy's kinds of truth values, numbers and text of fixed length
STRUCTURE = {"DIMENSION_LIST", "REFERENCE_LIST"}  # attributes by which netCDF ties dimensions to variables


def data_sha256(tree: xr.DataTree) -> str:
    """SHA-256 over every variable and coordinate of every group, in sorted order; attributes are outside.

    Each gives its path, name, dtype, shape and little-endian bytes, text as UTF-8, so that a tree has the
    same hash before it is written and after it is read back.
    """
    digest = sha256()
    for path, name, variable in _variables(tree):
        kind, content = _content(variable.to_numpy())
        digest.update(json.dumps([path, name, kind, variable.shape]).encode())
        digest.update(content)
    return digest.hexdigest()


def _variables(tree: xr.DataTree) -> Iterator[tuple[str, str, xr.Variable]]:
    for node in sorted(tree.subtree, key=lambda node: node.path):
        variables = node.to_dataset(inherit=False).variables
        yield from ((node.path, str(name), variables[name]) for name in sorted(variables, key=str))


def _content(values: Any) -> tuple[str, bytes]:
    """The type of an array and its bytes, the same however it is held in memory."""
    if values.dtype.kind in PLAIN:
        plain = values.astype(values.dtype.newbyteorder("<"), copy=False)
        return plain.dtype.str, plain.tobytes()
    texts = [text.encode() for text in values.ravel().tolist()]
    return "text", b"".join(b"%d:%b" % (len(text), text) for text in texts)


def encoded(tree: xr.DataTree, marks: Mapping[str, str]) -> memoryview:
    """A tree as a netCDF-4 file: the same bytes for the same tree and marks."""
    marked = tree.copy()
    marked.attrs = {**tree.attrs, **marks}
    encoding: dict[str, dict[str, Any]] = {}
    for path, name, variable in _variables(tree):
        encoding.setdefault(path, {})[name] = _encoding(variable)
    return marked.to_netcdf(engine="h5netcdf", encoding=encoding)


def _encoding(variable: xr.Variable) -> dict[str, Any]:
    """Checksums, no fill value, and text of fixed length: checksums do not reach any other."""
    checked = {"fletcher32": True} if variable.ndim else {}
    return checked | ({"_FillValue": None} if variable.dtype.kind in PLAIN else {"dtype": "S1"})


def decoded(data: bytes) -> xr.DataTree:
    """The tree in a netCDF file, as its numbers were stored: neither scaled nor made dates."""
    import xarray as xr

    _inspect(data)
    given = xr.open_datatree(
        BytesIO(data), engine="h5netcdf", decode_times=False, decode_timedelta=False, mask_and_scale=False
    )
    with given as tree:
        tree.load()
    if data_sha256(tree) != tree.attrs["data_sha256"]:
        raise ResultError(f"the numbers in {DATA} are not those that were saved")
    return tree


def _inspect(data: bytes) -> None:
    """Refuse an HDF5 file that is not ours, leads outside itself or declares more than it can hold."""
    import h5py

    with h5py.File(BytesIO(data), "r") as file:
        if not set(file.attrs) >= MARKS:
            raise ResultError(f"{DATA} was not written by this program")
        declared = sum(_declared(item) for item in _items(file))
    if declared > min(MOST_BYTES, MOST_EXPANSION * len(data)):
        raise ResultError(f"{DATA} declares {declared:,} bytes in a file of {len(data):,}")


def _items(file: Any) -> Iterator[Any]:
    """The file, its groups and its data sets, each reached by one plain link."""
    import h5py

    groups, names = [file], 0
    for group in groups:
        names += len(group)
        if len(groups) > MOST_GROUPS or names > MOST_NAMES:
            raise ResultError(f"{DATA} holds too many things")
        yield group
        for name in group:
            item = group[name] if type(group.get(name, getlink=True)) is h5py.HardLink else None
            if item is None or h5py.h5o.get_info(item.id).rc != 1:
                raise ResultError(f"{DATA} holds a link: {name}")
            if isinstance(item, h5py.Group):
                groups.append(item)
            else:
                yield item


def _declared(item: Any) -> int:
    """The bytes that a group or data set asks for, if it holds only plain numbers and text."""
    import h5py

    kinds = {name: item.attrs.get_id(name) for name in item.attrs if name not in STRUCTURE}
    odd = [name for name, kind in kinds.items() if kind.dtype.kind not in PLAIN and not _is_text(kind)]
    holds_values = not isinstance(item, h5py.Group)
    if holds_values and item.dtype.kind not in PLAIN:
        odd.append("its values")
    if odd:
        raise ResultError(f"{DATA}: {item.name} is neither numbers nor text: {', '.join(odd)}")
    return _size(item) if holds_values else 0


def _is_text(attribute: Any) -> bool:
    """Whether an attribute is one string of any length: arrays of them could name one string many times."""
    import h5py

    return h5py.check_string_dtype(attribute.dtype) is not None and prod(attribute.shape) == 1


def _size(item: Any) -> int:
    """The bytes of a data set that stands in the file itself, as it is, with at most a checksum."""
    import h5py

    options = item.id.get_create_plist()
    filters = {options.get_filter(number)[0] for number in range(options.get_nfilters())}
    if item.external or item.is_virtual or filters - {h5py.h5z.FILTER_FLETCHER32}:
        raise ResultError(f"{DATA} keeps {item.name} in another file or packed")
    return int(item.dtype.itemsize * max(prod(item.shape), prod(item.chunks or ())))
