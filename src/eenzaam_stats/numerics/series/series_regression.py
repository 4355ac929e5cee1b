"""Regression of one series by least squares: classical, Newey-West, Prais-Winsten, known variances.

Arrays only. Autocorrelated errors by REML live in ``ar_reml``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize

from eenzaam_stats.arrays import FloatArray

RhoType = Literal["regress", "freg", "tscorr", "dw", "theil"]
# Prais-Winsten holds an autocorrelation outside (-1, 1) here.
LARGEST_RHO = 0.9999
_TOLERANCE = 1e-12
_ROUNDS = 500


@dataclass(frozen=True, slots=True, eq=False)
class SeriesFit:
    """Coefficients of a series with their covariance and degrees of freedom.

    Attributes
    ----------
    coefficients : ndarray of float, shape (p,)
    covariance : ndarray of float, shape (p, p)
    df : float
        Degrees of freedom of every coefficient.
    sigma2 : float
        Residual variance; of a model with known variances the variance between waves beyond them.
    rho : float
        Autocorrelation that was used; 0 without one.
    """

    coefficients: FloatArray
    covariance: FloatArray
    df: float
    sigma2: float
    rho: float = 0.0


def ordinary(y: FloatArray, x: FloatArray) -> SeriesFit:
    """Ordinary least squares with classical errors and n - p degrees of freedom.

    Parameters
    ----------
    y : ndarray of float, shape (n,)
    x : ndarray of float, shape (n, p)
        Of full rank.

    Returns
    -------
    SeriesFit

    Examples
    --------
    >>> fit = ordinary(np.array([1.0, 2.0, 4.0]), np.column_stack([np.ones(3), [0.0, 1.0, 2.0]]))
    >>> fit.coefficients.round(4).tolist(), round(fit.sigma2, 4), fit.df
    ([0.8333, 1.5], 0.1667, 1.0)
    """
    n, p = x.shape
    inverse = np.asarray(np.linalg.inv(x.T @ x), dtype=np.float64)
    beta = np.asarray(np.linalg.lstsq(x, y, rcond=None)[0], dtype=np.float64)
    residual = y - x @ beta
    s2 = float(residual @ residual) / (n - p)
    return SeriesFit(beta, s2 * inverse, float(n - p), s2)


def newey_west(
    y: FloatArray,
    x: FloatArray,
    *,
    lag: int,
    correction: bool = True,
    starts: Sequence[int] = (),
) -> SeriesFit:
    r"""Ordinary least squares with errors after Newey and West, Bartlett weights.

    Parameters
    ----------
    y, x
        As in :func:`ordinary`.
    lag : int
        Largest lag; 0 gives errors for unequal variances only.
    correction : bool, default True
        Whether the covariance is multiplied by n / (n - p).
    starts : sequence of int, default ()
        Rows at which another series begins; products do not reach across.

    Returns
    -------
    SeriesFit
        With n - p degrees of freedom.

    Notes
    -----
    :math:`\frac{n}{n-p} (X'X)^{-1} [S_0 + \sum_{l=1}^L (1 - \tfrac{l}{L+1})(G_l + G_l')]
    (X'X)^{-1}` with :math:`G_l = \sum_t e_t e_{t-l} x_t x_{t-l}'`.

    **Validated against.** ``NeweyWest(prewhite = FALSE, adjust = TRUE)`` of R ``sandwich``, in
    ``tests/trend``.

    References
    ----------
    .. [1] Newey, W. K., & West, K. D. (1987). A simple, positive semi-definite, heteroskedasticity
       and autocorrelation consistent covariance matrix. Econometrica, 55(3), 703-708.
    """
    n, p = x.shape
    plain = ordinary(y, x)
    scores = x * (y - x @ plain.coefficients)[:, None]
    middle = scores.T @ scores
    parts = np.split(scores, list(starts))
    for step in range(1, lag + 1):
        g = sum((one[step:].T @ one[:-step] for one in parts), start=np.zeros_like(middle))
        middle = middle + (1.0 - step / (lag + 1.0)) * (g + g.T)
    inverse = np.asarray(np.linalg.inv(x.T @ x), dtype=np.float64)
    factor = n / (n - p) if correction else 1.0
    return SeriesFit(
        plain.coefficients, factor * inverse @ middle @ inverse, plain.df, plain.sigma2
    )


def _autocorrelation(e: FloatArray, rho_type: RhoType, *, k: int) -> float:
    """Autocorrelation of residuals by one of the five published formulas."""
    product = float(e[1:] @ e[:-1])
    formulas = {
        "regress": product / float(e[:-1] @ e[:-1]),
        "freg": product / float(e[1:] @ e[1:]),
        "tscorr": product / float(e @ e),
        "dw": 1.0 - float(np.diff(e) @ np.diff(e)) / float(e @ e) / 2.0,
        "theil": product / float(e @ e) * (len(e) - k) / len(e),
    }
    return formulas[rho_type]


def prais_winsten(
    y: FloatArray,
    x: FloatArray,
    *,
    rho_type: RhoType = "regress",
    iterate: bool = True,
    robust: bool = False,
) -> SeriesFit:
    r"""Generalised least squares with AR(1) errors that keeps the first observation.

    Parameters
    ----------
    y, x
        As in :func:`ordinary`, at equal distances in time.
    rho_type : {"regress", "freg", "tscorr", "dw", "theil"}, default "regress"
        Estimator of the autocorrelation of the residuals on the original scale.
    iterate : bool, default True
        Until the autocorrelation no longer changes; otherwise one step from least squares.
    robust : bool, default False
        Errors for unequal variances on the transformed rows.

    Returns
    -------
    SeriesFit
        With n - p degrees of freedom; an autocorrelation outside (-1, 1) is held at 0.9999.

    Notes
    -----
    The first row is multiplied by :math:`\sqrt{1 - \rho^2}`, row t becomes
    :math:`z_t - \rho z_{t-1}`.

    **Validated against.** An implementation in R of the published formulas, in ``tests/trend``.
    """
    rho = 0.0
    for _ in range(_ROUNDS if iterate else 1):
        beta = _fit_transformed(y, x, rho).coefficients
        found = _autocorrelation(y - x @ beta, rho_type, k=x.shape[1])
        found = float(np.clip(found, -LARGEST_RHO, LARGEST_RHO))
        rho, change = found, abs(found - rho)
        if change < _TOLERANCE:
            break
    return _fit_transformed(y, x, rho, robust=robust)


def _fit_transformed(
    y: FloatArray, x: FloatArray, rho: float, *, robust: bool = False
) -> SeriesFit:
    z = np.column_stack([x, y])
    moved = np.vstack([np.sqrt(1.0 - rho**2) * z[:1], z[1:] - rho * z[:-1]])
    fit = ordinary(moved[:, -1], moved[:, :-1])
    if robust:
        fit = newey_west(moved[:, -1], moved[:, :-1], lag=0)
    return SeriesFit(fit.coefficients, fit.covariance, fit.df, fit.sigma2, rho)


def random_effects(
    y: FloatArray, x: FloatArray, known: FloatArray, *, knapp_hartung: bool = True
) -> SeriesFit:
    r"""Meta-regression: waves with known sampling variance and independent deviations between them.

    Parameters
    ----------
    y, x
        As in :func:`ordinary`.
    known : ndarray of float, shape (n,)
        Sampling variance of each value, above 0.
    knapp_hartung : bool, default True
        Whether the covariance is scaled by the weighted residual variance, as Knapp and Hartung;
        otherwise it takes the variances as known and df is infinite.

    Returns
    -------
    SeriesFit
        ``sigma2`` is the variance between waves by REML, 0 or more.

    Notes
    -----
    **Validated against.** ``rma(method = "REML", test = "knha")`` of R ``metafor``, in
    ``tests/trend``.

    References
    ----------
    .. [1] Knapp, G., & Hartung, J. (2003). Improved tests for a random effects meta-regression with
       a single covariate. Statistics in Medicine, 22(17), 2693-2710.
    """
    n, p = x.shape
    tau2 = _between(y, x, known)
    weight = 1.0 / (known + tau2)
    covariance = np.asarray(np.linalg.inv((x.T * weight) @ x), dtype=np.float64)
    beta = covariance @ ((x.T * weight) @ y)
    if not knapp_hartung:
        return SeriesFit(beta, covariance, float("inf"), tau2)
    residual = y - x @ beta
    scale = float((weight * residual**2).sum()) / (n - p)
    return SeriesFit(beta, scale * covariance, float(n - p), tau2)


def _between(y: FloatArray, x: FloatArray, known: FloatArray) -> float:
    """Variance between waves: root of the REML score, or 0 where it is not above 0."""

    def score(tau2: float) -> float:
        weight = 1.0 / (known + tau2)
        wx = x * weight[:, None]
        hat = wx @ np.linalg.solve(x.T @ wx, wx.T)
        p_matrix = np.diag(weight) - hat
        py = p_matrix @ y
        return float(py @ py - np.trace(p_matrix))

    if score(0.0) <= 0.0:
        return 0.0
    high = float(np.var(y) + known.max())
    while score(high) > 0.0:
        high *= 4.0
    return float(optimize.brentq(score, 0.0, high, xtol=1e-14, rtol=1e-13))
