"""A connection that ends at its deadline, whatever the server does with its bytes.

Limits between two bytes say nothing of a server that sends one now and then: in its headers, in the
extension of a chunk, in a trailer, in the text of an error. So the connection itself is cut off
when its time is up, and what comes in is counted before any of it is understood.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Timer
from typing import Any

import urllib3
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

# The longest line of a chunk, an extension or a trailer, and the most that error texts are read.
LONGEST_LINE = 1 << 16
SHORTEST_WATCH = 0.001


@dataclass(slots=True)
class Watch:
    """What is cut off when time is up.

    Attributes
    ----------
    connections : list
        Connections that the request uses.
    sockets : list
        Sockets of answers whose connection has let go of them.
    ended : bool
        Whether time was up.
    """

    connections: list[Any] = field(default_factory=list)
    sockets: list[Any] = field(default_factory=list)
    ended: bool = False

    def end(self) -> None:
        """Cut off, so that whoever waits for a byte wakes up."""
        self.ended = True
        found = [getattr(connection, "sock", None) for connection in self.connections]
        for held in (*found, *self.sockets):
            own = getattr(held, "socket", held)  # TLS within TLS, as behind some proxies
            if isinstance(own, socket.socket):
                with suppress(OSError):
                    # of the socket below: that of TLS would wait for a word of the other side
                    socket.socket.shutdown(own, socket.SHUT_RDWR)


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watch_connections(seconds: float) -> Iterator[Watch]:
    """Cut off every connection that is taken inside when ``seconds`` are over.

    Examples
    --------
    >>> with watch_connections(60.0) as watch:
    ...     watch.ended
    False
    """
    watch = Watch()
    timer = Timer(max(SHORTEST_WATCH, seconds), watch.end)
    timer.daemon = True
    token = _watch.set(watch)
    timer.start()
    try:
        yield watch
    finally:
        timer.cancel()
        _watch.reset(token)


def _observe(connection: Any) -> Any:
    watch = _watch.get()
    if watch is not None:
        watch.connections.append(connection)
    return connection


class _Plain(HTTPConnectionPool):
    def _get_conn(self, timeout: float | None = None) -> Any:
        return _observe(super()._get_conn(timeout))


class _Encrypted(HTTPSConnectionPool):
    def _get_conn(self, timeout: float | None = None) -> Any:
        return _observe(super()._get_conn(timeout))


def with_watch(manager: urllib3.PoolManager) -> urllib3.PoolManager:
    """Return the manager, whose connections a watch can cut off."""
    manager.pool_classes_by_scheme = {"http": _Plain, "https": _Encrypted}
    return manager


class _Counted:
    """Bytes of an answer as they come in: no endless line, and no more than was agreed."""

    def __init__(self, stream: Any, most: int) -> None:
        self._stream, self._left = stream, most

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _take(self, n_bytes: int) -> None:
        self._left -= n_bytes
        if self._left < 0:
            raise OSError("more bytes came in than an answer may have")

    def readline(self, size: int = -1) -> bytes:
        most = LONGEST_LINE if size < 0 else min(size, LONGEST_LINE)
        line: bytes = self._stream.readline(most + 1)
        if len(line) > LONGEST_LINE:
            raise OSError("a line between the pieces of the answer does not end")
        self._take(len(line))
        return line

    def read(self, *size: int) -> bytes:
        data: bytes = self._stream.read(*size)
        self._take(len(data))
        return data

    def read1(self, *size: int) -> bytes:
        data: bytes = self._stream.read1(*size)
        self._take(len(data))
        return data

    def readinto(self, buffer: Any) -> int:
        count: int = self._stream.readinto(buffer)
        self._take(count)
        return count


def count_bytes(response: urllib3.BaseHTTPResponse, most: int) -> None:
    """Count what comes in on a response of which no byte of the body was read yet."""
    raw = getattr(response, "_fp", None)
    stream = getattr(raw, "fp", None)
    watch = _watch.get()
    if watch is not None:
        watch.sockets.append(getattr(getattr(stream, "raw", None), "_sock", None))
    if raw is not None and stream is not None:
        raw.fp = _Counted(stream, most)


def read_first(response: urllib3.BaseHTTPResponse, size: int) -> bytes:
    """First bytes of the text of an error, however slowly or endlessly it comes."""
    begin = b""
    with suppress(urllib3.exceptions.HTTPError, OSError, ValueError):
        while len(begin) < size and (piece := response.read1(size)):
            begin += piece
    return begin[:size]
