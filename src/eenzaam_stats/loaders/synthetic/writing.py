"""The only place of this folder that writes a file: whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pyreadstat

from eenzaam_stats.errors import OptionError, SourceError
from eenzaam_stats.loaders.spss import SUFFIXES
from eenzaam_stats.loaders.synthetic.columns import FileContent

_NAME = "synthesise_gezondheidsmonitor()"


def require_target(path: Path, *, suffixes: Sequence[str] = SUFFIXES, verb: str = _NAME) -> None:
    """Raise unless ``path`` can become a file that ends in one of the suffixes."""
    if not path.name.casefold().endswith(tuple(suffixes)):
        raise OptionError.among(path.suffix, suffixes, name="suffix of the file to write")
    if not path.parent.is_dir():
        raise SourceError(
            f"{verb} needs an existing folder for {path.name}, and there is none of that name. "
            "Make the folder first."
        )
    if path.is_dir():
        raise SourceError(
            f"{verb} needs a file name, and {path.name} is a folder. Add the name of a file."
        )


def write_whole(
    path: Path, content: FileContent, *, title: str, notes: list[str], verb: str = _NAME
) -> None:
    """Write an SPSS file beside the target and put it in place when it is complete."""
    zipped = path.suffix.casefold() == ".zsav"

    def write(part: Path) -> None:
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

    put_in_place(path, write, verb=verb)


def put_in_place(path: Path, write: Callable[[Path], None], *, verb: str = _NAME) -> None:
    """Let ``write`` make a file beside the target, and move it there when it is complete.

    Raises
    ------
    SourceError
        If the file cannot be written; nothing is left behind.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".synthetic-", dir=path.parent) as folder:
            part = Path(folder) / path.name
            write(part)
            part.replace(path)
    except (OSError, pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        raise SourceError(
            f"{verb} needs to write {path.name}, and that failed: {error}. "
            "Check that the folder can be written to and has room."
        ) from error
