"""One answer that decides the estimate of a group: said with the number, and in what is made of it.

The error of such a group is small because one person cannot differ from herself.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es


def heavy(weight: float) -> pd.DataFrame:
    rows = np.arange(80)
    return pd.DataFrame(
        {
            "g": np.where(rows < 20, "few", "rest"),
            "w": np.where(rows == 0, weight, 1.0),
            "lonely": np.where(rows < 20, rows % 3 == 0, rows % 2 == 0).astype(int),
        }
    )


@pytest.mark.parametrize("weight", [40.0, 1_234.0, 1e6])
def test_a_group_that_one_respondent_decides_is_flagged(make_survey, weight):
    survey = make_survey(heavy(weight), weight="w")
    few, rest = es.prevalence(survey, "lonely", by="g").rows
    assert str(few.flag) == "uncertain"
    # by hand: its weight over the 19 others of weight 1
    assert f"one respondent has {weight / (weight + 19):.0%} of the weight" in few.reason
    assert (str(rest.flag), rest.reason) == ("reliable", "")


def test_what_is_made_of_such_a_group_says_so(make_survey):
    survey = make_survey(heavy(1_234.0), weight="w")
    (pair,) = es.compare(survey, "lonely", by="g").rows
    assert str(pair.flag) == "uncertain"
    assert "one respondent has 98% of the weight" in pair.reason


@pytest.mark.parametrize("weight", [1.0, 18.0])
def test_a_weight_of_less_than_half_is_no_doubt(make_survey, weight):
    rows = es.prevalence(make_survey(heavy(weight), weight="w"), "lonely", by="g").rows
    assert [row.reason for row in rows] == ["", ""]


def test_a_wave_of_everybody_withholds_the_test_of_a_trend_on_either_scale(make_survey):
    waves = np.repeat(np.arange(2012, 2020), 40)
    answers = (np.arange(320) * 7 % 40 < 14 + (waves - 2012)).astype(int)
    answers[waves == 2016] = 1
    survey = make_survey(pd.DataFrame({"wave": waves, "lonely": answers, "w": 1.0}), weight="w")
    for scale in ("identity", "logit"):
        (row,) = es.estimation.linear_trend(survey, "lonely", wave="wave", link=scale).rows
        assert np.isnan(row.p_value), scale
        assert "2016 (everybody who answered has the outcome)" in row.reason


@pytest.mark.parametrize("words", [["men ", "women"], [" men", "women\u00a0"]])
def test_classes_of_a_standard_may_have_blanks_around_them(make_survey, words):
    sexes = np.where(np.arange(60) % 2 == 0, "men", "women")
    frame = pd.DataFrame({"sex": sexes, "lonely": np.arange(60) % 5 == 0, "w": 1.0})
    survey = make_survey(frame.astype({"lonely": int}), weight="w")
    plain = es.Standard.of({"men": 1.0, "women": 3.0}, over="sex")
    table = pd.DataFrame({"sex": words, "population": [1.0, 3.0]})
    with_blanks = es.Standard.of(table, over="sex")
    one = es.standardise(survey, "lonely", standard=plain).rows
    other = es.standardise(survey, "lonely", standard=with_blanks).rows
    assert [row.estimate for row in one] == [row.estimate for row in other]
