"""SPSS files, opened: metadata first, then the columns asked for.

Every fault of a file becomes a ``SourceError`` that names the file, never its folder. No codebook
rule is known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyreadstat

from eenzaam_stats.errors import SourceError
from eenzaam_stats.loaders.formats.sav_dictionary import require_sound_dictionary
from eenzaam_stats.loaders.formats.sav_rows import require_promised_rows
from eenzaam_stats.loaders.formats.survey_file import (
    FALLBACK_ENCODING,
    SurveyFile,
    damage_error,
    disguise_error,
    first_bytes,
    require_whole,
)

SpssFile = SurveyFile
SUFFIXES = (".sav", ".zsav")
# The first four bytes of a .sav and of a .zsav file.
SIGNATURES = (b"$FL2", b"$FL3")
_NOT_TEXT = "invalid byte sequence"


def open_spss(path: str | Path) -> SpssFile:
    """Metadata of an SPSS file, after checks that it is one.

    Parameters
    ----------
    path : str or Path
        File that ends in ``.sav`` or ``.zsav``.

    Returns
    -------
    SpssFile
        Names, labels and missing declarations; no values are read.

    Raises
    ------
    SourceError
        If the file is absent, a folder, empty, of another kind, damaged or cut off.

    Notes
    -----
    **Missing data.** Declared missing values are kept as values, with their declaration.

    Examples
    --------
    >>> open_spss("survey.csv")
    Traceback (most recent call last):
    eenzaam_stats.errors.SourceError: survey.csv cannot be read: its name does not end in .sav ...
    """
    file = Path(path)
    _require_spss(file)
    layout = require_sound_dictionary(file)
    try:
        meta, encoding = _metadata(file, None), None
    except UnicodeError:
        meta, encoding = _metadata(file, FALLBACK_ENCODING), FALLBACK_ENCODING
    if not all(isinstance(name, str) for name in meta.column_names):
        raise SourceError(
            f"{file.name} is damaged: a variable has a name that is no text. "
            "Copy the file again from where it was made."
        )
    return SpssFile(
        path=file,
        columns=tuple(meta.column_names),
        text_columns=frozenset(
            name for name, kind in meta.readstat_variable_types.items() if kind == "string"
        ),
        value_labels=MappingProxyType(dict(meta.variable_value_labels)),
        missing_ranges=MappingProxyType(
            {
                name: tuple((entry["lo"], entry["hi"]) for entry in ranges)
                for name, ranges in meta.missing_ranges.items()
            }
        ),
        label=meta.file_label or "",
        n_rows=layout.n_rows,
        encoding=encoding,
        format="spss",
        column_labels=MappingProxyType(
            {name: label for name, label in meta.column_names_to_labels.items() if label}
        ),
    )


def read_columns(file: SpssFile, columns: Sequence[str]) -> tuple[pd.DataFrame, str | None]:
    """Values of some columns, with user-missing codes kept as they stand.

    Parameters
    ----------
    file : SpssFile
        Opened file.
    columns : sequence of str
        Names exactly as the file has them.

    Returns
    -------
    frame : pandas.DataFrame
        One row per case, columns in file order.
    encoding : str or None
        Encoding used instead of the one that the file states.

    Raises
    ------
    SourceError
        If the file is damaged or holds other rows than its header promises.
    """
    layout = require_sound_dictionary(file.path)
    n_rows = require_promised_rows(file.path, layout, file.options.limits)
    file.options.require("cells", n_rows * max(len(columns), 1), of=file.path.name)
    texts = any(name in file.text_columns for name in columns)
    file.options.require("text", n_rows * layout.elements * 8 * texts, of=file.path.name)
    encoding = file.encoding
    try:
        frame = _values(file.path, columns, encoding)
    except UnicodeError:
        encoding = FALLBACK_ENCODING
        frame = _values(file.path, columns, encoding)
    require_whole(replace(file, n_rows=n_rows), frame)
    return frame, encoding


def _require_spss(file: Path) -> None:
    if not file.is_dir() and file.suffix.casefold() not in SUFFIXES:
        raise SourceError(
            f"{file.name or file} cannot be read: its name does not end in .sav or .zsav. "
            "Export the data from SPSS as .sav."
        )
    start = first_bytes(file, 4, one_of=".sav file")
    if start not in SIGNATURES:
        remedy = "Export the data from SPSS as .sav, without a password."
        raise disguise_error(file, start, kind="an SPSS file", remedy=remedy)


def _metadata(file: Path, encoding: str | None) -> Any:
    return _read(file, encoding, metadataonly=True)[1]


def _values(file: Path, columns: Sequence[str], encoding: str | None) -> pd.DataFrame:
    frame: pd.DataFrame = _read(file, encoding, usecols=list(columns))[0]
    return frame


def _read(file: Path, encoding: str | None, **options: Any) -> tuple[pd.DataFrame, Any]:
    try:
        # numbers stay numbers: the format of a column says how it is shown, not what it holds
        frame, meta = pyreadstat.read_sav(
            file,
            user_missing=True,
            encoding=encoding,
            disable_datetime_conversion=True,
            **options,
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, TypeError) as error:
        # a name that is no text in any encoding comes out of the library as a TypeError
        if _NOT_TEXT in str(error) and encoding is None:
            raise UnicodeError(str(error)) from error
        raise damage_error(file, error) from error
    return frame, meta
