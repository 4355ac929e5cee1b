"""Rows that an SPSS system file really holds, counted from the structure of its data.

A reading library stops at the number of rows in the header. When that number is damaged and too
low, the rows behind it would be lost without a word; so they are counted here, whatever the header
says. No value is looked at: only the lengths, and in a compressed file the codes that say where a
value lies.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from eenzaam_stats.errors import SourceError
from eenzaam_stats.files.limits import require_within
from eenzaam_stats.loaders.formats.sav_dictionary import SavLayout

UNIT = 8  # bytes of a value, and of a group of codes
BYTECODE, ZLIB = 1, 2
_NOTHING, _END_OF_FILE, _VALUE_FOLLOWS = 0, 252, 253
_CHUNK = 1 << 23
_LARGEST_BLOCK = 1 << 26  # programs write blocks of 4 MB; a size that is larger is damage
_TRAILER, _ENTRY = "qqqq", "qqii"


def require_promised_rows(
    file: Path, layout: SavLayout, raised: Mapping[str, int] = MappingProxyType({})
) -> int:
    """Number of rows in the data of a ``.sav`` or ``.zsav`` file, when its header agrees.

    Parameters
    ----------
    file : Path
        File whose dictionary was walked.
    layout : SavLayout
        Width of a row, place of the data and promised number of rows.
    raised : mapping of str to int
        Limits that the user raised.

    Returns
    -------
    int
        Rows in the file.

    Raises
    ------
    SourceError
        If the header promises another number, the data end within a row, or the compressed data
        cannot be unpacked.

    Notes
    -----
    A header that does not know the number of rows (-1) promises nothing: then the data must hold
    whole rows with nothing behind their end, and a file that was cut between two rows cannot be
    told from a whole one. Bytes behind the rows that were promised and found are left unread.

    **Missing data.** Not looked at.

    Examples
    --------
    >>> import tempfile
    >>> from eenzaam_stats.loaders.formats.sav_dictionary import require_sound_dictionary
    >>> from eenzaam_stats.synthetic import synthesise_gezondheidsmonitor
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "demo.sav"
    ...     report = synthesise_gezondheidsmonitor(file, wave=2022, n=1000)
    ...     require_promised_rows(file, require_sound_dictionary(file))
    1000
    """
    try:
        values = _n_values(file, layout, raised)
    except (ValueError, OverflowError, zlib.error) as fault:
        raise SourceError(
            f"{file.name} is damaged or cut off: {fault}. "
            "Copy the file again from where it was made."
        ) from fault
    rows, rest = divmod(values, layout.elements)
    promised = layout.n_rows
    if promised is not None and rows != promised:
        raise SourceError(
            f"{file.name} is damaged or cut off: its header promises {promised:,} rows and "
            f"{rows:,} are there. "
            "Copy the file again from where it was made, or save it again from SPSS."
        )
    if rest:
        raise SourceError(
            f"{file.name} is damaged or cut off: after {rows:,} rows a part of a row follows. "
            "Copy the file again from where it was made, or save it again from SPSS."
        )
    return rows


def _n_values(file: Path, layout: SavLayout, raised: Mapping[str, int]) -> int:
    """Values in the data, each of eight bytes once unpacked."""
    if layout.compression not in (BYTECODE, ZLIB):
        n_bytes = file.stat().st_size - layout.data_at
        return -(-n_bytes // UNIT)
    with file.open("rb") as stream:
        stream.seek(layout.data_at)
        parts = _inflate(stream, layout) if layout.compression == ZLIB else _chunks(stream)
        counted = CodeCount()
        for part in parts:
            counted.add(part)
            require_within("unpacked", UNIT * counted.n_values, of=file.name, raised=raised)
    if layout.n_rows is None and counted.n_behind:
        raise ValueError(f"{counted.n_behind:,} bytes follow the end of its data")
    return counted.n_values


class CodeCount:
    """Values that a stream of compressed data stands for, counted part by part.

    Eight codes of one byte stand together. A code is a small number or a blank; 253 says that the
    value follows the eight codes at full length, 0 says nothing and 252 ends the data.

    Examples
    --------
    >>> count = CodeCount()
    >>> count.add(bytes([101, 102, 253, 252, 0, 0, 0, 0]) + bytes(8))
    >>> count.n_values, count.n_behind
    (3, 0)
    """

    def __init__(self) -> None:
        self._values = 0
        self._expected = 0  # bytes of values that have still to come
        self._ended = False
        self._part = b""
        self.n_behind = 0  # bytes behind the end of the data

    @property
    def n_values(self) -> int:
        """Values so far, without those whose content is not there."""
        return self._values - -(-self._expected // UNIT)

    def add(self, data: bytes) -> None:
        """Count a part of any length; what is no whole unit yet waits for the next part."""
        if self._ended:
            self._take_behind(len(data))
            return
        data = self._part + data
        whole = len(data) // UNIT * UNIT
        self._part = data[whole:]
        codes = np.frombuffer(data, dtype=np.uint8, count=whole)
        following = _per_unit(codes == _VALUE_FOLLOWS)
        heads = self._heads(following)
        ends = np.flatnonzero((_per_unit(codes == _END_OF_FILE) > 0) & heads)
        if len(ends):
            end = int(ends[0])
            heads[end:] = False
            self._end(codes[UNIT * end : UNIT * (end + 1)].tolist())
            self._take_behind(len(data) - UNIT * (end + 1))
        self._values += int((UNIT - _per_unit(codes == _NOTHING)[heads].astype(np.int64)).sum())

    def _end(self, codes: list[int]) -> None:
        """Count the group that ends the data; its values still follow."""
        own = codes[: codes.index(_END_OF_FILE)]
        self._values += len(own) - own.count(_NOTHING)
        self._ended, self._expected = True, UNIT * own.count(_VALUE_FOLLOWS)

    def _take_behind(self, n_bytes: int) -> None:
        taken = min(self._expected, n_bytes)
        self._expected -= taken
        self.n_behind += n_bytes - taken

    def _heads(self, following: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
        """Units that hold codes; the others hold the values that codes in front announce."""
        n, free = len(following), self._expected // UNIT
        steps = np.zeros(n + 1, dtype=np.int8)
        begins, ends = ([0], [free]) if free else ([], [])
        places = np.flatnonzero(following)
        for place, count in zip(places.tolist(), following[places].tolist(), strict=True):
            if place >= free:
                free = place + 1 + count
                begins.append(place + 1)
                ends.append(free)
        steps[np.array(begins, dtype=np.intp)] = 1
        steps[np.minimum(np.array(ends, dtype=np.intp), n)] = -1
        self._expected = UNIT * max(free - n, 0)
        return np.asarray(np.cumsum(steps[:n], dtype=np.int8) == 0)


def _per_unit(marks: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    return np.bitwise_count(marks.view(np.uint64))


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while part := stream.read(_CHUNK):
        yield part


def _inflate(stream: BinaryIO, layout: SavLayout) -> Iterator[bytes]:
    """Blocks of a ``.zsav`` file, one after the other, each as long as the trailer says."""
    head = _numbers(stream, layout.order, "qqq")
    trailer_at, trailer_size = head[1], head[2]
    _seek(stream, trailer_at)
    _, _, _, n_blocks = _numbers(stream, layout.order, "qqii")
    if trailer_size != struct.calcsize("<qqii") + n_blocks * struct.calcsize(f"<{_ENTRY}"):
        raise ValueError("the table of its compressed blocks has an impossible size")
    blocks = [_numbers(stream, layout.order, _ENTRY) for _ in range(n_blocks)]
    for _, place, size, packed in blocks:
        if not (0 <= size <= _LARGEST_BLOCK and 0 <= packed <= _LARGEST_BLOCK):
            raise ValueError(f"a compressed block claims {size} bytes in {packed}")
        _seek(stream, place)
        unpacking = zlib.decompressobj()
        part = unpacking.decompress(stream.read(packed), size + 1)
        if len(part) != size or not unpacking.eof:
            raise ValueError("a compressed block is not as long as its table says")
        yield part


def _numbers(stream: BinaryIO, order: str, kinds: str) -> tuple[int, ...]:
    form = f"{order}{kinds}"
    data = stream.read(struct.calcsize(form))
    if len(data) < struct.calcsize(form):
        raise ValueError("it ends in the middle of its compressed data")
    return struct.unpack(form, data)


def _seek(stream: BinaryIO, place: int) -> None:
    if place < 0:
        raise ValueError("the table of its compressed blocks points outside the file")
    stream.seek(place)
