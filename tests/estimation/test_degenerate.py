"""Nobody, everybody, one person, no answers, empty groups, strata with one respondent."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.errors import DesignError
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.vocabulary import Flag

FOUR = {"weight": [1.0, 2.0, 3.0, 4.0]}


def without_interval(row, *, reason):
    assert math.isnan(row.conf_low)
    assert math.isnan(row.conf_high)
    assert row.flag is Flag.UNCERTAIN
    assert row.reason == reason


@pytest.mark.parametrize("interval", ["logit", "wald"])
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (0, "nobody who answered has the outcome"),
        (1, "everybody who answered has the outcome"),
    ],
)
def test_nobody_or_everybody_has_no_error_no_limits_and_a_flag(
    make_survey, interval, answer, reason
):
    survey = make_survey(pd.DataFrame({**FOUR, "lonely": answer}), weight="weight")
    row = prevalence(survey, "lonely", interval=interval).rows[0]
    assert (row.estimate, row.std_error, row.df, row.n_valid) == (float(answer), 0.0, 3, 4)
    assert math.isnan(row.deff)
    without_interval(row, reason=reason)


def test_one_person_has_no_degrees_of_freedom(make_survey):
    survey = make_survey(pd.DataFrame({"weight": [2.0], "lonely": [True]}), weight="weight")
    row = prevalence(survey, "lonely").rows[0]
    assert (row.estimate, row.df, row.n_valid, row.weight_sum) == (1.0, 0, 1, 2.0)
    without_interval(row, reason="everybody who answered has the outcome; no degrees of freedom")


def test_one_answer_per_stratum_has_an_error_but_no_degrees_of_freedom(make_survey):
    frame = pd.DataFrame(
        {
            **FOUR,
            "stratum": ["a", "a", "b", "b"],
            "lonely": pd.array([True, None, None, False], dtype="boolean"),
        }
    )
    row = prevalence(make_survey(frame, weight="weight", stratum="stratum"), "lonely").rows[0]
    # p = 1/5, u = (4/25, 0) and (0, -4/25): each stratum gives 2 * (u^2 - u^2 / 2)
    assert row.estimate == pytest.approx(1 / 5, rel=1e-14)
    assert row.std_error == pytest.approx(math.sqrt(2) * 4 / 25, rel=1e-14)
    assert row.df == 0
    without_interval(row, reason="no degrees of freedom")


def test_group_without_an_answer_has_a_row_and_no_estimate(make_survey):
    frame = pd.DataFrame(
        {
            **FOUR,
            "region": ["west", "east", "west", "east"],
            "lonely": pd.array([True, None, False, None], dtype="boolean"),
        }
    )
    east, west = prevalence(make_survey(frame, weight="weight"), "lonely", by="region").rows
    assert east.group == ("east",)
    assert (east.n_valid, east.n_missing, east.df, east.weight_sum) == (0, 2, 0, 0.0)
    assert math.isnan(east.estimate)
    assert math.isnan(east.std_error)
    assert math.isnan(east.deff)
    without_interval(east, reason="nobody in the group has an answer")
    assert (west.n_valid, west.n_missing, west.flag) == (2, 0, Flag.RELIABLE)


@pytest.mark.parametrize("dtype", ["object", "float64", "boolean", "Int8"])
def test_nobody_answered_at_all(make_survey, dtype):
    missing = pd.array([None] * 4, dtype=dtype) if dtype != "float64" else [math.nan] * 4
    row = prevalence(
        make_survey(pd.DataFrame({**FOUR, "lonely": missing}), weight="weight"), "lonely"
    ).rows[0]
    assert (row.n_valid, row.n_missing) == (0, 4)
    without_interval(row, reason="nobody in the group has an answer")


def test_category_that_does_not_occur_has_no_row(make_survey):
    region = pd.Categorical(["a", "b", "a", "b"], categories=["b", "a", "empty"], ordered=True)
    frame = pd.DataFrame({**FOUR, "region": region, "lonely": [1, 0, 0, 1]})
    rows = prevalence(make_survey(frame, weight="weight"), "lonely", by="region").rows
    assert [row.group for row in rows] == [("b",), ("a",)]


def test_respondent_without_a_group_is_counted_and_keeps_the_place_in_the_stratum(make_survey):
    frame = pd.DataFrame({**FOUR, "region": ["a", "a", None, "a"], "lonely": [1, 0, 1, None]})
    survey = make_survey(frame, weight="weight")
    estimates = prevalence(survey, "lonely", by="region")
    (row,) = estimates.rows
    assert estimates.footnote.n_without_group == 1
    assert (row.n_valid, row.n_missing) == (2, 1)
    # weights 1 and 2, p = 1/3, u = (2/9, -2/9), four rows in the stratum: 4/3 * 8/81
    assert row.std_error == pytest.approx(math.sqrt(4 / 3 * 8 / 81), rel=1e-14)


def test_nobody_in_the_file(make_survey):
    empty = pd.DataFrame({"weight": [1.0], "region": ["a"], "lonely": [1]}).iloc[:0]
    survey = make_survey(empty, weight="weight")
    assert prevalence(survey, "lonely", by="region").rows == ()
    (row,) = prevalence(survey, "lonely").rows
    assert (row.n_valid, row.n_missing, row.df) == (0, 0, 0)
    without_interval(row, reason="nobody in the group has an answer")


def test_nothing_varies_within_the_strata(make_survey):
    frame = pd.DataFrame(
        {"weight": [0.1, 0.1, 0.7, 0.7], "stratum": [1, 1, 2, 2], "lonely": [1, 1, 0, 0]}
    )
    row = prevalence(make_survey(frame, weight="weight", stratum="stratum"), "lonely").rows[0]
    assert row.estimate == pytest.approx(1 / 8, rel=1e-14)
    assert (row.std_error, row.df) == (0.0, 2)
    without_interval(row, reason="no variance within the strata")


LONELY = pd.DataFrame(
    {
        "weight": [1.0, 1.0, 1.0, 1.0, 1.0],
        "stratum": ["a", "a", "b", "c", "a"],
        "region": ["x", "x", "x", "y", "y"],
        "lonely": pd.array([True, False, True, None, True], dtype="boolean"),
    }
)


def test_stratum_with_one_respondent_stops_the_run_and_is_named(make_survey):
    survey = make_survey(LONELY, weight="weight", stratum="stratum")
    # the one respondent of stratum c has no answer, so c cannot do harm
    with pytest.raises(
        DesignError,
        match=r"two respondents in every stratum, and 1 .* one: \['b'\]\. Merge .*certainty",
    ):
        prevalence(survey, "lonely", by="region")


def test_stratum_with_one_respondent_adds_no_variance_when_the_design_says_so(make_survey):
    survey = make_survey(LONELY, weight="weight", stratum="stratum", single_psu="certainty")
    x, y = prevalence(survey, "lonely", by="region").rows
    # x: p = 2/3, u of stratum a = (1/9, -2/9, 0): 3/2 * (5/81 - 1/243); b adds nothing
    assert x.std_error == pytest.approx(math.sqrt(1.5 * (5 / 81 - 1 / 243)), rel=1e-13)
    assert (x.df, y.n_missing) == (1, 1)


def test_long_list_of_lonely_strata_is_cut_and_counted(make_survey):
    frame = pd.DataFrame({"weight": 1.0, "stratum": range(14), "lonely": [0, 1] * 7})
    with pytest.raises(DesignError, match=r"14 .* one: \[0, 1, .*, 8, 9\] and 4 more"):
        prevalence(make_survey(frame, weight="weight", stratum="stratum"), "lonely")


QUANTITIES = {
    "mean": lambda survey: es.mean(survey, "score", weights=None),
    "total": lambda survey: es.total(survey, "score", of="number", weights=None),
    "people": lambda survey: es.total(survey, "flag", weights=None),
    "ratio": lambda survey: es.ratio(survey, "score", "base", weights=None),
}
VALUE = {"mean": 6.0, "total": 6.0, "people": 1.0, "ratio": 3.0}


def several(values: list[float | None]) -> pd.DataFrame:
    """Scores with a flag and a base that are missing where the score is."""
    score = pd.Series(values, dtype="float64")
    return pd.DataFrame({"score": score, "flag": score / score, "base": score / 3.0})


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_quantity_of_one_person_has_no_degrees_of_freedom(make_survey, quantity):
    (row,) = QUANTITIES[quantity](make_survey(several([6.0]))).rows
    assert (row.estimate, row.std_error, row.df) == (VALUE[quantity], 0.0, 0)
    without_interval(row, reason="no degrees of freedom; no variance within the strata")


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_quantity_of_nobody_who_answered_is_missing(make_survey, quantity):
    (row,) = QUANTITIES[quantity](make_survey(several([None, None]))).rows
    assert (row.n_valid, row.n_missing, row.df) == (0, 2, 0)
    assert math.isnan(row.estimate)
    assert math.isnan(row.std_error)
    without_interval(row, reason="nobody in the group has an answer")


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_quantity_that_is_the_same_for_everyone_has_no_variance(make_survey, quantity):
    (row,) = QUANTITIES[quantity](make_survey(several([6.0] * 4))).rows
    times = 4 if quantity in ("total", "people") else 1
    assert (row.estimate, row.std_error, row.df) == (times * VALUE[quantity], 0.0, 3)
    assert math.isnan(row.deff)
    without_interval(row, reason="no variance within the strata")


def test_total_of_some_who_did_not_answer_varies_with_who_answers(make_survey):
    # 6, 6 and nothing: u = 6, 6, 0 in a stratum of three, 3/2 (72 - 144/3)
    (row,) = QUANTITIES["total"](make_survey(several([6.0, 6.0, None]))).rows
    assert (row.estimate, row.n_missing) == (12.0, 1)
    assert row.std_error == pytest.approx(6.0, rel=1e-14)


def test_ratio_whose_denominator_is_nothing_does_not_exist(make_survey):
    frame = pd.DataFrame({"score": [1.0, 2.0], "base": 0.0})
    (row,) = QUANTITIES["ratio"](make_survey(frame)).rows
    assert math.isnan(row.estimate)
    assert math.isnan(row.std_error)
    without_interval(row, reason="the denominator adds up to 0")
