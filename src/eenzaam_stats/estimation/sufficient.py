"""The one pass over respondents: from a frame of any engine to sums per group and stratum.

It checks what enters, sums, and hands over a table that no longer knows the engine. Tables of parts
of a file add up when they are appended. No formula of a statistic may enter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import narwhals.stable.v2 as nw
import pandas as pd

from eenzaam_stats.errors import DesignError, SchemaError, UnknownColumnError, listed

Frame = nw.DataFrame[Any]
Series = nw.Series[Any]

STRATUM = "stratum"
SUMS = ("n", "n_missing", "yes", "w", "wy", "w2", "w2y")
# Columns that scoring adds; asked for on a survey that was not scored.
SCORED_OUTCOMES = ("lonely", "severely_lonely", "emotionally_lonely", "socially_lonely")
_SHOWN_VALUES = 5


@dataclass(frozen=True, slots=True)
class CellColumns:
    """Names of the columns that the pass reads.

    Attributes
    ----------
    outcome : str
        Boolean or 0/1 column.
    by : tuple of str
        Grouping columns; empty for everyone together.
    weight, stratum : str or None
        Columns of the design; ``None`` for equal weights and for one stratum.
    """

    outcome: str
    by: tuple[str, ...] = ()
    weight: str | None = None
    stratum: str | None = None

    def names(self) -> tuple[str, ...]:
        """Each column once, in the order outcome, groups, weight, stratum."""
        wanted = (self.outcome, *self.by, self.weight, self.stratum)
        return tuple(dict.fromkeys(name for name in wanted if name is not None))


@dataclass(frozen=True, slots=True, eq=False)
class CellTable:
    """Sums per group and stratum over **all** rows of a frame.

    Attributes
    ----------
    by : tuple of str
        Grouping columns, in order; their values stand in the columns ``key_0``, ``key_1``, ...
    levels : tuple of (tuple or None)
        Per grouping column its categories in order; ``None`` where it has no order of its own.
    cells : pandas.DataFrame
        ``key_*``, ``stratum``; ``n`` and ``n_missing``, rows with and without an answer; ``yes``,
        rows whose outcome is 1; ``w, wy, w2, w2y``, sums over answered rows of the weight, of the
        weight where the outcome is 1, and of their squares. A missing key is a cell of its own, so
        that ``n + n_missing`` adds up to the rows of a stratum in the full design.
    """

    by: tuple[str, ...]
    levels: tuple[tuple[object, ...] | None, ...]
    cells: pd.DataFrame


def cell_table(data: object, columns: CellColumns, *, where: str) -> CellTable:
    """Sum respondents per group and stratum, in one pass.

    Parameters
    ----------
    data : frame
        Eager frame of pandas, Polars or PyArrow. It is not changed.
    columns : CellColumns
        What to read.
    where : str
        Verb that needs it, for messages.

    Returns
    -------
    CellTable
        At most groups times strata cells, whatever the number of rows.

    Raises
    ------
    SchemaError
        If ``data`` is another kind of object, or the outcome is not boolean or 0/1.
    UnknownColumnError
        If a column is absent.
    DesignError
        If a weight is missing, infinite or not above 0, or a stratum is missing.

    Notes
    -----
    Products are columns first and sums second, since not every engine takes an expression inside
    an aggregation; everything is float64 before it is multiplied.

    **Unit.** Rows, and weights in the unit they came in.

    **Missing data.** NaN counts as missing. A row without an outcome is counted in ``n_missing``
    and enters no other sum.

    Examples
    --------
    >>> frame = pd.DataFrame({"lonely": [1, 0, None], "weight": [2.0, 1.0, 4.0]})
    >>> table = cell_table(frame, CellColumns("lonely", weight="weight"), where="example")
    >>> table.cells[["n", "n_missing", "yes", "w", "wy"]].to_dict("records")
    [{'n': 2.0, 'n_missing': 1.0, 'yes': 1.0, 'w': 3.0, 'wy': 2.0}]
    """
    frame = _opened(data, where=where)
    _require_columns(frame, columns, where=where)
    keys = {f"key_{number}": _key(frame, name) for number, name in enumerate(columns.by)}
    rows = frame.select(
        _outcome(frame, columns.outcome, where=where).alias("y"),
        *(key.alias(name) for name, key in keys.items()),
        _stratum(frame, columns.stratum, where=where).alias(STRATUM),
        _weight(frame, columns.weight, where=where).alias("weight"),
    )
    return CellTable(
        by=columns.by,
        levels=tuple(_levels(frame.get_column(name)) for name in columns.by),
        cells=_summed(rows, [*keys, STRATUM]),
    )


def _summed(rows: Frame, keys: Sequence[str]) -> pd.DataFrame:
    """Sums per key, as a pandas frame with Python values for keys and float64 sums."""
    y, answered = nw.col("yes"), nw.col("n")
    products = (
        rows.with_columns(
            n=(~nw.col("y").is_null()).cast(nw.Float64),
            n_missing=nw.col("y").is_null().cast(nw.Float64),
            yes=nw.col("y").fill_null(0.0),
        )
        .with_columns(w=nw.col("weight") * answered)
        .with_columns(wy=nw.col("w") * y, w2=nw.col("w") * nw.col("w"))
        .with_columns(w2y=nw.col("w2") * y)
    )
    sums = products.group_by(*keys).agg(nw.col(*SUMS).sum())
    return pd.DataFrame(
        {name: pd.Series(sums.get_column(name).to_list(), dtype="object") for name in keys}
        | {name: pd.Series(sums.get_column(name).to_list(), dtype="float64") for name in SUMS}
    )


def _opened(data: object, *, where: str) -> Frame:
    """Frame behind ``data``, through narwhals; nothing is copied."""
    try:
        frame: Frame = nw.from_native(cast("Any", data), eager_only=True)
    except TypeError:
        kind = type(data)
        raise SchemaError(
            f"{where} needs respondents in an eager frame of pandas, Polars or PyArrow; "
            f"it got {kind.__module__.partition('.')[0]}.{kind.__qualname__}. "
            "Collect or convert it first."
        ) from None
    except nw.exceptions.DuplicateError as error:
        raise SchemaError(
            f"{where} needs columns with different names, and some occur twice. "
            "Rename them, so that every column is found by its name."
        ) from error
    return frame


def _require_columns(frame: Frame, columns: CellColumns, *, where: str) -> None:
    """Raise when a column is absent; an outcome that scoring makes gets its own hint."""
    missing = [name for name in columns.names() if name not in frame.columns]
    if missing:
        unscored = columns.outcome in missing and columns.outcome in SCORED_OUTCOMES
        hint = f"Run es.score first: it adds {columns.outcome!r}." if unscored else ""
        raise UnknownColumnError.among(missing, frame.columns, needed_for=where, hint=hint)


def _outcome(frame: Frame, name: str, *, where: str) -> Series:
    """Outcome as 0.0, 1.0 or null."""
    found = frame.get_column(name)
    if found.dtype == nw.Object and frame.implementation.is_pandas():
        # yes-or-no values beside None arrive as objects; pandas finds their type
        found = nw.from_native(found.to_native().convert_dtypes(), series_only=True)
    empty = found.null_count() == len(found)
    if not (empty or found.dtype == nw.Boolean or found.dtype.is_numeric()):
        raise _not_an_outcome(found, name, rows=~found.is_null(), where=where)
    values = _as_float(found)
    wrong = ~((values == 0.0) | (values == 1.0)).fill_null(False) & ~values.is_null()
    if wrong.any():
        raise _not_an_outcome(found, name, rows=wrong, where=where)
    return values


def _not_an_outcome(found: Series, name: str, *, rows: Series, where: str) -> SchemaError:
    count, first = _count_and_first(rows)
    values = found.filter(rows).to_list()
    shown = list(dict.fromkeys(values))[:_SHOWN_VALUES]
    return SchemaError(
        f"{where} needs an outcome that is boolean or 0/1, and column {name!r} holds other values: "
        f"{listed(shown)} ({count} row(s), first in row {first}). "
        "Name a flag such as 'lonely', or make one that is missing where the answer is."
    )


def _weight(frame: Frame, name: str | None, *, where: str) -> Series | nw.Expr:
    """Weight as float64, 1 for everyone without a column."""
    if name is None:
        return nw.lit(1.0)
    found = frame.get_column(name)
    usable = found.dtype.is_numeric() or found.null_count() == len(found)
    if not usable:
        raise DesignError(
            f"{where} needs numbers as weights, and column {name!r} holds {found.dtype}. "
            "Convert it, or name another column."
        )
    values = _as_float(found)
    wrong = ~(values.is_finite() & (values > 0.0)).fill_null(False)
    if wrong.any():
        count, first = _count_and_first(wrong)
        raise DesignError(
            f"{where} needs a finite weight above 0 in every row, and column {name!r} has "
            f"{count} row(s) where it is missing, infinite or not above 0 (first in row {first}). "
            "Leave those rows out on purpose, or name another weight."
        )
    return values


def _stratum(frame: Frame, name: str | None, *, where: str) -> Series | nw.Expr:
    """Stratum without missing values, one for everyone without a column."""
    if name is None:
        return nw.lit(0)
    values = _key(frame, name)
    if values.null_count():
        count, first = _count_and_first(values.is_null())
        raise DesignError(
            f"{where} needs a stratum in every row, and column {name!r} is missing in {count} "
            f"row(s) (first in row {first}). Complete it, or take the stratum out of the design."
        )
    return values


def _key(frame: Frame, name: str) -> Series:
    """Column to group by, with NaN as null."""
    values = frame.get_column(name)
    if values.dtype.is_float():
        return values.fill_nan(None)
    if frame.implementation.is_pyarrow() and isinstance(values.dtype, nw.Categorical):
        # Arrow does not group by a dictionary whose chunks differ
        return values.cast(nw.String)
    return values


def _as_float(values: Series) -> Series:
    return values.cast(nw.Float64).fill_nan(None)


def _levels(values: Series) -> tuple[object, ...] | None:
    """Categories in their order, for a column that has one."""
    if isinstance(values.dtype, nw.Enum):
        return tuple(cast("Iterable[object]", values.dtype.categories))
    if isinstance(values.dtype, nw.Categorical) and _is_ordered_arrow(values):
        return tuple(values.cat.get_categories().to_list())
    return None


def _is_ordered_arrow(values: Series) -> bool:
    return values.implementation.is_pyarrow() and bool(values.to_native().type.ordered)


def _count_and_first(rows: Series) -> tuple[int, int]:
    """How many rows are true, and the number (from 1) of the first."""
    positions = rows.arg_true().to_list()
    return len(positions), positions[0] + 1
