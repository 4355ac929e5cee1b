"""The only place of this folder that writes a file: whole or not at all."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyreadstat

from eenzaam_stats.errors import OptionError, SourceError
from eenzaam_stats.loaders.spss import SUFFIXES
from eenzaam_stats.loaders.synthetic.columns import FileContent

_NAME = "synthesise_gezondheidsmonitor()"


def require_target(path: Path) -> None:
    """Raise unless ``path`` can become an SPSS file."""
    if path.suffix.casefold() not in SUFFIXES:
        raise OptionError.among(path.suffix, SUFFIXES, name="suffix of the file to write")
    if not path.parent.is_dir():
        raise SourceError(
            f"{_NAME} needs an existing folder for {path.name}, and there is none of that name. "
            "Make the folder first."
        )
    if path.is_dir():
        raise SourceError(
            f"{_NAME} needs a file name, and {path.name} is a folder. Add the name of a file."
        )


def write_whole(path: Path, content: FileContent, *, title: str, notes: list[str]) -> None:
    """Write beside the target and put it in place when it is complete."""
    try:
        with tempfile.TemporaryDirectory(prefix=".synthetic-", dir=path.parent) as folder:
            part = Path(folder) / path.name
            zipped = path.suffix.casefold() == ".zsav"
            pyreadstat.write_sav(
                content.frame,
                part,
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
            part.replace(path)
    except (OSError, pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        raise SourceError(
            f"{_NAME} needs to write {path.name}, and that failed: {error}. "
            "Check that the folder can be written to and has room."
        ) from error
