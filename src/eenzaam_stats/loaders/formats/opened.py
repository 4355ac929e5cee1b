"""All files of respondents: the ending of the name decides which format is read.

A new format is one row in the table below and one file that knows it. No codebook rule is known
here, and no value is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Unpack

import pandas as pd

from eenzaam_stats.errors import OptionError, SourceError
from eenzaam_stats.loaders.formats import spss
from eenzaam_stats.loaders.formats.columnar import open_parquet, read_parquet
from eenzaam_stats.loaders.formats.delimited import open_csv, read_csv
from eenzaam_stats.loaders.formats.fast_spss import read_fast, require_fast
from eenzaam_stats.loaders.formats.file_options import FileOptions, FileWords
from eenzaam_stats.loaders.formats.progress import tell
from eenzaam_stats.loaders.formats.stata import open_stata, read_stata
from eenzaam_stats.loaders.formats.survey_file import Reader, SurveyFile
from eenzaam_stats.loaders.formats.workbook import open_excel, read_excel
from eenzaam_stats.vocabulary import require_option

__all__ = ["SUFFIXES", "open_file", "read_columns", "with_options"]


@dataclass(frozen=True, slots=True)
class _Door:
    open: Callable[..., SurveyFile]
    read: Callable[[SurveyFile, Sequence[str]], tuple[pd.DataFrame, str | None]]
    in_rows: bool = False  # whether the user can say where rows and names stand


_SPSS = _Door(spss.open_spss, spss.read_columns)
_DELIMITED = _Door(open_csv, read_csv, in_rows=True)
_QUESTION_KEYS = '{"importid"'  # begins every cell of the last of the extra rows of Qualtrics
_FIRST_ROWS = 4
_OPENERS: Mapping[str, _Door] = MappingProxyType(
    {
        ".sav": _SPSS,
        ".zsav": _SPSS,
        ".dta": _Door(open_stata, read_stata),
        ".csv": _DELIMITED,
        ".tsv": _DELIMITED,
        ".txt": _DELIMITED,
        ".parquet": _Door(open_parquet, read_parquet),
        ".xlsx": _Door(open_excel, read_excel, in_rows=True),
    }
)
SUFFIXES: tuple[str, ...] = tuple(_OPENERS)


def open_file(
    path: str | Path, *, reader: Reader = "pyreadstat", **file_words: Unpack[FileWords]
) -> SurveyFile:
    """Metadata of a file of respondents, after checks that it is what its name says.

    Parameters
    ----------
    path : str or Path
        File that ends in ``.sav``, ``.zsav``, ``.dta``, ``.csv``, ``.tsv``, ``.txt``,
        ``.parquet`` or ``.xlsx``.
    reader : {"pyreadstat", "fast"}, default "pyreadstat"
        Library that will read the values. ``"fast"`` reads the numbers of a ``.sav`` or ``.zsav``
        file with polars-readstat, an extra; values are the same.
    **file_words
        How the file is written: ``decimal``, ``thousands``, ``keep_words``, ``skip_rows``,
        ``header_row``, ``sheet``, ``limits``; see
        :class:`~eenzaam_stats.loaders.formats.file_options.FileOptions`.

    Returns
    -------
    SurveyFile
        Names, labels and missing declarations; no values are read.

    Raises
    ------
    SourceError
        If the file is absent, a folder, empty, of another kind, damaged or cut off, or needs an
        extra that is not installed.
    OptionError
        If the reader is unknown, is not installed, or cannot read this format; or what is said
        about the file cannot be so.

    See Also
    --------
    read_columns : Values of some of its columns.

    Notes
    -----
    **Missing data.** Declared missing values are kept as values, with their declaration; extended
    missing values of Stata are the words ``.a`` to ``.z``.

    Examples
    --------
    >>> open_file("survey.doc")
    Traceback (most recent call last):
    eenzaam_stats.errors.SourceError: survey.doc cannot be read: its name does not end in .sav, ...
    """
    require_option(reader, Reader, name="reader")
    file = Path(path)
    if file.is_dir():
        raise SourceError(f"{file.name} is a folder, not a file. Give the path of one file in it.")
    opener = _OPENERS.get(file.suffix.casefold())
    if opener is None:
        raise SourceError(
            f"{file.name or file} cannot be read: its name does not end in "
            f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}. Export the data to one of these."
        )
    options = FileOptions.of(file_words)
    opened = opener.open(file, options) if opener.in_rows else opener.open(file)
    opened = with_options(opened, file_words)
    if reader == "fast":
        _require_fast(opened)
        return replace(opened, reader=reader)
    return opened


def with_options(file: SurveyFile, file_words: FileWords) -> SurveyFile:
    """Return the file with what the user said about it, after the check that it can be so.

    Raises
    ------
    OptionError
        If an option is unknown, does not belong to the format, or names an absent column.
    """
    if not file_words:
        return file
    options = FileOptions.of(file_words)
    options.require_fitting(file.columns, kind=file.format, name=file.path.name)
    return replace(file, options=options)


def _require_fast(file: SurveyFile) -> None:
    if file.format != "spss":
        raise OptionError(
            f"reader='fast' reads .sav and .zsav, and {file.path.name} is another kind of file. "
            "Use reader='pyreadstat'."
        )
    require_fast()


def read_columns(file: SurveyFile, columns: Sequence[str]) -> tuple[pd.DataFrame, str | None]:
    """Values of some columns, as they stand in the file.

    Parameters
    ----------
    file : SurveyFile
        Opened file.
    columns : sequence of str
        Names exactly as the file has them.

    Returns
    -------
    frame : pandas.DataFrame
        One row per case, columns in file order. Cells of a CSV file are text, blanks included.
    encoding : str or None
        Encoding used instead of the one that is expected.

    Raises
    ------
    SourceError
        If the file is damaged or holds other rows than it promises.
    """
    rows = "" if file.n_rows is None else f" and {file.n_rows:,} rows"
    tell(f"reading {len(columns)} columns{rows} of {file.path.name}")
    if file.reader == "fast":
        return read_fast(file, columns)
    frame, encoding = _OPENERS[file.path.suffix.casefold()].read(file, columns)
    _require_respondents(file, frame)
    return frame, encoding


def _require_respondents(file: SurveyFile, frame: pd.DataFrame) -> None:
    """Raise when the first rows hold questions, as an export of Qualtrics has them."""
    for at, row in enumerate(frame.head(_FIRST_ROWS).itertuples(index=False), start=1):
        if any(str(cell).replace(" ", "").casefold().startswith(_QUESTION_KEYS) for cell in row):
            raise SourceError(
                f"{file.path.name} holds keys of questions (ImportId) in row {at}, where "
                "respondents should be: it comes from Qualtrics. Say "
                f"skip_rows={at + file.options.skip_rows}."
            )
