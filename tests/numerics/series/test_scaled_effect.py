"""The delta method of an effect, beside numerical derivatives; what gaps say together, by hand."""

import math
from dataclasses import astuple

import numpy as np
import pytest
from scipy import stats

from eenzaam_stats.numerics.series.forecast_gap import Gaps, summarise_gaps
from eenzaam_stats.numerics.series.scaled_effect import scale_effect
from eenzaam_stats.numerics.t_distribution import t_quantile, two_sided_p

COVARIANCE = np.array([[0.04, -0.01], [-0.01, 0.09]])
T = 2.1
STEP = 1e-6
# Central differences with a step of 1e-6 lose about ten digits; 1e-11 was seen.
NUMERICAL = 1e-8


def _inverse(link: str, value: float) -> float:
    return {"identity": value, "log": math.exp(value), "logit": 1 / (1 + math.exp(-value))}[link]


def _half(shown, effect: float, counterfactual: float) -> float:
    at = np.array([effect, counterfactual])
    gradient = [
        (shown(*(at + move)) - shown(*(at - move))) / (2 * STEP) for move in np.eye(2) * STEP
    ]
    return T * math.sqrt(gradient @ COVARIANCE @ np.array(gradient))


@pytest.mark.parametrize("link", ["logit", "log"])
@pytest.mark.parametrize(("effect", "counterfactual"), [(0.3, -1.2), (-0.4, 0.8), (0.0, 0.1)])
def test_limits_with_a_link_are_those_of_numerical_derivatives(link, effect, counterfactual):
    found = scale_effect(effect, counterfactual, COVARIANCE, link=link, t=T)

    def log_ratio(e: float, c: float) -> float:
        return math.log(_inverse(link, c + e) / _inverse(link, c))

    def difference(e: float, c: float) -> float:
        return _inverse(link, c + e) - _inverse(link, c)

    middle, around = log_ratio(effect, counterfactual), _half(log_ratio, effect, counterfactual)
    wide, apart = _half(difference, effect, counterfactual), difference(effect, counterfactual)
    assert astuple(found) == pytest.approx(
        (
            *(math.exp(middle + sign * around) - 1 for sign in (0, -1, 1)),
            *(apart + sign * wide for sign in (0, -1, 1)),
        ),
        rel=NUMERICAL,
        abs=NUMERICAL,
    )


@pytest.mark.parametrize(("effect", "counterfactual"), [(3.0, 40.0), (-2.0, -5.0), (0.0, 1.0)])
def test_limits_without_a_link_are_those_of_numerical_derivatives(effect, counterfactual):
    found = scale_effect(effect, counterfactual, COVARIANCE, link="identity", t=T)
    around = _half(lambda e, c: e / c, effect, counterfactual)
    ratio = effect / counterfactual
    assert astuple(found)[:3] == pytest.approx(
        (ratio, ratio - around, ratio + around), rel=NUMERICAL, abs=NUMERICAL
    )
    assert all(math.isnan(one) for one in astuple(found)[3:])


def test_gaps_that_share_a_trend_are_summed_with_their_covariance():
    # mean (2 + 4) / 2; variance (1 + 2 * 0.5 + 1) / 4 = 0.75; by hand V^-1 = [4, -2; -2, 4] / 3
    gaps = Gaps(np.array([2.0, 4.0]), np.array([[1.0, 0.5], [0.5, 1.0]]), np.zeros(2))
    found = summarise_gaps(gaps, df=8)
    assert (found.mean, found.std_error) == (3.0, pytest.approx(math.sqrt(0.75)))
    assert found.p_value == pytest.approx(2 * stats.t.sf(3 / math.sqrt(0.75), 8))
    assert found.joint_f == pytest.approx((4 * 4 + 4 * 16 - 2 * 2 * 8) / 3 / 2)
    assert found.joint_p_value == pytest.approx(stats.f.sf(found.joint_f, 2, 8))
    assert gaps.std_error.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("df", [1, 2.5, 30, 1e6])
def test_the_quantile_of_a_level_has_the_rest_beyond_it(df):
    for level in (0.5, 0.95, 0.999):
        t = t_quantile(level, df)
        assert two_sided_p([t, -t], df) == pytest.approx(1 - level, rel=1e-9)


def test_a_test_without_degrees_of_freedom_says_nothing_and_a_small_p_is_not_0():
    assert np.isnan(two_sided_p([1.0, 0.0], 0)).all()
    assert two_sided_p(40.0, 1e6) == pytest.approx(2 * stats.t.sf(40.0, 1e6), rel=1e-6)
    assert two_sided_p(30.0, 1e6) > 0
