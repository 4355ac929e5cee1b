"""Bytes of an SPSS file changed in place: its two numbers of rows, its end."""

from __future__ import annotations

import struct
from pathlib import Path

from eenzaam_stats.loaders.formats.sav_dictionary import SavLayout, require_sound_dictionary

ROW_COUNT_AT = 80
# Begin of the extension that repeats the number of rows: type, subtype, width, number, one.
AGAIN = struct.pack("<iiiiq", 7, 16, 8, 2, 1)


def with_row_count(
    path: Path,
    *,
    header: int | None = None,
    extension: int | None = None,
    target: Path | None = None,
) -> Path:
    """Write other numbers of rows; ``None`` leaves one as it is."""
    content = bytearray(path.read_bytes())
    if header is not None:
        struct.pack_into("<i", content, ROW_COUNT_AT, header)
    if extension is not None:
        struct.pack_into("<q", content, content.index(AGAIN) + len(AGAIN), extension)
    (target or path).write_bytes(content)
    return target or path


def without_row_count(path: Path) -> Path:
    """State nowhere how many rows there are, as a program does that writes while it reads."""
    return with_row_count(path, header=-1, extension=-1)


def layout_of(path: Path) -> SavLayout:
    """Layout of a sound file."""
    return require_sound_dictionary(path)


def cut_rows(path: Path, n_rows: int, *, n_bytes: int = 0) -> Path:
    """End an uncompressed file after some rows, and some bytes of the next."""
    layout = layout_of(path)
    end = layout.data_at + 8 * layout.elements * n_rows + n_bytes
    path.write_bytes(path.read_bytes()[:end])
    return path
