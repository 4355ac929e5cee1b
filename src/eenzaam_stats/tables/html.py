"""Frames as accessible HTML tables: caption, scoped headers, numbers in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from eenzaam_stats.vocabulary import Language, formatted


def html_table(
    frame: pd.DataFrame,
    *,
    caption: str,
    headers: Mapping[str, str],
    decimals: Mapping[str, int],
    language: Language,
    note: str = "",
    marked: Mapping[str, Sequence[bool]] | None = None,
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
    decimals : mapping of str to int
        Column to decimals, for the columns with numbers; a missing number is shown as a dash.
    language : {"nl", "en"}
        Language of the numbers.
    note : str, optional
        Notes row below the table.
    marked : mapping of str to sequence of bool, optional
        Column to one truth value per row: cells that stand out.

    Returns
    -------
    str
        One ``<table>`` with escaped text.

    Examples
    --------
    >>> frame = pd.DataFrame({"label": ["a"], "value": [1234.5]})
    >>> text = html_table(frame, caption="c", headers={"label": "l", "value": "v"},
    ...                   decimals={"value": 1}, language="nl")
    >>> '<td class="number">1.234,5</td>' in text
    True
    """
    head = "".join(f'<th scope="col">{escape(words)}</th>' for words in headers.values())
    nowhere = [False] * len(frame)
    hits = {name: (marked or {}).get(name, nowhere) for name in headers}
    body = "".join(
        "<tr>"
        + "".join(
            _cell(row[name], decimals.get(name), language, hit=hits[name][i]) for name in headers
        )
        + "</tr>"
        for i, row in enumerate(frame.to_dict("records"))
    )
    foot = (
        f'<tfoot><tr><td colspan="{len(headers)}">{escape(note)}</td></tr></tfoot>' if note else ""
    )
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody>{foot}</table>"
    )


def _cell(value: Any, places: int | None, language: Language, *, hit: bool) -> str:
    if places is None:
        return f"<td>{escape('' if pd.isna(value) else str(value))}</td>"
    text = "–" if pd.isna(value) else formatted(float(value), decimals=places, language=language)
    return f'<td class="number{" hit" if hit else ""}">{text}</td>'
