"""Formulas of a workbook whose result is not stored: they would be read as blank cells.

A program that writes a workbook without calculating it leaves formulas without values. Whether a
value is stored shows in the sheet itself only; the reader of the cells gives ``None`` for both a
formula without a value and a formula that gave an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from eenzaam_stats.errors import SourceError

_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_CHUNK, _LONGEST_TAG = 1 << 20, 64
_LETTERS = re.compile(r"[A-Z]+")


@dataclass(frozen=True, slots=True)
class Unstored:
    """Formulas without a value in one column of a sheet.

    Attributes
    ----------
    count : int
        How many.
    first_row : int
        Row of the sheet in which the first stands.
    """

    count: int
    first_row: int


def find_unstored_formulas(
    path: Path, sheet: Any, *, first_row: int = 1, last_row: int | None = None
) -> Mapping[int, Unstored]:
    """Formulas without a stored value, by place of their column (from 0).

    Parameters
    ----------
    path : Path
        Workbook.
    sheet : openpyxl worksheet, opened for reading only
        Sheet of it.
    first_row : int, default 1
        Row before which nothing counts: a title above the names.
    last_row : int, optional
        Row after which nothing is looked at.

    Returns
    -------
    mapping of int to Unstored
        Empty when every formula has a value; a formula that gave an empty text has one.
    """
    found: dict[int, Unstored] = {}
    # openpyxl knows which part of the archive the sheet is, and has no public name for it
    part = sheet._worksheet_path
    with ZipFile(path) as archive:
        with archive.open(part) as stream:
            if not _has_formula(stream):
                return found
        with archive.open(part) as stream:
            for row, column in _without_value(stream, last_row):
                if row < first_row:
                    continue
                so_far = found.get(column, Unstored(0, row))
                found[column] = Unstored(so_far.count + 1, so_far.first_row)
    return found


def require_stored(path: Path, unstored: Mapping[int, Unstored], names: Mapping[int, str]) -> None:
    """Raise when a column that is read has formulas without a value.

    Parameters
    ----------
    path : Path
        Workbook.
    unstored : mapping of int to Unstored
        What :func:`find_unstored_formulas` found.
    names : mapping of int to str
        Columns that are read, by their place.

    Raises
    ------
    SourceError
        With the columns, how many formulas and the first row.
    """
    said = [
        f"{names[place]} {one.count} formula(s), first in row {one.first_row}"
        for place, one in sorted(unstored.items())
        if place in names
    ]
    if said:
        raise SourceError(
            f"{path.name} has formulas without a stored value ({'; '.join(said)}): the program "
            "that wrote it did not calculate them, and they would be read as blank. Open it in "
            "Excel or LibreOffice and save it there, or store values instead of formulas."
        )


def _has_formula(stream: IO[bytes]) -> bool:
    before = b""
    while chunk := stream.read(_CHUNK):
        if _FORMULA.search(before + chunk):
            return True
        before = chunk[-_LONGEST_TAG:]
    return False


def _without_value(stream: IO[bytes], last_row: int | None) -> Iterator[tuple[int, int]]:
    """Row (from 1) and column (from 0) of every formula without a value."""
    row = 0
    for _, element in ET.iterparse(stream):
        if not element.tag.endswith("}row"):
            continue
        row = int(element.get("r", row + 1))
        if last_row is not None and row > last_row:
            return
        place = -1
        for cell in element:
            place = _place(cell.get("r", ""), place + 1)
            if _lacks_value(cell):
                yield row, place
        element.clear()


def _place(reference: str, otherwise: int) -> int:
    """Place of the column of a cell such as ``AB12``; a cell may leave its reference out."""
    letters = _LETTERS.match(reference)
    if letters is None:
        return otherwise
    place = 0
    for letter in letters[0]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _lacks_value(cell: ET.Element) -> bool:
    """Whether a cell is a formula whose result is not there; an empty text is a result."""
    if cell.find("{*}f") is None:
        return False
    value = cell.find("{*}v")
    return value is None or (not value.text and cell.get("t") != "str")
