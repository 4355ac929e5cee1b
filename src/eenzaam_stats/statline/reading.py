"""One whole reading of the rows of a table, from the network or from what is kept, into a sink.

A reading ends in one of two ways: the sink holds every row once, all from one edition of the table,
or the sink is discarded and an error says why. Memory grows with one page, not with the table.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from eenzaam_stats.errors import (
    ChangedTableError,
    EenzaamStatsWarning,
    IncompleteTableError,
    UnknownCodeError,
    list_all,
)
from eenzaam_stats.statline.access import (
    READINGS,
    STACK,
    Access,
    description,
    not_kept,
    require_kept,
)
from eenzaam_stats.statline.cache import Kept, Writer, find
from eenzaam_stats.statline.choice import Where, build_filter, choose_topics
from eenzaam_stats.statline.decode import Columns, Layout, Missing, decode_columns, find_unannounced
from eenzaam_stats.statline.description import TableDescription
from eenzaam_stats.statline.document import read_document
from eenzaam_stats.statline.paging import Feed, RestartNeeded, Row, RowNumbers, pages, read_rows
from eenzaam_stats.statline.wire import with_options

Made = TypeVar("Made")
Made_co = TypeVar("Made_co", covariant=True)


class Sink(Protocol[Made_co]):
    """Where the pages of a reading go."""

    def add(self, columns: Columns) -> None:
        """Take the columns of one page."""

    def close(self) -> Made_co:
        """Give what was made of all pages."""

    def discard(self) -> None:
        """Forget what was taken."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a table.

    Attributes
    ----------
    table : str
        Its id.
    where : mapping or None
        Codes per dimension, as :func:`eenzaam_stats.statline.choice.build_filter`.
    topics : sequence of str or None
        Stems or keys, as :func:`eenzaam_stats.statline.choice.choose_topics`.
    missing : {"reason", "plain"}
        Whether to read why figures are missing.
    """

    table: str
    where: Where | None = None
    topics: Sequence[str] | None = None
    missing: Missing = "reason"


@dataclass(frozen=True, slots=True)
class Query:
    """The same in the terms of the service, for one edition of the table."""

    entity: str
    options: tuple[tuple[str, str], ...]
    layout: Layout

    @property
    def is_whole(self) -> bool:
        """Whether all rows are asked for."""
        return not any(name == "$filter" for name, _ in self.options)


@dataclass(frozen=True, slots=True)
class Read:
    """What a reading was.

    Attributes
    ----------
    layout : Layout
        What the rows meant.
    about : mapping
        Description beside the rows: ``modified``, ``read_at``, ``rows``, ``sha256``.
    from_cache : bool
        Whether the rows were kept before.
    """

    layout: Layout
    about: Mapping[str, Any]
    from_cache: bool


def read_into(
    wanted: Wanted, access: Access, sink_for: Callable[[Layout], Sink[Made]]
) -> tuple[Made, Read]:
    """Read all rows that are wanted into a sink.

    Parameters
    ----------
    wanted : Wanted
        Table and choice.
    access : Access
        How to get at it.
    sink_for : callable
        Makes an empty sink; called again when a reading must start anew.

    Returns
    -------
    made : object
        What the sink gave.
    read : Read
        What the reading was.

    Raises
    ------
    UnavailableError, UnknownTableError, IncompleteTableError, ChangedTableError
        As the service answers; nothing of a failed reading is kept.
    UnknownCodeError, OptionError
        If the choice does not fit the table.
    """
    reason = ""
    for _ in range(READINGS):
        table = description(wanted.table, access)
        query = build_query(wanted, table, access)
        key = access.key(wanted.table, entity=query.entity, options=query.options)
        kept = find(access.folder, key)
        if access.offline or (kept is not None and kept.modification_date == table.info.modified):
            return _replay(require_kept(kept, wanted.table), query, sink_for)
        try:
            with (
                _discard_on_failure(sink_for(query.layout)) as sink,
                _writing(access, key) as writer,
            ):
                numbers = _read(query, access, sink, writer)
                return sink.close(), _commit(query, access, writer, numbers)
        except RestartNeeded as problem:
            reason = str(problem)
    raise IncompleteTableError(
        f"Table {wanted.table!r} could not be read as one whole in {READINGS} readings, last: "
        f"{reason}. Nothing was kept. Try again later."
    )


def build_query(wanted: Wanted, table: TableDescription, access: Access) -> Query:
    """Words of the service for what is wanted."""
    chosen = build_filter(table, wanted.where, version=access.service.version)
    topics = choose_topics(table, wanted.topics)
    options = [("$filter", chosen.text)] if chosen.text else []
    if wanted.topics is not None:
        columns = ["ID", *(d.key for d in table.dimensions), *(topic.key for topic in topics)]
        options.append(("$select", ",".join(columns)))
    entity = "UntypedDataSet" if wanted.missing == "reason" else "TypedDataSet"
    return Query(
        entity="Observations" if table.is_long else entity,
        options=tuple(options),
        layout=Layout(table, topics, chosen, wanted.missing),
    )


def _read(query: Query, access: Access, sink: Sink[Any], writer: Writer | None) -> RowNumbers:
    """Read every page; the table must be the same before and after."""
    info = query.layout.description.info
    address = access.protocol.set_address(access.service, info.id, query.entity)
    feed = Feed(with_options(address, query.options), access.protocol.WORDING)
    told = False
    for page in pages(access.transport, feed):
        try:
            sink.add(decode_columns(page.rows, query.layout))
        except (ChangedTableError, UnknownCodeError):
            _require_same(query, access)
            raise
        if writer is not None:
            writer.add(page.body)
        told = told or _report_unannounced(page.rows, query.layout)
    _require_same(query, access)
    _require_count(query, access, feed.numbers)
    return feed.numbers


def _require_same(query: Query, access: Access) -> None:
    """Raise unless the table is still the one that was described."""
    before = query.layout.description.info
    protocol = access.protocol
    now = protocol.parse_info(protocol.read_info(access.ask, access.service, before.id))
    if (now.modified, now.records) != (before.modified, before.records):
        raise RestartNeeded(f"it changed from {before.modified} to {now.modified} meanwhile")


def _require_count(query: Query, access: Access, numbers: RowNumbers) -> None:
    """Compare the rows with what is known of their number."""
    table = query.layout.description
    most = math.prod(len(dimension.members) for dimension in table.dimensions)
    if numbers.count > most:
        raise RestartNeeded(f"{numbers.count} rows came of a table of at most {most}")
    if not query.is_whole:
        return
    dense = table.is_long or numbers.highest + 1 == numbers.count  # known of version 3 only
    if not dense:
        raise RestartNeeded(f"row numbers reach {numbers.highest}, but {numbers.count} rows came")
    announced = table.info.records
    if announced is None or announced == numbers.count:
        return
    told = f"its service announces {announced} rows, and {numbers.count} came on all its pages"
    if access.record_count == "require":
        raise RestartNeeded(f"{told} (if that stays so, record_count='warn' accepts it)")
    warnings.warn(f"table {table.info.id!r}: {told}", EenzaamStatsWarning, stacklevel=STACK + 1)


def _report_unannounced(rows: Sequence[Row], layout: Layout) -> bool:
    """Report columns that the description does not have; they are left out."""
    more = find_unannounced(rows, layout)
    if more:
        warnings.warn(
            f"table {layout.description.info.id!r} has column(s) [{list_all(more)}] that its "
            "description does not name; they were left out",
            EenzaamStatsWarning,
            stacklevel=STACK + 1,
        )
    return bool(more)


@contextmanager
def _discard_on_failure(sink: Sink[Made]) -> Iterator[Sink[Made]]:
    """Discard a sink when its reading fails, whatever the reason."""
    try:
        yield sink
    except BaseException:
        sink.discard()
        raise


@contextmanager
def _writing(access: Access, key: str) -> Iterator[Writer | None]:
    """Writer of the cache; discarded when the reading fails."""
    writer = access.writer(key)
    try:
        yield writer
    except BaseException:
        if writer is not None:
            writer.discard()
        raise


def _commit(query: Query, access: Access, writer: Writer | None, numbers: RowNumbers) -> Read:
    info = query.layout.description.info
    about: Mapping[str, Any] = access.about(
        info.id, info.modified, numbers.count,
        title=info.title, entity=query.entity, options=[list(one) for one in query.options],
    )  # fmt: skip
    if writer is not None:
        try:
            about = writer.commit(about).about
        except OSError as problem:
            writer.discard()
            not_kept(problem)
    return Read(query.layout, about, from_cache=False)


def _replay(
    kept: Kept, query: Query, sink_for: Callable[[Layout], Sink[Made]]
) -> tuple[Made, Read]:
    """Rows from what is kept, which was checked when it was read."""
    info = query.layout.description.info
    if kept.modification_date != info.modified:
        raise IncompleteTableError(
            f"Table {info.id!r}: its rows are kept of {kept.modification_date}, its description of "
            f"{info.modified}. Read it once with a network (without --offline)."
        )
    with _discard_on_failure(sink_for(query.layout)) as sink:
        for body in kept.bodies():
            sink.add(decode_columns(read_rows(read_document(body)), query.layout))
        return sink.close(), Read(query.layout, kept.about, from_cache=True)
