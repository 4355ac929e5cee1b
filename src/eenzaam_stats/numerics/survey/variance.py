"""Design-based variance of linearised estimates, from sums per domain and stratum or cluster.

Taylor linearisation needs group sums only, never rows. Arrays only: labels of groups and strata,
frames, and the words of an error belong to the verbs. Covariances live in ``covariance``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from eenzaam_stats.arrays import BoolArray, FloatArray, IntArray
from eenzaam_stats.numerics.survey.moments import Moments, Strata, collapse_strata

# A spread below this share of its parts is what rounding leaves of an exact zero: the sums of
# 500,000 rows agree between engines to 1e-15, and the difference of two such sums is not less.
ROUNDING = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class DomainVariance:
    """Variance per domain, with the units and strata behind it.

    Attributes
    ----------
    variance : ndarray of float, shape (d,)
        NaN in a domain without an answered row.
    units : ndarray of int, shape (d,)
        Sampling units with an answered row in the domain.
    strata : ndarray of int, shape (d,)
        Strata with one.
    """

    variance: FloatArray
    units: IntArray
    strata: IntArray

    @property
    def df(self) -> IntArray:
        """Degrees of freedom: units minus strata, shape (d,)."""
        return self.units - self.strata


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Score sums per domain and stratum, one entry for each pair that has an answered row.

    Attributes
    ----------
    domain, stratum : ndarray of int, shape (e,)
        The pair.
    units : ndarray of float, shape (e,)
        Units of the stratum with an answered row in the domain.
    u : ndarray of float, shape (e,)
        Sum of the scores of the units.
    away : ndarray of float, shape (e,)
        Sum of squares of the scores about their mean over the units of the entry.
    """

    domain: IntArray
    stratum: IntArray
    units: FloatArray
    u: FloatArray
    away: FloatArray


def domain_variance(moments: Moments, score: FloatArray, *, strata: Strata) -> DomainVariance:
    r"""Variance of a linearised estimate in each domain.

    Parameters
    ----------
    moments : Moments
        Sums over answered rows, k cells.
    score : ndarray of float, shape (d, 2)
        Coefficients of the score of a row, :math:`u = w (a_1 v_1 + a_2 v_2)`, per domain.
    strata : Strata
        Units per stratum and rules.

    Returns
    -------
    DomainVariance
        Arrays of shape (d,).

    See Also
    --------
    eenzaam_stats.numerics.survey.covariance.score_covariance : Covariances between estimates.
    eenzaam_stats.numerics.survey.linearise : Scores of proportions, means, totals and ratios.

    Notes
    -----
    With :math:`U_{hc}` the sum of the scores of unit c of stratum h,

    .. math:: V = \sum_h f_h \frac{n_h}{n_h - 1}
       \Big[ \sum_c U_{hc}^2 - \frac{1}{n_h} \big(\sum_c U_{hc}\big)^2 \Big].

    Units outside the domain have :math:`U = 0` and count in :math:`n_h`. Where each row is a unit
    the sum of squares is a quadratic form of ``second``. Squares are taken about the mean of a cell
    and put together from there, since the formula as it stands loses every digit of a spread that
    is small beside the mean.

    A stratum with one unit (and :math:`f_h > 0`) adds 0 by ``"certainty"``;
    :math:`f_h (U - \tilde U)^2` by ``"centred"``, with :math:`\tilde U` the sum of all U over the
    units of the strata present in the domain; by ``"average"`` it is left out and V is multiplied
    by strata present over strata that count; by ``"collapsed"`` such strata are merged with each
    other first. With ``single_psu_domain="as_single_psu"`` a stratum with one
    unit in the domain and more in the design adds
    :math:`f_h n_h/(n_h-1) [(U - \tilde U)^2 + (n_h - 1) \tilde U^2]`, or is left out.

    Two stages add :math:`\sum_h (n_h/N_h) \sum_c V_c`, with :math:`V_c` the same formula within
    cluster c, its :math:`m_c` second-stage units drawn out of :math:`M_c`.

    **Unit.** Square of the unit of the estimate.

    **Missing data.** Rows without an answer are not in the sums; their units count in ``strata.n``.

    **Validated against.** R ``survey`` (``svymean``, ``svytotal``, ``svyratio``, ``svyby``, every
    ``survey.lonely.psu``), in ``tests/estimation``; rows, in
    ``tests/numerics/survey/test_variance.py``.

    References
    ----------
    .. [1] Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex
       surveys. International Statistical Review, 51(3), 279-292. doi:10.2307/1402588

    Examples
    --------
    Four equal weights in one stratum of four, two of them yes: p (1 - p) / (n - 1) = 1/12.

    >>> moments = Moments(np.array([0]), np.array([0]), None, np.array([4.0]),
    ...                   np.array([[2.0, 2.0]]), np.array([[2.0, 0.0, 2.0]]))
    >>> strata = Strata(np.array([4.0]), np.array([1.0]))
    >>> result = domain_variance(moments, np.array([[0.5 / 4, -0.5 / 4]]), strata=strata)
    >>> round(float(result.variance[0]), 4), int(result.df[0])
    (0.0833, 3)
    """
    home, strata = collapse_strata(strata)
    moments = replace(moments, stratum=home[moments.stratum])
    n_domains = len(score)
    entries = score_entries(moments, score, n_strata=len(strata.n))
    units = _sum_by(entries.domain, entries.units, n_domains)
    n_strata = np.bincount(entries.domain, minlength=n_domains)
    variance = _sum_by(entries.domain, _contributions(entries, strata, n_domains), n_domains)
    if strata.single_psu == "average":
        counted = _sum_by(entries.domain, 1.0 - _find_single_psu(entries, strata), n_domains)
        with np.errstate(divide="ignore", invalid="ignore"):
            # R's average: the strata that count stand for those that do not. Where none counts,
            # nothing is known, which is not an error of 0.
            variance = np.where(counted > 0, variance * n_strata / counted, np.nan)
    if strata.inner is not None:
        variance += domain_variance(moments.within(), score, strata=strata.inner).variance
    return DomainVariance(
        variance=np.where(units > 0, variance, np.nan),
        units=np.rint(units).astype(np.int64),
        strata=n_strata.astype(np.int64),
    )


