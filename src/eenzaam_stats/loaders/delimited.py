"""The door through which CSV files enter: every cell is text, and no cell is guessed away.

Numbers are recognised later, per column. A row with more or fewer cells than the header stops the
reading, since its cells stand under the wrong names.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from eenzaam_stats.errors import SourceError
from eenzaam_stats.loaders.progress import tell
from eenzaam_stats.loaders.survey_file import (
    FALLBACK_ENCODING,
    SurveyFile,
    damaged,
    disguised,
    first_bytes,
    require_whole,
)

DELIMITERS = (",", ";", "\t")
ENCODING = "utf-8-sig"
_ROWS_AT_A_TIME = 20_000
_LOOKED_AT = 4096
_WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")

Rows = Iterator[list[str]]


def open_csv(path: Path) -> SurveyFile:
    """Names of a CSV file, with the delimiter found from its header.

    Raises
    ------
    SourceError
        If the file is absent, a folder, empty, holds no text, or has no header.
    """
    start = first_bytes(path, _LOOKED_AT, one_of="file")
    if b"\0" in start or start.startswith(_WIDE_TEXT):
        remedy = "Save it as CSV with encoding UTF-8."
        raise disguised(path, start, kind="a CSV file of plain text", remedy=remedy)
    try:
        names, encoding = _header(path, ENCODING), None
    except UnicodeError:
        encoding = FALLBACK_ENCODING
        names = _header(path, encoding)
    if not any(names):
        raise SourceError(
            f"{path.name} has no column names in its first line. Export it again with a header."
        )
    return SurveyFile(
        path=path,
        columns=names,
        text_columns=frozenset(names),
        value_labels=MappingProxyType({}),
        missing_ranges=MappingProxyType({}),
        label="",
        n_rows=None,
        encoding=encoding,
        format="csv",
    )


def read_csv(file: SurveyFile, columns: Sequence[str]) -> tuple[pd.DataFrame, str | None]:
    """Text of some columns; an empty cell is an empty text.

    Raises
    ------
    SourceError
        If a row has more or fewer cells than the header, or a quotation mark is never closed.
    """
    encoding = file.encoding
    try:
        frame = _values(file, columns, encoding or ENCODING)
    except UnicodeError:
        encoding = FALLBACK_ENCODING
        frame = _values(file, columns, encoding)
    require_whole(file, frame)
    return frame, encoding


def _header(path: Path, encoding: str) -> tuple[str, ...]:
    with _rows(path, encoding, _delimiter(path, encoding)) as rows:
        return tuple(name.strip() for name in next(rows, []))


def _delimiter(path: Path, encoding: str) -> str:
    """Delimiter that gives the header most names; a comma when there is one name."""
    counts = [_n_names(path, encoding, delimiter) for delimiter in DELIMITERS]
    return DELIMITERS[counts.index(max(counts))]


def _n_names(path: Path, encoding: str, delimiter: str) -> int:
    """Names in the header; none when its quotation marks do not fit the delimiter."""
    with path.open(encoding=encoding, newline="") as stream:
        try:
            return len(next(csv.reader(stream, delimiter=delimiter, strict=True), []))
        except csv.Error:
            return 0


@contextmanager
def _rows(path: Path, encoding: str, delimiter: str) -> Iterator[Rows]:
    with path.open(encoding=encoding, newline="") as stream:
        try:
            yield csv.reader(stream, delimiter=delimiter, strict=True)
        except csv.Error as error:
            raise damaged(path, error) from error


def _values(file: SurveyFile, columns: Sequence[str], encoding: str) -> pd.DataFrame:
    names = [name for name in file.columns if name in set(columns)]
    places = [file.columns.index(name) for name in names]
    parts, n_rows = [], 0
    with _rows(file.path, encoding, _delimiter(file.path, encoding)) as rows:
        next(rows)
        cells = _picked(rows, places, file=file)
        while chunk := list(islice(cells, _ROWS_AT_A_TIME)):
            parts.append(pd.DataFrame(chunk, columns=names, dtype="str"))
            n_rows += len(chunk)
            tell(f"{n_rows:,} rows of {file.path.name} read")
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)


def _picked(rows: Rows, places: Sequence[int], *, file: SurveyFile) -> Iterator[list[str]]:
    """Cells at some places of every row; blank lines are no rows, except under a single name."""
    width = len(file.columns)
    row = 0
    for cells in rows:
        whole = cells or [""] * (width == 1)
        if not whole:
            continue
        row += 1
        if len(whole) != width:
            raise SourceError(
                f"{file.path.name} has {len(whole)} cell(s) in row {row:,} and {width} name(s) in "
                "its header, so cells stand under wrong names. Export it again, with quotation "
                "marks around text."
            )
        yield [whole[place] for place in places]
