"""Stored runs: the only home of files of results.

A run is a folder ``<slug>-<12 hex of its identity>`` that holds::

    run.nc                  every number that was kept, as netCDF-4
    scenario.resolved.yaml  the scenario that gives the same run again
    report.md               the report
    summary.json            the percentiles, and the hashes of all files
    *.py                    the user's own formula files

Beside them lie ``batch.<hash of its cases>.nc``, the percentiles of all runs of a batch, in the place of
those of the same batch before.

Other folders may lie beside it and are no runs. The summary ends in the SHA-256 of all that stands before it
and holds the SHA-256 of every other file, so that one changed bit is seen before a number is read; ``run.nc``
holds one more, over its numbers. Every file is complete in memory before anything touches the disk. Hashes
guard against accidents; against forgers, a file that leads elsewhere or asks for too much is refused before
HDF5 reads its data, but HDF5 itself is not made to withstand hostile files.

A folder appears whole: written beside its place as ``.tmp-<uuid>``, synced, renamed. A run of the same
identity is exchanged with it in one step, so that a crash at any instant leaves the old or the new one.
Where the system has no exchange, the old one is moved aside to ``.old-<uuid>-<name>`` for an instant; after
a crash then, whoever next saves or lists runs puts it back. Listing deletes nothing; saving clears what
killed programs left, an hour later.

Whatever stands in the way of a run is one :class:`~simulator.errors.ResultError`, which names it and says
what to do; only the list of runs goes on past it, with a row of its own for each folder that is damaged.

The files of this package import only those above them::

    names       what runs and their files are called
    folders     folders that appear whole, and what killed programs left of others
    listing     what the list of runs says of each
    sealing     the hashes in a summary, and the files that they vouch for
    inspection  the refusal of HDF5 files that are not ours
    netcdf      trees as bytes and back
    store       what a run is made of, and saving it
    finding     which run is meant by the beginning of a name
    reading     one run with every number, and the list of all
    choosing    some of that list, to be shown or deleted
    batches     the files that hold the runs of a batch as one, and which of them to delete

None of them imports numpy, xarray or HDF5 before a run is saved or loaded, so that listing them is quick.
"""

from simulator.results.batches import batches, delete_batches
from simulator.results.choosing import chosen, delete
from simulator.results.finding import find
from simulator.results.names import batch_name, check_name, folder_name, slugify
from simulator.results.netcdf import data_sha256
from simulator.results.reading import StoredRun, catalogue, listed, load
from simulator.results.sealing import damage, read_summary
from simulator.results.store import Contents, marked, save, save_tree

__all__ = [
    "Contents",
    "StoredRun",
    "batch_name",
    "batches",
    "catalogue",
    "check_name",
    "chosen",
    "damage",
    "data_sha256",
    "delete",
    "delete_batches",
    "find",
    "folder_name",
    "listed",
    "load",
    "marked",
    "read_summary",
    "save",
    "save_tree",
    "slugify",
]
