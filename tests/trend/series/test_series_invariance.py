"""What must change nothing in a series, what must change in a known way, and hand arithmetic.

Every estimator passes through every property.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.trend.series.fitting import FitOptions
from eenzaam_stats.trend.series.forecast import GapOptions, forecast_gap
from eenzaam_stats.trend.series.interrupted import interrupted_time_series
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.plan import SeriesOptions

# Closed forms only round; the search for phi stops at 1e-12 of it, L-BFGS at 1e-7 of the variance.
RTOL = 1e-7
SEARCHED = 2e-5
AT = (16.0, 20.0)


def _frame(*, known=False, seed=7):
    rng = np.random.default_rng(seed)
    t = np.arange(24.0)
    noise = np.convolve(rng.normal(0, 1, 30), [1.0, 0.6, 0.3], "valid")[:24]
    values = 20 + 0.2 * t + 3.0 * (t >= 14) - 0.3 * np.clip(t - 14, 0, None) + noise
    frame = pd.DataFrame({"wave": t, "estimate": values})
    return frame.assign(std_error=rng.uniform(0.3, 0.6, 24)) if known else frame


def _uneven(frame):
    """The same values at uneven dates."""
    t = frame["wave"].to_numpy()
    return frame.assign(wave=t + 0.3 * np.sin(2.0 * t))


ESTIMATORS = {
    "ols": (_frame(), "ols", {}),
    "newey_west": (_frame(), "newey_west", {"lag": 2}),
    "prais_winsten": (_frame(), "prais_winsten", {}),
    "reml": (_frame(), "reml", {}),
    "reml with gaps": (_frame().drop(index=[3, 9, 17]), "reml", {}),
    "reml in continuous time": (_uneven(_frame()), "reml", {}),
    "reml with known errors": (_frame(known=True), "reml", {}),
    "reml in continuous time with known errors": (_uneven(_frame(known=True)), "reml", {}),
    "random_effects": (_frame(known=True), "random_effects", {}),
}


def _fit(frame, estimator, choices, *, start=14.0, at=AT):
    options = SeriesOptions(at=at, fit=FitOptions(**choices))
    return interrupted_time_series(
        frame, [Interruption("a", start)], estimator=estimator, options=options
    )


def _same(left, right, *, searched, factor=1.0, only=None):
    """Rows of effects, estimates times a factor; p-values and df untouched."""
    left, right = left.tidy(), right.tidy()
    keep = slice(None) if only is None else left["effect"].isin(only)
    tolerance = SEARCHED if searched else RTOL
    for column in ("estimate", "std_error", "conf_low", "conf_high"):
        np.testing.assert_allclose(
            right.loc[keep, column], factor * left.loc[keep, column], rtol=tolerance, atol=1e-9
        )
    for column in ("df", "p_value"):
        np.testing.assert_allclose(
            right.loc[keep, column], left.loc[keep, column], rtol=10 * tolerance
        )


@pytest.fixture(params=ESTIMATORS)
def case(request):
    frame, estimator, choices = ESTIMATORS[request.param]
    return frame, estimator, choices, "known" in request.param


def test_order_of_rows_and_their_labels_change_nothing(case):
    frame, estimator, choices, _ = case
    plain = _fit(frame, estimator, choices)
    mixed = frame.sample(frac=1.0, random_state=3)
    assert _fit(mixed, estimator, choices).tidy().equals(plain.tidy())
    same_label = frame.set_axis([0] * len(frame), axis=0)
    assert _fit(same_label, estimator, choices).tidy().equals(plain.tidy())
    assert [p.time for p in _fit(mixed, estimator, choices).points] == sorted(frame["wave"])


def test_input_is_not_changed(case):
    frame, estimator, choices, _ = case
    before = frame.copy()
    _fit(frame, estimator, choices)
    pd.testing.assert_frame_equal(frame, before)


def test_shift_of_time_changes_no_effect(case):
    frame, estimator, choices, searched = case
    moved = frame.assign(wave=frame["wave"] + 2000.0)
    shifted = _fit(moved, estimator, choices, start=2014.0, at=tuple(date + 2000 for date in AT))
    plain = _fit(frame, estimator, choices)
    _same(plain, shifted, searched=searched)
    for left, right in zip(plain.coefficients, shifted.coefficients, strict=True):
        assert right.estimate == pytest.approx(left.estimate, rel=SEARCHED, abs=1e-9)
    if np.isfinite(plain.model.phi):
        assert shifted.model.phi == pytest.approx(plain.model.phi, rel=SEARCHED)


def test_unit_of_time_scales_only_slopes(case):
    # years to months: levels and effects at dates stay, slopes are a twelfth
    frame, estimator, choices, searched = case
    months = frame.assign(wave=12.0 * frame["wave"])
    other = _fit(months, estimator, choices, start=168.0, at=tuple(12.0 * date for date in AT))
    plain = _fit(frame, estimator, choices)
    _same(plain, other, searched=searched, only=["level change", "effect"])
    slopes = ["slope change", "whole slope change"]
    _same(plain, other, searched=searched, factor=1 / 12, only=slopes)
    if plain.model.correlation.startswith("continuous"):
        assert other.model.phi == pytest.approx(plain.model.phi ** (1 / 12), rel=1e-4)
        assert other.model.phi_std_error == pytest.approx(
            plain.model.phi_std_error * plain.model.phi ** (1 / 12 - 1) / 12, rel=1e-3
        )


def test_constant_moves_only_the_intercept(case):
    frame, estimator, choices, searched = case
    higher = frame.assign(estimate=frame["estimate"] + 5.0)
    plain, other = (_fit(data, estimator, choices) for data in (frame, higher))
    _same(plain, other, searched=searched)
    left, right = plain.terms().set_index("term"), other.terms().set_index("term")
    assert right.loc["intercept", "estimate"] == pytest.approx(
        left.loc["intercept", "estimate"] + 5.0, rel=1e-6
    )
    # and the denominator of relative effects
    ratio = [one.relative for one in plain.effects if one.effect == "effect"]
    lower = [one.relative for one in other.effects if one.effect == "effect"]
    assert all(abs(b) < abs(a) for a, b in zip(ratio, lower, strict=True))


def test_added_line_moves_only_the_trend(case):
    frame, estimator, choices, searched = case
    steeper = frame.assign(estimate=frame["estimate"] + 0.7 * frame["wave"])
    plain, other = (_fit(data, estimator, choices) for data in (frame, steeper))
    changes = ["level change", "slope change", "effect"]
    _same(plain, other, searched=searched, only=changes)
    whole = [fit.effect("a", "whole slope change").estimate for fit in (plain, other)]
    assert whole[1] - whole[0] == pytest.approx(0.7, rel=1e-5)


def test_added_effect_moves_only_that_effect(case):
    frame, estimator, choices, searched = case
    jump = frame.assign(estimate=frame["estimate"] + 2.0 * (frame["wave"] >= 14))
    plain, other = (_fit(data, estimator, choices) for data in (frame, jump))
    _same(plain, other, searched=searched, only=["slope change", "whole slope change"])
    left, right = (fit.effect("a", "level change") for fit in (plain, other))
    assert right.estimate - left.estimate == pytest.approx(2.0, rel=1e-5)
    assert right.std_error == pytest.approx(left.std_error, rel=SEARCHED)


@pytest.mark.parametrize("factor", [0.01, 100.0])
def test_scale_of_the_outcome_scales_estimates_and_errors(case, factor):
    frame, estimator, choices, searched = case
    columns = [name for name in ("estimate", "std_error") if name in frame]
    scaled = frame.assign(**{name: factor * frame[name] for name in columns})
    plain, other = (_fit(data, estimator, choices) for data in (frame, scaled))
    _same(plain, other, searched=searched, factor=factor)
    for left, right in zip(plain.effects, other.effects, strict=True):
        assert right.relative == pytest.approx(left.relative, rel=SEARCHED, nan_ok=True)


def test_sign_of_the_outcome_turns_every_interval(case):
    frame, estimator, choices, _ = case
    plain = _fit(frame, estimator, choices)
    turned = _fit(frame.assign(estimate=-frame["estimate"]), estimator, choices)
    for left, right in zip(plain.effects, turned.effects, strict=True):
        assert right.estimate == pytest.approx(-left.estimate, rel=SEARCHED, abs=1e-9)
        assert right.conf_low == pytest.approx(-left.conf_high, rel=1e-4, abs=1e-9)


def test_convention_of_the_ramp_changes_no_fit_and_no_effect(case):
    frame, estimator, choices, searched = case
    fits = []
    for ramp in ("date", "first_wave", "wave_before"):
        options = SeriesOptions(at=AT, ramp=ramp, fit=FitOptions(**choices))
        fits.append(
            interrupted_time_series(
                frame, [Interruption("a", 13.6)], estimator=estimator, options=options
            )
        )
    for other in fits[1:]:
        _same(fits[0], other, searched=searched, only=["slope change", "effect"])
        left, right = fits[0].series()["fitted"], other.series()["fitted"]
        np.testing.assert_allclose(right, left, rtol=SEARCHED)
    # the level change moves by the slope change times the distance of the two origins
    slope = fits[0].effect("a", "slope change").estimate
    first = frame["wave"][frame["wave"] >= 13.6].min()
    last = frame["wave"][frame["wave"] < 13.6].max()
    levels = [fit.effect("a", "level change").estimate for fit in fits]
    assert levels[1] - levels[0] == pytest.approx(slope * (first - 13.6), rel=1e-4, abs=1e-9)
    assert levels[2] - levels[0] == pytest.approx(slope * (last - 13.6), rel=1e-4, abs=1e-9)
    sentences = {fit.model.convention for fit in fits}
    assert len(sentences) == 3


def test_covariate_shifted_by_a_constant_changes_no_effect():
    rng = np.random.default_rng(5)
    frame = _frame().assign(mode=rng.uniform(0, 1, 24))
    interruptions = [Interruption("a", 14.0)]
    plain, other = (
        interrupted_time_series(data, interruptions, covariates=["mode"])
        for data in (frame, frame.assign(mode=frame["mode"] + 10.0))
    )
    _same(plain, other, searched=True)
    # relative effects use the covariates of the wave, so they do not move either
    left = [one.relative for one in plain.effects if one.effect == "effect"]
    right = [one.relative for one in other.effects if one.effect == "effect"]
    np.testing.assert_allclose(right, left, rtol=SEARCHED)
    points = {point.time: point for point in plain.points}
    for one in plain.effects:
        if one.effect == "effect":
            share = one.estimate / points[one.date].counterfactual
            assert one.relative == pytest.approx(share, rel=1e-9)


def test_relative_effect_between_waves_takes_the_mean_of_the_covariates():
    rng = np.random.default_rng(5)
    frame = _frame().assign(mode=rng.uniform(0, 1, 24))
    fit = interrupted_time_series(
        frame,
        [Interruption("a", 14.0)],
        covariates=["mode"],
        estimator="ols",
        options=SeriesOptions(at=(15.5,)),
    )
    terms = fit.terms().set_index("term")["estimate"]
    base = terms["intercept"] + 15.5 * terms["trend"] + terms["mode"] * frame["mode"].mean()
    (one,) = (effect for effect in fit.effects if effect.effect == "effect")
    assert one.relative == pytest.approx(one.estimate / base, rel=1e-9)


# ---- what a fit says about its waves ------------------------------------------------------------


def test_points_hold_series_fit_and_counterfactual(case):
    frame, estimator, choices, _ = case
    fit = _fit(frame, estimator, choices)
    terms = fit.terms().set_index("term")["estimate"]
    assert len(fit.points) == len(frame)
    for point in fit.points:
        since = point.time - frame["wave"].min()
        base = terms["intercept"] + terms["trend"] * since
        on = point.time >= 14.0
        effect = on * (terms["a: level change"] + terms["a: slope change"] * (point.time - 14.0))
        assert point.counterfactual == pytest.approx(base, rel=1e-9)
        assert point.fitted == pytest.approx(base + effect, rel=1e-9)
        assert point.counterfactual_low < point.counterfactual < point.counterfactual_high
        assert np.isfinite(point.std_error) == ("std_error" in frame)


def test_counts_of_waves_before_during_and_after():
    fit = interrupted_time_series(_frame(), [Interruption("a", 10.0, 14.0)], estimator="ols")
    model = fit.model
    assert (model.n, model.n_before, model.n_during, model.n_after) == (24, 10, 4, 10)
    washed = interrupted_time_series(
        _frame(), [Interruption("a", 10.0, full_from=13.0)], estimator="ols"
    ).model
    assert (washed.n, washed.n_washout, washed.n_before, washed.n_after) == (21, 3, 10, 11)


# ---- hand arithmetic: series without noise, so that every coefficient is known ------------------

# ten waves before: 1 + t; what comes after is written by hand
BEFORE = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]


def _exact(after, *interruptions, **choices):
    values = [*BEFORE, *after]
    frame = pd.DataFrame({"wave": np.arange(float(len(values))), "estimate": values})
    return interrupted_time_series(frame, interruptions, estimator="ols", **choices)


def _terms(fit):
    return {one.term: round(one.estimate, 9) for one in fit.coefficients}


def test_level_and_slope_by_hand():
    # trend would give 11 12 13 14; the series is 5 higher and loses 2 per wave
    fit = _exact([16.0, 15.0, 14.0, 13.0], Interruption("a", 10.0))
    assert _terms(fit) == {
        "intercept": 1.0,
        "trend": 1.0,
        "a: level change": 5.0,
        "a: slope change": -2.0,
    }
    assert fit.effect("a", "whole slope change").estimate == pytest.approx(-1.0)
    effects = [(e.date, e.estimate, e.relative) for e in fit.effects if e.effect == "effect"]
    # first wave after: 16 for 11; last: 13 for 14
    expected = [(10.0, 5.0, 5 / 11), (13.0, -1.0, -1 / 14)]
    np.testing.assert_allclose(effects, expected, rtol=1e-9)


def test_episode_and_what_comes_after_by_hand():
    # 11 12 13 | 14 15 16 17 expected; 4 higher in the episode and rising by 1, then 2 lower
    fit = _exact([15.0, 17.0, 19.0, 12.0, 13.0, 14.0, 15.0], Interruption("a", 10.0, 13.0))
    assert _terms(fit) == {
        "intercept": 1.0,
        "trend": 1.0,
        "a: level during": 4.0,
        "a: slope during": 1.0,
        "a: level after": -2.0,
        "a: slope after": 0.0,
    }
    # slope of the trend included
    assert fit.effect("a", "whole slope during").estimate == pytest.approx(2.0)
    assert fit.effect("a", "whole slope after").estimate == pytest.approx(1.0)


def test_an_end_is_not_part_of_the_episode():
    # the wave at 13 is after, so is 13.0 exactly
    fit = _exact([15.0, 17.0, 19.0, 12.0, 13.0], Interruption("a", 10.0, 13.0, ("level",)))
    assert fit.model.n_during == 3
    assert fit.model.n_after == 2


def test_washout_by_hand_keeps_the_dates():
    # waves 10 and 11 say anything; from 12 on 3 above 13, 14, 15 at their true dates
    waves = [99.0, -99.0, 16.0, 17.0, 18.0]
    fit = _exact(waves, Interruption("a", 10.0, full_from=12.0))
    assert _terms(fit)["a: level change"] == 3.0
    assert _terms(fit)["a: slope change"] == 0.0
    assert [point.used for point in fit.points][10:] == [False, False, True, True, True]
    assert fit.points[10].counterfactual == pytest.approx(11.0)
    options = SeriesOptions(at=(12.0, 14.0))
    named = _exact(waves, Interruption("a", 10.0, full_from=12.0), options=options)
    assert [e.estimate for e in named.effects if e.effect == "effect"] == pytest.approx([3.0, 3.0])


def test_washout_gives_no_effect_at_a_date_inside_it():
    message = r"at \[11\.0\] none does yet"
    with pytest.raises(ValueError, match=message):
        _exact(
            [99.0, -99.0, 16.0, 17.0, 18.0],
            Interruption("a", 10.0, full_from=12.0),
            options=SeriesOptions(at=(11.0,)),
        )


def test_linear_phase_in_by_hand():
    # level 6 grows over 10 to 12: nothing at 10, half at 11, all from 12; then -1 per wave
    fit = _exact(
        [11.0, 15.0, 19.0, 19.0, 19.0],
        Interruption("a", 10.0, full_from=12.0, phase_in="linear"),
    )
    assert _terms(fit) == {
        "intercept": 1.0,
        "trend": 1.0,
        "a: level change": 6.0,
        "a: slope change": -1.0,
    }


def test_phase_in_with_a_segment_of_its_own_by_hand():
    # phase-in: 2 above at 10 and 5 above at 11 (3 per wave); afterwards 4 above, slope as before
    fit = _exact(
        [13.0, 17.0, 17.0, 18.0, 19.0],
        Interruption("a", 10.0, full_from=12.0, phase_in="segment"),
    )
    assert _terms(fit) == {
        "intercept": 1.0,
        "trend": 1.0,
        "a: level phase-in": 2.0,
        "a: slope phase-in": 3.0,
        "a: level change": 4.0,
        "a: slope change": 0.0,
    }


def test_second_interruption_is_a_change_from_the_first_by_hand():
    # 2 above from 10; from 13 on 5 above the trend, that is 3 above the first
    fit = _exact(
        [13.0, 14.0, 15.0, 19.0, 20.0, 21.0],
        Interruption("a", 10.0),
        Interruption("b", 13.0),
    )
    assert _terms(fit)["a: level change"] == 2.0
    assert _terms(fit)["b: level change"] == 3.0
    # the counterfactual is without both
    assert fit.points[-1].counterfactual == pytest.approx(16.0)


def test_date_between_waves_by_hand():
    # ramp from 9.5: 0.5 and 1.5 at waves 10 and 11; level 4 at 9.5, slope 2
    fit = _exact([11 + 4 + 1.0, 12 + 4 + 3.0, 13 + 4 + 5.0], Interruption("a", 9.5))
    assert _terms(fit)["a: level change"] == 4.0
    assert _terms(fit)["a: slope change"] == 2.0
    first = _exact(
        [16.0, 19.0, 22.0], Interruption("a", 9.5), options=SeriesOptions(ramp="first_wave")
    )
    assert _terms(first)["a: level change"] == 5.0
    before = _exact(
        [16.0, 19.0, 22.0], Interruption("a", 9.5), options=SeriesOptions(ramp="wave_before")
    )
    assert _terms(before)["a: level change"] == 3.0


# ---- forecast gaps ------------------------------------------------------------------------------


def test_gap_errors_by_hand():
    # values 0 1 0 1 before, mean trend known: X'X of t = 0..3 is [[4, 6], [6, 14]]
    frame = pd.DataFrame({"wave": np.arange(6.0), "estimate": [0.0, 1.0, 0.0, 1.0, 2.0, 0.0]})
    result = forecast_gap(frame, start=4.0, estimator="ols")
    # slope 0.2, intercept 0.2; residuals -0.2 0.6 -0.6 0.2, sum of squares 0.8, s2 = 0.4
    first, second = result.gaps
    assert first.expected == pytest.approx(0.2 + 0.2 * 4)
    assert first.gap == pytest.approx(1.0)
    # s2 (1 + 1/4 + (4 - 1.5)^2 / 5) = 0.4 (1 + 0.25 + 1.25) = 1
    assert first.std_error == pytest.approx(1.0)
    # (5 - 1.5)^2 / 5 = 2.45
    assert second.std_error == pytest.approx(np.sqrt(0.4 * (1 + 0.25 + 2.45)))
    assert result.df == 2.0
    # mean gap: both share the trend; at 4.5: 1/4 + 9/5 = 2.05, own errors halve
    assert result.mean_std_error == pytest.approx(np.sqrt(0.4 * (0.5 + 2.05)))


@pytest.mark.parametrize("version", ["trend", "conditional"])
@pytest.mark.parametrize("uneven", [False, True])
def test_gaps_do_not_depend_on_the_unit_of_time_or_its_origin(version, uneven):
    frame = _uneven(_frame()) if uneven else _frame()
    options = GapOptions(version=version)
    plain = forecast_gap(frame, start=14.0, options=options)
    months = frame.assign(wave=12.0 * (frame["wave"] + 2000.0))
    other = forecast_gap(months, start=12.0 * 2014.0, options=options)
    columns = ["gap", "std_error", "conf_low", "conf_high", "p_value"]
    left, right = plain.tidy()[columns], other.tidy()[columns]
    np.testing.assert_allclose(right, left, rtol=1e-5, atol=1e-7)
    assert other.verdict == plain.verdict


def test_later_waves_off_the_grid_of_those_before_go_by_dates():
    # every second year before, every year after: a distance of half a step is no whole one
    waves = np.array([*range(1980, 2020, 2), 2019, 2020, 2021], dtype=float)
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"wave": waves, "estimate": rng.normal(0, 1, len(waves)).cumsum()})
    frame["estimate"] += 0.1 * (waves - 1980)
    auto = forecast_gap(frame, start=2019.0)
    dates = forecast_gap(
        frame, start=2019.0, options=GapOptions(fit=FitOptions(correlation="car1"))
    )
    assert auto.model.correlation.startswith(("continuous-time", "random walk", "independent"))
    pd.testing.assert_frame_equal(auto.tidy(), dates.tidy())


def test_wider_margin_turns_the_statement_of_equivalence():
    frame = _frame()
    narrow, wide = (
        forecast_gap(frame, start=14.0, estimator="ols", options=GapOptions(margin=margin))
        for margin in (0.1, 100.0)
    )
    assert "is not shown to be within 0.1 of the trend" in narrow.equivalence
    assert "is within 100 of the trend" in wide.equivalence
    assert forecast_gap(frame, start=14.0).equivalence == ""


# ---- limits of the autocorrelation in continuous time -------------------------------------------


def test_autocorrelation_of_0_in_continuous_time_is_least_squares_with_fewer_df():
    # alternating values: no positive autocorrelation
    frame = _uneven(_frame(seed=1))
    t = np.arange(24)
    values = 20 + 0.2 * t + (-1.0) ** t + 0.1 * np.cos(t)
    fit = _fit(frame.assign(estimate=values), "reml", {"small_sample": "none"})
    plain = _fit(frame.assign(estimate=values), "ols", {})
    assert fit.model.phi == 0.0
    assert np.isnan(fit.model.phi_std_error)
    assert fit.model.notes[0].startswith("the autocorrelation ended at its lower limit, 0")
    for left, right in zip(fit.effects, plain.effects, strict=True):
        assert left.estimate == pytest.approx(right.estimate, rel=1e-9, abs=1e-12)
        assert left.std_error == pytest.approx(right.std_error, rel=1e-9)
        assert 2.0 <= left.df < right.df
    corrected = _fit(frame.assign(estimate=values), "reml", {})
    for left, right in zip(corrected.effects, fit.effects, strict=True):
        assert left.estimate == right.estimate
        assert left.std_error > right.std_error
        assert left.df == right.df


def test_boundary_in_any_unit_is_the_same_random_walk():
    rng = np.random.default_rng(0)
    steps = np.convolve(rng.normal(0, 1, 45), [1.0, 0.8, 0.6], "valid")[:40]
    t = np.arange(40.0)
    frame = pd.DataFrame({"wave": t + 0.2 * np.sin(3 * t), "estimate": steps.cumsum()})
    fits = [
        _fit(frame.assign(wave=unit * frame["wave"]), "reml", {}, start=unit * 20.5, at=())
        for unit in (1.0, 365.25)
    ]
    assert all(fit.model.boundary for fit in fits)
    assert fits[1].model.variance == pytest.approx(fits[0].model.variance / 365.25, rel=1e-9)
    _same(*fits, searched=False, only=["level change", "effect"])


def test_options_are_values():
    assert replace(SeriesOptions(), season=0) == SeriesOptions()
    assert hash(FitOptions()) == hash(FitOptions())


@pytest.mark.parametrize("unit", [365.25, 0.01])
def test_dates_in_days_or_centuries_reach_no_limit_that_years_do_not(unit):
    # a correlation of 0.4 per year is one of 0.9975 per day and of 1e-40 per century
    frame = _uneven(_frame())
    years = _fit(frame, "reml", {}, at=())
    scaled = frame.assign(wave=unit * frame["wave"])
    other = _fit(scaled, "reml", {}, start=unit * 14.0, at=())
    assert 0.05 < years.model.phi < 0.9
    assert not other.model.boundary
    assert other.model.phi**unit == pytest.approx(years.model.phi, rel=1e-6)
    _same(years, other, searched=True, only=["level change"])


def test_noise_of_known_size_is_not_an_alternating_process():
    # waves alternate by more than their sampling errors: on a grid AR(1) would take a phi near -1
    t = np.arange(18.0)
    values = 20 + 0.2 * t + 0.45 * (-1.0) ** t + 0.1 * np.cos(t**2)
    frame = pd.DataFrame({"wave": t, "estimate": values, "std_error": 0.3})
    fit = interrupted_time_series(frame, [Interruption("a", 12.0)])
    ignored = interrupted_time_series(
        frame,
        [Interruption("a", 12.0)],
        options=SeriesOptions(fit=FitOptions(sampling_errors="ignored")),
    )
    assert ignored.model.phi < -0.9
    assert fit.model.phi == 0.0
    assert fit.model.variance > 0.0
    assert "deviations beside the sampling errors are independent" in fit.model.notes[0]
    level = fit.effect("a", "level change")
    assert 2.0 < level.df < 14.0
    assert level.std_error > ignored.effect("a", "level change").std_error
