"""One column of a file becomes one harmonised column: values, kinds of missing, recodes done.

All work is on the distinct values of a column, so its cost does not grow with the rows. A value
that is neither valid nor missing stops the reading.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.errors import UnknownCodeError
from eenzaam_stats.loaders.column import BLANK, KINDS, VALID, Harmonised, Kinds, RawColumn
from eenzaam_stats.loaders.labels import missing_kind
from eenzaam_stats.loaders.layout import Value, Variable
from eenzaam_stats.respondents import COLUMNS
from eenzaam_stats.vocabulary import Answer, MissingKind

ITEM_ANSWERS = (Answer.NO.value, Answer.MORE_OR_LESS.value, Answer.YES.value)
HIGHEST_MUNICIPALITY = 9998
_ORDERED = frozenset({"age_group", "education", "income", "published_category"})


def harmonised_column(variable: Variable, raw: RawColumn, *, where: str) -> Harmonised:
    """Recode one column of a file by one row of the codebook.

    Parameters
    ----------
    variable : Variable
        Valid codes, missing codes and kind of values.
    raw : RawColumn
        Column as the file has it, with its labels and missing declarations.
    where : str
        Source and wave, for messages.

    Returns
    -------
    Harmonised
        Values, kinds of missing and recodes, one entry per row.

    Raises
    ------
    UnknownCodeError
        If a value is neither valid nor missing; names column, code, count and first row.

    Notes
    -----
    **Missing data.** Missing are codes that the file declares, that the codebook lists or whose
    label says so, minus the codes that the codebook lists as valid; a blank is no answer.
    """
    if variable.kind == "text":
        values, kinds = text_values(raw)
        return Harmonised(variable.name, raw.name, values, kinds)
    places, uniques = pd.factorize(raw.values)
    codes = [_number(value, variable) for value in uniques]
    missing = [_kind(variable, raw, code) for code in codes]
    valid = [
        None if kind is not None else _valid(variable, code)
        for code, kind in zip(codes, missing, strict=True)
    ]
    for place, (kind, value) in enumerate(zip(missing, valid, strict=True)):
        if kind is None and value is None:
            _refuse(variable, raw, codes[place], places == place, where=where)
    table = np.array([VALID if kind is None else KINDS.index(kind) for kind in missing], np.int8)
    return Harmonised(
        variable.name,
        raw.name,
        _series(variable, valid, places),
        np.append(table, BLANK)[places],
        _recodes(variable, codes, missing),
        _notes(variable, raw),
    )


def text_values(raw: RawColumn) -> tuple[pd.Series[Any], Kinds]:
    """Keys and strata as text: whole numbers without decimals, leading zeros kept.

    Parameters
    ----------
    raw : RawColumn
        Column of numbers or text, in which nearly every value may be different.

    Returns
    -------
    values : pandas.Series of str, length n
        Blank and declared missing values are NA.
    kinds : ndarray of int8, shape (n,)
        -1 for a valid value, otherwise the place of ``no_answer`` in ``MissingKind``.
    """
    blank = raw.values.isna()
    for low, high in raw.declared:
        blank |= raw.values.between(low, high)
    if pd.api.types.is_numeric_dtype(raw.values):
        whole = (raw.values.dropna() % 1 == 0).all()
        text = (raw.values.astype("Int64") if whole else raw.values).astype("str")
    else:
        text = raw.values.astype("str").str.strip()
        blank |= text == ""
    at = blank.to_numpy(dtype=np.bool_)
    return text.mask(blank), np.where(at, BLANK, np.int8(VALID))


def _number(value: Any, variable: Variable) -> Any:
    """Whole numbers as integers; numbers that the file stores as text too, if they are codes."""
    if isinstance(value, str):
        text = value.strip()
        return int(text) if text.isdecimal() and variable.kind != "municipality" else text
    return int(value) if float(value).is_integer() else float(value)


def _kind(variable: Variable, raw: RawColumn, code: Any) -> MissingKind | None:
    if code in variable.codes:
        return None
    if code == "":
        return MissingKind.NO_ANSWER
    said = missing_kind(raw.labels[code]) if code in raw.labels else None
    declared = any(_within(code, low, high) for low, high in raw.declared)
    if said is None and code not in variable.missing and not declared:
        return None
    return said or variable.missing.get(code, MissingKind.NO_ANSWER)


def _within(code: Any, low: Any, high: Any) -> bool:
    if isinstance(code, str) or isinstance(low, str):
        return str(code) == str(low).strip()
    return bool(low <= code <= high)


def _valid(variable: Variable, code: Any) -> Value | None:
    """Harmonised value of a code that is not missing; ``None`` when there is none."""
    if variable.kind == "municipality":
        return _municipality(code)
    if variable.codes:
        return variable.codes[code][0] if code in variable.codes else None
    if variable.bounds is not None:
        low, high = variable.bounds
        return code if isinstance(code, int) and low <= code <= high else None
    return None


def _municipality(code: Any) -> str | None:
    digits = str(code).upper().removeprefix("GM")
    if not digits.isdecimal() or not 0 < int(digits) <= HIGHEST_MUNICIPALITY:
        return None
    return f"{int(digits):04d}"


def _refuse(
    variable: Variable, raw: RawColumn, code: Any, at: npt.NDArray[np.bool_], *, where: str
) -> None:
    remedy = "Correct the file or its missing declarations"
    if not variable.required:
        remedy += f", or leave out column {variable.name!r}"
    raise UnknownCodeError.found(
        where,
        column=raw.name,
        code=code,
        count=int(at.sum()),
        first_row=int(raw.rows[int(at.argmax())]),
        remedy=f"{remedy}.",
    )


def _series(
    variable: Variable, values: list[Value | None], places: npt.NDArray[np.intp]
) -> pd.Series[Any]:
    if variable.kind == "category":
        categories = _categories(variable)
        codes = [VALID if value is None else categories.index(value) for value in values]
        table = np.append(np.array(codes, np.int64), VALID)
        ordered = variable.role == "item" or variable.name in _ORDERED
        index = pd.Index(categories)
        return pd.Series(pd.Categorical.from_codes(table[places], index, ordered=ordered))
    dtype = {"boolean": "boolean", "integer": "Int64"}.get(variable.kind, "str")
    table_series = pd.Series([*values, None], dtype=dtype)
    return table_series.take(places).reset_index(drop=True)


def _categories(variable: Variable) -> list[Any]:
    if variable.role == "item":
        return list(ITEM_ANSWERS)
    schema = {column.name: column.categories for column in COLUMNS}.get(variable.name, ())
    return list(schema) or list(variable.values)


def _recodes(
    variable: Variable, codes: list[Any], kinds: list[MissingKind | None]
) -> tuple[str, ...]:
    words = {True: "yes", False: "no"}
    said = {
        code: kind.value if kind else variable.codes[code][0]
        for code, kind in zip(codes, kinds, strict=True)
        if code != "" and (kind or code in variable.codes)
    }
    named = [
        code for code in said if code in variable.codes and said[code] == variable.codes[code][1]
    ]
    if named:
        said = {code: value for code, value in said.items() if code not in named}
    pairs = sorted(said.items(), key=lambda pair: str(pair[0]).zfill(12))
    return tuple(
        [f"{len(named)} code(s) -> their labels"] * bool(named)
        + [
            f"{code} -> {words[value] if isinstance(value, bool) else value}"
            for code, value in pairs
            if str(code) != str(value)
        ]
    )


def _notes(variable: Variable, raw: RawColumn) -> tuple[str, ...]:
    wrongly = [
        code
        for code in variable.codes
        if any(_within(code, low, high) for low, high in raw.declared)
    ]
    if not wrongly:
        return ()
    meant = ", ".join(f"{code} ({variable.codes[code][1]})" for code in wrongly)
    return (f"{raw.name}: the file declares {meant} missing; the codebook lists it as valid.",)
