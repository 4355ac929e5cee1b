"""A group in which nobody answered an item is flagged with the reason, never silently lower."""

from __future__ import annotations

import shutil
import warnings
from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import eenzaam_stats as es
from eenzaam_stats.respondents import SEVERAL_ITEMS
from eenzaam_stats.scoring import DJG6, DJG11, score
from eenzaam_stats.vocabulary import Flag

N = 60
REASON = "nobody with a total in the group answered item 3, which counts 0"
ENGINES = {
    "pandas": lambda frame: frame,
    "pandas_arrow": lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
    "polars": pl.from_pandas,
    "polars_lazy": lambda frame: pl.from_pandas(frame).lazy(),
    "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    "duckdb": lambda frame: duckdb.from_arrow(pa.Table.from_pandas(frame, preserve_index=False)),
}
OF_TOTAL = ("lonely", "severely_lonely")
# Filled by the fixture of the Spark session.
LABEL = {DJG11: "djg11", DJG6: "djg6"}


def respondents(seed: int = 1) -> pd.DataFrame:
    """Three regions of 60 people who answer as one trait makes them; in c nobody has item 3."""
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=3 * N)
    frame = pd.DataFrame(
        {"region": np.repeat(["a", "b", "c"], N), "weight": rng.uniform(1, 3, 3 * N)}
    )
    for item in DJG11.items:
        level = np.digitize(trait + rng.normal(size=3 * N), [-0.2, 0.6])
        words = ["no", "more_or_less", "yes"]
        order = words if item.polarity == "negative" else words[::-1]
        frame[item.column] = np.array(order, dtype=object)[level]
    frame.loc[frame["region"] == "c", "djg_3"] = None
    frame.loc[[0, 5, N], "djg_3"] = None
    frame.loc[[2, N + 1], "djg_4"] = None
    return frame


@pytest.fixture(scope="module")
def scored() -> dict[str, pd.DataFrame]:
    return {scale.name: score(respondents(), scale) for scale in (DJG11, DJG6)}


def rows(table: Any) -> dict[str, Any]:
    return {row.group[-1]: row for row in table.rows}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("route", ["survey", "frame"])
@pytest.mark.parametrize("scale", [DJG11, DJG6], ids=lambda scale: scale.name)
def test_the_group_is_flagged_in_every_engine_and_on_both_routes(
    make_survey, scored, scale, route, engine
):
    if route == "survey":
        survey = score(make_survey(respondents(), weight="weight"), scale)
        survey = replace(survey, respondents=ENGINES[engine](survey.respondents))
    else:
        survey = make_survey(ENGINES[engine](scored[scale.name]), weight="weight")

    for outcome in OF_TOTAL:
        found = rows(es.prevalence(survey, outcome, by="region"))
        assert found["c"].flag is Flag.UNCERTAIN
        assert REASON in found["c"].reason
        assert np.isnan(found["c"].conf_low)
        assert {found[name].flag for name in "ab"} == {Flag.RELIABLE}


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore")
def test_the_group_is_flagged_in_spark(make_survey, scored):
    pytest.importorskip("pyspark", reason="PySpark is not installed (extra 'spark')")
    if shutil.which("java") is None:
        pytest.skip("PySpark needs a Java runtime, and there is none on this machine")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

        session = SparkSession.builder.master("local[1]").appName("item gaps").getOrCreate()
    columns = ["region", "weight", "lonely", "djg11_tolerated_item"]
    frame = scored["DJG11"][columns].astype("object")
    frame = frame.where(frame.notna(), None)
    schema = "region string, weight double, lonely boolean, djg11_tolerated_item int"
    sparks = session.createDataFrame([tuple(row) for row in frame.itertuples(index=False)], schema)

    found = rows(es.prevalence(make_survey(sparks, weight="weight"), "lonely", by="region"))

    session.stop()
    assert REASON in found["c"].reason
    assert found["a"].flag is Flag.RELIABLE


