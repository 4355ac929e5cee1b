"""Dates of the rows of a panel: numbers, calendar dates, or a year with a month."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.dates.axis import Calendar
from eenzaam_stats.dates.waves import HOW, dates_of_waves, is_date
from eenzaam_stats.errors import SchemaError, verb
from eenzaam_stats.estimation.aggregates import engine_frame


def read_dates(
    frame: engine_frame.Eager, name: str, *, month: str | None
) -> tuple[FloatArray, Calendar]:
    """Dates of the rows as numbers, with a month the middle of it, and how they became numbers.

    Raises
    ------
    SchemaError
        If a row has no date, or the dates are written in a way that is not clear.
    """
    values = read_values(frame, name)
    places, found = pd.factorize(values.astype("object"))
    usable = [is_date(value) for value in found]
    wrong = ~np.append(np.array(usable, dtype=np.bool_), False)[places]
    if wrong.any():
        raise SchemaError(
            f"{verb()} needs a date or a number such as 2020.2 in every row, and column {name!r} "
            f"has none in {int(wrong.sum())} row(s) (first in row {int(wrong.argmax()) + 1}). "
            f"Name a column with dates as time=. {HOW}."
        )
    dates, calendar = dates_of_waves(found, column=name)
    times = dates[places]
    if month is not None:
        months = read_numbers(frame, month)
        _require_months(months, month)
        # The middle of the month: the day of an interview is not delivered.
        times = times + (months - 0.5) / 12.0
    return times, calendar


def read_numbers(frame: engine_frame.Eager, name: str) -> FloatArray:
    """Column as numbers, NaN where missing."""
    values = frame.select(engine_frame.number(name).alias("value")).get_column("value")
    return np.asarray(values.to_numpy(), dtype=np.float64)


def read_values(frame: engine_frame.Eager, name: str) -> pd.Series[Any]:
    """Column as it is, whatever the engine."""
    values = frame.get_column(name)
    if values.implementation.is_pandas():
        native: pd.Series[Any] = values.to_native()
        return native.reset_index(drop=True)
    return pd.Series(values.to_list())


def _require_months(months: FloatArray, name: str) -> None:
    wrong = ~((months >= 1.0) & (months <= 12.0))
    if wrong.any():
        raise SchemaError(
            f"{verb()} needs a month from 1 to 12 in every row, and column {name!r} has none in "
            f"{int(wrong.sum())} row(s) (first in row {int(wrong.argmax()) + 1}). Complete it, or "
            "name a column with dates as time=."
        )
