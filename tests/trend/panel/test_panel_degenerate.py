"""Panels at the edge: nobody twice, one person, nothing that varies, everything certain."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.errors import (
    ConvergenceError,
    DesignError,
    OptionError,
    SchemaError,
    UnknownColumnError,
)
from eenzaam_stats.trend.panel.options import PanelOptions
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.panel.rows import PanelColumns
from eenzaam_stats.trend.panel.terms import PanelTerm
from eenzaam_stats.trend.series.interruption import Interruption


def _panel(persons=6, waves=4, seed=1):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "person_id": np.repeat(np.arange(persons), waves),
            "wave": np.tile(np.arange(waves) + 2015, persons),
        }
    )
    effect = np.repeat(rng.normal(0, 2, persons), waves)
    frame["y"] = effect + rng.normal(0, 1, len(frame))
    return frame.assign(lonely=frame["y"] > 0)


# ---- nothing to tell people from chance ----------------------------------------------------------


def test_one_wave_per_person_is_refused():
    frame = _panel().drop_duplicates("person_id").reset_index(drop=True)
    frame["wave"] = 2015 + np.arange(6) % 3
    with pytest.raises(DesignError, match=r"6 answers of 6 people with 1 effect\(s\) each\. Use p"):
        panel_model(frame, "y")


def test_two_waves_per_person_have_no_random_slope():
    options = PanelOptions(random="slope")
    with pytest.raises(DesignError, match=r"12 answers of 6 people with 2 effect.*'intercept'"):
        panel_model(_panel(waves=2), "y", options=options)


def test_one_person_is_a_series():
    with pytest.raises(
        DesignError, match=r"several people, and found one\. Analyse it as a series"
    ):
        panel_model(_panel(persons=1, waves=8), "y")


def test_one_wave_cannot_tell_the_trend_from_the_intercept():
    with pytest.raises(OptionError, match=r"cannot tell term\(s\) \['trend'\] from those before"):
        panel_model(_panel(waves=1), "y")


def test_households_of_one_person_are_refused():
    frame = _panel().assign(home=lambda d: d["person_id"] + 100)
    with pytest.raises(DesignError, match=r"households with several people, and all 6 have one"):
        panel_model(frame, "y", columns=PanelColumns(household="home"))


def test_people_who_moved_are_counted_and_refused():
    frame = _panel().assign(home=lambda d: d["person_id"] // 2)
    frame.loc[[3, 7], "home"] = 9
    with pytest.raises(DesignError, match=r"2 of 6 have more than one\. Make a column with the f"):
        panel_model(frame, "y", columns=PanelColumns(household="home"))


# ---- nothing that varies -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["linear", "logistic"])
def test_constant_outcome_is_refused(kind):
    frame = _panel().assign(y=1)
    with pytest.raises(SchemaError, match=r"column 'y' all 24 answers are 1\. Check"):
        panel_model(frame, "y", family=kind)


def test_outcome_without_answers_is_refused():
    with pytest.raises(SchemaError, match=r"column 'y' nobody answered"):
        panel_model(_panel().assign(y=np.nan), "y")


def test_outcome_that_never_changes_within_people_is_refused():
    frame = _panel().assign(y=lambda d: d["person_id"] * 1.0)
    with pytest.raises(ConvergenceError, match=r"nothing that varies within a person"):
        panel_model(frame, "y")


def test_outcome_that_the_terms_explain_is_refused():
    frame = _panel().assign(y=lambda d: 3.0 + d["wave"] * 0.5)
    with pytest.raises(ConvergenceError, match=r"nothing that varies within a person"):
        panel_model(frame, "y")


def test_no_difference_between_people_is_a_flagged_boundary():
    # each person has the same mean, so the variance between them is estimated as 0
    frame = _panel().assign(y=np.tile([1.0, 3.0, 2.0, 4.0], 6) + np.tile([0.1, -0.1, -0.1, 0.1], 6))
    frame["y"] += np.repeat([1.0, -1.0] * 3, 4) * np.tile([1.0, -1.0, -1.0, 1.0], 6)
    fit = panel_model(frame, "y")
    assert fit.boundary
    person, residual = fit.variances
    assert (person.variance, person.boundary) == (0.0, True)
    assert fit.correlation == 0.0
    # that of least squares, with n - p degrees of freedom
    x = np.column_stack([np.ones(24), frame["wave"] - 2015])
    b, squares, *_ = np.linalg.lstsq(x, frame["y"], rcond=None)
    assert residual.variance == pytest.approx(squares[0] / 22, rel=1e-10)
    assert [c.estimate for c in fit.coefficients] == pytest.approx(b, rel=1e-10)
    assert [c.df for c in fit.coefficients] == pytest.approx([22, 22], rel=1e-6)
    assert "BOUNDARY" in fit.describe()


def test_slope_without_variance_is_a_flagged_boundary():
    # chance without a trend in anybody, so that people differ in trend less than chance gives
    frame = _panel(persons=30)
    pattern = np.tile([1.0, -1.0, -1.0, 1.0], 30) * np.repeat(np.arange(30) % 3 + 1.0, 4)
    level = np.repeat(np.arange(30) % 5, 4)
    frame["y"] = 0.5 * frame["wave"] + level + pattern
    fit = panel_model(frame, "y", options=PanelOptions(random="slope"))
    assert fit.boundary
    assert "BOUNDARY" in fit.describe()
    assert np.isnan(fit.correlation)
    variances = {one.term: one for one in fit.variances}
    assert variances["slope"].variance == pytest.approx(0.0, abs=1e-9)
    assert variances["slope"].boundary or variances["intercept and slope"].boundary
    assert fit.coefficient("trend").estimate == pytest.approx(0.5, abs=1e-9)


# ---- yes and no ----------------------------------------------------------------------------------


def test_perfectly_separated_outcome_is_refused_in_words():
    frame = _panel(persons=40).assign(lonely=lambda d: d["wave"] >= 2017)
    with pytest.raises(
        ConvergenceError, match=r"terms separate the yes from the no answers.*Leave"
    ):
        panel_model(frame, "lonely", family="logistic")


@pytest.mark.parametrize("model", ["mixed", "gee_independence", "gee_exchangeable"])
@pytest.mark.parametrize("persons", [1, 3, 20])
def test_a_group_that_tells_the_outcome_is_refused_however_small(model, persons):
    frame = _panel(persons=40).assign(
        group=lambda d: np.where(d["person_id"] < persons, "told", "rest"),
        lonely=lambda d: (d["person_id"] < persons) | (d["person_id"] + d["wave"]) % 3 == 0,
    )
    frame.loc[frame["group"] == "told", "lonely"] = True
    columns = PanelColumns(covariates=("group",))
    with pytest.raises(ConvergenceError, match="terms separate the yes from the no answers"):
        panel_model(
            frame, "lonely", family="logistic", columns=columns, options=PanelOptions(model=model)
        )


def test_wave_in_which_nobody_is_lonely_is_refused_in_words():
    frame = _panel(persons=40)
    frame["lonely"] &= frame["wave"] != 2017
    term = [PanelTerm("in 2017", 2017, 2018)]
    with pytest.raises(ConvergenceError, match=r"everyone or nobody has the outcome"):
        panel_model(frame, "lonely", family="logistic", interruptions=term)


def test_answers_that_never_change_have_no_bound_on_the_variance():
    frame = _panel(persons=40).assign(lonely=lambda d: d["person_id"] < 20)
    with pytest.raises(ConvergenceError, match=r"hardly anyone gives different answers"):
        panel_model(frame, "lonely", family="logistic")


def test_answers_that_do_not_depend_on_people_are_a_flagged_boundary():
    # everyone says yes in two of four waves: less spread between people than chance gives
    frame = _panel(persons=30)
    frame["lonely"] = np.tile([1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1], 10)
    fit = panel_model(frame, "lonely", family="logistic")
    assert fit.boundary
    assert fit.variances[0].variance == 0.0
    assert fit.coefficient("trend").estimate == pytest.approx(0.0, abs=0.5)
    assert all(row.std_error > 0 for row in (*fit.coefficients, *fit.marginal))


# ---- columns, options, terms ---------------------------------------------------------------------


def test_absent_column_is_named_with_its_neighbour():
    with pytest.raises(UnknownColumnError, match=r"panel_model\(\) needs.*'wve'.*mean \['wave'\]"):
        panel_model(_panel(), "y", columns=PanelColumns(wave="wve"))


def test_person_twice_in_a_wave_is_refused_with_its_row():
    frame = pd.concat([_panel(), _panel().head(2)], ignore_index=True)
    with pytest.raises(
        SchemaError, match=r"2 row\(s\) are a second one \(first in row 25, wave 20"
    ):
        panel_model(frame, "y")


def test_missing_key_and_date_are_refused_with_their_row():
    frame = _panel().assign(date=lambda d: d["wave"] + 0.5)
    frame.loc[4, "date"] = np.nan
    with pytest.raises(SchemaError, match=r"column 'date' has none in 1 row\(s\) \(first in row 5"):
        panel_model(frame, "y", columns=PanelColumns(time="date"))
    frame["key"] = frame["person_id"].astype(float)
    frame.loc[[2, 3], "key"] = np.nan
    with pytest.raises(SchemaError, match=r"key of the person in every row.*2 row\(s\) .*row 3"):
        panel_model(frame, "y", columns=PanelColumns(person="key"))


def test_month_that_is_none_is_refused_with_its_row():
    frame = _panel().assign(month=10)
    frame.loc[[6, 9], "month"] = 13
    with pytest.raises(SchemaError, match=r"month from 1 to 12.*'month' has none in 2 row.*row 7"):
        panel_model(frame, "y", columns=PanelColumns(month="month"))


def test_flag_that_is_no_flag_and_number_that_is_infinite_are_refused():
    with pytest.raises(SchemaError, match=r"boolean or 0/1, and column 'y' holds other values"):
        panel_model(_panel(), "y", family="logistic")
    frame = _panel()
    frame.loc[3, "y"] = np.inf
    with pytest.raises(SchemaError, match=r"column 'y' holds other values: inf .*first in row 4"):
        panel_model(frame, "y")


def test_covariate_with_one_value_is_refused():
    frame = _panel().assign(sex="women")
    with pytest.raises(SchemaError, match=r"column 'sex' holds only \['women'\]"):
        panel_model(frame, "y", columns=PanelColumns(covariates=("sex",)))


def test_covariate_that_nobody_has_leaves_no_rows():
    frame = _panel().assign(age=np.nan)
    with pytest.raises(SchemaError, match=r"rows with an outcome and every covariate, and found n"):
        panel_model(frame, "y", columns=PanelColumns(covariates=("age",)))


def test_rows_left_out_are_counted_by_reason():
    frame = _panel().assign(age=40.0 + np.arange(24) % 7)
    frame.loc[[0, 1], "y"] = np.nan
    frame.loc[[1, 5, 6], "age"] = np.nan
    fit = panel_model(frame, "y", columns=PanelColumns(covariates=("age",)))
    assert (fit.n_rows, fit.n_missing, fit.n_without_covariate) == (20, 2, 2)
    assert "2 rows without an outcome and 2 without a covariate left out" in fit.describe()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"model": "gee"}, r"model is 'gee'.*'mixed', 'gee_exchangeable', 'gee_independence'"),
        ({"random": "wave"}, r"random is 'wave'.*'intercept', 'slope'"),
        ({"likelihood": "reml"}, r"likelihood is 'reml'.*'REML', 'ML'"),
        ({"average_over": "all"}, r"average_over is 'all'.*'everyone', 'wave'"),
        ({"model": "gee_independence", "random": "slope"}, r"random slope in linear mixed"),
        ({"points": 0}, r"points is 0"),
    ],
)
def test_options_that_do_not_exist_or_go_together_are_refused(options, words):
    with pytest.raises(OptionError, match=words):
        panel_model(_panel(), "y", options=PanelOptions(**options))


def test_kind_level_and_household_of_another_model_are_refused():
    with pytest.raises(OptionError, match=r"family is 'probit'.*'linear', 'logistic'"):
        panel_model(_panel(), "y", family="probit")
    with pytest.raises(OptionError, match=r"level is 95"):
        panel_model(_panel(), "y", level=95)
    frame = _panel().assign(home=lambda d: d["person_id"] // 2)
    with pytest.raises(OptionError, match=r"effects of households in linear mixed models only"):
        panel_model(frame, "lonely", family="logistic", columns=PanelColumns(household="home"))


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ([PanelTerm("late", 2030)], r"'late' runs from 2030 and 0 of 24 rows, dated 2015 to 2018"),
        ([PanelTerm("all", 2000)], r"'all' runs from 2000 and 24 of 24 rows.*inside and outside"),
        ([PanelTerm("a", 2016), PanelTerm("a", 2017)], r"got term\(s\) \['a'\] twice"),
        ([PanelTerm("a", 2016), PanelTerm("b", 2016)], r"cannot tell term\(s\) \['b'\]"),
        ([PanelTerm("a", 2016, effect="step")], r"effect of 'a' is 'step'.*'level', 'slope'"),
        ([Interruption("x", 2014.0)], r"'x' starts at 2014, and the series runs from 2015"),
        (["COVID-19"], r"name, start, end and effects, and got str\. Use PanelTerm"),
    ],
)
def test_terms_that_cannot_be_are_refused(terms, words):
    with pytest.raises(OptionError, match=words):
        panel_model(_panel(), "y", interruptions=terms)


def test_more_terms_than_rows_are_refused():
    frame = _panel(persons=2, waves=2).assign(a=[1, 2, 4, 8], b=[1, 0, 0, 3])
    with pytest.raises(OptionError, match=r"4 complete row\(s\) for 4 terms"):
        panel_model(frame, "y", columns=PanelColumns(covariates=("a", "b")))


def test_frame_without_rows_is_refused():
    with pytest.raises(SchemaError, match=r"panel_model\(\) needs rows, and the frame has none"):
        panel_model(_panel().head(0), "y")


# ---- the surface of the result -------------------------------------------------------------------


def test_result_is_a_value_with_fresh_frames():
    fit = panel_model(_panel(), "y")
    assert fit == panel_model(_panel(), "y")
    assert hash(fit) == hash(panel_model(_panel(), "y"))
    assert list(fit.tidy()) == [
        "term",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
        "df",
        "statistic",
        "p_value",
        "flag",
        "reason",
    ]
    assert list(fit.waves()) == [
        "wave",
        "time",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
        "df",
        "n_valid",
        "flag",
        "reason",
    ]
    assert list(fit.components()) == ["group", "term", "variance", "boundary"]
    assert fit.tidy() is not fit.tidy()
    assert list(fit.waves()["wave"]) == ["2015", "2016", "2017", "2018"]
    assert np.array(fit.covariance).shape == (2, 2)
    assert np.sqrt(fit.covariance[1][1]) == pytest.approx(fit.coefficient("trend").std_error)


def test_unknown_term_names_those_that_exist():
    with pytest.raises(KeyError, match=r"'peri' is not a term; the model has .*'trend'"):
        panel_model(_panel(), "y").coefficient("peri")


def test_description_is_for_readers():
    words = panel_model(_panel(persons=60), "lonely", family="logistic").describe()
    assert words.startswith("Logistic panel model of lonely (frame): logistic mixed model with a")
    assert "240 answers of 60 people in 4 waves" in words
    assert "coefficients in log odds, trend 0 at 2015, 95% intervals" in words
