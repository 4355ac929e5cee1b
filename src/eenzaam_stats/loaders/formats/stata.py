"""Stata files; no codebook rule is known here.

Extended missing values keep their letter: ``.a`` to ``.z`` are values of the column and declared
missing, so that a codebook can say which kind each of them is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyreadstat

from eenzaam_stats.errors import SourceError, listed
from eenzaam_stats.loaders.formats.dta_rows import OLD_VERSIONS, require_promised_rows
from eenzaam_stats.loaders.formats.survey_file import (
    FALLBACK_ENCODING,
    SurveyFile,
    damaged,
    disguised,
    first_bytes,
    require_whole,
)

# Versions 117 and later begin with a word, earlier ones with their number and the order of bytes.
SIGNATURE = b"<stata_dta>"
NUMBERS = range(104, 116)
BYTE_ORDERS = (1, 2)
EXTENDED_MISSING = tuple((f".{letter}", f".{letter}") for letter in "abcdefghijklmnopqrstuvwxyz")
_NOT_TEXT = "invalid byte sequence"


def open_stata(path: Path) -> SurveyFile:
    """Metadata of a Stata file, after checks that it is one.

    Raises
    ------
    SourceError
        If the file is absent, a folder, empty, of another kind, damaged or cut off.
    """
    start = first_bytes(path, len(SIGNATURE), one_of="file")
    if start != SIGNATURE and not _is_old(start):
        raise disguised(path, start, kind="a Stata file", remedy="Save the data from Stata again.")
    if start != SIGNATURE and start[0] not in OLD_VERSIONS:
        raise SourceError(
            f"{path.name} has version {start[0]} of the Stata format, of before 2003, in which a "
            "damaged number of rows is not seen. Save it again from a later Stata."
        )
    require_promised_rows(path)
    try:
        meta, encoding = _read(path, None, metadataonly=True)[1], None
    except UnicodeError:
        encoding = FALLBACK_ENCODING
        meta = _metadata(path, encoding)
    kinds = meta.readstat_variable_types
    text = frozenset(name for name, kind in kinds.items() if kind == "string")
    return SurveyFile(
        path=path,
        columns=tuple(meta.column_names),
        text_columns=text,
        value_labels=MappingProxyType(
            {name: _lettered(labels) for name, labels in meta.variable_value_labels.items()}
        ),
        missing_ranges=MappingProxyType(
            {name: EXTENDED_MISSING for name in meta.column_names if name not in text}
        ),
        label=meta.file_label or "",
        n_rows=meta.number_rows,
        encoding=encoding,
        format="stata",
        column_labels=MappingProxyType(
            {name: label for name, label in meta.column_names_to_labels.items() if label}
        ),
    )


def read_stata(file: SurveyFile, columns: Sequence[str]) -> tuple[pd.DataFrame, str | None]:
    """Values of some columns; extended missing values are the words ``.a`` to ``.z``.

    Raises
    ------
    SourceError
        If the file is damaged or holds other rows than its header promises.
    """
    encoding = file.encoding
    file.options.require("cells", (file.n_rows or 0) * max(len(columns), 1), of=file.path.name)
    try:
        frame, _ = _read(file.path, encoding, usecols=list(columns))
    except UnicodeError:
        encoding = FALLBACK_ENCODING
        frame = _values(file, columns, encoding)
    require_whole(file, frame)
    for name in frame.columns:
        if name not in file.text_columns and frame[name].dtype == object:
            frame[name] = frame[name].map(_with_point)
    return frame, encoding


def _metadata(path: Path, encoding: str) -> Any:
    try:
        return _read(path, encoding, metadataonly=True)[1]
    except UnicodeError as error:
        raise _not_text(path, "its labels") from error


def _values(file: SurveyFile, columns: Sequence[str], encoding: str) -> pd.DataFrame:
    """Values in another encoding; the library reads long text (strL) as UTF-8 whatever is asked."""
    try:
        return _read(file.path, encoding, usecols=list(columns))[0]
    except UnicodeError as error:
        wrong = [name for name in columns if not _can_be_read(file.path, name, encoding)]
        raise _not_text(file.path, f"column(s) [{listed(wrong)}]") from error


def _can_be_read(path: Path, name: str, encoding: str) -> bool:
    try:
        _read(path, encoding, usecols=[name])
    except UnicodeError:
        return False
    return True


def _not_text(path: Path, what: str) -> SourceError:
    return SourceError(
        f"{path.name} holds text in {what} that is not UTF-8, as long texts (strL) of this format "
        "must be. Save the file again with Stata 14 or later after 'unicode translate', make the "
        "text shorter (recast str), or leave the column out."
    )


def _is_old(start: bytes) -> bool:
    return len(start) > 1 and start[0] in NUMBERS and start[1] in BYTE_ORDERS


def _with_point(value: Any) -> Any:
    return f".{value}" if isinstance(value, str) else value


def _lettered(labels: Mapping[Any, str]) -> dict[Any, str]:
    return {_with_point(code): label for code, label in labels.items()}


def _read(path: Path, encoding: str | None, **options: Any) -> tuple[pd.DataFrame, Any]:
    try:
        # numbers stay numbers: the format of a column says how it is shown, not what it holds
        frame, meta = pyreadstat.read_dta(
            path,
            user_missing=True,
            encoding=encoding,
            disable_datetime_conversion=True,
            **options,
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        if _NOT_TEXT in str(error) and encoding is None:
            raise UnicodeError(str(error)) from error
        raise damaged(path, error) from error
    return frame, meta
