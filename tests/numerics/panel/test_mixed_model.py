"""The mixed models as functions of arrays: against the dense formula, by hand, and derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special, stats

from eenzaam_stats.errors import ConvergenceError
from eenzaam_stats.numerics.panel.logistic import logistic_regression
from eenzaam_stats.numerics.panel.logistic_mixed import fit_logistic_mixed
from eenzaam_stats.numerics.panel.logistic_quadrature import PersonRows, likelihood, quadrature
from eenzaam_stats.numerics.panel.mixed_likelihood import profile
from eenzaam_stats.numerics.panel.mixed_model import fit_mixed, satterthwaite
from eenzaam_stats.numerics.panel.mixed_sums import collinear, mixed_sums
from eenzaam_stats.numerics.panel.standardised import mean_probability

# sums per person against matrices of all rows; observed 1e-13
DENSE = 1e-10
# central differences of a smooth function; observed 1e-8
SLOPE = 1e-6


@pytest.fixture
def small(rng):
    """Sixty rows of fifteen people in six households, with times of their own."""
    person = np.repeat(np.arange(15), rng.integers(2, 7, 15))
    household = np.sort(rng.integers(0, 6, 15))
    household = np.unique(household, return_inverse=True)[1].reshape(-1)
    n = len(person)
    time = rng.uniform(2010, 2020, n)
    x = np.column_stack([np.ones(n), time, rng.normal(size=n)])
    y = 0.1 * (time - 2015) + rng.normal(size=15)[person] + rng.normal(size=n)
    y += 0.8 * rng.normal(size=household.max() + 1)[household][person]
    return y, x, person, time, household


def _dense(y, x, person, z, covariance, *, household=None, kappa=0.0):
    """Restricted log-likelihood from the full matrix, V relative to the residual variance."""
    v = np.eye(len(y))
    for i in np.unique(person):
        at = np.flatnonzero(person == i)
        v[np.ix_(at, at)] += z[at] @ covariance @ z[at].T
    if household is not None:
        same = household[person][:, None] == household[person][None, :]
        v += kappa * same
    inverse = np.linalg.inv(v)
    information = x.T @ inverse @ x
    b = np.linalg.solve(information, x.T @ inverse @ y)
    residual = y - x @ b
    squares = residual @ inverse @ residual
    n, p = x.shape
    value = np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1]
    value += (n - p) * (1 + np.log(2 * np.pi * squares / (n - p)))
    return -0.5 * value, b, np.linalg.inv(information) * squares / (n - p)


@pytest.mark.parametrize("with_household", [False, True])
@pytest.mark.parametrize("with_slope", [False, True])
def test_fit_is_the_top_of_the_dense_likelihood(small, with_slope, with_household):
    y, x, person, time, household = small
    home = household if with_household else None
    fit = fit_mixed(y, x, person, time=time - 2015 if with_slope else None, household=home)
    z = np.column_stack([np.ones(len(y)), time - 2015]) if with_slope else np.ones((len(y), 1))
    d = fit.person / fit.residual
    kappa = fit.household / fit.residual if with_household else 0.0
    value, b, covariance = _dense(y, x, person, z, d, household=home, kappa=kappa)
    assert fit.log_likelihood == pytest.approx(value, abs=1e-7)
    np.testing.assert_allclose(fit.coefficients, b, rtol=1e-6)
    np.testing.assert_allclose(fit.covariance, covariance, rtol=1e-6)
    for factor in (0.8, 1.25):
        other, *_ = _dense(y, x, person, z, d * factor, household=home, kappa=kappa)
        assert other <= value + 1e-9


@pytest.mark.parametrize("restricted", [True, False])
def test_derivative_of_the_profiled_likelihood_is_that_of_differences(small, restricted):
    y, x, person, time, household = small
    sums = mixed_sums(y, x, person, time=time, household=household)
    at = np.array([0.9, -0.3, 0.4, 0.6])
    ours = profile(sums, at, restricted=restricted)
    for j in range(4):
        h = 1e-5 * np.eye(4)[j]
        high, low = (profile(sums, at + s * h, restricted=restricted) for s in (1, -1))
        assert ours.slope[j] == pytest.approx((high.deviance - low.deviance) / 2e-5, rel=SLOPE)
        squares = (high.squares - low.squares) / 2e-5
        assert ours.squares_slope[j] == pytest.approx(squares, rel=SLOPE)


def test_people_put_together_have_the_same_likelihood(rng):
    # three patterns of waves among 900 people, so that they are put together
    waves = [np.array([0.0, 1, 2, 3]), np.array([0.0, 2, 3]), np.array([1.0, 3])]
    kinds = rng.integers(0, 3, 900)
    person = np.concatenate([np.full(len(waves[k]), i) for i, k in enumerate(kinds)])
    time = np.concatenate([waves[k] for k in kinds])
    x = np.column_stack([np.ones(len(time)), time])
    y = rng.normal(size=900)[person] + rng.normal(0, 0.3, 900)[person] * time
    y += rng.normal(size=len(time))
    together = mixed_sums(y, x, person, time=time)
    apart = mixed_sums(y, x, person, time=time, household=np.arange(900))
    assert len(together.zz) == 3 * 6
    assert together.count.sum() == pytest.approx(900)
    assert len(apart.zz) == 900
    for at in ([0.5, 0.1, 0.3], [1.0, -0.5, 0.0]):
        one = profile(together, np.array(at), restricted=True)
        two = profile(apart, np.array([*at, 0.0]), restricted=True)
        assert one.deviance == pytest.approx(two.deviance, rel=DENSE)
        np.testing.assert_allclose(one.slope, two.slope[:3], rtol=1e-8, atol=1e-8)


def test_balanced_panel_is_the_analysis_of_variance(rng):
    people, waves = 40, 5
    y = rng.normal(size=people).repeat(waves) * 1.5 + rng.normal(size=people * waves)
    fit = fit_mixed(y, np.ones((people * waves, 1)), np.arange(people).repeat(waves))
    table = y.reshape(people, waves)
    within = ((table - table.mean(axis=1, keepdims=True)) ** 2).sum() / (people * (waves - 1))
    between = waves * table.mean(axis=1).var(ddof=1)
    assert fit.residual == pytest.approx(within, rel=1e-8)
    assert fit.person[0, 0] == pytest.approx((between - within) / waves, rel=1e-8)
    assert fit.coefficients[0] == pytest.approx(y.mean(), rel=1e-10)
    assert fit.covariance[0, 0] == pytest.approx(between / (people * waves), rel=1e-8)
    # the mean rests on 40 people
    assert satterthwaite(fit, np.ones(1)) == pytest.approx(people - 1, rel=1e-4)


def test_two_waves_are_the_paired_t_test(rng):
    people = 25
    first = rng.normal(size=people)
    second = first + rng.normal(0.3, 0.5, people)
    y = np.column_stack([first, second]).ravel()
    x = np.column_stack([np.ones(2 * people), np.tile([0.0, 1.0], people)])
    fit = fit_mixed(y, x, np.arange(people).repeat(2))
    t = fit.coefficients[1] / np.sqrt(fit.covariance[1, 1])
    assert t == pytest.approx(stats.ttest_rel(second, first).statistic, rel=1e-6)
    assert satterthwaite(fit, np.array([0.0, 1.0])) == pytest.approx(people - 1, rel=1e-4)


def test_origin_of_time_moves_the_covariance_of_people_as_algebra_says(small):
    y, x, person, time, _ = small
    one = fit_mixed(y, x, person, time=time - 2015)
    two = fit_mixed(y, x, person, time=time - 2012)
    change = np.array([[1.0, -3.0], [0.0, 1.0]])
    np.testing.assert_allclose(two.person, change @ one.person @ change.T, rtol=1e-6)
    assert one.log_likelihood == pytest.approx(two.log_likelihood, abs=1e-9)


def test_collinear_columns_are_found_whatever_their_unit():
    x = np.column_stack(
        [np.ones(9), np.arange(9) * 1e-6, np.arange(9) * 1e6 + 5, np.arange(9) ** 2]
    )
    assert collinear(x).tolist() == [2]
    years = np.column_stack([np.ones(9), 2010.0 + np.arange(9), (2010.0 + np.arange(9)) ** 2])
    assert collinear(years).tolist() == []


# ---- yes and no ----------------------------------------------------------------------------------


@pytest.fixture
def answers(rng):
    person = np.arange(60).repeat(5)
    x = np.column_stack([np.ones(300), np.tile(np.arange(5.0), 60)])
    eta = 1.2 * rng.normal(size=60)[person] - 0.5 + 0.2 * x[:, 1]
    return (rng.random(300) < special.expit(eta)).astype(float), x, person


def _rows(y, x, person):
    return PersonRows(y, x, person, np.flatnonzero(np.r_[True, np.diff(person) > 0]))


def test_quadrature_equals_numerical_integration(answers):
    y, x, person = answers
    at = np.array([-0.4, 0.1, 1.3])
    place = likelihood(_rows(y, x, person), at, np.zeros(60), quadrature(25))
    u = np.linspace(-9, 9, 20001)
    total = 0.0
    for i in range(60):
        mine = person == i
        eta = (x[mine] @ at[:2])[:, None] + at[2] * u
        density = np.exp((y[mine][:, None] * eta - np.logaddexp(0, eta)).sum(axis=0))
        total += np.log(np.trapezoid(density * stats.norm.pdf(u), u))
    assert place.value == pytest.approx(total, abs=1e-9)


@pytest.mark.parametrize("points", [1, 5, 15])
def test_derivative_of_the_quadrature_is_that_of_differences(answers, points):
    y, x, person = answers
    rows, nodes = _rows(y, x, person), quadrature(points)
    at = np.array([-0.4, 0.1, 1.3])
    ours = likelihood(rows, at, np.zeros(60), nodes)
    for j in range(3):
        h = 1e-5 * np.eye(3)[j]
        high, low = (likelihood(rows, at + s * h, ours.modes, nodes).value for s in (1, -1))
        assert ours.score[j] == pytest.approx((high - low) / 2e-5, rel=SLOPE, abs=1e-5)


def test_logistic_fit_is_the_top_of_its_likelihood(answers):
    y, x, person = answers
    fit = fit_logistic_mixed(y, x, person)
    rows, nodes = _rows(y, x, person), quadrature(15)
    found = optimize.minimize(
        lambda at: -likelihood(rows, np.append(at[:2], abs(at[2])), np.zeros(60), nodes).value,
        np.array([0.0, 0.0, 1.0]),
        method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-10, "maxiter": 4000},
    )
    assert fit.log_likelihood == pytest.approx(-found.fun, abs=1e-7)
    np.testing.assert_allclose([*fit.coefficients, fit.sd], found.x, rtol=1e-4, atol=1e-5)


def test_order_of_rows_changes_nothing(answers, rng):
    y, x, person = answers
    order = rng.permutation(300)
    one, two = (
        fit_logistic_mixed(y, x, person),
        fit_logistic_mixed(y[order], x[order], person[order]),
    )
    np.testing.assert_allclose(one.coefficients, two.coefficients, rtol=1e-8)
    np.testing.assert_allclose(one.covariance, two.covariance, rtol=1e-6)


def test_error_by_rows_is_the_usual_sandwich(answers):
    y, x, _ = answers
    fit = logistic_regression(y, x, np.arange(300))
    p = special.expit(x @ fit.coefficients)
    bread = np.linalg.inv((x * (p * (1 - p))[:, None]).T @ x)
    meat = (x * (y - p)[:, None] ** 2).T @ x
    np.testing.assert_allclose(fit.covariance, bread @ meat @ bread, rtol=1e-9)
    np.testing.assert_allclose(x.T @ (y - p), 0.0, atol=1e-6)


@pytest.mark.parametrize("shift", [0.0, 5.0])
def test_separation_is_found_also_when_partial(shift):
    x = np.column_stack([np.ones(40), np.repeat([0.0, 1.0], 20) + shift])
    y = np.r_[np.tile([0.0, 1.0], 10), np.ones(20)]
    with pytest.raises(ConvergenceError, match=r"in some of their values everyone or nobody"):
        logistic_regression(y, x, np.arange(40))


def test_rare_outcome_is_not_taken_for_separation():
    y = np.zeros(100_000)
    y[:3] = 1.0
    fit = logistic_regression(y, np.ones((100_000, 1)), np.arange(100_000))
    assert special.expit(fit.coefficients[0]) == pytest.approx(3e-5, rel=1e-8)


@pytest.mark.parametrize("sd", [0.3, 2.5, 12.0])
def test_mean_probability_has_the_derivative_of_differences(sd):
    x = np.array([[1.0, 0.3], [1.0, -1.0]])
    weight, b = np.array([0.7, 0.3]), np.array([-1.0, 0.8])
    value, slope = mean_probability(x, weight, b, sd=sd)
    u = np.linspace(-12, 12, 40001)
    by_hand = weight @ np.trapezoid(
        special.expit((x @ b)[:, None] + sd * u) * stats.norm.pdf(u), u, axis=1
    )
    assert value == pytest.approx(by_hand, abs=1e-8)
    for j in range(3):
        h = 1e-5 * np.eye(3)[j]
        high, low = (
            mean_probability(x, weight, b + s * h[:2], sd=sd + s * h[2])[0] for s in (1, -1)
        )
        assert slope[j] == pytest.approx((high - low) / 2e-5, rel=1e-6)
