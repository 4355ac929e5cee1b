"""Restricted likelihood of a regression with a given error model: value, score, information, fit.

Arrays only; what is maximised, and over what, is decided in ``ar_reml``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.numerics.series.ar_process import ErrorModel, correlation_curvature

# Covariance of coefficients that counts the estimation of the variances. Arrays only.

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
    # Without information on a variance nothing says how unsure it is. Plain errors, and the result
    # says so.
    if not finite or np.linalg.matrix_rank(information) < count:
        return Corrected(covariance, np.full((count, count), np.nan))
    w = np.linalg.inv(information)
    for i in range(count):
        for j in range(count):
            q = moved[i].T @ inverse @ moved[j]
            r = ix.T @ second[i][j] @ ix
            # The last term is 0 in mixed models, whose covariance is linear in its variances. Here
            # it is bent in phi, and programs for mixed models cannot be copied.
            total += w[i, j] * (q - p[i] @ covariance @ p[j] - r / 4.0)
    correction = 2.0 * covariance @ total @ covariance
    if not np.isfinite(correction).all():
        return Corrected(covariance, np.full((count, count), np.nan))
    return Corrected(covariance + (correction + correction.T) / 2.0, information)


def bound_correction(covariance: FloatArray, corrected: FloatArray) -> FloatArray:
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
    >>> bound_correction(np.eye(2), np.diag([0.5, 1.25])).round(12).tolist()
    [[1.0, 0.0], [0.0, 1.25]]
    """
    # In the coordinates of this factor the covariance is 1, so that a share of it is a plain number
    # in every direction and for every combination of coefficients at once.
    factor = np.linalg.cholesky(covariance)
    half = linalg.solve_triangular(factor, corrected - covariance, lower=True)
    relative = linalg.solve_triangular(factor, half.T, lower=True)
    sizes, directions = np.linalg.eigh((relative + relative.T) / 2.0)
    # The correction is the first term of an expansion: where it takes away it is not believed, and
    # beyond a doubling the expansion says nothing (decision 0012, point 7).
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


@dataclass(frozen=True, slots=True, eq=False)
class RemlFit:
    """Regression with autocorrelated errors.

    Attributes
    ----------
    coefficients : ndarray of float, shape (p,)
        NaN for the intercept of a differenced series, which has none.
    covariance : ndarray of float, shape (p, p)
        Of the coefficients, the variance parameters taken as known.
    bounded, kenward_roger : ndarray of float, shape (p, p)
        The same, counting that they were estimated: by the part of the correction of Kenward and
        Roger that enlarges, at most doubled, and by the whole of it.
    expected : ndarray of float, shape (m, m)
        Expected information on the variance parameters; NaN where it is singular.
    phi, sigma2 : float
        Correlation over one unit of time, and variance of the process (of a random walk per unit
        of time).
    log_likelihood : float
        Restricted, in full: comparable between error models of one design, not between designs.
        At the boundary that of the first differences, comparable with neither.
    n, rank : int
        Values and coefficients.
    boundary : bool
        Whether phi ran to 1 and the series was differenced.
    sampling_only : bool
        Whether the known sampling errors explain all variation: the process has variance 0.
    information : ndarray of float, shape (m, m)
        Observed information on the variance parameters; NaN where it is not positive definite.
    slopes : ndarray of float, shape (m, p, p)
        Derivative of ``covariance`` to each variance parameter.
    """

    coefficients: FloatArray
    covariance: FloatArray
    bounded: FloatArray
    kenward_roger: FloatArray
    expected: FloatArray
    phi: float
    sigma2: float
    log_likelihood: float
    n: int
    rank: int
    boundary: bool
    information: FloatArray
    slopes: FloatArray
    sampling_only: bool = False

    @property
    def phi_std_error(self) -> float:
        """Standard error of phi; NaN at the boundary."""
        if self.boundary or len(self.information) < 2 or not np.isfinite(self.information).all():
            return float("nan")
        return float(np.sqrt(np.linalg.inv(self.information)[1, 1]))


