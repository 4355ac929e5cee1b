"""Calendar dates are a grid: every kind of date, in every function that takes waves."""

from __future__ import annotations

import datetime as dt

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats import plots
from eenzaam_stats.dates.axis import Calendar, choose_calendar
from eenzaam_stats.dates.waves import dates_of_waves, read_moment
from eenzaam_stats.design import Design
from eenzaam_stats.errors import OptionError, SchemaError
from eenzaam_stats.estimation import linear_trend
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.trend.panel.options import PanelOptions
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.panel.rows import PanelColumns
from eenzaam_stats.trend.panel.terms import PanelTerm
from eenzaam_stats.trend.projection.prevalence_cells import prevalence_cells
from eenzaam_stats.trend.series.check_fits import Fitting
from eenzaam_stats.trend.series.checks import alternative_starts, leave_one_wave_out
from eenzaam_stats.trend.series.controlled import ControlOptions, controlled_series
from eenzaam_stats.trend.series.counts import interrupted_counts
from eenzaam_stats.trend.series.forecast import GapOptions, forecast_gap
from eenzaam_stats.trend.series.interrupted import interrupted_time_series
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.placebo import placebo_in_space, placebo_in_time
from eenzaam_stats.trend.series.plan import SeriesOptions
from eenzaam_stats.trend.series.power import PlannedSeries, find_power

