"""The parts of a workbook, looked at before any is unpacked into memory.

A workbook is a zip of XML. A few megabytes can hold gigabytes of one letter, so sizes, numbers of
parts and lengths of rows are compared with their limits first. A size that a zip states is binding:
what is longer fails its checksum and counts as damage.
"""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

from eenzaam_stats.loaders.formats.file_options import FileOptions

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
