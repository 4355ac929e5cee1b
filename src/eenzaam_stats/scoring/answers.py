"""From columns of a frame to positions in an answer set, where answers are checked.

Direction is declared and never guessed, a missing answer is never a "no", and a value that nobody
declared stops the run. What an answer is worth does not enter here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.errors import ScaleError, UnknownCodeError, UnknownColumnError, list_all, verb
from eenzaam_stats.numerics.scales.summated_scale import MISSING
from eenzaam_stats.scoring.declared import (
    CodeMeanings,
    DeclaredAnswers,
    category_words,
    meanings,
    means_missing,
    require_neutral_seen,
)
from eenzaam_stats.scoring.engine_frame import Frame
from eenzaam_stats.scoring.instrument import Scale

ItemColumns = Mapping[int | str, str]


def item_codes(
    frame: Frame,
    scale: Scale,
    *,
    items: ItemColumns | None,
    answers: DeclaredAnswers | None,
) -> NDArray[np.int8]:
    """Answers to every item of a scale, as positions in ``scale.answers``.

    Parameters
    ----------
    frame : narwhals.DataFrame
        Respondents.
    scale : Scale
        Instrument.
    items : mapping or None
        Item number or harmonised name to column; ``None`` for the harmonised names.
    answers : mapping, sequence or None
        Raw code to answer, or to ``None`` or a ``MissingKind`` for a code that means missing; or
        the answers that were offered, when the columns hold answers already; or ``None``.

    Returns
    -------
    (items, rows) int8
        Positions, -1 where the answer is missing.

    Raises
    ------
    UnknownColumnError
        If an item has no column.
    ScaleError
        If the direction or the answer set is not declared, or cannot be scored.
    UnknownCodeError
        If a value is neither declared nor missing.
    """
    columns = item_columns(scale, items)
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        available = [str(name) for name in frame.columns]
        raise UnknownColumnError.among(absent, available)
    series = [frame.get_column(column) for column in columns]
    declared = meanings(series, scale, answers)
    codes = np.full((len(series), len(frame)), MISSING, dtype=np.int8)
    for row, column in enumerate(series):
        codes[row] = answer_codes(column, declared, order=scale.answers)
    # Categories say themselves what was offered. Plain words do not, so that a version without a
    # neutral answer must be seen in what people gave.
    if answers is None and category_words(series) is None:
        require_neutral_seen(codes, scale)
    return codes


def item_columns(scale: Scale, items: ItemColumns | None) -> tuple[str, ...]:
    """Column of each item, in the order of the scale.

    Raises
    ------
    ScaleError
        If an item is not mapped, or two items are mapped to one column.
    """
    if items is None:
        return tuple(item.column for item in scale.items)
    by_item = [(item, items.get(item.number, items.get(item.column))) for item in scale.items]
    unmapped = [item.number for item, column in by_item if column is None]
    if unmapped:
        raise ScaleError(
            f"{verb()} needs a column for each of its {len(by_item)} items, and items= has none "
            f"for item(s) {unmapped}. Map them by number in the manual or by harmonised name."
        )
    columns = tuple(column for _, column in by_item if column is not None)
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise ScaleError(
            f"{verb()} needs a column of its own for every item, and items= maps two or more items "
            f"to [{list_all(twice)}]. Check the item numbers against the questionnaire."
        )
    return columns


def answer_codes(
    column: nw.Series[Any], declared: CodeMeanings, *, order: Sequence[str]
) -> NDArray[np.int8]:
    """Positions in ``order`` of one column of answers, -1 where missing.

    Raises
    ------
    UnknownCodeError
        If a value is neither declared nor missing.
    """
    missing = column.is_null().to_numpy()
    codes = np.full(len(column), MISSING, dtype=np.int8)
    if missing.all():
        return codes
    values: Any = column
    if _is_number(column):
        values = column.cast(nw.Float64).to_numpy()
        # NaN in a nullable column is no null for every engine.
        missing = np.isnan(values)
    known = missing.copy()
    for code, answer in declared.items():
        if _comparable(code, column):
            found = _equal(values, code)
            known |= found
            codes[found] = MISSING if means_missing(answer) else order.index(str(answer))
    if not known.all():
        raise _unknown(column, known)
    return codes


def _equal(values: Any, code: object) -> NDArray[np.bool_]:
    found = values == code
    if isinstance(found, nw.Series):
        found = found.fill_null(value=False).to_numpy()
    return np.asarray(found, dtype=np.bool_)


def _is_number(column: nw.Series[Any]) -> bool:
    """Whether a column holds numbers; truth values are 1 and 0."""
    return column.dtype.is_numeric() or isinstance(column.dtype, nw.Boolean)


def _comparable(code: object, column: nw.Series[Any]) -> bool:
    """Whether a declared code can occur in a column of this kind."""
    kind = column.dtype
    if _is_number(column):
        return isinstance(code, int | float | np.number)
    if isinstance(kind, nw.Enum):
        return code in kind.categories
    if kind in (nw.String, nw.Categorical):
        return isinstance(code, str)
    return isinstance(kind, nw.Object)


def _unknown(column: nw.Series[Any], known: NDArray[np.bool_]) -> UnknownCodeError:
    first = int(np.argmin(known))
    code: Any = column[first]
    same = column == code
    count = int(same.fill_null(value=False).sum())
    plain = code.item() if isinstance(code, np.generic) else code
    if isinstance(plain, float) and plain.is_integer():
        plain = int(plain)
    return UnknownCodeError.in_rows(
        verb(),
        column=str(column.name),
        code=plain,
        count=count,
        first_row=first + 1,
        remedy="Declare it in answers=, as an answer or as missing (None), or correct the file.",
    )