def single_psu_strata(moments: Moments, strata: Strata) -> IntArray:
    """Strata that have one unit in the full design, not drawn completely, with an answered row.

    Parameters
    ----------
    moments : Moments
        Sums over answered rows.
    strata : Strata
        Units per stratum.

    Returns
    -------
    ndarray of int, shape (m,)
        Numbers of the strata, ascending.

    Examples
    --------
    >>> moments = Moments(np.array([0, 0]), np.array([0, 1]), None, np.ones(2), np.ones((2, 2)),
    ...                   np.ones((2, 3)))
    >>> single_psu_strata(moments, Strata(np.array([2.0, 1.0]), np.ones(2))).tolist()
    [1]
    """
    present: IntArray = np.unique(moments.stratum[moments.n > 0])
    single_psu: IntArray = present[strata.single[present]]
    return single_psu


def score_entries(moments: Moments, score: FloatArray, *, n_strata: int) -> Entries:
    """Sums of the scores of units, per domain and stratum with an answered row.

    Parameters
    ----------
    moments : Moments
        Sums over answered rows, k cells.
    score : ndarray of float, shape (d, 2)
        Coefficients of the score per domain.
    n_strata : int
        Strata of the design.

    Returns
    -------
    Entries
        One per domain and stratum, sorted by both.
    """
    answered = moments.n > 0
    domain, stratum = moments.domain[answered], moments.stratum[answered]
    first = moments.first[answered]
    if moments.cluster is None:
        units, inside = moments.n[answered], _about_cells(moments.take(answered), score[domain])
    else:
        n_clusters = int(moments.cluster.max(initial=0)) + 1
        pair, at = np.unique(domain * n_clusters + moments.cluster[answered], return_inverse=True)
        first = np.column_stack([_sum_by(at, first[:, j], len(pair)) for j in (0, 1)])
        first_cell = np.empty(len(pair), dtype=np.int64)
        first_cell[at] = np.arange(len(at))
        domain, stratum = domain[first_cell], stratum[first_cell]
        units, inside = np.ones(len(pair)), np.zeros(len(pair))
    entry, at = np.unique(domain * n_strata + stratum, return_inverse=True)
    count = len(entry)
    n = _sum_by(at, units, count)
    sums = np.column_stack([_sum_by(at, first[:, j], count) for j in (0, 1)])
    # the two variables first, then the score: a level that all units share leaves no rounding
    own, usual = first / units[:, None], (sums / n[:, None])[at]
    beside = _without_rounding(own - usual, np.abs(own) + np.abs(usual))
    parts = score[domain] * beside
    between = units * _without_rounding(parts.sum(axis=1), np.abs(parts).sum(axis=1)) ** 2
    return Entries(
        domain=entry // n_strata,
        stratum=entry % n_strata,
        units=n,
        u=(score[entry // n_strata] * sums).sum(axis=1),
        away=_sum_by(at, inside + between, count),
    )


def spread(away: FloatArray, u: FloatArray, units: FloatArray, n: FloatArray) -> FloatArray:
    """Sum of squares about the mean of n units, of which those without a score have 0.

    Examples
    --------
    >>> spread(np.array([0.5]), np.array([1.0]), np.array([2.0]), np.array([4.0])).tolist()
    [0.75]
    """
    return away + u**2 * np.maximum(1.0 / units - 1.0 / n, 0.0)


def _contributions(entries: Entries, strata: Strata, n_domains: int) -> FloatArray:
    """What each domain and stratum adds to the variance, shape (e,)."""
    # The units of the full design, not those of the domain: people outside it have a score of 0 and
    # keep their place, as in R's subset() of a design. A domain that is cut out first has another
    # error.
    n, f = strata.n[entries.stratum], strata.fraction[entries.stratum]
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = np.where(
            n > 1.0, f * n / (n - 1.0) * spread(entries.away, entries.u, entries.units, n), 0.0
        )
    if strata.single_psu not in ("centred", "average"):
        return usual
    single_psu = _find_single_psu(entries, strata)
    if strata.single_psu == "average":
        return np.where(single_psu > 0, 0.0, usual)
    total = _sum_by(entries.domain, entries.u, n_domains)
    present = _sum_by(entries.domain, n, n_domains)
    away = (entries.u - (total / np.maximum(present, 1.0))[entries.domain]) ** 2
    # Units of the stratum outside the domain lie a whole mean away from the mean: their score is 0.
    # Without them R's adjust of a single unit in a domain comes out too small.
    mean2 = ((total / np.maximum(present, 1.0))[entries.domain]) ** 2
    inflate = np.where(n > 1.0, n / np.maximum(n - 1.0, 1.0), 1.0)
    centred = f * inflate * (away + (n - 1.0) * mean2)
    return np.where(single_psu > 0, centred, usual)


def _find_single_psu(entries: Entries, strata: Strata) -> FloatArray:
    """1 where the stratum has one unit that the rules call lonely, else 0; shape (e,)."""
    n = strata.n[entries.stratum]
    found: BoolArray = n == 1.0
    if strata.single_psu_domain == "as_single_psu":
        # R does this only with survey.adjust.domain.lonely, which is off by default there too.
        found = found | (entries.units == 1.0)
    # A stratum that was drawn completely leaves nothing to chance, so it is never single.
    return (found & (strata.fraction[entries.stratum] > 0.0)).astype(np.float64)


def _without_rounding(difference: FloatArray, size: FloatArray) -> FloatArray:
    """Differences, exactly 0 where only rounding of their parts is left."""
    return np.where(np.abs(difference) > ROUNDING * size, difference, 0.0)


def _about_cells(moments: Moments, a: FloatArray) -> FloatArray:
    """Sum of squares of row scores about the mean of their cell, exactly 0 where rounding is."""
    centre = np.zeros_like(moments.first) if moments.centre is None else moments.centre
    # Sums about a centre near the mean: about 0 a level that all rows share would take the digits.
    left = (a * (moments.first - moments.n[:, None] * centre)).sum(axis=1)
    squares = _squares(a, moments.second)
    away = squares - left**2 / moments.n
    return np.where(away > ROUNDING * squares, away, 0.0)


def _squares(a: FloatArray, second: FloatArray) -> FloatArray:
    """Sum of squared scores of the rows of each cell, exactly 0 where only rounding is left."""
    parts = np.stack(
        [
            a[:, 0] ** 2 * second[:, 0],
            2.0 * a[:, 0] * a[:, 1] * second[:, 1],
            a[:, 1] ** 2 * second[:, 2],
        ]
    )
    total = parts.sum(axis=0)
    return np.where(total > ROUNDING * np.abs(parts).sum(axis=0), total, 0.0)


def _sum_by(numbers: IntArray, values: FloatArray, count: int) -> FloatArray:
    """Sum of values per number, shape (count,)."""
    return np.bincount(numbers, weights=values, minlength=count).astype(np.float64)
