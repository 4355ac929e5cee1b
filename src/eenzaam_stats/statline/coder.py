"""Words of a dimension as categories, prepared once per reading and used for every page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.statline.description import Dimension

DATE = "date"


@dataclass(frozen=True, slots=True, eq=False)
class Coder:
    """One word per member, where several members may have the same word.

    Attributes
    ----------
    dtype : pandas.CategoricalDtype
        The words, each once, in the order in which they come first.
    code_of : array of int, shape (members,)
        Place of the word of each member among them.
    """

    dtype: pd.CategoricalDtype
    code_of: NDArray[np.int32]

    def of(self, places: Any) -> Coded:
        """Words of rows, by the place of their member."""
        return Coded(self, self.code_of[places])


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """One word per row.

    Attributes
    ----------
    coder : Coder
        The words.
    codes : array of int, shape (rows,)
        Place of the word of each row among them.
    """

    coder: Coder
    codes: NDArray[np.int32]

    def categorical(self) -> Any:
        """The words as categories of pandas."""
        return pd.Categorical.from_codes(self.codes, dtype=self.coder.dtype, validate=False)


def coder(words: Sequence[str]) -> Coder:
    """Prepare a list of words.

    Examples
    --------
    >>> list(coder(["a", "b", "a"]).of([2, 1]).categorical())
    ['a', 'b']
    """
    place_of = {word: place for place, word in enumerate(dict.fromkeys(words))}
    code_of = np.array([place_of[word] for word in words], dtype=np.int32)
    return Coder(pd.CategoricalDtype(pd.Index(list(place_of), dtype="str")), code_of)


@dataclass(frozen=True, slots=True, eq=False)
class DimensionCoder:
    """Everything that the rows of one dimension need.

    Attributes
    ----------
    place_of : mapping of str to int
        Place of each raw and each trimmed code.
    columns : mapping of str to Coder
        Columns of words by name: codes, labels, and for time frequency and status.
    days : array of datetime64 or None
        First day of each period; ``None`` for another dimension than time.
    """

    place_of: Mapping[str, int]
    columns: Mapping[str, Coder]
    days: NDArray[np.datetime64] | None

    def of(self, places: Any) -> dict[str, Any]:
        """Columns of rows, by the place of their member."""
        made = {name: one.of(places) for name, one in self.columns.items()}
        if self.days is None:
            return made
        codes, labels, *others = made.items()
        return dict([codes, labels, (DATE, self.days[places]), *others])


def dimension_coder(dimension: Dimension) -> DimensionCoder:
    """Prepare a dimension.

    Parameters
    ----------
    dimension : Dimension
        With its members.

    Returns
    -------
    DimensionCoder
    """
    members = dimension.members
    trimmed = {member.code: place for place, member in enumerate(members)}
    raw = {member.raw: place for place, member in enumerate(members)}
    columns = {
        dimension.key: coder([member.code for member in members]),
        f"{dimension.key}_label": coder([member.title for member in members]),
    }
    if dimension.kind != "TimeDimension":
        return DimensionCoder({**trimmed, **raw}, columns, None)
    periods = [read_period(member.code) for member in members]
    columns["frequency"] = coder([period.frequency for period in periods])
    columns["status"] = coder([member.status for member in members])
    days = np.array([period.first_day for period in periods], dtype="datetime64[s]")
    return DimensionCoder({**trimmed, **raw}, columns, days)


# Codes of periods: the first day and the kind of period that a code of StatLine stands for.

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


def read_period(code: str) -> Period:
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
    >>> read_period("2023JJ00")
    Period(first_day=datetime.date(2023, 1, 1), frequency='year')
    >>> read_period("2023KW03").first_day.isoformat(), read_period("2023MM07").frequency
    ('2023-07-01', 'month')
    >>> read_period("2020W153").first_day.isoformat(), read_period("2013X000").first_day
    ('2020-12-28', None)
    """
    found = _CODE.fullmatch(code)
    if found:
        return _read_lettered(int(found[1]), *KINDS[found[2]], int(found[3]))
    day = _DAY.fullmatch(code)
    try:
        return Period(dt.date(*map(int, day.groups())), "day") if day else Period(None, "")
    except ValueError:
        return Period(None, "")


def _read_lettered(year: int, frequency: Frequency, most: int, number: int) -> Period:
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
