"""Restricted likelihood of a regression with a given error model: value, score, information, fit.

Arrays only; what is maximised, and over what, is decided in ``ar_reml``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from eenzaam_stats.numerics.series.ar_process import ErrorModel
from eenzaam_stats.numerics.series.kenward_roger import bounded, kenward_roger

FloatArray = NDArray[np.float64]


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
    positive = np.isfinite(result).all() and np.linalg.eigvalsh(result).min() > 0.0
    return result if positive else np.full((count, count), np.nan)


def fitted_at(
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
        bounded=bounded(covariance, corrected.covariance),
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
