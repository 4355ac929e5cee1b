"""Dates in words: years, quarters, months, weeks and days as text, read only where they are clear.

A day before a month before a year (01-03-2020) is not read: nobody can tell it from a month first.
"""

from __future__ import annotations

import datetime as dt
import re

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")
_DAY = re.compile(r"(\d{4})([-/])(\d{1,2})(?:\2(\d{1,2}))?")
_WEEK = re.compile(r"(\d{4})-?W(\d{2})(?:-?([1-7]))?")
_PART = re.compile(r"(\d{4})(?:[-\s]?(Q|K|H)([1-4])|(KW|MM|HJ|JJ|W1)(\d{2}))")
_PART_FIRST = re.compile(r"(Q|K|H)([1-4])[-\s](\d{4})")
_NAMED = re.compile(r"(?:(\d{1,2})[-\s])?([a-z]{3,9})\.?[-\s](\d{4})|(\d{4})[-\s]([a-z]{3,9})\.?")
# months that one part of the year lasts
_LENGTH = {"Q": 3, "K": 3, "KW": 3, "H": 6, "HJ": 6, "MM": 1}
_MONTHS = (
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
    for number, names in enumerate(_MONTHS, start=1)
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
