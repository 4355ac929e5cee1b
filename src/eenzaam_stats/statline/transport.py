"""One answer of a web service: asked politely, waited for within bounds, read whole or not at all.

It knows addresses, time and JSON. What a table is, is not its affair: the caller brings a check,
and an answer that fails it counts as a failed attempt, exactly as a broken connection does.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from threading import RLock
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import HTTPError, InvalidHeader, SSLError

from eenzaam_stats.errors import IncompleteTableError, UnavailableError, UnknownTableError
from eenzaam_stats.messages import printable
from eenzaam_stats.statline.bounded import count_bytes, read_first, watch_connections, with_watch
from eenzaam_stats.statline.document import read_document
from eenzaam_stats.statline.service import require_safe
from eenzaam_stats.version import VERSION

Found = TypeVar("Found")
USER_AGENT = f"eenzaam-stats/{VERSION} (loneliness statistics; one request at a time)"
HEADERS = {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip"}
AGAIN = (408, 429)  # beside every 5xx: the only answers that another attempt can change
SHOWN = 80  # characters of an unreadable answer that a message shows
CHUNK = 1 << 18
MOST_BESIDE = 1 << 20  # bytes of a short answer that are no answer: sizes of chunks, trailers
_turns: defaultdict[str, RLock] = defaultdict(RLock)


class UnfitAnswer(Exception):  # noqa: N818 (a finding of a check, never seen outside this package)
    """What a check says of an answer that is readable and yet not the one that was asked for."""


class _FailedAttempt(Exception):  # noqa: N818
    """One attempt that another may better, with the wait that the server asked for."""

    def __init__(self, reason: str, *, wait: float = 0.0, unfit: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.wait, self.unfit = reason, wait, unfit


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one answer may take, its further attempts included.

    Attributes
    ----------
    connect, read : float
        Seconds until the connection stands, and between two pieces of the answer.
    deadline : float
        Seconds for one answer with all attempts and waits: a server that sends a byte now and then
        passes every other limit.
    attempts : int
        Attempts in all.
    first_wait, longest_wait : float
        Seconds before the second attempt, doubled each time, and the most that is ever waited.
    most_bytes : int
        Size of one answer above which it is refused.
    """

    connect: float = 10.0
    read: float = 60.0
    deadline: float = 600.0
    attempts: int = 4
    first_wait: float = 1.0
    longest_wait: float = 60.0
    most_bytes: int = 1 << 29


@dataclass(frozen=True, slots=True)
class Transport:
    """Asks for answers; clock, sleep and chance can be replaced.

    Attributes
    ----------
    patience : Patience
        Time limits and attempts.
    clock, sleep : callable
        Seconds that only go forward, and how to wait.
    chance : random.Random
        Spreads the waits, so that many clients do not come back at the same moment.
    """

    patience: Patience = Patience()
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: random.Random = field(default_factory=random.Random)

    def answer(self, address: str, check: Callable[[Any, bytes], Found]) -> Found:
        """Ask until an answer passes the check or patience ends.

        Parameters
        ----------
        address : str
            What to ask, encoded, with its scheme.
        check : callable
            Takes the document and its bytes; gives what the caller needs, or raises
            :class:`UnfitAnswer`.

        Returns
        -------
        object
            What the check gave.

        Raises
        ------
        UnknownTableError
            If the server says that there is nothing at this address.
        UnavailableError
            If no attempt gave a readable answer, or the certificate was rejected.
        IncompleteTableError
            If the last answer was readable and failed the check.
        OptionError
            If the address is not encrypted and not on this machine.
        """
        require_safe(address)
        with _turns[urlsplit(address).netloc]:
            return self._persist(address, check)

    def _persist(self, address: str, check: Callable[[Any, bytes], Found]) -> Found:
        end = self.clock() + self.patience.deadline
        last = _FailedAttempt("nothing was tried")
        for attempt in range(1, self.patience.attempts + 1):
            try:
                return self._attempt(address, check, end)
            except _FailedAttempt as failed:
                last = failed
            if attempt < self.patience.attempts and not self._wait(attempt, last.wait, end):
                break
        return _give_up(address, last, attempt)

    def _attempt(self, address: str, check: Callable[[Any, bytes], Found], end: float) -> Found:
        kind, body = self._body(address, end)
        document = _document(kind, body)
        try:
            return check(document, body)
        except UnfitAnswer as problem:
            raise _FailedAttempt(str(problem), unfit=True) from problem

    def _wait(self, attempt: int, asked: float, end: float) -> bool:
        """Wait before the next attempt; false when that would take too long."""
        own = self.patience.first_wait * 2 ** (attempt - 1)
        wait = max(asked, min(own, self.patience.longest_wait)) + self.chance.uniform(0, own / 2)
        if asked > self.patience.longest_wait or self.clock() + wait >= end:
            return False
        self.sleep(wait)
        return True

    def _body(self, address: str, end: float) -> tuple[str, bytes]:
        """Kind and bytes of an answer with status 200."""
        left = max(0.001, end - self.clock())
        with watch_connections(left) as watch:
            try:
                return self._within(address, left, end)
            except _FailedAttempt as failed:
                if watch.ended:
                    raise self._too_late() from failed
                raise

    def _within(self, address: str, left: float, end: float) -> tuple[str, bytes]:
        limits = urllib3.Timeout(
            connect=min(self.patience.connect, left), read=min(self.patience.read, left)
        )
        with _explain_failures(address):
            response = _pool(address).request(
                "GET", address, timeout=limits, retries=False, redirect=False,
                preload_content=False,
            )  # fmt: skip
        with closing(response):
            count_bytes(response, 2 * self.patience.most_bytes + MOST_BESIDE)
            if response.status != 200:
                _refuse_status(address, response)
            with _explain_failures(address):
                body = self._read(response, end)
        return printable(response.headers.get("Content-Type", "no content type"))[:SHOWN], body

    def _too_late(self) -> _FailedAttempt:
        return _FailedAttempt(f"the answer was not whole after {self.patience.deadline:g} s")

    def _read(self, response: urllib3.BaseHTTPResponse, end: float) -> bytes:
        """Whole body, piece by piece, so that a slow drip meets the deadline."""
        pieces = bytearray()
        while piece := response.read1(CHUNK):
            pieces += piece
            if self.clock() > end:
                raise self._too_late()
            if len(pieces) > self.patience.most_bytes:
                raise _FailedAttempt(f"the answer has more than {self.patience.most_bytes} bytes")
        return bytes(pieces)


