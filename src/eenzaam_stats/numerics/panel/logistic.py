"""Logistic regression with errors by cluster; a separated outcome is found. Arrays only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.errors import ConvergenceError

_STEPS = 50
_TOLERANCE = 1e-12
# A probability this near to 0 or 1 is separation: the search passes it before its steps are small.
_CERTAIN = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit:
    """Logistic regression.

    Attributes
    ----------
    coefficients : ndarray of float, shape (p,)
    covariance : ndarray of float, shape (p, p)
        Robust by cluster, without a small-sample factor.
    log_likelihood : float
    """

    coefficients: FloatArray
    covariance: FloatArray
    log_likelihood: float


def logistic_regression(y: FloatArray, x: FloatArray, cluster: IntArray) -> LogisticFit:
    r"""Fit a logistic regression by maximum likelihood, with errors by cluster.

    Parameters
    ----------
    y : ndarray of float, shape (n,)
        0 or 1.
    x : ndarray of float, shape (n, p)
        Design of full rank.
    cluster : ndarray of int, shape (n,)
        Number of the cluster, from 0.

    Returns
    -------
    LogisticFit

    Raises
    ------
    ConvergenceError
        If the columns separate the ones from the zeros, so that no finite solution exists.

    Notes
    -----
    Newton's method. With :math:`u_g` the sum of :math:`x (y - p)` over a cluster and H the
    information, the covariance is :math:`H^{-1} \sum_g u_g u_g' H^{-1}`.

    **Unit.** Log odds.

    **Missing data.** None reaches these arrays.

    **Validated against.** R ``geepack::geeglm(corstr = "independence")``, in
    ``tests/trend/panel/test_dropout.py``.

    Examples
    --------
    One of four without and three of four with: the log odds ratio is log 9.

    >>> y = np.array([1.0, 0, 0, 0, 1, 1, 1, 0])
    >>> x = np.column_stack([np.ones(8), np.repeat([0.0, 1.0], 4)])
    >>> fit = logistic_regression(y, x, np.arange(8))
    >>> round(float(fit.coefficients[1]), 6), round(float(np.log(9.0)), 6)
    (2.197225, 2.197225)
    """
    # In orthonormal columns a year of 2020 beside a constant costs no digits.
    orthogonal, r = np.linalg.qr(x)
    scaled = orthogonal * np.sqrt(len(y))
    back = np.linalg.inv(r) * np.sqrt(len(y))
    found = _newton(y, scaled)
    p = special.expit(scaled @ found)
    information = (scaled * (p * (1.0 - p))[:, None]).T @ scaled
    scores = np.column_stack(
        [np.bincount(cluster, weights=column * (y - p)) for column in scaled.T]
    )
    half = back @ np.linalg.solve(information, scores.T)
    return LogisticFit(back @ found, half @ half.T, _log_likelihood(y, scaled @ found))


def separation_error() -> ConvergenceError:
    """Error about terms that tell every yes from every no."""
    return ConvergenceError(
        "the terms separate the yes from the no answers: in some of their values everyone or "
        "nobody has the outcome, so that no finite log odds exist. Leave out a term or put "
        "values together."
    )


def _log_likelihood(y: FloatArray, eta: FloatArray) -> float:
    return float((y * eta - np.logaddexp(0.0, eta)).sum())


def _newton(y: FloatArray, x: FloatArray) -> FloatArray:
    found = np.zeros(x.shape[1])
    value = _log_likelihood(y, x @ found)
    for _ in range(_STEPS):
        p = special.expit(x @ found)
        information = (x * (p * (1.0 - p))[:, None]).T @ x
        score = x.T @ (y - p)
        if _certain(p):
            break
        step = np.linalg.solve(information, score)
        size = 1.0
        while _log_likelihood(y, x @ (found + size * step)) < value - _TOLERANCE and size > 1e-6:
            size /= 2.0
        found = found + size * step
        value = _log_likelihood(y, x @ found)
        if float(score @ step) < _TOLERANCE:
            return found
    raise separation_error()


def _certain(p: FloatArray) -> bool:
    """Whether some rows are told with certainty."""
    return bool(np.minimum(p, 1.0 - p).min() < _CERTAIN)
