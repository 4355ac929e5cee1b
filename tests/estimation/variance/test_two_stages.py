"""Two stages of sampling against R ``survey`` on its public data (apiclus2), and by identities."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.design import Design
from eenzaam_stats.errors import DesignError, EenzaamStatsError
from eenzaam_stats.estimation.aggregates.cells import Cells
from eenzaam_stats.estimation.compare import Comparing
from eenzaam_stats.estimation.independence import rao_scott
from eenzaam_stats.estimation.linear_trend import linear_trend
from eenzaam_stats.estimation.quantities import ratio
from eenzaam_stats.estimation.variance.targets import Standard
from eenzaam_stats.survey import Survey
from estimation.conftest import SurveyMaker

SAME = 1e-10
TWO: dict[str, Any] = {
    "weight": "weight",
    "cluster": ("district", "school"),
    "fpc": ("n_districts", "n_schools"),
}
DESIGNS: dict[str, dict[str, Any]] = {
    "two_stages": TWO,
    "one_stage": TWO | {"cluster": "district", "fpc": "n_districts"},
    "ultimate": TWO | {"fpc": None},
    "stratified": TWO | {"stratum": "half", "fpc": ("half_districts", "n_schools")},
    **{
        f"left_out {rule}": TWO | {"fpc": ("n_districts", "left_out"), "single_psu": rule}
        for rule in ("remove", "certainty", "adjust")
    },
}


@pytest.fixture(scope="module")
def schools(reference_folder: Path) -> pd.DataFrame:
    return pd.read_csv(reference_folder / "two_stage_input.csv")


@pytest.fixture(scope="module")
def expected(reference_folder: Path) -> pd.DataFrame:
    return pd.read_csv(reference_folder / "two_stage_expected.csv")


def estimated(data: Survey | Cells, statistic: str, outcome: str, group: str) -> Any:
    by = [] if group == "everyone" else ["year" if group.isdigit() else "type"]
    if statistic == "ratio":
        top, bottom = outcome.split(" / ")
        table = ratio(data, top, bottom, by=by)
    elif statistic == "mean":
        table = es.mean(data, outcome, by=by)
    else:
        table = es.total(data, outcome, by=by, of="number")
    return next(row for row in table.rows if not by or row.group == (group,))


def assert_row(found: Any, row: Any) -> None:
    assert found.estimate == pytest.approx(row.estimate, rel=SAME)
    assert found.std_error == pytest.approx(row.std_error, rel=SAME)


QUANTITIES = ("mean", "total", "ratio")


@pytest.mark.parametrize("design", list(DESIGNS))
def test_quantities_and_domains_equal_r(
    design: str, schools: pd.DataFrame, expected: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    survey = make_survey(schools, **DESIGNS[design])
    rows = expected[(expected["design"] == design) & expected["statistic"].isin(QUANTITIES)]
    assert len(rows) >= 2
    for row in rows.itertuples():
        found = estimated(survey, row.statistic, row.outcome, row.group)
        assert_row(found, row)
        assert found.df == row.df, row


def test_a_share_is_the_mean_of_its_flag(
    schools: pd.DataFrame, expected: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    table = es.prevalence(make_survey(schools, **TWO), "target_met", by="type")
    rows = expected.query("design == 'two_stages' and outcome == 'target_met'")
    for row in rows[(rows["statistic"] == "mean") & (rows["group"] != "everyone")].itertuples():
        assert_row(next(one for one in table.rows if one.group == (row.group,)), row)


@pytest.mark.parametrize("design", ["two_stages", "stratified"])
def test_comparisons_trends_standardised_and_tests_equal_r(
    design: str, schools: pd.DataFrame, expected: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    people = schools.assign(place=schools["type"].map({"E": 1, "M": 2, "H": 3}))
    survey = make_survey(people, **DESIGNS[design])
    rows = expected[expected["design"] == design].set_index("statistic")
    how = Comparing(against="E")
    difference = es.compare(survey, "target_met", by="type", how=how).rows
    wanted = rows.loc["difference"]
    found = next(row for row in difference if row.group == "H")
    assert_row(found, wanted)
    assert found.df == wanted.df
    trend = linear_trend(survey, "target_met", wave="place").rows[0]
    assert_row(trend, rows.loc["slope"])
    shares = Standard.of({"E": 0.5, "M": 0.3, "H": 0.2}, over="type")
    assert_row(
        es.standardise(survey, "target_met", standard=shares).rows[0], rows.loc["standardised"]
    )
    test = rao_scott(survey, "type", "target_met")
    assert test.f_statistic == pytest.approx(rows.loc["rao_scott"].estimate, rel=1e-8)
    assert test.f_df2 == pytest.approx(rows.loc["rao_scott"].df, rel=1e-8)
    ratios = es.compare(
        survey, "target_met", by="type", how=Comparing(against="E", measure="ratio")
    )
    found = next(row for row in ratios.rows if row.group == "H")
    assert np.log(found.estimate) == pytest.approx(rows.loc["log_ratio"].estimate, rel=SAME)


def repeated(schools: pd.DataFrame) -> pd.DataFrame:
    parts = [
        schools.assign(api=schools[f"api{year % 100:02d}"], year=year) for year in (1999, 2000)
    ]
    return pd.concat(parts, ignore_index=True)


def test_second_stage_units_of_several_rows_equal_r(
    schools: pd.DataFrame, expected: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    survey = make_survey(repeated(schools), **TWO)
    rows = expected[(expected["design"] == "repeated") & (expected["statistic"] == "mean")]
    assert len(rows) == 3
    for row in rows.itertuples():
        assert_row(estimated(survey, "mean", "api", row.group), row)


CALIBRATIONS: dict[str, Any] = {
    "post_stratify": {"method": "post_stratify"},
    "rake": {"method": "rake"},
    "linear": {"method": "linear"},
}
TYPES = {"E": 4421, "H": 755, "M": 1018}


@pytest.mark.parametrize("method", list(CALIBRATIONS))
def test_calibrated_weights_equal_r(
    method: str, schools: pd.DataFrame, expected: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    margins: dict[str, Any] = {"type": TYPES}
    if method == "rake":
        margins["half"] = {"low": 2994, "high": 3200}
    # numbered otherwise than the districts come, so that a cluster is found by name and not place
    survey = make_survey(schools.iloc[::-1].reset_index(drop=True), **TWO)
    moved = es.calibrate(survey, margins, **CALIBRATIONS[method])
    for row in expected[expected["design"] == method].itertuples():
        found = estimated(moved, row.statistic, row.outcome, row.group)
        assert found.estimate == pytest.approx(row.estimate, rel=1e-7)
        assert found.std_error == pytest.approx(
            row.std_error, rel=1e-6 if method == "rake" else 1e-8
        )


# ---- cells, engines, surveys together ---------------------------------------------------------


def values(table: Any) -> list[tuple[Any, ...]]:
    return [(row.group, row.estimate, row.std_error, row.df) for row in table.rows]


def close(one: Any, two: Any) -> None:
    for ours, theirs in zip(values(one), values(two), strict=True):
        assert ours[0] == theirs[0]
        assert ours[1:] == pytest.approx(theirs[1:], rel=1e-12)


@pytest.mark.parametrize("cut", ["rows", "districts", "one by one"])
def test_cells_of_parts_add_up(cut: str, schools: pd.DataFrame, make_survey: SurveyMaker) -> None:
    """Also where one part holds some schools of a district, or some rows of a school."""
    people = repeated(schools)
    parts = {
        "rows": [people[::2], people[1::2]],
        "districts": [people[people["district"] < 500], people[people["district"] >= 500]],
        "one by one": [people[at : at + 1] for at in range(0, 60)] + [people[60:]],
    }[cut]
    sums = [es.cells(make_survey(part, **TWO), "api", by="type", kind="number") for part in parts]
    added = sums[0]
    for one in sums[1:]:
        added = added + one
    close(es.mean(added, "api", by="type"), es.mean(make_survey(people, **TWO), "api", by="type"))


@pytest.mark.parametrize("engine", ["polars", "polars lazy", "pyarrow", "duckdb"])
@pytest.mark.parametrize("design", ["two_stages", "stratified"])
def test_engines_agree(
    engine: str, design: str, schools: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    own = make_survey(schools, **DESIGNS[design])
    whole = make_survey(in_engine(schools, engine), **DESIGNS[design])
    close(*(es.prevalence(one, "target_met", by="type") for one in (whole, own)))
    close(ratio(whole, "tested", "enroll"), ratio(own, "tested", "enroll"))


def in_engine(frame: pd.DataFrame, engine: str) -> Any:
    if engine.startswith("polars"):
        pl = pytest.importorskip("polars")
        made = pl.from_pandas(frame)
        return made.lazy() if engine.endswith("lazy") else made
    if engine == "pyarrow":
        return pytest.importorskip("pyarrow").Table.from_pandas(frame)
    connection = pytest.importorskip("duckdb").connect()
    connection.register("schools", frame)
    return connection.sql("select * from schools")


def test_school_numbers_that_repeat_between_districts_are_other_schools(
    schools: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    again = schools.assign(school=schools.groupby("district").cumcount())
    close(
        es.mean(make_survey(again, **TWO), "api00", by="type"),
        es.mean(make_survey(schools, **TWO), "api00", by="type"),
    )


def test_text_keys_and_missing_answers_keep_their_place(
    schools: pd.DataFrame, expected: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    words = schools.assign(
        district=schools["district"].astype("str"), school="s" + schools["school"].astype("str")
    )
    row = expected.query("design == 'two_stages' and outcome == 'enroll' and group == 'everyone'")
    found = es.mean(make_survey(words, **TWO), "enroll").rows[0]
    assert found.n_missing == schools["enroll"].isna().sum() > 0
    assert_row(found, row.iloc[0])


def test_combined_surveys_keep_both_stages(schools: pd.DataFrame, make_survey: SurveyMaker) -> None:
    alone = make_survey(schools.assign(wave=2020), **TWO)
    both = es.combine([alone, make_survey(schools.assign(wave=2022), **TWO)], allow=("same_file",))
    assert both.design.clusters == ("cluster", "cluster_2")
    assert both.design.sizes == ("fpc", "fpc_2")
    (one,) = es.mean(alone, "api00").rows
    for row in es.mean(both, "api00", by="wave").rows:
        assert (row.estimate, row.std_error, row.df) == pytest.approx(
            (one.estimate, one.std_error, one.df), rel=1e-12
        )
    # without population sizes the second stage is in the variance of the districts
    plain = [make_survey(schools.assign(wave=2020), **DESIGNS["ultimate"])] * 2
    assert es.combine(plain, allow=("same_file",)).design.clusters == ("cluster",)
    one_stage = make_survey(schools, **DESIGNS["one_stage"])
    with pytest.raises(DesignError, match=r"of the same stages, or in none.*: 2.*: 1"):
        es.combine([alone, one_stage], allow=("same_file",))


def test_a_missing_column_of_the_second_stage_is_named(
    schools: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    for name in ("school", "n_schools"):
        survey = make_survey(schools.drop(columns=name), **TWO)
        with pytest.raises(EenzaamStatsError, match=name):
            es.mean(survey, "api00")
        with pytest.raises(EenzaamStatsError, match=name):
            es.combine([survey])


# ---- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("design", "said", "cluster"),
    [
        ("two_stages", "'school' drawn within them, with finite population correction and variance "
         "of both stages", "district, school"),
        ("ultimate", "what drawing 'school' adds is in the variance of the clusters",
         "district, school"),
        ("one_stage", "what drawing respondents within them adds to the error is left out",
         "district"),
    ],
)  # fmt: skip
def test_the_footnote_says_which_stages_count(
    design: str, said: str, cluster: str, schools: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    survey = make_survey(schools, **DESIGNS[design])
    shares = Standard.of({"E": 0.5, "M": 0.3, "H": 0.2}, over="type")
    for result in (
        es.prevalence(survey, "target_met"),
        es.mean(survey, "api00"),
        es.total(survey, "target_met", by="type"),
        ratio(survey, "tested", "enroll"),
        es.compare(survey, "target_met", by="type"),
        es.standardise(survey, "target_met", standard=shares),
        rao_scott(survey, "type", "target_met"),
    ):
        assert said in result.footnote.method
        assert result.footnote.cluster == cluster


def test_clusters_of_one_respondent_and_designs_without_fpc_leave_nothing_out(
    schools: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    one_each = schools.drop_duplicates("district")
    design = DESIGNS["one_stage"]
    for survey in (
        make_survey(one_each, **design),
        make_survey(schools, **design | {"fpc": None}),
    ):
        assert "left out" not in es.mean(survey, "api00").footnote.method


def test_what_one_stage_leaves_out_is_real(expected: pd.DataFrame) -> None:
    both = expected.query("outcome == 'api00' and statistic == 'mean' and group == 'E'")
    error = both.set_index("design")["std_error"]
    assert error["one_stage"] < error["two_stages"]


# ---- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"fpc": "n"}, r"one population size per stage .* clusters \['d', 's'\] with fpc \['n'\]"),
        ({"cluster": "d", "fpc": ("n", "m")}, r"clusters \['d'\] with fpc \['n', 'm'\]"),
        ({"cluster": None, "fpc": ("n", "m")}, r"clusters \[\] with fpc \['n', 'm'\]"),
        ({"cluster": ("d", "s", "p")}, r"one column or two different ones as cluster"),
        ({"cluster": ("d", "d")}, r"one column or two different ones as cluster"),
        ({"cluster": ()}, r"one column or two different ones as cluster"),
        ({"fpc": ["n", "n"]}, r"one column or two different ones as fpc"),
    ],
)
def test_stages_that_do_not_fit_are_no_design(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(DesignError, match=said):
        Design(**{"cluster": ("d", "s"), **fields})


def test_lists_and_one_stage_in_a_list_are_the_same_design() -> None:
    assert Design(cluster=["d", "s"], fpc=["n", "m"]) == Design(  # type: ignore[arg-type]
        cluster=("d", "s"), fpc=("n", "m")
    )
    assert Design(cluster=["d"], fpc=("n",)) == Design(cluster="d", fpc="n")  # type: ignore[arg-type]
    assert hash(Design(cluster=["d", "s"])) == hash(  # type: ignore[arg-type]
        Design(cluster=("d", "s"))
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n_schools": 1}, r"'n_schools' the number of second-stage units of the cluster.*below"),
        ({"n_schools": np.nan}, r"'n_schools' the number of second-stage units of the cluster"),
        ({"n_schools": "three"}, r"numbers as population sizes of the second stage"),
        ({"school": np.nan}, r"needs a second-stage unit in every row, and column 'school'"),
        ({"n_districts": 5}, r"'n_districts' the number of sampling units of the stratum"),
    ],
)
def test_unusable_columns_of_either_stage_are_named(
    change: dict[str, Any], said: str, schools: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    with pytest.raises(DesignError, match=said):
        es.mean(make_survey(schools.assign(**change), **TWO), "api00")


def test_sizes_that_vary_within_a_district_are_named(
    schools: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    wrong = schools.assign(n_schools=schools["n_schools"] + (schools["school"] == 4957))
    with pytest.raises(DesignError, match=r"1 cluster\(s\) have another: \[83\]"):
        es.mean(make_survey(wrong, **TWO), "api00")


def test_one_school_out_of_several_stops_unless_a_rule_is_given(
    schools: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    design = TWO | {"fpc": ("n_districts", "left_out")}
    with pytest.raises(
        DesignError, match=r"two second-stage units in every cluster, and 3 cluster\(s\) have one"
    ):
        es.mean(make_survey(schools, **design), "api00")
    for rule in ("certainty", "centred", "average", "collapsed"):
        row = es.mean(make_survey(schools, **design, single_psu=rule), "api00").rows[0]
        # the second stage is little beside the first, whatever the rule
        assert row.std_error == pytest.approx(30.099, rel=1e-3)
