"""Frames as CSV, in a dialect that is named and never guessed from the machine."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.output_check import ATTRIBUTE, STAYS, require_passed
from eenzaam_stats.vocabulary import require_option

CsvDialect = Literal["machine", "dutch_excel"]


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
        Text with ``\n`` line ends.

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
    if dialect == "machine":
        return str(frame.to_csv(index=False, lineterminator="\n"))
    text = frame.to_csv(index=False, lineterminator="\n", sep=";", decimal=",")
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + str(text)
