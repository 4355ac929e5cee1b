"""Restricted maximum likelihood for a regression with autocorrelated errors, with Satterthwaite df.

Exact likelihood, profiled over everything that has a closed form; phi is searched on a grid that is
dense near 1 and then found as the root of the score. Arrays only.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from scipy import optimize

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.numerics.series.ar_process import (
    ErrorModel,
    correlation,
    log_determinant,
    whiten,
)
from eenzaam_stats.numerics.series.reml_likelihood import (
    RemlFit,
    fit_at,
    likelihood_score,
    minus_log_likelihood,
)

# Search of the process beside known sampling variances, where nothing has a closed form. Arrays
# only; what is done at the limits of the correlation is decided in ar_reml.

# The likelihood of a short series that trends often rises all the way to 1 (California: -58.656 at
# .99, -58.642 at .9999). A grid that ends at .98 would call its last point a maximum.
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


# Above this the information on phi is unusable and the estimate is that of first differences.
BOUNDARY = 0.999
# A correlation that may not be negative and ends below this is 0.
_ZERO = 1e-5
_NEAR_ZERO = 1e-12
# A gain in log likelihood below this is none: the variance of the process is 0, phi means nothing.
_NO_GAIN = 1e-3
_TINY = float(np.finfo(np.float64).tiny)


def fit_reml(
    y: FloatArray, x: FloatArray, times: FloatArray, *, known: FloatArray, negative: bool
) -> RemlFit:
    r"""Fit a regression with AR(1) or continuous-time AR(1) errors by REML.

    Parameters
    ----------
    y : ndarray of float, shape (n,)
        Series.
    x : ndarray of float, shape (n, p)
        Design of full rank; its first column is the intercept.
    times : ndarray of float, shape (n,)
        Dates in ascending order; whole steps where ``negative`` is true.
    known : ndarray of float, shape (n,)
        Known sampling variances; zeros without them.
    negative : bool
        Whether phi may be negative, which needs whole steps.

    Returns
    -------
    RemlFit

    Notes
    -----
    With :math:`V = \sigma^2 R(\phi) + \mathrm{diag}(v)`,

    .. math:: -2 l = (n - p) \log 2\pi + \log|V| + \log|X'V^{-1}X| - \log|X'X| + r'V^{-1}r.

    A process that adds less than 0.001 to the log likelihood beside the sampling errors is left
    out: its variance is 0, and degrees of freedom are n - p. When phi runs to 1 the variance of the
    process diverges and slopes and level changes converge to least squares on first differences;
    that limit is fitted instead and flagged, and ``log_likelihood`` is that of the differences: one
    value less, so no number to compare with the likelihood of another error model.

    Where phi may not be negative it can end at 0. Errors are then independent, and the information
    for degrees of freedom is that of AR(1) on the order of the waves at 0: an estimate at its limit
    is no proof that there is no autocorrelation. Beside known sampling errors, where phi is at 0 or
    the series does not determine it, they come from the variance of the process alone.

    **Missing data.** None reaches these arrays; a missing wave is a gap in ``times``.

    **Validated against.** ``gls(corAR1, corCAR1, REML)`` of R ``nlme`` and ``rma.mv`` of
    ``metafor``, in ``tests/trend/series/test_vs_nlme.py``.

    References
    ----------
    .. [1] Harville, D. A. (1977). Maximum likelihood approaches to variance component estimation.
       Journal of the American Statistical Association, 72(358), 320-338.

    Examples
    --------
    >>> t = np.arange(12.0)
    >>> x = np.column_stack([np.ones(12), t])
    >>> y = 3.0 + 0.5 * t + np.tile([0.3, -0.1, -0.2], 4)
    >>> fit = fit_reml(y, x, t, known=np.zeros(12), negative=True)
    >>> fit.coefficients.round(2).tolist(), fit.boundary
    ([3.05, 0.49], False)
    """
    model = ErrorModel(times, known)
    theta = (
        _profile_variance(y, x, model, negative)
        if not known.any()
        else joint_maximum(y, x, model, negative)
    )
    # Sampling errors alone explain the scatter: a process of which nothing is seen may not take
    # degrees of freedom, nor give the series a correlation.
    if known.all() and _adds_nothing(y, x, model, theta):
        return _sampling_only(y, x, known)
    if theta[1] > BOUNDARY:
        return _fit_differenced(y, x, model)
    if not negative and theta[1] <= _ZERO:
        # An estimate at its limit proves nothing: coefficients are those of independent errors, but
        # degrees of freedom those of a correlation of 0 that was estimated, on the order of the
        # waves.
        ranks = replace(model, times=np.arange(float(len(y))))
        theta = np.array([independent_variance(y, x, known), 0.0])
        return fit_at(y, x, ranks, theta, unknown=1 if known.any() else 2)
    fit = fit_at(y, x, model, theta)
    # A likelihood that is flat in phi has no information on it. The variance alone is then what was
    # estimated.
    if known.any() and not np.isfinite(fit.information).all():
        return fit_at(y, x, model, theta, unknown=1)
    return fit


def profile(y: FloatArray, x: FloatArray, times: FloatArray, phi: FloatArray) -> FloatArray:
    """Restricted log likelihood, full, at given values of phi and no sampling variances.

    Parameters
    ----------
    y, x, times
        As in :func:`fit_reml`.
    phi : ndarray of float, shape (g,)
        Correlations.

    Returns
    -------
    ndarray of float, shape (g,)
    """
    n, p = x.shape
    z = whiten(np.column_stack([x, y]), times, phi)
    cross = np.einsum("gni,gnj->gij", z, z)
    sign_x, log_x = np.linalg.slogdet(cross[:, :p, :p])
    solved = np.linalg.solve(cross[:, :p, :p], cross[:, :p, p:])
    rss = cross[:, p, p] - (cross[:, p : p + 1, :p] @ solved)[:, 0, 0]
    s2 = np.maximum(rss, _TINY) / (n - p)
    twice = (n - p) * (np.log(2.0 * np.pi * s2) + 1.0) + log_determinant(times, phi)
    # With the term of X'X, which nlme leaves out (10.951788 for Sicily): printed values of metafor
    # can be compared, and those of nlme only for the same X.
    twice = twice + np.where(sign_x > 0, log_x, np.inf) - np.linalg.slogdet(x.T @ x)[1]
    return np.asarray(-twice / 2.0)


def _profile_variance(
    y: FloatArray, x: FloatArray, model: ErrorModel, negative: bool
) -> FloatArray:
    """Log variance and phi at the maximum, without sampling variances."""
    grid = correlation_grid(negative)
    value = profile(y, x, model.times, grid)
    best = int(value.argmax())
    phi = float(grid[best])
    if best == 0 and not negative and _profile_score(y, x, model.times, phi) > 0.0:
        best = 1
    if 0 < best < len(grid) - 1:
        phi = _root(y, x, model.times, low=float(grid[best - 1]), high=float(grid[best + 1]))
    return np.array([float(np.log(_variance(y, x, model.times, phi))), phi])


def _root(y: FloatArray, x: FloatArray, times: FloatArray, *, low: float, high: float) -> float:
    """Root of the profile score between two points of the grid around its best one."""

    @cache  # the search asks again for the two ends
    def score(phi: float) -> float:
        return _profile_score(y, x, times, phi)

    if score(low) > 0.0 > score(high):
        return float(optimize.brentq(score, low, high, xtol=1e-12, rtol=1e-12))
    found = optimize.minimize_scalar(
        lambda phi: -profile(y, x, times, np.array([phi]))[0],
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return float(found.x)


def _profile_score(y: FloatArray, x: FloatArray, times: FloatArray, phi: float) -> float:
    r"""Derivative of the profiled restricted log likelihood to phi, in one pass over the rows.

    With whitened rows z and their derivative z',
    :math:`z' = r' (r z / (1 - r^2) - z_{t-1} / \sqrt{1 - r^2})`.
    """
    n, p = x.shape
    raw, gaps = np.column_stack([x, y]), np.diff(times)
    phi = phi if phi != 0.0 else _NEAR_ZERO  # a derivative at 0 as its limit
    r = np.power(phi, gaps)[:, None]
    slope = gaps[:, None] * r / phi
    rest = 1.0 - r**2
    later = (raw[1:] - r * raw[:-1]) / np.sqrt(rest)
    moved = slope * (r * later / rest - raw[:-1] / np.sqrt(rest))
    cross = np.outer(raw[0], raw[0]) + later.T @ later
    change = moved.T @ later
    change = change + change.T
    both = np.linalg.solve(cross[:p, :p], np.column_stack([cross[:p, p], change[:p, :p]]))
    direction = np.append(-both[:, 0], 1.0)
    s2 = float(cross[p] @ direction) / (n - p)
    determinants = np.trace(both[:, 1:]) - 2.0 * float((r * slope / rest).sum())
    return float(-0.5 * (float(direction @ change @ direction) / s2 + determinants))


def _variance(y: FloatArray, x: FloatArray, times: FloatArray, phi: float) -> float:
    n, p = x.shape
    z = whiten(np.column_stack([x, y]), times, np.array([phi]))[0]
    residual = z[:, p] - z[:, :p] @ np.linalg.lstsq(z[:, :p], z[:, p], rcond=None)[0]
    return float(max(float(residual @ residual) / (n - p), _TINY))


def _adds_nothing(y: FloatArray, x: FloatArray, model: ErrorModel, theta: FloatArray) -> bool:
    """Whether a process beside the known sampling errors does not make the series more likely."""
    none = np.array([np.log(_TINY), 0.0])
    with_process = minus_log_likelihood(y, x, model, theta)
    return minus_log_likelihood(y, x, model, none) <= with_process + _NO_GAIN


def _sampling_only(y: FloatArray, x: FloatArray, known: FloatArray) -> RemlFit:
    """The fit with the known sampling errors alone."""
    weighted = x / known[:, None]
    covariance = np.asarray(np.linalg.inv(x.T @ weighted), dtype=np.float64)
    none = np.array([np.log(_TINY), 0.0])
    model = ErrorModel(np.arange(float(len(y))), known)
    return RemlFit(
        coefficients=covariance @ (weighted.T @ y),
        covariance=covariance,
        bounded=covariance,
        kenward_roger=covariance,
        expected=np.empty((0, 0)),
        phi=0.0,
        sigma2=0.0,
        log_likelihood=-minus_log_likelihood(y, x, model, none),
        n=len(y),
        rank=x.shape[1],
        boundary=False,
        information=np.empty((0, 0)),
        slopes=np.zeros((0, x.shape[1], x.shape[1])),
        sampling_only=True,
    )


def _fit_differenced(y: FloatArray, x: FloatArray, model: ErrorModel) -> RemlFit:
    """The limit of phi towards 1: first differences, variance in proportion to the gap."""
    differenced = replace(model, differenced=True)
    # The intercept is the column that differences make 0. Its error is infinite in the limit, while
    # slopes and level changes have one.
    dy, dx = np.diff(y), np.diff(x[:, 1:], axis=0)
    gaps = np.diff(model.times)
    scaled = np.column_stack([dx, dy]) / np.sqrt(gaps)[:, None]
    beta = np.linalg.lstsq(scaled[:, :-1], scaled[:, -1], rcond=None)[0]
    residual = scaled[:, -1] - scaled[:, :-1] @ beta
    s2 = max(float(residual @ residual) / (len(dy) - dx.shape[1]), _TINY)
    theta = np.array([np.log(s2)])
    if model.known.any():
        found = optimize.minimize_scalar(
            lambda log_s2: minus_log_likelihood(dy, dx, differenced, np.array([log_s2])),
            bounds=(np.log(s2) - 20.0, np.log(s2) + 3.0),
            method="bounded",
            options={"xatol": 1e-9},
        )
        theta = np.array([float(found.x)])
    fit = fit_at(dy, dx, differenced, theta)
    p = x.shape[1]
    wide, bounded, corrected = (np.full((p, p), np.nan) for _ in range(3))
    wide[1:, 1:], bounded[1:, 1:] = fit.covariance, fit.bounded
    corrected[1:, 1:] = fit.kenward_roger
    slopes = np.full((len(theta), p, p), np.nan)
    slopes[:, 1:, 1:] = fit.slopes
    return replace(
        fit,
        coefficients=np.concatenate([[np.nan], fit.coefficients]),
        covariance=wide,
        bounded=bounded,
        kenward_roger=corrected,
        slopes=slopes,
        n=len(y),
        rank=p,
        boundary=True,
    )
