"""What the text of one cell says: nothing, a number, or a word. Text becomes a number here only.

``1.234`` is a number of one unit and a bit in one country and of a thousand units in another.
Where nothing in a column tells which, the reading stops and names the option that settles it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.errors import AmbiguousNumberError, OptionError

Decimal = Literal[".", ","]
Thousands = Literal[".", ",", " ", "'"]

# Words of pandas, R, SPSS, SAS, Stata, SQL and of Excel in four languages for "there is nothing".
_NOTHING = frozenset(
    {
        *("", "na", "n/a", "#n/a", "#n/a n/a", "#na", "<na>", "#n/b", "#nb", "#nv", "#n/d"),
        *("nan", "-nan", "+nan", "nat", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"),
        *("null", "(null)", "<null>", "[null]", "#null!", "#leeg!", "\\n", "(na)", "[na]"),
        *(".", "._", *(f".{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")),
    }
)
# Faults of a workbook, in any language, and a word that a question may well have as an answer.
_FAULT = re.compile(r"#\S+[!?]|<?none>?")
_UNSEEN = "\u200b\u2060\ufeff"
_SPACES, _APOSTROPHES = " \u00a0\u2009\u202f", "'\u2019"
_SIGNS = {".": r"\.", ",": ",", " ": f"[{_SPACES}]", "'": f"[{_APOSTROPHES}]"}
_EXPONENT = r"(?:[eE][+-]?\d+)?"
_WHOLE = re.compile(r"[+-]?\d+")
_GROUPS = rf"\d{{1,3}}([.,{_SPACES}{_APOSTROPHES}])\d{{3}}(?:\1\d{{3}})*(?:[.,]\d+)?"
_SIMPLE = rf"(?:\d+(?:[.,]\d*)?|[.,]\d+){_EXPONENT}"
_LOOKS = re.compile(rf"[+-]?(?:{_SIMPLE}|{_GROUPS})")
_THREE_BEHIND = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How numbers are written where they stand as text.

    Attributes
    ----------
    decimal : {".", ","} or None
        Sign before the decimals; ``None`` takes either where it cannot be anything else.
    thousands : {".", ",", " ", "'"} or None
        Sign between groups of three digits; ``None`` where numbers have none.

    Examples
    --------
    >>> number_of("1.234,5", NumberFormat(thousands=".")), number_of("1.5")
    (1234.5, 1.5)
    """

    decimal: Decimal | None = None
    thousands: Thousands | None = None

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("decimal", self.decimal, Decimal),
            ("thousands", self.thousands, Thousands),
        ):
            if value is not None and value not in get_args(allowed):
                raise OptionError.among(value, get_args(allowed), name=name)
        if self.decimal is not None and self.decimal == self.thousands:
            raise OptionError(
                f"decimal and thousands are both {self.decimal!r}. Give two signs, or one of them."
            )

    @property
    def said(self) -> bool:
        """Whether anything was said."""
        return self.decimal is not None or self.thousands is not None

    @property
    def points(self) -> str:
        """Signs that may stand before decimals."""
        if self.decimal is not None:
            return self.decimal
        return ".,".replace(self.thousands or " ", "")


UNSAID = NumberFormat()


def stripped(text: str) -> str:
    """Text without blanks at its ends, those that nobody sees among them."""
    return text.strip().strip(_UNSEEN).strip()


def says_nothing(text: str) -> bool:
    """Whether the text of a cell means that there is no value, in a question or elsewhere.

    Examples
    --------
    >>> says_nothing("#N/A"), says_nothing(" . "), says_nothing("None"), says_nothing("Ja")
    (True, True, False, False)
    """
    return stripped(text).casefold() in _NOTHING


def is_no_value(text: str) -> bool:
    """Whether the text of a cell is no value of a key, a stratum or a group.

    Faults of a workbook are none, and neither is ``None``. As an answer to a question such a word
    is not passed over but refused, since somebody may have answered.

    Examples
    --------
    >>> is_no_value("#REF!"), is_no_value("None"), is_no_value("NA"), is_no_value("Noord")
    (True, True, True, False)
    """
    return says_nothing(text) or _FAULT.fullmatch(stripped(text).casefold()) is not None


def number_of(text: str, form: NumberFormat = UNSAID) -> int | float | None:
    """Return the number that a text is, or ``None``.

    Parameters
    ----------
    text : str
        Text of a cell.
    form : NumberFormat
        How its numbers are written. Where nothing is said, a point or comma stands before
        decimals; ``require_certain`` asks first whether that is certain.

    Returns
    -------
    int, float or None
        Whole numbers as int.

    Examples
    --------
    >>> number_of("1,5"), number_of("3e1"), number_of("1.234.567"), number_of("één")
    (1.5, 30, None, None)
    """
    body = stripped(text)
    if form.thousands is not None:
        sign = _SIGNS[form.thousands]
        if re.fullmatch(rf"[+-]?\d{{1,3}}(?:{sign}\d{{3}})+(?:[{form.points}]\d+)?", body):
            body = re.sub(sign, "", body)
    if _WHOLE.fullmatch(body):
        return int(body)
    points = re.escape(form.points)
    if not re.fullmatch(rf"[+-]?(?:\d+(?:[{points}]\d*)?|[{points}]\d+){_EXPONENT}", body):
        return None
    number = float(body.replace(",", "."))
    return int(number) if number.is_integer() else number


