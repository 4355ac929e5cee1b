"""Frames of respondents on top of each other: every column of any part, categories in one order.

A part that lacks a column keeps it missing; nothing is filled in and no value is changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.keys import key_text, normal_keys, normal_word
from eenzaam_stats.respondents import COLUMNS, DJG_ITEMS, MISSING_SUFFIX, UCLA_ITEMS
from eenzaam_stats.vocabulary import MissingKind

KINDS = tuple(kind.value for kind in MissingKind)
ITEMS = (*DJG_ITEMS, *UCLA_ITEMS, "direct")
KEY_COLUMNS = ("person_id", "household_id")
_CATEGORIES = {column.name: column.categories for column in COLUMNS}


def stack_frames(frames: Sequence[pd.DataFrame], *, keys: Sequence[str]) -> pd.DataFrame:
    """Respondents of all parts in one frame, in the order of the parts.

    Parameters
    ----------
    frames : sequence of pandas.DataFrame
        Respondents of the parts; they are not changed.
    keys : sequence of str
        Names of the parts, for messages.

    Returns
    -------
    pandas.DataFrame
        Columns in the order of the harmonised schema, others after them. An item that a part does
        not have is missing there with kind ``not_asked`` in the parallel column.

    Raises
    ------
    SchemaError
        If a column holds categories in one part and numbers or text in another.
    """
    prepared = [_with_kinds(frame, _absent_items(frames, frame)) for frame in frames]
    names = _order_names(prepared)
    columns = {
        name: _stack_column(
            [frame.get(name) for frame in prepared],
            sizes=[len(frame) for frame in prepared],
            name=name,
            keys=keys,
        )
        for name in names
    }
    return pd.DataFrame(columns)


def in_one_form(frame: pd.DataFrame, *, place: str) -> pd.DataFrame:
    """Respondents with keys in their normal form, and waves that are whole numbers as numbers.

    Parameters
    ----------
    frame : pandas.DataFrame
        Respondents of one part; it is not changed.
    place : str
        Part, for messages.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    SchemaError
        If a key stands in two forms; as ``normal_keys``.

    Examples
    --------
    >>> frame = pd.DataFrame({"person_id": [7.0], "wave": ["2022"]})
    >>> in_one_form(frame, place="here").to_dict("list")
    {'person_id': ['7'], 'wave': [2022]}
    """
    columns: dict[str, pd.Series[Any]] = {
        name: normal_keys(frame[name], place=f"{place}, column {name!r},")
        for name in KEY_COLUMNS
        if name in frame
    }
    if "wave" in frame and not pd.api.types.is_integer_dtype(frame["wave"]):
        words = key_text(frame["wave"]).map(normal_word, na_action="ignore")
        if bool(words.str.fullmatch("-?[0-9]+").fillna(False).all()):
            columns["wave"] = words.astype("int64")
    return frame.assign(**columns)


def merge_categories(orders: Sequence[Sequence[Any]]) -> tuple[list[Any], bool]:
    """One order that keeps the order of each list, and whether there is one.

    Parameters
    ----------
    orders : sequence of sequence
        Categories of each part, in order.

    Returns
    -------
    merged : list
        Every category once; where the lists leave it open, the one seen first comes first.
    consistent : bool
        False when the lists contradict each other; ``merged`` is then in order of appearance.

    Examples
    --------
    >>> merge_categories([["18-24", "25-39"], ["19-24", "25-39", "40+"]])
    (['18-24', '19-24', '25-39', '40+'], True)
    >>> merge_categories([["low", "high"], ["high", "low"]])
    (['low', 'high'], False)
    """
    seen = list(dict.fromkeys(value for order in orders for value in order))
    before: dict[Any, set[Any]] = {value: set() for value in seen}
    for order in orders:
        for at, value in enumerate(order):
            before[value].update(order[:at])
    merged: list[Any] = []
    while len(merged) < len(seen):
        free = next((v for v in seen if v not in merged and before[v] <= set(merged)), None)
        if free is None:
            return seen, False
        merged.append(free)
    return merged, True


def _absent_items(frames: Sequence[pd.DataFrame], frame: pd.DataFrame) -> list[str]:
    return [item for item in ITEMS if item not in frame and any(item in f for f in frames)]


def _with_kinds(frame: pd.DataFrame, absent: Sequence[str]) -> pd.DataFrame:
    """Frame in which every absent item says that it was not asked."""
    kinds = {
        item + MISSING_SUFFIX: pd.Categorical.from_codes(
            np.full(len(frame), KINDS.index(MissingKind.NOT_ASKED.value)), pd.Index(KINDS)
        )
        for item in absent
    }
    return frame.assign(**kinds)


def _order_names(frames: Sequence[pd.DataFrame]) -> list[str]:
    names = list(dict.fromkeys(name for frame in frames for name in frame.columns))
    schema = [column.name for column in COLUMNS if column.name in names]
    return [*schema, *(name for name in names if name not in schema)]


def _stack_column(
    parts: Sequence[pd.Series[Any] | None], *, sizes: Sequence[int], name: str, keys: Sequence[str]
) -> pd.Series[Any]:
    present = [part for part in parts if part is not None]
    _require_alike(parts, name=name, keys=keys)
    if isinstance(present[0].dtype, pd.CategoricalDtype):
        return _stack_categories(parts, sizes=sizes, name=name)
    model = present[0].dtype
    filled = [
        part if part is not None else pd.Series([pd.NA] * size, dtype=_nullable(model))
        for part, size in zip(parts, sizes, strict=True)
    ]
    return pd.concat(filled, ignore_index=True)


def _nullable(dtype: Any) -> Any:
    """Kind of column that can hold missing values beside these."""
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean"
    if pd.api.types.is_integer_dtype(dtype):
        return "Int64"
    return "Float64" if pd.api.types.is_float_dtype(dtype) else dtype


def _kind(part: pd.Series[Any]) -> str:
    dtype = part.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return "categories"
    if pd.api.types.is_bool_dtype(dtype):
        return "true or false"
    return "numbers" if pd.api.types.is_numeric_dtype(dtype) else "text"


def _require_alike(
    parts: Sequence[pd.Series[Any] | None], *, name: str, keys: Sequence[str]
) -> None:
    kinds = {key: _kind(part) for key, part in zip(keys, parts, strict=True) if part is not None}
    if len(set(kinds.values())) > 1:
        said = "; ".join(f"{key}: {kind}" for key, kind in kinds.items())
        raise SchemaError(
            f"combine() needs one kind of values in column {name!r}, and the surveys differ "
            f"({said}). Leave the column out of one of them, or recode it."
        )


def _stack_categories(
    parts: Sequence[pd.Series[Any] | None], *, sizes: Sequence[int], name: str
) -> pd.Series[Any]:
    present = [part for part in parts if part is not None]
    fixed = _CATEGORIES.get(name, ())
    merged, consistent = merge_categories([list(part.cat.categories) for part in present])
    if fixed and set(merged) <= set(fixed):
        merged, consistent = [value for value in fixed if value in merged], True
    ordered = consistent and all(part.cat.ordered for part in present)
    index = pd.Index(merged)
    codes = [
        np.full(size, -1) if part is None else _codes_in(part, index)
        for part, size in zip(parts, sizes, strict=True)
    ]
    return pd.Series(pd.Categorical.from_codes(np.concatenate(codes), index, ordered=ordered))


def _codes_in(part: pd.Series[Any], index: pd.Index[Any]) -> npt.NDArray[np.int64]:
    """Codes of a part in the merged categories; a missing value is -1 in both."""
    table = np.append(index.get_indexer(part.cat.categories), -1).astype(np.int64)
    return table[part.cat.codes.to_numpy()]