mpl.use("Agg")
N, AT = 40, 26
# steps per year, and the first days of the waves
STEPS = {"month": 12, "quarter": 4, "year": 1}
FIRST = {
    kind: [dt.date(2005 + k // steps, 1 + (k % steps) * 12 // steps, 1) for k in range(N)]
    for kind, steps in STEPS.items()
}
FREQUENCY = {"month": "M", "quarter": "Q", "year": "Y"}
TEXT = {
    "month": lambda day: f"{day:%Y-%m}",
    "quarter": lambda day: f"{day.year}Q{(day.month + 2) // 3}",
    "year": lambda day: f"{day.year}",
}
CODES = {
    "month": lambda day: f"{day.year}MM{day.month:02d}",
    "quarter": lambda day: f"{day.year}KW{(day.month + 2) // 3:02d}",
    "year": lambda day: f"{day.year}JJ00",
}


def kind_of(days: list[dt.date]) -> str:
    return next(kind for kind, first in FIRST.items() if first[:2] == days[:2])


FORMS = {
    "datetime": pd.to_datetime,
    "with a zone": lambda days: pd.to_datetime(days).tz_localize("Europe/Amsterdam"),
    "Timestamp": lambda days: pd.Series(
        [pd.Timestamp(day) for day in days], dtype=object
    ).to_numpy(),
    "date": lambda days: np.array(days, dtype=object),
    "datetime64": lambda days: np.array(days, dtype="datetime64[D]"),
    "object datetime64": lambda days: np.array(
        [*np.array(days, dtype="datetime64[D]"), None], dtype=object
    )[:-1],
    "Period": lambda days: pd.PeriodIndex(pd.to_datetime(days), freq=FREQUENCY[kind_of(days)]),
    "text of a day": lambda days: [day.isoformat() for day in days],
    "text of a moment": lambda days: [f"{day.isoformat()}T00:00:00" for day in days],
    "text of a period": lambda days: [TEXT[kind_of(days)](day) for day in days],
    "code of CBS": lambda days: [CODES[kind_of(days)](day) for day in days],
    "category": lambda days: pd.Categorical([day.isoformat() for day in days]),
    "Arrow": lambda days: pd.array(days, dtype="date32[pyarrow]"),
}
ROUNDING = 1e-7


def numbers(kind: str) -> np.ndarray:
    return 2005 + np.arange(N) / STEPS[kind]


def values(seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    errors = np.zeros(N)
    for at in range(1, N):
        errors[at] = -0.3 * errors[at - 1] + rng.normal()
    k = np.arange(N)
    return 20 + 0.05 * k + 2.0 * (k >= AT) + errors


def frame(waves: object, seed: int = 3) -> pd.DataFrame:
    made = pd.DataFrame(
        {"wave": waves, "estimate": values(seed), "covariate": np.cos(np.arange(N))}
    )
    made["count"] = np.rint(100 + 5 * made["estimate"]).astype(int)
    return made.assign(denominator=1_000)


LAW = ("level", "slope")


def interrupted(waves, start, estimator):
    fit = interrupted_time_series(
        frame(waves), [Interruption("law", start)], estimator=estimator, covariates="covariate"
    )
    return terms_of(fit)


def terms_of(fit) -> np.ndarray:
    """Numbers of all terms but the intercept, which depends on where time starts."""
    return fit.terms().iloc[1:].select_dtypes("number").to_numpy()


def by_reml(waves, start):
    return interrupted(waves, start, "reml")


def by_newey_west(waves, start):
    return interrupted(waves, start, "newey_west")


def by_prais_winsten(waves, start):
    return interrupted(waves, start, "prais_winsten")


def at_dates(waves, start):
    fit = interrupted_time_series(
        frame(waves), [Interruption("law", start)], options=SeriesOptions(at=(start,))
    )
    return fit.tidy()[["estimate", "std_error", "df"]].to_numpy()


def phased_in(waves, start):
    law = Interruption("law", list(waves)[AT - 4], full_from=start, phase_in="segment")
    return (
        interrupted_time_series(frame(waves), [law])
        .terms()
        .iloc[1:, 1:]
        .select_dtypes("number")
        .to_numpy()
    )


def episode(waves, start):
    law = Interruption("law", list(waves)[AT - 8], start)
    return (
        interrupted_time_series(frame(waves), [law])
        .terms()
        .iloc[1:, 1:]
        .select_dtypes("number")
        .to_numpy()
    )


def gap(waves, start):
    found = forecast_gap(frame(waves), start=start, covariates=["covariate"])
    return found.tidy().drop(columns="time").select_dtypes("number").to_numpy()


def gap_conditional(waves, start):
    options = GapOptions(version="conditional")
    return forecast_gap(frame(waves), start=start, options=options).tidy()["gap"].to_numpy()


def counts(waves, start):
    fit = interrupted_counts(frame(waves), [Interruption("law", start)])
    return terms_of(fit)


def stacked(waves, start):
    # the control has numbers
    control = frame(numbers_of(waves), seed=4)
    fit = controlled_series(frame(waves), control, [Interruption("law", start)])
    return terms_of(fit)


def difference(waves, start):
    control = frame(numbers_of(waves), seed=4)
    options = ControlOptions(form="difference")
    fit = controlled_series(frame(waves), control, [Interruption("law", start)], options=options)
    return terms_of(fit)


def numbers_of(waves):
    return dates_of_waves(list(waves), column="wave")[0]


def checks_of(rows):
    return np.array([(row.date, row.estimate, row.std_error) for row in rows])


def placebo(waves, start):
    how = Fitting(estimator="ols")
    return checks_of(placebo_in_time(frame(waves), Interruption("law", start), how).rows)


def placebo_series(waves, start):
    controls = {"a": frame(waves, seed=5), "b": frame(numbers_of(waves), seed=6)}
    how, law = Fitting(estimator="ols"), Interruption("law", start)
    rows = placebo_in_space(frame(waves), controls, law, how).rows
    return np.array([(row.estimate, row.std_error) for row in rows])


def left_out(waves, start):
    how = Fitting(estimator="ols")
    return checks_of(leave_one_wave_out(frame(waves), Interruption("law", start), how).rows)[1:]


def other_starts(waves, start):
    how, law = Fitting(estimator="ols"), Interruption("law", start)
    others = [list(waves)[AT - 3], list(waves)[AT + 3]]
    return checks_of(alternative_starts(frame(waves), law, others, how).rows)


def power(waves, start):
    plan = PlannedSeries(list(waves), start, level=1.0, phi=0.2)
    rng = np.random.default_rng(1)
    found = find_power(plan, rng=rng, replications=4, estimator="ols")
    return np.array([(row.mean_std_error, row.sd_estimate) for row in found.rows])


def people(waves) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    made = pd.DataFrame(
        {
            "person_id": np.repeat(np.arange(12), N),
            "wave": pd.Series(list(waves) * 12, dtype=object),
            "y": np.tile(values(), 12) + np.repeat(rng.normal(size=12), N),
        }
    )
    return made.assign(y=made["y"] + rng.normal(size=len(made)), lonely=made["y"] > 21)


def panel(waves, start):
    made = people(waves)
    options = PanelOptions(origin=start)
    terms = [Interruption("law", start, effects=("level",)), PanelTerm("x", list(waves)[AT + 6])]
    fit = panel_model(made, "y", interruptions=terms, columns=PanelColumns(), options=options)
    return np.array([(row.estimate, row.std_error) for row in fit.coefficients])


def slope(waves, _):
    made = people([str(wave) if isinstance(wave, pd.Period) else wave for wave in waves])
    report = HarmonisationReport("example", "waves", "a.sav", "synthetic", "adults", N, N)
    row = linear_trend(Survey(made, Design(), report), "lonely", weights=None).rows[0]
    return np.array([row.estimate, row.std_error])


def estimates(waves, start):
    made = people([str(wave) if isinstance(wave, pd.Period) else wave for wave in waves])
    report = HarmonisationReport("example", "waves", "a.sav", "synthetic", "adults", N, N)
    table = es.prevalence(Survey(made, Design(), report), "lonely", by="wave", weights=None)
    # twelve people a wave: nobody in some of them, which is not what this is about
    shares = table.tidy()[["wave", "estimate"]]
    fit = interrupted_time_series(shares, [Interruption("law", start)])
    return terms_of(fit)


def picture(waves, start):
    fit = interrupted_time_series(frame(waves), [Interruption("law", start)])
    axes = plots.interruption(fit, language="en")
    drawn = np.concatenate([np.asarray(line.get_xdata(), float) for line in axes.get_lines()])
    plots_text = plots.interruption_text(fit, language="en")
    mpl.pyplot.close(axes.figure)
    return np.append(drawn, len(plots_text))


FUNCTIONS = [
    *(by_reml, by_newey_west, by_prais_winsten, at_dates, phased_in, episode, gap),
    *(gap_conditional, counts, stacked, difference, placebo, placebo_series, left_out),
    *(other_starts, power, panel, slope, estimates, picture),
]
_NUMERIC: dict[tuple[str, str], np.ndarray] = {}


def numeric(function, kind):
    """The answer with numbers, computed once."""
    key = (function.__name__, kind)
    if key not in _NUMERIC:
        time = numbers(kind)
        _NUMERIC[key] = function(time, float(time[AT]))
    return _NUMERIC[key]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("form", FORMS)
def test_dates_of_every_form_give_the_fit_of_numbers(function, form):
    # every function with every form, and every form with one more length of the steps
    kinds = ["month"] if function is not by_reml else list(STEPS)
    for kind in kinds:
        waves = FORMS[form](FIRST[kind])
        start = list(waves)[AT]
        np.testing.assert_allclose(
            function(waves, start), numeric(function, kind), rtol=ROUNDING, atol=1e-9
        )


@pytest.mark.parametrize("form", ["Period", "text of a period", "date"])
@pytest.mark.parametrize("kind", ["quarter", "year"])
@pytest.mark.parametrize(
    "function", [gap, counts, panel, slope, left_out], ids=lambda f: f.__name__
)
def test_quarters_and_years_too(function, kind, form):
    waves = FORMS[form](FIRST[kind])
    found = function(waves, list(waves)[AT])
    np.testing.assert_allclose(found, numeric(function, kind), rtol=ROUNDING, atol=1e-9)


STARTS = [
    *(dt.date(2007, 3, 1), dt.datetime(2007, 3, 1), pd.Timestamp("2007-03-01")),
    *(np.datetime64("2007-03"), pd.Period("2007-03", "M"), "2007-03", "2007-03-01", "maart 2007"),
    *("2007MM03", 2007 + 2 / 12, "2007.1666666666667", pd.Period("2007-03-01", "D")),
]


@pytest.mark.parametrize("start", STARTS, ids=repr)
@pytest.mark.parametrize("form", ["numbers", "datetime", "Period", "text of a period"])
def test_an_interruption_may_be_dated_in_another_way_than_the_waves(start, form):
    time = numbers("month")
    waves = time if form == "numbers" else FORMS[form](FIRST["month"])
    for function in (by_reml, gap, placebo):
        np.testing.assert_allclose(
            function(waves, start), numeric(function, "month"), rtol=ROUNDING, atol=1e-9
        )


OTHER_STEPS = {
    "month ends": pd.date_range("2005-01-31", periods=N, freq="ME"),
    "month ends as dates": list(pd.date_range("2005-01-31", periods=N, freq="ME").date),
    "quarter ends": pd.date_range("2005-03-31", periods=N, freq="QE"),
    "year ends": pd.date_range("2005-12-31", periods=N, freq="YE"),
    "the fifteenth": [day.replace(day=15) for day in FIRST["month"]],
    "the 30th or the last": [
        (pd.Timestamp(day) + pd.DateOffset(day=30)).date() for day in FIRST["month"]
    ],
    "noon of the first": pd.to_datetime(FIRST["month"]) + pd.Timedelta(hours=12),
    "Mondays": pd.date_range("2005-01-03", periods=N, freq="W-MON"),
    "weeks as Period": pd.period_range("2005-01-03", periods=N, freq="W"),
    "weeks as text": [f"{day.isocalendar().year}-W{day.isocalendar().week:02d}"
                      for day in pd.date_range("2005-01-03", periods=N, freq="W-MON")],
    "fortnights": pd.date_range("2005-01-03", periods=N, freq="14D"),
    "days": pd.date_range("2005-01-20", periods=N, freq="D"),
    "days over a leap day": pd.date_range("2008-02-10", periods=N, freq="D"),
    "hours": pd.date_range("2005-01-20", periods=N, freq="6h"),
    "half years": [f"{2005 + k // 2}H{1 + k % 2}" for k in range(N)],
    "school years": pd.date_range("1985-09-01", periods=N, freq=pd.DateOffset(years=1)),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHER_STEPS)
@pytest.mark.parametrize("estimator", ["reml", "newey_west", "prais_winsten", "ols"])
def test_equal_steps_of_the_calendar_are_equal_steps(name, estimator):
    waves = OTHER_STEPS[name]
    found = interrupted(waves, list(waves)[AT], estimator)
    times = numbers_of(waves)
    step = np.diff(times).mean()
    assert np.ptp(np.diff(times)) < 1e-9
    plain = interrupted(np.arange(float(N)), float(AT), estimator)
    # level and covariate as they are, slopes per year
    np.testing.assert_allclose(found[[1, 2]], plain[[1, 2]], rtol=1e-6)
    np.testing.assert_allclose(found[[0, 3], :4] * step, plain[[0, 3], :4], rtol=1e-6)


@pytest.mark.parametrize("name", OTHER_STEPS)
def test_every_axis_keeps_the_order_of_dates_and_stays_near_the_year(name):
    waves = [read_moment(wave) for wave in OTHER_STEPS[name]]
    axis = choose_calendar(waves)
    days = pd.date_range("1999-12-20", "2030-01-10", freq="5h")
    placed = np.array([axis.number(day.to_pydatetime()) for day in days])
    assert (np.diff(placed) > 0.0).all()
    year = np.array([Calendar("year").number(day.to_pydatetime()) for day in days])
    assert np.abs(placed - year).max() < 2.0 / 365
    # a decimal year is the date that it says
    back = np.array([axis.number(float(one)) for one in year[::50]])
    np.testing.assert_allclose(back, placed[::50], atol=1e-6)


def test_uneven_dates_stay_uneven_and_say_so():
    days = pd.to_datetime(["2005-01-10", "2005-06-02", "2006-02-20", "2006-09-01", "2007-05-05"])
    waves = [*days, *(days + pd.DateOffset(years=4)), *(days + pd.DateOffset(years=8, days=9))]
    made = pd.DataFrame({"wave": waves, "estimate": np.cos(np.arange(15.0))})
    law = [Interruption("law", "2010-01-01", effects=("level",))]
    with pytest.raises(OptionError, match="equal distances"):
        interrupted_time_series(made, law, estimator="newey_west")
    assert "continuous-time" in interrupted_time_series(made, law).model.correlation


def test_a_gap_in_the_months_is_a_gap():
    waves = pd.to_datetime(FIRST["month"]).delete([5, 17])
    made = frame(FIRST["month"]).drop(index=[5, 17])
    fit = interrupted_time_series(made, [Interruption("law", "2007-03")])
    same = made.assign(wave=numbers("month")[[k for k in range(N) if k not in (5, 17)]])
    plain = interrupted_time_series(same, [Interruption("law", 2007 + 2 / 12)])
    assert len(waves) == fit.model.n == 38
    assert fit.effects[0].std_error == pytest.approx(plain.effects[0].std_error, rel=1e-9)


def test_a_wave_on_the_date_is_after_it_whatever_the_form():
    for waves, start in (
        (pd.date_range("2005-01-31", periods=N, freq="ME"), "2007-03-31"),
        ([day.replace(day=15) for day in FIRST["month"]], dt.date(2007, 3, 15)),
        (pd.date_range("2005-01-03", periods=N, freq="W-MON"), "2005-07-04"),
        (numbers("month"), "2007-03-01"),
        (pd.to_datetime(FIRST["month"]), 2007 + 2 / 12),
    ):
        fit = interrupted_time_series(frame(waves), [Interruption("law", start)])
        assert (fit.model.n_before, fit.model.n_after) == (AT, N - AT)


UNCLEAR = {
    "day or month first": ["01-03-2020", "01-04-2020", "01-05-2020", "01-06-2020"],
    "month and year": ["03/2020", "04/2020", "05/2020", "06/2020"],
    "months as numbers": [202001, 202002, 202003, 202004],
    "days as numbers": [20200101, 20200102, 20200103, 20200104],
    "months as numbers in text": ["202001", "202002", "202003", "202004"],
    "school years": ["2009-10", "2010-11", "2011-12", "2012-13"],
    "school years that are months": ["2008-09", "2009-10", "2010-11", "2011-12"],
    "a month 13": ["2020-11", "2020-12", "2020-13", "2021-01"],
    "a comma": ["2020,1", "2020,2", "2020,3", "2020,4"],
    "truth": [True, False, True, False],
    "nothing": [None, dt.date(2020, 1, 1), dt.date(2021, 1, 1), dt.date(2022, 1, 1)],
    "durations": list(pd.to_timedelta([1, 2, 3, 4], unit="D")),
    "a list": [[2020], [2021], [2022], [2023]],
    "infinity": [2020.0, 2021.0, np.inf, 2022.0],
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_dates_that_are_not_clear_are_refused_in_words(name):
    made = pd.DataFrame({"wave": UNCLEAR[name], "estimate": [1.0, 2.0, 1.5, 2.5]})
    law, words = Interruption("law", 2021.0), r"needs dates.* in column 'wave'"
    with pytest.raises(SchemaError, match=words):
        interrupted_time_series(made, [law])
    with pytest.raises(SchemaError, match=words):
        forecast_gap(made, start=2021.0)
    with pytest.raises(SchemaError, match=words):
        leave_one_wave_out(made, law)
    with pytest.raises(SchemaError, match=r"needs dates.* in column 'waves'"):
        find_power(PlannedSeries(UNCLEAR[name], 2021.0), rng=np.random.default_rng(1))


def test_dates_of_an_interruption_that_are_not_clear_are_refused_in_words():
    made = frame(FIRST["month"])
    for start in ("01-03-2007", "soon", None, pd.NaT, True, [2007], 200703, object()):
        with pytest.raises(OptionError, match=r"start of interruption 'law' is .*, which"):
            interrupted_time_series(made, [Interruption("law", start)])
        with pytest.raises(OptionError, match=r"the start is .*, which"):
            forecast_gap(made, start=start)
    with pytest.raises(OptionError, match="a date of at is 'later', which is no date"):
        interrupted_time_series(
            made, [Interruption("law", "2007-03")], options=SeriesOptions(at=("later",))
        )


def test_one_date_of_an_effect_needs_no_tuple():
    made, law = frame(FIRST["month"]), [Interruption("law", "2007-03")]
    one, several = (
        interrupted_time_series(made, law, options=SeriesOptions(at=at)).tidy()
        for at in ("2007-06", ("2007-06",))
    )
    pd.testing.assert_frame_equal(one, several)


def test_waves_of_a_projection_may_be_dates():
    bands = ["18-34", "35-49", "50-64", "65-74", "75+"]
    shares = [0.1, 0.12, 0.13, 0.11, 0.15]
    forms = {
        "number": [2012, 2016, 2020],
        "text": ["2012", "2016", "2020"],
        "date": [dt.date(2012, 9, 1), dt.date(2016, 9, 1), dt.date(2020, 10, 1)],
        "Period": list(pd.PeriodIndex(["2012", "2016", "2020"], freq="Y")),
        "Timestamp": list(pd.to_datetime(["2012-01-01", "2016-01-01", "2020-01-01"])),
    }
    cells = {
        name: prevalence_cells(
            pd.DataFrame(
                {
                    "wave": pd.Series([wave for wave in waves for _ in bands], dtype=object),
                    "age_group": bands * 3,
                    "estimate": shares * 3,
                }
            )
        )
        for name, waves in forms.items()
    }
    assert {one.waves for one in cells.values()} == {(2012, 2016, 2020)}
    with pytest.raises(SchemaError, match=r"needs waves that are years, but found '01-09-2012'"):
        prevalence_cells(
            pd.DataFrame({"wave": "01-09-2012", "age_group": bands, "estimate": shares})
        )
