"""All pages of one feed: each row exactly once, or a clear error; never a part, never a row twice.

A page is believed only when its rows are new, its number of rows fits where the next page begins,
and the next address leads to the same feed. The end is believed only when the service, asked for
the row after the last one, has none. What the rows mean is not its affair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar, cast
from urllib.parse import parse_qs, urlsplit

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.errors import IncompleteTableError
from eenzaam_stats.statline.transport import Transport, UnfitAnswer

MOST_PAGES = 100_000
MOST_ROWS = 1 << 31  # numbers of rows are kept as one bit each
Row = Mapping[str, Any]
Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Wording:
    """How one version of the protocol writes a page.

    Attributes
    ----------
    row_number : str
        Key of the number that a row has within its table.
    next_page : str
        Key of the address of the next page.
    """

    row_number: str
    next_page: str


V3 = Wording("ID", "odata.nextLink")
V4 = Wording("Id", "@odata.nextLink")


@dataclass(frozen=True, slots=True)
class Page:
    """One page that passed.

    Attributes
    ----------
    rows : sequence of mapping
        Rows as the service wrote them.
    body : bytes
        The answer itself.
    """

    rows: Sequence[Row]
    body: bytes


class RestartNeeded(Exception):  # noqa: N818 (caught by the reader of the whole table)
    """The pages so far do not make one table; a new reading from the start may."""


@dataclass(slots=True)
class RowNumbers:
    """Numbers of the rows that were seen, one bit each.

    Examples
    --------
    >>> numbers = RowNumbers()
    >>> numbers.add(numbers.new([0, 1, 2]))
    >>> numbers.count, numbers.highest
    (3, 2)
    """

    count: int = 0
    highest: int = -1
    _bits: bytearray = field(default_factory=bytearray)

    def new(self, numbers: Sequence[Any]) -> NDArray[np.int64]:
        """Numbers of a page, all of them new.

        Raises
        ------
        UnfitAnswer
            If one is no whole number from 0, or occurs twice, here or on an earlier page.
        """
        try:
            found = np.array(numbers if set(map(type, numbers)) <= {int} else [-1], dtype=np.int64)
        except OverflowError:
            found = np.array([-1])
        ordered = np.sort(found)
        if ordered.size and not 0 <= ordered[0] <= ordered[-1] < MOST_ROWS:
            raise UnfitAnswer("the number of a row is no whole number from 0")
        twice = ordered[1:][ordered[1:] == ordered[:-1]]
        if twice.size:
            raise UnfitAnswer(f"row {twice[0]} is twice on one page")
        self._reach(int(ordered[-1]) if ordered.size else -1)
        bits = np.frombuffer(self._bits, dtype=np.uint8)
        seen = found[(bits[found >> 3] >> (found & 7)) & 1 == 1]
        del bits
        if seen.size:
            raise UnfitAnswer(f"row {seen[0]} was on an earlier page ({seen.size} row(s) twice)")
        return found

    def add(self, found: NDArray[np.int64]) -> None:
        """Count the numbers of a page that passed."""
        bits = np.frombuffer(self._bits, dtype=np.uint8)
        np.bitwise_or.at(bits, found >> 3, (1 << (found & 7)).astype(np.uint8))
        self.count += found.size
        self.highest = max(self.highest, int(found.max(initial=-1)))

    def _reach(self, highest: int) -> None:
        short = (highest >> 3) + 1 - len(self._bits)
        if short > 0:
            self._bits.extend(bytes(max(short, len(self._bits))))


@dataclass(frozen=True, slots=True)
class Feed:
    """One reading of a feed, from its start.

    Attributes
    ----------
    first : str
        Address of the first page, options included and encoded.
    wording : Wording
        How this version writes a page.
    numbers : RowNumbers
        Filled while the pages are read.
    """

    first: str
    wording: Wording
    numbers: RowNumbers = field(default_factory=RowNumbers)


def pages(transport: Transport, feed: Feed) -> Iterator[Page]:
    """Follow a feed from its first page to its proven end.

    Parameters
    ----------
    transport : Transport
        Asks for answers.
    feed : Feed
        What to read; not read before.

    Yields
    ------
    Page
        In the order of the service. Nothing of it is final before the iteration ends by itself.

    Raises
    ------
    RestartNeeded
        If rows follow after what was said to be the last page.
    IncompleteTableError, UnavailableError, UnknownTableError
        As :meth:`Transport.answer`; the first also when there are more than 100,000 pages.

    Notes
    -----
    An address of a next page is followed as it is: it holds all options already. The next page is
    asked for while the caller works on the last one; still one request at a time.
    """

    def ask(address: str) -> tuple[Page, NDArray[np.int64], str | None]:
        return transport.answer(address, lambda document, body: _page(feed, document, body))

    asked = _ahead(ask, feed.first)
    for _ in range(MOST_PAGES):
        page, found, following = asked()
        feed.numbers.add(found)
        if following is not None:
            asked = _ahead(ask, following)
        yield page
        if following is None:
            _require_end(transport, feed)
            return
    raise IncompleteTableError(
        f"A feed of {urlsplit(feed.first).hostname} has more than {MOST_PAGES} pages. "
        "Ask for fewer rows."
    )


def _ahead(ask: Callable[[str], Given], address: str) -> Callable[[], Given]:
    """Ask in a thread that no end of the program waits for; the result waits and raises."""
    box: SimpleQueue[tuple[Given | None, BaseException | None]] = SimpleQueue()

    def work() -> None:
        try:
            box.put((ask(address), None))
        except BaseException as problem:
            box.put((None, problem))

    def result() -> Given:
        given, problem = box.get()
        if problem is not None:
            raise problem
        return cast("Given", given)

    Thread(target=work, daemon=True, name="next page").start()
    return result


def _page(feed: Feed, document: Any, body: bytes) -> tuple[Page, NDArray[np.int64], str | None]:
    """Page, numbers of its rows and address of the next page, once all three are right."""
    rows = read_rows(document)
    try:
        found = feed.numbers.new(list(map(itemgetter(feed.wording.row_number), rows)))
    except KeyError:
        raise UnfitAnswer(f"a row has no {feed.wording.row_number!r}") from None
    following = document.get(feed.wording.next_page)
    if following is not None:
        _require_next(following, feed.first, feed.numbers.count + len(rows))
        if not rows:
            raise UnfitAnswer("an empty page says that another one follows")
    return Page(rows, body), found, following


def read_rows(document: Any) -> list[dict[str, Any]]:
    """Rows of an answer, which stand under ``value``.

    Raises
    ------
    UnfitAnswer
        If there is no list of rows.

    Examples
    --------
    >>> read_rows({"value": [{"ID": 0}]})
    [{'ID': 0}]
    """
    rows = document.get("value") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not set(map(type, rows)) <= {dict}:
        raise UnfitAnswer("the answer has no list of rows under 'value'")
    return rows


def _require_next(following: Any, first: str, begins: int) -> None:
    """Raise unless a next address leads into the same feed, right behind the rows so far."""
    here, there = urlsplit(first), urlsplit(str(following))
    if not isinstance(following, str) or (there.scheme, there.netloc) != (here.scheme, here.netloc):
        raise UnfitAnswer("the next page is said to be on another host")
    if there.path.casefold() != here.path.casefold():
        raise UnfitAnswer("the next page is said to be of another table")
    options = parse_qs(there.query)
    repeated = sorted(name for name, values in options.items() if len(values) > 1)
    if repeated:
        raise UnfitAnswer(f"the address of the next page gives {repeated[0]} twice")
    skip = options.get("$skip", [""])[0]
    if "$skip" in options and skip != str(begins):
        raise UnfitAnswer(f"{begins} row(s) so far, but the next page is said to begin at {skip}")
    if not {"$skip", "$skiptoken"} & set(options):
        raise UnfitAnswer("the address of the next page does not say where it begins")


def _require_end(transport: Transport, feed: Feed) -> None:
    """Ask for the row behind the last one; there must be none."""
    count = feed.numbers.count
    after = transport.answer(
        f"{feed.first}&$skip={count}&$top=1", lambda document, _: len(read_rows(document))
    )
    if after:
        raise RestartNeeded(f"the last page ends at {count} row(s), and more follow")
