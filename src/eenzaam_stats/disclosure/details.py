"""Estimates from the table that ``details()`` gives, so that a file of them can be suppressed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from eenzaam_stats.results.estimates import (
    DETAIL_COLUMNS,
    TIDY_COLUMNS,
    Estimate,
    Estimates,
    Footnote,
)
from eenzaam_stats.version import VERSION
from eenzaam_stats.vocabulary import Disclosure, Flag

_WHOLE = ("df", "n_valid", "n_missing", "n_outcome")
_NEEDED = ("estimate", "std_error", "largest_weight_share", *_WHOLE)
_OTHER = ("conf_low", "conf_high", "weight_sum", "deff", "deff_wor", "n_effective")
_ABOUT = ("outcome", "method", "origin")


def read_estimates(frame: pd.DataFrame, *, source: str) -> Estimates | None:
    """Shares of one table of ``details()``; ``None`` for anything else.

    Parameters
    ----------
    frame : pandas.DataFrame
        As ``details()`` gives it, or the CSV of it, perhaps with its outcome beside it.
    source : str
        Where it comes from.

    Returns
    -------
    Estimates or None
        ``None`` where counts are missing that the rules need, a group is empty or comes twice, or
        there are several outcomes.

    Examples
    --------
    >>> frame = pd.DataFrame({"wave": [2020, 2022], "estimate": [0.4, 0.5]})
    >>> read_estimates(frame, source="a.csv") is None
    True
    """
    names = [str(name) for name in frame.columns]
    known = {*TIDY_COLUMNS, *DETAIL_COLUMNS, *_ABOUT}
    by = [name for name in names if name not in known and not name.startswith("n_missing_")]
    groups = [tuple(map(str, group)) for group in frame[by].itertuples(index=False)]
    outcomes = set(frame["outcome"]) if "outcome" in names else {"outcome"}
    complete = by and set(_NEEDED) <= set(names) and len(set(names)) == len(names)
    if not complete or len(set(groups)) < len(groups) or len(outcomes) != 1:
        return None
    wanted = [name for name in (*_NEEDED, *_OTHER) if name in names]
    numbers = frame[wanted].apply(pd.to_numeric, errors="coerce")
    hidden = [_says_hidden(row) for row in frame.to_dict("records")]
    lacking = numbers.loc[[not one for one in hidden], list(_WHOLE)].isna()
    if frame[by].isna().to_numpy().any() or lacking.to_numpy().any():
        return None
    rows = tuple(
        _row(group, values, hidden=one)
        for group, values, one in zip(groups, numbers.to_dict("records"), hidden, strict=True)
    )
    note = Footnote(
        *(str(outcomes.pop()), "", source, "", "", "microdata", "as in the table", 0.95, "", ""),
        *(0, VERSION),
    )
    return Estimates(tuple(by), rows, note)


def _says_hidden(row: Mapping[Any, Any]) -> bool:
    return Flag.SUPPRESSED in (row.get("flag"), row.get("disclosure"))


def _row(group: tuple[str, ...], values: Mapping[Any, Any], *, hidden: bool) -> Estimate:
    floats = {name: float(values.get(name, math.nan)) for name in (*_NEEDED, *_OTHER)}
    counts = {name: None if math.isnan(floats[name]) else int(floats[name]) for name in _WHOLE}
    made: dict[str, Any] = {**floats, **counts}
    plain = Estimate(group=group, disclosure=Disclosure.UNCHECKED, **made)
    return plain.hide() if hidden else plain
