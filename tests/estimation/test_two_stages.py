"""Two stages of sampling against R ``survey`` on its public data (apiclus2), and by identities."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.estimation.cells import Cells
from eenzaam_stats.estimation.compare import Comparing
from eenzaam_stats.estimation.independence import rao_scott
from eenzaam_stats.estimation.linear_trend import linear_trend
from eenzaam_stats.estimation.quantities import ratio
from eenzaam_stats.estimation.targets import Standard
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
        f"left_out {rule}": TWO | {"fpc": ("n_districts", "left_out"), "lonely_stratum": rule}
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
