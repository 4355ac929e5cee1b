"""The whole way of a synthetic LISS with a planted effect: files, survey, estimates, fit, figure.

The truth stands on the logit scale: the share that is lonely in wave t is
expit(-0.75 - 0.02 (t - 2008) + post (0.5 - 0.1 (t - 2020))), post from the wave of 2020 on. So the
level change is a log odds ratio of 0.5 and the slope change one of -0.1 per year; the effect is
gone in 2025. Nobody in the files is real.
"""

from __future__ import annotations

import numpy as np
import pytest

import eenzaam_stats as es
from eenzaam_stats.errors import OptionError
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.synthetic.liss import synthesise_liss
from eenzaam_stats.trend.series.plan import SeriesOptions

LEVEL, SLOPE, START = 0.5, -0.1, 2020
N = 1_500


def _expit(x):
    return 1.0 / (1.0 + np.exp(-x))


def _logit_without(year):
    return -0.75 - 0.02 * (year - 2008)


def _truth(year):
    after = year >= START
    return float(_expit(_logit_without(year) + after * (LEVEL + SLOPE * (year - START))))


@pytest.fixture(scope="module")
def estimates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("panel") / "liss"
    shares = {year: (_truth(year), 0.25 * _truth(year)) for year in load_codebook("liss").years}
    report = synthesise_liss(folder, n=N, seed=11, shares=shares)
    assert len(report.margins) == 2 * 18
    for margin in report.margins:
        # the model of the answers gives the planted shares exactly
        assert margin.evidence == "planted"
        assert margin.expected == pytest.approx(margin.target, abs=1e-9)
    survey = es.score(es.read_liss(folder), es.DJG6)
    return es.prevalence(survey, "lonely", by="wave", weights=None)


@pytest.fixture(scope="module")
def fit(estimates):
    return es.interrupted_time_series(
        estimates,
        [es.Interruption("COVID-19", START)],
        link="logit",
        options=SeriesOptions(at=(2020.0, 2022.0, 2025.0)),
    )


def test_estimates_lie_around_the_planted_shares(estimates):
    frame = estimates.tidy()
    assert len(frame) == 18
    z = [(row.estimate - _truth(int(row.wave))) / row.std_error for row in frame.itertuples()]
    # 18 standardised distances, dependent through people who stay
    assert np.abs(z).max() < 3.5
    assert np.sqrt(np.mean(np.square(z))) < 1.6


def test_intervals_hold_the_planted_changes(fit):
    level, slope = (fit.effect("COVID-19", f"{kind} change") for kind in ("level", "slope"))
    assert level.conf_low < LEVEL < level.conf_high
    assert slope.conf_low < SLOPE < slope.conf_high
    # and are worth something: 0 is outside both
    assert level.conf_low > 0.2
    assert slope.conf_high < -0.02
    assert (fit.model.n_before, fit.model.n_after) == (12, 6)
    assert "known sampling errors" in fit.model.correlation


def test_effects_at_dates_hold_the_truth_on_three_scales(fit):
    compared = 0
    for one in fit.effects:
        if one.effect != "effect":
            continue
        log_odds = LEVEL + SLOPE * (one.date - START)
        without = _expit(_logit_without(one.date))
        difference = _truth(one.date) - without
        assert one.conf_low < log_odds < one.conf_high
        assert one.absolute_low < difference < one.absolute_high
        assert one.relative_low < difference / without < one.relative_high
        compared += 1
    assert compared == 3


def test_forecast_gap_sees_the_rise_and_the_return(estimates):
    result = es.forecast_gap(estimates, start=START, link="logit")
    first = result.gaps[0]
    assert first.conf_low < LEVEL < first.conf_high
    assert first.conf_low > 0.0
    # five years later the planted effect is 0
    assert result.verdict == "not distinguishable from"
    assert result.mean_low > 0.0


def test_whole_years_before_an_interruption_in_that_year_are_pointed_out(estimates):
    # the wave of 2020 counts as 1 January; a start in March leaves it before
    late = es.interrupted_time_series(
        estimates, [es.Interruption("COVID-19", 2020.2)], link="logit"
    )
    assert late.model.n_before == 13
    assert late.model.notes[0] == (
        "Waves of 2020 are dated 1 January, before a period that starts or ends in that year. "
        "Give the waves the date of their fieldwork, such as 2020.8."
    )
    assert es.forecast_gap(estimates, start=2020.2).model.notes[0] == late.model.notes[0]
    dated = estimates.tidy().assign(wave=lambda f: f["wave"].astype(float) + 0.8)
    mended = es.interrupted_time_series(dated, [es.Interruption("COVID-19", 2020.2)], link="logit")
    assert mended.model.n_before == 12
    assert not any("1 January" in note for note in mended.model.notes)


def test_figure_of_the_fit_and_of_the_gap(fit, estimates, tmp_path):
    gap = es.forecast_gap(estimates, start=START, link="logit")
    # the ribbon of a forecast is of prediction errors and has none in a wave of the fit
    for result, begin in ((fit, 2019.0), (gap, 2020.0)):
        with es.plots.canvas(width=7.6, height=4.4) as axes:
            es.plots.interruption(result, language="nl", axes=axes)
            (ribbon,) = axes.collections
            box = ribbon.get_paths()[0].get_extents()
            picture = es.plots.png(axes, unchecked=True)
            low, high = axes.get_ylim()
        path = tmp_path / "covid.png"
        path.write_bytes(picture)
        assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        # percent on the axis
        assert 0 < low < high < 100
        assert (box.x0, box.x1) == (begin, 2025.0)


def test_impossible_shares_are_refused(tmp_path):
    with pytest.raises(OptionError, match=r"0 < severely lonely < lonely < 1, and got 0\.2 lonely"):
        synthesise_liss(tmp_path / "liss", wave=2020, n=100, shares={2020: (0.2, 0.3)})


def test_delta_method_of_shares_by_differences(fit):
    # gradient of log ratio and difference of shares by finite differences of both logits
    (one,) = (e for e in fit.effects if e.date == 2022.0)
    point = {p.time: p for p in fit.points}[2022.0]
    e, c0 = one.estimate, point.counterfactual

    def seen(e, c0):
        return np.array([np.log(_expit(c0 + e) / _expit(c0)), _expit(c0 + e) - _expit(c0)])

    step = 1e-6
    g = np.column_stack(
        [
            (seen(e + step, c0) - seen(e - step, c0)) / (2 * step),
            (seen(e, c0 + step) - seen(e, c0 - step)) / (2 * step),
        ]
    )
    # var(e), var(c0) and, since effect + counterfactual is the fit, the covariance from it
    ratio, difference = seen(e, c0)
    assert np.log1p(one.relative) == pytest.approx(ratio, rel=1e-9)
    assert one.absolute == pytest.approx(difference, rel=1e-9)
    t = (one.conf_high - one.estimate) / one.std_error
    halves = np.array(
        [
            (np.log1p(one.relative_high) - np.log1p(one.relative_low)) / 2 / t,
            (one.absolute_high - one.absolute_low) / 2 / t,
        ]
    )
    v11, v22 = one.std_error**2, point.counterfactual_error**2
    # each half gives the covariance; both must agree, and the correlation be possible
    covariances = [
        (half**2 - a**2 * v11 - b**2 * v22) / (2 * a * b)
        for half, (a, b) in zip(halves, g, strict=True)
    ]
    assert covariances[0] == pytest.approx(covariances[1], rel=1e-4)
    assert abs(covariances[0]) < np.sqrt(v11 * v22)
