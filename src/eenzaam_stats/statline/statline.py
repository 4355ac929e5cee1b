"""Open tables of StatLine and its third parties, read whole or not at all: the front of the client.

Codes stay as they are; labels, dates, units, bounds and reasons of missing figures are added. A
figure keeps the unit of its publisher, as in :func:`eenzaam_stats.published.reference.reference`.
No live table could be asked when this was written: shapes and codes follow public descriptions.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from eenzaam_stats.errors import IncompleteTableError, OptionError, SourceError
from eenzaam_stats.files.writing import PendingFile, require_place
from eenzaam_stats.statline.access import Access, description, require_kept
from eenzaam_stats.statline.choice import Where
from eenzaam_stats.statline.coder import Coded
from eenzaam_stats.statline.decode import Columns, Layout, Missing, build_frame, decode_columns
from eenzaam_stats.statline.description import TableDescription, TableInfo
from eenzaam_stats.statline.margins import Margins, arrange_margins, margin_dimension, wide
from eenzaam_stats.statline.open_table import OpenTable, TableSource, record_source
from eenzaam_stats.statline.reading import Wanted, read_into

__all__ = ["find_tables", "read_description", "read_table", "save_table", "with_margins"]


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
    found = [way.protocol.parse_info(row) for row in rows]
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
    arrangement = arrange_margins(frame, read.layout, margins)
    return OpenTable(record_source(read), read.layout.description, read.layout, arrangement)


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
    return record_source(read)


# Where the pages of a reading go: one frame in memory, or a Parquet file page by page.

VERB = "save_table()"


@dataclass(slots=True)
class FrameSink:
    """All pages as one frame."""

    layout: Layout
    frames: list[pd.DataFrame] = field(default_factory=list)

    def add(self, columns: Columns) -> None:
        """Take the columns of one page."""
        frame = build_frame(columns)
        if len(frame):
            self.frames.append(frame)

    def close(self) -> pd.DataFrame:
        """One frame; with its columns and without rows when nothing came."""
        if not self.frames:
            return build_frame(decode_columns([], self.layout))
        return pd.concat(self.frames, ignore_index=True)

    def discard(self) -> None:
        """Forget the pages."""
        self.frames.clear()


@dataclass(slots=True)
class ParquetSink:
    """All pages in one file, which appears when the last one is written."""

    layout: Layout
    path: Path
    overwrite: bool
    _pending: PendingFile = field(init=False)
    _writer: Any = field(init=False, default=None)
    _words: dict[str, Any] = field(init=False, default_factory=dict)
    _rows: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._pending = PendingFile(self.path, VERB, overwrite=self.overwrite)

    def add(self, columns: Columns) -> None:
        """Write one page."""
        import pyarrow as pa  # noqa: PLC0415  (an extra)
        import pyarrow.parquet as pq  # noqa: PLC0415

        table = pa.table({name: self._array(name, one) for name, one in columns.items()})
        with self._pending.writing() as part:
            if self._writer is None:
                self._writer = pq.ParquetWriter(part, table.schema, compression="zstd")
            self._writer.write_table(table)
        self._rows += table.num_rows

    def _array(self, name: str, column: Any) -> Any:
        """Arrow array of a column; coded ones with the words that the page has."""
        import pyarrow as pa  # noqa: PLC0415

        if not isinstance(column, Coded):
            kind = pa.string() if isinstance(column, list) else None
            return pa.array(column, type=kind, from_pandas=kind is None)
        if name not in self._words:
            self._words[name] = pa.array(list(column.coder.dtype.categories), type=pa.string())
        used, codes = np.unique(column.codes, return_inverse=True)
        words = self._words[name].take(pa.array(used))
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), words)

    def close(self) -> int:
        """Put the file in its place; gives the number of rows."""
        if self._writer is None:
            self.add(decode_columns([], self.layout))
        with self._pending.writing():
            self._writer.close()
        self._pending.place()
        return self._rows

    def discard(self) -> None:
        """Remove what was written."""
        if self._writer is not None:
            with contextlib.suppress(OSError):
                self._writer.close()
        self._pending.discard()


def require_parquet(path: Path, *, overwrite: bool) -> None:
    """Raise unless a Parquet file can be written here.

    Raises
    ------
    SourceError
        If PyArrow is not installed, or as ``require_place``.
    """
    if find_spec("pyarrow") is None:
        raise SourceError(
            f"{VERB} needs PyArrow, which is not installed. "
            "Install it with: pip install 'eenzaam-stats[fast]', or use read_table()."
        )
    require_place(path, needed_by=VERB, overwrite=overwrite)
