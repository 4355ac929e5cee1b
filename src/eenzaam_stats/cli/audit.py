"""``eenzaam-stats audit``: what a reader of released tables can find out, for inside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eenzaam_stats.cli.files import (
    DecimalSign,
    NamesRow,
    Sheet,
    SkippedRows,
    ThousandsSign,
    file_words,
)
from eenzaam_stats.cli.output import deliver, envelope, examples, require_free, say
from eenzaam_stats.cli.release import LIST, require_whole
from eenzaam_stats.errors import DisclosureError, SourceError
from eenzaam_stats.table_labels import HIDDEN_SAID, TOTALS_SAID

if TYPE_CHECKING:
    import pandas as pd

    from eenzaam_stats.disclosure.audit import AuditReport
    from eenzaam_stats.disclosure.reading import Published
    from eenzaam_stats.disclosure.table_columns import TableColumns
    from eenzaam_stats.loaders.formats.file_options import FileWords
    from eenzaam_stats.results.estimates import Footnote

EXAMPLES = examples(
    "audit released.csv --profile strict10",
    "audit places.csv areas.csv --count people --hidden geheim --together lies_in.csv",
)
JSON = ".json"


def audit(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Tables that can be read together: what prevalence --csv or --json printed, a "
            "release folder or its records, or a CSV that others made."
        ),
    ],
    profile: Annotated[str, typer.Option(help="Disclosure profile.")] = "strict10",
    by: Annotated[
        list[str] | None,
        typer.Option(help="Grouping column of a CSV of others [default: what is no number]."),
    ] = None,
    count: Annotated[str | None, typer.Option(help="Column of the people.")] = None,
    outcome_count: Annotated[
        str | None, typer.Option(help="Column of the people who have the outcome.")
    ] = None,
    share: Annotated[str | None, typer.Option(help="Column of their share.")] = None,
    hidden: Annotated[
        list[str] | None,
        typer.Option(help=f"Word of a hidden cell, beside {HIDDEN_SAID}; repeatable."),
    ] = None,
    total: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Word of a grouping column that means everyone, beside {TOTALS_SAID}; repeatable."
        ),
    ] = None,
    status: Annotated[
        str | None, typer.Option(help="Column with the status of τ-ARGUS: U, M and others hide.")
    ] = None,
    weighted: Annotated[
        bool, typer.Option("--weighted", help="Shares are weighted and bound no count.")
    ] = False,
    together: Annotated[
        Path | None,
        typer.Option(help="CSV of areas that lie in each other, one column for each kind."),
    ] = None,
    decimal: DecimalSign = None,
    thousands: ThousandsSign = None,
    skip_rows: SkippedRows = None,
    header_row: NamesRow = None,
    sheet: Sheet = None,
    out: Annotated[Path | None, typer.Option(help="File to write instead of stdout.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say which hidden cells of released tables can be found out, and by which equations."""
    from eenzaam_stats.cell_text import NumberFormat  # noqa: PLC0415
    from eenzaam_stats.disclosure.audit import audit as work_out  # noqa: PLC0415
    from eenzaam_stats.disclosure.profiles import find_profile  # noqa: PLC0415
    from eenzaam_stats.disclosure.table_columns import TableColumns  # noqa: PLC0415

    chosen = find_profile(profile)
    require_free(out, force=force, reads=(*files, together))
    columns = TableColumns(
        by=tuple(by or ()),
        count=count,
        outcome_count=outcome_count,
        share=share,
        hidden=tuple(hidden or ()),
        total=tuple(total or ()),
        weighted=weighted,
        status=status,
        form=NumberFormat(decimal, thousands),  # type: ignore[arg-type]
    )
    words = file_words(
        decimal=decimal,
        thousands=thousands,
        skip_rows=skip_rows,
        header_row=header_row,
        sheet=sheet,
    )
    named = _tables(files, columns, words)
    areas = None if together is None else _cells(together)
    report = work_out([table for _, table in named], chosen, together=areas)
    deliver(_json(report, named) if as_json else _text(report, named), out, force=force)
    if report.hidden == 0:
        say("note: no table has a hidden cell. Name the word of a hidden cell with --hidden.")
    if not report.safe:
        raise typer.Exit(DisclosureError.exit_code)


def _tables(
    files: Sequence[Path], columns: TableColumns, words: FileWords
) -> list[tuple[str, Published]]:
    """Tables of every file with its name; those of CSVs count the people of the others."""
    from eenzaam_stats.disclosure.published import read_published_json  # noqa: PLC0415

    paths = [path for file in files for path in _files(file)]
    read = {
        path: read_published_json(_content(path), where=path.name)
        for path in paths
        if path.suffix.casefold() == JSON
    }
    notes = [one.table.footnote for tables in read.values() for one in tables]
    note = _footnote(notes)
    found = []
    for path in paths:
        tables = read[path] if path in read else _plain(path, columns, note, words)
        found += [(path.name, table) for table in tables]
    return found


def _files(file: Path) -> list[Path]:
    if not file.is_dir():
        return [file]
    found = sorted(file.glob("release_*.json"))
    if not found:
        raise SourceError(
            f"the folder {file.name} holds no release_*.json. Give the folder of prevalence "
            "--release, or files."
        )
    if (file / LIST).is_file():
        require_whole(file)
    return found


def _content(path: Path) -> str:
    if not path.is_file():
        raise SourceError(f"{path.name} is not there. Give a table that was released.")
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise SourceError(
            f"{path.name} is no text in UTF-8. Give it as it was printed."
        ) from problem


def _footnote(notes: Sequence[Footnote]) -> Footnote:
    """Whose people the tables of a CSV count: those of the documents, when these are one file."""
    from eenzaam_stats.results.estimates import Footnote  # noqa: PLC0415
    from eenzaam_stats.version import VERSION  # noqa: PLC0415

    plain = Footnote("outcome", "", "", "", "", "", "", 0.95, "", "", 0, VERSION)
    of = {(note.source, note.wave) for note in notes}
    if len(of) != 1:
        return plain
    ((source, wave),) = of
    return replace(plain, source=source, wave=wave)


def _plain(path: Path, columns: TableColumns, note: Footnote, words: FileWords) -> list[Published]:
    from eenzaam_stats.disclosure.published import read_published_frame  # noqa: PLC0415

    return read_published_frame(_cells(path, words), columns, note, where=path.name)


def _cells(path: Path, words: FileWords | None = None) -> pd.DataFrame:
    """Cells of a CSV as they are printed."""
    from eenzaam_stats.loaders.harmonise.table_file import read_text_table  # noqa: PLC0415

    if not path.is_file():
        raise SourceError(f"{path.name} is not there. Give a table in CSV.")
    return read_text_table(path, **(words or {}))


def _legend(named: Sequence[tuple[str, Published]]) -> list[str]:
    """What each table is, so that the numbers of tables can be read."""
    return [
        f"table {at}: {name}, {one.table.footnote.outcome} by "
        f"{', '.join(one.table.by) or 'nothing'}, {len(one.table.rows)} row(s)"
        for at, (name, one) in enumerate(named, start=1)
    ]


def _text(report: AuditReport, named: Sequence[tuple[str, Published]]) -> str:
    first, *rest = report.describe().splitlines()
    return "\n".join([first, *_legend(named), *rest])


def _json(report: AuditReport, named: Sequence[tuple[str, Published]]) -> str:
    document = json.loads(report.to_json())
    use = document.pop("use")
    return envelope("audit", data={"use": use, "tables": _legend(named), **document})
