"""Rao-Scott correction of Pearson's chi-square for a design-based covariance matrix.

Arrays only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from eenzaam_stats.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class RaoScott:
    """Pearson's statistic with its corrections.

    Attributes
    ----------
    pearson : float
    df : int
    mean_effect : float
    p_chi_square : float
    f_statistic, f_df1, f_df2, p_value : float
    """

    pearson: float
    df: int
    mean_effect: float
    p_chi_square: float
    f_statistic: float
    f_df1: float
    f_df2: float
    p_value: float


def rao_scott_test(
    table: FloatArray, covariance: FloatArray, *, n: float, design_df: float
) -> RaoScott:
    r"""Test of independence in a table of estimated proportions.

    Parameters
    ----------
    table : ndarray of float, shape (r, c)
        Estimated proportions, adding up to 1; every row and column has some.
    covariance : ndarray of float, shape (r * c, r * c)
        Their design-based covariance, row by row.
    n : float
        Answered rows.
    design_df : float
        Sampling units minus strata.

    Returns
    -------
    RaoScott

    Notes
    -----
    With C the interaction contrasts orthogonal to both margins and D the diagonal of the
    proportions, :math:`\Delta = (C' D^{-1} C / n)^{-1} C' D^{-1} V D^{-1} C`. The second-order
    statistic :math:`X^2 / \mathrm{tr}\,\Delta` is compared with F on
    :math:`d_0 = (\mathrm{tr}\,\Delta)^2 / \mathrm{tr}\,\Delta^2` and :math:`d_0 \nu` degrees of
    freedom; the first-order one divides by the mean of the diagonal and uses chi-square.

    **Validated against.** ``svychisq`` of R ``survey`` (F and Chisq), in ``tests/estimation``.

    References
    ----------
    .. [1] Rao, J. N. K., & Scott, A. J. (1984). On chi-squared tests for multiway contingency
       tables with cell proportions estimated from survey data. Annals of Statistics, 12(1), 46-60.

    Examples
    --------
    A simple random sample: the covariance is multinomial and the mean effect 1.

    >>> p = np.array([[0.3, 0.2], [0.1, 0.4]])
    >>> flat = p.ravel()
    >>> srs = (np.diag(flat) - np.outer(flat, flat)) / 200
    >>> result = rao_scott_test(p, srs, n=200, design_df=199)
    >>> round(result.pearson, 3), round(result.mean_effect, 6), result.df
    (33.333, 1.0, 1)
    """
    rows, columns = table.shape
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True)
    pearson = float(n * ((table - expected) ** 2 / expected).sum())
    contrasts = _interaction(rows, columns)
    flat = table.ravel()
    inverse = np.divide(1.0, flat, out=np.zeros_like(flat), where=flat > 0)
    scaled = contrasts * inverse[:, None]
    delta = np.linalg.solve(contrasts.T @ scaled / n, scaled.T @ covariance @ scaled)
    trace = float(np.trace(delta))
    d0 = trace**2 / float(np.trace(delta @ delta))
    df = (rows - 1) * (columns - 1)
    mean_effect = trace / df
    f = pearson / trace
    return RaoScott(
        pearson=pearson,
        df=df,
        mean_effect=mean_effect,
        p_chi_square=float(special.chdtrc(df, pearson / mean_effect)),
        f_statistic=f,
        f_df1=d0,
        f_df2=d0 * design_df,
        p_value=float(special.fdtrc(d0, d0 * design_df, f)),
    )


def _interaction(rows: int, columns: int) -> FloatArray:
    """Interaction columns made orthogonal to both margins, shape (rows * columns, df)."""
    row, column = (at.ravel() for at in np.indices((rows, columns)))
    row_dummies = (row[:, None] == np.arange(1, rows)).astype(np.float64)
    column_dummies = (column[:, None] == np.arange(1, columns)).astype(np.float64)
    margins = np.column_stack([np.ones(rows * columns), row_dummies, column_dummies])
    both = (row_dummies[:, :, None] * column_dummies[:, None, :]).reshape(rows * columns, -1)
    fitted = margins @ np.linalg.lstsq(margins, both, rcond=None)[0]
    result: FloatArray = both - fitted
    return result
