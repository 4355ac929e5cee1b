"""Placebo dates and series, waves left out, other dates: R values, identities, ranks by hand."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.errors import OptionError
from eenzaam_stats.trend.series.check_fits import Fitting
from eenzaam_stats.trend.series.checks import alternative_starts, leave_one_wave_out
from eenzaam_stats.trend.series.interrupted import interrupted_time_series
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.placebo import placebo_in_space, placebo_in_time
from trend.series.series_known import ITS, california

witness = pytest.mark.skipif(not ITS.exists(), reason="the public series are not on this machine")
OLS = Fitting(estimator="ols")
SLOPE = Fitting(effect="slope change", estimator="ols")
LAW = Interruption("law", start=12.0)


def series(seed: int = 0, *, jump: float = 0.0, n: int = 20) -> pd.DataFrame:
    t = np.arange(float(n))
    noise = np.random.default_rng(seed).normal(size=n)
    return pd.DataFrame({"wave": t, "estimate": 10 + 0.1 * t + jump * (t >= 12) + noise})


# ---- known answers


@pytest.fixture(scope="module")
def answers():
    return json.loads((ITS / "reference_values.json").read_text())


@pytest.mark.witness
@witness
def test_placebo_dates_of_california_as_in_r(answers):
    frame = california().frame.assign(wave=lambda one: one["wave"] + 1970.0)
    tax = Interruption("tax", start=1989.0)
    level, slope = (placebo_in_time(frame, tax, how) for how in (OLS, SLOPE))
    theirs = answers["cigsales_placebo_in_time"]
    compared = 0
    for row, other in zip(level.rows[1:], slope.rows[1:], strict=True):
        known = theirs.get(row.label)
        if known is None:
            continue
        found = (row.estimate, row.std_error, other.estimate, other.std_error)
        there = [known[name] for name in ("level", "se_level", "slope_change", "se_slope")]
        np.testing.assert_allclose(found, there, rtol=1e-9)
        compared += 4
    assert compared == 4 * 10
    assert slope.check.passed is False
    # |t| of the slope is above 2 at every date from 1975 to 1984
    years = [row for row in slope.rows[1:] if 1975 <= row.date <= 1984]
    assert min(abs(row.statistic) for row in years) > 2.0


@pytest.mark.witness
@witness
def test_ranks_of_california_among_39_states_as_in_r(answers):
    data = pd.read_csv(ITS / "cigsales" / "california_prop99_synthdid.csv", sep=";")
    frame = data.rename(columns={"Year": "wave", "PacksPerCapita": "estimate"})
    states = dict(tuple(frame.groupby("State")))
    treated = states.pop("California")
    tax = Interruption("tax", start=1989.0)
    theirs = answers["cigsales_placebo_in_space"]
    cases = {
        "level": (OLS, "estimate"),
        "slope_change": (SLOPE, "estimate"),
        "t_level": (OLS, "t"),
        "t_slope": (SLOPE, "t"),
    }
    for name, (how, statistic) in cases.items():
        for alternative, key in (("less", "p_one_sided"), ("two-sided", "p_two_sided")):
            found = placebo_in_space(
                treated, states, tax, how, statistic=statistic, alternative=alternative
            )
            rank = round(theirs[name][key] * 39)
            assert found.check.message.startswith(f"rank {rank} of 39 series")
            assert found.check.passed is False


# ---- identities and hand arithmetic


def test_a_placebo_is_the_fit_of_the_waves_before():
    frame = series(jump=5.0)
    found = placebo_in_time(frame, LAW, OLS)
    # 12 waves before, four on either side: dates 4 to 8
    assert [row.date for row in found.rows] == [12.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    before = frame[frame["wave"] < 12]
    for row in found.rows[1:]:
        alone = interrupted_time_series(
            before, [Interruption("x", start=row.date)], estimator="ols"
        ).effect("x", "level change")
        assert (row.estimate, row.p_value) == (alone.estimate, alone.p_value)
    assert found.real.estimate == found.rows[0].estimate
    assert found.check.passed is True
    assert "at 0, and p is below 0.05 at" in found.check.message


def test_without_placebo_dates_the_check_does_not_apply():
    early = Interruption("law", start=7.0)
    found = placebo_in_time(series(), early, OLS)
    assert found.check.passed is None
    assert len(found.rows) == 1


@pytest.mark.parametrize(("alternative", "rank"), [("greater", 2), ("less", 3), ("two-sided", 3)])
def test_ranks_by_hand(alternative, rank):
    t = np.arange(14.0)

    def jump(size: float) -> pd.DataFrame:
        return pd.DataFrame({"wave": t, "estimate": size * (t >= 7) + np.cos(3 * t) / 9})

    law = Interruption("law", start=7.0, effects=("level",))
    controls = {"a": jump(3.0), "b": jump(-4.0), "c": jump(0.5)}
    found = placebo_in_space(jump(2.0), controls, law, OLS, alternative=alternative)
    assert found.check.message.startswith(f"rank {rank} of 4 series, exact p {rank / 4:.3g}")
    # four series can never give 0.05
    assert found.check.passed is None
    many = {f"c{seed}": series(seed) for seed in range(1, 25)}
    clear = placebo_in_space(series(jump=20.0), many, LAW, OLS)
    assert clear.check.passed is True
    assert "rank 1 of 25 series, exact p 0.04" in clear.check.message


def test_a_control_that_cannot_be_fitted_is_shown_and_not_counted():
    short = series().query("wave >= 10")
    found = placebo_in_space(series(), {"short": short, "other": series(3)}, LAW, OLS)
    assert found.check.message.startswith("rank")
    assert " of 2 series" in found.check.message
    assert "3 waves before" in found.rows[1].note
    assert math.isnan(found.rows[1].estimate)


def test_leaving_a_wave_out_is_the_fit_without_it():
    frame = series(jump=6.0)
    found = leave_one_wave_out(frame, LAW, OLS)
    assert len(found.rows) == 21
    for row in found.rows[1:]:
        alone = interrupted_time_series(
            frame[frame["wave"] != row.date], [LAW], estimator="ols"
        ).effect("law", "level change")
        assert (row.estimate, row.std_error) == (alone.estimate, alone.std_error)
    moved = max(found.rows[1:], key=lambda row: abs(row.estimate - found.real.estimate))
    assert f"most moved by {moved.date:g}" in found.check.message
    assert found.check.passed is True


def test_an_effect_that_hangs_on_one_wave_fails():
    frame = series(1)
    frame.loc[frame["wave"] == 12.0, "estimate"] += 12.0
    assert leave_one_wave_out(frame, LAW, OLS).check.passed is False
    # with three waves before, each is needed
    least = frame.query("wave >= 9")
    found = leave_one_wave_out(least, LAW, OLS)
    assert found.check.passed is False
    assert "3 of the fits are not possible" in found.check.message


def test_other_dates_are_fits_with_those_dates():
    frame = series(jump=6.0)
    found = alternative_starts(frame, LAW, [11.0, 13.0, 25.0], OLS)
    for row in found.rows[1:3]:
        alone = interrupted_time_series(
            frame, [Interruption("law", start=row.date)], estimator="ols"
        ).effect("law", "level change")
        assert row.estimate == alone.estimate
    assert found.rows[3].note
    assert found.check.passed is True
    assert alternative_starts(frame, LAW, [50.0], OLS).check.passed is None


def test_estimates_of_a_survey_go_in_and_rows_come_out_as_a_frame():
    frame = series(jump=3.0).assign(std_error=0.2)
    found = leave_one_wave_out(frame.sample(frac=1.0, random_state=3), LAW)
    table = found.tidy()
    assert table.loc[table["real"], "label"].tolist() == ["all waves"]
    assert table["date"].iloc[1:].is_monotonic_increasing
    assert list(table)[:4] == ["label", "date", "real", "estimate"]


def test_the_picture_holds_every_fit():
    found = placebo_in_time(series(jump=5.0), LAW, OLS)
    with es.plots.canvas(width=7.6, height=4.4) as axes:
        es.plots.series_check(found, language="en", axes=axes)
        points = [line for line in axes.lines if line.get_marker() == "o"]
        drawn = sorted(float(line.get_xdata()[0]) for line in points)
        assert drawn == sorted(row.estimate for row in found.rows)
        assert [label.get_text() for label in axes.get_yticklabels()] == [
            row.label for row in found.rows
        ]
    words = es.plots.series_check_text(found, language="en")
    assert found.check.message in words


def test_what_cannot_be_checked_is_refused():
    with pytest.raises(OptionError, match="at least one control"):
        placebo_in_space(series(), {}, LAW, OLS)
    with pytest.raises(OptionError, match="at least one other date"):
        alternative_starts(series(), LAW, [], OLS)
    with pytest.raises(OptionError, match="effect 'slope change'"):
        leave_one_wave_out(series(), Interruption("law", 12.0, effects=("level",)), SLOPE)
    with pytest.raises(OptionError, match="statistic"):
        placebo_in_space(series(), {"a": series(2)}, LAW, OLS, statistic="p")
    with pytest.raises(OptionError, match="3 waves before"):
        placebo_in_time(series(), Interruption("law", start=2.0), OLS)


def test_an_episode_is_compared_with_lasting_placebo_changes():
    frame = series(jump=6.0)
    found = placebo_in_time(frame, Interruption("x", 12.0, 16.0), Fitting("level during", "ols"))
    plain = placebo_in_time(frame, LAW, OLS)
    assert [row.estimate for row in found.rows[1:]] == [row.estimate for row in plain.rows[1:]]
    assert found.rows[0].estimate != plain.rows[0].estimate
