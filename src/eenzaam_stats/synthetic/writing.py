"""SPSS files of synthetic respondents, and where they may be written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from eenzaam_stats.errors import OptionError
from eenzaam_stats.files.writing import require_place, write_file
from eenzaam_stats.loaders.formats.spss import SUFFIXES
from eenzaam_stats.synthetic.columns import FileContent


def require_target(
    path: Path, *, verb: str, suffixes: Sequence[str] = SUFFIXES, overwrite: bool = False
) -> None:
    """Raise before any work unless ``path`` can become a file that ends in one of the suffixes."""
    if not path.name.casefold().endswith(tuple(suffixes)):
        raise OptionError.among(path.suffix, suffixes, name="suffix of the file to write")
    require_place(path, needed_by=verb, overwrite=overwrite)


def write_whole(
    path: Path,
    content: FileContent,
    *,
    title: str,
    notes: list[str],
    verb: str,
    overwrite: bool = False,
) -> None:
    """Write an SPSS file: whole and in place, or not at all."""
    make = sav_maker(content, title=title, notes=notes, zipped=path.suffix.casefold() == ".zsav")
    write_file(path, make, needed_by=verb, overwrite=overwrite)


def sav_maker(
    content: FileContent, *, title: str, notes: list[str], zipped: bool = False
) -> Callable[[Path], None]:
    """Function that makes an SPSS file of the content under the path that it is given."""

    def make(part: Path) -> None:
        write_sav(
            part,
            content.frame,
            file_label=title,
            column_labels=content.labels,
            compress=zipped,
            row_compress=not zipped,
            note=notes,
            variable_value_labels=content.value_labels,
            missing_ranges=content.missing,
            variable_measure=content.measures,
            variable_format=content.formats,
        )

    return make


def write_sav(part: Path, frame: pd.DataFrame, **options: Any) -> None:
    """Write an SPSS file and read its rows back: the library is silent on a full disk.

    Raises
    ------
    OSError
        If the file does not hold what was written.
    """
    require_read_back(part, frame, lambda: pyreadstat.write_sav(frame, part, **options))


def write_dta(part: Path, frame: pd.DataFrame, **options: Any) -> None:
    """Write a Stata file and read its rows back, as ``write_sav``.

    Raises
    ------
    OSError
        If the file does not hold what was written.
    """
    require_read_back(part, frame, lambda: pyreadstat.write_dta(frame, part, **options))


def require_read_back(part: Path, frame: pd.DataFrame, write: Callable[[], object]) -> None:
    """Raise unless a file that was written reads back with the rows of the frame."""
    read = pyreadstat.read_dta if part.suffix.casefold() == ".dta" else pyreadstat.read_sav
    try:
        write()
        found, _ = read(part)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        raise OSError(0, f"it does not read back ({error})") from error
    if found.shape != frame.shape:
        raise OSError(0, f"{len(found):,} of {len(frame):,} rows read back")
