"""Observed information of the restricted likelihood against differences of its own gradient."""

from __future__ import annotations

import numpy as np
import pytest

from eenzaam_stats.numerics.series.ar_process import ErrorModel
from eenzaam_stats.numerics.series.reml_likelihood import likelihood_score, observed_information


@pytest.mark.parametrize("known", [0.0, 0.3])
@pytest.mark.parametrize("phi", [-0.4, 0.2, 0.7])
def test_information_is_the_derivative_of_the_score(phi: float, known: float) -> None:
    rng = np.random.default_rng(11)
    compared = 0
    for n in (15, 40, 40, 40, 80):  # not every series has a definite information
        times = np.arange(float(n)) + (rng.uniform(0, 0.3, n) if phi > 0 else 0.0)
        x = np.column_stack([np.ones(n), times, times > n / 2])
        model, theta = ErrorModel(times, np.full(n, known)), np.array([0.0, phi])
        y = np.linalg.cholesky(model.covariance(theta)) @ rng.normal(size=n)
        found = observed_information(y, x, model, theta, count=2)
        if np.isnan(found).any():
            continue
        for at in range(2):
            step = np.eye(2)[at] * 1e-5
            up, down = (likelihood_score(y, x, model, theta + one) for one in (step, -step))
            assert found[at].tolist() == pytest.approx(((down - up) / 2e-5).tolist(), rel=1e-6)
            compared += 1
    assert compared >= 2


def test_information_of_differences_is_that_of_a_variance() -> None:
    rng = np.random.default_rng(2)
    n = 20
    model = ErrorModel(np.arange(n + 1.0), np.zeros(n + 1), differenced=True)
    y, x = rng.normal(size=n), np.ones((n, 1))
    theta = np.array([float(np.log(y.var(ddof=1)))])
    found = observed_information(y, x, model, theta, count=1)
    assert found[0, 0] == pytest.approx((n - 1) / 2)  # of a log variance
