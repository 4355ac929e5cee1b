"""Files that a command reads, and pictures that it writes, in the same way for every command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from eenzaam_stats.errors import OptionError, SourceError
from eenzaam_stats.vocabulary import require_option

if TYPE_CHECKING:
    import pandas as pd

    from eenzaam_stats.loaders.formats.file_options import FileWords
    from eenzaam_stats.tables.delimited import CsvDialect

SUFFIXES = (".png", ".svg", ".pdf")


DecimalSign = Annotated[
    str | None, typer.Option("--decimal", help="Sign before decimals in text: . or ,")
]
ThousandsSign = Annotated[
    str | None, typer.Option("--thousands", help="Sign between thousands in text: . , ' or a blank")
]
KeptWords = Annotated[
    list[str] | None,
    typer.Option("--keep-word", help="COLUMN:WORD that is a value, such as land:NA; repeatable."),
]
SkippedRows = Annotated[
    int | None, typer.Option("--skip-rows", help="Rows under the names that are no respondents.")
]
NamesRow = Annotated[int | None, typer.Option("--header-row", help="Row with the names.")]
CsvFor = Annotated[
    str | None,
    typer.Option(
        "--csv-for",
        help="CSV for a machine (comma, decimal point; as --csv) or for dutch_excel (byte order "
        "mark, semicolon, decimal comma).",
    ),
]
RaisedLimits = Annotated[
    list[str] | None,
    typer.Option("--limit", help="NAME:NUMBER of a limit of size, such as cells:1e9; repeatable."),
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="Name or number of the sheet.")]


def csv_dialect(*, as_csv: bool, csv_for: str | None, as_json: bool) -> CsvDialect | None:
    """Dialect of the CSV that is asked for; ``None`` for another form of output.

    Raises
    ------
    OptionError
        If the dialect is unknown, or two formats are asked for.
    """
    from eenzaam_stats.tables.delimited import CsvDialect  # noqa: PLC0415

    if csv_for is not None:
        require_option(csv_for, CsvDialect, name="--csv-for")
    if as_json and (as_csv or csv_for is not None):
        raise OptionError("--json and --csv are two formats for one output. Choose one.")
    chosen = csv_for or ("machine" if as_csv else None)
    return cast("CsvDialect | None", chosen)


def file_words(
    *,
    decimal: str | None = None,
    thousands: str | None = None,
    keep_word: list[str] | None = None,
    limit: list[str] | None = None,
    **places: int | str | None,
) -> FileWords:
    """What the options of a command say about its file; nothing where they are not given."""
    words: dict[str, Any] = {"decimal": decimal, "thousands": thousands, **places}
    sheet = words.get("sheet")
    if isinstance(sheet, str) and sheet.isdecimal():
        words["sheet"] = int(sheet)
    if keep_word:
        kept: dict[str, list[str]] = {}
        for one in keep_word:
            column, colon, word = one.rpartition(":")
            if not (column and colon and word):
                raise OptionError(f"--keep-word is {one!r}. Write COLUMN:WORD, such as land:NA.")
            kept.setdefault(column, []).append(word)
        words["keep_words"] = kept
    if limit:
        words["limits"] = dict(_limit(one) for one in limit)
    return cast("FileWords", {name: said for name, said in words.items() if said is not None})


def _limit(said: str) -> tuple[str, int]:
    name, colon, number = said.partition(":")
    try:
        return name, int(float(number)) if colon else int("")
    except (ValueError, OverflowError):
        raise OptionError(f"--limit is {said!r}. Write NAME:NUMBER, such as cells:1e9.") from None


def csv_table(file: Path, what: str, words: FileWords | None = None) -> pd.DataFrame:
    """Read a table of a user; ``what`` says in messages what should be in it."""
    from eenzaam_stats.loaders.harmonise.table_file import read_table  # noqa: PLC0415

    if not file.is_file():
        raise SourceError(f"{file.name} is not there. Give a CSV with {what}.")
    try:
        return read_table(file, **(words or {}))
    except SourceError as error:
        raise SourceError(
            f"{file.name} cannot be read as CSV with {what}: {error} Export it in UTF-8, with "
            "names in its first line."
        ) from error


def picture(
    file: Path,
    draw: Callable[[Any], object],
    *,
    size: tuple[float, float],
    title: str,
    told: Callable[[], str],
) -> bytes:
    """Draw in the format that the name of the file asks for; ``told`` describes it for an SVG."""
    from eenzaam_stats import plots  # noqa: PLC0415

    if file.suffix not in SUFFIXES:
        raise OptionError(f"--plot is {file.name!r}, which ends in none of .png, .svg and .pdf.")
    with plots.canvas(width=size[0], height=size[1]) as axes:
        draw(axes)
        # the command has refused what may not leave; where it stays, the note says so
        if file.suffix == ".png":
            return plots.png(axes, unchecked=True)
        if file.suffix == ".pdf":
            return plots.pdf(axes, title=title, unchecked=True)
        return plots.svg(axes, title=title, description=told(), unchecked=True)
