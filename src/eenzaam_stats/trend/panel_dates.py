"""Dates of the rows of a panel: numbers, calendar dates, or a year with a month."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.estimation import frame as door

FloatArray = NDArray[np.float64]
_MONTH = "Name the column with the month of the interview as month=."


def dates_of(frame: door.Eager, name: str, *, month: str | None, where: str) -> FloatArray:
    """Dates of the rows as decimal years; with a month the middle of it."""
    values = values_of(frame, name)
    if frame.schema[name] in (nw.Date, nw.Datetime):
        values = pd.to_datetime(values)
    times: FloatArray
    if pd.api.types.is_datetime64_any_dtype(values):
        days = np.where(values.dt.is_leap_year, 366.0, 365.0)
        times = (values.dt.year + (values.dt.day_of_year - 0.5) / days).to_numpy(np.float64)
    else:
        times = pd.to_numeric(values, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    if month is not None:
        months = numbers_of(frame, month)
        _require_months(months, month, where=where)
        times = times + (months - 0.5) / 12.0
    wrong = ~np.isfinite(times)
    if wrong.any():
        raise SchemaError(
            f"{where} needs a date or a number such as 2020.2 in every row, and column {name!r} "
            f"has none in {int(wrong.sum())} row(s) (first in row {int(wrong.argmax()) + 1}). "
            "Name a column with dates as time=."
        )
    return times


def whole_years(times: FloatArray, borders: tuple[float, ...], *, advice: str = _MONTH) -> str:
    """Note when dates are whole years and a period starts or ends inside one of them.

    Examples
    --------
    >>> whole_years(np.array([2019.0, 2020.0]), (2020.2,))[:42]
    'Waves of 2020 are dated 1 January, before '
    >>> whole_years(np.array([2019.8, 2020.8]), (2020.2,))
    ''
    """
    if not (times == np.floor(times)).all():
        return ""
    inside = [border for border in borders if np.isfinite(border) and border % 1.0 > 0.0]
    found = sorted({int(border) for border in inside if (times == np.floor(border)).any()})
    if not found:
        return ""
    years = ", ".join(map(str, found))
    return (
        f"Waves of {years} are dated 1 January, before a period that starts or ends in that year. "
        f"{advice}"
    )


def numbers_of(frame: door.Eager, name: str) -> FloatArray:
    """Column as numbers, NaN where missing."""
    values = frame.select(door.number(name).alias("value")).get_column("value")
    return np.asarray(values.to_numpy(), dtype=np.float64)


def values_of(frame: door.Eager, name: str) -> pd.Series[Any]:
    """Column as it is, whatever the engine."""
    values = frame.get_column(name)
    if values.implementation.is_pandas():
        native: pd.Series[Any] = values.to_native()
        return native.reset_index(drop=True)
    return pd.Series(values.to_list())


def _require_months(months: FloatArray, name: str, *, where: str) -> None:
    wrong = ~((months >= 1.0) & (months <= 12.0))
    if wrong.any():
        raise SchemaError(
            f"{where} needs a month from 1 to 12 in every row, and column {name!r} has none in "
            f"{int(wrong.sum())} row(s) (first in row {int(wrong.argmax()) + 1}). Complete it, or "
            "name a column with dates as time=."
        )
