"""Frames as accessible HTML tables: caption, scoped headers, numbers in the reader's language."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape as escape_marks
from typing import Any

import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.output_check import STAYS, require_passed
from eenzaam_stats.plain_text import plain
from eenzaam_stats.vocabulary import Language, format_number


@dataclass(frozen=True, slots=True)
class TableLook:
    """What a table shows besides its text.

    Attributes
    ----------
    marked : mapping of str to sequence of bool, default empty
        Column to one truth value per row: cells that stand out.
    rows : sequence of str, default empty
        Classes of each row.
    links : mapping of str to sequence of str, default empty
        Column to one address per row: where the text of the cell leads.
    unchecked : bool, default False
        Whether the table stays where the respondents are although nobody checked it: then a note
        says so.
    """

    marked: Mapping[str, Sequence[bool]] = field(default_factory=dict)
    rows: Sequence[str] = ()
    links: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unchecked: bool = False


PLAIN = TableLook()


@in_words
def html_table(
    frame: pd.DataFrame,
    *,
    caption: str,
    headers: Mapping[str, str],
    decimals: Mapping[str, int | Sequence[int]],
    language: Language,
    note: str = "",
    look: TableLook = PLAIN,
) -> str:
    """Frame as an HTML table.

    Parameters
    ----------
    frame : pandas.DataFrame
        What to show; one row per row, columns in the order of ``headers``.
    caption : str
        What the table holds.
    headers : mapping of str to str
        Column to header; columns that are not named are not shown.
    decimals : mapping of str to int or sequence of int
        Column to decimals, the same or one per row, for the columns with numbers; a missing
        number is shown as a dash.
    language : {"nl", "en"}
        Language of the numbers.
    note : str, optional
        Notes row below the table.
    look : TableLook, optional
        Cells that stand out, classes of rows, links.

    Returns
    -------
    str
        One ``<table>`` with escaped text.

    Raises
    ------
    DisclosureError
        If the frame is made of respondents and was not checked, and the look does not say that it
        stays where they are.

    Examples
    --------
    >>> frame = pd.DataFrame({"label": ["a"], "value": [1234.5]})
    >>> text = html_table(frame, caption="c", headers={"label": "l", "value": "v"},
    ...                   decimals={"value": 1}, language="nl")
    >>> '<td class="number">1.234,5</td>' in text
    True
    """
    if require_passed(frame, "html_table()", unchecked=look.unchecked):
        note = "; ".join(filter(None, [note, STAYS]))
    kinds = {name: ' class="number"' if name in decimals else "" for name in headers}
    head = "".join(
        f'<th scope="col"{kinds[name]}>{escape(words)}</th>' for name, words in headers.items()
    )
    body = "".join(
        _row(row, at, headers=headers, decimals=decimals, language=language, look=look)
        for at, row in enumerate(frame.to_dict("records"))
    )
    foot = (
        f'<tfoot><tr><td colspan="{len(headers)}">{escape(note)}</td></tr></tfoot>' if note else ""
    )
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody>{foot}</table>"
    )


def _row(
    row: Mapping[Hashable, Any],
    at: int,
    *,
    headers: Mapping[str, str],
    decimals: Mapping[str, int | Sequence[int]],
    language: Language,
    look: TableLook,
) -> str:
    cells = []
    for name in headers:
        if name in decimals:
            places = decimals[name]
            chosen = places if isinstance(places, int) else places[at]
            hit = bool(look.marked[name][at]) if name in look.marked else False
            cells.append(_number(row[name], chosen, language, hit=hit))
        else:
            cells.append(_text(row[name], look.links[name][at] if name in look.links else ""))
    kind = f' class="{escape(look.rows[at], quote=True)}"' if look.rows else ""
    return f"<tr{kind}>{''.join(cells)}</tr>"


def escape(text: str, *, quote: bool = True) -> str:
    """Text of others for a page: no control characters, and no marks of HTML."""
    return escape_marks(plain(text), quote=quote)


def _text(value: Any, link: str) -> str:
    words = escape("" if pd.isna(value) else str(value))
    if link:
        words = f'<a href="{escape(link, quote=True)}">{words}</a>'
    return f"<td>{words}</td>"


def _number(value: Any, places: int, language: Language, *, hit: bool) -> str:
    text = (
        "–" if pd.isna(value) else format_number(float(value), decimals=places, language=language)
    )
    return f'<td class="number{" hit" if hit else ""}">{text}</td>'
