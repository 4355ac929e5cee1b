"""What the verb gives back: columns, order, texts, footnote."""

from __future__ import annotations

import math
import pickle
from dataclasses import FrozenInstanceError, replace

import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats import estimation
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.results.comparisons import COMPARISON_COLUMNS
from eenzaam_stats.results.estimates import TIDY_COLUMNS, CheckResult, Footnote
from eenzaam_stats.scoring_report import ScoringReport
from eenzaam_stats.version import VERSION
from eenzaam_stats.vocabulary import Flag

FRAME = pd.DataFrame(
    {
        "weight": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        "other": [1.0] * 6,
        "stratum": ["b", "a", "b", "a", "b", "a"],
        "sex": ["women", "men", "women", "men", "men", "women"],
        "year": [2022, 2016, 2022, 2016, 2022, 2016],
        "lonely": pd.array([True, False, None, True, False, True], dtype="boolean"),
    }
)
DESIGN = {"weight": "weight", "stratum": "stratum"}


def scored(survey, *scales):
    check = CheckResult("direction", passed=True, message="")
    reports = tuple(
        ScoringReport(scale, ("lonely", "severely_lonely"), 6, 6, 0, None, check)
        for scale in scales
    )
    return replace(survey, scoring=reports)


def test_tidy_has_its_columns_in_order_and_is_fresh_each_time(make_survey):
    estimates = prevalence(make_survey(FRAME, **DESIGN), "lonely", by=["year", "sex"])
    table = estimates.tidy()
    assert list(table.columns) == ["year", "sex", *TIDY_COLUMNS]
    assert table["flag"].isin([flag.value for flag in Flag]).all()
    assert table.index.tolist() == [0, 1, 2, 3]
    table["estimate"] = 0.0
    assert (estimates.tidy()["estimate"] != 0.0).any()


def test_everyone_is_one_row_without_group_columns(make_survey):
    estimates = prevalence(make_survey(FRAME, **DESIGN), "lonely")
    assert estimates.by == ()
    assert [row.group for row in estimates.rows] == [()]
    assert list(estimates.tidy().columns) == list(TIDY_COLUMNS)


def test_one_name_and_a_list_of_one_name_are_the_same(make_survey):
    survey = make_survey(FRAME, **DESIGN)
    assert prevalence(survey, "lonely", by="sex") == prevalence(survey, "lonely", by=["sex"])


def test_results_are_values(make_survey):
    survey = make_survey(FRAME, **DESIGN)
    one, two = (prevalence(survey, "lonely", by="sex") for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    # also where limits are undefined, and NaN differs from itself
    assert any(math.isnan(row.conf_low) for row in one.rows)
    assert pickle.loads(pickle.dumps(one)) == one
    assert one != prevalence(survey, "lonely", by="year")
    assert one.rows[0] != one.rows[1]
    assert one.rows[0] != "an estimate"
    with pytest.raises(FrozenInstanceError):
        one.rows = ()
    row = one.rows[0]
    assert [type(value) for value in (row.estimate, row.df, row.n_valid, row.group[0])] == [
        float,
        int,
        int,
        str,
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([10, 9, 100, 9, 10, 100], ["9", "10", "100"]),
        ([10.0, 9.0, 2.5, 9.0, 10.0, 2.5], ["2.5", "9", "10"]),
        (["10", "9", "100", "9", "10", "100"], ["10", "100", "9"]),
        (["é", "a", "Z", "a", "é", "Z"], ["Z", "a", "é"]),
        ([True, False, True, False, True, False], ["False", "True"]),
        (pd.Categorical(["b", "a"] * 3, categories=["b", "a"]), ["b", "a"]),
        (pd.Categorical(["b", "a"] * 3, categories=["b", "a"], ordered=True), ["b", "a"]),
        (pd.Categorical([1, 2] * 3, categories=[2, 1], ordered=True), ["2", "1"]),
        (pd.to_datetime(["2022-09-01", "2016-09-01"] * 3).date, ["2016-09-01", "2022-09-01"]),
        (pd.Series([1, "x"] * 3, dtype="object"), ["1", "x"]),
    ],
)
def test_groups_are_sorted_and_written_as_text(make_survey, values, expected):
    survey = make_survey(FRAME.assign(group=values), **DESIGN)
    assert [row.group for row in prevalence(survey, "lonely", by="group").rows] == [
        (text,) for text in expected
    ]


