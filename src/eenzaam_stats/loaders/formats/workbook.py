"""Excel workbooks; needs openpyxl, which comes with an extra.

The first sheet is read, with names in its first row, unless the user names others. Text, numbers
and blanks stay what they are.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

import pandas as pd

from eenzaam_stats.cell_text import strip_text
from eenzaam_stats.errors import OptionError, SourceError
from eenzaam_stats.loaders.formats.file_options import FileOptions
from eenzaam_stats.loaders.formats.survey_file import (
    SurveyFile,
    damage_error,
    disguise_error,
    first_bytes,
    require_whole,
)
from eenzaam_stats.loaders.formats.workbook_formulas import find_unstored_formulas, require_stored
from eenzaam_stats.messages import show_label, show_sheets

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

SIGNATURE = b"PK\x03\x04"
_LOOKED_AT = 20  # rows in which the names are looked for
# What openpyxl raises on a workbook that is incomplete or is another kind of zip file.
_FAULTS = (
    ArithmeticError,
    AttributeError,
    BadZipFile,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    zlib.error,
)


def open_excel(path: Path, options: FileOptions) -> SurveyFile:
    """Names in the row with the names, the first one of the first sheet unless the user said more.

    Raises
    ------
    SourceError
        If the file is absent, a folder, empty, of another kind or damaged, has no names or names
        by formulas without a stored value, or openpyxl is not installed.
    OptionError
        If there is no sheet of this name or number.
    """
    start = first_bytes(path, len(SIGNATURE), one_of="file")
    if start != SIGNATURE:
        remedy = "Save it from Excel as .xlsx, without a password."
        raise disguise_error(path, start, kind="an Excel workbook", remedy=remedy)
    if find_spec("openpyxl") is None:
        raise SourceError(
            f"{path.name} is an Excel workbook, and openpyxl, which reads it, is not installed. "
            "Install it with: pip install 'eenzaam-stats[excel]'."
        )
    with _open_workbook(path, options) as book:
        sheets = [sheet.title for sheet in book.worksheets]
        place = _place(sheets, options)
        first = list(islice(_rows(book, place, options), _LOOKED_AT))
        at = options.header_row
        unstored = find_unstored_formulas(path, book.worksheets[place], first_row=at, last_row=at)
    names = tuple("" if cell is None else strip_text(str(cell)) for cell in next(iter(first), ()))
    require_stored(path, unstored, dict.fromkeys(unstored, "the row with the names has"))
    _require_names(path, names, first, options)
    several = f"the workbook has {len(sheets)} sheets; the first, {show_label(sheets[0])}, was read"
    return SurveyFile(
        path=path,
        columns=names,
        text_columns=frozenset(names),
        value_labels=MappingProxyType({}),
        missing_ranges=MappingProxyType({}),
        label="",
        n_rows=None,
        encoding=None,
        format="excel",
        notes=(several,) if len(sheets) > 1 and options.sheet is None else (),
        options=options,
    )


def read_excel(file: SurveyFile, columns: Sequence[str]) -> tuple[pd.DataFrame, str | None]:
    """Values of some columns as the sheet has them; rows without any value are no rows.

    Raises
    ------
    SourceError
        If the workbook is damaged, or a column that is read has formulas without a stored value.
    """
    names = [name for name in file.columns if name in set(columns)]
    places = [file.columns.index(name) for name in names]
    with _open_workbook(file.path, file.options) as book:
        place = _place([sheet.title for sheet in book.worksheets], file.options)
        rows = _rows(book, place, file.options)
        next(rows)
        filled = (row for row in _count_cells(rows, file) if any(cell is not None for cell in row))
        cells = [_pick_cells(row, places) for row in islice(filled, file.options.skip_rows, None)]
        start = file.options.header_row + 1
        unstored = find_unstored_formulas(file.path, book.worksheets[place], first_row=start)
    named = {at: f"column {name!r} has" for at, name in zip(places, names, strict=True)}
    require_stored(file.path, unstored, named)
    frame = pd.DataFrame(cells, columns=names, dtype=object).infer_objects()
    require_whole(file, frame)
    return frame, None


@contextmanager
def _open_workbook(path: Path, options: FileOptions) -> Iterator[Workbook]:
    """Workbook that is open; whatever goes wrong while it is read is damage."""
    from openpyxl import load_workbook  # noqa: PLC0415

    try:
        require_sound_parts(path, options)
        with warnings.catch_warnings():
            # openpyxl warns about styles and print areas, which hold no data.
            warnings.simplefilter("ignore", UserWarning)
            book = load_workbook(path, read_only=True, data_only=True)
        with closing(book):
            yield book
    except (OptionError, SourceError):
        raise
    except _FAULTS as error:
        raise damage_error(path, error) from error


def _place(sheets: Sequence[str], options: FileOptions) -> int:
    """Place of the sheet that the user names by its name or number; the first without a word."""
    wanted = 1 if options.sheet is None else options.sheet
    if isinstance(wanted, int) and wanted <= len(sheets):
        return wanted - 1
    if wanted not in sheets:
        raise OptionError(
            f"sheet is {wanted!r}, which is not an option. Choose one of {show_sheets(sheets)}."
        )
    return sheets.index(str(wanted))


def _rows(book: Workbook, place: int, options: FileOptions) -> Iterator[tuple[Any, ...]]:
    """Rows from the one with the names on."""
    sheet = book.worksheets[place]
    # Some programs state a wrong size of the sheet; the rows themselves are right.
    sheet.reset_dimensions()
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(values_only=True)
    return islice(rows, options.header_row - 1, None)


def _count_cells(rows: Iterator[tuple[Any, ...]], file: SurveyFile) -> Iterator[tuple[Any, ...]]:
    """Rows while there are not too many cells, those that a far cell makes blank among them."""
    n_cells, start = 0, monotonic()
    for row in rows:
        n_cells += max(len(row), 1)
        file.options.require("workbook_cells", n_cells, of=file.path.name)
        file.options.require("seconds", monotonic() - start, of=file.path.name)
        yield row


def _require_names(
    path: Path, names: Sequence[str], first: Sequence[tuple[Any, ...]], options: FileOptions
) -> None:
    """Raise when the row of names is blank, or is a title above a wider table."""
    widths = [sum(cell is not None for cell in row) for row in first]
    where = "the first row" if options.header_row == 1 else f"row {options.header_row}"
    sheet = "its first sheet" if options.sheet is None else f"sheet {options.sheet!r}"
    if not any(names):
        raise SourceError(
            f"{path.name} has no column names in {where} of {sheet}. Put the data in the first "
            "sheet, with names in the first row, or say sheet= and header_row=."
        )
    if widths[0] == 1 and max(widths) > 2:
        at = options.header_row + next(at for at, width in enumerate(widths) if width > 2)
        raise SourceError(
            f"{path.name} has one name in {where} of {sheet}, and row {at} is wider. If the names "
            f"stand there, say header_row={at}."
        )


def _pick_cells(row: tuple[Any, ...], places: Sequence[int]) -> list[Any]:
    return [_plain(row[place]) if place < len(row) else None for place in places]


def _plain(cell: Any) -> Any:
    """Truth values and dates as text, as a CSV file would hold them."""
    if isinstance(cell, bool):
        return str(cell).upper()
    return cell.isoformat() if isinstance(cell, (datetime, date, time)) else cell


# The parts of a workbook, looked at before any is unpacked into memory. A workbook is a zip of
# XML. A few megabytes can hold gigabytes of one letter, so sizes, numbers of parts and lengths of
# rows are compared with their limits first. A size that a zip states is binding: what is longer
# fails its checksum and counts as damage.

_SHEETS = "xl/worksheets/"
_READ = (".xml", ".rels")
_LONG = ("sharedStrings.xml", "calcChain.xml")
_CHUNK = 1 << 20
_ROW = b"<row"
_NAMED = b":row"  # with a prefix for the names of Excel
_OVERLAP = len(_ROW) - 1


def require_sound_parts(path: Path, options: FileOptions) -> None:
    """Raise when a workbook has too many parts, a part too large, or a row too long.

    Raises
    ------
    SourceError
        With the limit and how to raise it.
    BadZipFile
        If it is no whole zip.
    """
    with ZipFile(path) as book:
        parts = book.infolist()
        options.require("workbook_parts", len(parts), of=path.name)
        options.require("unpacked", sum(part.file_size for part in parts), of=path.name)
        for part in parts:
            if not part.filename.startswith(_SHEETS) and part.filename.endswith(_READ):
                kind = "workbook_text" if part.filename.endswith(_LONG) else "workbook_part"
                options.require(kind, part.file_size, of=path.name)
        for part in parts:
            if part.filename.startswith(_SHEETS) and part.file_size > _CHUNK:
                _require_short_rows(book, part.filename, path, options)


def _require_short_rows(book: ZipFile, name: str, path: Path, options: FileOptions) -> None:
    """Raise when one row is too long; the reading library holds a whole row."""
    length, before = 0, b""
    with book.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            data = before + chunk
            last = max(data.rfind(_ROW), data.rfind(_NAMED))
            length = len(data) - last if last >= 0 else length + len(chunk)
            options.require("workbook_row", length, of=path.name)
            before = data[-_OVERLAP:]
