"""Doubt of the rows of a frame of estimates: what flag, error, degrees of freedom and interval say.

A frame may come from ``tidy()``, from a file or from a user; each column counts where it is there.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.number_columns import numbers_or_nan
from eenzaam_stats.output_check import read_status
from eenzaam_stats.results.doubt import Doubt, find_doubt
from eenzaam_stats.vocabulary import Flag


def row_doubts(frame: pd.DataFrame, *, sets: Sequence[Hashable] | None = None) -> list[Doubt]:
    """Doubt of every row.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``estimate``; where it has them ``std_error``, ``df``, ``flag``, ``reason`` and ``conf_low``
        count.
    sets : sequence, optional
        What each row belongs to, for instance its wave; one set without it. Where no row of a set
        has a standard error, errors are unknown there and not 0.

    Returns
    -------
    list of Doubt

    Examples
    --------
    >>> frame = pd.DataFrame({"estimate": [0.4, 0.0], "std_error": [0.02, 0.0]})
    >>> [one.reason for one in row_doubts(frame)]
    ['', 'no variance']
    """
    errors, df, low = (numbers(frame, name) for name in ("std_error", "df", "conf_low"))
    status = read_status(frame)
    labels = [0] * len(frame) if sets is None else list(sets)
    known = {label for label, error in zip(labels, errors, strict=True) if math.isfinite(error)}
    # a column of a file in which no row has a reason is one of numbers
    words = frame["reason"].astype("object") if "reason" in frame else pd.Series([""] * len(frame))
    reasons = words.where(words.notna(), "").tolist()
    return [
        find_doubt(
            flag,
            float(errors[at]) if labels[at] in known else math.inf,
            float(df[at]) if math.isfinite(df[at]) else math.inf,
            size=float(estimate),
            reason=str(reasons[at]),
            interval="conf_low" not in frame or math.isfinite(low[at]),
            disclosure=status,
        )
        for at, (flag, estimate) in enumerate(
            zip(flags(frame), numbers(frame, "estimate"), strict=True)
        )
    ]


def flags(frame: pd.DataFrame) -> list[str]:
    """Flag of every row; reliable where a frame has none."""
    if "flag" not in frame:
        return [str(Flag.RELIABLE)] * len(frame)
    return [str(Flag.RELIABLE) if pd.isna(flag) else str(flag) for flag in frame["flag"]]


def numbers(frame: pd.DataFrame, name: str) -> FloatArray:
    """Column as numbers; NaN where it holds none or is not there."""
    if name not in frame:
        return np.full(len(frame), np.nan)
    column = numbers_or_nan(frame[name], place=f"column {name!r}")
    return np.asarray(column.to_numpy(np.float64, na_value=np.nan))
