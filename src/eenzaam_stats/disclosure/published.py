"""Released tables as text, read back for an audit: those of the commands, and those of others.

Numbers are taken as they are printed, with their decimals; a cell without a number is hidden.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

import pandas as pd

from eenzaam_stats.cell_text import looks_like_number, says_nothing, strip_text
from eenzaam_stats.disclosure.reading import COUNT, Published
from eenzaam_stats.disclosure.released import parse_released
from eenzaam_stats.disclosure.table_columns import (
    OWN,
    PERCENT,
    NamedColumns,
    TableColumns,
    find_columns,
    total_groups,
    warn_of_totals,
)
from eenzaam_stats.errors import SchemaError
from eenzaam_stats.number_columns import numbers_or_nan
from eenzaam_stats.results.estimates import Estimate, Estimates, Footnote
from eenzaam_stats.table_labels import HIDDEN_WORDS, is_shown_status
from eenzaam_stats.vocabulary import Disclosure, Flag

_BELOW = re.compile(r"(?:<|≤|<=)\s*(\d+)")
_BETWEEN = re.compile(r"(\d+)\s*[-–]\s*(\d+)")
_NOTHING = math.nan


def read_published_json(text: str, *, where: str) -> list[Published]:
    """Tables of a JSON document of ``eenzaam-stats prevalence``, or of a record of a release.

    Parameters
    ----------
    text : str
        The document.
    where : str
        Name of the file, for messages.

    Returns
    -------
    list of Published

    Raises
    ------
    SchemaError
        If it is no such document.

    Examples
    --------
    >>> read_published_json("[]", where="release_00001.json")
    []
    """
    try:
        document = json.loads(text)
    except ValueError as problem:
        raise _no_document(where, f"it is no JSON ({problem})") from problem
    if isinstance(document, list):
        return [Published(table) for table in parse_released(text)]
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, list) or not data:
        raise _no_document(where, "it holds no tables")
    try:
        return [Published(_own_json(table)) for table in data]
    except (KeyError, TypeError, ValueError) as problem:
        raise _no_document(where, f"a table in it lacks {problem}") from problem


def _no_document(where: str, found: str) -> SchemaError:
    return SchemaError(
        f"{where} cannot be audited: {found}. Give what eenzaam-stats prevalence --json or --csv "
        "printed, a release_*.json of a release folder, or a CSV with groups and counts."
    )


def _own_json(table: Mapping[str, Any]) -> Estimates:
    note = {one.name: table["footnote"][one.name] for one in fields(Footnote)}
    by = tuple(table["by"])
    rows = tuple(_own_row(row, tuple(str(row[name]) for name in by)) for row in table["rows"])
    return Estimates(by, rows, Footnote(**{**note, "over": tuple(note["over"])}))


def _own_row(row: Mapping[str, Any], group: tuple[str, ...]) -> Estimate:
    plain = _row(
        group,
        n=_whole(row["n_valid"]),
        yes=_whole(row["n_outcome"]),
        share=_NOTHING if row["estimate"] is None else float(row["estimate"]),
        missing=_whole(row["n_missing"]),
    )
    return plain.hide() if row["flag"] == Flag.SUPPRESSED else plain


def _row(
    group: tuple[str, ...],
    *,
    n: int | None,
    yes: int | None = None,
    share: float = _NOTHING,
    missing: int | None = 0,
) -> Estimate:
    return Estimate(
        *(group, share, _NOTHING, _NOTHING, _NOTHING, None, n, missing, _NOTHING, _NOTHING),
        n_outcome=yes,
        disclosure=Disclosure.SAFE,
    )


def _whole(value: Any) -> int | None:
    return None if value is None or not math.isfinite(value) else int(value)


def read_published_frame(
    frame: pd.DataFrame, columns: TableColumns, note: Footnote, *, where: str
) -> list[Published]:
    """Tables of a frame of text: what ``prevalence --csv`` printed, or a table of others.

    Parameters
    ----------
    frame : pandas.DataFrame
        Cells as they are printed.
    columns : TableColumns
        What its columns hold.
    note : Footnote
        Whose people they are.
    where : str
        Name of the file, for messages.

    Returns
    -------
    list of Published
        One per outcome and set of columns that have a group; a cell with the word for everyone
        makes a row of the margin.

    Raises
    ------
    SchemaError
        If no column holds counts, a cell is neither a number nor hidden, or two rows have the same
        groups.
    UnknownColumnError
        If a column that was named is not there.

    Examples
    --------
    >>> frame = pd.DataFrame({"region": ["a", "b", "Total"], "n": ["40", "x", "48"]})
    >>> note = Footnote("outcome", "", "", "", "", "", "", 0.95, "", "", 0, "0")
    >>> [(one.table.by, len(one.table.rows))
    ...  for one in read_published_frame(frame, TableColumns(), note, where="a.csv")]
    [(('region',), 2), ((), 1)]
    """
    text = frame.astype("string").fillna("").astype("object").reset_index(drop=True)
    named = find_columns(text, columns, where=where)
    cells = _Cells(text, named, columns, where)
    totals = {
        name: total_groups(
            text[name].map(strip_text), cells.n, columns, where=f"{where}, column {name!r}"
        )
        for name in named.by
    }
    found: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], int]] = {}
    for at in range(len(text)):
        group = {name: strip_text(text[name].iloc[at]) for name in named.by}
        kept = tuple(name for name, value in group.items() if value not in totals[name])
        outcome = text[named.outcome].iloc[at] if named.outcome else named.name(note)
        rows = found.setdefault((outcome, kept), {})
        values = tuple(group[name] for name in kept)
        if values in rows:
            raise SchemaError(
                f"{where}: rows {rows[values] + 1} and {at + 1} have the same groups "
                f"({', '.join(values) or 'everyone'}). Name every grouping column with --by COLUMN."
            )
        rows[values] = at
    for (_, by), rows in found.items():
        warn_of_totals(by, rows, cells.n, where)
    return [
        cells.table(by, rows, replace(note, outcome=outcome))
        for (outcome, by), rows in found.items()
    ]


class _Column:
    """Numbers of one column, with what its words tell."""

    def __init__(self, texts: pd.Series[Any], columns: TableColumns, where: str) -> None:
        self.name = str(texts.name)
        hidden = {word.casefold() for word in (*HIDDEN_WORDS, *columns.hidden)}
        plain = texts.map(lambda text: strip_text(str(text)).removesuffix("%").strip())
        self.texts = plain.tolist()
        self.limits = {at: found for at, text in enumerate(plain) if (found := _limits(text))}
        said = {word.casefold() for word in columns.hidden}  # -1 can be such a word
        numbers = [looks_like_number(text) and text.casefold() not in said for text in plain]
        self.words = [
            (at, text)
            for at, text in enumerate(plain)
            if not numbers[at]
            and at not in self.limits
            and text.casefold() not in hidden
            and not says_nothing(text)
        ]
        only = plain.where(pd.Series(numbers, index=plain.index), "").rename(self.name)
        self.values = numbers_or_nan(only, columns.form, place=where).tolist()
        self.percent = any("%" in str(text) for text in texts)

    def require_numbers(self, where: str) -> None:
        """Raise when a cell holds a word that nobody explained."""
        if self.words:
            at, word = self.words[0]
            raise SchemaError(
                f"{where}, column {self.name!r}: {word!r} ({len(self.words)} cell(s), first in row "
                f"{at + 1}) is no number, and no word for a hidden cell. Say --hidden {word} when "
                "it is one."
            )

    def counts(self, where: str) -> list[int | None]:
        """Whole numbers, ``None`` where hidden."""
        self.require_numbers(where)
        wrong = [
            at
            for at, value in enumerate(self.values)
            if math.isfinite(value) and (value < 0 or value != int(value))
        ]
        if wrong:
            raise SchemaError(
                f"{where}, column {self.name!r}: {self.texts[wrong[0]]!r} ({len(wrong)} cell(s), "
                f"first in row {wrong[0] + 1}) is no number of people. Name the column of the "
                "unweighted counts with --count, and of the shares with --share."
            )
        return [None if math.isnan(value) else int(value) for value in self.values]

    def shares(self, where: str) -> tuple[list[float], int]:
        """Shares between 0 and 1, and their decimals."""
        self.require_numbers(where)
        known = [value for value in self.values if math.isfinite(value)]
        percent = self.percent or bool(PERCENT.search(self.name)) or max(known, default=0.0) > 1.0
        decimals = max((len(re.split("[.,]", text)[1]) for text in self._with_sign()), default=0)
        scale = 100.0 if percent else 1.0
        return [value / scale for value in self.values], decimals + (2 if percent else 0)

    def _with_sign(self) -> Iterable[str]:
        return (
            text
            for text, value in zip(self.texts, self.values, strict=True)
            if math.isfinite(value) and re.search("[.,]", text)
        )


def _limits(text: str) -> tuple[float, float] | None:
    """Bounds that the word of a hidden cell tells: ``<10`` and ``1-9``."""
    below, between = _BELOW.fullmatch(text), _BETWEEN.fullmatch(text)
    if below:
        return 0.0, float(below[1]) - (0.0 if "=" in text or "≤" in text else 1.0)
    return (float(between[1]), float(between[2])) if between else None


class _Cells:
    """Numbers of the columns of one file."""

    def __init__(
        self, text: pd.DataFrame, named: NamedColumns, columns: TableColumns, where: str
    ) -> None:
        def column(name: str | None) -> _Column | None:
            return None if name is None else _Column(text[name], columns, where)

        def counts(one: _Column | None) -> list[int | None]:
            return [None] * len(text) if one is None else one.counts(where)

        count, yes, share = column(named.count), column(named.yes), column(named.share)
        self.n, self.yes = counts(count), counts(yes)
        self.missing = counts(column(named.missing)) if named.missing else None
        self.share, self.decimals = [_NOTHING] * len(text), 0
        if share is not None:
            self.share, self.decimals = share.shares(where)
        self.limits = {
            word: one.limits for word, one in (("n_valid", count), ("n_outcome", yes)) if one
        }
        if columns.status is not None:
            self._hide(text[columns.status])
        self.statistic = COUNT if yes is None and share is None else "proportion"
        self.weight = "weight" if columns.weighted or set(OWN) <= set(text.columns) else ""

    def _hide(self, statuses: pd.Series[Any]) -> None:
        """Leave out what a status of τ-ARGUS says is not shown."""
        for at, status in enumerate(statuses):
            if not is_shown_status(status):
                self.n[at], self.yes[at], self.share[at] = None, None, _NOTHING

    def table(
        self, by: tuple[str, ...], rows: Mapping[tuple[str, ...], int], note: Footnote
    ) -> Published:
        """Rows of one set of groups."""
        made = tuple(self._row(at, group) for group, at in rows.items())
        limits = {
            (number, word): found[at]
            for number, at in enumerate(rows.values())
            for word, found in self.limits.items()
            if at in found
        }
        # a table that prints who did not answer says so itself
        origin = note.origin if self.missing is None else "printed"
        note = replace(note, statistic=self.statistic, weight=self.weight, origin=origin)
        return Published(Estimates(by, made, note), self.decimals, limits)

    def _row(self, at: int, group: tuple[str, ...]) -> Estimate:
        n, yes, share = self.n[at], self.yes[at], self.share[at]
        missing = self.missing[at] if self.missing is not None else None if n is None else 0
        row = _row(group, n=n, yes=yes, share=share, missing=missing)
        return row.hide() if n is None and yes is None and math.isnan(share) else row
