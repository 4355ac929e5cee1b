"""``eenzaam-stats fetch``: open tables as they are now, beside the packaged ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eenzaam_stats.cli.output import (
    COMMAND,
    FORCE,
    deliver,
    envelope,
    examples,
    give,
    progress,
    require_free,
    say,
)
from eenzaam_stats.errors import OptionError
from eenzaam_stats.files.writing import Content, require_folder, write_set

if TYPE_CHECKING:
    import pandas as pd

    from eenzaam_stats.statline.access import Access
    from eenzaam_stats.statline.fetched import FetchedTable
    from eenzaam_stats.statline.open_table import OpenTable

EXAMPLES = examples(
    "fetch loneliness",
    "fetch population --out fetched --json",
    "fetch 85766NED --out table.csv",
    "fetch 50120NED --catalogue RIVM --out table.parquet",
    "fetch loneliness --offline",
)
SHOWN = 20  # changed rows that are printed; --out writes all of them
SUFFIXES = (".csv", ".parquet")


def fetch(
    what: Annotated[
        str, typer.Argument(help="loneliness, population or forecast; or the id of a table.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the tables; for one table a file: .csv or .parquet."),
    ] = None,
    catalogue: Annotated[
        str, typer.Option(help="Where a table by its id is: CBS, RIVM, or CBS4 for version 4.")
    ] = "CBS",
    offline: Annotated[
        bool, typer.Option("--offline", help="Only what was fetched before; no network.")
    ] = False,
    record_count: Annotated[
        str,
        typer.Option(help="When rows are not as many as announced: require (stop) or warn."),
    ] = "require",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages on stderr.")] = False,
) -> None:
    """Build the packaged tables anew from StatLine and show what changed; or read any table."""
    from eenzaam_stats.statline.fetched import BUILDERS  # noqa: PLC0415

    access = _access(catalogue, offline=offline, record_count=record_count)
    if what in BUILDERS:
        _build(what, access, out, as_json=as_json, force=force, quiet=quiet)
    else:
        _read(what, access, out, as_json=as_json, force=force, quiet=quiet)


def _access(catalogue: str, *, offline: bool, record_count: str) -> Access:
    from eenzaam_stats.statline import service  # noqa: PLC0415
    from eenzaam_stats.statline.access import Access  # noqa: PLC0415

    if catalogue not in service.SERVICES:
        raise OptionError.among(catalogue, service.SERVICES, name="--catalogue")
    if record_count == "require":
        return Access(service.SERVICES[catalogue], offline=offline)
    if record_count == "warn":
        return Access(service.SERVICES[catalogue], offline=offline, record_count="warn")
    raise OptionError.among(record_count, ("require", "warn"), name="--record-count")


def _build(
    what: str, access: Access, out: Path | None, *, as_json: bool, force: bool, quiet: bool
) -> None:
    from eenzaam_stats.statline import fetched, service  # noqa: PLC0415

    if out is not None:
        require_folder(out, [f"{what}.csv"], needed_by=COMMAND, overwrite=force, replaces=FORCE)
    with progress(1, f"reading {what}", quiet=quiet or as_json) as advance:
        tables = fetched.fetch([what], access, services=service.SERVICES)
        advance("done")
    written = _write_tables(tables, out, force=force)
    if as_json:
        give(envelope("fetch", data={"tables": [_data(one) for one in tables], "files": written}))
    else:
        give("\n\n".join(_text(one) for one in tables))
    for name in written:
        say(f"Written: {name}", quiet=quiet)


def _write_tables(tables: Sequence[FetchedTable], out: Path | None, *, force: bool) -> list[str]:
    """Files of the tables and their changes; all or none where one exists already."""
    if out is None:
        return []
    contents: dict[str, Content] = {}
    for one in tables:
        contents[f"{one.name}.csv"] = _csv(one.frame)
        contents[f"{one.name}_changes.csv"] = _csv(one.changes)
        contents[f"{one.name}_sources.json"] = json.dumps(
            [asdict(source) for source in one.sources], ensure_ascii=False, indent=1
        )
    return [
        path.as_posix()
        for path in write_set(out, contents, needed_by=COMMAND, overwrite=force, replaces=FORCE)
    ]


def _csv(frame: pd.DataFrame) -> str:
    from eenzaam_stats.tables.delimited import csv_text  # noqa: PLC0415

    return csv_text(frame)


def _text(one: FetchedTable) -> str:
    """What was read, and what it changes, for a terminal."""
    counts = ", ".join(f"{kind} {n}" for kind, n in one.counts().items())
    lines = [f"{one.name}: {counts}"]
    lines += [f"  {source.attribution()}" for source in one.sources]
    if one.missing:
        lines.append(f"  {one.missing} figure(s) that the publisher does not give")
    if one.left_out:
        lines.append(f"  no word here for {len(one.left_out)}: {'; '.join(one.left_out[:SHOWN])}")
    changed = one.changes[one.changes["change"] == "changed"]
    lines += [_line(row) for row in changed.head(SHOWN).to_dict("records")]
    if len(changed) > SHOWN:
        lines.append(f"  and {len(changed) - SHOWN} more; --out writes all of them")
    return "\n".join(lines)


def _line(row: dict[Any, Any]) -> str:
    figure = "persons" if "persons_live" in row else "value"
    named = [
        str(cell)
        for name, cell in row.items()
        if name != "change" and not str(name).endswith(("_packaged", "_live"))
    ]
    return f"  {' | '.join(named)}: {row[f'{figure}_packaged']} -> {row[f'{figure}_live']}"


def _data(one: FetchedTable) -> dict[str, Any]:
    changed = one.changes[one.changes["change"] != "same"]
    return {
        "name": one.name,
        "counts": one.counts(),
        "changes": json.loads(changed.to_json(orient="records")),
        "sources": [asdict(source) for source in one.sources],
        "left_out": list(one.left_out),
        "missing": one.missing,
    }


def _read(
    table: str, access: Access, out: Path | None, *, as_json: bool, force: bool, quiet: bool
) -> None:
    """One table by its id, to a file or as its first rows."""
    from eenzaam_stats.statline.statline import read_table, save_table  # noqa: PLC0415

    if out is not None and out.suffix not in SUFFIXES:
        raise OptionError.among(out.suffix, SUFFIXES, name="ending of --out for one table")
    require_free(out, force=force)
    shown = ""
    with progress(1, f"reading {table}", quiet=quiet or as_json) as advance:
        if out is not None and out.suffix == ".parquet":
            source = save_table(table, out, access=access, overwrite=force)
        else:
            found = read_table(table, access=access)
            source = found.source
            shown = _show_rows(found, out, force=force)
        advance("done")
    files = [] if out is None else [out.as_posix()]
    if as_json:
        give(envelope("fetch", data={"source": asdict(source), "files": files}))
    else:
        give("\n".join(part for part in (shown, source.attribution()) if part))
    for name in files:
        say(f"Written: {name}", quiet=quiet)


def _show_rows(found: OpenTable, out: Path | None, *, force: bool) -> str:
    """First rows for a terminal, or nothing when the table went to a file."""
    if out is None:
        return f"{found.frame.head(SHOWN).to_string()}\n{len(found.frame)} rows"
    deliver(_csv(found.frame), out, force=force)
    return ""
