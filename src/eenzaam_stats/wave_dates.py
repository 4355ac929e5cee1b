"""Dates of waves on one axis of time: years, quarters, months and days as numbers that are steps.

The rule stands here once, for every verb that takes waves or dates of an interruption. A number is
a date already. Of dates, a year is 1, a month a twelfth of it whatever its days, and a day its
share of its month; a quarter, a month, a week or a year stands at its first day. Waves that lie at
the same place in their months (the first, the fifteenth, the last day) are whole months apart;
other waves whose distances are whole numbers of the smallest one (days, weeks) are counted in days.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import floor, isfinite, isnan
from numbers import Real
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.date_words import moment_in_words
from eenzaam_stats.errors import SchemaError

FloatArray = NDArray[np.float64]
DateLike: TypeAlias = "float | str | dt.date | np.datetime64 | pd.Period"
Moment: TypeAlias = "float | dt.datetime"
Axis = Literal["number", "year", "month", "day"]
MONTHS, DAYS = 12, 365.2425
_LAST_DAY, _EPOCH = 31, dt.datetime(2000, 1, 1)
_FIRST_YEAR, _LAST_YEAR = 1, 9998
# Distances are whole numbers of the smallest one within this share of it.
_TOLERANCE = 1e-6
# A number of months is whole, and a date is a wave, within this part of a step.
_SAME = 1e-6
_DAY_FORMS = ("20200315", "2020-03-15")
_YEARS, _HUNDRED, _TEN_THOUSAND = (1900, 2100), 100, 10_000
HOW = (
    "Give a number such as 2020.2, or a date: 2020, 2020Q1, 2020-03, 2020-03-15, a Period or a "
    "datetime"
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """How dates become numbers in one series.

    Attributes
    ----------
    axis : {"number", "year", "month", "day"}
        Waves that are numbers; dates by their month and day; dates at the same place in their
        months; dates at whole distances in days.
    day : int
        Day of the month of the waves on the axis of months; 31 for the last one.
    time : float
        Share of that day that has passed.
    """

    axis: Axis = "number"
    day: int = 1
    time: float = 0.0

    def number(self, moment: Moment) -> float:
        """Place of a moment on the axis; a number is taken as the year and its part.

        Examples
        --------
        >>> Calendar("year").number(dt.datetime(2020, 4, 1)), Calendar("month").number(2020.25)
        (2020.25, 2020.25)
        """
        plain = self.axis in ("number", "year") or (self.day, self.time) == (1, 0.0)
        if isinstance(moment, float) and ((plain and self.axis != "day") or not _is_year(moment)):
            return moment
        at = moment if isinstance(moment, dt.datetime) else _moment(moment)
        if self.axis == "day":
            return _EPOCH.year + (at - _EPOCH) / dt.timedelta(1) / DAYS
        return _in_years(at) if plain else self._between(at)

    def _between(self, at: dt.datetime) -> float:
        """Straight line between the days of the waves in the months around a moment."""
        month = at.year * MONTHS + at.month - 1
        month -= at < self._anchor(month)
        before, after = self._anchor(month), self._anchor(month + 1)
        share = (self.day - 1 + self.time) / _LAST_DAY
        whole, rest = divmod(month, MONTHS)
        return whole + (rest + share + (at - before) / (after - before)) / MONTHS

    def _anchor(self, month: int) -> dt.datetime:
        year, at = divmod(month, MONTHS)
        day = min(self.day, monthrange(year, at + 1)[1])
        return dt.datetime(year, at + 1, day) + dt.timedelta(self.time)


NUMBERS = Calendar()


def moment_of(value: object) -> Moment | None:
    """Read a number or a date of any kind; ``None`` for what is neither.

    Parameters
    ----------
    value : object
        A number, ``datetime.date`` or ``datetime``, ``numpy.datetime64``, pandas ``Timestamp`` or
        ``Period`` (its first moment), or text: a number, ``2020``, ``2020Q1``, ``2020-03``,
        ``2020-03-15``, ``2020-W05``, a month in words, or a code of CBS such as ``2020KW01``.

    Returns
    -------
    float, datetime or None

    Examples
    --------
    >>> moment_of("2020Q2"), moment_of(dt.date(2020, 4, 1)) == moment_of("2020-04")
    (datetime.datetime(2020, 4, 1, 0, 0), True)
    >>> moment_of("2020.2"), moment_of("01-03-2020"), moment_of(True)
    (2020.2, None, None)
    """
    if isinstance(value, (bool, np.bool_)) or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, (Real, Decimal)):
        return None if isnan(float(value)) else float(value)
    if isinstance(value, str):
        return moment_in_words(value)
    if isinstance(value, pd.Period):
        value = value.start_time
    if isinstance(value, np.datetime64):
        value = None if np.isnat(value) else pd.Timestamp(value)
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime(warn=False)
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    return dt.datetime(value.year, value.month, value.day) if isinstance(value, dt.date) else None


def calendar_of(moments: Sequence[Moment]) -> Calendar:
    """Choose the axis on which dates are steps.

    Examples
    --------
    >>> ends = [dt.datetime(2020, month, day) for month, day in ((1, 31), (2, 29), (4, 30))]
    >>> calendar_of(ends)
    Calendar(axis='month', day=31, time=0.0)
    >>> calendar_of([2020.0, 2020.5]).axis, calendar_of([dt.datetime(2020, 1, 1 + 7 * k)
    ...                                                  for k in range(3)]).axis
    ('number', 'day')
    """
    dated = [one for one in moments if isinstance(one, dt.datetime)]
    if not dated:
        return NUMBERS
    if any(isinstance(one, float) and not _is_year(one) for one in moments):
        return Calendar("year")
    whole = [one if isinstance(one, dt.datetime) else _moment(one) for one in moments]
    last = all(one.day == monthrange(one.year, one.month)[1] for one in whole)
    day = _LAST_DAY if last else max(one.day for one in whole)
    times = {_time(one) for one in whole}
    if len(times) == 1 and all(
        one.day == min(day, monthrange(one.year, one.month)[1]) for one in whole
    ):
        return Calendar("month", day, times.pop())
    days = np.unique([(one - _EPOCH) / dt.timedelta(1) for one in whole])
    gaps = np.diff(days)
    steps = gaps / gaps.min() if len(gaps) else gaps
    if np.abs(steps - np.rint(steps)).max(initial=0.0) < _TOLERANCE * (len(steps) + 1):
        return Calendar("day")
    return Calendar("year")


def dates_of_waves(
    waves: Iterable[object], *, column: str, where: str
) -> tuple[FloatArray, Calendar]:
    """Place of every wave on the axis that suits them together, and that axis.

    Parameters
    ----------
    waves : iterable of object
        Numbers or dates of any kind.
    column : str
        Where they stand, for messages.
    where : str
        Verb that needs them, for messages.

    Returns
    -------
    times : ndarray of float, shape (n,)
    calendar : Calendar

    Raises
    ------
    SchemaError
        If one is no number and no date, or the numbers are months written as 202003.

    Examples
    --------
    >>> dates_of_waves(["2020-01", "2020-02"], column="wave", where="example")[0].round(4).tolist()
    [2020.0, 2020.0833]
    """
    values = list(waves)
    found = [moment_of(value) for value in values]
    wrong = [at for at, one in enumerate(found) if not _usable(one)]
    if wrong:
        raise SchemaError(
            f"{where} needs dates or numbers in column {column!r}, such as 2020.2, and found "
            f"{values[wrong[0]]!r} ({len(wrong)} wave(s), first in row {wrong[0] + 1}). Give each "
            f"wave its date. {HOW}."
        )
    moments = [one for one in found if one is not None]
    _require_clear(values, moments, column=column, where=where)
    calendar = calendar_of(moments)
    number: dict[Moment, float] = {one: calendar.number(one) for one in set(moments)}
    return np.array([number[one] for one in moments], dtype=np.float64), calendar


def unclear_number(value: float) -> str:
    """What is unclear about a month or a day written as one whole number; empty for others.

    Examples
    --------
    >>> unclear_number(2020.2), unclear_number(202003.0)[:43]
    ('', 'reads as a date written as 202003, in which')
    """
    for digits, form, clear in ((_HUNDRED, "202003", "2020-03"), (_TEN_THOUSAND, *_DAY_FORMS)):
        if _is_written_together(value, digits):
            return (
                f"reads as a date written as {form}, in which months are no even steps. Write "
                f"{clear}, or a decimal year"
            )
    return ""


def _require_clear(
    values: Sequence[object], moments: Sequence[Moment], *, column: str, where: str
) -> None:
    unclear = [unclear_number(one) if isinstance(one, float) else "" for one in moments]
    if unclear and all(unclear):
        raise SchemaError(
            f"{where} needs dates or numbers in column {column!r}, and {values[0]!r} {unclear[0]}."
        )
    words = [value.strip() for value in values if isinstance(value, str)]
    if len(words) == len(values) > 1 and all(_is_school_year(one) for one in words):
        raise SchemaError(
            f"{where} needs dates in column {column!r}, and {words[0]!r} and the others read as "
            "two years as well as a year and a month. Write the first day, such as 2019-09-01."
        )


def _is_written_together(value: float, digits: int) -> bool:
    year, rest = divmod(value, digits)
    month, day = divmod(rest, _HUNDRED) if digits == _TEN_THOUSAND else (rest, 1)
    low, high = _YEARS
    return low <= year < high and 1 <= month <= MONTHS and 1 <= day <= _LAST_DAY and value % 1 == 0


def _is_school_year(word: str) -> bool:
    """Whether text is a year and the last two digits of the next: 2010-11 is no month then."""
    year, sign, rest = word.partition("-")
    parts = len(year) == 4 and len(rest) == 2 and year.isdecimal() and rest.isdecimal()
    return bool(sign) and parts and int(rest) == (int(year) + 1) % _HUNDRED


def nearest_wave(time: float, times: FloatArray) -> float:
    """The wave at a date that rounding alone keeps from it, else the date.

    Examples
    --------
    >>> nearest_wave(2016 + 1 / 12 + 1e-12, np.array([2015.0, 2016 + 1 / 12])) == 2016 + 1 / 12
    True
    """
    if not isfinite(time) or len(times) < 2:
        return time
    away = np.abs(times - time)
    gaps = np.diff(np.sort(times))
    return float(times[away.argmin()]) if away.min() <= _SAME * gaps[gaps > 0].min() else time


def in_order(dates: Iterable[DateLike]) -> list[DateLike]:
    """Dates that can be read, in order of time; every calendar keeps that order.

    Examples
    --------
    >>> in_order(["2020-03", 2019.5])
    [2019.5, '2020-03']
    """
    axis = Calendar("year")
    return sorted(dates, key=lambda date: axis.number(moment_of(date) or 0.0))


def is_date(value: object) -> bool:
    """Whether a value is a number or a date that can be read."""
    return _usable(moment_of(value))


def _usable(moment: Moment | None) -> bool:
    return moment is not None and (not isinstance(moment, float) or isfinite(moment))


def _is_year(value: float) -> bool:
    return _FIRST_YEAR < value < _LAST_YEAR


def _time(moment: dt.datetime) -> float:
    return (moment - dt.datetime(moment.year, moment.month, moment.day)) / dt.timedelta(1)


def _in_years(at: dt.datetime) -> float:
    days = monthrange(at.year, at.month)[1]
    return at.year + (at.month - 1 + (at.day - 1 + _time(at)) / days) / MONTHS


def _moment(year: float) -> dt.datetime:
    """The moment of a decimal year, to the second."""
    whole = floor(year)
    months = (year - whole) * MONTHS
    month = min(floor(months + _SAME), MONTHS - 1)
    days = max(months - month, 0.0) * monthrange(whole, month + 1)[1]
    return dt.datetime(whole, month + 1, 1) + dt.timedelta(seconds=round(days * 86_400))


def values_in(column: pd.Series[Any]) -> list[object]:
    """Values of a column as they are, whatever pandas keeps them in."""
    return list(column.astype("object"))
