"""Confidence limits: tables, identities, and where no limit exists."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from eenzaam_stats.numerics.survey.intervals import logit_interval, wald_interval
from eenzaam_stats.numerics.t_distribution import t_quantile

INTERVALS = {"logit": logit_interval, "wald": wald_interval}
# A few operations on doubles; observed 3e-16.
RTOL = 1e-13


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
def test_quantile_equals_that_of_the_t_distribution(level):
    df = np.array([1, 2, 7, 40, 1e6])
    upper = stats.t.ppf(0.5 + level / 2, df)
    np.testing.assert_allclose(t_quantile(level, df), upper, rtol=1e-11)


def test_wald_limits_by_hand_are_estimate_and_t_times_error():
    # 12.7062047364 is the two-sided 5 per cent point of t with 1 df: tan(0.475 pi)
    low, high = wald_interval(0.5, 0.01, df=1)
    assert float(high) == pytest.approx(0.5 + 0.01 * np.tan(0.475 * np.pi), rel=1e-12)
    assert float(low) == pytest.approx(0.5 - 0.01 * np.tan(0.475 * np.pi), rel=1e-12)


def test_logit_limits_by_hand_at_one_half():
    # at p = 1/2 the logit is 0 and its error 4 se: the upper limit is 1 / (1 + exp(-4 t se))
    low, high = logit_interval(0.5, 0.01, df=1)
    t = np.tan(0.475 * np.pi)
    assert float(high) == pytest.approx(1 / (1 + np.exp(-0.04 * t)), rel=1e-12)
    assert float(low + high) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("interval", INTERVALS)
def test_complement_has_mirrored_limits(interval):
    p, se, df = np.array([0.02, 0.3, 0.9]), np.array([0.01, 0.02, 0.05]), np.array([5, 50, 500])
    low, high = INTERVALS[interval](p, se, df=df)
    low_of_no, high_of_no = INTERVALS[interval](1 - p, se, df=df)
    np.testing.assert_allclose(low_of_no, 1 - high, rtol=RTOL, atol=1e-15)
    np.testing.assert_allclose(high_of_no, 1 - low, rtol=RTOL, atol=1e-15)


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize(
    ("estimate", "df"), [(0.0, 10), (1.0, 10), (np.nan, 10), (0.3, 0), (0.3, -1), (0.3, np.nan)]
)
def test_limits_are_missing_where_they_do_not_exist(interval, estimate, df):
    low, high = INTERVALS[interval](estimate, 0.0, df=df)
    assert np.isnan(low)
    assert np.isnan(high)


def test_logit_limits_stay_between_zero_and_one_and_wald_limits_may_not():
    low, high = logit_interval([0.01, 0.99], [0.02, 0.02], df=[3, 3])
    assert (low > 0).all()
    assert (high < 1).all()
    low, high = wald_interval([0.01, 0.99], [0.02, 0.02], df=[3, 3])
    assert low[0] < 0
    assert high[1] > 1


@pytest.mark.parametrize("interval", INTERVALS)
def test_higher_level_gives_a_wider_interval_that_holds_the_other(interval):
    low, high = INTERVALS[interval](0.2, 0.03, df=20, level=0.9)
    wider_low, wider_high = INTERVALS[interval](0.2, 0.03, df=20, level=0.99)
    assert wider_low < low < 0.2 < high < wider_high


@pytest.mark.parametrize("interval", INTERVALS)
def test_arrays_are_computed_element_by_element_and_left_alone(interval):
    p, df = np.array([[0.1, 0.0], [0.5, 0.8]]), np.array([[9, 9], [0, 4]])
    se = np.full((2, 2), 0.05)
    before = p.copy()
    low, high = INTERVALS[interval](p, se, df=df)
    assert low.shape == high.shape == (2, 2)
    for at in np.ndindex(2, 2):
        alone = INTERVALS[interval](p[at], se[at], df=df[at])
        np.testing.assert_array_equal([low[at], high[at]], alone)
    np.testing.assert_array_equal(p, before)
