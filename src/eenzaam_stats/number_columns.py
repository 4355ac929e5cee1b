"""Columns of text that hold numbers, as numbers: certain, or refused.

``1.234`` is little more than 1 in one country and more than a thousand in another. Where nothing
in a column tells which, the reading stops and names the option that settles it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.cell_text import (
    UNSAID,
    NumberFormat,
    looks_like_number,
    may_be_thousands,
    parse_number,
    says_nothing,
)
from eenzaam_stats.errors import AmbiguousNumberError, verb


def certain_form(
    texts: Sequence[str],
    form: NumberFormat,
    *,
    column: str,
    place: str,
    found: tuple[Sequence[int], Sequence[int]],
) -> NumberFormat:
    """How the numbers of one column are written, or an error when that is not certain.

    A column that cannot be written as was said, and can be read in one way only, is read in that
    way: ages as 18.0 beside weights with points between thousands.

    Parameters
    ----------
    texts : sequence of str
        Distinct texts of the column; words among them are passed over.
    form : NumberFormat
        What was said about its numbers.
    column, place : str
        Names for the message.
    found : tuple of (counts, rows)
        Per text how often it occurs and its first row, for the message.

    Returns
    -------
    NumberFormat
        For ``parse_number``.

    Raises
    ------
    AmbiguousNumberError
        If every point or comma has exactly three digits behind it, both signs occur, a sign is
        repeated in a number, blanks or apostrophes stand in numbers, or a number is not written as
        was said. Names the column, the count, the first row and the option that settles it.
    """
    looked = [(at, text) for at, text in enumerate(texts) if looks_like_number(text)]
    doubt, places = _doubt(looked, form)
    if doubt and form.is_stated and not _doubt(looked, UNSAID)[0] and _never_read(looked, form):
        return UNSAID
    if doubt:
        counts, rows = found
        raise AmbiguousNumberError.in_rows(
            place,
            column=column,
            doubt=doubt,
            count=sum(int(counts[at]) for at in places),
            first_row=min(int(rows[at]) for at in places),
        )
    return form


def _never_read(looked: Sequence[tuple[int, str]], form: NumberFormat) -> bool:
    """Whether no number would be another one if it were read as was said."""
    return all(parse_number(text, form) in (None, parse_number(text)) for _, text in looked)


def _doubt(looked: Sequence[tuple[int, str]], form: NumberFormat) -> tuple[str, list[int]]:
    """What is uncertain about texts that look like numbers, and where; no words when nothing is."""
    unread = [at for at, text in looked if parse_number(text, form) is None]
    if form.is_stated:
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
    if all(may_be_thousands(text) is not None for at, text in looked if at in there):
        sign = "." if signed["."] else ","
        said = f"{sign!r} has three digits behind it and may stand before decimals or thousands"
        return (said if separated else "", separated)
    return "", []


def numbers_in(
    cells: pd.Series[Any],
    form: NumberFormat = UNSAID,
    *,
    place: str = "",
    rows: npt.NDArray[np.int64] | None = None,
) -> pd.Series[Any]:
    """Column of text, or of text among numbers, as numbers where all of it is; else as it stands.

    Parameters
    ----------
    cells : pandas.Series
        Column of a file or frame; its name is for the message. Numbers are returned as they are.
    form : NumberFormat
        How its numbers are written.
    place : str, optional
        Of what it is a column, for the message; by itself the verb that runs.
    rows : ndarray of int, optional
        Row of each cell.

    Returns
    -------
    pandas.Series
        Floats with NaN where a cell says nothing; or the column itself when a cell holds a word.

    Raises
    ------
    AmbiguousNumberError
        As ``certain_form``.

    Examples
    --------
    >>> numbers_in(pd.Series(["0,5", "NA", "2"]), place="mine").tolist()
    [0.5, nan, 2.0]
    """
    if pd.api.types.is_numeric_dtype(cells):
        return cells
    words = [one for one in cells.dropna().unique() if _is_word(one)]
    return cells if words else _numbers(cells, form, place=place, rows=rows)


def numbers_or_nan(
    cells: pd.Series[Any], form: NumberFormat = UNSAID, *, place: str = ""
) -> pd.Series[Any]:
    """As ``numbers_in``, with NaN for words; for a caller that refuses what is no number.

    Examples
    --------
    >>> numbers_or_nan(pd.Series(["0,5", "some"]), place="mine").tolist()
    [0.5, nan]
    """
    if pd.api.types.is_numeric_dtype(cells):
        return cells.astype(np.float64)
    return _numbers(cells, form, place=place, rows=None)


def _numbers(
    cells: pd.Series[Any],
    form: NumberFormat,
    *,
    place: str,
    rows: npt.NDArray[np.int64] | None,
) -> pd.Series[Any]:
    places, uniques = pd.factorize(cells)
    texts = [text if isinstance(text, str) else "" for text in uniques]
    found = occurrences(places, len(uniques), rows)
    form = certain_form(texts, form, column=str(cells.name), place=place or verb(), found=found)
    table = [_number(value, form) for value in uniques]
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


def _is_word(value: Any) -> bool:
    if isinstance(value, str):
        return not (says_nothing(value) or looks_like_number(value))
    return not isinstance(value, (Real, Decimal))


def _number(value: Any, form: NumberFormat) -> float:
    if isinstance(value, str):
        number = None if says_nothing(value) else parse_number(value, form)
        return np.nan if number is None else float(number)
    return np.nan if _is_word(value) else float(value)
