"""Dates of waves of any kind, read once for every verb that takes waves or interruptions.

A number is a date already. A year, a quarter, a month or a week stands at its first day. Which
numbers dates become is in ``axis``: equal years, months, weeks and days are equal steps.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import isfinite, isnan
from numbers import Real
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.dates.axis import Calendar, Moment, choose_calendar
from eenzaam_stats.errors import SchemaError, verb
from eenzaam_stats.messages import show_label, show_value

# Dates in words: years, quarters, months, weeks and days as text, read only where they are clear.
# A day before a month before a year (01-03-2020) is not read: nobody can tell it from a month
# first.

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")
_DAY = re.compile(r"(\d{4})([-/])(\d{1,2})(?:\2(\d{1,2}))?")
_WEEK = re.compile(r"(\d{4})-?W(\d{2})(?:-?([1-7]))?")
_PART = re.compile(r"(\d{4})(?:[-\s]?(Q|K|H)([1-4])|(KW|MM|HJ|JJ|W1)(\d{2}))")
_PART_FIRST = re.compile(r"(Q|K|H)([1-4])[-\s](\d{4})")
_NAMED = re.compile(r"(?:(\d{1,2})[-\s])?([a-z]{3,9})\.?[-\s](\d{4})|(\d{4})[-\s]([a-z]{3,9})\.?")
# months that one part of the year lasts
_LENGTH = {"Q": 3, "K": 3, "KW": 3, "H": 6, "HJ": 6, "MM": 1}
_MONTH_NAMES = (
    "january januari",
    "february februari",
    "march maart mrt",
    "april",
    "may mei",
    "june juni",
    "july juli",
    "august augustus",
    "september sept",
    "october oktober",
    "november",
    "december",
)
_NUMBER_OF = {
    short: number
    for number, names in enumerate(_MONTH_NAMES, start=1)
    for name in names.split()
    for short in (name, name[:3])
}


def moment_in_words(text: str) -> float | dt.datetime | None:
    """Number or date that a text says; ``None`` where it says neither, or not clearly.

    Examples
    --------
    >>> moment_in_words("2020-K2"), moment_in_words("mrt 2020") == moment_in_words("2020MM03")
    (datetime.datetime(2020, 4, 1, 0, 0), True)
    >>> moment_in_words("2020-01-06/2020-01-12") == moment_in_words("2020-W02")
    True
    """
    words = text.strip()
    if _NUMBER.fullmatch(words):
        return float(words)
    first, _, last = words.partition("/")
    if _DAY.fullmatch(first) and _DAY.fullmatch(last):  # how a pandas week prints itself
        words = first
    for read in (_of_day, _of_part, _of_week, _of_name, _of_time):
        try:
            found = read(words)
        except ValueError:  # a month 13, a day 31 in June
            return None
        if found is not None:
            return found
    return None


def _of_day(words: str) -> dt.datetime | None:
    found = _DAY.fullmatch(words)
    if not found:
        return None
    return dt.datetime(int(found[1]), int(found[3]), int(found[4] or 1))


def _of_part(words: str) -> dt.datetime | None:
    """Quarter, half year, month or year by its number, codes of CBS among them."""
    upper = words.upper()
    found, turned = _PART.fullmatch(upper), _PART_FIRST.fullmatch(upper)
    if found:
        year, kind, number = int(found[1]), found[2] or found[4], int(found[3] or found[5])
    elif turned:
        year, kind, number = int(turned[3]), turned[1], int(turned[2])
    else:
        return None
    if kind == "JJ":
        return dt.datetime(year, 1, 1) if number == 0 else None
    if kind == "W1":
        return _monday(year, number, 1)
    return dt.datetime(year, 1 + (number - 1) * _LENGTH[kind], 1)


def _of_week(words: str) -> dt.datetime | None:
    found = _WEEK.fullmatch(words.upper())
    return _monday(int(found[1]), int(found[2]), int(found[3] or 1)) if found else None


def _monday(year: int, week: int, day: int) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisocalendar(year, week, day), dt.time())


def _of_name(words: str) -> dt.datetime | None:
    found = _NAMED.fullmatch(words.lower())
    if not found:
        return None
    name, year = (found[2], found[3]) if found[2] else (found[5], found[4])
    month = _NUMBER_OF.get(name)
    return dt.datetime(int(year), month, int(found[1] or 1)) if month else None


def _of_time(words: str) -> dt.datetime | None:
    """A day with the time of day, as ISO 8601 writes it."""
    day = words[:10]
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) or words[10:11] not in ("T", " "):
        return None
    # numpy writes nanoseconds, of which a datetime keeps six digits
    return dt.datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", words)).replace(tzinfo=None)


DateLike: TypeAlias = float | str | dt.date | np.datetime64 | pd.Period
_LAST_DAY, _MONTHS = 31, 12
_DAY_FORMS = ("20200315", "2020-03-15")
_YEARS, _HUNDRED, _TEN_THOUSAND = (1900, 2100), 100, 10_000
HOW = (
    "Give a number such as 2020.2, or a date: 2020, 2020Q1, 2020-03, 2020-03-15, a Period or a "
    "datetime"
)


def read_moment(value: object) -> Moment | None:
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
    >>> read_moment("2020Q2"), read_moment(dt.date(2020, 4, 1)) == read_moment("2020-04")
    (datetime.datetime(2020, 4, 1, 0, 0), True)
    >>> read_moment("2020.2"), read_moment("01-03-2020"), read_moment(True)
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


def dates_of_waves(
    waves: Iterable[object], *, column: str, people: Sequence[int] | None = None
) -> tuple[FloatArray, Calendar]:
    """Place of every wave on the axis that suits them together, and that axis.

    Parameters
    ----------
    waves : iterable of object
        Numbers or dates of any kind.
    column : str
        Where they stand, for messages.
    people : sequence of int, optional
        Respondents of each wave where the waves stand in their rows; a word that is one person's
        is described in a message and not shown.

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
    >>> dates_of_waves(["2020-01", "2020-02"], column="wave")[0].round(4).tolist()
    [2020.0, 2020.0833]
    """
    values = list(waves)
    found = [read_moment(value) for value in values]
    wrong = [at for at, one in enumerate(found) if not _usable(one)]
    if wrong:
        first = values[wrong[0]]
        shown = show_label(first) if people is None else show_value(first, people[wrong[0]])
        raise SchemaError(
            f"{verb()} needs dates or numbers in column {column!r}, such as 2020.2, and found "
            f"{shown} ({len(wrong)} wave(s), first in row "
            f"{wrong[0] + 1}). Give each wave its date. {HOW}."
        )
    moments = [one for one in found if one is not None]
    _require_clear(values, moments, column=column)
    calendar = choose_calendar(moments)
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


def _require_clear(values: Sequence[object], moments: Sequence[Moment], *, column: str) -> None:
    unclear = [unclear_number(one) if isinstance(one, float) else "" for one in moments]
    if unclear and all(unclear):
        raise SchemaError(
            f"{verb()} needs dates or numbers in column {column!r}, and "
            f"{show_value(values[0])} {unclear[0]}."
        )
    words = [value.strip() for value in values if isinstance(value, str)]
    if len(words) == len(values) > 1 and all(_is_school_year(one) for one in words):
        raise SchemaError(
            f"{verb()} needs dates in column {column!r}, and "
            f"{show_value(words[0])} and the others read as "
            "two years as well as a year and a month. Write the first day, such as 2019-09-01."
        )


def _is_written_together(value: float, digits: int) -> bool:
    year, rest = divmod(value, digits)
    month, day = divmod(rest, _HUNDRED) if digits == _TEN_THOUSAND else (rest, 1)
    low, high = _YEARS
    return low <= year < high and 1 <= month <= _MONTHS and 1 <= day <= _LAST_DAY and value % 1 == 0


def _is_school_year(word: str) -> bool:
    """Whether text is a year and the last two digits of the next: 2010-11 is no month then."""
    year, sign, rest = word.partition("-")
    parts = len(year) == 4 and len(rest) == 2 and year.isdecimal() and rest.isdecimal()
    return bool(sign) and parts and int(rest) == (int(year) + 1) % _HUNDRED


def in_order(dates: Iterable[DateLike]) -> list[DateLike]:
    """Dates that can be read, in order of time; every calendar keeps that order.

    Examples
    --------
    >>> in_order(["2020-03", 2019.5])
    [2019.5, '2020-03']
    """
    axis = Calendar("year")
    return sorted(dates, key=lambda date: axis.number(read_moment(date) or 0.0))


def is_date(value: object) -> bool:
    """Whether a value is a number or a date that can be read."""
    return _usable(read_moment(value))


def _usable(moment: Moment | None) -> bool:
    return moment is not None and (not isinstance(moment, float) or isfinite(moment))


def values_in(column: pd.Series[Any]) -> list[object]:
    """Values of a column as they are, whatever pandas keeps them in."""
    return list(column.astype("object"))
