"""Counter-based random bits: Philox4x32-10 of Salmon et al., SC'11, doi:10.1145/2063384.2063405.

A stream is a key made of the seed and an input's name; draw k of a stream is a function of (key, k)
alone, so any draw can be computed by itself, in any order, on any thread.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numba import njit

from simulator.kernel.options import OPTIONS

MASK = np.uint64(0xFFFFFFFF)
WORD = np.uint64(32)
MULTIPLIER_0, MULTIPLIER_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL_0, WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)


def stream_key(seed: int, name: str) -> int:
    """The 64-bit key of an input's stream: a hash of the seed and the input's name.

    >>> hex(stream_key(1, "mfu"))
    '0x178697d6920d526c'
    """
    digest = blake2b(f"{seed}/{name}".encode(), digest_size=8, person=b"traincost stream").digest()
    return int.from_bytes(digest, "little")


def random_order(seed: int, number: int, count: int) -> list[int]:
    """The numbers below ``count`` in one of the random orders that a seed gives.

    >>> random_order(1, 0, 4) == random_order(1, 0, 4), sorted(random_order(1, 7, 4))
    (True, [0, 1, 2, 3])
    """
    words = np.random.Philox(key=stream_key(seed, f"order/{number}"))
    order: list[int] = np.argsort(words.random_raw(count), kind="stable").tolist()
    return order


# Inlined as source, since a call inside the sampler's loop would keep it from being vectorised.
@njit(**OPTIONS, forceinline=True)
def philox(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Four random 32-bit words from a 128-bit counter and a 64-bit key, each word held in a uint64."""
    for _ in range(10):
        p0 = MULTIPLIER_0 * c0
        p1 = MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (p1 >> WORD) ^ c1 ^ k0, p1 & MASK, (p0 >> WORD) ^ c3 ^ k1, p0 & MASK
        k0 = (k0 + WEYL_0) & MASK
        k1 = (k1 + WEYL_1) & MASK
    return c0, c1, c2, c3
