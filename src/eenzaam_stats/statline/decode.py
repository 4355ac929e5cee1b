"""Rows of a page as columns: codes without padding, figures as numbers, why a figure is missing.

Everything is checked here: a code that no member list has, a symbol that nobody explained
and a column that is gone stop the reading. Nothing is estimated, filled or dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from operator import itemgetter
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.errors import ChangedTableError, UnknownCodeError, list_all
from eenzaam_stats.statline.choice import Filter
from eenzaam_stats.statline.coder import Coded, Coder, DimensionCoder, coder, dimension_coder
from eenzaam_stats.statline.description import MEASURE, Dimension, TableDescription, Topic
from eenzaam_stats.statline.paging import Row

Missing = Literal["reason", "plain"]
Columns = dict[str, Any]
Cells = Mapping[str, Sequence[Any]]
VALUE = "value"  # column of the figures in version 4
WITHHELD = "unknown_unreliable_or_secret"  # one symbol for three reasons; never narrowed
REASONS = ["", "impossible", WITHHELD, "not_delivered"]
MOST_TEXTS = 50_000  # of a topic at once, so that memory does not grow with the table
KNOWN_REASONS = coder(REASONS)
SYMBOLS = {"": "impossible", ".": WITHHELD}
ATTRIBUTES = {"None": "", "Impossible": "impossible"}  # any other word stays as it is


class FigureReader(dict[Any, float]):
    """Figures of a topic by their text: few are different, so most are read only once."""

    def __init__(self, topic: Topic, table: str) -> None:
        super().__init__()
        self.topic, self.table = topic, table

    def __missing__(self, cell: Any) -> float:
        word = cell.strip() if isinstance(cell, str) else cell
        value = read_figure(word, self.topic, self.table)
        if len(self) > MOST_TEXTS:
            self.clear()
        self[cell] = value
        return value


@dataclass(frozen=True)
class Layout:
    """How the rows of one reading become a frame.

    Attributes
    ----------
    description : TableDescription
        The table.
    topics : tuple of Topic
        Columns of figures to keep.
    chosen : Filter
        What is left to filter here.
    missing : {"reason", "plain"}
        Whether rows come from the untyped set, which says why a figure is missing.
    """

    description: TableDescription
    topics: tuple[Topic, ...]
    chosen: Filter
    missing: Missing

    @cached_property
    def coders(self) -> Mapping[str, DimensionCoder]:
        """Words of each dimension, prepared."""
        return {d.key: dimension_coder(d) for d in self.description.dimensions}

    @cached_property
    def readers(self) -> Mapping[str, FigureReader]:
        """Reader of the figures of each topic."""
        return {topic.key: FigureReader(topic, self.description.info.id) for topic in self.topics}

    @cached_property
    def units(self) -> Coder:
        """Unit of each topic, prepared."""
        return coder([topic.unit for topic in self.topics])

    @cached_property
    def columns_to_read(self) -> tuple[str, ...]:
        """Columns that are read of each row."""
        keys = tuple(dimension.key for dimension in self.description.dimensions)
        if not self.description.is_long:
            return (*keys, *(topic.key for topic in self.topics))
        reason = ["ValueAttribute"] if self.missing == "reason" else []
        text = ["StringValue"] if any(topic.is_text for topic in self.topics) else []
        return (*keys, "Value", *reason, *text)

    @cached_property
    def columns_expected(self) -> frozenset[str]:
        """Columns that a row has."""
        keys = {dimension.key for dimension in self.description.dimensions}
        if self.description.is_long:
            return frozenset(keys | {"Id", "ValueAttribute", "Value", "StringValue"})
        return frozenset(keys | {"ID"} | {topic.key for topic in self.description.topics})


def decode_columns(rows: Sequence[Row], layout: Layout) -> Columns:
    """Columns of one page.

    Parameters
    ----------
    rows : sequence of mapping
        Rows as the service wrote them.
    layout : Layout
        What they mean.

    Returns
    -------
    dict of str to Coded, array or list
        Per dimension its codes and ``<dimension>_label``; for time also ``date``, ``frequency`` and
        ``status``; per topic its figures, ``<topic>_unit`` and, where reasons were asked for,
        ``<topic>_missing``. All have one cell per row that is kept.

    Raises
    ------
    ChangedTableError
        If a row lacks a column, or a cell holds what is neither number nor known symbol.
    UnknownCodeError
        If a code is not in the member list of its dimension.
    """
    cells = _cells(rows, layout)
    columns: Columns = {}
    for dimension in layout.description.dimensions:
        columns |= _codes(cells[dimension.key], dimension, layout)
    figures = _observations if layout.description.is_long else _figures
    columns |= figures(cells, layout)
    return _keep_asked(columns, layout) if layout.chosen.here else columns


def build_frame(columns: Columns) -> pd.DataFrame:
    """Columns as a frame, coded ones with all their words as categories."""
    return pd.DataFrame(
        {
            name: column.categorical() if isinstance(column, Coded) else column
            for name, column in columns.items()
        }
    )


def _keep_asked(columns: Columns, layout: Layout) -> Columns:
    """Columns with the rows whose codes are asked for here."""
    kept: Any = True
    for key, wanted in layout.chosen.here.items():
        column = columns[key]
        codes = [code in wanted for code in column.coder.dtype.categories]
        kept = np.array(codes)[column.codes] & kept
    places = np.flatnonzero(kept)
    return {name: _take(column, places) for name, column in columns.items()}


def _take(column: Any, places: NDArray[np.intp]) -> Any:
    if isinstance(column, Coded):
        return Coded(column.coder, column.codes[places])
    return column[places] if isinstance(column, np.ndarray) else [column[i] for i in places]


def find_unannounced(rows: Sequence[Row], layout: Layout) -> list[str]:
    """Columns that the table's own description does not have."""
    return sorted(set(rows[0]) - layout.columns_expected) if rows else []