def may_be_thousands(text: str) -> int | None:
    """Whole number that a text is when its point or comma separates thousands, or ``None``.

    Examples
    --------
    >>> may_be_thousands("1.234"), may_be_thousands("0.234"), may_be_thousands("1.23")
    (1234, None, None)
    """
    body = stripped(text)
    return int(re.sub("[.,]", "", body)) if _THREE_BEHIND.fullmatch(body) else None


def require_certain(
    texts: Sequence[str],
    form: NumberFormat,
    *,
    column: str,
    where: str,
    found: tuple[Sequence[int], Sequence[int]],
) -> None:
    """Raise when numbers of one column can be read in two ways, or not in the way that was said.

    Parameters
    ----------
    texts : sequence of str
        Distinct texts of the column; words among them are passed over.
    form : NumberFormat
        What was said about its numbers.
    column, where : str
        Names for the message.
    found : tuple of (counts, rows)
        Per text how often it occurs and its first row, for the message.

    Raises
    ------
    AmbiguousNumberError
        If every point or comma has exactly three digits behind it, both signs occur, a sign is
        repeated in a number, blanks or apostrophes stand in numbers, or a number is not written as
        was said. Names the column, the count, the first row and the option that settles it.
    """
    looked = [(at, body) for at, body in enumerate(map(stripped, texts)) if _LOOKS.fullmatch(body)]
    doubt, places = _doubt(looked, form)
    if doubt:
        counts, rows = found
        raise AmbiguousNumberError.found(
            where,
            column=column,
            doubt=doubt,
            count=sum(int(counts[at]) for at in places),
            first_row=min(int(rows[at]) for at in places),
        )


def _doubt(looked: Sequence[tuple[int, str]], form: NumberFormat) -> tuple[str, list[int]]:
    """What is uncertain about texts that look like numbers, and where; no words when nothing is."""
    unread = [at for at, text in looked if number_of(text, form) is None]
    if form.said:
        signs = " and ".join(
            f"{name}={sign!r}"
            for name, sign in (("decimal", form.decimal), ("thousands", form.thousands))
            if sign is not None
        )
        return (f"numbers are not written with {signs}" if unread else "", unread)
    if unread:
        return "numbers have a sign between groups of three digits", unread
    signed = {sign: [at for at, text in looked if sign in text] for sign in ".,"}
    if signed["."] and signed[","]:
        return "some numbers have a point and others a comma", min(signed.values(), key=len)
    separated = signed["."] or signed[","]
    there = set(separated)
    if all(_THREE_BEHIND.fullmatch(text) for at, text in looked if at in there):
        sign = "." if signed["."] else ","
        said = f"{sign!r} has three digits behind it and may stand before decimals or thousands"
        return (said if separated else "", separated)
    return "", []


def numbers_in(
    cells: pd.Series[Any],
    form: NumberFormat = UNSAID,
    *,
    where: str,
    rows: npt.NDArray[np.int64] | None = None,
) -> pd.Series[Any]:
    """Column of text, or of text among numbers, as numbers where all of it is; else as it stands.

    Parameters
    ----------
    cells : pandas.Series
        Column of a file or frame; its name is for the message. Numbers are returned as they are.
    form : NumberFormat
        How its numbers are written.
    where : str
        Who needs it, for the message.
    rows : ndarray of int, optional
        Row of each cell.

    Returns
    -------
    pandas.Series
        Floats with NaN where a cell says nothing; or the column itself when a cell holds a word.

    Raises
    ------
    AmbiguousNumberError
        As ``require_certain``.

    Examples
    --------
    >>> numbers_in(pd.Series(["0,5", "NA", "2"]), where="mine").tolist()
    [0.5, nan, 2.0]
    """
    if pd.api.types.is_numeric_dtype(cells):
        return cells
    places, uniques = pd.factorize(cells)
    texts = [text if isinstance(text, str) else "" for text in uniques]
    found = occurrences(places, len(uniques), rows)
    require_certain(texts, form, column=str(cells.name), where=where, found=found)
    table = [_number(value, form) for value in uniques]
    if None in table:
        return cells
    numbers = np.append(np.array(table, dtype=np.float64), np.nan)[places]
    return pd.Series(numbers, index=cells.index, name=cells.name)


def occurrences(
    places: npt.NDArray[np.intp], n: int, rows: npt.NDArray[np.int64] | None = None
) -> tuple[list[int], list[int]]:
    """How often each of the distinct values of a column occurs, and its first row.

    Examples
    --------
    >>> occurrences(np.array([0, 1, 0, -1]), 2)
    ([2, 1], [1, 2])
    """
    numbered = np.arange(1, len(places) + 1) if rows is None else np.asarray(rows)
    known = places >= 0
    first = np.zeros(n, dtype=np.int64)
    first[places[known][::-1]] = numbered[known][::-1]
    return np.bincount(places[known], minlength=n).tolist(), first.tolist()


def _number(value: Any, form: NumberFormat) -> float | None:
    if not isinstance(value, str):
        return float(value)
    if says_nothing(value):
        return float("nan")
    return number_of(value, form)