@cache
def _pools(proxy: str) -> urllib3.PoolManager:
    """Connections, with certificates always checked."""
    options: dict[str, Any] = {"cert_reqs": "CERT_REQUIRED", "headers": HEADERS, "maxsize": 1}
    made = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
    return with_watch(made)


def _pool(address: str) -> urllib3.PoolManager:
    parts = urlsplit(address)
    host = parts.hostname or ""
    return _pools("" if proxy_bypass(host) else getproxies().get(parts.scheme, ""))


def _document(kind: str, body: bytes) -> Any:
    """JSON of a body."""
    try:
        return read_document(body)
    except ValueError as problem:
        start = printable(body[:SHOWN].decode("utf-8", "replace"))
        raise _FailedAttempt(
            f"an answer of {len(body)} bytes ({kind}) that is not whole JSON and begins {start!r}"
        ) from problem


def _refuse_status(address: str, response: urllib3.BaseHTTPResponse) -> NoReturn:
    """Raise for a status that is not 200: for good, or as an attempt to repeat."""
    status = response.status
    if status == 404:
        raise UnknownTableError(
            f"{_place(address)} has nothing at {urlsplit(address).path!r}. Check the id of the "
            "table: capitals count (85766NED, 7461bev), and tables of others are in another "
            "catalogue. eenzaam_stats.statline.statline.find_tables() lists what there is."
        )
    if status in AGAIN or status >= 500:
        raise _FailedAttempt(
            f"status {status}", wait=_read_delay(response.headers.get("Retry-After"))
        )
    begin = printable(read_first(response, SHOWN).decode("utf-8", "replace"))
    where = printable(response.headers.get("Location", ""))
    raise UnavailableError(
        f"{_place(address)} refused a request with status {status}"
        f"{f', and points to {where[:SHOWN]!r}' if where else ''}: {begin!r}. "
        "Asking again would not help; report it with the name of the table."
    )


def _read_delay(header: str | None) -> float:
    """Seconds that a server asks to wait, as a number or a date; 0 when it asks nothing."""
    if header is None:
        return 0.0
    try:
        return float(urllib3.Retry().parse_retry_after(header))
    except InvalidHeader:
        return 0.0


@contextmanager
def _explain_failures(address: str) -> Iterator[None]:
    """Name a connection that failed: a bad certificate for good, anything else to repeat."""
    try:
        yield
    except (HTTPError, OSError) as problem:
        text = printable(str(problem))[:200]
        if not (isinstance(problem, SSLError) and "CERTIFICATE_VERIFY_FAILED" in text):
            raise _FailedAttempt(f"{type(problem).__name__}: {text}") from problem
        raise UnavailableError(
            f"The certificate of {_place(address)} was rejected: {text}. Certificate checks are "
            "never switched off. Check the clock of this machine and any proxy in between, try "
            "again later, or work from what is kept here with --offline."
        ) from problem


def _give_up(address: str, last: _FailedAttempt, attempts: int) -> NoReturn:
    place = f"{_place(address)}, {urlsplit(address).path.rpartition('odata/')[2]!r}"
    if last.unfit:
        raise IncompleteTableError(
            f"{place}, gave an answer that cannot be right {attempts} time(s), last: {last}. "
            "Nothing was kept. Try again later."
        ) from last
    asked = f", and asks to wait {last.wait:.0f} s" if last.wait else ""
    raise UnavailableError(
        f"{place}, gave no usable answer in {attempts} attempt(s), last: {last}{asked}. "
        "Try again later, or work from what is kept here with --offline."
    ) from last


def _place(address: str) -> str:
    return urlsplit(address).hostname or "the service"