def _cells(rows: Sequence[Row], layout: Layout) -> Cells:
    """Cells of all columns that are needed."""
    try:
        return {key: list(map(itemgetter(key), rows)) for key in layout.columns_to_read}
    except KeyError as problem:
        raise ChangedTableError(
            f"Table {layout.description.info.id!r} has rows without the column {problem} that its "
            "own description has. The table has changed; try again, and report it if it stays so."
        ) from None


def _codes(cells: Sequence[Any], dimension: Dimension, layout: Layout) -> Columns:
    prepared = layout.coders[dimension.key]
    try:
        places = map(prepared.place_of.__getitem__, cells)
        found = np.fromiter(places, dtype=np.int32, count=len(cells))
    except (KeyError, TypeError):
        found = _trim_codes(cells, dimension, layout)
    return prepared.of(found)


def _trim_codes(cells: Sequence[Any], dimension: Dimension, layout: Layout) -> Any:
    """Places of codes whose padding differs from that of the member list."""
    place_of = layout.coders[dimension.key].place_of
    found = [place_of.get(str(cell).strip(), -1) for cell in cells]
    lost = [place for place, one in enumerate(found) if one < 0]
    if lost:
        raise UnknownCodeError.in_rows(
            f"Table {layout.description.info.id!r}",
            column=dimension.key,
            code=cells[lost[0]],
            count=len(lost),
            first_row=lost[0],
            remedy="Its member list has changed; try again, and report it if it stays so.",
        )
    return np.array(found, dtype=np.int32)


def _figures(cells: Cells, layout: Layout) -> Columns:
    """Columns of the topics of version 3."""
    columns: Columns = {}
    for place, topic in enumerate(layout.topics):
        name = layout.description.names[topic.key]
        own = cells[topic.key]
        if topic.is_text:
            columns[name] = [None if cell is None else str(cell).strip() for cell in own]
            continue
        values, reasons = _numbers(own, topic, layout)
        columns[name] = values
        columns[f"{name}_unit"] = layout.units.of(np.full(len(own), place))
        if layout.missing == "reason":
            columns[f"{name}_missing"] = KNOWN_REASONS.of(reasons)
    return columns


def _numbers(cells: Sequence[Any], topic: Topic, layout: Layout) -> tuple[Any, Any]:
    """Figures rounded to the published decimals, and the place of the reason of each gap."""
    if bool in set(map(type, cells)):  # which Python takes for 0 and 1
        read_figure(True, topic, layout.description.info.id)
    read = map(layout.readers[topic.key].__getitem__, cells)
    values = np.fromiter(read, dtype=np.float64, count=len(cells))
    reasons = np.zeros(len(cells), dtype=np.int8)
    for place in np.flatnonzero(np.isnan(values)).tolist():
        cell = cells[place]
        word = cell.strip() if isinstance(cell, str) else None
        reasons[place] = REASONS.index(SYMBOLS[word] if word is not None else "not_delivered")
    return np.round(values, topic.decimals), reasons


def read_figure(word: Any, topic: Topic, table: str) -> float:
    """One figure from its text without blanks; NaN for a known symbol or nothing.

    Raises
    ------
    ChangedTableError
        If it is neither number nor symbol.
    """
    if word is None or word in SYMBOLS:
        return float("nan")
    try:
        value = float(word)
    except (TypeError, ValueError):
        value = float("inf")
    if not isfinite(value) or isinstance(word, bool):
        raise ChangedTableError(
            f"Table {table!r}, topic {topic.key!r}, has a cell with "
            f"{str(word)[:20]!r}. Known are numbers and the symbols [{list_all(SYMBOLS)}]; "
            "report it."
        )
    return value


def _observations(cells: Cells, layout: Layout) -> Columns:
    """Columns of the figures of version 4, one figure per row."""
    measure = {topic.key: place for place, topic in enumerate(layout.topics)}
    named = [measure[str(cell).strip()] for cell in cells[MEASURE]]
    places = np.array(named, dtype=np.int32)
    decimals = np.array([topic.decimals for topic in layout.topics])
    numbers = cells["Value"]
    topics = [layout.topics[place] for place in named]
    values = np.array(
        [layout.readers[topic.key][number] for number, topic in zip(numbers, topics, strict=True)],
        dtype=np.float64,
    )
    columns: Columns = {
        VALUE: _round_figures(values, decimals[places]),
        f"{VALUE}_unit": layout.units.of(places),
    }
    if layout.missing == "reason":
        attributes = [str(cell) for cell in cells["ValueAttribute"]]
        columns[f"{VALUE}_missing"] = [ATTRIBUTES.get(one, one) for one in attributes]
    if any(topic.is_text for topic in layout.topics):
        columns["text"] = list(cells["StringValue"])
    return columns


def _round_figures(values: Any, decimals: Any) -> Any:
    """Each figure rounded to its own decimals."""
    rounded = values.copy()
    for places in np.unique(decimals):
        rounded[decimals == places] = np.round(values[decimals == places], places)
    return rounded
