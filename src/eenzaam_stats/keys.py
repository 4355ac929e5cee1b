"""One normal form for keys: of persons, households, municipalities, strata and clusters.

The same key arrives as ``7``, ``7.0``, ``"7"``, ``" 7 "``, ``"7e0"`` or ``"007"``, depending on
the program that wrote the file. Here it becomes ``"7"``, so that a person is found again in another
file. Keys that are no whole number stay as written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.arrays import IntArray
from eenzaam_stats.errors import SchemaError
from eenzaam_stats.messages import show_value

# Characters that cannot be seen and that str.strip() leaves: byte order mark, zero-width space.
_UNUSUAL = r"[^\x21-\x7e]"
_UNSEEN = "\ufeff\u200b\u200c\u200d\u2060"
LARGEST_WHOLE = 2**53  # above it a number in a file no longer tells whole from broken
_NORMAL = r"-?[1-9][0-9]*|0"
_DIGITS = r"[0-9]+"
_NUMBER = r"[+-]?[0-9]+(?:[.,][0-9]*)?(?:[eE][+-]?[0-9]{1,2})?"
_WHOLE = re.compile(r"([+-]?)([0-9]+)(?:[.,]0*)?")
# One to three digits and exactly three zeros can be thousands, or decimals that are all zero.
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}[.,][0-9]{3}")
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:[.,](?P<decimals>[0-9]*))?[eE](?P<power>[+-]?[0-9]{1,2})")
# A spreadsheet shows six digits of a long number; from this many decimals on a key was shortened.
_SHORTENED = 4
# A key this short numbers a stratum or a class and tells of nobody.
_SHORT = 4
_EVERY_DIGIT = re.compile(r"[0-9]")
_EVERY_LETTER = re.compile(r"[^\W\d_]")


def normal_keys(
    values: pd.Series[Any], *, place: str = "normal_keys()", rows: IntArray | None = None
) -> pd.Series[str]:
    """Keys in one normal form, so that two tables can be joined on them.

    Parameters
    ----------
    values : pandas.Series of length n
        Keys as numbers or text, in which nearly every value may be different.
    place : str, default "normal_keys()"
        Who needs them, for messages.
    rows : ndarray of int, shape (n,), optional
        Row numbers in the file, for messages; by themselves 1 to n.

    Returns
    -------
    pandas.Series of str, length n
        Whole numbers as digits without decimals, exponent, blanks or leading zeros; other keys
        without blanks around them. Missing and blank cells are NA. The index is kept.

    Raises
    ------
    SchemaError
        If one key stands in the column in two forms that differ in leading zeros, or numbers are
        so long or so shortened that they no longer tell keys apart.

    Notes
    -----
    ``7``, ``7.0``, ``" 7 "``, ``"+7"``, ``"7,0"``, ``"7e0"`` and ``"007"`` are ``"7"``. ``"007"``
    beside ``"7"`` in one column may be two keys or one, so that column is refused. A number with an
    exponent is one only where every other cell of the column is a number: among ``"1a3"`` and
    ``"2b7"`` the key ``"1e3"`` stays as it is. ``"1.000"`` is 1 where every cell ends in zeros,
    stays as it is where one does not, and is refused beside plain whole numbers.

    **Missing data.** A blank is missing and never a key.

    Examples
    --------
    >>> normal_keys(pd.Series(["1000019", "1000019.0", " 1e+06", "007", "NL-07"])).tolist()
    ['1000019', '1000019', '1e+06', '7', 'NL-07']
    >>> normal_keys(pd.Series(["1000019", "1e+06", "3e3"])).tolist()
    ['1000019', '1000000', '3000']
    >>> normal_keys(pd.Series([7.0, 8.5, None])).tolist()
    ['7', '8.5', nan]
    """
    text = key_text(values)
    column = _Column(text, np.arange(1, len(text) + 1) if rows is None else rows, place)
    _require_exact(values, column)
    plain = _plain_keys(text)
    if plain is not None:
        return plain
    codes, forms = pd.factorize(text)
    normal = _normal_forms([str(form) for form in forms], column)
    table = pd.Series([*normal, None], dtype="str")
    return pd.Series(table.take(codes).array, index=values.index, name=values.name)


def _plain_keys(text: pd.Series[str]) -> pd.Series[str] | None:
    """Keys of a column that needs no look at its forms one by one; ``None`` for any other."""
    blank = text.isna()
    if bool((blank | text.str.fullmatch(_NORMAL)).all()):
        return text
    if bool((blank | text.str.fullmatch(_DIGITS)).all()):
        bare = text.str.lstrip("0")
        bare = bare.mask(bare == "", "0")
        return bare if bare.nunique() == text.nunique() else None
    return text if not bool(text.str.fullmatch(_NUMBER).any()) else None


def key_text(values: pd.Series[Any]) -> pd.Series[str]:
    """Cells as text without blanks around them, whole numbers without decimals; a blank is NA.

    Examples
    --------
    >>> key_text(pd.Series([7.0, " 7 ", ""], dtype=object)).tolist()
    ['7', '7', nan]
    """
    blank = values.isna()
    if pd.api.types.is_float_dtype(values):
        floats = values.to_numpy(np.float64, na_value=np.nan)
        values = pd.Series(floats, index=values.index, name=values.name)
    cells = values
    if pd.api.types.is_float_dtype(values) and _all_whole(values):
        cells = values.astype("Int64")
    elif pd.api.types.is_float_dtype(values) or values.dtype == object:
        cells = values.map(_cell, na_action="ignore")
    text = cells.astype("str")
    if bool(text.str.contains(_UNUSUAL, na=False).any()):
        # one letter may be written as one sign or as two, and a blank as several
        text = text.str.normalize("NFC").str.replace(r"\s+", " ", regex=True)
    text = text.str.strip().str.strip(_UNSEEN).str.strip()
    return text.mask(blank | (text == ""))


def normal_word(word: str) -> str:
    """One key in its normal form, without a column that could say otherwise.

    Examples
    --------
    >>> normal_word("0363"), normal_word("363.0"), normal_word("18-24"), normal_word("3.63e2")
    ('363', '363', '18-24', '363')
    """
    bare = word.strip().strip(_UNSEEN).strip()
    power = _EXPONENT.fullmatch(bare)
    return _without_zeros(_expand_exponent(bare) if power else _without_decimals(bare))


def key_form(keys: Iterable[str]) -> str:
    """How most keys look, without saying any: every digit as 9 and every letter as A.

    Examples
    --------
    >>> key_form(["1000019", "1000023", "12"]), key_form(["NL-000123-01"])
    ("'9999999'", "'AA-999999-99'")
    >>> key_form([])
    'no key'
    """
    shapes = pd.Series(
        [_EVERY_LETTER.sub("A", _EVERY_DIGIT.sub("9", key)) for key in keys], dtype="str"
    )
    return repr(str(shapes.mode().iloc[0])) if len(shapes) else "no key"


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """A column of keys as text, and what messages say of it."""

    text: pd.Series[str]
    rows: IntArray
    place: str

    def count_rows(self, at: NDArray[np.bool_]) -> str:
        """Number of rows and the first one, in words."""
        return f"{int(at.sum()):,} row(s), first in row {self.rows[int(at.argmax())]}"


def _all_whole(values: pd.Series[Any]) -> bool:
    known = values.dropna()
    return bool(((known % 1 == 0) & (known.abs() <= LARGEST_WHOLE)).all())


def _cell(value: Any) -> Any:
    """Write a whole number without decimals, whatever its size."""
    whole = isinstance(value, (float, Decimal)) and value == value // 1
    return str(int(value)) if whole else value


def _normal_forms(forms: Sequence[str], column: _Column) -> list[str]:
    """Normal form of every different cell of a column."""
    powers = [form for form in forms if _EXPONENT.fullmatch(form)]
    rest = [form for form in forms if not _EXPONENT.fullmatch(form)]
    numbers = all(_WHOLE.fullmatch(form) for form in rest)
    if powers and numbers:
        _require_whole_numbers(powers, column)
    expand: Callable[[str], str] = _expand_exponent if numbers else str
    thousands = any(_THOUSANDS.fullmatch(form) and not _WHOLE.fullmatch(form) for form in rest)
    _require_one_meaning(rest, column, thousands=thousands)
    written = [
        expand(form)
        if _EXPONENT.fullmatch(form)
        else form
        if thousands and _THOUSANDS.fullmatch(form)
        else _without_decimals(form)
        for form in forms
    ]
    normal = [_without_zeros(form) for form in written]
    _require_one_form(zip(written, normal, forms, strict=True), column)
    return normal


def _require_exact(values: pd.Series[Any], column: _Column) -> None:
    """Refuse floating-point keys so long that neighbours became one number."""
    if not pd.api.types.is_float_dtype(values):
        return
    long = (values.abs() > LARGEST_WHOLE).fillna(False).to_numpy(dtype="bool")
    if long.any():
        raise SchemaError(
            f"{column.place} needs keys that tell neighbours apart, and {column.count_rows(long)}, "
            "hold a number of 16 digits or more, of which the last were rounded when the file was "
            "written. Write the key as text."
        )


def _without_decimals(form: str) -> str:
    """Digits of a whole number, leading zeros kept; other text as it is."""
    found = _WHOLE.fullmatch(form)
    return form if found is None else found[1].replace("+", "") + found[2]


def _without_zeros(form: str) -> str:
    found = _WHOLE.fullmatch(form)
    if found is None or not form.lstrip("+-").isdigit():
        return form
    digits = found[2].lstrip("0") or "0"
    return digits if digits == "0" else found[1].replace("+", "") + digits


def _expand_exponent(form: str) -> str:
    """Digits of a whole number with an exponent; a broken one as it is."""
    number = Decimal(form.replace(",", "."))
    return str(int(number)) if number == number.to_integral_value() else form


def _require_whole_numbers(powers: Sequence[str], column: _Column) -> None:
    """Refuse numbers with an exponent of which the last digits were dropped."""
    found = [(form, _EXPONENT.fullmatch(form)) for form in powers]
    lost = {
        form
        for form, parts in found
        if parts and _SHORTENED <= len(parts["decimals"] or "") < int(parts["power"])
    }
    if lost:
        at = column.text.isin(lost).to_numpy(dtype="bool")
        raise SchemaError(
            f"{column.place} needs whole keys, and {column.count_rows(at)}, hold a number with an "
            "exponent of which the last digits were dropped, as a spreadsheet does. Write the key "
            "as text in the program that made the file, and export it again."
        )


def _require_one_meaning(forms: Sequence[str], column: _Column, *, thousands: bool) -> None:
    """Refuse ``1.000`` beside plain whole numbers, unless another cell shows its decimals."""
    doubtful = [form for form in forms if _THOUSANDS.fullmatch(form)]
    plain = any(form.isdigit() for form in forms)
    shown = any(
        _WHOLE.fullmatch(form) and not form.isdigit() and not _THOUSANDS.fullmatch(form)
        for form in forms
    )
    if doubtful and plain and not shown and not thousands:
        at = (column.text == doubtful[0]).to_numpy(dtype="bool")
        raise SchemaError(
            f"{column.place} holds "
            f"{show_value(doubtful[0])} ({column.count_rows(at)}) beside whole numbers "
            "without a separator: that may be 1 or 1000 times as much. Write keys without one."
        )


def _require_one_form(cells: Iterable[tuple[str, str, str]], column: _Column) -> None:
    """Refuse a key that stands in the column with and without leading zeros."""
    first: dict[str, tuple[str, str]] = {}
    for one, key, form in cells:
        other = first.setdefault(key, (one, form))
        if other[0] == one:
            continue
        shown = " and ".join(
            f"{_zeros_shown(said)!r} ({column.count_rows((column.text == cell).to_numpy(bool))})"
            for said, cell in ((other[0], other[1]), (one, form))
        )
        raise SchemaError(
            f"{column.place} holds one key in two forms, {shown} (in a "
            "long key 9 stands for any digit). Write it with leading zeros everywhere or nowhere, "
            "or put a letter before keys that are different."
        )


def _zeros_shown(form: str) -> str:
    """Form of a key with its leading zeros; of a long one without its digits."""
    if len(form) <= _SHORT:
        return form
    digits = form.lstrip("+-")
    rest = digits.lstrip("0")
    return "0" * (len(digits) - len(rest)) + _EVERY_DIGIT.sub("9", rest)
