"""Covariances of linearised estimates that may share rows, from sums of the finest cells.

A target is any statistic whose score is linear in the cells: a group, a sum of groups, a weighted
mean of groups, or a difference. Arrays only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from eenzaam_stats.numerics.variance import Moments, Strata

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ScoreCovariance:
    """Covariance of targets, with the units and strata behind each.

    Attributes
    ----------
    covariance : ndarray of float, shape (t, t)
        Symmetric.
    units, strata : ndarray of int, shape (t,)
        Sampling units with an answered row that has a part in the target, and strata with one.
    """

    covariance: FloatArray
    units: IntArray
    strata: IntArray

    @property
    def df(self) -> IntArray:
        """Degrees of freedom: units minus strata, shape (t,)."""
        return self.units - self.strata


def score_covariance(
    moments: Moments, score: tuple[FloatArray, FloatArray], *, strata: Strata
) -> ScoreCovariance:
    r"""Covariance matrix of targets.

    Parameters
    ----------
    moments : Moments
        Sums over answered rows of disjoint domains, numbered 0 to d - 1.
    score : tuple of two ndarray of float, shape (t, d)
        Coefficients of both variables: a row of domain j has in target i the score
        ``w * (score[0][i, j] * v1 + score[1][i, j] * v2)``.
    strata : Strata
        Units per stratum and rules.

    Returns
    -------
    ScoreCovariance
        Matrix of shape (t, t), units and strata.

    See Also
    --------
    eenzaam_stats.numerics.variance.domain_variance : Variances only, for many domains.

    Notes
    -----
    .. math:: C_{ij} = \sum_h f_h \frac{n_h}{n_h - 1}
       \Big[ \sum_c U_{ihc} U_{jhc} - \frac{1}{n_h} \sum_c U_{ihc} \sum_c U_{jhc} \Big].

    Where each row is a unit the first sum is a quadratic form of the cells, because a row lies in
    one domain. Strata with one unit follow the rules of ``domain_variance``; the strata present are
    those of all targets together.

    **Missing data.** As in ``domain_variance``.

    **Validated against.** ``svyby(covmat = TRUE)``, ``svycontrast`` and ``svystandardize`` of R
    ``survey``, in ``tests/estimation``.

    Examples
    --------
    Two domains of two equal weights in one stratum: yes, no and yes, no.

    >>> moments = Moments(np.array([0, 1]), np.array([0, 0]), None, np.array([2.0, 2.0]),
    ...                   np.ones((2, 2)), np.array([[1.0, 0.0, 1.0], [1.0, 0.0, 1.0]]))
    >>> a = np.eye(2) * 0.25
    >>> result = score_covariance(moments, (a, -a), strata=Strata(np.array([4.0]), np.ones(1)))
    >>> result.covariance.round(4).tolist(), result.df.tolist()
    ([[0.1667, 0.0], [0.0, 0.1667]], [1, 1])
    """
    keep = moments.n > 0
    domain, stratum = moments.domain[keep], moments.stratum[keep]
    n_domains = score[0].shape[1]
    n_strata = len(strata.n)
    part = (score[0] != 0.0) | (score[1] != 0.0)
    if moments.cluster is None:
        per_stratum, units = _row_units(moments, keep, score, part, n_strata)
        factor = _factors(strata, _present(units))
        cross = _row_cross(moments, keep, score, factor, n_domains)
    else:
        cluster = moments.cluster[keep]
        n_clusters = int(moments.cluster.max(initial=0)) + 1
        home = np.zeros(n_clusters, dtype=np.int64)
        home[cluster] = stratum
        totals = _summed(domain, cluster, moments.first[keep], score, n_clusters)
        seen = _seen(domain, cluster, moments.n[keep], part, n_clusters)
        into = sparse.csr_array(
            (np.ones(n_clusters), (np.arange(n_clusters), home)), shape=(n_clusters, n_strata)
        )
        per_stratum = totals @ into
        units = seen @ into
        factor = _factors(strata, _present(units))
        cross = (totals * factor[home]) @ totals.T
    n = np.maximum(strata.n, 1.0)
    covariance = cross - (per_stratum * (factor / n)) @ per_stratum.T
    covariance = _with_lonely(covariance, per_stratum, units, strata)
    counted = _present(units)
    return ScoreCovariance(
        covariance=(covariance + covariance.T) / 2.0,
        units=np.rint(np.asarray(units).sum(axis=1)).astype(np.int64),
        strata=(np.asarray(units) > 0).sum(axis=1).astype(np.int64)
        if counted.size
        else np.zeros(len(score[0]), dtype=np.int64),
    )


def _present(units: FloatArray) -> FloatArray:
    """Units per stratum over all targets; targets that share units count the largest."""
    return np.asarray(units).max(axis=0, initial=0.0)


def _factors(strata: Strata, present: FloatArray) -> FloatArray:
    """f n / (n - 1) per stratum, 0 where the stratum is treated as lonely."""
    n = strata.n
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = np.where(n > 1.0, strata.fraction * n / (n - 1.0), 0.0)
    return np.where(_lonely(strata, present), 0.0, usual)


def _lonely(strata: Strata, present: FloatArray) -> NDArray[np.bool_]:
    if strata.lonely not in ("centred", "average"):
        return np.zeros(len(strata.n), dtype=np.bool_)
    found = strata.n == 1.0
    if strata.lonely_domain == "as_lonely":
        found = found | (present == 1.0)
    return np.asarray(found & (present > 0.0) & (strata.fraction > 0.0))


def _with_lonely(
    covariance: FloatArray, per_stratum: FloatArray, units: FloatArray, strata: Strata
) -> FloatArray:
    """Covariance with what lonely strata add under ``centred`` and ``average``."""
    present = _present(units)
    lonely = _lonely(strata, present)
    if not lonely.any():
        return covariance
    if strata.lonely == "average":
        counted = ((present > 0) & ~lonely).sum()
        return covariance * ((present > 0).sum() / counted if counted else np.nan)
    n = strata.n[lonely]
    mean = per_stratum.sum(axis=1, keepdims=True) / strata.n[present > 0].sum()
    inflate = strata.fraction[lonely] * np.where(n > 1.0, n / np.maximum(n - 1.0, 1.0), 1.0)
    away = per_stratum[:, lonely] - mean
    added = (away * inflate) @ away.T + (inflate * (n - 1.0)).sum() * (mean @ mean.T)
    return np.asarray(covariance + added)


def _row_units(
    moments: Moments,
    keep: NDArray[np.bool_],
    score: tuple[FloatArray, FloatArray],
    part: NDArray[np.bool_],
    n_strata: int,
) -> tuple[FloatArray, FloatArray]:
    """Score sums and answered rows per target and stratum, both of shape (t, h)."""
    domain, stratum = moments.domain[keep], moments.stratum[keep]
    totals = _summed(domain, stratum, moments.first[keep], score, n_strata)
    rows = sparse.csr_array(
        (moments.n[keep], (domain, stratum)), shape=(score[0].shape[1], n_strata)
    )
    return totals, np.asarray(part.astype(np.float64) @ rows)


def _row_cross(
    moments: Moments,
    keep: NDArray[np.bool_],
    score: tuple[FloatArray, FloatArray],
    factor: FloatArray,
    n_domains: int,
) -> FloatArray:
    """Sum over strata of the factor times the products of row scores, shape (t, t)."""
    weighted = moments.second[keep] * factor[moments.stratum[keep]][:, None]
    aa, ab, bb = (
        np.bincount(moments.domain[keep], weights=weighted[:, j], minlength=n_domains)
        for j in range(3)
    )
    one, two = score
    crossed = (one * ab) @ two.T
    return np.asarray((one * aa) @ one.T + crossed + crossed.T + (two * bb) @ two.T)


def _summed(
    domain: IntArray,
    unit: IntArray,
    first: FloatArray,
    score: tuple[FloatArray, FloatArray],
    count: int,
) -> FloatArray:
    """Score sums per target and unit or stratum, shape (t, count)."""
    shape = (score[0].shape[1], count)
    sums = [sparse.csr_array((first[:, j], (domain, unit)), shape=shape) for j in (0, 1)]
    return np.asarray(score[0] @ sums[0] + score[1] @ sums[1])


def _seen(
    domain: IntArray, cluster: IntArray, n: FloatArray, part: NDArray[np.bool_], count: int
) -> FloatArray:
    """1 where a cluster has an answered row with a part in the target, shape (t, count)."""
    rows = sparse.csr_array((n, (domain, cluster)), shape=(part.shape[1], count))
    return np.asarray((part.astype(np.float64) @ rows) > 0).astype(np.float64)
