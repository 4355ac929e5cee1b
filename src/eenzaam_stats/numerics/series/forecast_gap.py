"""Distance of later waves from a trend that was fitted before them, with proper prediction errors.

Arrays only: the fit of the pre-period comes from ``ar_reml`` or ``series_regression``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.numerics.series.ar_process import correlation
from eenzaam_stats.numerics.t_distribution import two_sided_p


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """Later waves minus the extrapolated trend.

    Attributes
    ----------
    gap : ndarray of float, shape (m,)
    covariance : ndarray of float, shape (m, m)
        All gaps share one estimated trend, so they are correlated.
    expected : ndarray of float, shape (m,)
        The extrapolated trend.
    """

    gap: FloatArray
    covariance: FloatArray
    expected: FloatArray

    @property
    def std_error(self) -> FloatArray:
        """Standard error of each gap alone, shape (m,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


@dataclass(frozen=True, slots=True)
class GapSummary:
    """What all gaps say together.

    Attributes
    ----------
    mean, std_error, p_value : float
        Mean gap, its standard error and two-sided t test.
    joint_f, joint_p_value : float
        F statistic of all gaps being 0, and its p value.
    """

    mean: float
    std_error: float
    p_value: float
    joint_f: float
    joint_p_value: float


@dataclass(frozen=True, slots=True, eq=False)
class SeriesBlock:
    """Dates, design, values and known sampling variances of some waves.

    Attributes
    ----------
    times : ndarray of float, shape (n,)
    x : ndarray of float, shape (n, p)
    y, known : ndarray of float, shape (n,)
    """

    times: FloatArray
    x: FloatArray
    y: FloatArray
    known: FloatArray


def forecast_gaps(
    before: SeriesBlock, later: SeriesBlock, *, phi: float, sigma2: float, conditional: bool = False
) -> Gaps:
    r"""Gaps of later waves from the trend of the pre-period.

    Parameters
    ----------
    before, later : SeriesBlock
        Pre-period and later waves; the designs have the same columns.
    phi : float
        Correlation of the process over one unit of time; 0 for independent errors.
    sigma2 : float
        Variance of the process.
    conditional : bool, default False
        Whether the expected value also carries the last deviations of the pre-period forward;
        otherwise it is the trend alone.

    Returns
    -------
    Gaps

    Notes
    -----
    With :math:`V_{00}, V_{11}, V_{10}` the covariances of the errors (known variances on the
    diagonals), :math:`A = (X_0'V_{00}^{-1}X_0)^{-1}` and :math:`K = V_{10}V_{00}^{-1}`: the trend
    version has covariance :math:`V_{11} + X_1 A X_1' - C - C'` with :math:`C = K X_0 A X_1'`; the
    conditional one subtracts :math:`K(y_0 - X_0 b)` from the gap and has
    :math:`V_{11} - K V_{10}' + D A D'` with :math:`D = X_1 - K X_0`.

    **Validated against.** R on public series, and the identity that a model of the whole series
    with one dummy per later wave has the conditional gaps as its coefficients, in ``tests/trend``.

    References
    ----------
    .. [1] Salkever, D. S. (1976). The use of dummy variables to compute predictions, prediction
       errors, and confidence intervals. Journal of Econometrics, 4(4), 393-397.

    Examples
    --------
    A level of two waves, then one wave at the same level: variance s2 (1 + 1/2).

    >>> one = np.ones((2, 1))
    >>> before = SeriesBlock(np.array([0.0, 1.0]), one, np.array([1.0, 3.0]), np.zeros(2))
    >>> later = SeriesBlock(np.array([2.0]), one[:1], np.array([4.0]), np.zeros(1))
    >>> gaps = forecast_gaps(before, later, phi=0.0, sigma2=2.0)
    >>> gaps.gap.tolist(), gaps.covariance.round(6).tolist()
    ([2.0], [[3.0]])
    """
    n0 = len(before.y)
    times = np.concatenate([before.times, later.times])
    r = correlation(times, phi) if phi != 0.0 else np.eye(len(times))
    v = sigma2 * r + np.diag(np.concatenate([before.known, later.known]))
    v00, v10, v11 = v[:n0, :n0], v[n0:, :n0], v[n0:, n0:]
    inverse_x = np.linalg.solve(v00, before.x)
    a = np.linalg.inv(before.x.T @ inverse_x)
    beta = a @ (inverse_x.T @ before.y)
    k = np.linalg.solve(v00, v10.T).T
    expected = later.x @ beta
    if conditional:
        # What the last waves were off by dies out with the correlation. These gaps equal one dummy
        # per later wave in a model of all waves, coefficients and errors.
        expected = expected + k @ (before.y - before.x @ beta)
        d = later.x - k @ before.x
        covariance = v11 - k @ v10.T + d @ a @ d.T
    else:
        # Errors that go on tie a later wave to the waves that made the trend. Leaving this out
        # would count the same deviation twice.
        c = k @ before.x @ a @ later.x.T
        covariance = v11 + later.x @ a @ later.x.T - c - c.T
    return Gaps(later.y - expected, (covariance + covariance.T) / 2.0, expected)


def independent_gaps(
    later: SeriesBlock, coefficients: FloatArray, covariance: FloatArray, *, variance: float
) -> Gaps:
    r"""Gaps of later waves from a trend whose errors do not go on from wave to wave.

    Parameters
    ----------
    later : SeriesBlock
        Later waves.
    coefficients : ndarray of float, shape (p,)
        Of the trend.
    covariance : ndarray of float, shape (p, p)
        Of the coefficients.
    variance : float
        Of a wave around the trend, beside its known sampling variance.

    Returns
    -------
    Gaps

    Notes
    -----
    The covariance is :math:`\mathrm{diag}(s^2 + v) + X_1 \mathrm{cov}(b) X_1^\top`.

    **Unit.** That of the series.

    **Missing data.** None reaches it.

    **Validated against.** R's least squares on public series, in
    ``tests/trend/series/test_known_answers.py``.

    Examples
    --------
    >>> later = SeriesBlock(np.array([1.0]), np.ones((1, 1)), np.array([5.0]), np.zeros(1))
    >>> gaps = independent_gaps(later, np.array([2.0]), np.array([[0.5]]), variance=1.5)
    >>> gaps.gap.tolist(), gaps.covariance.tolist()
    ([3.0], [[2.0]])
    """
    expected = later.x @ coefficients
    # The error of a new wave: the trend alone would make an interval that most single waves leave.
    own = np.diag(variance + later.known)
    return Gaps(later.y - expected, own + later.x @ covariance @ later.x.T, expected)


def summarise_gaps(gaps: Gaps, *, df: float) -> GapSummary:
    r"""Mean gap and the F test of all gaps together, with their whole covariance.

    Parameters
    ----------
    gaps : Gaps
        Gaps that share one estimated trend.
    df : float
        Degrees of freedom of the residual variance behind the covariance.

    Returns
    -------
    GapSummary

    Notes
    -----
    With :math:`g` the :math:`m` gaps and :math:`V` their covariance, the mean has the standard
    error :math:`\sqrt{1^\top V 1}/m`, and :math:`F = g^\top V^{-1} g / m` has :math:`m` and ``df``
    degrees of freedom.

    **Unit.** That of the gaps.

    **Missing data.** None reaches it.

    **Validated against.** The identity with dummies for the later waves, in
    ``tests/trend/series/test_known_answers.py``.

    Examples
    --------
    >>> one = summarise_gaps(Gaps(np.array([2.0]), np.array([[1.0]]), np.array([0.0])), df=10)
    >>> one.mean, one.joint_f, round(one.p_value, 6) == round(one.joint_p_value, 6)
    (2.0, 4.0, True)
    """
    m = len(gaps.gap)
    mean = float(gaps.gap.mean())
    # All gaps hang on one trend: the off-diagonal is most of the error of their mean, and the sum
    # of the diagonal alone would call a shifted trend a finding.
    error = math.sqrt(float(gaps.covariance.sum())) / m
    f = float(gaps.gap @ np.linalg.solve(gaps.covariance, gaps.gap)) / m
    return GapSummary(
        mean=mean,
        std_error=error,
        p_value=float(two_sided_p(mean / error, df)),
        joint_f=f,
        joint_p_value=float(special.fdtrc(m, df, f)),
    )
