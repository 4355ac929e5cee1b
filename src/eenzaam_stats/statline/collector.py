"""Python's search for cycles, less hurried while pages are read.

A page is ten thousand rows that die together and hold no cycle. With the usual threshold of some
hundreds of objects the whole heap is searched again and again for them, a fifth of the time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

OBJECTS = 50_000  # between two searches, so that garbage of other threads stays bounded
_lock = Lock()
_usual: list[tuple[int, int, int]] = []  # one entry per reading that runs, the oldest first


@contextmanager
def unhurried_collector() -> Iterator[None]:
    """Search after 50,000 new objects inside the block, as usual after the last such block.

    Examples
    --------
    >>> before = gc.get_threshold()
    >>> with unhurried_collector():
    ...     gc.get_threshold()[0] >= before[0]
    True
    >>> gc.get_threshold() == before
    True
    """
    with _lock:
        first, *others = gc.get_threshold()
        _usual.append((first, others[0], others[1]))
        if 0 < first < OBJECTS:
            gc.set_threshold(OBJECTS, *others)
    try:
        yield
    finally:
        with _lock:
            if len(_usual) == 1:
                gc.set_threshold(*_usual[0])
                _usual.clear()
            else:
                _usual.pop()
