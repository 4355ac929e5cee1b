"""Covariance of coefficients that counts the estimation of the variances. Arrays only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from eenzaam_stats.numerics.series.ar_process import ErrorModel, correlation_curvature

FloatArray = NDArray[np.float64]
# The bounded correction more than doubles no variance.
_MOST = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """Covariance of coefficients that counts the estimation of the variances.

    Attributes
    ----------
    covariance : ndarray of float, shape (p, p)
        As Kenward and Roger give it; it may lie below the uncorrected one, or be no covariance.
    information : ndarray of float, shape (m, m)
        Expected information on the parameters; NaN where it is singular and nothing is corrected.
    """

    covariance: FloatArray
    information: FloatArray


def kenward_roger(
    x: FloatArray, model: ErrorModel, theta: FloatArray, covariance: FloatArray, *, count: int
) -> Corrected:
    r"""Covariance of generalised least squares with estimated variances, by Kenward and Roger.

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
    Corrected
        :math:`\Phi + 2 \Phi \{\sum_{ij} W_{ij} (Q_{ij} - P_i \Phi P_j - R_{ij} / 4)\} \Phi`; the
        matrix that came in where the information is singular or the sum is not finite.

    Notes
    -----
    Parameters are the variance of the process and phi, as in the paper; derivatives are to the
    variance counted in its estimate, so that the unit of the series plays no part, and to phi. W is
    the inverse of their expected information, :math:`P_i = -X'V^{-1}V_iV^{-1}X`,
    :math:`Q_{ij} = X'V^{-1}V_iV^{-1}V_jV^{-1}X` and
    :math:`R_{ij} = X'V^{-1}V_{ij}V^{-1}X`. With one variance and nothing else unknown nothing is
    added. For a single contrast the scale of the paper is 1 and its degrees of freedom are those of
    Satterthwaite with W.

    **Validated against.** R programs of the formulas of the paper, one of which equals ``pbkrtest``
    on a mixed model, in ``tests/trend/series/test_kenward_roger.py``.

    References
    ----------
    .. [1] Kenward, M. G., & Roger, J. H. (1997). Small sample inference for fixed effects from
       restricted maximum likelihood. Biometrics, 53(3), 983-997. doi:10.2307/2533558

    Examples
    --------
    >>> model = ErrorModel(np.arange(4.0), np.zeros(4))
    >>> x = np.ones((4, 1))
    >>> found = kenward_roger(x, model, np.array([0.0, 0.0]), np.array([[0.25]]), count=1)
    >>> found.covariance.tolist(), found.information.round(3).tolist()
    ([[0.25]], [[1.5]])
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
    finite = bool(np.isfinite(information).all())
    if not finite or np.linalg.matrix_rank(information) < count:
        return Corrected(covariance, np.full((count, count), np.nan))
    w = np.linalg.inv(information)
    for i in range(count):
        for j in range(count):
            q = moved[i].T @ inverse @ moved[j]
            r = ix.T @ second[i][j] @ ix
            total += w[i, j] * (q - p[i] @ covariance @ p[j] - r / 4.0)
    correction = 2.0 * covariance @ total @ covariance
    if not np.isfinite(correction).all():
        return Corrected(covariance, np.full((count, count), np.nan))
    return Corrected(covariance + (correction + correction.T) / 2.0, information)


def bounded(covariance: FloatArray, corrected: FloatArray) -> FloatArray:
    """Only what enlarges a variance in a correction, and no more than doubles it.

    The correction of Kenward and Roger is the first term of a series in the error of the estimated
    parameters. In directions in which it takes something away it is itself estimated from few
    values, and intervals would be too narrow; beyond a doubling the series says nothing. This is a
    rule of this package and not in their paper.

    Parameters
    ----------
    covariance, corrected : ndarray of float, shape (p, p)
        Without the correction and with it.

    Returns
    -------
    ndarray of float, shape (p, p)

    Examples
    --------
    >>> bounded(np.eye(2), np.diag([0.5, 1.25])).round(12).tolist()
    [[1.0, 0.0], [0.0, 1.25]]
    """
    factor = np.linalg.cholesky(covariance)
    half = linalg.solve_triangular(factor, corrected - covariance, lower=True)
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
