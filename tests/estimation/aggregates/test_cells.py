"""Cells add up over chunks and files, roll up to every margin, and serve every outcome."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eenzaam_stats as es
from eenzaam_stats import estimation
from eenzaam_stats.design import Calibration, Design
from eenzaam_stats.errors import DesignError, OptionError, SchemaError

# Sums in another order; observed 1e-15.
RTOL = 1e-12
ROWS = {"weight": "weight", "stratum": "stratum"}
CLUSTERS = {"weight": "weight", "stratum": "stratum", "cluster": "psu"}
DESIGNS = {"rows": ROWS, "clusters": CLUSTERS}


def drawn(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "region": rng.choice(["north", "south", None], n, p=[0.5, 0.45, 0.05]),
            "sex": rng.choice(["men", "women"], n),
            "stratum": rng.integers(0, 4, n),
            "psu": rng.integers(0, 5, n),
            "weight": rng.gamma(2.0, 1.0, n) + 0.1,
            "lonely": pd.array(rng.random(n) < 0.4, dtype="boolean"),
            "severe": pd.array(rng.integers(0, 2, n), dtype="Int8"),
            "score": rng.integers(0, 12, n).astype(float),
        }
    )
    frame.loc[rng.random(n) < 0.1, "lonely"] = pd.NA
    frame.loc[rng.random(n) < 0.2, "severe"] = pd.NA
    frame.loc[rng.random(n) < 0.2, "score"] = np.nan
    return frame


def same(left: es.estimation.Cells, right: es.estimation.Cells) -> int:
    one, two = left.frame(), right.frame()
    keys = [name for name in one if name.startswith(("key_", "part", "stratum", "cluster"))]
    pd.testing.assert_frame_equal(one[keys], two[keys], check_dtype=False)
    numbers = [name for name in one if name not in keys]
    np.testing.assert_allclose(one[numbers], two[numbers], rtol=RTOL)
    return len(one)


@pytest.mark.parametrize("design", DESIGNS)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), cuts=st.lists(st.integers(1, 199), max_size=4, unique=True))
def test_cells_of_chunks_in_any_order_equal_the_cells_of_the_whole(make_survey, design, seed, cuts):
    frame = drawn(200, seed)
    edges = [0, *sorted(cuts), len(frame)]
    chunks = [frame[a:b] for a, b in pairwise(edges)]
    np.random.default_rng(seed).shuffle(chunks)
    parts = [
        es.cells(make_survey(one, **DESIGNS[design]), ["lonely", "severe"], by=["region", "sex"])
        for one in chunks
    ]
    added = parts[0]
    for part in parts[1:]:
        added = added + part
    whole = es.cells(
        make_survey(frame, **DESIGNS[design]), ["lonely", "severe"], by=["region", "sex"]
    )
    assert same(added, whole) > 8
    for outcome in ("lonely", "severe"):
        ours = es.prevalence(added, outcome, by="region").tidy()
        pd.testing.assert_frame_equal(
            ours, es.prevalence(whole, outcome, by="region").tidy(), rtol=1e-10
        )


@pytest.mark.parametrize("by", [(), ("sex",), ("region",), ("sex", "region")])
@pytest.mark.parametrize("design", DESIGNS)
def test_margins_of_the_finest_cells_equal_a_pass_of_their_own(make_survey, design, by):
    survey = make_survey(drawn(400, 5), **DESIGNS[design])
    finest = es.cells(survey, ["lonely", "severe"], by=["region", "sex"])
    for outcome in ("lonely", "severe"):
        rolled = es.prevalence(finest, outcome, by=by)
        own = es.prevalence(survey, outcome, by=by)
        pd.testing.assert_frame_equal(rolled.details(), own.details(), rtol=1e-11)
        assert rolled.footnote.n_without_group == own.footnote.n_without_group


def test_several_outcomes_of_one_pass_are_the_outcomes_one_by_one(make_survey):
    survey = make_survey(drawn(400, 6), **ROWS)
    both = es.prevalence(survey, ["lonely", "severe"], by="sex")
    assert both.by == ("outcome", "sex")
    for outcome in ("lonely", "severe"):
        (*rows,) = (row for row in both.rows if row.group[0] == outcome)
        alone = es.prevalence(survey, outcome, by="sex").rows
        assert [row.estimate for row in rows] == [row.estimate for row in alone]
        assert [row.std_error for row in rows] == [row.std_error for row in alone]
        assert [row.n_missing for row in rows] == [row.n_missing for row in alone]


def test_waves_that_are_added_keep_their_own_strata(make_survey):
    frame = drawn(400, 8)
    waves = []
    for year, part in ((2020, frame[:200]), (2022, frame[200:])):
        survey = make_survey(part.assign(wave=year), **ROWS)
        report = es.survey.HarmonisationReport(
            "made_up", str(year), f"{year}.csv", "synthetic", "made-up adults", 200, 200
        )
        waves.append(es.Survey(survey.respondents, survey.design, report))
    added = es.cells(waves[0], "lonely", by="wave") + es.cells(waves[1], "lonely", by="wave")
    combined = es.combine(waves)
    pd.testing.assert_frame_equal(
        es.prevalence(added, "lonely", by="wave").tidy(),
        es.prevalence(combined, "lonely", by="wave").tidy(),
        rtol=1e-11,
    )
    assert added.report.wave == "2020, 2022"
    # independent samples: the variance of the difference is the sum of the variances
    one, two = es.prevalence(added, "lonely", by="wave").rows
    difference = es.compare(added, "lonely", by="wave").rows[0]
    assert difference.std_error == pytest.approx(np.hypot(one.std_error, two.std_error), rel=1e-11)


def test_panel_waves_share_clusters_and_their_change_is_surer(make_survey):
    rng = np.random.default_rng(4)
    people = pd.DataFrame({"psu": np.arange(300), "tendency": rng.random(300)})
    waves = [
        people.assign(wave=year, lonely=(people["tendency"] + rng.normal(0, 0.1, 300)) > 0.6)
        for year in (2020, 2022)
    ]
    survey = make_survey(pd.concat(waves, ignore_index=True).assign(weight=1.0), cluster="psu")
    survey = es.Survey(survey.respondents, Design("weight", cluster="psu"), survey.report)
    one, two = es.prevalence(survey, "lonely", by="wave").rows
    change = es.compare(survey, "lonely", by="wave").rows[0]
    assert change.std_error < 0.75 * np.hypot(one.std_error, two.std_error)
    # by hand: the mean of the paired differences
    paired = waves[1]["lonely"].astype(float) - waves[0]["lonely"].astype(float)
    assert change.estimate == pytest.approx(paired.mean(), rel=1e-12)
    assert change.std_error == pytest.approx(paired.std(ddof=1) / np.sqrt(300), rel=1e-12)


def test_same_cluster_number_in_two_strata_is_two_clusters(make_survey):
    frame = drawn(400, 9)
    own = frame.assign(psu=frame["stratum"] * 100 + frame["psu"])
    repeated = es.prevalence(make_survey(frame, **CLUSTERS), "lonely", by="sex")
    unique = es.prevalence(make_survey(own, **CLUSTERS), "lonely", by="sex")
    pd.testing.assert_frame_equal(repeated.tidy(), unique.tidy(), rtol=1e-12)


def test_wide_parquet_is_read_lazily_and_only_its_sums_are_collected(
    make_survey, tmp_path, monkeypatch
):
    frame = drawn(2000, 10)
    frame.to_parquet(tmp_path / "people.parquet")
    lazy = pl.scan_parquet(tmp_path / "people.parquet")
    heights = []
    collect = pl.LazyFrame.collect

    def watched(self, *arguments, **options):
        found = collect(self, *arguments, **options)
        heights.append(found.height)
        return found

    monkeypatch.setattr(pl.LazyFrame, "collect", watched)
    found = es.prevalence(make_survey(lazy, **ROWS), "lonely", by="sex").tidy()
    monkeypatch.undo()
    # two sexes in four strata
    assert heights == [8]
    expected = es.prevalence(make_survey(frame, **ROWS), "lonely", by="sex").tidy()
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12)


def test_cells_answer_only_what_they_were_made_for(make_survey):
    sums = es.cells(make_survey(drawn(50, 1), **ROWS), "lonely", by="sex")
    with pytest.raises(OptionError, match=r"'severe' as binary, .* made for \['lonely'\]\. Name"):
        es.prevalence(sums, "severe")
    with pytest.raises(OptionError, match=r"groups by \['region'\], .* by \['sex'\]\. Name every"):
        es.prevalence(sums, "lonely", by="region")
    with pytest.raises(OptionError, match=r"weights=None for cells that are summed already"):
        es.prevalence(sums, "lonely", weights=None)
    with pytest.raises(OptionError, match=r"'score' as number, .* made for"):
        es.mean(sums, "score")


def test_cells_of_other_columns_do_not_add_up(make_survey):
    survey = make_survey(drawn(50, 1), **ROWS)
    with pytest.raises(SchemaError, match=r"cells add up when .* same call"):
        es.cells(survey, "lonely", by="sex") + es.cells(survey, "lonely")
    with pytest.raises(TypeError, match="unsupported operand"):
        es.cells(survey, "lonely") + 1


def test_no_outcome_and_no_survey_are_refused(make_survey):
    with pytest.raises(OptionError, match=r"at least one outcome, and got none"):
        es.cells(make_survey(drawn(50, 1), **ROWS), [])
    with pytest.raises(SchemaError, match=r"needs a Survey or Cells; it got DataFrame"):
        es.prevalence(drawn(50, 1), "lonely")


def test_cells_cannot_stand_in_for_rows_where_the_weights_are_calibrated(make_survey):
    calibration = Calibration("rake", "weight", (("sex",),))
    survey = make_survey(drawn(50, 1), **ROWS, calibration=calibration)
    with pytest.raises(DesignError, match=r"a calibrated weight needs the respondents"):
        es.prevalence(es.cells(survey, "lonely"), "lonely")


def test_bootstrap_of_cells_needs_clusters_and_no_correction(make_survey):
    bootstrap = estimation.RaoWu(np.random.default_rng(1))
    with pytest.raises(DesignError, match=r"need a design with clusters, .* each respondent"):
        es.prevalence(make_survey(drawn(50, 1), **ROWS), "lonely", replication=bootstrap)
    survey = make_survey(drawn(50, 1).assign(size=99.0), **CLUSTERS, fpc="size")
    with pytest.raises(DesignError, match=r"no finite population correction"):
        es.prevalence(survey, "lonely", replication=bootstrap)
    with pytest.raises(DesignError, match=r"at least 2 replicates, and got 1"):
        es.prevalence(
            make_survey(drawn(50, 1), **CLUSTERS),
            "lonely",
            replication=estimation.RaoWu(np.random.default_rng(1), replicates=1),
        )


def test_cells_of_a_survey_do_not_change_it(make_survey):
    frame = drawn(60, 2)
    before = frame.copy(deep=True)
    es.cells(make_survey(frame, **CLUSTERS), ["lonely", "severe"], by=["region", "sex"])
    pd.testing.assert_frame_equal(frame, before)
