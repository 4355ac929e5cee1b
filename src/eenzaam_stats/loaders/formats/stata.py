"""Stata files; no codebook rule is known here.

Extended missing values keep their letter: ``.a`` to ``.z`` are values of the column and declared
missing, so that a codebook can say which kind each of them is.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

import pandas as pd
import pyreadstat

from eenzaam_stats.errors import SourceError, list_all
from eenzaam_stats.loaders.formats.survey_file import (
    FALLBACK_ENCODING,
    SurveyFile,
    damage_error,
    disguise_error,
    first_bytes,
    require_whole,
)

# Versions 117 and later begin with a word, earlier ones with their number and the order of bytes.
SIGNATURE = b"<stata_dta>"
NUMBERS = range(104, 116)
BYTE_ORDERS = (1, 2)
EXTENDED_MISSING = tuple((f".{letter}", f".{letter}") for letter in "abcdefghijklmnopqrstuvwxyz")
_NOT_TEXT = "invalid byte sequence"


def open_stata(path: Path) -> SurveyFile:
    """Metadata of a Stata file, after checks that it is one.

    Raises
    ------
    SourceError
        If the file is absent, a folder, empty, of another kind, damaged or cut off.
    """
    start = first_bytes(path, len(SIGNATURE), one_of="file")
    if start != SIGNATURE and not _is_old(start):
        raise disguise_error(
            path, start, kind="a Stata file", remedy="Save the data from Stata again."
        )
    if start != SIGNATURE and start[0] not in OLD_VERSIONS:
        raise SourceError(
            f"{path.name} has version {start[0]} of the Stata format, of before 2003, in which a "
            "damaged number of rows is not seen. Save it again from a later Stata."
        )
    require_promised_rows(path)
    try:
        meta, encoding = _read(path, None, metadataonly=True)[1], None
    except UnicodeError:
        encoding = FALLBACK_ENCODING
        meta = _metadata(path, encoding)
    kinds = meta.readstat_variable_types
    text = frozenset(name for name, kind in kinds.items() if kind == "string")
    return SurveyFile(
        path=path,
        columns=tuple(meta.column_names),
        text_columns=text,
        value_labels=MappingProxyType(
            {name: _letter_codes(labels) for name, labels in meta.variable_value_labels.items()}
        ),
        missing_ranges=MappingProxyType(
            {name: EXTENDED_MISSING for name in meta.column_names if name not in text}
        ),
        label=meta.file_label or "",
        n_rows=meta.number_rows,
        encoding=encoding,
        format="stata",
        column_labels=MappingProxyType(
            {name: label for name, label in meta.column_names_to_labels.items() if label}
        ),
    )


def read_stata(file: SurveyFile, columns: Sequence[str]) -> tuple[pd.DataFrame, str | None]:
    """Values of some columns; extended missing values are the words ``.a`` to ``.z``.

    Raises
    ------
    SourceError
        If the file is damaged or holds other rows than its header promises.
    """
    encoding = file.encoding
    file.options.require("cells", (file.n_rows or 0) * max(len(columns), 1), of=file.path.name)
    try:
        frame, _ = _read(file.path, encoding, usecols=list(columns))
    except UnicodeError:
        encoding = FALLBACK_ENCODING
        frame = _values(file, columns, encoding)
    require_whole(file, frame)
    for name in frame.columns:
        if name not in file.text_columns and frame[name].dtype == object:
            frame[name] = frame[name].map(_with_point)
    return frame, encoding


def _metadata(path: Path, encoding: str) -> Any:
    try:
        return _read(path, encoding, metadataonly=True)[1]
    except UnicodeError as error:
        raise _not_text(path, "its labels") from error


def _values(file: SurveyFile, columns: Sequence[str], encoding: str) -> pd.DataFrame:
    """Values in another encoding; the library reads long text (strL) as UTF-8 whatever is asked."""
    try:
        return _read(file.path, encoding, usecols=list(columns))[0]
    except UnicodeError as error:
        wrong = [name for name in columns if not _can_be_read(file.path, name, encoding)]
        raise _not_text(file.path, f"column(s) [{list_all(wrong)}]") from error


def _can_be_read(path: Path, name: str, encoding: str) -> bool:
    try:
        _read(path, encoding, usecols=[name])
    except UnicodeError:
        return False
    return True


def _not_text(path: Path, what: str) -> SourceError:
    return SourceError(
        f"{path.name} holds text in {what} that is not UTF-8, as long texts (strL) of this format "
        "must be. Save the file again with Stata 14 or later after 'unicode translate', make the "
        "text shorter (recast str), or leave the column out."
    )


def _is_old(start: bytes) -> bool:
    return len(start) > 1 and start[0] in NUMBERS and start[1] in BYTE_ORDERS


def _with_point(value: Any) -> Any:
    return f".{value}" if isinstance(value, str) else value


def _letter_codes(labels: Mapping[Any, str]) -> dict[Any, str]:
    return {_with_point(code): label for code, label in labels.items()}


def _read(path: Path, encoding: str | None, **options: Any) -> tuple[pd.DataFrame, Any]:
    try:
        # numbers stay numbers: the format of a column says how it is shown, not what it holds
        frame, meta = pyreadstat.read_dta(
            path,
            user_missing=True,
            encoding=encoding,
            disable_datetime_conversion=True,
            **options,
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        if _NOT_TEXT in str(error) and encoding is None:
            raise UnicodeError(str(error)) from error
        raise damage_error(path, error) from error
    return frame, meta


# Whether a Stata file holds the rows that its header promises, from its structure. Files of Stata
# 13 and later have a map that says where their data begin and end. A promise that is far too high
# makes the reading library ask for more memory than there is, which ends the program. Files of
# Stata 8 to 12 have no map: with a number of rows that is too low, the rows behind it would be
# taken for value labels and lost without a word. Behind the data stand tables of value labels, so
# the number is right when these tables fill the rest of the file.

OLD_VERSIONS = (113, 114, 115)  # Stata 8 and 9, 10 and 11, 12
HEADER = 109
NAME, VARIABLE_LABEL, TABLE_HEAD = 33, 81, 36
FORMATS = {113: 12, 114: 49, 115: 49}
WIDTHS = {251: 1, 252: 2, 253: 4, 254: 4, 255: 8}
LONGEST_TEXT = 244
BEGIN = b"<stata_dta><header><release>"
ORDERS = {b"LSF": "<", b"MSF": ">"}
# Release: how the number of variables, the number of rows and the length of the label are written.
SIZES = {117: ("H", "I", "B"), 118: ("H", "Q", "H"), 119: ("I", "Q", "H")}
PLACES, TYPES_AT, DATA_AT, DATA_END = 14, 2, 9, 10  # numbers in the map, and which one is which
TYPES, DATA = b"<variable_types>", b"<data></data>"
NEW_WIDTHS = {65_530: 1, 65_529: 2, 65_528: 4, 65_527: 4, 65_526: 8, 32_768: 8}
NEW_LONGEST_TEXT = 2_045


def require_promised_rows(file: Path) -> None:
    """Raise when the data of a Stata file are not as long as its header says.

    Parameters
    ----------
    file : Path
        File of version 113 to 115 or 117 to 119.

    Raises
    ------
    SourceError
        If the number of rows, or a length before or behind the data, cannot be right.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "cut.dta"
    ...     _ = file.write_bytes(b"<stata_dta><header><release>118</release>")
    ...     require_promised_rows(file)
    Traceback (most recent call last):
    eenzaam_stats.errors.SourceError: cut.dta is damaged or cut off: it ends before its data. ...
    """
    try:
        with file.open("rb") as stream:
            new = _take_bytes(stream, len(BEGIN)) == BEGIN
            stream.seek(0)
            (_walk_new if new else _walk_old)(stream, file.stat().st_size)
    except (ValueError, OverflowError, struct.error) as fault:
        raise SourceError(
            f"{file.name} is damaged or cut off: {fault}. "
            "Copy the file again from where it was made, or save it again from Stata."
        ) from fault


def _walk_old(stream: BinaryIO, size: int) -> None:
    head = _take_bytes(stream, HEADER)
    version, order = head[0], ">" if head[1] == 1 else "<"
    n_variables, n_rows = struct.unpack_from(f"{order}Hi", head, 4)
    kinds = _take_bytes(stream, n_variables)
    width = sum(_width(kind, WIDTHS, LONGEST_TEXT) for kind in kinds)
    described = NAME + FORMATS[version] + NAME + VARIABLE_LABEL
    _take_bytes(stream, n_variables * described + 2 * (n_variables + 1))
    while (field := struct.unpack(f"{order}bi", _take_bytes(stream, 5))) != (0, 0):
        _skip(stream, field[1], size)
    _skip(stream, n_rows * width, size)
    if not _tables_fill(stream, order, size):
        raise ValueError(f"its header promises {n_rows:,} rows, and its data are of another length")


def _tables_fill(stream: BinaryIO, order: str, size: int) -> bool:
    """Whether tables of value labels, each as long as its own counts say, end where the file does.

    A table holds the number of labels, the length of their words, a place and a value for each,
    and the words.
    """
    while (left := size - stream.tell()) > 0:
        if left < TABLE_HEAD + 4 + 8:
            return False
        length = struct.unpack(f"{order}i", _take_bytes(stream, 4))[0]
        _take_bytes(stream, TABLE_HEAD)
        n_labels, n_words = struct.unpack(f"{order}ii", _take_bytes(stream, 8))
        if min(n_labels, n_words) < 0 or length != 8 + 8 * n_labels + n_words:
            return False
        if length - 8 > size - stream.tell():
            return False
        stream.seek(length - 8, 1)
    return True


def _walk_new(stream: BinaryIO, size: int) -> None:
    release, order = _release(stream)
    n_variables, n_rows = _counts(stream, release, order)
    places = struct.unpack(f"{order}{PLACES}Q", _take_bytes(stream, 8 * PLACES))
    if max(places) > size:
        raise ValueError("its map points outside the file")
    stream.seek(places[TYPES_AT])
    _expect(stream, TYPES)
    kinds = struct.unpack(f"{order}{n_variables}H", _take_bytes(stream, 2 * n_variables))
    width = sum(_width(kind, NEW_WIDTHS, NEW_LONGEST_TEXT) for kind in kinds)
    length = places[DATA_END] - places[DATA_AT] - len(DATA)
    if length != n_rows * width:
        raise ValueError(
            f"its header promises {n_rows:,} rows of {width:,} bytes, and its data are "
            f"{length:,} bytes long"
        )


def _release(stream: BinaryIO) -> tuple[int, str]:
    """Version and order of bytes."""
    _expect(stream, BEGIN)
    words = _take_bytes(stream, 3)
    _expect(stream, b"</release><byteorder>")
    order = ORDERS.get(_take_bytes(stream, 3))
    if not words.isdigit() or int(words) not in SIZES or order is None:
        raise ValueError("its header has an unknown version or order of bytes")
    return int(words), order


def _counts(stream: BinaryIO, release: int, order: str) -> tuple[int, int]:
    """Numbers of variables and rows; the stream is left at the map."""
    variables, rows, label = SIZES[release]
    _expect(stream, b"</byteorder><K>")
    n_variables = _number(stream, order + variables)
    _expect(stream, b"</K><N>")
    n_rows = _number(stream, order + rows)
    _expect(stream, b"</N><label>")
    _take_bytes(stream, _number(stream, order + label))
    _expect(stream, b"</label><timestamp>")
    _take_bytes(stream, _number(stream, "B"))
    _expect(stream, b"</timestamp></header><map>")
    return n_variables, n_rows


def _number(stream: BinaryIO, form: str) -> int:
    return int(struct.unpack(form, _take_bytes(stream, struct.calcsize(form)))[0])


def _expect(stream: BinaryIO, words: bytes) -> None:
    if _take_bytes(stream, len(words)) != words:
        raise ValueError(f"the mark {words.decode()} is not where it must be")


def _width(kind: int, widths: Mapping[int, int], longest: int) -> int:
    if kind in widths:
        return widths[kind]
    if 1 <= kind <= longest:
        return kind
    raise ValueError(f"a variable has the unknown type {kind}")


def _take_bytes(stream: BinaryIO, n_bytes: int) -> bytes:
    data = stream.read(n_bytes)
    if len(data) < n_bytes:
        raise ValueError("it ends before its data")
    return data


def _skip(stream: BinaryIO, n_bytes: int, size: int) -> None:
    if n_bytes < 0 or stream.tell() + n_bytes > size:
        raise ValueError("its header promises more than the file holds")
    stream.seek(n_bytes, 1)
