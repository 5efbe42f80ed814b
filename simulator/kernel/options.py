"""How everything here is compiled: one place, one reason a flag."""

from __future__ import annotations

from typing import Any

OPTIONS: dict[str, Any] = {
    "nogil": True,  # threads run blocks at the same time
    "error_model": "numpy",  # x / 0 is inf: Python's check would stop the vectoriser
    "boundscheck": False,  # indices come from generated code and from 52-bit integers
    "fastmath": False,  # reordered sums would change bits from machine to machine
}
BLOCK = 512  # draws computed together: every row of a block stays in the processor's cache
CHUNK = 4096  # draws reduced together: all columns of a chunk stay in the processor's larger caches
TASK = 1 << 16  # draws that one thread takes at a time
LANES = 16  # draw k is in lane k mod 16
