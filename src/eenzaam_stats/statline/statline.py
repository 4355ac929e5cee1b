"""Open tables of StatLine and its third parties, read whole or not at all: the front of the client.

Codes stay as they are; labels, dates, units, bounds and reasons of missing figures are added. A
figure keeps the unit of its publisher, as in :func:`eenzaam_stats.published.reference.reference`.
No live table could be asked when this was written: shapes and codes follow public descriptions.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from eenzaam_stats.errors import (
    ChangedTableError,
    IncompleteTableError,
    OptionError,
    SourceError,
    list_all,
)
from eenzaam_stats.files.writing import PendingFile, require_place
from eenzaam_stats.statline.access import Access, description, require_kept
from eenzaam_stats.statline.choice import Where
from eenzaam_stats.statline.coder import Coded
from eenzaam_stats.statline.decode import (
    VALUE,
    Columns,
    Layout,
    Missing,
    build_frame,
    decode_columns,
)
from eenzaam_stats.statline.description import Dimension, TableDescription, TableInfo
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


# Confidence bounds that stand in rows of their own, turned into columns beside the estimate. A
# dimension of margins holds the value, its lower and its upper bound as members. Forgetting that
# triples every count and averages bounds into estimates.

Margins = Literal["wide", "value", "long"]
ESTIMATE = "MW00000"
_BOUND = re.compile(r"M([OB])G(\d{4})")
SIDES = {"O": "conf_low", "B": "conf_high"}
USUAL = "0095"
SLACK = 1e-9


def margin_dimension(description: TableDescription) -> Dimension | None:
    """The dimension whose members are a value and its bounds; ``None`` where there is none."""
    return next((d for d in description.dimensions if ESTIMATE in d.codes), None)


def read_bounds(dimension: Dimension) -> Mapping[str, str]:
    """Column suffix of each bound among the members of a dimension.

    Parameters
    ----------
    dimension : Dimension
        One with the value as a member.

    Returns
    -------
    mapping of str to str
        ``conf_low`` and ``conf_high`` for 95 %; another level has its number, ``conf_low_67``.

    Raises
    ------
    ChangedTableError
        If a bound has no counterpart on the other side, or a member is neither value nor bound.
    """
    found = {code: _BOUND.fullmatch(code) for code in dimension.codes if code != ESTIMATE}
    unknown = [code for code, match in found.items() if match is None]
    sides = {code: (match[1], match[2]) for code, match in found.items() if match}
    levels = [{n for side, n in sides.values() if side == wanted} for wanted in SIDES]
    if unknown or not sides or levels[0] != levels[1]:
        raise ChangedTableError(
            f"Dimension {dimension.key!r} has the members [{list_all(dimension.codes)}], which are "
            "not a value with a lower and an upper bound. Read it with margins='long' and look."
        )
    return {
        code: SIDES[side] + ("" if level == USUAL else f"_{int(level)}")
        for code, (side, level) in sides.items()
    }


def arrange_margins(frame: pd.DataFrame, layout: Layout, margins: Margins) -> pd.DataFrame:
    """Frame with its margins as asked for; a table without margins stays as it is.

    Raises
    ------
    OptionError
        If ``margins`` is not an option.
    ChangedTableError
        As :func:`wide`.
    """
    options = ("wide", "value", "long")
    if margins not in options:
        raise OptionError.among(margins, options, name="margins")
    dimension = margin_dimension(layout.description)
    if dimension is None or margins == "long":
        return frame
    if margins == "wide":
        return wide(frame, layout, dimension)
    kept = frame[frame[dimension.key] == ESTIMATE].reset_index(drop=True)
    return kept.drop(columns=[dimension.key, f"{dimension.key}_label"])


def wide(frame: pd.DataFrame, layout: Layout, dimension: Dimension) -> pd.DataFrame:
    """Bounds as columns behind each topic.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows with value and bounds below each other.
    layout : Layout
        What the columns are.
    dimension : Dimension
        That of the margins.

    Returns
    -------
    pandas.DataFrame
        One row per estimate, in the order of the estimates; without the dimension of the margins.

    Raises
    ------
    ChangedTableError
        If an estimate has not exactly one row per bound, or lies outside its bounds.

    Notes
    -----
    **Missing data.** A bound never fills a missing value: where the value is missing, so it stays.
    """
    bounds = read_bounds(dimension)
    description = layout.description
    keys = [d.key for d in description.dimensions if d.key != dimension.key]
    estimates = frame[frame[dimension.key] == ESTIMATE].reset_index(drop=True)
    cells = pd.MultiIndex.from_frame(estimates[keys].astype(str))
    topics = _figures(layout)
    for code, suffix in bounds.items():
        rows = frame[frame[dimension.key] == code]
        other = pd.MultiIndex.from_frame(rows[keys].astype(str))
        single = not (cells.has_duplicates or other.has_duplicates)
        order = other.get_indexer(cells) if single else np.array([-1])
        if len(cells) != len(other) or (order < 0).any():
            raise ChangedTableError(
                f"Table {description.info.id!r} has {len(cells)} estimates and {len(other)} rows "
                f"of the bound {code!r}, which do not fit one to one. Ask for all members of "
                f"{dimension.key!r}, or read with margins='long' and look."
            )
        for topic in topics:
            estimates[f"{topic}_{suffix}"] = rows[topic].to_numpy()[order]
    for topic in topics:
        _require_between(estimates, topic, list(bounds.values()), description.info.id)
    first = [str(c) for c in estimates if c not in {dimension.key, f"{dimension.key}_label"}]
    return estimates[_beside(first, topics, list(bounds.values()))]


def _figures(layout: Layout) -> list[str]:
    if layout.description.is_long:
        return [VALUE]
    return [layout.description.names[t.key] for t in layout.topics if not t.is_text]


def _require_between(frame: pd.DataFrame, topic: str, suffixes: list[str], table: str) -> None:
    for suffix in suffixes:
        gap = frame[f"{topic}_{suffix}"] - frame[topic]
        wrong = gap > SLACK if suffix.startswith("conf_low") else gap < -SLACK
        if wrong.any():
            raise ChangedTableError(
                f"Table {table!r}, topic {topic!r}: {int(wrong.sum())} estimate(s) lie outside "
                f"their bound {suffix!r}, first in row {int(wrong.to_numpy().argmax())}. "
                "Read with margins='long' and look."
            )


def _beside(columns: list[str], topics: list[str], suffixes: list[str]) -> list[str]:
    """Columns with the bounds right behind their topic."""
    bounds = {f"{topic}_{suffix}" for topic in topics for suffix in suffixes}
    ordered = []
    for column in columns:
        if column not in bounds:
            ordered.append(column)
        if column in topics:
            ordered += [f"{column}_{suffix}" for suffix in suffixes]
    return ordered
