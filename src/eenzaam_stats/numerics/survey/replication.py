"""Variance from replicates: factors per cluster, and the spread of the replicated estimates.

Arrays only. A replicate multiplies clusters, so replicates need cluster sums and no rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eenzaam_stats.arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class ReplicateFactors:
    """What each replicate multiplies the weights of a cluster with.

    Attributes
    ----------
    factors : ndarray of float, shape (r, c)
        One row per replicate, one column per cluster of the whole design.
    scale : float
        Factor before the sum of squares.
    rscales : ndarray of float, shape (r,)
        Factor of each replicate.
    """

    factors: FloatArray
    scale: float
    rscales: FloatArray


def jackknife_factors(stratum: IntArray) -> ReplicateFactors:
    r"""Delete one cluster at a time: JK1 without strata, JKn with them.

    Parameters
    ----------
    stratum : ndarray of int, shape (c,)
        Stratum of each cluster, from 0.

    Returns
    -------
    ReplicateFactors
        One replicate per cluster of a stratum with at least two. The other clusters of its stratum
        get :math:`n_h / (n_h - 1)`; scale 1 and rscales :math:`(n_h - 1) / n_h`, which for one
        stratum is JK1.

    Examples
    --------
    >>> result = jackknife_factors(np.array([0, 0, 1, 1, 1]))
    >>> result.factors[0].tolist(), result.rscales.round(3).tolist()
    ([0.0, 2.0, 1.0, 1.0, 1.0], [0.5, 0.5, 0.667, 0.667, 0.667])
    """
    n = np.bincount(stratum).astype(np.float64)[stratum]
    # Dropping the only cluster of a stratum would drop the stratum: its replicate says nothing.
    dropped = np.flatnonzero(n > 1.0)
    factors = np.ones((len(dropped), len(stratum)))
    for row, cluster in enumerate(dropped):
        same = stratum == stratum[cluster]
        factors[row, same] = n[cluster] / (n[cluster] - 1.0)
        factors[row, cluster] = 0.0
    return ReplicateFactors(factors, 1.0, (n[dropped] - 1.0) / n[dropped])


def rao_wu_factors(
    stratum: IntArray, *, replicates: int, rng: np.random.Generator
) -> ReplicateFactors:
    r"""Rescaled bootstrap of Rao and Wu with :math:`n_h - 1` draws per stratum.

    Parameters
    ----------
    stratum : ndarray of int, shape (c,)
        Stratum of each cluster, from 0.
    replicates : int
        Number of replicates, at least 2.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    ReplicateFactors
        A cluster drawn k times gets :math:`k\, n_h / (n_h - 1)`; a stratum with one cluster keeps
        it. Scale :math:`1 / (r - 1)`.

    References
    ----------
    .. [1] Rao, J. N. K., & Wu, C. F. J. (1988). Resampling inference with complex survey data.
       Journal of the American Statistical Association, 83(401), 231-241.

    Examples
    --------
    >>> result = rao_wu_factors(np.array([0, 0, 0, 1]), replicates=4, rng=np.random.default_rng(1))
    >>> result.factors[:, :3].sum(axis=1).tolist(), result.factors[:, 3].tolist()
    ([3.0, 3.0, 3.0, 3.0], [1.0, 1.0, 1.0, 1.0])
    """
    factors = np.ones((replicates, len(stratum)))
    for number in np.unique(stratum):
        inside = np.flatnonzero(stratum == number)
        n = len(inside)
        if n > 1:
            # n - 1 draws and the factor n / (n - 1) are unbiased as they are. R's default draws n,
            # and mends the scale by the harmonic mean of the strata.
            draws = rng.multinomial(n - 1, np.full(n, 1.0 / n), size=replicates)
            factors[:, inside] = draws * (n / (n - 1.0))
    return ReplicateFactors(factors, 1.0 / (replicates - 1.0), np.ones(replicates))


def replicate_variance(
    replicated: FloatArray,
    estimate: FloatArray,
    *,
    scale: float,
    rscales: FloatArray,
    about_estimate: bool = False,
) -> FloatArray:
    r"""Variance of estimates from their replicates.

    Parameters
    ----------
    replicated : ndarray of float, shape (r, d)
        The estimates in each replicate; a replicate in which an estimate does not exist is NaN.
    estimate : ndarray of float, shape (d,)
        Estimates with the full weights.
    scale, rscales : float and ndarray of float, shape (r,)
        Factors of the method.
    about_estimate : bool, default False
        Deviations from the estimate; otherwise from the mean of the replicates, as R does.

    Returns
    -------
    ndarray of float, shape (d,)
        :math:`a \sum_r b_r (\theta_r - c)^2`; NaN where a replicate is NaN.

    Notes
    -----
    **Validated against.** ``svrepdesign`` of R ``survey`` for BRR, Fay, JK1, JKn and bootstrap, in
    ``tests/estimation``.

    Examples
    --------
    >>> replicate_variance(np.array([[1.0], [3.0]]), np.array([2.5]), scale=0.5,
    ...                    rscales=np.ones(2)).tolist()
    [1.0]
    """
    away = _away(replicated, estimate, rscales=rscales, about_estimate=about_estimate)
    variance: FloatArray = scale * (rscales[:, None] * away**2).sum(axis=0)
    return variance


def replicate_covariance(
    replicated: FloatArray,
    estimate: FloatArray,
    *,
    scale: float,
    rscales: FloatArray,
    about_estimate: bool = False,
) -> FloatArray:
    """Covariance of estimates from their replicates, shape (d, d).

    Parameters
    ----------
    replicated, estimate, scale, rscales, about_estimate
        As in :func:`replicate_variance`, whose result is the diagonal.

    Returns
    -------
    ndarray of float, shape (d, d)
        NaN where a replicate of one of the two is NaN.

    Examples
    --------
    >>> replicate_covariance(np.array([[1.0, 2.0], [3.0, 0.0]]), np.zeros(2), scale=0.5,
    ...                      rscales=np.ones(2)).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    away = _away(replicated, estimate, rscales=rscales, about_estimate=about_estimate)
    covariance: FloatArray = scale * (away.T @ (rscales[:, None] * away))
    return covariance


def _away(
    replicated: FloatArray, estimate: FloatArray, *, rscales: FloatArray, about_estimate: bool
) -> FloatArray:
    """Deviations from the estimate, or from the mean of the replicates that count."""
    # R centres at the mean of the replicates unless it is told mse = TRUE; with few replicates the
    # two differ in the third digit.
    centre = estimate if about_estimate else replicated[rscales > 0.0].mean(axis=0)
    away: FloatArray = replicated - centre
    return away
