"""Tests of residual autocorrelation. Arrays only."""

from __future__ import annotations

import numpy as np
from scipy import special

from eenzaam_stats.arrays import FloatArray


def durbin_watson(residual: FloatArray) -> float:
    """Sum of squared steps over sum of squares; 2 without autocorrelation.

    Examples
    --------
    >>> durbin_watson(np.array([1.0, -1.0, 1.0, -1.0]))
    3.0
    """
    steps = np.diff(residual)
    return float(steps @ steps / (residual @ residual))


def breusch_godfrey(residual: FloatArray, x: FloatArray, *, order: int) -> tuple[float, float]:
    r"""Lagrange-multiplier test of autocorrelation up to an order.

    Parameters
    ----------
    residual : ndarray of float, shape (n,)
        Residuals of least squares.
    x : ndarray of float, shape (n, p)
        Their design.
    order : int
        Largest lag; lags before the series are 0.

    Returns
    -------
    statistic, p_value : float
        :math:`n R^2` of the residuals on design and lags, chi-square on ``order``.

    Notes
    -----
    **Validated against.** ``bgtest(fill = 0)`` of R ``lmtest``, in ``tests/trend``.
    """
    # Zeros before the first wave, so that n R squared counts all n waves.
    lags = [np.concatenate([np.zeros(k), residual[:-k]]) for k in range(1, order + 1)]
    z = np.column_stack([x, *lags])
    fitted = z @ np.linalg.lstsq(z, residual, rcond=None)[0]
    statistic = len(residual) * float(fitted @ fitted / (residual @ residual))
    return statistic, float(special.chdtrc(order, statistic))


def ljung_box(residual: FloatArray, *, order: int) -> tuple[float, float]:
    r"""Portmanteau test, :math:`n (n + 2) \sum_k r_k^2 / (n - k)`, chi-square on the order.

    Examples
    --------
    >>> statistic, p = ljung_box(np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0]), order=1)
    >>> round(statistic, 4), round(p, 4)
    (6.6667, 0.0098)
    """
    n = len(residual)
    centred = residual - residual.mean()
    total = float(centred @ centred)
    parts = [
        (float(centred[k:] @ centred[:-k]) / total) ** 2 / (n - k) for k in range(1, order + 1)
    ]
    statistic = n * (n + 2) * sum(parts)
    return statistic, float(special.chdtrc(order, statistic))
