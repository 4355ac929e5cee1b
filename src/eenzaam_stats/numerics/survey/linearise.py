"""Estimates and their linearised scores, from weighted sums of two variables per domain.

Every statistic here is a smooth function of two weighted sums, so its score is linear in them.
Arrays only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from eenzaam_stats.arrays import FloatArray

Statistic = Literal["proportion", "mean", "total", "total_yes", "ratio"]


@dataclass(frozen=True, slots=True, eq=False)
class Linearised:
    """Estimates with the coefficients of their scores.

    Attributes
    ----------
    estimate : ndarray of float, shape (d,)
        NaN where the statistic does not exist.
    score : ndarray of float, shape (d, 2)
        A row with variables v and weight w has the score ``w * (score @ v)``; 0 where the statistic
        does not exist.
    """

    estimate: FloatArray
    score: FloatArray


def linearise(
    first: FloatArray, statistic: Statistic, origin: FloatArray | float = 0.0
) -> Linearised:
    r"""Estimate and score coefficients of one statistic in each domain.

    Parameters
    ----------
    first : ndarray of float, shape (d, 2)
        Weighted sums of the two variables: (yes, no) for ``"proportion"`` and ``"total_yes"``,
        (1, y) for ``"mean"`` and ``"total"``, (x, y) for ``"ratio"``.
    statistic : {"proportion", "mean", "total", "total_yes", "ratio"}
        What is estimated.
    origin : ndarray of float, shape (d,), or float, default 0
        Level that a mean, total or ratio is summed about: the second sum is that of
        :math:`y - o` (or :math:`y - o x`). Scores are for those variables too.

    Returns
    -------
    Linearised
        Estimates and coefficients.

    Notes
    -----
    =============  ===============  =========================================
    statistic      estimate         score of a row
    =============  ===============  =========================================
    proportion     p = Y / (Y + N)  w ((1 - p) yes - p no) / (Y + N)
    mean, ratio    m = Y / X        w (y - m x) / X, with x = 1 for a mean
    total          Y                w y
    =============  ===============  =========================================

    **Unit.** Proportions 0-1; means, totals and ratios in the unit of the variables.

    **Missing data.** Sums are over rows that have both variables.

    **Validated against.** ``svymean``, ``svytotal`` and ``svyratio`` of R ``survey``, in
    ``tests/estimation``.

    Examples
    --------
    >>> linearise(np.array([[3.0, 1.0]]), "proportion").estimate.tolist()
    [0.75]
    >>> linearise(np.array([[4.0, 10.0]]), "mean").score.tolist()
    [[-0.625, 0.25]]
    """
    one, two = first[:, 0], first[:, 1]
    if statistic == "total":
        level = np.broadcast_to(np.asarray(origin, dtype=np.float64), two.shape)
        return Linearised(two + level * one, np.column_stack([level, np.ones_like(two)]))
    if statistic == "total_yes":
        return Linearised(one.copy(), np.tile([1.0, 0.0], (len(first), 1)))
    if statistic == "proportion":
        # Yes and no are summed apart: no sum is the difference of two large ones, and yes and no
        # have the same error to the last digit.
        p = _divide(one, one + two)
        scale = _divide(np.ones_like(p), one + two)
        return Linearised(p, np.nan_to_num(np.column_stack([(1.0 - p) * scale, -p * scale])))
    mean = _divide(two, one)
    scale = _divide(np.ones_like(mean), one)
    score = np.nan_to_num(np.column_stack([-mean * scale, scale]))
    return Linearised(origin + mean, score)


def departures(
    replicated: FloatArray, first: FloatArray, statistic: Statistic, origin: FloatArray
) -> FloatArray:
    """Estimates of replicates less the estimate, no digit of a level lost; shape (r, d).

    Parameters
    ----------
    replicated : ndarray of float, shape (r, d, 2)
        Sums of each replicate.
    first : ndarray of float, shape (d, 2)
        Sums with the full weights.
    statistic : str
        What is estimated.
    origin : ndarray of float, shape (d,)
        Level of the sums.

    Examples
    --------
    >>> departures(np.array([[[2.0, 1.0]]]), np.array([[2.0, 0.0]]), "mean", np.full(1, 1e9))
    array([[0.5]])
    """
    if statistic == "total":
        return np.stack([linearise(one - first, statistic, origin).estimate for one in replicated])
    whole = linearise(first, statistic).estimate
    return np.stack([linearise(one, statistic).estimate - whole for one in replicated])


def _divide(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Quotient, NaN where the denominator is 0."""
    return np.divide(
        numerator, denominator, out=np.full_like(denominator, np.nan), where=denominator != 0.0
    )


def design_effects(
    variance: FloatArray, sum_of_squares: FloatArray, *, n: FloatArray, weight_sum: FloatArray
) -> tuple[FloatArray, FloatArray]:
    r"""Design effects of means or proportions, with and without replacement.

    Parameters
    ----------
    variance : ndarray of float, shape (d,)
        Design-based variance.
    sum_of_squares : ndarray of float, shape (d,)
        :math:`\sum w (y - m)^2`; for a proportion N p (1 - p).
    n : ndarray of float, shape (d,)
        Answered rows.
    weight_sum : ndarray of float, shape (d,)
        Sum of their weights, N.

    Returns
    -------
    wr : ndarray of float, shape (d,)
        :math:`V / (S^2 / n)` with :math:`S^2 = n / (n-1) \sum w (y-m)^2 / N`; R's
        ``deff = "replace"``. NaN where S is 0.
    wor : ndarray of float, shape (d,)
        The same with S^2 / n (1 - n / N); R's ``deff = TRUE``. NaN also where N is not above n,
        since weights that do not add up to a population say nothing about it.

    Examples
    --------
    >>> wr, wor = design_effects(np.array([0.01]), np.array([25.0]), n=np.array([26.0]),
    ...                          weight_sum=np.array([100.0]))
    >>> wr.round(6).tolist(), wor.round(6).tolist()
    ([1.0], [1.351351])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        simple = sum_of_squares / weight_sum / (n - 1.0)
        wr = np.where((simple > 0.0) & (n > 1.0), variance / simple, np.nan)
        kept = 1.0 - n / weight_sum
        # Weights with a mean of 1 add up to the rows: as a population that leaves nobody undrawn,
        # and this effect has no meaning.
        wor = np.where(kept > 0.0, wr / kept, np.nan)
    return wr, wor
