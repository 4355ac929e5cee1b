"""When an error is what rounding leaves of an exact zero: relative to the size of the sums.

Arrays only. A sum of many terms that cancel is known to some 1e-16 of the terms and never better,
so whether an error is there at all can only be judged beside them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.numerics.survey.moments import Moments

# An error below this share of the sums it was made from is rounding. Sums of 500,000 rows agree
# between engines to 1e-15; the smallest share that a survey of the whole country could show, with
# one person with the outcome among 17 million, is 1e-5.
NO_ERROR = 1e-10


def is_no_error(std_error: ArrayLike, size: ArrayLike) -> NDArray[np.bool_]:
    """Where a standard error is missing, 0 or rounding of 0.

    Parameters
    ----------
    std_error : array_like of float, any shape
        Standard errors.
    size : array_like of float, same shape
        Size of what they belong to: the estimate, or the sum of the parts that make it, all taken
        as positive.

    Returns
    -------
    ndarray of bool, same shape

    Examples
    --------
    >>> is_no_error([0.02, 3e-17, 0.0, float("nan")], [0.4, 0.4, 0.0, 0.4]).tolist()
    [False, True, True, True]
    """
    error = np.asarray(std_error, dtype=np.float64)
    return np.asarray(~(error > NO_ERROR * np.abs(np.asarray(size, dtype=np.float64))))


def without_rounding(variance: FloatArray, size: FloatArray) -> FloatArray:
    """Variances, exactly 0 where only rounding is left of one; NaN stays.

    Parameters
    ----------
    variance : ndarray of float, any shape
        Variances; below 0 where rounding took them there.
    size : ndarray of float, same shape
        As in :func:`is_no_error`.

    Returns
    -------
    ndarray of float, same shape

    Examples
    --------
    >>> without_rounding(np.array([9e-34, -1e-35, 4e-4, np.nan]), np.full(4, 0.4)).tolist()
    [0.0, 0.0, 0.0004, nan]
    """
    return np.where(variance <= (NO_ERROR * size) ** 2, 0.0, variance)


def score_size(moments: Moments, score: FloatArray | tuple[FloatArray, FloatArray]) -> FloatArray:
    """Sum of the parts of a linearised estimate, all taken as positive.

    Parameters
    ----------
    moments : Moments
        Sums over answered rows of domains, numbered 0 to d - 1.
    score : ndarray of float, shape (d, 2), or tuple of two, shape (t, d)
        Coefficients of both variables, per domain; or per target and domain.

    Returns
    -------
    ndarray of float, shape (d,) or (t,)
        Of domains without clusters at least as much as the scores of single rows can add up to.

    Examples
    --------
    >>> moments = Moments(np.array([0]), np.array([0]), None, np.array([4.0]),
    ...                   np.array([[2.0, -2.0]]), np.array([[2.0, 0.0, 2.0]]))
    >>> score_size(moments, np.array([[0.5, -0.25]])).round(4).tolist()
    [1.5811]
    >>> score_size(moments, (np.array([[0.5]]), np.array([[-0.25]]))).tolist()
    [1.5]
    """
    n = score[0].shape[1] if isinstance(score, tuple) else len(score)
    one, two = (
        np.bincount(moments.domain, np.abs(moments.first[:, at]), minlength=n) for at in (0, 1)
    )
    if isinstance(score, tuple):
        return np.asarray(np.abs(score[0]) @ one + np.abs(score[1]) @ two)
    size = np.asarray(np.abs(score[:, 0]) * one + np.abs(score[:, 1]) * two)
    return size if moments.cluster is not None else np.maximum(size, _spread_size(moments, score))


def _spread_size(moments: Moments, score: FloatArray) -> FloatArray:
    """Sum of the scores of the rows, all taken as positive, at most.

    About their own level the sums of a group are 0, and its rows are not.
    """
    squares = moments.about_zero()
    n, *sums = (
        np.bincount(moments.domain, column, minlength=len(score))
        for column in (moments.n, *squares.T)
    )
    one, two = score.T
    spread = one**2 * sums[0] + 2.0 * one * two * sums[1] + two**2 * sums[2]
    return np.asarray(np.sqrt(n * np.maximum(spread, 0.0)))
