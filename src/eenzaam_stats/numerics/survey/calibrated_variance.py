"""Design-based variance under calibrated weights, by the residuals of the calibration.

Rows are needed, because each row far from a domain still has a residual in it. Arrays only.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.numerics.survey.auxiliaries import scale_rows
from eenzaam_stats.numerics.survey.calibration_residuals import (
    CalibratedRows,
    Method,
    Score,
    factor_explained_part,
    residual_units,
    residuals,
)
from eenzaam_stats.numerics.survey.moments import Strata, collapse_strata
from eenzaam_stats.numerics.survey.variance import DomainVariance

# A variance below this share of the one before the projection is rounding of an exact zero.
ROUNDING = 1e-20
# The same where products are projected and not residuals, which loses half of the digits.
CROSS_ROUNDING = 1e-13


def calibrated_variance(
    rows: CalibratedRows, score: FloatArray, *, method: Method, strata: Strata
) -> DomainVariance:
    r"""Variance of a linearised estimate in each domain, the calibration taken into account.

    Parameters
    ----------
    rows : CalibratedRows
        The whole file, n rows.
    score : ndarray of float, shape (d, 2)
        Coefficients of the score of a row before projection,
        :math:`u = w (a_1 v_1 + a_2 v_2)`, per domain, from sums with the calibrated weights.
    method : {"post_stratify", "rake", "linear", "logit"}
        How the weights were made; it sets the projection.
    strata : Strata
        Units per stratum of the full design and rules. ``single_psu_domain`` has no meaning here:
        every
        unit of the file has a residual.

    Returns
    -------
    DomainVariance
        Arrays of shape (d,); units and strata are those with an answered row in the domain.

    See Also
    --------
    calibrated_covariance : Covariances between the domains.
    eenzaam_stats.numerics.survey.variance.domain_variance : Weights taken as fixed.

    Notes
    -----
    The score per weight, :math:`e = u / w` (0 outside the domain), is replaced in **every** row of
    the file by its residual :math:`e - x'\gamma`, and the usual formula follows with
    :math:`w (e - x'\gamma)`. As R:

    =====================  =====================================================================
    method                 residual
    =====================  =====================================================================
    post_stratify          minus the mean in the post-stratum, weighted with the base weights
    rake                   margin after margin minus the **unweighted** mean, ten rounds
    linear, logit          least squares on x, weighted with the base weights; also with bounds
    =====================  =====================================================================

    Post-stratification is the second form with the cells as x, and is computed so. A stratum with
    one unit adds 0 by ``"certainty"`` and ``"fail"``, :math:`f (U - \tilde U)^2` by ``"centred"``,
    and by ``"average"`` the mean of the other strata; by ``"collapsed"`` such strata are merged.

    Only coefficients per domain (d x k) and sums per unit are kept; residuals are formed for half a
    million pairs of unit and domain at a time.

    **Unit.** Square of the unit of the estimate.

    **Missing data.** Rows without an answer have ``domain`` -1 and keep their residuals.

    **Validated against.** ``svymean`` and ``svytotal`` of R ``survey`` on calibrated designs, in
    ``tests/numerics/survey/test_calibrated_variance.py``.

    References
    ----------
    .. [1] Deville, J.-C. and Sarndal, C.-E. (1992). Calibration estimators in survey sampling.
       Journal of the American Statistical Association, 87(418), 376-382.
       doi:10.1080/01621459.1992.10475217

    Examples
    --------
    A total of people in one post-stratum is known, so it has no variance.

    >>> from eenzaam_stats.numerics.survey.auxiliaries import auxiliaries
    >>> cell = np.array([0, 0, 1, 1])
    >>> rows = CalibratedRows(cell, np.ones(4), np.array([1.0, 0.0, 1.0, 1.0]), np.full(4, 5.0),
    ...                       np.full(4, 4.0), auxiliaries([cell], [2]), np.zeros(4, dtype=int))
    >>> strata = Strata(np.array([4.0]), np.ones(1))
    >>> number = calibrated_variance(rows, np.array([[1.0, 0.0]] * 2), method="post_stratify",
    ...                              strata=strata)
    >>> number.variance.tolist()
    [0.0, 0.0]
    >>> yes = calibrated_variance(rows, np.array([[0.0, 1.0]] * 2), method="post_stratify",
    ...                           strata=strata)
    >>> yes.variance.round(4).tolist()
    [16.6667, 0.0]
    """
    home, strata = collapse_strata(strata)
    rows = replace(rows, stratum=home[rows.stratum])
    units = residual_units(rows, score, method=method, strata=strata)
    factor = _factors(strata)
    squares = np.zeros(len(score))
    for stratum, away in residuals(units):
        squares += np.einsum("i,ij,ij->j", factor[stratum], away, away)
    # Units of the design without a row in the file have no residual, and lie a whole mean away.
    squares += (factor * units.absent) @ units.mean**2
    squares = _add_single_psu(squares, units.sums, strata=strata, cross=False)
    answered = _find_answered(rows, len(score), n_strata=len(strata.n))
    plain = np.asarray((units.scores**2).T @ factor[units.stratum])
    # What the weights were calibrated to has no sampling error, and rounding may not give it one.
    variance = np.where(squares > ROUNDING * plain, squares, 0.0)
    if strata.inner is not None:
        within = calibrated_variance(rows.within(), score, method=method, strata=strata.inner)
        variance += within.variance
    return DomainVariance(
        np.where(answered[0] > 0, variance, np.nan), units=answered[0], strata=answered[1]
    )


def calibrated_covariance(
    rows: CalibratedRows, score: Score, *, method: Method, strata: Strata
) -> FloatArray:
    """Covariances of linearised estimates between domains or targets, shape (d, d) or (t, t).

    Parameters
    ----------
    rows, method, strata
        As in :func:`calibrated_variance`.
    score : ndarray of float, shape (d, 2), or tuple of two, shape (t, d)
        Coefficients per domain; or per target and domain, as in
        :func:`eenzaam_stats.numerics.survey.covariance.score_covariance`.

    Returns
    -------
    ndarray of float, shape (d, d) or (t, t)
        Rounding is 1e-15 of the variance before projection; where little of that is left, the
        variances of :func:`calibrated_variance` are more exact than the diagonal.

    Examples
    --------
    >>> from eenzaam_stats.numerics.survey.auxiliaries import auxiliaries
    >>> rows = CalibratedRows(np.array([0, 1, 0, 1]), np.ones(4), np.ones(4), np.full(4, 5.0),
    ...                       np.full(4, 4.0), auxiliaries([np.zeros(4, dtype=int)], [1]),
    ...                       np.zeros(4, dtype=int))
    >>> calibrated_covariance(rows, np.array([[1.0, 0.0]] * 2), method="linear",
    ...                       strata=Strata(np.array([4.0]), np.ones(1))).round(4).tolist()
    [[33.3333, -33.3333], [-33.3333, 33.3333]]
    """
    home, strata = collapse_strata(strata)
    rows = replace(rows, stratum=home[rows.stratum])
    units = residual_units(rows, score, method=method, strata=strata)
    factor = _factors(strata)
    explained, known = factor_explained_part(units)
    weighted = scale_rows(explained, factor[units.stratum])
    scores = scale_rows(units.scores, factor[units.stratum])
    mixed = np.asarray((units.scores.T @ weighted) @ known)
    cross = known.T @ np.asarray((explained.T @ weighted) @ known) - mixed - mixed.T
    cross = cross + (units.scores.T @ scores).toarray()
    cross = cross + (units.mean.T * (factor * units.absent)) @ units.mean
    cross = _add_single_psu(cross, units.sums, strata=strata, cross=True)
    cross = (cross + cross.T) / 2.0
    plain = np.asarray(units.scores.multiply(scores).sum(axis=0)).ravel()
    exact = np.diag(cross) <= CROSS_ROUNDING * plain
    cross = np.where(exact[:, None] | exact[None, :], 0.0, cross)
    if strata.inner is not None:
        cross = cross + calibrated_covariance(
            rows.within(), score, method=method, strata=strata.inner
        )
    return np.asarray(cross)


def _factors(strata: Strata) -> FloatArray:
    """Factor f n / (n - 1) of each stratum, 0 where it has one unit."""
    n = strata.n
    return np.where(n > 1.0, strata.fraction * n / np.maximum(n - 1.0, 1.0), 0.0)


def _add_single_psu(
    found: FloatArray, sums: FloatArray, *, strata: Strata, cross: bool
) -> FloatArray:
    """Variances, or covariances, with what strata of one unit add."""
    single_psu = strata.single
    if not single_psu.any() or strata.single_psu not in ("centred", "average"):
        return found
    present = int((strata.n > 0.0).sum())
    if strata.single_psu == "average":
        counted = present - int(single_psu.sum())
        return found * (present / counted if counted else np.nan)
    away = sums[single_psu] - sums.sum(axis=0) / strata.n.sum()
    weighted = away.T * strata.fraction[single_psu]
    added = weighted @ away if cross else (weighted * away.T).sum(axis=1)
    return np.asarray(found + added)


def _find_answered(
    rows: CalibratedRows, n_domains: int, *, n_strata: int
) -> tuple[IntArray, IntArray]:
    """Units and strata with an answered row, per domain."""
    inside = rows.domain >= 0
    domain = rows.domain[inside]
    unit = np.flatnonzero(inside) if rows.cluster is None else rows.cluster[inside]
    return (
        _distinct(domain, unit, n_domains),
        _distinct(domain, rows.stratum[inside], n_domains, at_least=n_strata),
    )


def _distinct(domain: IntArray, number: IntArray, count: int, *, at_least: int = 1) -> IntArray:
    """How many different numbers each domain has."""
    size = max(int(number.max(initial=0)) + 1, at_least)
    pairs = np.unique(domain * size + number)
    return np.bincount(pairs // size, minlength=count).astype(np.int64)
