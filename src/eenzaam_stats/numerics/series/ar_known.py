"""Search of the process beside known sampling variances, where nothing has a closed form.

Arrays only; what is done at the limits of the correlation is decided in ``ar_reml``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from eenzaam_stats.numerics.series.ar_process import ErrorModel, correlation
from eenzaam_stats.numerics.series.reml_likelihood import likelihood_score, minus_log_likelihood

FloatArray = NDArray[np.float64]
_TINY = float(np.finfo(np.float64).tiny)
_NEAR_ONE = (0.985, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, 0.99999)
_SHARES = (0.02, 0.1, 0.3, 1.0, 3.0)
_VALLEYS = 3
SMALLEST = 1e-6


def correlation_grid(negative: bool) -> FloatArray:
    """Correlations at which a search looks first, dense near 1."""
    low = np.arange(-0.98, 0.0, 0.04) if negative else np.empty(0)
    return np.concatenate([low, [SMALLEST], np.arange(0.04, 0.98, 0.04), _NEAR_ONE])


def joint_maximum(y: FloatArray, x: FloatArray, model: ErrorModel, negative: bool) -> FloatArray:
    """Log variance and phi at the maximum, beside known sampling variances.

    Parameters
    ----------
    y : ndarray of float, shape (n,)
    x : ndarray of float, shape (n, p)
    model : ErrorModel
        Dates and known variances.
    negative : bool
        Whether phi may be negative. Where it may not, the search runs over its logarithm: the
        likelihood is too steep in phi near 0 when some gaps are short.

    Returns
    -------
    ndarray of float, shape (2,)
    """
    scale = _residual_variance(y, x)
    low = -0.999 if negative else float(np.log(SMALLEST))
    high = 1.0 - 1e-7 if negative else float(np.log1p(-1e-7))

    def theta(point: FloatArray) -> FloatArray:
        return point if negative else np.array([point[0], np.exp(point[1])])

    def objective(point: FloatArray) -> float:
        return minus_log_likelihood(y, x, model, theta(point))

    def gradient(point: FloatArray) -> FloatArray:
        at = theta(point)
        chain = np.array([1.0, 1.0 if negative else at[1]])
        return np.asarray(-likelihood_score(y, x, model, at) * chain)

    starts = _valleys(y, x, model, correlation_grid(negative)[::2], scale=scale)
    found = [
        optimize.minimize(
            objective,
            start if negative else np.array([start[0], np.log(start[1])]),
            jac=gradient,
            bounds=[(np.log(scale) - 25.0, np.log(scale) + 15.0), (low, high)],
            method="L-BFGS-B",
            options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 500},
        )
        for start in starts
    ]
    best = min(found, key=lambda one: float(one.fun))
    return theta(np.asarray(best.x, dtype=np.float64))


def _valleys(
    y: FloatArray, x: FloatArray, model: ErrorModel, grid: FloatArray, *, scale: float
) -> list[FloatArray]:
    """The deepest valleys along the correlation: flat likelihoods often have two."""
    variances = scale * np.array(_SHARES)
    process = np.stack([correlation(model.times, phi) for phi in grid])
    v = variances[None, :, None, None] * process[:, None] + np.diag(model.known)
    values = _depths(y, x, v)
    share, depth = values.argmin(axis=1), values.min(axis=1)
    around = np.concatenate([[np.inf], depth, [np.inf]])
    valleys = np.flatnonzero((around[:-2] >= depth) & (depth <= around[2:]))
    deepest = valleys[np.argsort(depth[valleys], kind="stable")][:_VALLEYS]
    return [np.array([np.log(variances[share[at]]), grid[at]]) for at in deepest]


def _depths(y: FloatArray, x: FloatArray, v: FloatArray) -> FloatArray:
    """Minus twice the restricted log likelihood but for constants, of many covariances at once."""
    z = np.column_stack([x, y])
    cross = z.T @ np.linalg.solve(v, np.broadcast_to(z, (*v.shape[:-2], *z.shape)))
    inner, last = cross[..., :-1, :-1], cross[..., :-1, -1:]
    fitted = (np.swapaxes(last, -1, -2) @ np.linalg.solve(inner, last))[..., 0, 0]
    total = np.linalg.slogdet(v)[1] + np.linalg.slogdet(inner)[1] + cross[..., -1, -1] - fitted
    return np.where(np.isfinite(total), total, np.inf)


def _residual_variance(y: FloatArray, x: FloatArray) -> float:
    residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return float(max(residual @ residual / (len(y) - x.shape[1]), _TINY))


def independent_variance(y: FloatArray, x: FloatArray, known: FloatArray) -> float:
    """Log variance of independent deviations, beside known sampling variances."""
    start = np.log(_residual_variance(y, x))
    if not known.any():
        return float(start)
    model = ErrorModel(np.arange(float(len(y))), known)
    found = optimize.minimize_scalar(
        lambda log_s2: minus_log_likelihood(y, x, model, np.array([log_s2, 0.0])),
        bounds=(start - 25.0, start + 3.0),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(found.x)
