"""Open tables of StatLine and its third parties, read whole or not at all: the front of the client.

Codes stay as they are; labels, dates, units, bounds and reasons of missing figures are added. A
figure keeps the unit of its publisher, as in :func:`eenzaam_stats.published.reference.reference`.
No live table could be asked when this was written: shapes and codes follow public descriptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from eenzaam_stats.errors import IncompleteTableError, OptionError
from eenzaam_stats.statline.access import Access, description, require_kept
from eenzaam_stats.statline.choice import Where, contains, starts_with
from eenzaam_stats.statline.decode import Missing
from eenzaam_stats.statline.description import TableDescription, TableInfo
from eenzaam_stats.statline.margins import Margins, arranged, margin_dimension, wide
from eenzaam_stats.statline.open_table import OpenTable, TableSource, source_of
from eenzaam_stats.statline.reading import Wanted, read_into
from eenzaam_stats.statline.service import CBS, CBS_V4, RIVM, SERVICES
from eenzaam_stats.statline.sink import FrameSink, ParquetSink, require_parquet

__all__ = [
    "CBS", "CBS_V4", "RIVM", "SERVICES", "Access", "OpenTable", "TableSource", "contains",
    "find_tables", "read_description", "read_table", "save_table", "starts_with", "with_margins",
]  # fmt: skip


def read_description(table: str, *, access: Access | None = None) -> TableDescription:
    """Read what a table is: catalogue entry, dimensions with all members, topics.

    Parameters
    ----------
    table : str
        Id of the table; capitals count.
    access : Access, optional
        Service, patience, cache, with or without network; by default StatLine of CBS.

    Returns
    -------
    TableDescription

    Raises
    ------
    UnknownTableError, UnavailableError, ChangedTableError, IncompleteTableError
        As :func:`read_table`.
    """
    return description(table, access or Access())


def find_tables(text: str = "", *, access: Access | None = None) -> tuple[TableInfo, ...]:
    """List the tables of a catalogue, or those that speak of something.

    Parameters
    ----------
    text : str, default ""
        Word or words to look for in id, title and summary, in any case; empty for all tables.
    access : Access, optional
        The service ``CBS`` or ``RIVM``; by default that of CBS.

    Returns
    -------
    tuple of TableInfo
        In the order of the catalogue.

    Raises
    ------
    UnavailableError
        If the service gives no answer, or ``offline`` is set: a catalogue is never kept.
    """
    way = access or Access()
    if way.offline:
        require_kept(None, f"catalogue {way.service.catalogue}")
    rows = way.ask(way.protocol.catalogue_address(way.service))
    found = [way.protocol.info_of(row) for row in rows]
    own = way.service.catalogue.casefold()
    looked = text.casefold()
    return tuple(
        info
        for info in found
        if info.catalogue.casefold() in {own, ""}
        and looked in f"{info.id} {info.title} {info.summary}".casefold()
    )


def read_table(
    table: str,
    where: Where | None = None,
    *,
    topics: Sequence[str] | None = None,
    margins: Margins = "wide",
    missing: Missing = "reason",
    access: Access | None = None,
) -> OpenTable:
    """Read the rows of a table: all of them once, from one edition, or an error.

    Parameters
    ----------
    table : str
        Id of the table; capitals count.
    where : mapping, optional
        Per dimension one code, several codes, or :func:`starts_with` or :func:`contains`; without
        blanks for padding. All rows by default.
    topics : sequence of str, optional
        Stems such as ``Eenzaam``, whatever number an edition puts behind them, or whole keys. All
        topics by default.
    margins : {"wide", "value", "long"}, default "wide"
        For a table whose confidence bounds are rows: columns beside the estimate, estimates only,
        or rows as they are.
    missing : {"reason", "plain"}, default "reason"
        Whether a column says why a figure is missing.
    access : Access, optional
        Service, patience, cache, with or without network; by default StatLine of CBS.

    Returns
    -------
    OpenTable

    Raises
    ------
    UnknownTableError
        If the service has no such table.
    UnavailableError
        If the service gives no usable answer, or nothing is kept and ``offline`` is set.
    IncompleteTableError
        If rows were lost, came twice or changed while they were read.
    ChangedTableError
        If a topic, column or symbol is not what it was, or a stem stands for several topics.
    UnknownCodeError, OptionError
        If a code or dimension is not in the table.

    See Also
    --------
    save_table : The same to a Parquet file, for tables larger than memory.
    eenzaam_stats.reference : The packaged figures, which need no network.

    Notes
    -----
    **Unit.** As published, named in the column ``<topic>_unit``: a percentage stays a percentage.
    Figures are rounded to the decimals with which they are published.

    **Missing data.** NaN, with ``impossible``, ``unknown_unreliable_or_secret`` (one symbol for all
    three) or ``not_delivered`` in ``<topic>_missing``.

    **Validated against.** A server with the published shapes and 500 schedules of faults, and the
    client ``cbsodata`` on the same server, in ``tests/statline``. No live table was read.
    """
    if missing not in get_args(Missing):
        raise OptionError.among(missing, get_args(Missing), name="missing")
    way = access or Access()
    wanted = Wanted(table, where, topics, missing)
    frame, read = read_into(wanted, way, FrameSink)
    columns = [d.key for d in read.layout.description.dimensions]
    if frame.duplicated(columns).any():
        raise IncompleteTableError(
            f"Table {table!r} has {int(frame.duplicated(columns).sum())} row(s) with the codes of "
            "another one. Try again later, and report it if it stays so."
        )
    arrangement = arranged(frame, read.layout, margins)
    return OpenTable(source_of(read), read.layout.description, read.layout, arrangement)


def with_margins(table: OpenTable) -> OpenTable:
    """Turn the rows of confidence bounds into columns beside their estimate.

    Parameters
    ----------
    table : OpenTable
        Read with ``margins="long"``.

    Returns
    -------
    OpenTable
        With ``<topic>_conf_low`` and ``<topic>_conf_high``; the frame that came in stays as it is.

    Raises
    ------
    OptionError
        If the table has no rows of bounds, or they are columns already.
    ChangedTableError
        If value and bounds do not fit one to one, or a value lies outside its bounds.
    """
    dimension = margin_dimension(table.description)
    if dimension is None or dimension.key not in table.frame:
        raise OptionError(
            f"with_margins() needs rows of bounds, which table {table.source.table!r} does not "
            "have here. Read it with margins='long', or use its columns as they are."
        )
    frame = wide(table.frame, table.layout, dimension)
    return OpenTable(table.source, table.description, table.layout, frame)


def save_table(
    table: str,
    path: str | Path,
    where: Where | None = None,
    *,
    topics: Sequence[str] | None = None,
    missing: Missing = "reason",
    overwrite: bool = False,
    access: Access | None = None,
) -> TableSource:
    """Write the rows of a table to a Parquet file, page by page.

    Memory grows with one page, not with the table. The file appears when all rows are in it.

    Parameters
    ----------
    table, where, topics, missing, access
        As in :func:`read_table`; bounds stay rows, since a page does not hold all of them.
    path : str or pathlib.Path
        File to write.
    overwrite : bool, default False
        Whether an existing file may be replaced.

    Returns
    -------
    TableSource

    Raises
    ------
    SourceError
        If PyArrow is not installed, the folder is absent, a file is there already, or as
        :func:`read_table`.
    """
    target = Path(path)
    require_parquet(target, overwrite=overwrite)
    wanted = Wanted(table, where, topics, missing)
    _, read = read_into(
        wanted, access or Access(), lambda layout: ParquetSink(layout, target, overwrite)
    )
    return source_of(read)