@pytest.mark.parametrize(
    "estimate",
    [
        lambda survey: es.prevalence(survey, "lonely", by="region"),
        lambda survey: es.prevalence(survey, ["lonely", "severely_lonely"], by="region"),
        lambda survey: es.mean(survey, "djg11_total", by="region"),
        lambda survey: es.total(survey, "lonely", by="region"),
        lambda survey: es.total(survey, "djg11_total", by="region", of="number"),
        lambda survey: es.ratio(survey, "severely_lonely", "lonely", by="region"),
        lambda survey: es.distribution(survey, "djg11_category", by="region"),
        lambda survey: es.prevalence(
            es.cells(survey, "lonely", by="region"), "lonely", by="region"
        ),
    ],
    ids=["one", "several", "mean", "people", "points", "ratio", "distribution", "cells"],
)
def test_every_estimate_that_is_made_of_the_total_is_flagged(make_survey, estimate):
    survey = score(make_survey(respondents(), weight="weight"), DJG11)

    table = estimate(survey)

    place = table.by.index("region")
    flagged = {row.group[place]: REASON in row.reason for row in table.rows}
    assert flagged == {"a": False, "b": False, "c": True}
    assert all(REASON in row.reason for row in table.rows if row.group[place] == "c")


@pytest.mark.parametrize("outcome", ["emotionally_lonely", "socially_lonely"])
def test_a_subscale_rests_on_all_its_items_and_is_not_flagged_for_another_subscale(
    make_survey, outcome
):
    survey = make_survey(respondents(), weight="weight")
    found = rows(
        es.prevalence(score(survey, DJG11, subscale_cutoff="vzinfo"), outcome, by="region")
    )
    if outcome == "socially_lonely":
        assert {row.flag for row in found.values()} == {Flag.RELIABLE}
    else:
        assert found["c"].n_valid == 0
        assert found["c"].reason == "nobody in the group has an answer"


def test_two_scales_side_by_side_are_told_apart(make_survey):
    frame = respondents()
    frame.loc[frame["region"] == "b", "djg_2"] = None  # in the eleven, not in the six
    survey = score(make_survey(frame, weight="weight"), DJG11)
    survey = score(survey, DJG6, flags="prefixed")
    by_hand = make_survey(survey.respondents, weight="weight")

    for one in (survey, by_hand):
        eleven = rows(es.prevalence(one, "lonely", by="region"))
        six = rows(es.prevalence(one, "djg6_lonely", by="region"))
        assert ["answered item" in eleven[name].reason for name in "abc"] == [False, True, True]
        assert ["answered item" in six[name].reason for name in "abc"] == [False, False, True]


def test_all_together_have_the_item_and_are_not_flagged(make_survey):
    survey = score(make_survey(respondents(), weight="weight"), DJG11)

    (row,) = es.prevalence(survey, "lonely").rows

    assert (row.flag, row.reason) == (Flag.RELIABLE, "")


def test_one_person_of_the_group_with_the_item_is_enough(make_survey):
    frame = respondents()
    frame.loc[3 * N - 1, "djg_3"] = "no"
    survey = score(make_survey(frame, weight="weight"), DJG11)

    assert rows(es.prevalence(survey, "lonely", by="region"))["c"].flag is Flag.RELIABLE


def test_an_answer_of_somebody_without_a_total_does_not_help_the_group(make_survey):
    frame = respondents()
    frame.loc[3 * N - 1, ["djg_3", "djg_4", "djg_5"]] = ["no", None, None]
    survey = score(make_survey(frame, weight="weight"), DJG11)

    assert REASON in rows(es.prevalence(survey, "lonely", by="region"))["c"].reason


