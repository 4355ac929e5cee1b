"""The axis of time: calendar dates as numbers whose equal steps are years, months or days.

A year is 1, a month a twelfth of it whatever its days, and a day its share of its month. Waves that
lie at the same place in their months (the first, the fifteenth, the last day) are whole months
apart; other waves whose distances are whole numbers of the smallest one (days, weeks) are counted
in days. Every axis keeps dates in order.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, isfinite
from typing import Literal, TypeAlias

import numpy as np

from eenzaam_stats.arrays import FloatArray

Moment: TypeAlias = "float | dt.datetime"
Axis = Literal["number", "year", "month", "day"]
MONTHS, DAYS = 12, 365.2425
_LAST_DAY, _EPOCH = 31, dt.datetime(2000, 1, 1)
_FIRST_YEAR, _LAST_YEAR = 1, 9998
# Distances are whole numbers of the smallest one within this share of it.
_TOLERANCE = 1e-6
# A number of months is whole, and a date is a wave, within this part of a step.
_SAME = 1e-6


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


def choose_calendar(moments: Sequence[Moment]) -> Calendar:
    """Choose the axis on which dates are steps.

    Examples
    --------
    >>> ends = [dt.datetime(2020, month, day) for month, day in ((1, 31), (2, 29), (4, 30))]
    >>> choose_calendar(ends)
    Calendar(axis='month', day=31, time=0.0)
    >>> choose_calendar([2020.0, 2020.5]).axis, choose_calendar([dt.datetime(2020, 1, 1 + 7 * k)
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
