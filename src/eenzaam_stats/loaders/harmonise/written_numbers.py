"""Numbers of a coded column as they were written: in text, in four bytes, with parts of a year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from eenzaam_stats.cell_text import may_be_thousands, number_of, stripped
from eenzaam_stats.loaders.codebook.layout import Variable
from eenzaam_stats.loaders.harmonise.column import RawColumn
from eenzaam_stats.number_columns import certain_form, occurrences

AGE = "age"  # the only whole number of which a file may hold parts: completed years count


def shortest(value: Any) -> float:
    """Decimal code as it was typed: 9.9 in four bytes is 9.9, not 9.899999618530273.

    Examples
    --------
    >>> shortest(np.float32(9.9)), shortest(0.1)
    (9.9, 0.1)
    """
    small = np.float32(value)
    return float(str(small)) if float(small) == float(value) else float(value)


def read_numbers(
    variable: Variable, raw: RawColumn, cells: tuple[npt.NDArray[np.intp], Any], *, where: str
) -> list[Any]:
    """Distinct values, with texts as numbers where the user said how numbers are written.

    Parameters
    ----------
    variable : Variable
        Row of the codebook.
    raw : RawColumn
        Column of the file.
    cells : tuple of (places, distinct values)
        As ``pandas.factorize`` gives them.
    where : str
        Source and wave, for messages.

    Returns
    -------
    list
        One per distinct value.

    Raises
    ------
    AmbiguousNumberError
        If a free number, or a code that could be another code, can be read in two ways.
    """
    places, values = cells[0], list(cells[1])
    if not any(isinstance(value, str) for value in values) or variable.kind == "municipality":
        return values
    form = raw.options.numbers
    texts = [
        value if isinstance(value, str) and not variable.knows(stripped(value)) else ""
        for value in values
    ]
    if variable.bounds is None:
        texts = [text if _could_be_both(variable, text) else "" for text in texts]
    found = occurrences(places, len(values), raw.rows)
    form = certain_form(texts, form, column=raw.name, where=where, found=found)
    if not form.said:
        return values
    read = [number_of(text, form) if text else None for text in texts]
    return [value if own is None else own for value, own in zip(values, read, strict=True)]


def _could_be_both(variable: Variable, text: str) -> bool:
    """Whether a text is one code with a decimal sign and another with a sign for thousands."""
    whole, number = may_be_thousands(text), number_of(text)
    if whole is None or number is None:
        return False
    return variable.knows(whole) and variable.knows(number)


def parts_of_years(
    variable: Variable, raw: RawColumn, codes: Sequence[Any], places: npt.NDArray[np.intp]
) -> tuple[str, ...]:
    """Note on ages such as 30.5, of which completed years count."""
    if variable.name != AGE:
        return ()
    parts = [at for at, code in enumerate(codes) if isinstance(code, float) and code % 1]
    n = int(np.isin(places, parts).sum())
    return (f"{raw.name}: {n:,} age(s) with parts of a year; completed years count",) * bool(n)
