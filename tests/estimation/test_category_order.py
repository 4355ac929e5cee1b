"""Categories keep the order that the data give them, in every engine and every verb."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import eenzaam_stats as es
from eenzaam_stats import estimation
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.panel.rows import PanelColumns

ORDER = ["not", "moderate", "severe", "nobody"]
FOUND = ORDER[:3]


def people(*, ordered: bool) -> pd.DataFrame:
    kind = pd.Categorical(np.tile(["severe", "not", "moderate"], 40), ORDER, ordered=ordered)
    made = pd.DataFrame({"kind": kind, "y": np.tile([0, 1, 1, 0], 30), "weight": 1.0})
    made["wave"] = np.repeat([2020, 2021, 2022], 40)
    return made.assign(score=np.arange(120) % 7, person_id=np.tile(np.arange(40), 3))


def in_enum(frame: pd.DataFrame) -> pl.DataFrame:
    return pl.from_pandas(frame).with_columns(pl.col("kind").cast(pl.String).cast(pl.Enum(ORDER)))


def in_duckdb(frame: pd.DataFrame) -> duckdb.DuckDBPyRelation:
    plain = pl.from_pandas(frame).with_columns(pl.col("kind").cast(pl.String)).to_arrow()
    return duckdb.from_arrow(plain).project(
        f"* REPLACE (kind::VARCHAR::ENUM{tuple(ORDER)} AS kind)"
    )


ENGINES = {
    "pandas": lambda frame: frame,
    "pandas of Arrow": lambda frame: frame.assign(
        kind=pd.Series(
            pd.array(pa.array(frame["kind"]), dtype=pd.ArrowDtype(pa.array(frame["kind"]).type))
        )
    ),
    "Arrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    "Arrow in chunks": lambda frame: pa.concat_tables(
        [
            pa.Table.from_pandas(part.reset_index(drop=True), preserve_index=False)
            for part in (frame[:50], frame[50:])
        ]
    ),
    "Polars Enum": in_enum,
    "lazy Polars Enum": lambda frame: in_enum(frame).lazy(),
    "DuckDB ENUM": in_duckdb,
}


def groups(table) -> list[str]:
    return [row.group[-1] for row in table.rows]


VERBS = {
    "prevalence": lambda survey: groups(es.prevalence(survey, "y", by="kind")),
    "mean": lambda survey: groups(es.mean(survey, "score", by="kind")),
    "total": lambda survey: groups(es.total(survey, "y", by="kind")),
    "ratio": lambda survey: groups(es.ratio(survey, "y", "weight", by="kind")),
    "last of two groups": lambda survey: groups(
        es.prevalence(survey, "y", by=["wave", "kind"])
    )[:3],
    "cells": lambda survey: groups(es.prevalence(es.cells(survey, "y", by="kind"), "y", by="kind")),
    "cells added": lambda survey: groups(
        es.prevalence(es.cells(survey, "y", by="kind") + es.cells(survey, "y", by="kind"), "y",
                      by="kind")
    ),
    "compare": lambda survey: [
        es.compare(survey, "y", by="kind").rows[0].reference,
        *(row.group for row in es.compare(survey, "y", by="kind").rows[:2]),
    ],
    "standardise": lambda survey: groups(
        es.standardise(
            survey, "y", by="kind",
            standard=es.Standard.of({2020: 1, 2021: 1, 2022: 1}, over="wave"),
        )
    ),
    "linear_trend": lambda survey: [
        row.within[0] for row in estimation.linear_trend(survey, "y", by="kind").rows
    ],
}  # fmt: skip


@pytest.mark.parametrize("ordered", [True, False], ids=["ordered", "unordered"])
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("verb", VERBS)
def test_groups_stand_in_the_order_of_their_categories(make_survey, verb, engine, ordered):
    survey = make_survey(ENGINES[engine](people(ordered=ordered)), weight="weight")
    assert VERBS[verb](survey) == FOUND


@pytest.mark.parametrize("ordered", [True, False], ids=["ordered", "unordered"])
@pytest.mark.parametrize("engine", ENGINES)
def test_classes_stand_in_their_order_and_an_ordered_one_without_anybody_is_a_class(
    make_survey, engine, ordered
):
    survey = make_survey(ENGINES[engine](people(ordered=ordered)), weight="weight")
    found = groups(estimation.distribution(survey, "kind"))
    assert found[:3] == FOUND
    assert found == (ORDER if ordered or "ENUM" in engine.upper() else FOUND)


@pytest.mark.parametrize("engine", ["pandas", "Arrow", "Polars Enum"])
def test_terms_of_a_panel_follow_the_categories(engine):
    frame = people(ordered=False)
    columns = PanelColumns(covariates=("kind",))
    fit = panel_model(ENGINES[engine](frame), "score", columns=columns)
    named = [one.term for one in fit.coefficients if one.term.startswith("kind")]
    assert named == ["kind: moderate", "kind: severe"]


def test_waves_that_are_combined_keep_their_categories(make_survey):
    report = make_survey(people(ordered=False), weight="weight").report
    parts = [
        es.Survey(
            part.reset_index(drop=True), es.Design(weight="weight"), replace(report, wave=str(wave))
        )
        for wave, part in people(ordered=False).groupby("wave")
    ]
    assert groups(es.prevalence(es.combine(parts), "y", by="kind")) == FOUND


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.Categorical([3, 1, 2] * 40, [3, 2, 1]), ["3", "2", "1"]),
        (pd.Categorical([1.5, 1.0, 2.0] * 40, [2.0, 1.5, 1.0]), ["2", "1.5", "1"]),
        (pd.Categorical([True, False, True] * 40, [True, False]), ["True", "False"]),
        (pd.cut(np.arange(120), [-1, 30, 60, 200]).as_unordered(),
         ["(-1, 30]", "(30, 60]", "(60, 200]"]),
        (pd.Categorical(pd.to_datetime(["2022-01-01", "2020-01-01", "2021-01-01"] * 40)),
         ["2020-01-01 00:00:00", "2021-01-01 00:00:00", "2022-01-01 00:00:00"]),
    ],
    ids=["whole numbers", "numbers", "truth", "bands", "dates"],
)  # fmt: skip
def test_categories_of_any_kind_of_value(make_survey, values, expected):
    survey = make_survey(people(ordered=False).assign(kind=values), weight="weight")
    assert groups(es.prevalence(survey, "y", by="kind")) == expected
    assert groups(estimation.distribution(survey, "kind")) == expected


def test_data_without_an_order_are_sorted_by_their_text(make_survey):
    frame = people(ordered=False)
    text = frame.assign(kind=frame["kind"].astype(str))
    polars = pl.from_pandas(text).with_columns(pl.col("kind").cast(pl.Categorical))
    chunks = [pa.array(part["kind"].tolist()).dictionary_encode() for part in (text[:1], text[1:])]
    arrow = pa.Table.from_pandas(text, preserve_index=False)
    differ = arrow.set_column(0, "kind", pa.chunked_array(chunks))
    for data in (text, pl.from_pandas(text), polars, arrow, differ):
        survey = make_survey(data, weight="weight")
        assert groups(es.prevalence(survey, "y", by="kind")) == sorted(FOUND)
        assert groups(estimation.distribution(survey, "kind")) == sorted(FOUND)


def test_the_order_of_a_codebook_is_that_of_its_groups(tmp_path):
    path = tmp_path / "made_up.sav"
    es.synthesise("gezondheidsmonitor", path, wave=2022, n=2_000, seed=1)
    survey = es.score(es.read_gezondheidsmonitor(path, wave=2022), es.DJG11)
    compared = 0
    for name in survey.respondents.select_dtypes("category"):
        if name.startswith(("djg", "published")):
            continue
        found = groups(es.prevalence(survey, "lonely", by=name))
        known = [str(one) for one in survey.respondents[name].cat.categories]
        assert found == [one for one in known if one in found]
        compared += len(found) > 1
    assert compared >= 3
