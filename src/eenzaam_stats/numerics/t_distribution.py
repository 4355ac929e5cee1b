"""Student's t, for every interval and test of the package."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from eenzaam_stats.arrays import FloatArray


def t_quantile(level: float, df: ArrayLike) -> FloatArray:
    """Two-sided quantile of Student's t.

    Parameters
    ----------
    level : float
        Coverage, strictly between 0 and 1.
    df : array_like of float, any shape
        Degrees of freedom.

    Returns
    -------
    ndarray of float, shape of ``df``
        Quantile at ``1 - (1 - level) / 2``; NaN where ``df`` is not above 0.

    Examples
    --------
    Student's table, two-sided 5 per cent:

    >>> t_quantile(0.95, [1, 10, 0]).round(3).tolist()
    [12.706, 2.228, nan]
    """
    degrees = np.asarray(df, dtype=np.float64)
    return np.asarray(special.stdtrit(degrees, 1.0 - (1.0 - level) / 2.0), dtype=np.float64)


def two_sided_p(statistic: ArrayLike, df: ArrayLike) -> FloatArray:
    """Two-sided p value of a t statistic.

    Parameters
    ----------
    statistic, df : array_like of float, shapes that broadcast
        Statistics and their degrees of freedom.

    Returns
    -------
    ndarray of float
        Probability of a value as far from 0; NaN where ``df`` is not above 0.

    Examples
    --------
    The quantile of 95 per cent has 5 per cent beyond it, on both sides of 0:

    >>> two_sided_p([-2.228139, 12.706205], [10, 1]).round(6).tolist()
    [0.05, 0.05]
    """
    # The lower tail, doubled: 1 minus the upper one would round a small p value to 0.
    away = -np.abs(np.asarray(statistic, dtype=np.float64))
    return np.asarray(2.0 * special.stdtr(np.asarray(df, dtype=np.float64), away))
