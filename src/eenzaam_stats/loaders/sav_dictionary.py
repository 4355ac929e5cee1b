"""The dictionary of an SPSS system file, walked before a C library is trusted with it.

A damaged dictionary can crash the reading library and with it the program. Only the structure is
looked at here: lengths, counts and record types. Names, labels and values are read elsewhere.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from eenzaam_stats.errors import SourceError

HEADER = 176  # bytes of the file header
LAYOUT_AT = 64  # place of the layout code, 2 or 3, which tells the byte order
VARIABLE, LABELS, LABELLED, DOCUMENT, EXTENSION, END = 2, 3, 4, 6, 7, 999
STRING_WIDTH = 255
MOST_LABELS = 100_000
DOCUMENT_LINE = 80


class _Records:
    """Integers and skips over an open file, in its byte order, never past its end."""

    def __init__(self, stream: BinaryIO, size: int, order: str) -> None:
        self.stream = stream
        self.size = size
        self.order = order

    def numbers(self, count: int) -> tuple[int, ...]:
        data = self.stream.read(4 * count)
        if len(data) < 4 * count:
            raise ValueError("it ends in the middle of its dictionary")
        return struct.unpack(f"{self.order}{count}i", data)

    def skip(self, n_bytes: int) -> None:
        if n_bytes < 0 or self.stream.tell() + n_bytes > self.size:
            raise ValueError("a record is longer than the file")
        self.stream.seek(n_bytes, 1)


def require_sound_dictionary(file: Path) -> None:
    """Raise when the dictionary of a ``.sav`` or ``.zsav`` file has no possible structure.

    Parameters
    ----------
    file : Path
        File that starts with an SPSS signature.

    Raises
    ------
    SourceError
        If a record type, count or length cannot be right; names the file and what was found.
    """
    try:
        with file.open("rb") as stream:
            _walk(stream, file.stat().st_size)
    except (ValueError, OverflowError) as fault:
        raise SourceError(
            f"{file.name} is damaged or cut off: {fault}. "
            "Copy the file again from where it was made."
        ) from fault


def _walk(stream: BinaryIO, size: int) -> None:
    head = stream.read(HEADER)
    if len(head) < HEADER:
        raise ValueError("it ends in the middle of its header")
    order = _byte_order(head)
    records = _Records(stream, size, order)
    elements, continued = 0, 0
    while (kind := records.numbers(1)[0]) != END:
        if kind == VARIABLE:
            continued = _variable(records, continued)
            elements += 1
        elif continued:
            raise ValueError("a text variable lacks a part")
        else:
            _other_record(records, kind, elements)
    if continued:
        raise ValueError("a text variable lacks a part")


def _other_record(records: _Records, kind: int, elements: int) -> None:
    if kind == LABELS:
        _value_labels(records, elements)
    elif kind == DOCUMENT:
        lines = _count(records.numbers(1)[0], records.size, "document lines")
        records.skip(DOCUMENT_LINE * lines)
    elif kind == EXTENSION:
        _, width, number = records.numbers(3)
        sizes = _count(width, records.size, "bytes"), _count(number, records.size, "elements")
        records.skip(sizes[0] * sizes[1])
    else:
        raise ValueError(f"its dictionary has a record of unknown type {kind}")


def _byte_order(head: bytes) -> str:
    for order in ("<", ">"):
        if struct.unpack_from(f"{order}i", head, LAYOUT_AT)[0] in (2, 3):
            return order
    raise ValueError("its header has no layout code")


def _variable(records: _Records, continued: int) -> int:
    """Skip a variable record; parts of a text variable that must still follow."""
    width, labelled, n_missing, _, _ = records.numbers(5)
    records.skip(8)
    if continued and width != -1:
        raise ValueError("a text variable lacks a part")
    if not continued and not 0 <= width <= STRING_WIDTH:
        raise ValueError(f"a variable has width {width}")
    if labelled not in (0, 1) or n_missing not in (-3, -2, 0, 1, 2, 3):
        raise ValueError("a variable has an impossible label or missing declaration")
    if labelled:
        length = records.numbers(1)[0]
        if not 0 <= length <= 65_535:
            raise ValueError(f"a variable label has length {length}")
        records.skip(-(-length // 4) * 4)
    records.skip(8 * abs(n_missing))
    return continued - 1 if continued else max(-(-width // 8) - 1, 0)


def _value_labels(records: _Records, elements: int) -> None:
    for _ in range(_count(records.numbers(1)[0], MOST_LABELS, "value labels")):
        records.skip(8)
        length = records.stream.read(1)
        if not length:
            raise ValueError("it ends in the middle of its dictionary")
        records.skip(-(-(length[0] + 1) // 8) * 8 - 1)
    kind, n_variables = records.numbers(2)
    if kind != LABELLED:
        raise ValueError("value labels belong to no variable")
    places = records.numbers(_count(n_variables, elements, "labelled variables"))
    if any(not 1 <= place <= elements for place in places):
        raise ValueError("value labels belong to a variable that is not there")


def _count(number: int, most: int, what: str) -> int:
    if not 0 <= number <= most:
        raise ValueError(f"it claims {number} {what}")
    return number
