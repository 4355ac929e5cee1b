"""The dictionary of an SPSS system file, walked before a C library is trusted with it.

A damaged dictionary can crash the reading library and with it the program. Only the structure is
looked at here: lengths, counts and record types. Names, labels and values are read elsewhere.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from eenzaam_stats.errors import SourceError

HEADER = 176  # bytes of the file header
LAYOUT_AT = 64  # place of the layout code, 2 or 3, which tells the byte order
COMPRESSION_AT, N_ROWS_AT, BIAS_AT = 72, 80, 84
COMPRESSIONS = (0, 1, 2)
BIAS = 100.0  # what is added to a small number to make its code; every program writes this
PACKED = b"$FL3"  # begins a file whose data stand in compressed blocks
UNKNOWN = -1  # a number of rows that the program did not know when it wrote the header
VARIABLE, LABELS, LABELLED, DOCUMENT, EXTENSION, END = 2, 3, 4, 6, 7, 999
ROWS_64 = (16, 8, 2)  # the extension that repeats the number of rows in eight bytes
STRING_WIDTH = 255
MOST_LABELS = 100_000
DOCUMENT_LINE = 80


@dataclass(frozen=True, slots=True)
class SavLayout:
    """Where the data of an SPSS system file begin and how much the header says they are.

    Attributes
    ----------
    order : str
        Byte order: ``<`` or ``>``.
    compression : int
        0 for none, 1 for codes of one byte, 2 for codes in compressed blocks.
    elements : int
        Values in a row, of eight bytes each; a long text takes several.
    n_rows : int or None
        Rows that are promised, in the header or further on; ``None`` when they are unknown.
    rows_in_header : bool
        Whether the header itself has them; some libraries look nowhere else.
    data_at : int
        Place of the first byte of the data.
    """

    order: str
    compression: int
    elements: int
    n_rows: int | None
    rows_in_header: bool
    data_at: int


class _Records:
    """Integers and skips over an open file, in its byte order, never past its end."""

    def __init__(self, stream: BinaryIO, size: int, order: str) -> None:
        self.stream = stream
        self.size = size
        self.order = order

    def numbers(self, count: int) -> tuple[int, ...]:
        return struct.unpack(f"{self.order}{count}i", self.take(4 * count))

    def take(self, n_bytes: int) -> bytes:
        data = self.stream.read(n_bytes)
        if len(data) < n_bytes:
            raise ValueError("it ends in the middle of its dictionary")
        return data

    def skip(self, n_bytes: int) -> None:
        if n_bytes < 0 or self.stream.tell() + n_bytes > self.size:
            raise ValueError("a record is longer than the file")
        self.stream.seek(n_bytes, 1)


def require_sound_dictionary(file: Path) -> SavLayout:
    """Raise when the dictionary of a ``.sav`` or ``.zsav`` file has no possible structure.

    Parameters
    ----------
    file : Path
        File that starts with an SPSS signature.

    Returns
    -------
    SavLayout
        Where the data begin and how many rows are promised.

    Raises
    ------
    SourceError
        If a record type, count or length cannot be right, or the two places that hold the number
        of rows disagree; names the file and what was found.

    Notes
    -----
    **Missing data.** A number of rows of -1 is unknown and becomes ``None``.
    """
    try:
        with file.open("rb") as stream:
            return _walk(stream, file.stat().st_size)
    except (ValueError, OverflowError) as fault:
        raise SourceError(
            f"{file.name} is damaged or cut off: {fault}. "
            "Copy the file again from where it was made."
        ) from fault


def _walk(stream: BinaryIO, size: int) -> SavLayout:
    head = stream.read(HEADER)
    if len(head) < HEADER:
        raise ValueError("it ends in the middle of its header")
    order = _byte_order(head)
    compression = _compression(head, order)
    records = _Records(stream, size, order)
    elements, continued, again = 0, 0, UNKNOWN
    while (kind := records.numbers(1)[0]) != END:
        if kind == VARIABLE:
            continued = _variable(records, continued)
            elements += 1
        elif continued:
            raise ValueError("a text variable lacks a part")
        elif kind == EXTENSION:
            again = _extension(records, again)
        else:
            _other_record(records, kind, elements)
    if continued or not elements:
        raise ValueError("a text variable lacks a part" if continued else "it has no variables")
    records.skip(4)
    stated = int(struct.unpack_from(f"{order}i", head, N_ROWS_AT)[0])
    return SavLayout(
        order=order,
        compression=compression,
        elements=elements,
        n_rows=_n_rows(stated, again),
        rows_in_header=stated != UNKNOWN,
        data_at=stream.tell(),
    )


def _other_record(records: _Records, kind: int, elements: int) -> None:
    if kind == LABELS:
        _value_labels(records, elements)
    elif kind == DOCUMENT:
        lines = _count(records.numbers(1)[0], records.size, "document lines")
        records.skip(DOCUMENT_LINE * lines)
    else:
        raise ValueError(f"its dictionary has a record of unknown type {kind}")


def _extension(records: _Records, n_rows: int) -> int:
    """Skip an extension record; the number of rows that it or an earlier one repeats."""
    subtype, width, number = records.numbers(3)
    if (subtype, width, number) == ROWS_64:
        content = struct.unpack(f"{records.order}qq", records.take(16))
        return int(content[1])
    sizes = _count(width, records.size, "bytes"), _count(number, records.size, "elements")
    records.skip(sizes[0] * sizes[1])
    return n_rows


def _n_rows(stated: int, again: int) -> int | None:
    """Promised rows, from the header and from the extension that repeats them."""
    for number in (stated, again):
        if number < UNKNOWN:
            raise ValueError(f"its header claims {number:,} rows")
    known = {number for number in (stated, again) if number != UNKNOWN}
    if len(known) > 1:
        raise ValueError(f"its header claims {stated:,} rows and its dictionary {again:,}")
    return known.pop() if known else None


def _compression(head: bytes, order: str) -> int:
    kind = int(struct.unpack_from(f"{order}i", head, COMPRESSION_AT)[0])
    bias = struct.unpack_from(f"{order}d", head, BIAS_AT)[0]
    if kind not in COMPRESSIONS or (kind == 2) != head.startswith(PACKED):
        raise ValueError(f"its header has the impossible compression {kind}")
    if kind and bias != BIAS:
        raise ValueError(f"its header has the bias {bias:g}, where every program writes {BIAS:g}")
    return kind


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
