"""The folder that remembers which tables have left: the next run is checked against them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from eenzaam_stats.errors import SourceError
from eenzaam_stats.files.writing import require_place, write_file

if TYPE_CHECKING:
    from eenzaam_stats.results.estimates import Estimates

RECORD = "--release"
APART = (
    "tables of separate runs can be subtracted from each other. Name a folder with --release: it "
    "remembers what has left, and every next run is checked against it."
)


def opened_release(folder: Path | None) -> tuple[Path | None, tuple[Estimates, ...]]:
    """File of this release, one behind the last, and the tables that left before, in order.

    Raises
    ------
    SourceError
        If the folder is not there, or a file of it cannot be read or written.
    SchemaError
        If a file in it is no record of a release.
    """
    from eenzaam_stats.disclosure.released import released_tables  # noqa: PLC0415

    if folder is None:
        return None, ()
    if not folder.is_dir():
        raise SourceError(
            f"the folder {folder.name} of --release is not there. Make it, empty, for the first "
            "release, and keep it for all later ones."
        )
    found = sorted(folder.glob("release_*.json"))
    numbers = [path.stem.rpartition("_")[2] for path in found]
    last = max((int(number) for number in numbers if number.isdecimal()), default=0)
    record = require_place(folder / f"release_{last + 1:05d}.json", needed_by=RECORD)
    texts = [path.read_text("utf-8", errors="replace") for path in found]
    return record, tuple(table for text in texts for table in released_tables(text))


@contextmanager
def remembered(
    record: Path | None, tables: Sequence[Estimates], *, out: Path | None
) -> Iterator[None]:
    """Write what leaves now beside what left before; forget it where nothing left.

    Raises
    ------
    SourceError
        If it cannot be written, or another run left a table meanwhile.
    """
    from eenzaam_stats.disclosure.released import released_text  # noqa: PLC0415

    if record is None:
        yield
        return
    again = "run this again: another run has left a table meanwhile"
    write_file(record, released_text(tables) + "\n", needed_by=RECORD, replaces=again)
    try:
        yield
    except SourceError:
        if out is not None:  # a file is whole or absent; what was printed may have been read
            record.unlink(missing_ok=True)
        raise
