"""What has left, as text that a later release can be checked against.

It holds what the tables printed and nothing more: a row that was hidden is only known to be hidden.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.files.document_text import parse_json
from eenzaam_stats.output_check import require_passed
from eenzaam_stats.results.estimates import Estimate, Estimates, Footnote
from eenzaam_stats.vocabulary import Disclosure, Flag

_NUMBERS = ("estimate", "std_error", "conf_low", "conf_high", "weight_sum", "deff")
_COUNTS = ("df", "n_valid", "n_missing", "n_outcome")


def format_released(tables: Sequence[Estimates]) -> str:
    """Released tables as one JSON document.

    Parameters
    ----------
    tables : sequence of Estimates
        What :func:`eenzaam_stats.suppress` gave.

    Returns
    -------
    str

    Raises
    ------
    DisclosureError
        If a table was not checked: whoever reads the record takes every row as released.

    Examples
    --------
    >>> parse_released(format_released(()))
    ()
    """
    for table in tables:
        require_passed(table, "the record of a release")
    return json.dumps([_table(table) for table in tables], ensure_ascii=False, allow_nan=False)


def parse_released(text: str) -> tuple[Estimates, ...]:
    """Tables that have left: rows are safe, or hidden without a number.

    Parameters
    ----------
    text : str
        What :func:`format_released` gave.

    Returns
    -------
    tuple of Estimates

    Raises
    ------
    SchemaError
        If the text is no such document.
    """
    try:
        return tuple(
            _read(table) for table in parse_json(text, of="the record of an earlier release")
        )
    except (ValueError, KeyError, TypeError) as problem:
        raise SchemaError(
            "the record of an earlier release cannot be read. Take the folder that "
            "eenzaam-stats prevalence --release made, with its files unchanged."
        ) from problem


def _table(table: Estimates) -> dict[str, Any]:
    rows = [
        {
            "group": list(row.group),
            **(
                {}
                if row.flag is Flag.SUPPRESSED
                else {
                    **{name: _number(getattr(row, name)) for name in _NUMBERS},
                    **{name: getattr(row, name) for name in _COUNTS},
                }
            ),
        }
        for row in table.rows
    ]
    return {"by": list(table.by), "footnote": asdict(table.footnote), "rows": rows}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _read(table: dict[str, Any]) -> Estimates:
    note = {name: table["footnote"][name] for name in (one.name for one in fields(Footnote))}
    return Estimates(
        tuple(table["by"]),
        tuple(_row(row) for row in table["rows"]),
        Footnote(**{**note, "over": tuple(note["over"])}),
    )


def _row(row: dict[str, Any]) -> Estimate:
    group, hidden = tuple(row["group"]), "n_valid" not in row
    values: dict[str, Any] = {name: row.get(name) for name in _COUNTS}
    values |= {name: math.nan if row.get(name) is None else row[name] for name in _NUMBERS}
    plain = Estimate(group=group, disclosure=Disclosure.SAFE, **values)
    return plain.hide() if hidden else plain
