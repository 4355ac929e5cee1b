"""What a reading is busy with, told to whoever listens; without a listener nothing happens.

A long reading tells at each step what comes next. Who shows it, and where, is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str], None]
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def show_progress(listener: Listener) -> Iterator[None]:
    """Tell a listener about every step of the readings inside the block.

    Parameters
    ----------
    listener : callable
        Called with a few words in front of each step: the file, and how much of it is read. It
        never gets a value of the file.

    Examples
    --------
    >>> heard = []
    >>> with show_progress(heard.append):
    ...     tell("reading 3 columns of gm.sav")
    >>> tell("nobody listens")
    >>> heard
    ['reading 3 columns of gm.sav']
    """
    mark = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(mark)


def tell(words: str) -> None:
    """Tell the listener, if there is one, what comes next."""
    listener = _listener.get()
    if listener is not None:
        listener(words)
