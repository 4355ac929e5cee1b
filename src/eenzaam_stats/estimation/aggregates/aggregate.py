"""The one pass over respondents: from a frame of any engine to sums per group, stratum and cluster.

It checks what enters, sums, and hands over a table that no longer knows the engine. No formula of a
statistic may enter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from eenzaam_stats.estimation.aggregates import engine_frame
from eenzaam_stats.estimation.aggregates.columns import CellColumns
from eenzaam_stats.estimation.aggregates.levels import (
    far_from_zero,
    on_common_levels,
    outcomes_with_level,
)
from eenzaam_stats.estimation.aggregates.products import (
    BAD,
    CENTRE,
    FPC,
    HIGH,
    INNER_FPC,
    LOW,
    ORIGIN,
    ROWS,
    plan,
    unusable_answer,
    unusable_weight,
)
from eenzaam_stats.estimation.aggregates.unanswered import ITEM_HIGH, ITEM_LOW

PART, STRATUM, CLUSTER, INNER = "part", "stratum", "cluster", "inner"
MAXIMA = ("largest", "top", FPC[1], INNER_FPC[1], ITEM_HIGH, HIGH, ORIGIN, CENTRE)
MINIMA = (FPC[0], INNER_FPC[0], ITEM_LOW, LOW)
# Columns in which a missing value is no 0.
_NO_SUMS = (*FPC, *INNER_FPC, ITEM_LOW, ITEM_HIGH, LOW, HIGH)


@dataclass(frozen=True, slots=True, eq=False)
class CellTable:
    """Sums per group, stratum and cluster over **all** rows of a frame.

    Attributes
    ----------
    columns : CellColumns
        What was read.
    levels : tuple of (tuple or None)
        Per grouping column its categories in order; ``None`` where it has no order of its own.
    cells : pandas.DataFrame
        ``key_0``, ``key_1``, ... per grouping column, ``part`` (file or wave), ``stratum`` and,
        with clusters, ``cluster`` and, with two stages, ``inner``; ``rows``; per outcome i ``n_i``
        rows with an answer, ``a_i, b_i`` sums of weight times its two variables, ``aa_i, ab_i,
        bb_i`` of squared weight times their products (without clusters), ``yes_i`` or ``ss_i`` for
        the spread, ``largest_i`` the largest weight, ``top_i`` the largest contribution to the
        sum of a number; of a number ``low_i`` and ``high_i``, and of a number or ratio
        ``origin_i``, the level its second variable is taken about, and ``centre_i``, that of the
        first in the products (0 where the sums hold enough digits); ``item_low_i`` and
        ``item_high_i`` the items that totals do without. A missing key is a cell of its own, so
        that ``rows`` adds up to the design.
    """

    columns: CellColumns
    levels: tuple[tuple[object, ...] | None, ...]
    cells: pd.DataFrame


def cell_table(data: object, columns: CellColumns, *, part: str = "") -> CellTable:
    """Sum respondents per group, stratum and cluster, in one pass.

    Parameters
    ----------
    data : frame
        Frame of pandas, Polars (eager or lazy), PyArrow, a DuckDB relation or a PySpark frame. It
        is not changed, and a lazy one is collected after the sums only.
    columns : CellColumns
        What to read.
    part : str, default ""
        Name of the sample the rows belong to; strata of different parts are different strata.

    Returns
    -------
    CellTable
        At most groups times strata (or clusters) cells, whatever the number of rows.

    Raises
    ------
    SchemaError
        If ``data`` is another kind of object, or an outcome holds other values than its kind.
    UnknownColumnError
        If a column is absent.
    DesignError
        If a weight is missing, infinite or not above 0, or a stratum or cluster is missing.

    Notes
    -----
    Products are columns first and sums second, since not every engine takes an expression inside
    an aggregation; everything is float64 before it is multiplied.

    **Unit.** Rows, and weights in the unit they came in.

    **Missing data.** NaN counts as missing. A row without an outcome counts in ``rows`` and enters
    no sum of that outcome.

    Examples
    --------
    >>> from eenzaam_stats.estimation.aggregates.columns import Outcome
    >>> frame = pd.DataFrame({"lonely": [1, 0, None], "weight": [2.0, 1.0, 4.0]})
    >>> table = cell_table(frame, CellColumns((Outcome("lonely"),), weight="weight"))
    >>> table.cells[["rows", "n_0", "yes_0", "a_0", "b_0"]].to_dict("records")
    [{'rows': 3.0, 'n_0': 2.0, 'yes_0': 1.0, 'a_0': 2.0, 'b_0': 1.0}]
    """
    frame = engine_frame.open_frame(data)
    engine_frame.require_columns(frame, columns)
    frame = engine_frame.with_found_types(frame, columns.names())
    _require_types(frame, columns)
    ratios = {at for at, outcome in enumerate(columns.outcomes) if outcome.kind == "ratio"}
    cells = _collect_sums(_sums(frame, columns, far=ratios), columns)
    if cells[BAD].sum() > 0:
        raise _fault(frame, columns)
    # Ranges are known after the pass only; most outcomes are flags, which are never far from 0.
    far = far_from_zero(cells, columns)
    if far:
        cells = _collect_sums(_sums(frame, columns, far=ratios | far), columns)
    needed = [f"{name}_{at}" for at in outcomes_with_level(columns) for name in (ORIGIN, CENTRE)]
    cells = cells.assign(**{name: 0.0 for name in needed if name not in cells})
    _require_units(cells, frame, columns)
    cells.insert(len(columns.by), PART, part)
    levels = tuple(engine_frame.levels(frame, name) for name in columns.by)
    return CellTable(columns, levels, cells.drop(columns=BAD))


def key_columns(columns: CellColumns) -> list[str]:
    """Columns of a table of cells that hold groups and design, in order."""
    by = [f"key_{number}" for number in range(len(columns.by))]
    cluster = [*([CLUSTER] if columns.cluster else []), *([INNER] if columns.inner_cluster else [])]
    return [*by, PART, STRATUM, *cluster]


def _require_types(frame: engine_frame.Frame, columns: CellColumns) -> None:
    for outcome in columns.outcomes:
        if outcome.kind != "category":
            for name in outcome.names():
                engine_frame.require_numeric(frame, name, flag=outcome.kind == "binary")
    numeric = {"weights": columns.weight, "population sizes": columns.fpc}
    numeric["population sizes of the second stage"] = columns.inner_fpc
    for what, column in numeric.items():
        dtype = frame.collect_schema()[column] if column else None
        if column and dtype and not dtype.is_numeric() and not _is_empty(frame, column):
            raise engine_frame.not_numbers(column, what, kind=str(dtype))


def _is_empty(frame: engine_frame.Frame, name: str) -> bool:
    """Whether every value of an eager column is missing, so that it has no type of its own."""
    if not isinstance(frame, nw.DataFrame):
        return False
    values = frame.get_column(name)
    return values.null_count() == len(values)


def _sums(
    frame: engine_frame.Frame, columns: CellColumns, *, far: Collection[int]
) -> engine_frame.Frame:
    """Sums per key; lazy where the engine is, and Polars plans eager frames as well."""
    if isinstance(frame, nw.DataFrame) and frame.implementation.is_polars():
        frame = frame.lazy()
    keys = {
        f"key_{number}": engine_frame.key(frame, name) for number, name in enumerate(columns.by)
    }
    # Under a name of its own: a column that is both group and stratum cannot be grouped by twice.
    keys[STRATUM] = engine_frame.key(frame, columns.stratum) if columns.stratum else nw.lit(0)
    for key, name in ((CLUSTER, columns.cluster), (INNER, columns.inner_cluster)):
        if name is not None:
            keys[key] = engine_frame.key(frame, name)
    todo = plan(frame, columns, keys=list(keys), far=far)
    rows = frame.select(*_name_expressions(keys), *_name_expressions(todo.typed))
    # Products are made before the grouping: inside an aggregation PyArrow and Dask refuse them.
    for step in (todo.weighted, todo.levels, todo.centred, todo.products):
        rows = rows.with_columns(*_name_expressions(step)) if step else rows
    return rows.group_by(*keys).agg(*todo.aggregates)


def _name_expressions(expressions: Mapping[str, nw.Expr]) -> list[nw.Expr]:
    return [expression.alias(name) for name, expression in expressions.items()]


def _collect_sums(sums: engine_frame.Frame, columns: CellColumns) -> pd.DataFrame:
    """Small pandas frame: Python values for keys, float64 sums, sorted by nothing."""
    eager = _collect(sums) if isinstance(sums, nw.LazyFrame) else sums
    keys = {f"key_{number}" for number in range(len(columns.by))} | {STRATUM, CLUSTER, INNER}
    return pd.DataFrame(
        {
            name: _key_values(eager.get_column(name)) if name in keys else _float(eager, name)
            for name in eager.columns
        }
    )


def _collect(sums: nw.LazyFrame[Any]) -> engine_frame.Eager:
    if sums.implementation.is_polars():
        return sums.collect("polars", engine="streaming")
    return sums.collect("pandas")


def _float(frame: engine_frame.Eager, name: str) -> np.ndarray[Any, Any]:
    values = frame.get_column(name).cast(nw.Float64).to_numpy()
    # The sum of no rows is 0, and some engines call it missing; the lowest of no rows is missing.
    return np.nan_to_num(values, nan=0.0) if not name.startswith(_NO_SUMS) else values


def _key_values(values: engine_frame.Series) -> pd.Series[Any]:
    if values.dtype.is_integer() and values.null_count() == 0:
        return pd.Series(values.to_numpy())
    return pd.Series(values.to_list(), dtype="object")


def _fault(frame: engine_frame.Frame, columns: CellColumns) -> Exception:
    """The first column that cannot be used, in words; a second look that only a failure pays."""
    if columns.weight is not None:
        found = _rows(frame, unusable_weight(engine_frame.number(columns.weight)))
        if found:
            return engine_frame.bad_weights(columns.weight, count=found[0], first=found[1])
    wanted = [(one, name) for one in columns.outcomes for name in one.names()]
    for outcome, name in wanted:
        wrong = unusable_answer(engine_frame.number(name), outcome)
        found = _rows(frame, wrong)
        if found:
            values = None
            if isinstance(frame, nw.DataFrame):
                values = frame.filter(wrong).get_column(name).to_list()
            flag = outcome.kind == "binary"
            return engine_frame.not_an_outcome(name, *found, values=values, flag=flag)
    raise AssertionError("the pass found a fault that the second look did not")  # pragma: no cover


def _rows(frame: engine_frame.Frame, wrong: nw.Expr) -> tuple[int, int | None] | None:
    """How many rows are wrong, and the first where the engine has an order; ``None`` if none."""
    if isinstance(frame, nw.DataFrame):
        rows = frame.select(wrong.alias(BAD)).get_column(BAD)
        return engine_frame.count_and_first(rows) if rows.any() else None
    counted = frame.select(wrong.cast(nw.Int64).sum().alias(BAD))
    count = int(_collect(counted).get_column(BAD)[0] or 0)
    return (count, None) if count else None


def _require_units(cells: pd.DataFrame, frame: engine_frame.Frame, columns: CellColumns) -> None:
    """Raise when a row has no stratum, no cluster or no population size."""
    wanted = (
        (STRATUM, columns.stratum, "stratum"),
        (CLUSTER, columns.cluster, "cluster"),
        (INNER, columns.inner_cluster, "second-stage unit"),
    )
    for key, name, what in wanted:
        if name is not None and cells[key].isna().any():
            count = int(cells.loc[cells[key].isna(), ROWS].sum())
            first = engine_frame.first_null(frame, name)
            raise engine_frame.missing_unit(name, what, count=count, first=first)


def append_tables(tables: Sequence[CellTable]) -> pd.DataFrame:
    """Cells of several tables of the same columns, each cell once."""
    columns = tables[0].columns
    keys = key_columns(columns)
    cells = pd.concat([table.cells for table in tables], ignore_index=True)
    # Files have levels of their own, and sums about different levels do not add up.
    cells = on_common_levels(cells, columns, keys)
    rules = {
        name: "max" if name.startswith(MAXIMA) else "min" if name.startswith(MINIMA) else "sum"
        for name in cells.columns
        if name not in keys
    }
    return cells.groupby(keys, dropna=False, sort=False, observed=True).agg(rules).reset_index()
