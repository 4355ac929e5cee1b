"""Files that travel inside the page: CSV behind a link, as a data URL that no network serves."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import cast

import pandas as pd

from eenzaam_stats.letter.figures import LetterFigure
from eenzaam_stats.tables import csv_text
from eenzaam_stats.tables.delimited import CsvDialect
from eenzaam_stats.vocabulary import Language, label

DATA = ("label", "year", "series", "value", "low", "high", "n", "evidence")


def data_columns(figure: LetterFigure) -> list[str]:
    """Columns of a figure's numbers that are there and not all empty, in the order shown."""
    return [name for name in DATA if name in figure.data and figure.data[name].notna().any()]


def downloads(frame: pd.DataFrame, name: str, *, of: str, language: Language) -> str:
    """Links to a frame as CSV: the machine dialect, and in Dutch also the one for Dutch Excel.

    Parameters
    ----------
    frame : pandas.DataFrame
        What the file holds.
    name : str
        Name of the file without its ending.
    of : str
        What the file is about, for readers who hear the link alone.
    language : {"nl", "en"}
        Language of the words.

    Returns
    -------
    str
        A paragraph with links that hold the file themselves.
    """
    own = cast("CsvDialect", label("number.spreadsheet", language))
    dialects: Sequence[CsvDialect] = tuple(dict.fromkeys(("machine", own)))
    links = " ".join(_link(frame, name, dialect, of=of, language=language) for dialect in dialects)
    return f"<p class='downloads'>{links}</p>"


def _link(
    frame: pd.DataFrame, name: str, dialect: CsvDialect, *, of: str, language: Language
) -> str:
    # the report has refused what may not leave; where it stays, the column says so
    content = csv_text(frame, dialect=dialect, unchecked=True).encode("utf-8")
    file = f"{name}.csv" if dialect == "machine" else f"{name}_excel.csv"
    words = escape(label(f"report.download_{dialect}", language))
    return (
        f'<a download="{escape(file, quote=True)}" '
        f'href="data:text/csv;charset=utf-8;base64,{b64encode(content).decode("ascii")}">'
        f'{words}<span class="unseen">: {escape(of)}</span></a>'
    )
