"""Where frames enter and leave scoring.

It knows the three kinds of frame and nothing of scales: what comes in is opened through narwhals,
what goes out is the same kind of frame with columns added. No rule of an instrument may enter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.errors import SchemaError, list_all, verb
from eenzaam_stats.scoring_report import ScoringReport
from eenzaam_stats.survey import Survey

Data = TypeVar("Data")
Frame = nw.DataFrame[Any]


@dataclass(frozen=True, slots=True, eq=False)
class NewColumn:
    """Column to add: numbers, yes-or-no values or classes, with a mask.

    Attributes
    ----------
    name : str
        Column name.
    values : (rows,) array
        Integers, booleans, or positions in ``categories``.
    valid : (rows,) bool
        Where the value is there; elsewhere the cell is missing.
    categories : tuple of str
        Classes in ascending order; empty for numbers and booleans.
    """

    name: str
    values: NDArray[Any]
    valid: NDArray[np.bool_]
    categories: tuple[str, ...] = ()


def open_frame(data: object) -> Frame:
    """Frame behind ``data``, through narwhals.

    Parameters
    ----------
    data : Survey or frame
        Survey, or eager frame of pandas, Polars or PyArrow.

    Returns
    -------
    narwhals.DataFrame
        View on the frame; nothing is copied.

    Raises
    ------
    SchemaError
        If it is another kind of object, or two columns have the same name.
    """
    native = data.respondents if isinstance(data, Survey) else data
    try:
        frame: Frame = nw.from_native(cast("Any", native), eager_only=True)
        supported = frame.implementation in _BUILDERS
    except nw.exceptions.DuplicateError as error:
        raise SchemaError(
            f"{verb()} needs columns with different names, and some occur twice. "
            "Rename them, so that every item is found by its name."
        ) from error
    except TypeError:
        supported = False
    if not supported:
        kind = type(native)
        raise SchemaError(
            f"{verb()} needs a Survey, or an eager frame of pandas, Polars or PyArrow; "
            f"it got {kind.__module__.partition('.')[0]}.{kind.__qualname__}. "
            "Collect or convert it first."
        )
    return frame


def deliver_columns(
    data: Data, frame: Frame, columns: Sequence[NewColumn], *, report: ScoringReport
) -> Data:
    """Same kind of thing as ``data``, with the columns added and, for a survey, the report."""
    native = attach_columns(frame, columns)
    if isinstance(data, Survey):
        survey = data.with_respondents(native, scoring=(*data.scoring, report))
        return cast("Data", survey)
    return cast("Data", native)


def attach_columns(frame: Frame, columns: Sequence[NewColumn]) -> Any:
    """Native frame of the kind that came in, with the columns added at the end."""
    build = _BUILDERS[frame.implementation]
    series = [nw.from_native(build(frame, column), series_only=True) for column in columns]
    return frame.with_columns(
        *[s.alias(c.name) for s, c in zip(series, columns, strict=True)]
    ).to_native()


def require_absent(frame: Frame, names: Sequence[str], *, remedy: str) -> None:
    """Raise when a column that is to be added is there already."""
    present = [name for name in names if name in frame.columns]
    if present:
        raise SchemaError(
            f"{verb()} needs to add column(s) [{list_all(present)}], which are there already, "
            f"perhaps from an earlier scoring. {remedy}"
        )


def _pandas_series(frame: Frame, column: NewColumn) -> Any:
    index = frame.to_native().index
    if column.categories:
        codes = np.where(column.valid, column.values, -1)
        values: Any = pd.Categorical.from_codes(codes, pd.Index(column.categories), ordered=True)
    elif column.values.dtype == np.bool_:
        values = pd.arrays.BooleanArray(column.values, ~column.valid)
    else:
        values = pd.arrays.IntegerArray(column.values, ~column.valid)
    return pd.Series(values, index=index, name=column.name)


def _polars_series(frame: Frame, column: NewColumn) -> Any:
    pl = cast("Any", nw.get_native_namespace(frame))
    cells = pl.DataFrame({"value": column.values, "valid": column.valid})
    value = pl.when(pl.col("valid")).then(pl.col("value"))
    if column.categories:
        kind = pl.Enum(list(column.categories))
        value = value.replace_strict(dict(enumerate(column.categories)), return_dtype=kind)
    return cells.select(value.alias(column.name)).to_series()


def _arrow_array(frame: Frame, column: NewColumn) -> Any:
    pa = cast("Any", nw.get_native_namespace(frame))
    values = pa.array(column.values, mask=~column.valid)
    if column.categories:
        words = pa.array(list(column.categories))
        values = pa.DictionaryArray.from_arrays(values, words, ordered=True)
    return pa.chunked_array([values])


_BUILDERS: Mapping[nw.Implementation, Callable[[Frame, NewColumn], Any]] = {
    nw.Implementation.PANDAS: _pandas_series,
    nw.Implementation.POLARS: _polars_series,
    nw.Implementation.PYARROW: _arrow_array,
}
