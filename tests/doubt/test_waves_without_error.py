"""A wave without a sampling error is not exact: every function of a series, every form of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from doubt.small_tables import KINDS, WAVES, SmallTable
from eenzaam_stats.errors import EenzaamStatsError, OptionError, SchemaError
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.tables import csv_text
from eenzaam_stats.trend.series.check_fits import Fitting
from eenzaam_stats.trend.series.checks import alternative_starts, leave_one_wave_out
from eenzaam_stats.trend.series.controlled import ControlOptions, controlled_series
from eenzaam_stats.trend.series.fitting import FitOptions
from eenzaam_stats.trend.series.forecast import GapOptions
from eenzaam_stats.trend.series.placebo import placebo_in_space, placebo_in_time
from eenzaam_stats.trend.series.plan import SeriesOptions

START = 2018.0
LAW = es.Interruption("law", START)
SEED = 4
DOUBTED = WAVES[SEED % len(WAVES)]
PLAIN = SmallTable("reliable", 11)


def made(kind: str) -> Estimates:
    table = SmallTable(kind, SEED)
    return table.estimates(table.by_wave, "wave")


def plain() -> Estimates:
    return PLAIN.estimates(PLAIN.by_wave, "wave")


def _series(fit: FitOptions) -> SeriesOptions:
    return SeriesOptions(fit=fit)


def _how(fit: FitOptions) -> Fitting:
    return Fitting(estimator="ols", options=_series(fit))


FUNCTIONS: dict[str, Callable[[Any, FitOptions], Any]] = {
    "interrupted_time_series": lambda data, fit: es.interrupted_time_series(
        data, [LAW], estimator="ols", options=_series(fit)
    ),
    "interrupted_time_series by REML": lambda data, fit: es.interrupted_time_series(
        data, [LAW], estimator="reml", options=_series(fit)
    ),
    "forecast_gap": lambda data, fit: es.forecast_gap(
        data, start=START, options=GapOptions(fit=fit)
    ),
    "forecast_gap by REML": lambda data, fit: es.forecast_gap(
        data, start=START, estimator="reml", options=GapOptions(fit=fit)
    ),
    "controlled_series, treated": lambda data, fit: controlled_series(
        data, plain(), [LAW], estimator="ols", options=ControlOptions(series=_series(fit))
    ),
    "controlled_series, control": lambda data, fit: controlled_series(
        plain(), data, [LAW], estimator="ols", options=ControlOptions(series=_series(fit))
    ),
    "placebo_in_time": lambda data, fit: placebo_in_time(data, LAW, _how(fit)),
    "placebo_in_space": lambda data, fit: placebo_in_space(data, {"b": plain()}, LAW, _how(fit)),
    "leave_one_wave_out": lambda data, fit: leave_one_wave_out(data, LAW, _how(fit)),
    "alternative_starts": lambda data, fit: alternative_starts(data, LAW, [2017.0], _how(fit)),
}
FORMS: dict[str, Callable[[Estimates], Any]] = {
    "Estimates": lambda found: found,
    "tidy()": lambda found: found.tidy(),
    "details()": lambda found: found.details(),
    "three columns": lambda found: found.tidy()[["wave", "estimate", "std_error", "df"]],
    "csv": lambda found: pd.read_csv(io.StringIO(csv_text(found.tidy(), unchecked=True))),
}
# the wave without an answer has no estimate, which is refused with other words
ANSWERED = [kind for kind in KINDS if kind != "no answer"]


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("form", FORMS)
def test_wave_is_refused_by_name(name: str, form: str) -> None:
    data = FORMS[form](made("one person"))
    with pytest.raises(
        SchemaError, match=rf"1 wave\(s\) have none: {DOUBTED} \(.*\)\. A wave with"
    ):
        FUNCTIONS[name](data, FitOptions())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["interrupted_time_series", "forecast_gap by REML"])
def test_every_kind_of_wave_is_refused_in_words(name: str, kind: str) -> None:
    with pytest.raises(EenzaamStatsError, match=DOUBTED):
        FUNCTIONS[name](made(kind), FitOptions())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["interrupted_time_series", "forecast_gap"])
def test_wave_that_is_left_out_is_a_gap_and_named(name: str, kind: str) -> None:
    found = made(kind)
    result = FUNCTIONS[name](found, FitOptions(without_error="leave_out"))
    rows = tuple(row for row in found.rows if row.group[0] != DOUBTED)
    beside = FUNCTIONS[name](replace(found, rows=rows), FitOptions())
    pd.testing.assert_frame_equal(result.tidy(), beside.tidy())
    assert f"Left out, as asked, without a sampling error: {DOUBTED} (" in result.model.notes[0]
    assert result.model.flag == "reliable"


@pytest.mark.parametrize("kind", ANSWERED)
@pytest.mark.parametrize("name", ["interrupted_time_series by REML", "forecast_gap"])
def test_wave_with_a_stated_error_has_that_error_and_a_flag(name: str, kind: str) -> None:
    found = made(kind)
    result = FUNCTIONS[name](found, FitOptions(without_error=0.07))
    frame = found.tidy()[["wave", "estimate", "std_error"]]
    frame.loc[frame["wave"] == DOUBTED, "std_error"] = 0.07
    beside = FUNCTIONS[name](frame, FitOptions())
    numbers = [column for column in result.tidy() if column not in ("flag", "reason")]
    pd.testing.assert_frame_equal(result.tidy()[numbers], beside.tidy()[numbers])
    assert result.model.flag == "uncertain"
    assert f"rests on {DOUBTED} (" in result.model.reason
    assert "given a standard error of 0.07" in result.model.reason
    assert "uncertain: rests on" in result.describe()


@pytest.mark.parametrize("zero", [0.0, 3e-17, 1e-12])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_error_that_is_rounding_is_no_error(name: str, zero: float) -> None:
    frame = plain().tidy()[["wave", "estimate", "std_error"]]
    frame.loc[5, "std_error"] = zero
    with pytest.raises(SchemaError, match=rf"have none: {WAVES[5]} \(no variance\)"):
        FUNCTIONS[name](frame, FitOptions())


@pytest.mark.parametrize("wrong", ["drop", 0.0, -0.1, float("nan"), float("inf"), True])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_to_do_is_said_in_one_of_three_ways(name: str, wrong: Any) -> None:
    with pytest.raises(
        OptionError, match=r"without_error is .* 'refuse', 'leave_out', or a standa"
    ):
        FUNCTIONS[name](plain(), FitOptions(without_error=wrong))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["refuse", "leave_out", 0.05])
@pytest.mark.parametrize("version", ["trend", "conditional"])
@pytest.mark.parametrize("estimator", ["auto", "reml", "ols", "random_effects"])
def test_forecast_gap_ends_in_a_result_or_in_words(estimator, version, how, kind) -> None:
    options = GapOptions(version=version, fit=FitOptions(without_error=how))
    try:
        found = es.forecast_gap(made(kind), start=START, estimator=estimator, options=options)
    except EenzaamStatsError:
        assert how == "refuse" or (how == 0.05 and kind == "no answer")
    else:
        assert np.isfinite(found.tidy()["std_error"]).all()


@pytest.mark.parametrize("estimator", ["auto", "reml", "ols"])
def test_waves_on_a_line_say_nothing_about_a_later_one(estimator: str) -> None:
    years = np.arange(2008.0, 2022.0)
    frame = pd.DataFrame({"wave": years, "estimate": 0.3 + 0.01 * (years - 2008)})
    with pytest.raises(SchemaError, match=r"waves before that scatter .* the 10 waves lie on it"):
        es.forecast_gap(frame, start=START, estimator=estimator)
    # with known errors there is something to compare with
    found = es.forecast_gap(frame.assign(std_error=0.02), start=START)
    assert found.verdict == "not distinguishable from"


@pytest.mark.parametrize("estimator", ["auto", "ols", "newey_west", "prais_winsten"])
def test_series_that_the_terms_fit_exactly_has_no_tests_and_a_flag(estimator: str) -> None:
    years = np.arange(2008.0, 2022.0)
    frame = pd.DataFrame({"wave": years, "estimate": 0.3 + 0.01 * (years >= START)})
    fit = es.interrupted_time_series(frame, [LAW], estimator=estimator)
    assert fit.effect("law", "level change").estimate == pytest.approx(0.01)
    assert fit.tidy()[["std_error", "p_value", "conf_low"]].isna().all(axis=None)
    assert (fit.model.flag, fit.model.reason) == ("uncertain", "the terms fit the series exactly")


def test_wave_that_is_flagged_for_another_reason_stays_and_is_marked() -> None:
    rows = list(plain().rows)
    rows[3] = replace(rows[3], flag="uncertain", reason="a third of the weight in lone strata")
    for data in (replace(plain(), rows=tuple(rows)), replace(plain(), rows=tuple(rows)).tidy()):
        fit = es.interrupted_time_series(data, [LAW], estimator="ols")
        assert fit.model.flag == "uncertain"
        assert WAVES[3] in fit.model.reason
        assert np.isfinite(fit.tidy()["p_value"].iloc[0])
