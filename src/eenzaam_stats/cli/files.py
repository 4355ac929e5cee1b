"""Tables that a command reads, and pictures that it writes, in the same way for every command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eenzaam_stats.errors import OptionError, SourceError

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".png", ".svg", ".pdf")


def csv_table(file: Path, what: str) -> pd.DataFrame:
    """Read a CSV of a user; ``what`` says in messages what should be in it."""
    import pandas as pd  # noqa: PLC0415

    if not file.is_file():
        raise SourceError(f"{file.name} is not there. Give a CSV with {what}.")
    try:
        return pd.read_csv(file)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise SourceError(
            f"{file.name} cannot be read as CSV with {what}. Export it with commas and a decimal "
            "point, in UTF-8."
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
        if file.suffix == ".png":
            return plots.png(axes)
        if file.suffix == ".pdf":
            return plots.pdf(axes, title=title)
        return plots.svg(axes, title=title, description=told())
