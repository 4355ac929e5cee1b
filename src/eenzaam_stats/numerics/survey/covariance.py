"""Covariances of linearised estimates that may share rows, from sums of the finest cells.

A target is any statistic whose score is linear in the cells: a group, a sum of groups, a weighted
mean of groups, or a difference. Arrays only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.numerics.survey.moments import Moments, Strata, collapse_strata


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
    eenzaam_stats.numerics.survey.variance.domain_variance : Variances only, for many domains.

    Notes
    -----
    .. math:: C_{ij} = \sum_h f_h \frac{n_h}{n_h - 1}
       \Big[ \sum_c U_{ihc} U_{jhc} - \frac{1}{n_h} \sum_c U_{ihc} \sum_c U_{jhc} \Big].

    Where each row is a unit the first sum is a quadratic form of the cells, because a row lies in
    one domain. Strata with one unit follow the rules of ``domain_variance``; the strata present are
    those of all domains together, so that it does not matter which targets are asked at once.

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
    home, strata = collapse_strata(strata)
    answered = replace(moments, stratum=home[moments.stratum]).take(moments.n > 0)
    sums = _scores(answered, score, n_strata=len(strata.n))
    present = _present(answered, n_strata=len(strata.n))
    factor = _factors(strata, present)
    if sums.per_cluster is None:
        cross = _row_products(answered, score, factor)
    else:
        cross = (sums.per_cluster * factor[sums.home]) @ sums.per_cluster.T
    u = sums.per_stratum
    # Groups without a common row still covary, through the mean of the stratum that both are in.
    covariance = cross - (u * (factor / np.maximum(strata.n, 1.0))) @ u.T
    covariance = _add_single_psu(covariance, u, present=present, strata=strata)
    if strata.inner is not None:
        covariance += score_covariance(answered.within(), score, strata=strata.inner).covariance
    return ScoreCovariance(
        covariance=(covariance + covariance.T) / 2.0,
        units=np.rint(sums.units.sum(axis=1)).astype(np.int64),
        strata=(sums.units > 0).sum(axis=1).astype(np.int64),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Scores:
    """Score sums and sampling units of each target, per stratum (t, h) and per cluster (t, c)."""

    per_stratum: FloatArray
    units: FloatArray
    per_cluster: FloatArray | None
    home: IntArray


def _scores(moments: Moments, score: tuple[FloatArray, FloatArray], *, n_strata: int) -> _Scores:
    part = ((score[0] != 0.0) | (score[1] != 0.0)).astype(np.float64)
    unit = moments.stratum if moments.cluster is None else moments.cluster
    count = n_strata if moments.cluster is None else int(unit.max(initial=0)) + 1

    def table(values: FloatArray) -> sparse.csr_array:
        return sparse.csr_array((values, (moments.domain, unit)), shape=(score[0].shape[1], count))

    totals = np.asarray(
        score[0] @ table(moments.first[:, 0]) + score[1] @ table(moments.first[:, 1])
    )
    rows = np.asarray(part @ table(moments.n))
    if moments.cluster is None:
        return _Scores(totals, rows, None, np.arange(n_strata))
    home = np.zeros(count, dtype=np.int64)
    home[unit] = moments.stratum
    # A cluster with an answer counts once per target, however many of its cells the target takes.
    into = sparse.csr_array((np.ones(count), (np.arange(count), home)), shape=(count, n_strata))
    seen = (rows > 0).astype(np.float64)
    return _Scores(np.asarray(totals @ into), np.asarray(seen @ into), totals, home)


def _present(moments: Moments, *, n_strata: int) -> FloatArray:
    """Units of each stratum with an answered row in some domain, shape (h,)."""
    if moments.cluster is None:
        return np.bincount(moments.stratum, moments.n, minlength=n_strata).astype(np.float64)
    _, first = np.unique(moments.cluster, return_index=True)
    return np.bincount(moments.stratum[first], minlength=n_strata).astype(np.float64)


def _factors(strata: Strata, present: FloatArray) -> FloatArray:
    """Factor f n / (n - 1) of each stratum, 0 where the stratum is treated as lonely."""
    n = strata.n
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = np.where(n > 1.0, strata.fraction * n / (n - 1.0), 0.0)
    return np.where(_find_single_psu(strata, present), 0.0, usual)


def _find_single_psu(strata: Strata, present: FloatArray) -> NDArray[np.bool_]:
    if strata.single_psu not in ("centred", "average"):
        return np.zeros(len(strata.n), dtype=np.bool_)
    found = strata.n == 1.0
    if strata.single_psu_domain == "as_single_psu":
        found = found | (present == 1.0)
    return np.asarray(found & (present > 0.0) & (strata.fraction > 0.0))


def _add_single_psu(
    covariance: FloatArray, u: FloatArray, *, present: FloatArray, strata: Strata
) -> FloatArray:
    """Covariance with what single-PSU strata add under ``centred`` and ``average``."""
    single_psu = _find_single_psu(strata, present)
    if not single_psu.any():
        return covariance
    if strata.single_psu == "average":
        counted = ((present > 0) & ~single_psu).sum()
        return covariance * ((present > 0).sum() / counted if counted else np.nan)
    n = strata.n[single_psu]
    mean = u.sum(axis=1, keepdims=True) / strata.n[present > 0].sum()
    inflate = strata.fraction[single_psu] * np.where(n > 1.0, n / np.maximum(n - 1.0, 1.0), 1.0)
    away = u[:, single_psu] - mean
    added = (away * inflate) @ away.T + (inflate * (n - 1.0)).sum() * (mean @ mean.T)
    return np.asarray(covariance + added)


def _row_products(
    moments: Moments, score: tuple[FloatArray, FloatArray], factor: FloatArray
) -> FloatArray:
    """Sum over strata of the factor times the products of row scores, shape (t, t)."""
    weighted = moments.about_zero() * factor[moments.stratum][:, None]
    aa, ab, bb = (
        np.bincount(moments.domain, weights=weighted[:, j], minlength=score[0].shape[1])
        for j in range(3)
    )
    one, two = score
    crossed = (one * ab) @ two.T
    return np.asarray((one * aa) @ one.T + crossed + crossed.T + (two * bb) @ two.T)