def test_first_grouping_column_varies_slowest(make_survey):
    rows = prevalence(make_survey(FRAME, **DESIGN), "lonely", by=["year", "sex"]).rows
    assert [row.group for row in rows] == [
        ("2016", "men"),
        ("2016", "women"),
        ("2022", "men"),
        ("2022", "women"),
    ]


def test_stratum_weight_and_outcome_may_also_be_groups(make_survey):
    survey = make_survey(FRAME, **DESIGN)
    by_stratum = prevalence(survey, "lonely", by="stratum")
    assert [row.group for row in by_stratum.rows] == [("a",), ("b",)]
    by_outcome = prevalence(survey, "lonely", by="lonely")
    assert [(row.group, row.estimate) for row in by_outcome.rows] == [
        (("False",), 0.0),
        (("True",), 1.0),
    ]
    assert by_outcome.footnote.n_without_group == 1


def test_column_names_of_the_frame_cannot_collide_with_those_of_the_pass(make_survey):
    taken = {"sex": "n", "year": "key_0", "weight": "w", "stratum": "y", "lonely": "yes"}
    plain = prevalence(make_survey(FRAME, **DESIGN), "lonely", by=["year", "sex"])
    renamed = make_survey(FRAME.rename(columns=taken), weight="w", stratum="y")
    assert prevalence(renamed, "yes", by=["key_0", "n"]).rows == plain.rows


def test_footnote_holds_what_a_reader_must_know(make_survey):
    survey = scored(make_survey(FRAME, **DESIGN), "DJG11")
    assert prevalence(survey, "lonely", level=0.9).footnote == Footnote(
        outcome="lonely",
        scale="DJG11",
        source="made_up",
        wave="2022",
        population="made-up adults",
        origin="synthetic",
        method="direct estimate, Taylor linearisation, stratified, weights of the design taken as "
        "fixed; logit interval with t on the degrees of freedom of the group",
        level=0.9,
        weight="weight",
        stratum="stratum",
        n_without_group=0,
        version=VERSION,
    )


@pytest.mark.parametrize(
    ("design", "options", "weight", "words"),
    [
        (DESIGN, {"weights": "other"}, "other", "weights from 'other' instead of 'weight'"),
        ({}, {"weights": "other"}, "other", "weights from 'other' named by the user"),
        (DESIGN, {"weights": None}, "", "stratified, without weights; logit"),
        ({"weight": "weight"}, {}, "weight", "without strata, weights of the design"),
        (DESIGN, {"interval": "wald"}, "weight", "wald interval"),
        (
            {**DESIGN, "single_psu": "certainty"},
            {},
            "weight",
            "strata with one respondent add no variance",
        ),
    ],
)
def test_method_says_what_was_done(make_survey, design, options, weight, words):
    note = prevalence(make_survey(FRAME, **design), "lonely", **options).footnote
    assert words in note.method
    assert note.weight == weight


def test_scale_is_the_one_that_made_the_outcome_last_and_none_for_a_column_of_the_file(make_survey):
    survey = scored(make_survey(FRAME.assign(own=FRAME["lonely"]), **DESIGN), "DJG11", "DJG6")
    assert prevalence(survey, "lonely").footnote.scale == "DJG6"
    assert prevalence(survey, "own").footnote.scale == "column of the file"


def test_other_weights_change_the_estimate_and_no_weights_equal_constant_ones(make_survey):
    survey = make_survey(FRAME, **DESIGN)
    # answered: weights 1, 2, 4, 5, 6; yes: 1, 4, 6
    assert prevalence(survey, "lonely").rows[0].estimate == pytest.approx(11 / 18)
    assert prevalence(survey, "lonely", weights="other").rows[0].estimate == pytest.approx(3 / 5)
    assert prevalence(survey, "lonely", weights=None).rows[0].estimate == pytest.approx(3 / 5)


