"""A fitted series, and any combination of its coefficients with interval and test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from eenzaam_stats.arrays import BoolArray, FloatArray
from eenzaam_stats.numerics.t_distribution import t_quantile, two_sided_p
from eenzaam_stats.results.series import Coefficient


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A fitted regression of a series.

    Attributes
    ----------
    coefficients : ndarray of float, shape (p,)
    covariance : ndarray of float, shape (p, p)
    df_of : callable
        Degrees of freedom of a contrast, and whether they were clipped.
    estimator, correlation : str
        In words.
    phi, phi_std_error, variance, log_likelihood : float
    boundary : bool
    unit : float
        Length of a step of the grid, in which phi counts.
    notes : tuple of str
    method : str
        The estimator in one word, as it is asked for.
    known : bool
        Whether the known sampling errors are in the model.
    on_grid : bool
        Whether phi counts steps of a grid.
    df_rows : callable or None
        Degrees of freedom of many contrasts at once and which were clipped, where that is faster
        than one by one.
    exact : bool
        Whether the terms fit the series exactly, so that its errors are rounding and left out.
    """

    coefficients: FloatArray
    covariance: FloatArray
    df_of: Callable[[FloatArray], tuple[float, bool]]
    estimator: str
    correlation: str
    phi: float
    phi_std_error: float
    variance: float
    log_likelihood: float
    boundary: bool
    unit: float
    notes: tuple[str, ...]
    method: str = ""
    known: bool = False
    on_grid: bool = False
    df_rows: Callable[[FloatArray], tuple[FloatArray, BoolArray]] | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Contrast:
    """A combination of coefficients with its interval and test."""

    estimate: float
    std_error: float
    low: float
    high: float
    df: float
    statistic: float
    p_value: float
    clipped: bool


def contrast(fit: Fitted, c: FloatArray, *, level: float) -> Contrast:
    """Estimate, interval and t test of a combination of coefficients.

    Coefficients that the combination does not use may be undefined, as the intercept of a
    differenced series.
    """
    if fit.boundary:
        # The intercept of a differenced series is NaN, and 0 times NaN is NaN.
        used = c != 0.0
        estimate = float(c[used] @ fit.coefficients[used])
        variance = float(c[used] @ fit.covariance[np.ix_(used, used)] @ c[used])
    else:
        estimate, variance = float(c @ fit.coefficients), float(c @ fit.covariance @ c)
    if not (np.isfinite(estimate) and variance > 0.0):
        nothing = float("nan")
        return Contrast(estimate, nothing, nothing, nothing, nothing, nothing, nothing, False)
    df, clipped = fit.df_of(c)
    error = float(np.sqrt(variance))
    half = float(t_quantile(level, min(df, 1e9))) * error
    t = estimate / error
    p = float(two_sided_p(t, min(df, 1e9)))
    return Contrast(estimate, error, estimate - half, estimate + half, df, t, p, clipped)


def contrasts(fit: Fitted, rows: FloatArray, *, level: float) -> list[Contrast]:
    """Every row as :func:`contrast`, in one pass where the fit allows it."""
    variance = np.einsum("ij,jk,ik->i", rows, fit.covariance, rows)
    if fit.boundary or fit.df_rows is None or not (variance > 0.0).all():
        return [contrast(fit, row, level=level) for row in rows]
    estimate, error = rows @ fit.coefficients, np.sqrt(variance)
    df, clipped = fit.df_rows(rows)
    half = t_quantile(level, df) * error
    t = estimate / error
    p = two_sided_p(t, df)
    columns = (estimate, error, estimate - half, estimate + half, df, t, p)
    rows_of = zip(*(column.tolist() for column in columns), clipped.tolist(), strict=True)
    return [Contrast(*values) for values in rows_of]


def bands(fit: Fitted, rows: FloatArray, *, level: float) -> tuple[FloatArray, FloatArray]:
    """Standard error and half width of the interval of many contrasts, NaN where undefined."""
    variance = np.einsum("ij,jk,ik->i", rows, fit.covariance, rows)
    error = np.sqrt(np.where(variance > 0.0, variance, np.nan))
    if fit.df_rows is not None and np.isfinite(error).all():
        return error, t_quantile(level, fit.df_rows(rows)[0]) * error
    df = [
        min(fit.df_of(row)[0], 1e9) if np.isfinite(one) else np.nan
        for row, one in zip(rows, error, strict=True)
    ]
    return error, t_quantile(level, df) * error


def list_coefficients(
    fit: Fitted, names: tuple[str, ...], *, level: float
) -> tuple[Coefficient, ...]:
    """Every coefficient as a row."""
    rows = []
    found = contrasts(fit, np.eye(len(names)), level=level)
    for name, one in zip(names, found, strict=True):
        values = (one.estimate, one.std_error, one.low, one.high, one.df, one.statistic)
        rows.append(Coefficient(name, *values, one.p_value))
    return tuple(rows)