def minus_log_likelihood(
    y: FloatArray, x: FloatArray, model: ErrorModel, theta: FloatArray
) -> float:
    """Minus the restricted log likelihood, in full; infinite where the covariance is singular."""
    n, p = x.shape
    try:
        factor = linalg.cholesky(model.covariance(theta), lower=True)
    except linalg.LinAlgError:
        return float("inf")
    z = linalg.solve_triangular(factor, np.column_stack([x, y]), lower=True)
    q, r = np.linalg.qr(z[:, :p])
    residual = z[:, p] - q @ (q.T @ z[:, p])
    log_v = 2.0 * np.log(np.diag(factor)).sum()
    log_x = 2.0 * np.log(np.abs(np.diag(r))).sum() - np.linalg.slogdet(x.T @ x)[1]
    return float(((n - p) * np.log(2.0 * np.pi) + log_v + log_x + residual @ residual) / 2.0)


def likelihood_score(
    y: FloatArray, x: FloatArray, model: ErrorModel, theta: FloatArray
) -> FloatArray:
    """Gradient of the restricted log likelihood."""
    inverse = np.linalg.inv(model.covariance(theta))
    ix = inverse @ x
    p_matrix = inverse - ix @ np.linalg.solve(x.T @ ix, ix.T)
    py = p_matrix @ y
    return np.array([0.5 * (py @ d @ py - (p_matrix * d).sum()) for d in model.derivatives(theta)])


def observed_information(
    y: FloatArray, x: FloatArray, model: ErrorModel, theta: FloatArray, *, count: int
) -> FloatArray:
    r"""Observed information on the first parameters; NaN where it is not positive definite.

    With :math:`P` the projector of the restricted likelihood and :math:`V_i, V_{ij}` derivatives of
    the covariance,

    .. math:: \tfrac12 \operatorname{tr}(P V_{ij}) - \tfrac12 \operatorname{tr}(P V_i P V_j)
        + y' P V_i P V_j P y - \tfrac12 y' P V_{ij} P y
    """
    inverse = np.linalg.inv(model.covariance(theta))
    ix = inverse @ x
    projector = inverse - ix @ np.linalg.solve(x.T @ ix, ix.T)
    py = projector @ y
    first = model.derivatives(theta)[:count]
    through = [projector @ one for one in first]
    moved = [one @ py for one in first]
    result = np.empty((count, count))
    for i, j in zip(*np.tril_indices(count), strict=True):
        second = model.second_derivative(theta, int(i), int(j))
        trace = (projector * second).sum() - (through[i] * through[j].T).sum()
        result[i, j] = result[j, i] = (
            0.5 * (trace - py @ second @ py) + moved[i] @ projector @ moved[j]
        )
    # Beside the boundary the curvature may be negative. Its inverse would give negative variances,
    # and degrees of freedom out of nothing.
    positive = np.isfinite(result).all() and np.linalg.eigvalsh(result).min() > 0.0
    return result if positive else np.full((count, count), np.nan)


def fit_at(
    y: FloatArray,
    x: FloatArray,
    model: ErrorModel,
    theta: FloatArray,
    *,
    unknown: int | None = None,
) -> RemlFit:
    """Coefficients, their covariance, and what Satterthwaite needs, at given parameters.

    Of the parameters the first ``unknown`` count as estimated, by default all.
    """
    count = len(theta) if unknown is None else unknown
    inverse = np.linalg.inv(model.covariance(theta))
    ix = inverse @ x
    covariance = np.asarray(np.linalg.inv(x.T @ ix), dtype=np.float64)
    slopes = np.stack([covariance @ ix.T @ d @ ix @ covariance for d in model.derivatives(theta)])
    corrected = kenward_roger(x, model, theta, covariance, count=count)
    return RemlFit(
        coefficients=covariance @ (ix.T @ y),
        covariance=covariance,
        bounded=bound_correction(covariance, corrected.covariance),
        kenward_roger=corrected.covariance,
        expected=corrected.information,
        phi=float(theta[1]) if len(theta) > 1 else 1.0,
        sigma2=float(np.exp(theta[0])),
        log_likelihood=-minus_log_likelihood(y, x, model, theta),
        n=len(y),
        rank=x.shape[1],
        boundary=False,
        information=observed_information(y, x, model, theta, count=count),
        slopes=slopes[:count],
    )
