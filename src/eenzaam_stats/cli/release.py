"""The folder that remembers which tables have left: the next run is checked against them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eenzaam_stats.cli.output import deliver
from eenzaam_stats.errors import SourceError

if TYPE_CHECKING:
    from eenzaam_stats.results import Estimates

APART = (
    "tables of separate runs can be subtracted from each other. Name a folder with --release: it "
    "remembers what has left, and every next run is checked against it."
)


def earlier_tables(folder: Path | None) -> tuple[Estimates, ...]:
    """Tables that left before, in the order in which they left.

    Raises
    ------
    SourceError
        If the folder is not there.
    SchemaError
        If a file in it is no record of a release.
    """
    from eenzaam_stats.disclosure.released import released_tables  # noqa: PLC0415

    if folder is None:
        return ()
    if not folder.is_dir():
        raise SourceError(
            f"the folder {folder.name} of --release is not there. Make it, empty, for the first "
            "release, and keep it for all later ones."
        )
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("release_*.json"))]
    return tuple(table for text in texts for table in released_tables(text))


def remember(folder: Path | None, tables: Sequence[Estimates]) -> None:
    """Write what leaves now beside what left before."""
    from eenzaam_stats.disclosure.released import released_text  # noqa: PLC0415

    if folder is not None:
        number = len(list(folder.glob("release_*.json"))) + 1
        deliver(released_text(tables), folder / f"release_{number:05d}.json")
