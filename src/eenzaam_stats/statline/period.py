"""Codes of periods: the first day and the kind of period that a code of StatLine stands for."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal, NamedTuple

Frequency = Literal["year", "quarter", "month", "half_year", "week", "part_of_week", "day", ""]
_CODE = re.compile(r"(\d{4})(JJ|KW|MM|HJ|W1|X0)(\d{2})")
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
KINDS: dict[str, tuple[Frequency, int]] = {  # kind of period and how many a year can have
    "JJ": ("year", 0),
    "HJ": ("half_year", 2),
    "KW": ("quarter", 4),
    "MM": ("month", 12),
    "W1": ("week", 53),
    "X0": ("part_of_week", 53),
}
MONTHS = {"half_year": 6, "quarter": 3, "month": 1}


class Period(NamedTuple):
    """First day of a period and its kind; no day and no kind for a code that is not known."""

    first_day: dt.date | None
    frequency: Frequency


def period_of(code: str) -> Period:
    """Read the code of a period.

    Parameters
    ----------
    code : str
        Member of a dimension of time, without blanks around it.

    Returns
    -------
    Period
        Without a day for a code of another form: the table keeps its code and its words.

    Notes
    -----
    The title of a period may name another moment than its code, such as December under the code of
    a year; the day here is that of the code.

    Examples
    --------
    >>> period_of("2023JJ00")
    Period(first_day=datetime.date(2023, 1, 1), frequency='year')
    >>> period_of("2023KW03").first_day.isoformat(), period_of("2023MM07").frequency
    ('2023-07-01', 'month')
    >>> period_of("2020W153").first_day.isoformat(), period_of("2013X000").first_day
    ('2020-12-28', None)
    """
    found = _CODE.fullmatch(code)
    if found:
        return _lettered(int(found[1]), *KINDS[found[2]], int(found[3]))
    day = _DAY.fullmatch(code)
    try:
        return Period(dt.date(*map(int, day.groups())), "day") if day else Period(None, "")
    except ValueError:
        return Period(None, "")


def _lettered(year: int, frequency: Frequency, most: int, number: int) -> Period:
    """Period of a year; no day when the year does not have so many of them."""
    nothing = Period(None, "")
    if year < 1 or not (number == most == 0 or 1 <= number <= most):
        return nothing
    if frequency in MONTHS:
        return Period(dt.date(year, 1 + (number - 1) * MONTHS[frequency], 1), frequency)
    if frequency == "year":
        return Period(dt.date(year, 1, 1), frequency)
    try:
        return Period(dt.date.fromisocalendar(year, number, 1), frequency)
    except ValueError:
        return nothing
