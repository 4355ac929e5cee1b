"""Covariance of coefficients that counts the estimation of the variances. Arrays only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from eenzaam_stats.numerics.ar_process import ErrorModel, correlation_curvature

FloatArray = NDArray[np.float64]
# The formula is the first term of a series in the error of phi; where it would more than double a
# variance, the series says nothing.
_MOST = 1.0


def kenward_roger(
    x: FloatArray, model: ErrorModel, theta: FloatArray, covariance: FloatArray, *, count: int
) -> FloatArray:
    r"""Covariance of generalised least squares with estimated variances, after Kenward and Roger.

    Parameters
    ----------
    x : ndarray of float, shape (n, p)
        Design.
    model : ErrorModel
        Covariance of the errors.
    theta : ndarray of float, shape (m,)
        Log variance of the process and, where it is a parameter, phi.
    covariance : ndarray of float, shape (p, p)
        :math:`\Phi = (X'V^{-1}X)^{-1}`.
    count : int
        How many of the parameters were estimated.

    Returns
    -------
    ndarray of float, shape (p, p)
        :math:`\Phi + 2 \Phi \{\sum_{ij} W_{ij} (Q_{ij} - P_i \Phi P_j - R_{ij} / 4)\} \Phi`, of
        which only the part that enlarges a variance is used; the matrix that came in where the
        information is singular or the sum is not finite.

    Notes
    -----
    Parameters are phi and the variance of the process, counted in its estimate so that the unit of
    the series plays no part. W is the inverse of their expected information,
    :math:`P_i = -X'V^{-1}V_iV^{-1}X`, :math:`Q_{ij} = X'V^{-1}V_iV^{-1}V_jV^{-1}X` and
    :math:`R_{ij} = X'V^{-1}V_{ij}V^{-1}X`. With one variance and nothing else unknown nothing is
    added.

    In directions where the formula takes something away it is left out, so that no combination of
    coefficients gets an error below the uncorrected one: there the correction is itself estimated
    from few values, and intervals would be too narrow.

    **Validated against.** An R program with numerical derivatives, in
    ``tests/trend/test_kenward_roger.py``.

    References
    ----------
    .. [1] Kenward, M. G., & Roger, J. H. (1997). Small sample inference for fixed effects from
       restricted maximum likelihood. Biometrics, 53(3), 983-997. doi:10.2307/2533558

    Examples
    --------
    >>> model = ErrorModel(np.arange(4.0), np.zeros(4))
    >>> x = np.ones((4, 1))
    >>> kenward_roger(x, model, np.array([0.0, 0.0]), np.array([[0.25]]), count=1).tolist()
    [[0.25]]
    """
    inverse = np.linalg.inv(model.covariance(theta))
    ix = inverse @ x
    first, second = _derivatives(model, theta, count)
    moved = [one @ ix for one in first]
    projector = inverse - ix @ covariance @ ix.T
    through = [projector @ one for one in first]
    information = np.array([[0.5 * (one * two.T).sum() for two in through] for one in through])
    p = [ix.T @ one for one in moved]
    total = np.zeros_like(covariance)
    if np.linalg.matrix_rank(information) < count:
        return covariance
    w = np.linalg.inv(information)
    for i in range(count):
        for j in range(count):
            q = moved[i].T @ inverse @ moved[j]
            r = ix.T @ second[i][j] @ ix
            total += w[i, j] * (q - p[i] @ covariance @ p[j] - r / 4.0)
    return _enlarged(covariance, 2.0 * covariance @ total @ covariance)


def _enlarged(covariance: FloatArray, correction: FloatArray) -> FloatArray:
    """Covariance plus the part of a correction that adds to it."""
    if not np.isfinite(correction).all():
        return covariance
    factor = np.linalg.cholesky(covariance)
    half = linalg.solve_triangular(factor, correction, lower=True)
    relative = linalg.solve_triangular(factor, half.T, lower=True)
    sizes, directions = np.linalg.eigh((relative + relative.T) / 2.0)
    root = factor @ directions * np.sqrt(np.clip(sizes, 0.0, _MOST))
    return np.asarray(covariance + root @ root.T)


def _derivatives(
    model: ErrorModel, theta: FloatArray, count: int
) -> tuple[list[FloatArray], list[list[FloatArray]]]:
    """First and second derivatives of the covariance to the relative variance and phi."""
    slopes = model.derivatives(theta)
    first = list(slopes[:count])
    nothing = np.zeros_like(slopes[0])
    if count == 1:
        return first, [[nothing]]
    bent = np.exp(theta[0]) * correlation_curvature(model.times, float(theta[1]))
    return first, [[nothing, slopes[1]], [slopes[1], bent]]
