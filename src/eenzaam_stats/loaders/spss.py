"""The only door through which SPSS files enter: metadata first, then the columns asked for.

Every fault of a file becomes a ``SourceError`` that names the file, never its folder. No codebook
rule is known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyreadstat

from eenzaam_stats.errors import SourceError

SUFFIXES = (".sav", ".zsav")
# The first four bytes of a .sav and of a .zsav file.
SIGNATURES = (b"$FL2", b"$FL3")
FALLBACK_ENCODING = "latin1"
_NOT_TEXT = "invalid byte sequence"


@dataclass(frozen=True, slots=True)
class SpssFile:
    """What an SPSS file says about itself.

    Attributes
    ----------
    path : Path
        Where it lies.
    columns : tuple of str
        Variable names, in file order.
    text_columns : frozenset of str
        Names of the variables that hold strings.
    value_labels : mapping of str to mapping
        Value labels per variable, keyed by code.
    missing_ranges : mapping of str to tuple of (low, high)
        Declared user-missing values per variable; a single code has low equal to high.
    label : str
        File label.
    n_rows : int or None
        Number of cases in the header; some programs do not write it.
    encoding : str or None
        Encoding used instead of the one that the file states; ``None`` when that one works.
    """

    path: Path
    columns: tuple[str, ...]
    text_columns: frozenset[str]
    value_labels: Mapping[str, Mapping[Any, str]]
    missing_ranges: Mapping[str, tuple[tuple[Any, Any], ...]]
    label: str
    n_rows: int | None
    encoding: str | None


def open_spss(path: str | Path) -> SpssFile:
    """Metadata of an SPSS file, after checks that it is one.

    Parameters
    ----------
    path : str or Path
        File that ends in ``.sav`` or ``.zsav``.

    Returns
    -------
    SpssFile
        Names, labels and missing declarations; no values are read.

    Raises
    ------
    SourceError
        If the file is absent, a folder, empty, of another kind, damaged or cut off.

    Notes
    -----
    **Missing data.** Declared missing values are kept as values, with their declaration.

    Examples
    --------
    >>> open_spss("survey.csv")
    Traceback (most recent call last):
    eenzaam_stats.errors.SourceError: survey.csv cannot be read: its name does not end in .sav ...
    """
    file = Path(path)
    _require_spss(file)
    try:
        meta, encoding = _metadata(file, None), None
    except UnicodeError:
        meta, encoding = _metadata(file, FALLBACK_ENCODING), FALLBACK_ENCODING
    return SpssFile(
        path=file,
        columns=tuple(meta.column_names),
        text_columns=frozenset(
            name for name, kind in meta.readstat_variable_types.items() if kind == "string"
        ),
        value_labels=MappingProxyType(dict(meta.variable_value_labels)),
        missing_ranges=MappingProxyType(
            {
                name: tuple((entry["lo"], entry["hi"]) for entry in ranges)
                for name, ranges in meta.missing_ranges.items()
            }
        ),
        label=meta.file_label or "",
        n_rows=meta.number_rows,
        encoding=encoding,
    )


def read_columns(file: SpssFile, columns: Sequence[str]) -> tuple[pd.DataFrame, str | None]:
    """Values of some columns, with user-missing codes kept as they stand.

    Parameters
    ----------
    file : SpssFile
        Opened file.
    columns : sequence of str
        Names exactly as the file has them.

    Returns
    -------
    frame : pandas.DataFrame
        One row per case, columns in file order.
    encoding : str or None
        Encoding used instead of the one that the file states.

    Raises
    ------
    SourceError
        If the file is damaged or holds other rows than its header promises.
    """
    encoding = file.encoding
    try:
        frame = _values(file.path, columns, encoding)
    except UnicodeError:
        encoding = FALLBACK_ENCODING
        frame = _values(file.path, columns, encoding)
    if file.n_rows is not None and len(frame) != file.n_rows:
        raise SourceError(
            f"{file.path.name} is cut off: its header promises {file.n_rows:,} rows and "
            f"{len(frame):,} are there. Copy the file again from where it was made."
        )
    if frame.empty:
        raise SourceError(f"{file.path.name} holds no rows. Export it again with its cases.")
    return frame, encoding


def _require_spss(file: Path) -> None:
    name = file.name or str(file)
    if file.is_dir():
        raise SourceError(f"{name} is a folder, not a file. Give the path of one .sav file in it.")
    if file.suffix.casefold() not in SUFFIXES:
        raise SourceError(
            f"{name} cannot be read: its name does not end in .sav or .zsav. "
            "Export the data from SPSS as .sav."
        )
    try:
        with file.open("rb") as stream:
            start = stream.read(4)
    except FileNotFoundError:
        raise SourceError(f"{name} does not exist. Check the path.") from None
    except OSError as error:
        raise SourceError(f"{name} cannot be opened: {error.strerror}.") from error
    if not start:
        raise SourceError(f"{name} is empty (0 bytes). Copy the file again from where it was made.")
    if start not in SIGNATURES:
        raise SourceError(
            f"{name} is not an SPSS file, although its name says so: its first bytes are "
            f"{start!r}. Export the data from SPSS as .sav, without a password."
        )


def _metadata(file: Path, encoding: str | None) -> Any:
    return _read(file, encoding, metadataonly=True)[1]


def _values(file: Path, columns: Sequence[str], encoding: str | None) -> pd.DataFrame:
    frame: pd.DataFrame = _read(file, encoding, usecols=list(columns))[0]
    return frame


def _read(file: Path, encoding: str | None, **options: Any) -> tuple[pd.DataFrame, Any]:
    try:
        frame, meta = pyreadstat.read_sav(file, user_missing=True, encoding=encoding, **options)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        if _NOT_TEXT in str(error) and encoding is None:
            raise UnicodeError(str(error)) from error
        raise SourceError(
            f"{file.name} is damaged or cut off and cannot be read to its end "
            f"({str(error).rstrip('.').lower()}). Copy the file again from where it was made."
        ) from error
    return frame, meta
