"""The verb ``calibrate``: margins met, words of the report, what it refuses, and its errors."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import eenzaam_stats as es
from eenzaam_stats.design import ReplicateWeights
from eenzaam_stats.errors import (
    ConvergenceError,
    DesignError,
    OptionError,
    SchemaError,
    UnknownCodeError,
    UnknownColumnError,
)
from eenzaam_stats.estimation.age_bands import with_age_bands
from eenzaam_stats.estimation.calibration.calibrate import calibrate
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.estimation.quantities import total
from eenzaam_stats.published.population_margins import population_margins
from estimation.design_reference import CALIBRATIONS, margins_of

ENGINES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}
MET = 1e-9
SEX = {"men": 480.0, "women": 520.0}
AGE = {"18-64": 700.0, "65+": 300.0}
MARGINS = {"sex": SEX, "age_band": AGE}


@pytest.fixture
def adults(rng) -> pd.DataFrame:
    n = 200
    return pd.DataFrame(
        {
            "weight": rng.uniform(1.0, 5.0, n),
            "sex": rng.choice(["men", "women"], n, p=[0.6, 0.4]),
            "age_band": rng.choice(["18-64", "65+"], n),
            "household_size": rng.integers(1, 6, n),
            "lonely": rng.integers(0, 2, n),
        }
    )


@pytest.fixture
def survey(make_survey, adults):
    return make_survey(adults, weight="weight")


def weights(survey, name: str = "weight_calibrated") -> np.ndarray:
    return np.asarray(survey.respondents[name], dtype=float)


def sums(survey, column: str) -> dict:
    frame = pd.DataFrame({"w": weights(survey), "c": np.asarray(survey.respondents[column])})
    return frame.groupby("c")["w"].sum().to_dict()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"method": "linear"},
        {"method": "linear", "bounds": (0.5, 2.0)},
        {"method": "logit", "bounds": (0.5, 2.0)},
        {"trim": (0.4, 2.0)},
    ],
    ids=str,
)
def test_margins_are_met_and_the_design_remembers(survey, options) -> None:
    moved = calibrate(survey, MARGINS, **options)
    for column, people in MARGINS.items():
        assert sums(moved, column) == pytest.approx(people, rel=MET)
    made = moved.design.calibration
    assert moved.design.weight == "weight_calibrated"
    assert made.base_weight == "weight"
    assert made.margins == (("sex",), ("age_band",))
    assert made.method == options.get("method", "rake")
    assert moved.report.checks[-1].name == "calibration"
    assert "meets 4 population figures (sex, age_band)" in moved.report.checks[-1].message


def test_the_survey_that_came_in_is_not_changed(survey) -> None:
    before = survey.respondents.copy()
    calibrate(survey, MARGINS)
    pd.testing.assert_frame_equal(survey.respondents, before)
    assert survey.design.calibration is None


@pytest.mark.parametrize("engine", ENGINES)
def test_engines_agree_and_get_their_own_frame_back(make_survey, adults, engine: str) -> None:
    expected = weights(calibrate(make_survey(adults, weight="weight"), MARGINS))
    frame = ENGINES[engine](adults.to_dict("list"))
    moved = calibrate(make_survey(frame, weight="weight"), MARGINS)
    assert type(moved.respondents) is type(frame)
    np.testing.assert_allclose(weights(moved), expected, rtol=1e-12)


def test_pandas_keeps_its_index(make_survey, adults) -> None:
    turned = adults.set_index(pd.Index(range(1_000, 1_200))).sample(frac=1.0, random_state=1)
    moved = calibrate(make_survey(turned, weight="weight"), MARGINS)
    assert moved.respondents.index.equals(turned.index)
    straight = calibrate(make_survey(adults, weight="weight"), MARGINS)
    expected = straight.respondents["weight_calibrated"].set_axis(range(1_000, 1_200))
    pd.testing.assert_series_equal(
        moved.respondents["weight_calibrated"].sort_index(), expected, check_exact=False
    )


@pytest.mark.parametrize(
    "margins",
    [
        {"sex": pd.Series(SEX), "age_band": AGE},
        [pd.Series(SEX).rename_axis("sex"), pd.Series(AGE).rename_axis("age_band")],
        [
            pd.DataFrame({"sex": SEX.keys(), "population": SEX.values()}),
            pd.DataFrame({"age_band": AGE.keys(), "population": AGE.values()}),
        ],
        {"sex": {"men": 48, "women": 52}, "age_band": {"18-64": 70, "65+": 30}},
    ],
    ids=["mapping", "series", "frames", "percentages"],
)
def test_margins_may_be_written_in_several_ways(survey, margins) -> None:
    expected = weights(calibrate(survey, MARGINS))
    found = weights(calibrate(survey, margins))
    np.testing.assert_allclose(found / found.sum(), expected / expected.sum(), rtol=1e-9)


def test_a_crossed_margin_is_post_stratification(survey) -> None:
    crossed = pd.DataFrame(
        {
            "sex": ["men", "men", "women", "women"],
            "age_band": ["18-64", "65+", "18-64", "65+"],
            "population": [400, 80, 300, 220],
        }
    )
    moved = calibrate(survey, crossed)
    assert moved.design.calibration.method == "post_stratify"
    assert moved.design.calibration.margins == (("sex", "age_band"),)
    frame = moved.respondents
    cell = (frame["sex"] == "women") & (frame["age_band"] == "65+")
    assert frame.loc[cell, "weight_calibrated"].sum() == pytest.approx(220.0, rel=MET)
    ratio = frame["weight_calibrated"] / frame["weight"]
    assert ratio[cell].std() == pytest.approx(0.0, abs=1e-12)


def test_a_numeric_auxiliary_meets_its_total(survey) -> None:
    moved = calibrate(survey, {**MARGINS, "household_size": 2_900.0}, method="linear")
    assert weights(moved) @ moved.respondents["household_size"] == pytest.approx(2_900.0, rel=MET)
    assert moved.design.calibration.numeric == ("household_size",)
    assert prevalence(moved, "lonely").rows[0].std_error > 0.0


def test_calibrating_twice_is_the_identity(survey) -> None:
    once = calibrate(survey, MARGINS)
    twice = calibrate(once, MARGINS, into="again")
    np.testing.assert_allclose(weights(twice, "again"), weights(once), rtol=1e-12)
    assert "the base weights were calibrated before" in " ".join(twice.report.notes)


@pytest.mark.parametrize("options", [{}, {"method": "logit", "bounds": (0.5, 2.0)}], ids=str)
def test_scale_of_the_base_weights_does_not_matter(make_survey, adults, options) -> None:
    one = calibrate(make_survey(adults, weight="weight"), MARGINS, **options)
    scaled = adults.assign(weight=adults["weight"] / 7_000.0)
    other = calibrate(make_survey(scaled, weight="weight"), MARGINS, **options)
    np.testing.assert_allclose(weights(other), weights(one), rtol=1e-9)
    rows = (prevalence(s, "lonely", by="sex").rows for s in (one, other))
    for first, second in zip(*rows, strict=True):
        assert first.std_error == pytest.approx(second.std_error, rel=1e-9)


def test_bounds_hold_after_the_base_weights_are_brought_to_the_population(survey) -> None:
    moved = calibrate(survey, MARGINS, method="linear", bounds=(0.58, 1.7))
    base = np.asarray(survey.respondents["weight"])
    g = weights(moved) / (base * 1_000.0 / base.sum())
    assert 0.58 - 1e-9 <= g.min() < g.max() <= 1.7 + 1e-9
    free = weights(calibrate(survey, MARGINS, method="linear")) / (base * 1_000.0 / base.sum())
    assert free.min() < 0.57


def test_trimming_is_reported(survey) -> None:
    moved = calibrate(survey, MARGINS, trim=(0.4, 1.8))
    w = weights(moved)
    assert w.max() <= 1.8 * w.mean() * (1 + 1e-5)
    note = next(note for note in moved.report.notes if "trimmed" in note)
    assert "respondent(s) trimmed to 0.4 to 1.8 times the mean" in note


def test_report_names_factors_and_kish_effect(survey) -> None:
    note = calibrate(survey, MARGINS).report.notes[-1]
    assert note.startswith("calibrated from 'weight' by factors of 0.")
    assert "Kish effect 1." in note
    assert "of 200" in note


def test_what_was_calibrated_to_has_no_error(survey) -> None:
    moved = calibrate(survey, MARGINS)
    frame = moved.respondents.assign(woman=(moved.respondents["sex"] == "women").astype(int))
    row = prevalence(replace(moved, respondents=frame), "woman").rows[0]
    assert row.estimate == pytest.approx(0.52, rel=MET)
    assert row.std_error == 0.0
    assert total(replace(moved, respondents=frame), "woman").rows[0].std_error == 0.0


# ---- the whole way from respondents to standard errors, against R


# R stops raking before it is exact: observed 2e-11 there, 1e-14 elsewhere.
AGAINST_R = {"post_stratify": 1e-12, "rake": 1e-10, "linear": 1e-12, "linear_household": 1e-12}


@pytest.mark.parametrize("name", AGAINST_R)
def test_calibrated_prevalences_and_errors_equal_r(
    reference_folder, make_survey, name: str
) -> None:
    people = pd.read_csv(reference_folder / "design_input.csv")
    population = pd.read_csv(reference_folder / "design_population.csv")
    design = {"weight": "weight", "stratum": "stratum", "cluster": "cluster"}
    moved = calibrate(
        make_survey(people.drop(columns="wave"), **design),
        margins_of(name, population),
        **CALIBRATIONS[name],
    )
    expected = pd.read_csv(reference_folder / "design_calibrated.csv").query(
        "design == 'clustered' and outcome == 'y' and grouping == 'region' and method == @name"
    )
    rows = {row.group[0]: row for row in prevalence(moved, "y", by="region").rows}
    counts = {row.group[0]: row for row in total(moved, "y", by="region").rows}
    assert len(expected) == 4
    for row in expected.itertuples():
        found, count = rows[row.region], counts[row.region]
        assert found.estimate == pytest.approx(row.estimate, rel=AGAINST_R[name])
        assert found.std_error == pytest.approx(row.std_error, rel=AGAINST_R[name])
        assert count.estimate == pytest.approx(row.total, rel=AGAINST_R[name])
        assert count.std_error == pytest.approx(row.total_se, rel=AGAINST_R[name])


# ---- LISS: no weights, calibrated to the packaged population


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("liss") / "panel"
    es.synthesise("liss", folder, wave=2022, n=1_500)
    return es.read_liss(folder)


def test_liss_meets_the_shares_of_the_packaged_population(panel) -> None:
    margins = population_margins(2022)
    moved = calibrate(with_age_bands(panel), margins, outside="leave_out")
    frame = moved.respondents.assign(w=weights(moved))
    shares = frame.groupby(["age_band", "sex"], observed=True)["w"].sum() / frame["w"].sum()
    expected = margins[0].set_index(["age_band", "sex"])["population"]
    expected = expected / expected.sum()
    assert len(shares) == 14
    np.testing.assert_allclose(shares.loc[expected.index], expected, rtol=MET)
    assert frame["w"].sum() == pytest.approx(14_289_828, rel=MET)
    assert (frame["weight_calibrated_base"] == 1.0).all()
    report = moved.report
    assert report.n_kept == len(frame) == 1_500 - sum(n for _, n in report.dropped)
    assert {reason for reason, _ in report.dropped} == {
        "not calibrated: age_band is missing",
        "not calibrated: age_band x sex is a category without population",
    }
    assert any("not private households only" in note for note in report.notes)
    estimates = prevalence(es.score(moved, es.DJG6), "lonely", by="sex")
    assert all(0.0 < row.std_error < 0.05 for row in estimates.rows)


def test_liss_with_people_outside_the_population_says_who(panel) -> None:
    with pytest.raises(
        SchemaError, match=r"age_band is missing in \d+ row\(s\) \(first in row \d+\)\. .*leave_out"
    ):
        calibrate(with_age_bands(panel), population_margins(2022))


@pytest.mark.parametrize("engine", ENGINES)
def test_age_bands_on_every_engine(make_survey, engine: str) -> None:
    frame = ENGINES[engine]({"age": [17, 18, 24, 25, 74, 75, 101, None]})
    banded = with_age_bands(make_survey(frame)).respondents["age_band"]
    values = banded.to_pylist() if engine == "pyarrow" else banded.to_list()
    found = ["" if not isinstance(value, str) else value for value in values]
    assert found == ["", "18-24", "18-24", "25-34", "65-74", "75+", "75+", ""]


def test_age_bands_refuse_a_column_that_is_there_and_an_age_that_is_not(make_survey) -> None:
    with pytest.raises(SchemaError, match="needs to add column 'age_band', which is there already"):
        with_age_bands(make_survey(pd.DataFrame({"age": [1], "age_band": ["x"]})))
    with pytest.raises(UnknownColumnError, match=r"needs column\(s\) \['age'\]"):
        with_age_bands(make_survey(pd.DataFrame({"years": [1]})))


# ---- what it refuses


def test_margins_of_different_totals_are_refused(survey) -> None:
    with pytest.raises(
        SchemaError, match=r"sex adds up to 1,000 and age_band to 1,001\. Take both"
    ):
        calibrate(survey, {"sex": SEX, "age_band": {"18-64": 701.0, "65+": 300.0}})


@pytest.mark.parametrize("count", [-1.0, math.nan, math.inf])
def test_impossible_populations_are_refused(survey, count: float) -> None:
    with pytest.raises(SchemaError, match=r"population of 0 or more .* sex 'men' has"):
        calibrate(survey, {"sex": {"men": count, "women": 520.0}})


def test_a_category_that_the_margin_lacks_is_named(make_survey, adults) -> None:
    adults.loc[[4, 9], "sex"] = "other"
    survey = make_survey(adults, weight="weight")
    with pytest.raises(
        UnknownCodeError,
        match=r"2 respondent\(s\) have sex 'other' \(first in row 5\), which the margin lacks\.",
    ):
        calibrate(survey, MARGINS)
    with pytest.raises(UnknownCodeError, match="which the margin gives 0 people"):
        calibrate(survey, {"sex": {**SEX, "other": 0.0}})
    moved = calibrate(survey, MARGINS, outside="leave_out")
    assert moved.report.dropped == (("not calibrated: sex is a category without population", 2),)
    assert len(moved.respondents) == 198


def test_missing_margin_variables_are_counted(make_survey, adults) -> None:
    adults.loc[[2, 3, 7], "age_band"] = None
    survey = make_survey(adults, weight="weight")
    with pytest.raises(SchemaError, match=r"age_band is missing in 3 row\(s\) \(first in row 3\)"):
        calibrate(survey, MARGINS)
    moved = calibrate(survey, MARGINS, outside="leave_out")
    assert moved.report.n_kept == 197


def test_a_population_without_respondents_is_named(survey) -> None:
    with pytest.raises(SchemaError, match=r"there are none with sex 'other'\. Merge categories"):
        calibrate(survey, {"sex": {"men": 480.0, "women": 500.0, "other": 20.0}})


def test_a_category_without_population_and_without_respondents_is_harmless(survey) -> None:
    moved = calibrate(survey, {"sex": {**SEX, "other": 0.0}})
    assert sums(moved, "sex") == pytest.approx(SEX, rel=MET)


@pytest.mark.parametrize("bad", [0.0, -2.0, math.nan, math.inf])
def test_base_weights_that_are_not_above_zero_are_refused(make_survey, adults, bad: float) -> None:
    adults.loc[3, "weight"] = bad
    with pytest.raises(DesignError, match=r"column 'weight' has 1 row\(s\) .* \(first in row 4\)"):
        calibrate(make_survey(adults, weight="weight"), MARGINS)


def test_base_weights_that_are_words_are_refused(make_survey, adults) -> None:
    frame = adults.assign(weight="heavy")
    with pytest.raises(DesignError, match="needs numbers as base weights, and column 'weight'"):
        calibrate(make_survey(frame, weight="weight"), MARGINS)


@pytest.mark.parametrize("method", ["linear", "logit"])
def test_bounds_that_exclude_a_margin_name_it(survey, method: str) -> None:
    with pytest.raises(
        ConvergenceError,
        match=r"cannot reach the population of sex 'men', 100: with bounds its weights add up to "
        r".* at most\. Widen bounds",
    ):
        calibrate(survey, {"sex": {"men": 100.0, "women": 900.0}}, method=method, bounds=(0.5, 1.5))


def test_limits_of_trimming_that_exclude_a_margin_name_it(survey) -> None:
    with pytest.raises(ConvergenceError, match="population of sex 'men', 30: with trim"):
        calibrate(survey, {"sex": {"men": 30.0, "women": 970.0}}, trim=(0.5, 3.0))


def test_margins_that_contradict_each_other_name_the_one_that_is_missed(
    make_survey, adults
) -> None:
    frame = adults.assign(gender=adults["sex"].str.upper())
    margins = {"sex": SEX, "gender": {"MEN": 500.0, "WOMEN": 500.0}}
    for method in ("rake", "linear"):
        with pytest.raises(
            ConvergenceError, match=r"does not reach the population of (sex|gender) '.*': .* wanted"
        ):
            calibrate(make_survey(frame, weight="weight"), margins, method=method)


def test_linear_weights_below_zero_are_refused(make_survey) -> None:
    frame = pd.DataFrame({"group": ["a"] * 10, "size": [1.0] * 9 + [30.0]})
    with pytest.raises(
        ConvergenceError, match=r"1 weight\(s\) not above 0 only \(first in .* row 10"
    ):
        calibrate(make_survey(frame), {"group": {"a": 10.0}, "size": 9.0}, method="linear")


def test_options_that_do_not_fit_the_method_are_refused(survey) -> None:
    cases = [
        ({"method": "raking"}, MARGINS, "method is 'raking', which is not an option"),
        ({"outside": "drop"}, MARGINS, "outside is 'drop', which is not an option"),
        ({"method": "post_stratify"}, MARGINS, "takes one margin, and 2 are given"),
        ({"bounds": (0.5, 2.0)}, MARGINS, "bounds belong to the methods 'linear' and 'logit'"),
        ({"method": "logit"}, MARGINS, "logit distance needs bounds"),
        ({"method": "linear", "bounds": (1.2, 2.0)}, MARGINS, "do not lie around 1"),
        ({"trim": (2.0, 3.0)}, MARGINS, "does not lie around the mean weight"),
        ({}, {**MARGINS, "household_size": 9.0}, "cannot meet the total of a numeric column"),
    ]
    for options, margins, words in cases:
        with pytest.raises(OptionError, match=words):
            calibrate(survey, margins, **options)


def test_margins_without_a_column_or_without_people_are_refused(survey) -> None:
    cases = [
        ({}, "needs at least one margin"),
        ([pd.Series(SEX)], "needs to know the column of every margin"),
        ({"sex": {"men": 0.0, "women": 0.0}}, "the margin of sex counts nobody"),
        (
            pd.DataFrame({"sex": ["men", "men", "women"], "population": [1, 2, 3]}),
            "sex 'men' occurs twice",
        ),
    ]
    for margins, words in cases:
        with pytest.raises(SchemaError, match=words):
            calibrate(survey, margins)


def test_absent_and_present_columns_are_named(survey, adults, make_survey) -> None:
    with pytest.raises(UnknownColumnError, match=r"needs column\(s\) \['gender'\]"):
        calibrate(survey, {"gender": SEX})
    with pytest.raises(UnknownColumnError, match="'population'"):
        calibrate(survey, pd.DataFrame({"sex": ["men"], "n": [1]}))
    with pytest.raises(SchemaError, match="'weight_calibrated', which is there already"):
        calibrate(calibrate(survey, MARGINS), MARGINS)
    with pytest.raises(SchemaError, match="'w_base', which is there already"):
        calibrate(make_survey(adults.assign(w_base=1.0)), MARGINS, into="w")


def test_replicates_lazy_frames_and_several_waves_are_refused(survey, adults, make_survey) -> None:
    replicated = replace(
        survey, design=replace(survey.design, replicates=ReplicateWeights(("r1",), "JK1"))
    )
    with pytest.raises(DesignError, match="cannot calibrate replicate weights"):
        calibrate(replicated, MARGINS)
    lazy = pl.DataFrame(adults.to_dict("list")).lazy()
    with pytest.raises(SchemaError, match="needs respondents in memory"):
        calibrate(make_survey(lazy, weight="weight"), MARGINS)
    waves = adults.assign(wave=np.arange(len(adults)) % 2 + 2020)
    with pytest.raises(DesignError, match=r"the respondents are of 2: 2020, 2021\. Calibrate each"):
        calibrate(make_survey(waves, weight="weight"), MARGINS)
    crossed = pd.DataFrame({"wave": [2020, 2021], "population": [400, 600]})
    moved = calibrate(make_survey(waves, weight="weight"), crossed)
    assert sums(moved, "wave") == pytest.approx({2020: 400.0, 2021: 600.0}, rel=MET)


def test_leaving_everybody_out_is_refused(make_survey) -> None:
    frame = pd.DataFrame({"sex": ["x", "y"]})
    with pytest.raises(SchemaError, match="there are none with sex 'men'; sex 'women'"):
        calibrate(make_survey(frame), {"sex": SEX}, outside="leave_out")