@pytest.mark.parametrize("people", [1, 2, 3])
def test_the_smallest_group_is_flagged_too_because_a_flag_costs_nothing(make_survey, people):
    frame = respondents()
    frame["small"] = np.where(np.arange(len(frame)) < people, "small", "others")
    frame.loc[frame["small"] == "small", "djg_7"] = None
    frame.loc[frame["small"] == "small", "djg_3"] = "no"
    survey = score(make_survey(frame, weight="weight"), DJG11)

    found = rows(es.prevalence(survey, "lonely", by="small"))

    assert "nobody with a total in the group answered item 7" in found["small"].reason
    assert found["others"].flag is Flag.RELIABLE


def test_different_items_skipped_by_different_people_are_no_gap(make_survey):
    frame = respondents()
    frame.loc[frame["region"] == "c", "djg_3"] = "no"
    for at, number in zip(range(2 * N, 3 * N), np.resize([2, 5, 6, 9], N), strict=True):
        frame.loc[at, f"djg_{number}"] = None
    survey = score(make_survey(frame, weight="weight"), DJG11)

    assert rows(es.prevalence(survey, "lonely", by="region"))["c"].flag is Flag.RELIABLE


def test_a_scale_that_tolerates_two_is_flagged_where_every_total_lacks_an_item(make_survey):
    lax = replace(DJG11, allowed_missing=2, name="lax", prefix="lax")
    frame = respondents()
    others = frame.index[frame["region"] == "c"]
    frame.loc[others[::2], "djg_5"] = None
    survey = score(make_survey(frame, weight="weight"), lax)

    found = rows(es.prevalence(survey, "lonely", by="region"))

    assert survey.respondents["lax_tolerated_item"].max() == SEVERAL_ITEMS
    assert "every total in the group does without an item" in found["c"].reason
    assert found["a"].flag is Flag.RELIABLE


def test_sums_of_files_add_up_to_the_gap_of_the_whole(make_survey):
    frame = score(respondents(), DJG11)
    whole, *parts = (
        es.cells(make_survey(part, weight="weight"), "lonely", by="region")
        for part in (frame, frame[::2], frame[1::2])
    )
    added = parts[0] + parts[1]

    assert [row.reason for row in es.prevalence(added, "lonely", by="region").rows] == [
        row.reason for row in es.prevalence(whole, "lonely", by="region").rows
    ]
    (everyone,) = es.prevalence(added, "lonely").rows
    assert everyone.reason == ""


@pytest.mark.parametrize("lacking", [0, 1])
def test_a_gap_in_one_of_two_files_is_no_gap_of_both(make_survey, lacking):
    frame = score(respondents(), DJG11)
    parts = [frame[frame["region"] != "c"], frame[frame["region"] == "c"]]
    parts = parts if lacking else parts[::-1]
    one, two = (es.cells(make_survey(part, weight="weight"), "lonely") for part in parts)

    assert es.prevalence(one + two, "lonely").rows[0].flag is Flag.RELIABLE


def test_replicate_and_calibrated_errors_carry_the_flag_too(make_survey):
    frame = score(respondents(), DJG11)
    rng = np.random.default_rng(4)
    names = tuple(f"r{number}" for number in range(12))
    frame = frame.assign(
        **{name: frame["weight"] * rng.uniform(0.5, 1.5, len(frame)) for name in names}
    )
    replicates = es.design.ReplicateWeights(names, "bootstrap")

    found = rows(
        es.prevalence(
            make_survey(frame, weight="weight", replicates=replicates), "lonely", by="region"
        )
    )

    assert REASON in found["c"].reason
    assert found["a"].flag is Flag.RELIABLE


def test_a_frame_without_the_column_says_that_items_are_not_seen(make_survey):
    survey = score(make_survey(respondents(), weight="weight"), DJG11)
    fewer = survey.respondents[["region", "weight", "lonely"]]

    whole = es.prevalence(survey, "lonely", by="region")
    without = es.prevalence(replace(survey, respondents=fewer), "lonely", by="region")

    assert without.footnote.method.endswith(
        "; without column 'djg11_tolerated_item' items that nobody in a group answered are not seen"
    )
    assert whole.footnote.method == without.footnote.method.partition("; without column")[0]