def test_interval_and_level_reach_the_limits(make_survey):
    survey = make_survey(FRAME, **DESIGN)
    wide = prevalence(survey, "lonely", level=0.99).rows[0]
    narrow = prevalence(survey, "lonely", level=0.5).rows[0]
    wald = prevalence(survey, "lonely", interval="wald", level=0.5).rows[0]
    assert wide.conf_low < narrow.conf_low < narrow.conf_high < wide.conf_high
    assert wald.conf_low + wald.conf_high == pytest.approx(2 * wald.estimate)
    assert not math.isclose(narrow.conf_low + narrow.conf_high, 2 * narrow.estimate)


def test_describe_is_one_sentence_about_these_numbers(make_survey):
    text = prevalence(make_survey(FRAME, **DESIGN), "lonely", by="sex").describe()
    assert text.startswith("Proportion lonely (column of the file) in made-up adults, made_up 2022")
    assert "2 group(s) by sex" in text


COMPARISONS = {
    "difference": lambda survey: es.compare(survey, "lonely", by="sex"),
    "ratio": lambda survey: es.compare(
        survey, "lonely", by="sex", how=estimation.Comparing(measure="ratio")
    ),
    "trend": lambda survey: estimation.linear_trend(survey, "lonely", wave="year", by="sex"),
}


@pytest.mark.parametrize("measure", COMPARISONS)
def test_comparisons_are_values(make_survey, measure):
    survey = make_survey(FRAME, **DESIGN)
    one, two = (COMPARISONS[measure](survey) for _ in range(2))
    assert len(one.rows) > 0
    assert one == two
    assert hash(one) == hash(two)
    assert pickle.loads(pickle.dumps(one)) == one
    assert one != es.compare(survey, "lonely", by="year")
    assert one.rows[0] != "a comparison"
    with pytest.raises(FrozenInstanceError):
        one.rows = ()
    with pytest.raises(FrozenInstanceError):
        one.rows[0].estimate = 0.0
    row = one.rows[0]
    assert [type(value) for value in (row.estimate, row.df, row.n_valid, row.group)] == [
        float,
        int,
        int,
        str,
    ]


@pytest.mark.parametrize(("measure", "within"), [("difference", []), ("trend", ["sex"])])
def test_tidy_comparisons_have_their_columns_in_order_and_are_fresh(make_survey, measure, within):
    found = COMPARISONS[measure](make_survey(FRAME, **DESIGN))
    table = found.tidy()
    assert list(table.columns) == [*within, "group", "reference", *COMPARISON_COLUMNS]
    assert table["flag"].isin([flag.value for flag in Flag]).all()
    table["estimate"] = 99.0
    assert (found.tidy()["estimate"] != 99.0).all()


def test_no_comparisons_have_the_same_columns(make_survey):
    found = es.compare(make_survey(FRAME.assign(sex="men"), **DESIGN), "lonely", by="sex")
    assert found.rows == ()
    assert list(found.tidy().columns) == ["group", "reference", *COMPARISON_COLUMNS]


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("difference", "Taylor linearisation of the difference"),
        ("ratio", "Taylor linearisation of the ratio"),
        ("trend", "Taylor linearisation of the least-squares slope"),
    ],
)
def test_comparisons_say_what_they_are(make_survey, measure, words):
    found = COMPARISONS[measure](make_survey(FRAME, **DESIGN))
    assert found.measure == measure
    assert words in found.footnote.method
    assert found.describe().startswith(f"{measure.capitalize()} in lonely (column of the file) by")


def test_test_of_independence_is_a_value(make_survey):
    survey = make_survey(FRAME, **DESIGN)
    one, two = (estimation.rao_scott(survey, "sex", "lonely") for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    assert pickle.loads(pickle.dumps(one)) == one
    with pytest.raises(FrozenInstanceError):
        one.p_value = 0.0
    table = one.tidy()
    assert list(table.columns) == [
        *("pearson", "df", "mean_effect", "p_chi_square"),
        *("f_statistic", "f_df1", "f_df2", "p_value", "n_valid", "n_missing", "flag", "reason"),
    ]
    table["p_value"] = 99.0
    assert (one.tidy()["p_value"] != 99.0).all()
    assert len(one.tidy()) == 1
    assert sum(sum(line) for line in one.proportions) == pytest.approx(1.0)
    assert "Rao-Scott" in one.footnote.method
    assert one != "a test"
    # also where a p value does not exist, and NaN differs from itself
    assert replace(one, p_value=float("nan")) == replace(two, p_value=float("nan"))
