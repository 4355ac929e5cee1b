"""What the text of one cell says: nothing, a number, or a word.

Text becomes a number here only; ``number_columns.py`` asks whether a whole column is certain.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, get_args

from eenzaam_stats.errors import OptionError

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
# Faults of a workbook in any language, dashes, and a word that a question may have as an answer.
_FAULT = re.compile(r"#\S+[!?]|<?none>?|[-\u2013\u2014?.]+")
_LONGEST_NUMBER = 400
_UNSEEN = "\u200b\u2060\ufeff"
_SPACES, _APOSTROPHES = " \u00a0\u2009\u202f", "'\u2019"
_SIGNS = {".": r"\.", ",": ",", " ": f"[{_SPACES}]", "'": f"[{_APOSTROPHES}]"}
_EXPONENT = r"(?:[eE][+-]?\d+)?"
_WHOLE = re.compile(r"[+-]?\d+")
_GROUPS = rf"\d{{1,3}}([.,{_SPACES}{_APOSTROPHES}])\d{{3}}(?:\1\d{{3}})*(?:[.,]\d+)?"
_SIMPLE = rf"(?:\d+(?:[.,]\d*)?|[.,]\d+){_EXPONENT}"
_LOOKS = re.compile(rf"[+-]?(?:{_SIMPLE}|{_GROUPS})")
# zeros in front do not settle it: 01.234 beside 987 is 1,234 in a column padded to one width
_THREE_BEHIND = re.compile(r"[+-]?0*[1-9]\d{0,2}[.,]\d{3}")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How numbers are written where they stand as text.

    Attributes
    ----------
    decimal : {".", ","} or None
        Sign before the decimals; ``None`` takes either where it cannot be anything else.
    thousands : {".", ",", " ", "'"} or None
        Sign between groups of three digits. Where only ``decimal`` is said, any other sign may
        stand there, since it can be nothing else.

    Examples
    --------
    >>> parse_number("1.234,5", NumberFormat(thousands=".")), parse_number("1.5")
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
    def is_stated(self) -> bool:
        """Whether anything was said."""
        return self.decimal is not None or self.thousands is not None

    @property
    def points(self) -> str:
        """Signs that may stand before decimals."""
        if self.decimal is not None:
            return self.decimal
        return ".,".replace(self.thousands or " ", "")

    @property
    def groups(self) -> str:
        """Signs that may stand between thousands; a sign for decimals leaves the others."""
        if self.thousands is not None:
            return self.thousands
        return ".,' ".replace(self.decimal, "") if self.decimal is not None else ""


UNSAID = NumberFormat()


def strip_text(text: str) -> str:
    """Text without blanks at its ends, those that nobody sees among them."""
    return text.strip().strip(_UNSEEN).strip()


def says_nothing(text: str) -> bool:
    """Whether the text of a cell means that there is no value, in a question or elsewhere.

    Examples
    --------
    >>> says_nothing("#N/A"), says_nothing(" . "), says_nothing("None"), says_nothing("Ja")
    (True, True, False, False)
    """
    return strip_text(text).casefold() in _NOTHING


def is_no_value(text: str) -> bool:
    """Whether the text of a cell is no value of a key, a stratum or a group.

    Faults of a workbook are none, and neither is ``None``. As an answer to a question such a word
    is not passed over but refused, since somebody may have answered.

    Examples
    --------
    >>> is_no_value("#REF!"), is_no_value("None"), is_no_value("NA"), is_no_value("Noord")
    (True, True, True, False)
    """
    return says_nothing(text) or _FAULT.fullmatch(strip_text(text).casefold()) is not None


def parse_number(text: str, form: NumberFormat = UNSAID) -> int | float | None:
    """Return the number that a text is, or ``None``.

    Parameters
    ----------
    text : str
        Text of a cell.
    form : NumberFormat
        How its numbers are written. Where nothing is said, a point or comma stands before
        decimals; ``certain_form`` asks first whether that is certain.

    Returns
    -------
    int, float or None
        Whole numbers as int; ``None`` for more than 400 signs, or more than a float can hold.

    Examples
    --------
    >>> parse_number("1,5"), parse_number("3e1"), parse_number("1.234.567"), parse_number("één")
    (1.5, 30, None, None)
    """
    body = strip_text(text)
    if len(body) > _LONGEST_NUMBER:
        return None
    for group in form.groups:
        sign = _SIGNS[group]
        if re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}(?:{sign}\d{{3}})+(?:[{form.points}]\d+)?", body):
            body = re.sub(sign, "", body)
    if _WHOLE.fullmatch(body):
        return int(body)
    points = re.escape(form.points)
    if not re.fullmatch(rf"[+-]?(?:\d+(?:[{points}]\d*)?|[{points}]\d+){_EXPONENT}", body):
        return None
    number = float(body.replace(",", "."))
    if math.isinf(number):
        return None
    return int(number) if number.is_integer() else number


def may_be_thousands(text: str) -> int | None:
    """Whole number that a text is when its point or comma separates thousands, or ``None``.

    Examples
    --------
    >>> may_be_thousands("1.234"), may_be_thousands("0.234"), may_be_thousands("1.23")
    (1234, None, None)
    """
    body = strip_text(text)
    return int(re.sub("[.,]", "", body)) if _THREE_BEHIND.fullmatch(body) else None


def looks_like_number(text: str) -> bool:
    """Whether a text is a number in some way of writing.

    Examples
    --------
    >>> looks_like_number("1.234.567,8"), looks_like_number("01.02.2020")
    (True, False)
    """
    return _LOOKS.fullmatch(strip_text(text)) is not None
