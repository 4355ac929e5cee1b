"""Respondents who occur more than once: counted, named by row, and dropped only when asked."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.arrays import BoolArray
from eenzaam_stats.results.estimates import CheckResult

Duplicates = Literal["report", "first", "most_complete"]
ROWS_SHOWN = 10


def check_duplicates(key: pd.Series[str], rows: npt.NDArray[np.int64], *, name: str) -> CheckResult:
    """Count the rows whose key was seen before.

    Parameters
    ----------
    key : pandas.Series of str, length n
        Key of the person; a missing key is nobody's duplicate.
    rows : ndarray of int, shape (n,)
        Row numbers in the file, from 1.
    name : str
        Name of the key in the file.

    Returns
    -------
    CheckResult
        ``passed`` is true when every key occurs once; ``rows`` are the first repeated rows.

    Examples
    --------
    >>> check_duplicates(pd.Series(["a", "b", "a"]), np.array([1, 2, 3]), name="volgnummer").message
    'volgnummer: 1 row(s) repeat a respondent'
    """
    again = (key.duplicated() & key.notna()).to_numpy(dtype=np.bool_)
    first = tuple(int(row) for row in rows[again][:ROWS_SHOWN])
    message = f"{name}: {int(again.sum()):,} row(s) repeat a respondent"
    return CheckResult("duplicates", not again.any(), message, first)


def select_rows(
    key: pd.Series[str], n_missing: npt.NDArray[np.int64], *, duplicates: Duplicates
) -> BoolArray:
    """Rows to keep.

    Parameters
    ----------
    key : pandas.Series of str, length n
        Key of the person; a row without one is always kept.
    n_missing : ndarray of int, shape (n,)
        Items without an answer.
    duplicates : {"report", "first", "most_complete"}
        Keep all, the first row of each person, or the one with the fewest missing items (the first
        of these when several are equal).

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    >>> key, gaps = pd.Series(["a", "b", "a"]), np.array([3, 0, 1])
    >>> select_rows(key, gaps, duplicates="most_complete").tolist()
    [False, True, True]
    """
    if duplicates == "report":
        return np.ones(len(key), dtype=np.bool_)
    order = np.arange(len(key))
    if duplicates == "most_complete":
        # Both rules are in use for the same monitor: the code of 2016 keeps the most complete
        # record, that of 2020 the first. So the user chooses, and nothing is dropped by default.
        order = np.argsort(n_missing, kind="stable")
    in_order = key.iloc[order]
    keep = np.empty(len(key), dtype=np.bool_)
    # Rows without a key are nobody's repetition.
    keep[order] = ~(in_order.duplicated() & in_order.notna()).to_numpy(dtype=np.bool_)
    return keep
