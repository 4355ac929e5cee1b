"""``SurveyFile``: what a file of respondents says about itself, and faults that formats share.

No format is known here: each has its own file, and ``opened.py`` chooses between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from eenzaam_stats.errors import SourceError
from eenzaam_stats.loaders.formats.file_options import FileOptions
from eenzaam_stats.messages import show_reason

FileFormat = Literal["spss", "stata", "csv", "parquet", "excel"]
Reader = Literal["pyreadstat", "fast"]
FALLBACK_ENCODING = "latin1"


@dataclass(frozen=True, slots=True)
class SurveyFile:
    """What a file says about itself, before its values are read.

    Attributes
    ----------
    path : Path
        Where it lies.
    columns : tuple of str
        Variable names, in file order.
    text_columns : frozenset of str
        Names of the variables that hold strings.
    value_labels : mapping of str to mapping
        Value labels per variable, keyed by code; empty for formats without labels.
    missing_ranges : mapping of str to tuple of (low, high)
        Declared user-missing values per variable; a single code has low equal to high. Extended
        missing values of Stata are the words ``.a`` to ``.z``.
    label : str
        File label.
    n_rows : int or None
        Number of cases that the file states; some programs do not write it.
    encoding : str or None
        Encoding used instead of the one that is expected; ``None`` when that one works.
    format : {"spss", "stata", "csv", "parquet", "excel"}
        Kind of file.
    notes : tuple of str
        What a reader must know about how the file is read.
    column_labels : mapping of str to str
        Labels of the variables themselves, where the format has them and they are not empty.
    reader : {"pyreadstat", "fast"}
        Library that reads the values.
    options : FileOptions
        What the user said about how the file is written.
    """

    path: Path
    columns: tuple[str, ...]
    text_columns: frozenset[str]
    value_labels: Mapping[str, Mapping[Any, str]]
    missing_ranges: Mapping[str, tuple[tuple[Any, Any], ...]]
    label: str
    n_rows: int | None
    encoding: str | None
    format: FileFormat = "spss"
    notes: tuple[str, ...] = ()
    column_labels: Mapping[str, str] = field(default_factory=dict)
    reader: Reader = "pyreadstat"
    options: FileOptions = field(default_factory=FileOptions)


def first_bytes(file: Path, size: int, *, one_of: str) -> bytes:
    """First bytes of a file that is there, is no folder and is not empty.

    Parameters
    ----------
    file : Path
        File to look into.
    size : int
        Bytes asked for.
    one_of : str
        Kind of file that is wanted, for the message about a folder.

    Returns
    -------
    bytes

    Raises
    ------
    SourceError
        If the file is absent, a folder, cannot be opened, or is empty.
    """
    name = file.name or str(file)
    if file.is_dir():
        raise SourceError(f"{name} is a folder, not a file. Give the path of one {one_of} in it.")
    try:
        with file.open("rb") as stream:
            start = stream.read(size)
    except FileNotFoundError:
        raise SourceError(f"{name} does not exist. Check the path.") from None
    except OSError as error:
        raise SourceError(f"{name} cannot be opened: {error.strerror}.") from error
    if not start:
        raise SourceError(f"{name} is empty (0 bytes). Copy the file again from where it was made.")
    return start


def damage_error(file: Path, error: BaseException) -> SourceError:
    """Error of a file that ends too early or cannot be understood."""
    return SourceError(
        f"{file.name} is damaged or cut off and cannot be read to its end ({show_reason(error)}). "
        "Copy the file again from where it was made."
    )


def disguise_error(file: Path, start: bytes, *, kind: str, remedy: str) -> SourceError:
    """Error of a file whose content is not what its name says."""
    # the bytes themselves can be the first cell of a table
    kinds = ((b"PK\x03\x04", "a zip file, as .xlsx is"), (b"$FL", "an SPSS file"))
    control = any(byte < ord(" ") and byte not in b"\t\r\n" for byte in start[:4])
    other = "other than text" if control else "as text"
    found = next((f"it is {what}" for sign, what in kinds if start.startswith(sign)), "")
    found = found or f"it begins {other}"
    return SourceError(f"{file.name} is not {kind}, although its name says so: {found}. {remedy}")


def require_whole(file: SurveyFile, frame: pd.DataFrame) -> None:
    """Raise unless the values are there: as many rows as the file states, and at least one."""
    if file.n_rows is not None and len(frame) != file.n_rows:
        raise SourceError(
            f"{file.path.name} is cut off: its header promises {file.n_rows:,} rows and "
            f"{len(frame):,} are there. Copy the file again from where it was made."
        )
    if frame.empty:
        raise SourceError(f"{file.path.name} holds no rows. Export it again with its cases.")
