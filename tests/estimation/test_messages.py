"""What the verb refuses, in which words."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from eenzaam_stats.errors import DesignError, OptionError, SchemaError, UnknownColumnError
from eenzaam_stats.estimation.prevalence import prevalence

ENGINES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}
COLUMNS = {
    "weight": [1.0, 2.0, 3.0],
    "stratum": ["a", "a", "a"],
    "region": ["x", "y", "x"],
    "lonely": [1, 0, 1],
}


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]


def test_survey_without_a_weight_is_refused_until_that_is_written(make_survey):
    survey = make_survey(pd.DataFrame(COLUMNS))
    with pytest.raises(
        DesignError,
        match=r"needs a weight, and the design of made_up 2022 names none\. .*weights=None",
    ):
        prevalence(survey, "lonely")
    assert prevalence(survey, "lonely", weights=None).rows[0].estimate == pytest.approx(2 / 3)


@pytest.mark.parametrize("bad", [None, math.nan, math.inf, -math.inf, 0.0, -1.0])
def test_impossible_weight_names_column_count_and_first_row(make_survey, engine, bad):
    frame = engine({**COLUMNS, "weight": [1.0, bad, bad]})
    with pytest.raises(
        DesignError,
        match=r"finite weight above 0 .* column 'weight' has 2 row\(s\) .* \(first in row 2\)",
    ):
        prevalence(make_survey(frame, weight="weight"), "lonely")


def test_impossible_weight_in_nullable_pandas_column_is_found(make_survey):
    frame = pd.DataFrame(COLUMNS).astype({"weight": "Float64"})
    frame.loc[2, "weight"] = pd.NA
    with pytest.raises(DesignError, match=r"has 1 row\(s\) .* \(first in row 3\)"):
        prevalence(make_survey(frame, weight="weight"), "lonely")


def test_weight_that_is_missing_everywhere_is_refused(make_survey, engine):
    frame = engine({**COLUMNS, "weight": [None, None, None]})
    with pytest.raises(DesignError, match=r"has 3 row\(s\) .* \(first in row 1\)"):
        prevalence(make_survey(frame, weight="weight"), "lonely")


def test_weight_of_text_is_refused(make_survey, engine):
    frame = engine({**COLUMNS, "weight": ["1", "2", "3"]})
    with pytest.raises(DesignError, match=r"numbers as weights, and column 'weight' holds String"):
        prevalence(make_survey(frame, weight="weight"), "lonely")


def test_missing_stratum_names_column_count_and_first_row(make_survey, engine):
    frame = engine({**COLUMNS, "stratum": ["a", None, None]})
    with pytest.raises(
        DesignError,
        match=r"stratum in every row, and column 'stratum' is missing in 2 row\(s\) \(first in",
    ):
        prevalence(make_survey(frame, weight="weight", stratum="stratum"), "lonely")


def test_stratum_that_is_not_a_number_is_missing(make_survey, engine):
    frame = engine({**COLUMNS, "stratum": [1.0, math.nan, 1.0]})
    with pytest.raises(
        DesignError, match=r"column 'stratum' is missing in 1 row\(s\) \(first in row 2"
    ):
        prevalence(make_survey(frame, weight="weight", stratum="stratum"), "lonely")


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([1, 2, 2], r"2 \(2 row\(s\), first in row 2\)"),
        ([1.0, 0.5, None], r"0\.5 \(1 row\(s\), first in row 2\)"),
        ([0, 1, -1], r"-1 \(1 row\(s\), first in row 3\)"),
        (["no", "yes", None], r"'no', 'yes' \(2 row\(s\), first in row 1\)"),
    ],
)
def test_outcome_that_is_not_yes_or_no_shows_what_was_found(make_survey, engine, values, found):
    frame = engine({**COLUMNS, "lonely": values})
    with pytest.raises(
        SchemaError, match=r"boolean or 0/1, and column 'lonely' holds other values: " + found
    ):
        prevalence(make_survey(frame, weight="weight"), "lonely")


@pytest.mark.parametrize("values", [[True, "maybe", None], [0, 1, "1"], [True, 2, None]])
def test_outcome_of_mixed_objects_is_refused(make_survey, values):
    frame = pd.DataFrame({**COLUMNS, "lonely": pd.Series(values, dtype="object")})
    with pytest.raises(SchemaError, match=r"column 'lonely' holds other values"):
        prevalence(make_survey(frame, weight="weight"), "lonely")


def test_infinite_outcome_is_refused(make_survey, engine):
    frame = engine({**COLUMNS, "lonely": [0.0, 1.0, math.inf]})
    with pytest.raises(SchemaError, match=r"values: inf \(1 row\(s\), first in row 3\)"):
        prevalence(make_survey(frame, weight="weight"), "lonely")


@pytest.mark.parametrize("outcome", ["lonely", "severely_lonely"])
def test_outcome_of_an_unscored_survey_says_to_score(make_survey, outcome):
    frame = pd.DataFrame(COLUMNS).drop(columns="lonely")
    with pytest.raises(
        UnknownColumnError, match=rf"\['{outcome}'\], .*Run es\.score first: it adds '{outcome}'"
    ):
        prevalence(make_survey(frame, weight="weight"), outcome)


def test_unknown_column_names_the_nearest_ones(make_survey):
    survey = make_survey(pd.DataFrame(COLUMNS), weight="weight")
    with pytest.raises(
        UnknownColumnError,
        match=r"prevalence\(\) needs column\(s\) \['regio'\], .* Did you mean \['region'\]\?",
    ):
        prevalence(survey, "lonely", by="regio")
    with pytest.raises(UnknownColumnError, match=r"\['zzz'\], .* The frame has 4 column\(s\)"):
        prevalence(survey, "zzz")


@pytest.mark.parametrize(
    ("design", "weights"),
    [
        ({"weight": "gone"}, "design"),
        ({"weight": "weight", "stratum": "gone"}, "design"),
        ({"weight": "weight"}, "gone"),
    ],
)
def test_absent_design_column_is_named(make_survey, design, weights):
    with pytest.raises(UnknownColumnError, match=r"needs column\(s\) \['gone'\]"):
        prevalence(make_survey(pd.DataFrame(COLUMNS), **design), "lonely", weights=weights)


@pytest.mark.parametrize("level", [0.0, 1.0, 95, -0.5, math.nan])
def test_impossible_level_is_refused(make_survey, level):
    with pytest.raises(OptionError, match=r"level is .* not a coverage\. .* between 0 and 1"):
        prevalence(make_survey(pd.DataFrame(COLUMNS), weight="weight"), "lonely", level=level)


def test_unknown_interval_lists_the_options(make_survey):
    options = "'logit', 'beta', 'korn_graubard', 'wilson', 'wald'"
    with pytest.raises(OptionError, match=rf"interval is 'exact', .* Choose one of {options}"):
        prevalence(make_survey(pd.DataFrame(COLUMNS), weight="weight"), "lonely", interval="exact")


def test_grouping_column_named_twice_is_refused(make_survey):
    with pytest.raises(OptionError, match=r"by names column\(s\) \['region'\] more than once"):
        prevalence(
            make_survey(pd.DataFrame(COLUMNS), weight="weight"),
            "lonely",
            by=["region", "stratum", "region"],
        )


def test_population_smaller_than_the_sample_is_refused_with_its_stratum(make_survey):
    frame = pd.DataFrame({**COLUMNS, "size": 1.0})
    survey = make_survey(frame, weight="weight", fpc="size")
    with pytest.raises(DesignError, match=r"'size' the number of sampling units .* not below the"):
        prevalence(survey, "lonely")


def test_population_size_that_is_no_number_is_refused(make_survey):
    survey = make_survey(pd.DataFrame(COLUMNS), weight="weight", fpc="region")
    with pytest.raises(DesignError, match=r"needs numbers as population sizes, .* 'region' holds"):
        prevalence(survey, "lonely")


@pytest.mark.parametrize("engine", [pd.DataFrame, pl.DataFrame, pl.LazyFrame])
def test_row_without_a_cluster_is_refused(make_survey, engine):
    frame = engine({**COLUMNS, "psu": [1, None, *[2] * (len(COLUMNS["lonely"]) - 2)]})
    survey = make_survey([], weight="weight", cluster="psu")
    where = "" if engine is pl.LazyFrame else r" \(first in row 2\)"
    with pytest.raises(
        DesignError, match=rf"a cluster in every row, .* 'psu' .* 1 row\(s\){where}"
    ):
        prevalence(replace(survey, respondents=frame), "lonely")


@pytest.mark.parametrize(("wrong", "name"), [(0.5, "lonely"), (-1.0, "weight")])
def test_lazy_frames_count_the_wrong_rows_without_an_order(make_survey, wrong, name):
    frame = pl.LazyFrame({**COLUMNS, name: [wrong, *[1.0] * (len(COLUMNS["lonely"]) - 1)]})
    survey = replace(make_survey([], weight="weight"), respondents=frame)
    with pytest.raises((SchemaError, DesignError), match=rf"column '{name}' h.*1 row"):
        prevalence(survey, "lonely")


def test_respondents_that_are_no_frame_are_refused(make_survey):
    survey = replace(make_survey([], weight="weight"), respondents=[1, 2])
    with pytest.raises(SchemaError, match=r"frame of pandas, .* it got builtins.list\. Convert it"):
        prevalence(survey, "lonely")


def test_two_columns_with_one_name_are_refused(make_survey):
    frame = pd.DataFrame([[1.0, 1, 0]], columns=["weight", "lonely", "lonely"])
    with pytest.raises(SchemaError, match=r"columns with different names, and some occur twice"):
        prevalence(make_survey(frame, weight="weight"), "lonely")
