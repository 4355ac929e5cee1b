"""Respondents who occur more than once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eenzaam_stats.loaders.harmonise.duplicates import check_duplicates, select_rows

KEY = pd.Series(["a", "b", "a", None, None, "b"], dtype="str")
GAPS = np.array([3, 1, 0, 5, 5, 1])


def test_repeats_are_counted_with_their_rows_and_missing_keys_are_nobody():
    check = check_duplicates(KEY, np.arange(1, 7), name="RINPERSOON")
    assert (check.passed, check.rows) == (False, (3, 6))
    assert check.message == "RINPERSOON: 2 row(s) repeat a respondent"


def test_no_more_than_ten_rows_are_named():
    check = check_duplicates(pd.Series(["a"] * 40), np.arange(1, 41), name="k")
    assert check.rows == tuple(range(2, 12))


def test_report_keeps_every_row():
    assert select_rows(KEY, GAPS, duplicates="report").all()


def test_first_keeps_the_first_row_of_each_person():
    assert select_rows(KEY, GAPS, duplicates="first").tolist() == [
        True,
        True,
        False,
        True,
        True,
        False,
    ]


def test_most_complete_keeps_the_row_with_fewest_gaps_and_the_first_of_equals():
    keep = select_rows(KEY, GAPS, duplicates="most_complete")
    assert keep.tolist() == [False, True, True, True, True, False]
