"""Satterthwaite degrees of freedom of a contrast under estimated variances. Arrays only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.numerics.series.reml_likelihood import RemlFit

_LEAST_DF = 2.0


def satterthwaite(
    fit: RemlFit, contrast: FloatArray, *, expected: bool = False
) -> tuple[float, bool]:
    r"""Degrees of freedom of a contrast, and whether they had to be clipped.

    Parameters
    ----------
    fit : RemlFit
        Fitted model.
    contrast : ndarray of float, shape (p,)
        Combination of coefficients.
    expected : bool, default False
        Whether W is the inverse of the expected information, as Kenward and Roger have it, and
        nothing is clipped.

    Returns
    -------
    df : float
        :math:`2 (c'\Phi c)^2 / (g' W g)` with g the gradient of :math:`c'\Phi c` and W the inverse
        of the observed information, between 2 and n - p.
    clipped : bool
        True where the formula gave less than 2 or nothing: the series hardly determines the
        variance.

    Examples
    --------
    >>> from eenzaam_stats.numerics.series.ar_reml import fit_reml
    >>> t = np.arange(30.0)
    >>> x = np.column_stack([np.ones(30), t])
    >>> y = np.sin(t) + 0.1 * t
    >>> df, clipped = satterthwaite(
    ...     fit_reml(y, x, t, known=np.zeros(30), negative=True), np.array([0.0, 1.0]))
    >>> 2.0 < df < 28.0, clipped
    (True, False)
    """
    df, clipped = satterthwaite_rows(fit, contrast[None, :], expected=expected)
    return float(df[0]), bool(clipped[0])


def satterthwaite_rows(
    fit: RemlFit, rows: FloatArray, *, expected: bool = False
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Degrees of freedom of many contrasts, shape (k, p), and which of them were clipped."""
    most = float(fit.n - fit.rank)
    if fit.sampling_only:
        return np.full(len(rows), most), np.zeros(len(rows), dtype=np.bool_)
    information = fit.expected if expected else fit.information
    if not np.isfinite(information).all():
        return np.full(len(rows), min(_LEAST_DF, most)), np.ones(len(rows), dtype=np.bool_)
    variance = ((rows @ fit.covariance) * rows).sum(axis=1)
    gradient = ((rows @ fit.slopes) * rows).sum(axis=2)
    spread = (gradient * np.linalg.solve(information, gradient)).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = np.where(spread > 0.0, 2.0 * variance**2 / spread, most)
    df = np.where(variance > 0.0, df, 0.0)
    if expected:
        return df, np.zeros(len(rows), dtype=np.bool_)
    return np.clip(df, min(_LEAST_DF, most), most), df < _LEAST_DF
