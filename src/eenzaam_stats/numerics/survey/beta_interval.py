"""Confidence limits for proportions from the beta distribution, usable at 0 and 1.

Arrays only. Deciding which interval a reader gets is left to the verbs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.numerics.t_distribution import t_quantile


def effective_size(
    estimate: ArrayLike, std_error: ArrayLike, *, n: ArrayLike, df: ArrayLike, level: float
) -> FloatArray:
    r"""Size of a simple random sample with the same variance, for limits of counts.

    Parameters
    ----------
    estimate, std_error : array_like of float, same shape
        Proportions, 0-1, and their standard errors.
    n : array_like of float, same shape
        Answered rows of the domain.
    df : array_like of float, same shape
        Degrees of freedom.
    level : float
        Coverage, which sets the quantiles.

    Returns
    -------
    ndarray of float, same shape
        :math:`m = p (1 - p) / V \cdot (t_{n-1} / t_{df})^2`; where V is 0, because nobody or
        everybody has the outcome, :math:`m = n (t_{n-1} / t_{df})^2`. NaN without degrees of
        freedom.

    Notes
    -----
    The ratio of quantiles takes the few degrees of freedom of the design into account.

    Examples
    --------
    >>> effective_size(0.5, 0.05, n=101, df=100, level=0.95).round(6).tolist()
    100.0
    """
    p, se, rows = (np.asarray(value, dtype=np.float64) for value in (estimate, std_error, n))
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(se > 0.0, p * (1.0 - p) / se**2, rows)
        # The design has fewer degrees of freedom than rows, and m shrinks by the quantiles of both.
        # R takes the rows of the design where the domain is one of a calibrated survey: those at
        # weight 0 too.
        ratio = t_quantile(level, rows - 1.0) / t_quantile(level, df)
    result: FloatArray = size * ratio**2
    return result


def beta_interval(
    estimate: ArrayLike,
    std_error: ArrayLike,
    *,
    df: ArrayLike,
    n: ArrayLike,
    level: float = 0.95,
    truncated: bool = False,
) -> tuple[FloatArray, FloatArray]:
    r"""Confidence limits for proportions from the beta distribution, after Korn and Graubard.

    Parameters
    ----------
    estimate, std_error : array_like of float, same shape
        Proportions, 0-1, and their design-based standard errors.
    df : array_like of float, same shape
        Degrees of freedom: sampling units minus strata.
    n : array_like of float, same shape
        Answered rows of the domain, whether or not the weights are calibrated.
    level : float, default 0.95
        Coverage of the interval, strictly between 0 and 1.
    truncated : bool, default False
        Whether the effective size may not exceed n, as Korn and Graubard advise; it then has limits
        at 0 and 1 as well.

    Returns
    -------
    low, high : ndarray of float, same shape
        Limits on the proportion scale. Without ``truncated`` NaN at 0 and 1.

    See Also
    --------
    logit_interval : The default of the verbs.
    effective_size : The size m that these limits use.

    Notes
    -----
    The limits of Clopper and Pearson for m p out of m:
    :math:`B^{-1}(\alpha/2;\, mp,\, m(1-p)+1)` and :math:`B^{-1}(1-\alpha/2;\, mp+1,\, m(1-p))`.
    n is the rows of the domain; R takes the rows of the design, which for a calibrated design
    includes rows outside the domain.

    **Unit.** Proportion, never a percentage.

    **Missing data.** None reaches these arrays; the verbs count and drop it. NaN gives NaN.

    **Validated against.** ``survey::svyciprop(method = "beta")``, in
    ``tests/estimation/test_vs_reference_data.py``.

    References
    ----------
    .. [1] Korn, E. L., & Graubard, B. I. (1998). Confidence intervals for proportions with small
       expected number of positive counts estimated from survey data. Survey Methodology, 24(2),
       193-201.

    Examples
    --------
    No one in 14, 7 degrees of freedom: 1 - (alpha / 2)^(1 / m) with m = 14 (2.16 / 2.36)^2 = 11.69.

    >>> low, high = beta_interval(0.0, 0.0, df=7, n=14, truncated=True)
    >>> float(low), round(float(high), 4)
    (0.0, 0.2707)
    """
    p = np.asarray(estimate, dtype=np.float64)
    tail = (1.0 - level) / 2.0
    m = effective_size(p, std_error, n=n, df=df, level=level)
    if truncated:
        # Korn and Graubard let a design be no better than a simple random sample. At 0 and 1 the
        # factor of the quantiles stays in m, so that limits join those of the smallest share above
        # 0.
        m = np.minimum(m, np.asarray(n, dtype=np.float64))
    else:
        m = np.where((p > 0.0) & (p < 1.0), m, np.nan)
    with np.errstate(invalid="ignore"):
        low: FloatArray = np.where(
            p > 0.0, special.betaincinv(m * p, m * (1.0 - p) + 1.0, tail), m * 0
        )
        high: FloatArray = np.where(
            p < 1.0, special.betaincinv(m * p + 1.0, m * (1.0 - p), 1.0 - tail), m * 0 + 1.0
        )
    return low, high
