"""Distributions and standardised estimates: shares add up, and a missing class is never a "no"."""

from __future__ import annotations

import math

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import eenzaam_stats as es
from eenzaam_stats import estimation
from eenzaam_stats.design import ReplicateWeights
from eenzaam_stats.errors import OptionError, SchemaError, UnknownColumnError
from eenzaam_stats.vocabulary import Flag


def arrow(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False)


ENGINES = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "polars_lazy": lambda frame: pl.from_pandas(frame).lazy(),
    "polars_nan": lambda frame: pl.from_pandas(frame, nan_to_null=False),
    "pyarrow": arrow,
    "duckdb": lambda frame: duckdb.from_arrow(arrow(frame)),
}
KINDS = {
    "text": {"x": "x", "y": "y"},
    "number": {"x": 1.0, "y": 10.0},
    "nullable": {"x": 1, "y": 10},
    "flag": {"x": False, "y": True},
}
LABELS = {"text": ("x", "y"), "number": ("1", "10"), "nullable": ("1", "10")}
CLASSES = pd.DataFrame({"kind": ["x", "y", "x", None, "x", "x"], "group": list("aaaabb")})


def classes_as(kind: str) -> pd.DataFrame:
    values = CLASSES["kind"].map(KINDS[kind])
    types = {"nullable": "Int64", "flag": "boolean"}
    return CLASSES.assign(kind=values.astype(types[kind]) if kind in types else values)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", KINDS)
def test_missing_class_is_counted_and_never_a_no(make_survey, engine, kind):
    survey = make_survey(ENGINES[engine](classes_as(kind)))
    found = estimation.distribution(survey, "kind", by="group", weights=None)
    assert [row.n_valid for row in found.rows] == [3, 3, 2, 2]
    assert [row.n_missing for row in found.rows] == [1, 1, 0, 0]
    assert [row.estimate for row in found.rows] == pytest.approx([2 / 3, 1 / 3, 1.0, 0.0])
    names = tuple(row.group[1] for row in found.rows[:2])
    if kind == "flag":
        # the engines write a flag each in their own way
        names, expected = tuple(name.lower() for name in names), ("false", "true")
    else:
        expected = LABELS[kind]
    assert names == expected


def test_classes_that_are_numbers_go_by_size(make_survey):
    survey = make_survey(pd.DataFrame({"kind": [10, 9, 2, 9]}))
    found = estimation.distribution(survey, "kind", weights=None)
    assert [row.group for row in found.rows] == [("2",), ("9",), ("10",)]


@pytest.mark.parametrize("by", [(), ("region",), ("region", "sex"), ("team",)])
def test_shares_of_a_group_add_up_to_one(people, make_survey, by):
    # y and y_rare make four classes
    frame = people.assign(kind=people["y_na"] + 2 * people["y_rare"])
    survey = make_survey(frame, weight="weight", stratum="stratum")
    table = estimation.distribution(survey, "kind", by=by).tidy()
    assert list(table.columns[: len(by) + 1]) == [*by, "kind"]
    if by:
        answered = table[table["n_valid"] > 0]
        sums = answered.groupby(list(by))["estimate"].sum()
        assert len(sums) == len(answered) / 4
    else:
        sums = table["estimate"].sum()
    np.testing.assert_allclose(sums, 1.0, rtol=1e-14)


def test_class_that_a_group_lacks_has_a_row_with_nobody(make_survey):
    order = pd.Categorical(CLASSES["kind"], categories=["y", "x", "z"], ordered=True)
    survey = make_survey(CLASSES.assign(kind=order))
    found = estimation.distribution(survey, "kind", by="group", weights=None)
    rows = {row.group: row for row in found.rows}
    assert list(rows) == [(group, kind) for group in "ab" for kind in "yxz"]
    for group in (("a", "z"), ("b", "y"), ("b", "z")):
        assert (rows[group].estimate, rows[group].n_outcome) == (0.0, 0)
        assert rows[group].reason == "nobody who answered has the outcome"


def test_one_class_equals_the_prevalence_of_its_flag(people, make_survey):
    survey = make_survey(people, weight="weight", stratum="stratum")
    shares = estimation.distribution(survey, "y_na", by="region").rows
    flag = es.prevalence(survey, "y_na", by="region").rows
    yes = [row for row in shares if row.group[1] == "1"]
    assert len(yes) == len(flag) == 12
    for one, two in zip(yes, flag, strict=True):
        assert (one.group[0], one.estimate, one.std_error, one.n_valid, one.n_missing) == (
            *two.group,
            pytest.approx(two.estimate, rel=1e-14),
            pytest.approx(two.std_error, rel=1e-13),
            two.n_valid,
            two.n_missing,
        )


@pytest.mark.parametrize("engine", ["pandas", "polars", "polars_nan", "pyarrow", "duckdb"])
@pytest.mark.parametrize("kind", KINDS)
def test_replicate_weights_see_the_same_classes(make_survey, engine, kind):
    frame = classes_as(kind).assign(w=1.0, r1=[1, 2, 0, 1, 1, 1.0], r2=[1, 0, 2, 1, 1, 1.0])
    replicates = ReplicateWeights(("r1", "r2"), "BRR")
    survey = make_survey(ENGINES[engine](frame), weight="w", replicates=replicates)
    one, two = estimation.distribution(survey, "kind").rows
    # five answers, of which the y counts 2 in the one and 0 in the other
    assert (one.std_error, two.std_error) == (pytest.approx(0.2), pytest.approx(0.2))


