"""Threads that stop when they are asked to."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor, wait
from os import cpu_count
from typing import TypeVar

Progress = Callable[[int], None]  # told how many more draws are done

Item = TypeVar("Item")
Result = TypeVar("Result")


def nothing(draws: int) -> None:
    """The progress of a run that nobody watches."""


def processors() -> int:
    """How many threads run at the same time here."""
    return cpu_count() or 1


def in_threads(task: Callable[[Item], Result], items: Collection[Item], threads: int | None) -> list[Result]:
    """The task's results in the order of the items; on an interrupt, what has not begun is dropped.

    >>> in_threads(abs, [-1, 2, -3], 2)
    [1, 2, 3]
    """
    count = threads or processors()
    if count == 1 or len(items) == 1:
        return [task(item) for item in items]
    pool = ThreadPoolExecutor(count)
    try:
        futures = [pool.submit(task, item) for item in items]
        wait(futures)
        return [future.result() for future in futures]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
