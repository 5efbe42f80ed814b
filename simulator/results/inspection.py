"""Refusal of HDF5 files that are not ours, lead outside themselves or ask for more than they can hold."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from simulator.errors import ResultError
from simulator.results.names import DATA
from simulator.results.sealing import MOST_BYTES

MARKS = {"data_sha256", "created_at", "command"}  # root attributes that only this package writes

MOST_EXPANSION = 1000  # declared bytes for each byte of the file
MOST_BESIDES = 64 << 20  # bytes of the file that hold no values: ours need a hundredth of those that do
MOST_GROUPS, MOST_NAMES = 100, 10_000  # reading takes milliseconds for each

PLAIN = "biufS"  # numpy's kinds of truth values, numbers and text of fixed length
STRUCTURE = {"DIMENSION_LIST", "REFERENCE_LIST"}  # attributes by which netCDF ties dimensions to variables


def inspected(file: Any, length: int) -> list[Any]:
    """The groups of an HDF5 file of a length, if every thing in it is one that this package writes.

    Raises :class:`ResultError` for what is foreign, a link, stored elsewhere, packed or too much.
    """
    if not set(file.attrs) >= MARKS:
        raise ResultError(f"{DATA} was not written by this program")
    items = list(_items(file))
    declared = sum(_declared(item) for item in items)
    if declared > min(MOST_BYTES, MOST_EXPANSION * length):
        raise ResultError(f"{DATA} declares {declared:,} bytes in a file of {length:,}")
    if length - declared > MOST_BESIDES:
        raise ResultError(f"{DATA} holds {length - declared:,} bytes that are no values")
    return [item for item in items if _is_group(item)]


def _is_group(item: Any) -> bool:
    import h5py

    return isinstance(item, h5py.Group)


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
            if _is_group(item):
                groups.append(item)
            else:
                yield item


def _declared(item: Any) -> int:
    """The bytes that a group or data set asks for, if it holds only plain numbers and text."""
    kinds = {name: item.attrs.get_id(name) for name in item.attrs if name not in STRUCTURE}
    odd = [name for name, kind in kinds.items() if kind.dtype.kind not in PLAIN and not _is_text(kind)]
    holds_values = not _is_group(item)
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
