"""What may not enter a series, with the sentence that says so, and what may though it looks odd."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.errors import OptionError, SchemaError, UnknownColumnError
from eenzaam_stats.trend.series.fitting import FitOptions
from eenzaam_stats.trend.series.forecast import GapOptions, forecast_gap
from eenzaam_stats.trend.series.interrupted import interrupted_time_series
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.plan import SeriesOptions

YEARS = np.arange(2005.0, 2024.0)
COVID = Interruption("COVID-19", 2020.0)


def _frame(**columns):
    rng = np.random.default_rng(20200312)
    values = 10 + 0.1 * (YEARS - 2005) + rng.normal(0, 1, len(YEARS))
    return pd.DataFrame({"wave": YEARS, "estimate": values}).assign(**columns)


def _fit(frame, *interruptions, **choices):
    return interrupted_time_series(frame, interruptions or [COVID], **choices)


def _options(**choices):
    return {"options": SeriesOptions(fit=FitOptions(**choices))}


# ---- the frame ----------------------------------------------------------------------------------

BAD_FRAMES = {
    "no waves": (
        _frame().iloc[:0],
        SchemaError,
        r"series of at least 3 waves, and got 0",
    ),
    "two waves": (
        _frame().iloc[:2],
        SchemaError,
        r"series of at least 3 waves, and got 2",
    ),
    "no estimate": (
        _frame().rename(columns={"estimate": "value"}),
        UnknownColumnError,
        r"column\(s\) \['estimate'\], which are not in the data",
    ),
    "no wave": (
        _frame().drop(columns="wave"),
        UnknownColumnError,
        r"column\(s\) \['wave'\], which are not in the data",
    ),
    "a wave twice": (
        pd.concat([_frame(), _frame().iloc[3:4]]),
        SchemaError,
        r"one row per wave, and wave\(s\) \[2008\.0\] occur more than once",
    ),
    "a date twice": (
        _frame(wave=pd.to_datetime([f"{min(year, 2020):.0f}-06-01" for year in YEARS])),
        SchemaError,
        r"one row per wave, and wave\(s\) \[Timestamp\('2020-06-01 00:00:00'\)\] occur",
    ),
    "words": (
        _frame(wave=[f"wave {k}" for k in range(19)]),
        SchemaError,
        r"dates or numbers in column 'wave', such as 2020\.2, and found 'wave 0'",
    ),
    "a date without a value": (
        _frame(wave=pd.to_datetime([None, *(f"{year:.0f}-06-01" for year in YEARS[1:])])),
        SchemaError,
        r"column 'wave', such as 2020\.2, and found NaT",
    ),
    "an infinite wave": (
        _frame(wave=np.where(YEARS == 2023, np.inf, YEARS)),
        SchemaError,
        r"column 'wave', such as 2020\.2, and found inf",
    ),
    "a missing estimate": (
        _frame(estimate=np.where(YEARS == 2010, np.nan, YEARS)),
        SchemaError,
        r"number in every wave, and column 'estimate' has none in 1 wave\(s\) \(first 2010\)",
    ),
    "an infinite estimate": (
        _frame(estimate=np.where(YEARS > 2021, np.inf, YEARS)),
        SchemaError,
        r"column 'estimate' has none in 2 wave\(s\) \(first 2022\)",
    ),
    "words for estimates": (
        _frame(estimate="much"),
        SchemaError,
        r"column 'estimate' has none in 19 wave\(s\) \(first 2005\)",
    ),
    "a negative error": (
        _frame(std_error=np.where(YEARS == 2007, -0.1, 0.2)),
        SchemaError,
        r"standard error of at least 0 in every wave or in none, and 1 wave\(s\).*\(first 2007\)",
    ),
    "an infinite error": (
        _frame(std_error=np.inf),
        SchemaError,
        r"standard error of at least 0 in every wave or in none, and 19 wave\(s\)",
    ),
    "errors in some waves": (
        _frame(std_error=np.where(YEARS < 2010, np.nan, 0.2)),
        SchemaError,
        r"and 5 wave\(s\) have another \(first 2005\)\. Complete the column, leave these waves out",
    ),
    "a constant series": (
        _frame(estimate=0.25),
        SchemaError,
        r"series that varies, and all 19 waves have the same estimate, 0\.25",
    ),
    "a list": ([1.0, 2.0], SchemaError, r"Estimates by wave or a pandas frame.*it got list"),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
def test_bad_frames_are_refused_by_both_verbs(name):
    frame, error, message = BAD_FRAMES[name]
    with pytest.raises(error, match=rf"^interrupted_time_series\(\) needs .*{message}"):
        _fit(frame)
    with pytest.raises(error, match=rf"^forecast_gap\(\) needs .*{message}"):
        forecast_gap(frame, start=2020.0)


def test_estimates_by_two_groups_are_refused(tmp_path):
    path = tmp_path / "made_up.sav"
    es.synthesise("gezondheidsmonitor", path, wave=2022, n=1_000, seed=1)
    survey = es.score(es.read_gezondheidsmonitor(path, wave=2022), es.DJG11)
    with pytest.raises(SchemaError, match=r"one estimate per wave, .* by \['sex', 'age_group'\]"):
        _fit(es.prevalence(survey, "lonely", by=["sex", "age_group"]))


def test_logit_needs_proportions():
    with pytest.raises(SchemaError, match=r"proportions between 0 and 1 for link='logit', and"):
        _fit(_frame(), link="logit")
    with pytest.raises(SchemaError, match=r"found 0 to 0\.9\. Use link='identity'"):
        _fit(_frame(estimate=np.linspace(0.0, 0.9, 19)), link="logit")


# ---- interruptions ------------------------------------------------------------------------------

BAD_INTERRUPTIONS = {
    "none": ([], r"needs a list of interruptions, and got none"),
    "outside a list": (COVID, r"needs a list of interruptions, and got one outside a list"),
    "two waves before": (
        [Interruption("early", 2007.0)],
        r"at least 3 waves before the first interruption to know the trend, and there are 2 before",
    ),
    "after the series": (
        [Interruption("late", 2030.0)],
        r"'late' starts at 2030, and the series runs from 2005 to 2023",
    ),
    "before the series": (
        [Interruption("early", 1999.0)],
        r"'early' starts at 1999, and the series runs from 2005 to 2023",
    ),
    "at the first wave": (
        [Interruption("first", 2005.0)],
        r"'first' starts at 2005, .* It needs waves before and after its start",
    ),
    "no date": (
        [Interruption("x", np.nan)],
        r"the start of interruption 'x' is nan, which is no date\. Give a number such as 2020\.2",
    ),
    "a date that is not clear": (
        [Interruption("x", "12-03-2020")],
        r"the start of interruption 'x' is '12-03-2020', which is no date\. Give a number",
    ),
    "an end that is no date": (
        [Interruption("x", 2015.0, "soon")],
        r"the end of interruption 'x' is 'soon', which is no date",
    ),
    "a month as a number": (
        [Interruption("x", 202003)],
        r"the start of interruption 'x' is 202003, which reads as a date written as 202003",
    ),
    "one wave for a slope": (
        [Interruption("late", 2023.0)],
        r"'late: slope change' needs at least 2 wave\(s\) from 2023, and the series has 1",
    ),
    "an end before the start": (
        [Interruption("x", 2015.0, 2014.0)],
        r"'x' starts at 2015, is in full from nan and ends at 2014\. Give dates in that order",
    ),
    "in full before the start": (
        [Interruption("x", 2015.0, full_from=2014.0)],
        r"'x' starts at 2015, is in full from 2014",
    ),
    "a name twice": ([COVID, COVID], r"got interruption\(s\) \['COVID-19'\] twice"),
    "a date twice": (
        [COVID, Interruption("again", 2020.0)],
        r"cannot tell its 6 terms apart with these 19 waves",
    ),
    "no effects": ([Interruption("x", 2015.0, effects=())], r"'x' has no effects\. Name level"),
    "an unknown effect": (
        [Interruption("x", 2015.0, effects=("jump",))],
        r"effects of 'x' is 'jump', which is not an option\. Choose one of 'level', 'slope'",
    ),
    "an unknown phase-in": (
        [Interruption("x", 2015.0, full_from=2017.0, phase_in="slow")],
        r"phase_in of 'x' is 'slow', which is not an option",
    ),
    "an episode between waves": (
        [Interruption("x", 2015.2, 2015.4)],
        r"'x: level during' needs at least 1 wave\(s\) from 2015\.2 to 2015\.4, .* has 0",
    ),
}


@pytest.mark.parametrize("name", BAD_INTERRUPTIONS)
def test_impossible_interruptions_are_refused(name):
    interruptions, message = BAD_INTERRUPTIONS[name]
    with pytest.raises(OptionError, match=message):
        interrupted_time_series(_frame(), interruptions)


def test_a_level_needs_one_wave_after():
    fit = _fit(_frame(), Interruption("last", 2023.0, effects=("level",)))
    assert fit.model.n_after == 1


# ---- options ------------------------------------------------------------------------------------

BAD_OPTIONS = {
    "estimator": ({"estimator": "ml"}, r"estimator is 'ml', which is not an option"),
    "link": ({"link": "log"}, r"link is 'log', which is not an option"),
    "level": ({"level": 95}, r"level is 95, which is not a coverage"),
    "correlation": (_options(correlation="ar2"), r"correlation is 'ar2', which is not an option"),
    "rho": (_options(rho_type="x"), r"rho_type is 'x', which is not an option"),
    "sampling": (_options(sampling_errors="x"), r"sampling_errors is 'x', which is not an option"),
    "ramp": ({"options": SeriesOptions(ramp="end")}, r"ramp is 'end', which is not an option"),
    "lag below 0": (
        {"estimator": "newey_west", **_options(lag=-1)},
        r"needs a lag from 0 to 18, and got -1",
    ),
    "lag above the series": (
        {"estimator": "newey_west", **_options(lag=19)},
        r"needs a lag from 0 to 18, and got 19",
    ),
    "half a lag": (
        {"estimator": "newey_west", **_options(lag=1.5)},
        r"needs a lag from 0 to 18, and got 1\.5",
    ),
    "season below 0": (
        {"options": SeriesOptions(season=-1)},
        r"season of 0 or more pairs and a period above 0, and got -1 and 1",
    ),
    "no period": (
        {"options": SeriesOptions(season=1, period=0.0)},
        r"season of 0 or more pairs and a period above 0, and got 1 and 0",
    ),
    "one season": (
        {"options": SeriesOptions(season=1, period=12.0)},
        r"two full seasons of 12 for a seasonal term, and the series spans 18",
    ),
    "season of one wave": (
        {"options": SeriesOptions(season=1, period=1.0)},
        r"cannot tell its 6 terms apart",
    ),
    "date before every effect": (
        {"options": SeriesOptions(at=(2010.0, 2021.0))},
        r"dates at which an interruption works, and at \[2010\.0\] none does yet",
    ),
    "no errors for a meta-regression": (
        {"estimator": "random_effects"},
        r"a sampling error above 0 in every wave, and 19 have none",
    ),
}


@pytest.mark.parametrize("name", BAD_OPTIONS)
def test_impossible_options_are_refused(name):
    choices, message = BAD_OPTIONS[name]
    with pytest.raises(OptionError, match=message):
        _fit(_frame(), **choices)


def test_unknown_and_useless_covariates_are_refused():
    with pytest.raises(UnknownColumnError, match=r"needs column\(s\) \['mode'\]"):
        _fit(_frame(), covariates="mode")
    with pytest.raises(OptionError, match=r"cannot tell its 5 terms apart"):
        _fit(_frame(mode=1.0), covariates=["mode"])
    with pytest.raises(SchemaError, match=r"column 'mode' has none in 19 wave\(s\)"):
        _fit(_frame(mode="telephone"), covariates=["mode"])


def test_too_few_waves_for_the_terms_are_refused():
    with pytest.raises(OptionError, match=r"at least 6 waves for 4 terms, and the series has 5"):
        _fit(_frame().iloc[12:17])


@pytest.mark.parametrize("estimator", ["prais_winsten", "newey_west"])
def test_estimators_that_count_waves_refuse_gaps(estimator):
    frame = _frame().drop(index=[4, 9])
    with pytest.raises(OptionError, match=r"equal distances, .*the gaps run from 1 to 2\. Use"):
        _fit(frame, estimator=estimator)
    assert _fit(frame, estimator="newey_west", **_options(lag=0)).model.n == 17


def test_ar1_needs_a_grid():
    frame = _frame(wave=YEARS + np.where(YEARS == 2011, 0.3, 0.0))
    with pytest.raises(OptionError, match=r"correlation='ar1' needs waves on a regular grid"):
        _fit(frame, **_options(correlation="ar1"))
    with pytest.raises(OptionError, match=r"correlation='ar1' needs all waves on one grid"):
        forecast_gap(frame, start=2020.0, options=GapOptions(fit=FitOptions(correlation="ar1")))


# ---- forecast gaps ------------------------------------------------------------------------------


def test_forecast_gap_needs_waves_on_both_sides():
    with pytest.raises(
        OptionError, match=r"at least 4 waves before 2008 and one from then on, .*3"
    ):
        forecast_gap(_frame(), start=2008.0)
    with pytest.raises(OptionError, match=r"the series has 19 and 0"):
        forecast_gap(_frame(), start=2024.0)


def test_forecast_gap_has_no_prediction_for_some_estimators():
    with pytest.raises(OptionError, match=r"estimator is 'newey_west', which is not an option"):
        forecast_gap(_frame(), start=2020.0, estimator="newey_west")


def test_forecast_gap_refuses_a_margin_of_nothing_and_an_impossible_season():
    with pytest.raises(OptionError, match=r"needs a margin above 0, and got -1"):
        forecast_gap(_frame(), start=2020.0, options=GapOptions(margin=-1.0))
    with pytest.raises(OptionError, match=r"forecast_gap\(\) needs two full seasons of 10"):
        forecast_gap(_frame(), start=2020.0, options=GapOptions(season=1, period=10.0))
    with pytest.raises(OptionError, match=r"version is 'mean', which is not an option"):
        forecast_gap(_frame(), start=2020.0, options=GapOptions(version="mean"))


# ---- what is documented and not refused ---------------------------------------------------------


def test_numbers_in_text_and_dates_are_waves():
    plain = _fit(_frame(), estimator="ols").tidy()
    text = _fit(_frame(wave=[f"{year:.0f}" for year in YEARS]), estimator="ols").tidy()
    pd.testing.assert_frame_equal(plain, text)
    # a month is a twelfth of its year, whatever its days
    dates = _fit(_frame(wave=pd.to_datetime([f"{year:.0f}-07-01" for year in YEARS])))
    first, leap = dates.points[0].time, dates.points[3].time
    assert first == pytest.approx(2005.5, abs=1e-9)
    assert leap == pytest.approx(2008.5, abs=1e-9)


def test_a_series_that_fits_exactly_says_that_its_errors_are_rounding():
    exact = _frame(estimate=0.1 * YEARS + (YEARS >= 2020))
    for estimator in ("auto", "ols", "prais_winsten"):
        fit = _fit(exact, estimator=estimator)
        assert any("errors, intervals and p-values are rounding" in n for n in fit.model.notes)
        assert fit.effect("COVID-19", "level change").estimate == pytest.approx(1.0, abs=1e-9)
    assert not any("rounding" in note for note in _fit(_frame()).model.notes)


@pytest.mark.parametrize("zero", [0.0, 3e-17])
@pytest.mark.parametrize("estimator", ["auto", "ols", "random_effects"])
def test_errors_of_0_are_no_exact_waves(zero, estimator):
    with pytest.raises(SchemaError, match=r"sampling error in every wave, and 19 wave\(s\)"):
        _fit(_frame(std_error=zero), estimator=estimator)
    with pytest.raises(SchemaError, match=r"and 5 wave\(s\) have none: 2005 \(no variance\)"):
        _fit(_frame(std_error=np.where(YEARS < 2010, zero, 0.3)), estimator=estimator)


def test_short_series_by_least_squares_and_the_reason():
    short = _frame().iloc[8:]
    fit = _fit(short)
    assert fit.model.estimator.startswith("ordinary least squares")
    assert fit.model.notes[0].startswith("11 waves are too few to estimate autocorrelation")
    known = _fit(short.assign(std_error=0.3))
    assert known.model.estimator.startswith("meta-regression")
    asked = _fit(short.assign(std_error=0.3), estimator="ols")
    assert "the known sampling errors play no part in ols." in asked.model.notes


def test_autocorrelation_outside_its_limits_is_held_and_said():
    # residuals that alternate and grow
    t = np.arange(8.0)
    frame = pd.DataFrame({"wave": t, "estimate": t + np.array([1, -1, 2, -2, 4, -4, 8, -8])})
    fit = interrupted_time_series(frame, [Interruption("a", 4.0)], estimator="prais_winsten")
    assert fit.model.phi == -0.9999
    assert "the autocorrelation left (-1, 1) and was held at -0.9999." in fit.model.notes


def test_unknown_effect_is_named_as_such():
    with pytest.raises(KeyError, match=r"no 'level gone' of 'COVID-19'; see tidy\(\)"):
        _fit(_frame()).effect("COVID-19", "level gone")
