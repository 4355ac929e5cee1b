"""CSV files and other text with a delimiter: every cell is text, and no cell is guessed away.

Numbers are recognised later, per column. A row with more or fewer cells than the header stops the
reading, since its cells stand under the wrong names.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import TextIO

import pandas as pd

from eenzaam_stats.cell_text import strip_text
from eenzaam_stats.errors import SourceError
from eenzaam_stats.files.limits import limit
from eenzaam_stats.loaders.formats.file_options import FileOptions
from eenzaam_stats.loaders.formats.progress import tell
from eenzaam_stats.loaders.formats.survey_file import (
    FALLBACK_ENCODING,
    SurveyFile,
    damage_error,
    disguise_error,
    first_bytes,
    require_whole,
)

DELIMITERS = (",", ";", "\t", "|")
_SIGNS = frozenset(DELIMITERS)
TAB_SUFFIXES = (".tsv",)
ENCODING = "utf-8-sig"
_ROWS_AT_A_TIME = 20_000
_LOOKED_AT = 4096
_LINES_OF_NAMES = 50
_WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")
# The mark that a file is UTF-8, as it looks in a file that is not.
_FALSE_MARK = b"\xef\xbb\xbf".decode(FALLBACK_ENCODING)
# First line that Excel reads as the delimiter of the file.
_SAID = re.compile(r'"?sep=(\\t|.)"?[;,]*\s*', re.IGNORECASE)

Rows = Iterator[list[str]]


def open_csv(path: Path, options: FileOptions) -> SurveyFile:
    """Names of a CSV file, with the delimiter that its first line says or its header shows.

    Raises
    ------
    SourceError
        If the file is absent, a folder, empty, holds no text, or has no header.
    """
    start = first_bytes(path, _LOOKED_AT, one_of="file")
    if b"\0" in start or start.startswith(_WIDE_TEXT):
        remedy = "Save it as CSV with encoding UTF-8."
        raise disguise_error(path, start, kind="a CSV file of plain text", remedy=remedy)
    try:
        names, encoding = _header(path, ENCODING, options), None
    except UnicodeError:
        encoding = FALLBACK_ENCODING
        names = _header(path, encoding, options)
    options.require("columns", len(names), of=path.name)
    if not any(names):
        raise SourceError(
            f"{path.name} has no column names in {_line(options)}. Export it again with "
            "a header, or say header_row= for the line with the names."
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
        options=options,
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


def _line(options: FileOptions) -> str:
    return "its first line" if options.header_row == 1 else f"line {options.header_row}"


def _header(path: Path, encoding: str, options: FileOptions) -> tuple[str, ...]:
    with _rows(path, encoding, options) as rows:
        return tuple(strip_text(name) for name in next(rows, []))


def _delimiter(path: Path, encoding: str, options: FileOptions) -> str:
    """Delimiter that the file says, or that gives the header most names; a comma for one name."""
    if path.suffix.casefold() in TAB_SUFFIXES:
        return "\t"
    with _text(path, encoding) as (stream, said):
        if said:
            return said
        lines = _from_header(_lines(stream, path, options), options)
        _require_delimiter(path, lines)
        names = [_n_names(lines, delimiter) for delimiter in DELIMITERS]
    return DELIMITERS[names.index(max(names))]


def _require_delimiter(path: Path, lines: list[str]) -> None:
    """Raise when a line of several names has no sign between them that is known."""
    first = lines[0] if lines else ""
    if path.suffix.casefold() == ".txt" and len(first.split()) > 1 and not set(first) & _SIGNS:
        raise SourceError(
            f"{path.name} has names in its first line without a comma, semicolon, tab or bar "
            "between them. Export it again with one of these, and without names of rows."
        )


def _n_names(lines: list[str], delimiter: str) -> int:
    """Names in the header; none when its quotation marks do not fit the delimiter."""
    try:
        return len(next(csv.reader(lines, delimiter=delimiter, strict=True), []))
    except csv.Error:
        return 0


def _lines(stream: TextIO, path: Path, options: FileOptions) -> Iterator[str]:
    """Lines of a text, none longer than its limit."""
    most = limit("line", options.limits)
    while line := stream.readline(most + 1):
        options.require("line", len(line), of=path.name)
        yield line


def _from_header(stream: Iterator[str], options: FileOptions) -> list[str]:
    """First lines from the one with the names on; a quoted name may take several."""
    return list(islice(stream, options.header_row - 1, options.header_row + _LINES_OF_NAMES))


@contextmanager
def _text(path: Path, encoding: str) -> Iterator[tuple[TextIO, str]]:
    """Text behind the mark of UTF-8 and the line that says the delimiter, and that delimiter."""
    with path.open(encoding=encoding, newline="") as stream:
        if encoding != ENCODING and stream.read(len(_FALSE_MARK)) != _FALSE_MARK:
            stream.seek(0)
        start = stream.tell()
        said = _SAID.fullmatch(stream.readline(_LOOKED_AT))
        if said is None:
            stream.seek(start)
        yield stream, said[1].replace("\\t", "\t") if said else ""


@contextmanager
def _rows(path: Path, encoding: str, options: FileOptions) -> Iterator[Rows]:
    delimiter = _delimiter(path, encoding, options)
    with _text(path, encoding) as (stream, _):
        lines = _lines(stream, path, options)
        for _line in range(options.header_row - 1):
            next(lines, "")
        try:
            yield csv.reader(lines, delimiter=delimiter, strict=True)
        except csv.Error as error:
            raise damage_error(path, error) from error


def _values(file: SurveyFile, columns: Sequence[str], encoding: str) -> pd.DataFrame:
    names = [name for name in file.columns if name in set(columns)]
    places = [file.columns.index(name) for name in names]
    parts, n_rows, start = [], 0, monotonic()
    with _rows(file.path, encoding, file.options) as rows:
        next(rows)
        cells = _pick_cells(rows, places, file=file)
        while chunk := list(islice(cells, _ROWS_AT_A_TIME)):
            parts.append(pd.DataFrame(chunk, columns=names, dtype="str"))
            n_rows += len(chunk)
            file.options.require("cells", n_rows * len(names), of=file.path.name)
            file.options.require("seconds", monotonic() - start, of=file.path.name)
            tell(f"{n_rows:,} rows of {file.path.name} read")
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)


def _pick_cells(rows: Rows, places: Sequence[int], *, file: SurveyFile) -> Iterator[list[str]]:
    """Cells at some places of every row; blank lines are no rows, except under a single name."""
    width = len(file.columns)
    row = 0
    for cells in rows:
        whole = cells or [""] * (width == 1)
        if not whole:
            continue
        row += 1
        if row <= file.options.skip_rows:
            continue
        if len(whole) != width:
            raise SourceError(
                f"{file.path.name} has {len(whole)} cell(s) in row {row:,} and {width} name(s) in "
                "its header, so cells stand under wrong names. Export it again, with quotation "
                "marks around text, or say header_row= for the line with the names."
            )
        yield [whole[place] for place in places]