@pytest.mark.parametrize("ordered", [True, False])
def test_column_with_too_many_classes_is_refused(make_survey, ordered):
    names = [f"class {number:02}" for number in range(51)]
    values = pd.Categorical(names, categories=names, ordered=True) if ordered else names
    survey = make_survey(pd.DataFrame({"kind": values}))
    with pytest.raises(
        OptionError, match=r"1 to 50 classes, and 'kind' has 51\. Name .* or use es\.mean"
    ):
        estimation.distribution(survey, "kind", weights=None)


def test_column_without_classes_and_one_that_is_a_group_are_refused(make_survey):
    survey = make_survey(CLASSES.assign(kind=None))
    with pytest.raises(OptionError, match=r"1 to 50 classes, and 'kind' has 0"):
        estimation.distribution(survey, "kind", weights=None)
    with pytest.raises(OptionError, match=r"'group' as outcome or in by, and it is in both"):
        estimation.distribution(survey, "group", by="group", weights=None)


# Standardisation. Region b has no older people.
AGES = pd.DataFrame(
    {
        "age": ["young"] * 4 + ["old"] * 4 + ["young"] * 4,
        "sex": ["men", "women"] * 6,
        "region": ["a"] * 8 + ["b"] * 4,
        "lonely": [1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 1],
    }
)
STANDARD = es.Standard.of({"young": 3, "old": 1}, over="age")


def standardised(survey, standard=STANDARD, **options):
    return es.standardise(survey, "lonely", standard=standard, weights=None, **options).rows


def test_group_without_a_class_is_missing_and_names_the_class(make_survey):
    a, b = standardised(make_survey(AGES), by="region")
    assert a.estimate == pytest.approx(0.75 * 0.25 + 0.25 * 0.75)
    assert a.flag is Flag.RELIABLE
    for value in (b.estimate, b.std_error, b.conf_low, b.conf_high):
        assert math.isnan(value)
    assert (b.flag, b.n_valid) == (Flag.UNCERTAIN, 4)
    assert b.reason == "nobody answered in class(es) old of the standard"


def test_class_whose_people_did_not_answer_is_missing_too(make_survey):
    frame = AGES.assign(lonely=AGES["lonely"].where(AGES["age"] == "young"))
    (row,) = standardised(make_survey(frame))
    assert math.isnan(row.estimate)
    assert "class(es) old" in row.reason
    assert row.n_missing == 4


def test_class_that_counts_for_nothing_may_be_empty(make_survey):
    standard = es.Standard.of({"young": 3, "old": 0}, over="age")
    rows = standardised(make_survey(AGES), standard, by="region")
    assert [row.estimate for row in rows] == [0.25, 0.5]


def test_standard_of_one_class_is_the_prevalence(make_survey):
    survey = make_survey(AGES.assign(everyone="all"))
    standard = es.Standard.of({"all": 7}, over="everyone")
    for one, two in zip(
        standardised(survey, standard, by="region"),
        es.prevalence(survey, "lonely", by="region", weights=None).rows,
        strict=True,
    ):
        for name in ("estimate", "std_error", "conf_low", "conf_high"):
            assert getattr(one, name) == pytest.approx(getattr(two, name), rel=1e-13)
        assert (one.df, one.n_valid) == (two.df, two.n_valid)


def test_frame_over_two_columns_adds_repeated_classes(make_survey):
    counts = [("young", "men", 1), ("young", "women", 2), ("old", "men", 4)]
    counts += [("old", "women", 1), ("old", "women", 2)]
    frame = pd.DataFrame(counts, columns=["age", "sex", "population"])
    standard = es.Standard.of(frame, over=["age", "sex"])
    assert dict(standard.shares)["old", "women"] == pytest.approx(0.3)
    (row,) = standardised(make_survey(AGES), standard)
    # young men 2 of 4, young women 1 of 4, old men 2 of 2, old women 1 of 2
    assert row.estimate == pytest.approx(0.1 * 0.5 + 0.2 * 0.25 + 0.4 * 1 + 0.3 * 0.5)


def test_standard_without_a_class_of_the_respondents_is_refused(make_survey):
    standard = es.Standard.of({"young": 1}, over="age")
    with pytest.raises(
        OptionError, match=r"over \['age'\] has no count for \['old'\], .* 0 where it should not"
    ):
        standardised(make_survey(AGES), standard)


@pytest.mark.parametrize("counts", [{"young": 1, "old": -1}, {"young": 0}, {"young": math.nan}, {}])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(SchemaError, match=r"a count of at least 0 per class and one above 0; it h"):
        es.Standard.of(counts, over="age")


def test_counts_over_two_columns_need_a_frame_with_both():
    with pytest.raises(SchemaError, match=r"over \['age', 'sex'\] needs a frame .* 'population'"):
        es.Standard.of({("young", "men"): 1}, over=["age", "sex"])
    with pytest.raises(UnknownColumnError, match=r"a standard population needs .*\['population'\]"):
        es.Standard.of(pd.DataFrame({"age": ["young"], "n": [1]}), over="age")


def test_column_that_is_grouped_by_is_not_held_fixed(make_survey):
    with pytest.raises(OptionError, match=r"\['age'\] both in by and in the standard"):
        standardised(make_survey(AGES), by="age")
