"""Frames as CSV, in a dialect that is named and never guessed from the machine."""

from __future__ import annotations

import re
from typing import Any, Literal
from unicodedata import normalize

import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.output_check import ATTRIBUTE, STAYS, require_passed
from eenzaam_stats.plain_text import plain
from eenzaam_stats.vocabulary import require_option

CsvDialect = Literal["machine", "dutch_excel"]
GUARD = "'"
# a number; with the minus sign of print, which starts no formula, also words behind it
_NUMBER = re.compile(
    r"(?:[+\-\u2212]?\d+(?:[.,]\d+)*(?:[eE][+\-]?\d+)?\s?%?)|\u2212\d+(?:[.,]\d+)*(?:\s[^\W\d_]+)+"
)
# what a spreadsheet runs: at the begin of a cell, or of one that it makes at another separator
_RUN = "=+@\\-\u2212"
_FIRST = re.compile(rf"[\s\"\u200b-\u200d\u2060]*[{_RUN}]")
_LATER = re.compile(r"([;|\n]\s*)(?=\"*(?:[=+@]|[\-\u2212](?![\d\s])))")


@in_words
def csv_text(
    frame: pd.DataFrame, *, dialect: CsvDialect = "machine", unchecked: bool = False
) -> str:
    r"""Frame as CSV text.

    Parameters
    ----------
    frame : pandas.DataFrame
        What to write; the index is left out. Missing values become empty cells.
    dialect : {"machine", "dutch_excel"}
        ``machine``: comma and decimal point; ``dutch_excel``: byte order mark, semicolon and
        decimal comma, as a Dutch Excel opens it.
    unchecked : bool, default False
        Whether the text stays where the respondents are although nobody checked it: then the
        column ``disclosure`` says so.

    Returns
    -------
    str
        Text with ``\n`` line ends. A text that a spreadsheet would run begins with an apostrophe,
        and control characters are left out; numbers stay as they are.

    Raises
    ------
    OptionError
        If the dialect is not one of the two.
    DisclosureError
        If the frame is made of respondents and was not checked, and ``unchecked`` is false.

    Examples
    --------
    >>> csv_text(pd.DataFrame({"label": ["a"], "share": [0.5]}))
    'label,share\na,0.5\n'
    """
    require_option(dialect, CsvDialect, name="dialect")
    if require_passed(frame, "csv_text()", unchecked=unchecked):
        frame = frame.assign(**{ATTRIBUTE: STAYS})
    frame = _guard_frame(frame)
    if dialect == "machine":
        return str(frame.to_csv(index=False, lineterminator="\n"))
    text = frame.to_csv(index=False, lineterminator="\n", sep=";", decimal=",")
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + str(text)


def _guard_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Frame whose texts, also its names and categories, no spreadsheet runs."""
    made = {place: _column(frame.iloc[:, place]) for place in range(frame.shape[1])}
    guarded = pd.DataFrame(made, index=frame.index)
    guarded.columns = pd.Index([guard_text(name) for name in frame.columns], dtype=object)
    return guarded


def _column(values: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if not pd.api.types.is_string_dtype(values) and values.dtype != object:
        return values
    return values.map(guard_text, na_action="ignore")


def guard_text(value: Any) -> Any:
    """Text that no spreadsheet runs; any other value as it is.

    Examples
    --------
    >>> [guard_text(one) for one in ("=1+1", " @SUM(A1)", "-0.5", -0.5, "women")]
    ["'=1+1", "' @SUM(A1)", '-0.5', -0.5, 'women']
    """
    if not isinstance(value, str):
        return value
    text = plain(value)
    seen = normalize("NFKC", text)
    if _NUMBER.fullmatch(text):
        return text
    if _LATER.search(seen):
        text = _LATER.sub(rf"\1{GUARD}", seen)
    starts = value[:1] in ("\t", "\r", "\n") or _FIRST.match(seen)
    return GUARD + text if starts else text
