"""One column of a file becomes one harmonised column: values, kinds of missing, recodes done.

All work is on the distinct values of a column, so its cost does not grow with the rows. A value
that is neither valid nor missing stops the reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.arrays import KindArray
from eenzaam_stats.cell_text import may_be_thousands, parse_number, says_nothing, strip_text
from eenzaam_stats.errors import SchemaError, UnknownCodeError
from eenzaam_stats.keys import normal_keys, normal_word
from eenzaam_stats.loaders.codebook.layout import Code, Value, Variable
from eenzaam_stats.loaders.codebook.missing_labels import missing_kind
from eenzaam_stats.loaders.harmonise.column import BLANK, KINDS, VALID, Harmonised, RawColumn
from eenzaam_stats.loaders.harmonise.labels import codes_by_label, format_code
from eenzaam_stats.loaders.harmonise.mapping_line import line_for_word
from eenzaam_stats.loaders.harmonise.number_labels import notes_on_numbers
from eenzaam_stats.messages import is_shown, show_label
from eenzaam_stats.number_columns import certain_form, occurrences
from eenzaam_stats.respondents import COLUMNS
from eenzaam_stats.scoring.dichotomised import KEYED
from eenzaam_stats.scoring.wording import normalise_label, plain
from eenzaam_stats.vocabulary import Answer, MissingKind

ITEM_ANSWERS = (Answer.NO.value, Answer.MORE_OR_LESS.value, Answer.YES.value)
HIGHEST_MUNICIPALITY = 9998
_DTYPES = {"boolean": "boolean", "integer": "Int64", "number": "Float64"}
_ROLES_IN_ORDER = ("item", "loneliness")
_ORDERED = frozenset(
    {
        *("age_group", "education", "income"),
        *("published_category", "published_social_category", "published_emotional_category"),
    }
)


def harmonise_column(variable: Variable, raw: RawColumn, *, place: str) -> Harmonised:
    """Recode one column of a file by one row of the codebook.

    Parameters
    ----------
    variable : Variable
        Valid codes, missing codes and kind of values.
    raw : RawColumn
        Column as the file has it, with its labels and missing declarations.
    place : str
        Source and wave, for messages.

    Returns
    -------
    Harmonised
        Values, kinds of missing and recodes, one entry per row.

    Raises
    ------
    UnknownCodeError
        If a value is neither valid nor missing; names column, code, count and first row.
    AmbiguousNumberError
        If a text can be read as two numbers.

    Notes
    -----
    **Missing data.** Missing are codes that the file declares, that the codebook lists or whose
    label says so, minus the codes that the codebook lists as valid; a blank is no answer, and so
    are words such as NA where neither the codebook nor the user keeps them.
    """
    if variable.kind == "text":
        return _text_column(variable, raw, place=place)
    labels, declared = codes_of_file(variable, raw.labels, raw.declared, column=raw.name)
    raw = replace(raw, labels=labels, declared=declared)
    # Once per distinct value: a message can then count rows per code, and a million rows cost what
    # twelve codes cost.
    places, uniques = pd.factorize(raw.values)
    by_label = codes_by_label(variable)
    cells = read_numbers(variable, raw, (places, uniques), place=place)
    codes = [_code(value, variable, by_label) for value in cells]
    missing = [_kind(variable, raw, code) for code in codes]
    valid = [
        None if kind is not None else _valid(variable, code)
        for code, kind in zip(codes, missing, strict=True)
    ]
    for at, (kind, value) in enumerate(zip(missing, valid, strict=True)):
        if kind is None and value is None:
            _refuse(variable, raw, codes[at], places == at, place=place)
    notes = notes_on_numbers(variable, raw, codes, missing, places=places, place=place)
    table = np.array([VALID if kind is None else KINDS.index(kind) for kind in missing], np.int8)
    return Harmonised(
        variable.name,
        raw.name,
        _series(variable, valid, places),
        np.append(table, BLANK)[places],
        recodes_done(variable, codes, missing),
        (*note_declared(variable, raw), *notes, *parts_of_years(variable, raw, codes, places)),
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
    by_label = codes_by_label(variable)
    found: dict[Any, str] = {}
    for own, label in labels.items():
        code = _code(own, variable, by_label)
        first = found.setdefault(code, label)
        if plain(first) != plain(label):
            raise SchemaError(
                f"Column {column!r}: code {format_code(code)} has two labels in the file, "
                f"{show_label(first)} and {show_label(label)}. Keep one of them; text "
                "such as '1' and '01' is one code."
            )
    pairs = [
        tuple(_code(end, variable, by_label) if isinstance(end, str) else end for end in pair)
        for pair in declared
    ]
    return found, tuple((low, high) for low, high in pairs)


def text_values(raw: RawColumn, *, place: str = "") -> tuple[pd.Series[Any], KindArray]:
    """Keys and strata as text in their normal form: ``7``, ``7.0`` and ``"007"`` are one key.

    Words such as NA are blank, unless the user keeps them.

    Parameters
    ----------
    raw : RawColumn
        Column of numbers or text, in which nearly every value may be different.
    place : str, default ""
        Source and wave, for messages.

    Returns
    -------
    values : pandas.Series of str, length n
        Blank and declared missing values are NA.
    kinds : ndarray of int8, shape (n,)
        -1 for a valid value, otherwise the place of ``no_answer`` in ``MissingKind``.

    Raises
    ------
    SchemaError
        If a key stands in two forms that may be two keys; as ``normal_keys``.
    """
    values = raw.without_declared()
    column = f"column {raw.name!r}"
    known = values.mask(values.isin(list(raw.blank_words())))
    text = normal_keys(known, place=f"{place}, {column}" if place else column, rows=raw.rows)
    at = text.isna().to_numpy(dtype=np.bool_)
    return text, np.where(at, BLANK, np.int8(VALID))


def _text_column(variable: Variable, raw: RawColumn, *, place: str) -> Harmonised:
    """Column of free text; words that the codebook lists as missing have the kind it gives."""
    values, kinds = text_values(raw, place=place)
    shown = raw.values.map(lambda cell: strip_text(cell) if isinstance(cell, str) else cell)
    said = {
        word: MissingKind.NO_ANSWER
        for word in map(strip_text, raw.blank_words())
        if is_shown(word) and word
    }
    for code, kind in variable.missing.items():
        at = ((values == str(code)) | (shown == code)).fillna(False).to_numpy(dtype=np.bool_)
        values, kinds = values.mask(at), np.where(at, np.int8(KINDS.index(kind)), kinds)
        said |= {str(code): kind} if at.any() else {}
    recodes = tuple(f"{word} -> {kind}" for word, kind in said.items())
    return Harmonised(variable.name, raw.name, values, kinds, recodes)


def _code(value: Any, variable: Variable, by_label: Mapping[str, Code]) -> Any:
    """Code that a cell holds: a number, a text that is a code, or the code of a printed label."""
    if not isinstance(value, str):
        return int(value) if float(value).is_integer() else shortest(value)
    text = strip_text(value)
    if variable.kind == "municipality" or variable.knows(text):
        return text
    number = parse_number(text)
    if number is not None and (variable.knows(number) or normalise_label(text) not in by_label):
        return number
    return by_label.get(normalise_label(text), text)


def _kind(variable: Variable, raw: RawColumn, code: Any) -> MissingKind | None:
    if code in variable.codes:
        return None
    if code == "":
        return MissingKind.NO_ANSWER
    said = missing_kind(raw.labels[code]) if code in raw.labels else None
    if said is not None or code in variable.missing or raw.declares(code):
        return said or variable.missing.get(code, MissingKind.NO_ANSWER)
    if isinstance(code, str) and raw.is_blank(code):
        return MissingKind.NO_ANSWER
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
        return int(number) if variable.name == AGE else number
    return None if isinstance(variable.otherwise, MissingKind) else variable.otherwise


def _inside(variable: Variable, code: Any) -> bool:
    wanted = int if variable.kind == "integer" and variable.name != AGE else (int, float)
    if variable.bounds is None or not isinstance(code, wanted):
        return False
    low, high = variable.bounds
    return bool(low <= code <= high)


def _municipality(code: Any) -> str | None:
    digits = normal_word(str(code).strip().upper().removeprefix("GM"))
    if not digits.isdecimal() or not 0 < int(digits) <= HIGHEST_MUNICIPALITY:
        return None
    # Text with zeros in 2022 and a number in other years: four digits join them.
    return f"{int(digits):04d}"


def _refuse(
    variable: Variable, raw: RawColumn, code: Any, at: npt.NDArray[np.bool_], *, place: str
) -> None:
    remedy = "Correct the file or its missing declarations"
    if not variable.required:
        remedy += f", or leave out column {variable.name!r}"
    remedy = f"{remedy}.{_line(variable, raw, code, at)}"
    raise UnknownCodeError.in_rows(
        place,
        column=raw.name,
        code=code,
        count=int(at.sum()),
        first_row=int(raw.rows[int(at.argmax())]),
        remedy=remedy,
    )


def _line(variable: Variable, raw: RawColumn, code: Any, at: npt.NDArray[np.bool_]) -> str:
    """What would settle a word: a line of a mapping, or rows to skip when it is a question."""
    if not isinstance(code, str) or variable.kind == "municipality":
        return ""
    shown = is_shown(code, int(at.sum()))
    line = line_for_word(variable.name, code, variable.values) if shown else ""
    first_row = at[0] and at.sum() == 1 and raw.rows[0] == 1
    skip = " If row 1 holds the question and no respondent, say skip_rows=1." * bool(first_row)
    return f" {line}".rstrip() + skip


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


# What was done with the codes of a column, in words for the report of a reading.

MOST_CODES_SHOWN = 12


def recodes_done(
    variable: Variable, codes: list[Any], kinds: list[MissingKind | None]
) -> tuple[str, ...]:
    """Recodes of a column as ``code -> value``; codes that became their labels are one entry."""
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
    others = _others(variable, said)
    hidden = [code for code in said if code not in others and not _may_be_said(variable, code)]
    kinds_hidden = ", ".join(dict.fromkeys(str(said[code]) for code in hidden))
    pairs = sorted(said.items(), key=lambda pair: str(pair[0]).zfill(12))
    return tuple(
        [f"{len(named)} code(s) -> their labels"] * bool(named)
        + [
            f"{code} -> {words[value] if isinstance(value, bool) else value}"
            for code, value in pairs
            if str(code) != str(value) and code not in (*others, *hidden)
        ]
        + [f"{len(others)} other code(s) -> {variable.otherwise}"] * bool(others)
        + [f"{len(hidden)} text(s) or long number(s) -> {kinds_hidden}"] * bool(hidden)
    )


def _may_be_said(variable: Variable, code: Any) -> bool:
    """Whether a code is one of the codebook, or looks like one whatever row has it."""
    if isinstance(code, str) and says_nothing(code):
        return True  # what stands for an empty cell in every file is nobody's answer
    return variable.knows(code) or is_shown(code, 1 if isinstance(code, str) else None)


def _others(variable: Variable, said: Mapping[Any, Any]) -> frozenset[Any]:
    """Codes that only the row for every other code covers, when they are many."""
    if variable.otherwise is None:
        return frozenset()
    others = frozenset(
        code
        for code, value in said.items()
        if not variable.knows(code) and value == variable.otherwise
    )
    return others if len(others) > MOST_CODES_SHOWN else frozenset()


def note_declared(variable: Variable, raw: RawColumn) -> tuple[str, ...]:
    """Say which codes the file declares missing although the codebook lists them as valid."""
    wrongly = [code for code in variable.codes if raw.declares(code)]
    if not wrongly:
        return ()
    meant = ", ".join(f"{code} ({variable.codes[code][1]})" for code in wrongly)
    return (f"{raw.name}: the file declares {meant} missing; the codebook lists it as valid.",)


# Numbers of a coded column as they were written: in text, in four bytes, with parts of a year.

AGE = "age"  # the only whole number of which a file may hold parts: completed years count


def shortest(value: Any) -> float:
    """Decimal code as it was typed: 9.9 in four bytes is 9.9, not 9.899999618530273.

    Examples
    --------
    >>> shortest(np.float32(9.9)), shortest(0.1)
    (9.9, 0.1)
    """
    # SPSS and Stata keep some numbers in four bytes, whose nearest decimal in eight has fifteen
    # digits that nobody typed.
    small = np.float32(value)
    return float(str(small)) if float(small) == float(value) else float(value)


def read_numbers(
    variable: Variable, raw: RawColumn, cells: tuple[npt.NDArray[np.intp], Any], *, place: str
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
    place : str
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
        value if isinstance(value, str) and not variable.knows(strip_text(value)) else ""
        for value in values
    ]
    if variable.bounds is None:
        texts = [text if _could_be_both(variable, text) else "" for text in texts]
    found = occurrences(places, len(values), raw.rows)
    form = certain_form(texts, form, column=raw.name, place=place, found=found)
    if not form.is_stated:
        return values
    read = [parse_number(text, form) if text else None for text in texts]
    return [value if own is None else own for value, own in zip(values, read, strict=True)]


def _could_be_both(variable: Variable, text: str) -> bool:
    """Whether a text is one code with a decimal sign and another with a sign for thousands."""
    whole, number = may_be_thousands(text), parse_number(text)
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
