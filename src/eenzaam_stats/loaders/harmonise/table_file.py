"""A table of a user, such as prevalences, a series or a population, as a frame.

It enters as a survey file does, so its delimiter, its encoding, its numbers and its words for a
missing value are read by the same rules.
"""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

import numpy as np
import pandas as pd

from eenzaam_stats.errors import SourceError
from eenzaam_stats.loaders.formats.delimited import open_csv
from eenzaam_stats.loaders.formats.file_options import FileOptions, FileWords
from eenzaam_stats.loaders.formats.opened import SUFFIXES, open_file, read_columns
from eenzaam_stats.loaders.formats.survey_file import SurveyFile
from eenzaam_stats.loaders.harmonise.column import RawColumn
from eenzaam_stats.messages import show_names


def read_table(path: str | Path, **file_words: Unpack[FileWords]) -> pd.DataFrame:
    r"""Columns of numbers as numbers, of words as text; what says nothing is missing.

    Parameters
    ----------
    path : str or Path
        File in a format of :func:`~eenzaam_stats.loaders.formats.opened.open_file`; any other
        ending is
        read as CSV.
    **file_words
        How the file is written; see
        :class:`~eenzaam_stats.loaders.formats.file_options.FileOptions`.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    SourceError
        If the file cannot be read, or a name occurs twice.
    AmbiguousNumberError
        If the numbers of a column can be read in two ways.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "people.csv"
    ...     _ = file.write_text("year;persons\n2022;1.234\n2023;987\n")
    ...     read_table(file, thousands=".")["persons"].tolist()
    [1234, 987]
    """
    opened = _open_file(path, file_words)
    names = [name for name in opened.columns if name]
    frame, _ = read_columns(opened, names)
    rows = np.arange(1, len(frame) + 1)
    for name in names:
        raw = RawColumn(name, frame[name], rows, {}, (), opened.options)
        frame[name] = _plain(raw, place=Path(path).name)
    return frame


def read_text_table(path: str | Path, **file_words: Unpack[FileWords]) -> pd.DataFrame:
    """Cells as they are printed, each column text: 0.10 keeps its decimals.

    Parameters
    ----------
    path, **file_words
        As in :func:`read_table`.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    SourceError
        If the file cannot be read, or a name occurs twice.
    """
    opened = _open_file(path, file_words)
    names = [name for name in opened.columns if name]
    frame, _ = read_columns(opened, names)
    return frame.map(_text)


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return "" if np.isnan(cell) else f"{cell:.15g}"
    return "" if cell is None or cell is pd.NA or cell is pd.NaT else str(cell)


def _open_file(path: str | Path, file_words: FileWords) -> SurveyFile:
    file = Path(path)
    if file.suffix.casefold() in SUFFIXES:
        opened = open_file(file, **file_words)
    else:
        opened = open_csv(file, FileOptions.of(file_words))
    names = [name for name in opened.columns if name]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(
            f"{file.name} has column(s) [{show_names(twice)}] more than once. Keep one of each."
        )
    return opened


def _plain(raw: RawColumn, *, place: str) -> pd.Series:
    values = raw.as_numbers(place=place).values
    if not pd.api.types.is_numeric_dtype(values):
        text = values.map(lambda cell: cell.strip() if isinstance(cell, str) else cell)
        return text.mask(values.isin(list(raw.blank_words())))
    whole = bool((np.isfinite(values) & (values % 1 == 0)).all())
    return values.astype(np.int64) if whole else values.astype(np.float64)
