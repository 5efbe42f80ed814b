"""Trees as the bytes of netCDF-4 files and back, with every number checked on the way.

netCDF-4 is HDF5 whose dimensions are data sets too, with attributes that tie variables to them. It is written
and read with h5py alone: xarray gives files that say the same, but takes several times as long over the many
small variables of a run, because it asks HDF5 for each of them dozens of times.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from io import BytesIO
from itertools import count
from typing import TYPE_CHECKING, Any

from simulator.errors import ResultError
from simulator.results.inspection import PLAIN, inspected
from simulator.results.names import DATA

if TYPE_CHECKING:
    import xarray as xr

# Appendix on the file format in the NetCDF User's Guide, "Creating NetCDF-4 Files with HDF5"
BARE = "This is a netCDF dimension but not a netCDF variable."
NUMBER, NUMBERS = "_Netcdf4Dimid", "_Netcdf4Coordinates"
HIDDEN = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", NUMBER, NUMBERS, "_NCProperties"}


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
    import h5py

    content, numbers = BytesIO(), count()
    with h5py.File(content, "w", track_order=True) as file:
        for node in tree.subtree:
            group = file if node.path == "/" else file.create_group(node.path, track_order=True)
            _write(node.to_dataset(inherit=False), group, numbers)
        file.attrs.update(marks)
    return content.getbuffer()


def _write(dataset: xr.Dataset, group: Any, numbers: Iterator[int]) -> None:
    """What is in a group: its dimensions, each with a number of its own in the file, and its variables."""
    from xarray.conventions import encode_dataset_coordinates

    given, attributes = encode_dataset_coordinates(dataset)
    variables = {str(name): _plain(variable) for name, variable in given.items()}
    sizes = {str(name): size for variable in variables.values() for name, size in variable.sizes.items()}
    bare = {name: size for name, size in sizes.items() if name not in variables}
    items = {name: group.create_dataset(name, (size,), ">f4") for name, size in bare.items()}
    items |= {name: _written(group, name, variable) for name, variable in variables.items()}
    for name, size in sizes.items():
        items[name].make_scale(f"{BARE}{size:10}" if name in bare else name)
        items[name].attrs.create(NUMBER, next(numbers), dtype="i4")
    for name, variable in variables.items():
        _tie(items[name], [items[str(dimension)] for dimension in variable.dims])
    group.attrs.update(attributes)


def _plain(variable: xr.Variable) -> xr.Variable:
    """A variable as netCDF holds it: text as letters, for checksums do not reach text of any other kind."""
    import numpy as np
    import xarray as xr

    values = variable.to_numpy()
    if values.dtype.kind == "b":
        return xr.Variable(variable.dims, values.astype("i1"), {**variable.attrs, "dtype": "bool"})
    if values.dtype.kind in PLAIN:
        return variable
    letters = np.char.encode(values.astype(str), "utf-8")[..., np.newaxis].view("S1")
    dimensions = (*variable.dims, f"string{letters.shape[-1]}")
    return xr.Variable(dimensions, letters, {**variable.attrs, "_Encoding": "utf-8"})


def _written(group: Any, name: str, variable: xr.Variable) -> Any:
    """The data set of a variable, under checksums if it has a dimension."""
    values = variable.to_numpy()
    item = group.create_dataset(name, data=values, fletcher32=values.ndim > 0)
    item.attrs.update(variable.attrs)
    return item


def _tie(item: Any, scales: list[Any]) -> None:
    """Say which dimensions a variable has; one that is a dimension itself cannot have others in HDF5."""
    if item not in scales:
        for axis, scale in enumerate(scales):
            item.dims[axis].attach_scale(scale)
    elif len(scales) > 1:
        item.attrs.create(NUMBERS, [scale.attrs[NUMBER] for scale in scales], dtype="i4")


def decoded(data: bytes) -> xr.DataTree:
    """The tree in a netCDF file, as its numbers were stored: neither scaled nor made dates."""
    import h5py
    import xarray as xr

    with h5py.File(BytesIO(data)) as file:
        tree = xr.DataTree.from_dict({group.name: _read(group) for group in inspected(file, len(data))})
    tree.load()
    if data_sha256(tree) != tree.attrs["data_sha256"]:
        raise ResultError(f"the numbers in {DATA} are not those that were saved")
    return tree


def _read(group: Any) -> xr.Dataset:
    """What is in a group."""
    import h5py
    import xarray as xr

    items = {item: name for name, item in group.items() if isinstance(item, h5py.Dataset)}
    variables = {
        name: xr.Variable(_dimensions(item, items), item[()], _attributes(item))
        for item, name in items.items()
        if not item.attrs.get("NAME", b"").startswith(BARE.encode())
    }
    dataset = xr.Dataset(variables, attrs=_attributes(group))
    return xr.decode_cf(dataset, mask_and_scale=False, decode_times=False, decode_timedelta=False)


def _dimensions(item: Any, names: Mapping[Any, str]) -> list[str]:
    """The names of a variable's dimensions; a second one of a dimension is that of its letters."""
    if item.is_scale:
        return [names[item], f"string{item.shape[-1]}"][: item.ndim]
    return [names[dimension[0]] for dimension in item.dims]


def _attributes(item: Any) -> dict[str, Any]:
    """What is said of a group or variable; netCDF makes no difference between a number and a row of one."""
    found = {name: item.attrs[name] for name in item.attrs if name not in HIDDEN}
    return {name: value[0] if getattr(value, "shape", ()) == (1,) else value for name, value in found.items()}
