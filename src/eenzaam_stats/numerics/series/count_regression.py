"""Regression of counts: quasi-Poisson with exposure and quasi-binomial, with four kinds of errors.

Arrays only. Canonical links, so that Newton's method is iterated weighted least squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import ConvergenceError

Family = Literal["poisson", "binomial"]
CountErrors = Literal["dispersion", "robust", "newey_west", "model"]
_ROUNDS = 50
_TOLERANCE = 1e-10
# a linear predictor further out than this has run away: some wave has no count at all
_LARGEST = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class CountFit:
    """Coefficients of a regression of counts.

    Attributes
    ----------
    coefficients : ndarray of float, shape (p,)
        Log rates (Poisson) or log odds (binomial).
    covariance : ndarray of float, shape (p, p)
        By the kind of errors asked for.
    df : float
        n - p.
    dispersion : float
        Pearson's chi-square over n - p; 1 for counts that vary as the family says.
    deviance : float
        Residual deviance.
    expected : ndarray of float, shape (n,)
        Expected counts.
    """

    coefficients: FloatArray
    covariance: FloatArray
    df: float
    dispersion: float
    deviance: float
    expected: FloatArray


def fit_counts(
    count: FloatArray,
    x: FloatArray,
    exposure: FloatArray,
    *,
    family: Family,
    errors: CountErrors = "dispersion",
    lag: int = 0,
) -> CountFit:
    r"""Fit a log-linear or logistic regression of counts.

    Parameters
    ----------
    count : ndarray of float, shape (n,)
        Counts, 0 or more.
    x : ndarray of float, shape (n, p)
        Design of full rank.
    exposure : ndarray of float, shape (n,)
        People or person-time, above 0; for ``"binomial"`` the people of whom ``count`` are a part.
    family : {"poisson", "binomial"}
        Log rates with log exposure as offset, or log odds.
    errors : {"dispersion", "robust", "newey_west", "model"}
        Model variance times the dispersion; sandwich with factor n / (n - p); the same with
        Bartlett weights up to ``lag``; model variance as it is.
    lag : int, default 0
        Of Newey and West.

    Returns
    -------
    CountFit

    Raises
    ------
    ConvergenceError
        If coefficients run away, as they do where all waves of a segment count 0 (or everybody).

    Notes
    -----
    Newton's method from least squares on the observed logs, with
    :math:`W = \mathrm{diag}(\mu)` or :math:`\mathrm{diag}(m p (1-p))`; covariance
    :math:`\hat\phi (X'WX)^{-1}` with :math:`\hat\phi = \sum (y-\mu)^2 / W / (n-p)`, or
    :math:`\frac{n}{n-p} (X'WX)^{-1} [S_0 + \sum_l (1 - \tfrac{l}{L+1})(G_l + G_l')] (X'WX)^{-1}`
    with scores :math:`x_t (y_t - \mu_t)`.

    **Missing data.** None reaches these arrays.

    **Validated against.** ``glm`` and ``sandwich`` of R, in ``tests/trend/series/test_counts.py``.

    References
    ----------
    .. [1] McCullagh, P., & Nelder, J. A. (1989). Generalized linear models (2nd ed.), section 2.5.

    Examples
    --------
    >>> x = np.column_stack([np.ones(4), [0.0, 0.0, 1.0, 1.0]])
    >>> fit = fit_counts(np.array([10.0, 12.0, 20.0, 24.0]), x, np.full(4, 100.0), family="poisson")
    >>> np.exp(fit.coefficients).round(6).tolist(), fit.df
    ([0.11, 2.0], 2.0)
    """
    n, p = x.shape
    beta = _start(count, x, exposure, family)
    last = np.inf
    for _ in range(_ROUNDS):
        mean, weight = _mean(x @ beta, exposure, family)
        step = np.linalg.solve((x.T * weight) @ x, x.T @ (count - mean))
        beta = beta + step
        _require_finite(x @ beta)
        size = float(np.sqrt(step @ (x.T * weight) @ x @ step))
        # Rounding of large counts may keep steps above the tolerance: they end where they stop
        # shrinking.
        if size < _TOLERANCE or (size < 1e-6 and size >= last):
            break
        last = size
    else:
        raise _not_settled()
    mean, weight = _mean(x @ beta, exposure, family)
    inverse = np.linalg.inv((x.T * weight) @ x)
    # Pearson's statistic and not the deviance, as the quasi families of R.
    dispersion = float(((count - mean) ** 2 / weight).sum()) / (n - p)
    factor = {"dispersion": dispersion, "model": 1.0}
    if errors in factor:
        covariance = factor[errors] * inverse
    else:
        middle = _middle(x * (count - mean)[:, None], lag if errors == "newey_west" else 0)
        covariance = n / (n - p) * inverse @ middle @ inverse
    deviance = _deviance(count, mean, exposure, family)
    return CountFit(beta, covariance, float(n - p), dispersion, deviance, mean)


def _start(count: FloatArray, x: FloatArray, exposure: FloatArray, family: Family) -> FloatArray:
    # Half a person more, for the start only: a wave without a count has no logarithm.
    share = (count + 0.5) / (exposure + 1.0) if family == "binomial" else (count + 0.5) / exposure
    eta = np.log(share / (1.0 - share)) if family == "binomial" else np.log(share)
    return np.asarray(np.linalg.lstsq(x, eta, rcond=None)[0], dtype=np.float64)


def _mean(eta: FloatArray, exposure: FloatArray, family: Family) -> tuple[FloatArray, FloatArray]:
    """Expected counts, and their variance under the family."""
    if family == "poisson":
        mean = exposure * np.exp(eta)
        return mean, mean
    share = special.expit(eta)
    return exposure * share, exposure * share * (1.0 - share)


def _require_finite(eta: FloatArray) -> None:
    if not np.isfinite(eta).all() or np.abs(eta).max() > _LARGEST:
        raise _not_settled()


def _not_settled() -> ConvergenceError:
    return ConvergenceError(
        "the regression of counts needs counts in every segment of the series, and its "
        "coefficients ran away: some segment has only zeros, or everybody. Leave out the effect "
        "that only those waves determine."
    )


def _middle(scores: FloatArray, lag: int) -> FloatArray:
    middle = scores.T @ scores
    for step in range(1, lag + 1):
        g = scores[step:].T @ scores[:-step]
        # Bartlett's weights: with equal ones the sum may not be a covariance.
        middle = middle + (1.0 - step / (lag + 1.0)) * (g + g.T)
    return np.asarray(middle, dtype=np.float64)


def _deviance(count: FloatArray, mean: FloatArray, exposure: FloatArray, family: Family) -> float:
    parts = special.xlogy(count, count / mean)
    if family == "poisson":
        return float(2.0 * (parts - (count - mean)).sum())
    rest = exposure - count
    return float(2.0 * (parts + special.xlogy(rest, rest / (exposure - mean))).sum())
