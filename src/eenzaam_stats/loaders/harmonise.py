"""One column of a file becomes one harmonised column: values, kinds of missing, recodes done.

All work is on the distinct values of a column, so its cost does not grow with the rows. A value
that is neither valid nor missing stops the reading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.errors import SchemaError, UnknownCodeError
from eenzaam_stats.loaders.column import BLANK, KINDS, VALID, Harmonised, Kinds, RawColumn
from eenzaam_stats.loaders.labels import coded_labels, normalised, shown_code
from eenzaam_stats.loaders.layout import Code, Value, Variable
from eenzaam_stats.loaders.missing_words import missing_kind
from eenzaam_stats.loaders.number_labels import notes_on_numbers
from eenzaam_stats.loaders.recodes import declared_notes, recodes_done
from eenzaam_stats.respondents import COLUMNS
from eenzaam_stats.scoring.dichotomised import KEYED
from eenzaam_stats.scoring.wording import plain
from eenzaam_stats.vocabulary import Answer, MissingKind

ITEM_ANSWERS = (Answer.NO.value, Answer.MORE_OR_LESS.value, Answer.YES.value)
HIGHEST_MUNICIPALITY = 9998
LARGEST_WHOLE = 2**53  # above it a number in a file no longer tells whole from broken
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_DTYPES = {"boolean": "boolean", "integer": "Int64", "number": "Float64"}
_ROLES_IN_ORDER = ("item", "loneliness")
_ORDERED = frozenset(
    {
        *("age_group", "education", "income"),
        *("published_category", "published_social_category", "published_emotional_category"),
    }
)


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
    labels, declared = codes_of_file(variable, raw.labels, raw.declared, column=raw.name)
    raw = replace(raw, labels=labels, declared=declared)
    places, uniques = pd.factorize(raw.values)
    by_label = coded_labels(variable)
    codes = [_code(value, variable, by_label) for value in uniques]
    missing = [_kind(variable, raw, code) for code in codes]
    valid = [
        None if kind is not None else _valid(variable, code)
        for code, kind in zip(codes, missing, strict=True)
    ]
    for place, (kind, value) in enumerate(zip(missing, valid, strict=True)):
        if kind is None and value is None:
            _refuse(variable, raw, codes[place], places == place, where=where)
    notes = notes_on_numbers(variable, raw, codes, missing, places=places, where=where)
    table = np.array([VALID if kind is None else KINDS.index(kind) for kind in missing], np.int8)
    return Harmonised(
        variable.name,
        raw.name,
        _series(variable, valid, places),
        np.append(table, BLANK)[places],
        recodes_done(variable, codes, missing),
        (*declared_notes(variable, raw), *notes),
    )


def codes_of_file(
    variable: Variable,
    labels: Mapping[Any, str],
    declared: tuple[tuple[Any, Any], ...],
    *,
    column: str,
) -> tuple[dict[Any, str], tuple[tuple[Any, Any], ...]]:
    """Labels and declared missing values of a column, by the code that a cell has once it is read.

    Parameters
    ----------
    variable : Variable
        Row of the codebook.
    labels : mapping of code to str
        Value labels as the file has them: of numbers, or of text such as ``'1'``.
    declared : tuple of (low, high)
        Declared user-missing values.
    column : str
        Name in the file, for messages.

    Returns
    -------
    labels : dict of code to str
    declared : tuple of (low, high)

    Raises
    ------
    SchemaError
        If two labels of one code say different things.
    """
    if variable.kind == "text":
        return dict(labels), declared
    by_label = coded_labels(variable)
    found: dict[Any, str] = {}
    for own, label in labels.items():
        code = _code(own, variable, by_label)
        first = found.setdefault(code, label)
        if plain(first) != plain(label):
            raise SchemaError(
                f"Column {column!r}: code {shown_code(code)} has two labels in the file, {first!r} "
                f"and {label!r}. Keep one of them; text such as '1' and '01' is one code."
            )
    pairs = [
        tuple(_code(end, variable, by_label) if isinstance(end, str) else end for end in pair)
        for pair in declared
    ]
    return found, tuple((low, high) for low, high in pairs)


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
    values = raw.without_declared()
    blank = values.isna()
    if pd.api.types.is_numeric_dtype(values):
        known = values.dropna()
        whole = bool(((known % 1 == 0) & (known.abs() <= LARGEST_WHOLE)).all())
        text = (values.astype("Int64") if whole else values.map(_whole_as_text)).astype("str")
    else:
        mixed = values.dtype == object
        text = (values.map(_whole_as_text) if mixed else values).astype("str").str.strip()
        blank |= text == ""
    at = blank.to_numpy(dtype=np.bool_)
    return text.mask(blank), np.where(at, BLANK, np.int8(VALID))


def _whole_as_text(value: Any) -> Any:
    """Write a whole number among other values without its decimals."""
    whole = isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST_WHOLE
    return str(int(value)) if whole else value


def _code(value: Any, variable: Variable, by_label: Mapping[str, Code]) -> Any:
    """Code that a cell holds: a number, a text that is a code, or the code of a printed label."""
    if not isinstance(value, str):
        return int(value) if float(value).is_integer() else float(value)
    text = value.strip()
    if variable.kind == "municipality" or _known(variable, text):
        return text
    number = _number(text)
    if number is not None and (_known(variable, number) or normalised(text) not in by_label):
        return number
    return by_label.get(normalised(text), text)


def _known(variable: Variable, code: Code | float) -> bool:
    return code in variable.codes or code in variable.missing


def _number(text: str) -> int | float | None:
    """Return the number that a text is, with a point or comma before its decimals."""
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text.replace(",", "."))
    return int(number) if number.is_integer() else number


def _kind(variable: Variable, raw: RawColumn, code: Any) -> MissingKind | None:
    if code in variable.codes:
        return None
    if code == "":
        return MissingKind.NO_ANSWER
    said = missing_kind(raw.labels[code]) if code in raw.labels else None
    if said is not None or code in variable.missing or raw.declares(code):
        return said or variable.missing.get(code, MissingKind.NO_ANSWER)
    if isinstance(variable.otherwise, MissingKind) and _valid(variable, code) is None:
        return variable.otherwise
    return None


def _valid(variable: Variable, code: Any) -> Value | float | None:
    """Harmonised value of a code that is not missing; ``None`` when there is none."""
    if variable.kind == "municipality":
        return _municipality(code)
    if code in variable.codes:
        return variable.codes[code][0]
    if variable.bounds is not None and _inside(variable, code):
        number: int | float = code
        return number
    return None if isinstance(variable.otherwise, MissingKind) else variable.otherwise


def _inside(variable: Variable, code: Any) -> bool:
    wanted = int if variable.kind == "integer" else (int, float)
    if variable.bounds is None or not isinstance(code, wanted):
        return False
    low, high = variable.bounds
    return bool(low <= code <= high)


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
    variable: Variable, values: list[Value | float | None], places: npt.NDArray[np.intp]
) -> pd.Series[Any]:
    if variable.kind == "category":
        categories = _categories(variable)
        codes = [VALID if value is None else categories.index(value) for value in values]
        table = np.append(np.array(codes, np.int64), VALID)
        ordered = variable.role in _ROLES_IN_ORDER or variable.name in _ORDERED
        index = pd.Index(categories)
        return pd.Series(pd.Categorical.from_codes(table[places], index, ordered=ordered))
    dtype = _DTYPES.get(variable.kind, "str")
    table_series = pd.Series([*values, None], dtype=dtype)
    return table_series.take(places).reset_index(drop=True)


def _categories(variable: Variable) -> list[Any]:
    if variable.role == "item":
        for answers in (ITEM_ANSWERS, tuple(Answer), KEYED):
            if set(variable.values) <= set(answers):
                return [str(answer) for answer in answers]
    schema = {column.name: column.categories for column in COLUMNS}.get(variable.name, ())
    return list(schema) or list(variable.values)
