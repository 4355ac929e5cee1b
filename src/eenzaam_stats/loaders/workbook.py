"""The door through which Excel workbooks enter; needs openpyxl, which comes with an extra.

The first sheet is read, with names in its first row. Text, numbers and blanks stay what they are.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import pandas as pd

from eenzaam_stats.errors import SourceError
from eenzaam_stats.loaders.survey_file import (
    SurveyFile,
    damaged,
    disguised,
    first_bytes,
    require_whole,
)
from eenzaam_stats.loaders.workbook_formulas import require_stored, unstored_formulas

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

SIGNATURE = b"PK\x03\x04"
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


def open_excel(path: Path) -> SurveyFile:
    """Names in the first row of the first sheet.

    Raises
    ------
    SourceError
        If the file is absent, a folder, empty, of another kind or damaged, has no names or names
        by formulas without a stored value, or openpyxl is not installed.
    """
    start = first_bytes(path, len(SIGNATURE), one_of="file")
    if start != SIGNATURE:
        remedy = "Save it from Excel as .xlsx, without a password."
        raise disguised(path, start, kind="an Excel workbook", remedy=remedy)
    if find_spec("openpyxl") is None:
        raise SourceError(
            f"{path.name} is an Excel workbook, and openpyxl, which reads it, is not installed. "
            "Install it with: pip install 'eenzaam-stats[excel]'."
        )
    with _opened(path) as book:
        sheets = [sheet.title for sheet in book.worksheets]
        names = tuple("" if cell is None else str(cell).strip() for cell in next(_rows(book), ()))
        unstored = unstored_formulas(path, book.worksheets[0], last_row=1)
    require_stored(path, unstored, dict.fromkeys(unstored, "the row with the names has"))
    if not any(names):
        raise SourceError(
            f"{path.name} has no column names in the first row of its first sheet. "
            "Put the data in the first sheet, with names in the first row."
        )
    several = f"the workbook has {len(sheets)} sheets; the first, {sheets[0]!r}, was read"
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
        notes=(several,) if len(sheets) > 1 else (),
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
    with _opened(file.path) as book:
        rows = _rows(book)
        next(rows)
        cells = [_picked(row, places) for row in rows if any(cell is not None for cell in row)]
        unstored = unstored_formulas(file.path, book.worksheets[0])
    named = {at: f"column {name!r} has" for at, name in zip(places, names, strict=True)}
    require_stored(file.path, unstored, named)
    frame = pd.DataFrame(cells, columns=names, dtype=object).infer_objects()
    require_whole(file, frame)
    return frame, None


@contextmanager
def _opened(path: Path) -> Iterator[Workbook]:
    """Workbook that is open; whatever goes wrong while it is read is damage."""
    from openpyxl import load_workbook  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            # openpyxl warns about styles and print areas, which hold no data.
            warnings.simplefilter("ignore", UserWarning)
            book = load_workbook(path, read_only=True, data_only=True)
        with closing(book):
            yield book
    except _FAULTS as error:
        raise damaged(path, error) from error


def _rows(book: Workbook) -> Iterator[tuple[Any, ...]]:
    sheet = book.worksheets[0]
    # Some programs state a wrong size of the sheet; the rows themselves are right.
    sheet.reset_dimensions()
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(values_only=True)
    return rows


def _picked(row: tuple[Any, ...], places: Sequence[int]) -> list[Any]:
    return [_plain(row[place]) if place < len(row) else None for place in places]


def _plain(cell: Any) -> Any:
    """Truth values and dates as text, as a CSV file would hold them."""
    if isinstance(cell, bool):
        return str(cell).upper()
    return cell.isoformat() if isinstance(cell, (datetime, date, time)) else cell
